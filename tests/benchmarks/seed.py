"""First load of W as a seed: bytes of its parts, and the processor time at both ends.

`python -m tests.benchmarks.seed`. The county is one encrypted file with the changes of W, as on one Windows PC; the
laptop is a store that was just founded. Signatures are in the bytes, HTTP headers are not.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import history, workload
from tests.benchmarks.history import History
from villagefp.county import devices, seeding
from villagefp.county.accept import accept_batch
from villagefp.county.devices import NewDevice
from villagefp.county.engine import sqlite_engine
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.storage import seeds
from villagefp.storage.keyslots import Cost
from villagefp.storage.store import create_store
from villagefp.wire import links
from villagefp.wire.batch import Packing
from villagefp.wire.cut import cut
from villagefp.wire.seed import Part, open_part
from villagefp.wire.signing import SigningKey

KEY, COUNTY = SigningKey(bytes(range(32))), SigningKey(bytes(32))
PASSPHRASE = "four words for measuring"
BUDGET = {"bytes": 620_000, "register_bytes": 155_000}


def main() -> int:
    """Prints one JSON object."""
    measured = history.of_workload(workload.build())
    with tempfile.TemporaryDirectory() as folder:
        county = _county(Path(folder) / "county.db", measured.history, len(measured.village))
        reader = _reader(county, measured.history)
        start = time.process_time()
        told = seeding.seed_for(county, COUNTY, measured.history.village, reader, None)
        made = time.process_time()
        parts = [open_part(part, [COUNTY.public], measured.history.village) for part in told.parts]
        register = parts[0].seed.register_parts
        taken = _taken(Path(folder) / "store", parts)
        county.close()
    sizes = [len(part) for part in told.parts]
    print(
        json.dumps(
            {
                "changes": len(measured.village),
                "parts": len(sizes),
                "largest_part": max(sizes),
                "bytes": sum(sizes),
                "register_parts": register,
                "register_bytes": sum(sizes[:register]),
                "make_cpu_s": round(made - start, 2),
                "take_register_cpu_s": round(sum(taken[:register]), 2),
                "take_cpu_s": round(sum(taken), 2),
                "budget": BUDGET,
            }
        )
    )
    return 0


def _county(path: Path, writer: History, changes: int) -> County:
    engine = sqlite_engine(path, bytes(32))
    bring_up_to_date(engine)
    county = County(engine, Ambient())
    county.found_village(writer.village, "990101101201", "W")
    devices.enrol(county, writer.village, NewDevice(writer.device, KEY.public, "W", "village_doctor"), "benchmark")
    packing = Packing(key=KEY, cover_of=writer.covers.__getitem__)
    for batch in cut(writer.logged[:changes], links.first_link(writer.village, writer.device), packing):
        accept_batch(county, batch)
    return county


def _reader(county: County, writer: History) -> bytes:
    """A second laptop of the village, which has nothing."""
    device = county.ambient.new_id()
    devices.enrol(county, writer.village, NewDevice(device, COUNTY.public, "new", "village_doctor"), "benchmark")
    return device


def _taken(folder: Path, parts: list[Part]) -> list[float]:
    """Processor seconds that a laptop needs for each part, each in a transaction of its own."""
    store = create_store(
        folder,
        village_code="990101101201",
        village_name="W",
        worker_name="W",
        passphrase=PASSPHRASE,
        ambient=Ambient(),
        cost=Cost(passes=1, memory=8192),
    ).store
    seconds = []
    for part in parts:
        start = time.process_time()
        with store.taking() as taking:
            if part.number == 1:
                seeds.begin(taking, part.seed)
            seeds.apply_part(taking, part)
        seconds.append(time.process_time() - start)
    store.close()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
