"""Bytes and processor time of the exchange: W and D as the batches that a laptop sends.

`python -m tests.benchmarks.exchange_bytes`: "known" is the rule: the county has all earlier changes of the device, so
records go by the name of the change that made them; "whole" is what is sent to one that has to be told every id.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from tests.benchmarks import history, workload
from tests.benchmarks.history import Measured
from villagefp.wire import links
from villagefp.wire.batch import Batch, Packing, open_batch, read_header
from villagefp.wire.batch_header import content_of
from villagefp.wire.change import ChangeName, LoggedChange
from villagefp.wire.columns_ids import NameOf
from villagefp.wire.cut import cut
from villagefp.wire.signing import SigningKey

KEY = SigningKey(bytes(range(32)))
ROUNDS = 5
BUDGET = {"D_bytes": 6500, "D_reach": 5000, "W_bytes": 620_000, "D_cpu_s": 0.05, "W_cpu_s": 1.5}


def main() -> int:
    """Prints one JSON object."""
    measured = history.of_workload(workload.build())
    made = measured.history.made
    print(
        json.dumps(
            {
                "known": _sizes(measured, made.get),
                "whole": _sizes(measured, lambda _record: None),
                "budget": BUDGET,
            }
        )
    )
    return 0


def _sizes(measured: Measured, name_of: NameOf) -> dict[str, dict[str, object]]:
    first = links.first_link(measured.history.village, measured.history.device)
    return {
        "D": _size(measured, measured.week, measured.village[-1].link, name_of),
        "W": _size(measured, measured.village, first, name_of),
    }


def _size(measured: Measured, logged: Sequence[LoggedChange], link_before: bytes, name_of: NameOf) -> dict[str, object]:
    records: dict[ChangeName, bytes] = {name: record for record, name in measured.history.made.items()}
    packing = Packing(key=KEY, cover_of=measured.history.covers.__getitem__, name_of=name_of)
    packed_s, opened_s = [], []
    for _round in range(ROUNDS):
        start = time.process_time()
        batches = list(cut(logged, link_before, packing))
        packed = time.process_time()
        opened = [open_batch(batch, KEY.public, record_of=records.get) for batch in batches]
        packed_s.append(packed - start)
        opened_s.append(time.process_time() - packed)
    _check(opened, logged)
    heads = [(batch, read_header(batch)) for batch in batches]
    return {
        "changes": len(logged),
        "batches": len(batches),
        "bytes": sum(map(len, batches)),
        "chance_bytes": sum(len(content_of(batch, header)[0]) for batch, header in heads),
        "compressed_bytes": sum(header.frame for _, header in heads),
        "before_compression": sum(header.plain for _, header in heads),
        "key_bytes": sum(links.KEY_BYTES * len(cover) for batch in opened for cover in batch.covers.values()),
        "pack_cpu_s": round(min(packed_s), 4),
        "open_cpu_s": round(min(opened_s), 4),
    }


def _check(opened: Sequence[Batch], logged: Sequence[LoggedChange]) -> None:
    """What came out is what went in; a figure of anything else would be worth nothing."""
    if [change for batch in opened for change in batch.changes] != list(logged):
        raise AssertionError("The batches do not give back the changes.")


if __name__ == "__main__":
    sys.exit(main())
