"""Logs for tests of batches: changes with their links and keys, as a laptop would have them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from villagefp.wire import links
from villagefp.wire.batch import Packing, encode_batch, open_batch
from villagefp.wire.change import Change, LoggedChange, pack_body, pack_header
from villagefp.wire.links import Cover
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import in_order

KEY = SigningKey(bytes(range(32)))
OTHER_KEY = SigningKey(bytes(range(1, 33)))
VILLAGE, DEVICE, WORKER = (bytes.fromhex(f"0193a5c0e4007{digit}008000000000000000") for digit in "abc")
NOW = 1_763_770_000_000
"""Milliseconds: the year 2025."""


def new_id(number: int, milliseconds: int = NOW) -> bytes:
    """A UUIDv7 that a test can name."""
    low = random.Random(number).getrandbits(80)
    low = low & ~(0xF << 76) & ~(3 << 62) | 7 << 76 | 2 << 62
    return milliseconds.to_bytes(6, "big") + low.to_bytes(10, "big")


@dataclass
class Laptop:
    """A log that begins at any seq."""

    start: int = 1
    logged: list[LoggedChange] = field(default_factory=list)
    covers: dict[int, Cover] = field(default_factory=dict)
    key: SigningKey = KEY
    device: bytes = DEVICE

    def __post_init__(self) -> None:
        self.link = self.link_before = links.first_link(VILLAGE, self.device)

    def save(self, *changes: Mapping[str, Any], stamp: int = NOW << 16) -> None:
        """One group; a change is told by what differs from a plain one, or by the `body` it was committed to."""
        group = self.start + len(self.logged)
        for told in changes:
            seq = self.start + len(self.logged)
            plain = {"kind": 5, "record": new_id(seq), "fields": {}, "author": WORKER, "stamp": stamp, "group": group}
            body = told.get("body")
            change = Change(village=VILLAGE, device=self.device, seq=seq, **{**plain, **_without_body(told)})
            if body is None:
                body = pack_body(change.fields, change.reason)
            self._append(change, body)

    def _append(self, change: Change, body: bytes) -> None:
        segment = links.segment_of(change.seq)
        if segment not in self.covers:
            self.covers[segment] = links.whole_segment(random.Random(segment).randbytes(links.KEY_BYTES))
        key = links.leaf_key(self.covers[segment], links.leaf_of(change.seq))
        assert key is not None
        committed = links.commitment(key, body)
        self.link = links.next_link(self.link, pack_header(change), committed)
        self.logged.append(LoggedChange(change, body, committed, self.link))

    def destroy(self, place: int) -> None:
        """Destroy a body and its key, as an erasure does."""
        entry = self.logged[place]
        seq = entry.change.seq
        segment = links.segment_of(seq)
        self.covers[segment] = links.puncture(self.covers[segment], links.leaf_of(seq))
        bare = Change(**{**_fields_of(entry.change), "fields": {}, "reason": None})
        self.logged[place] = LoggedChange(bare, None, entry.commitment, entry.link)

    def packing(self, **told: Any) -> Packing:
        return Packing(key=self.key, cover_of=self.covers.__getitem__, **told)

    def batch(self, **told: Any) -> bytes:
        return encode_batch(self.logged, self.link_before, self.packing(**told))


def _without_body(told: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in told.items() if name != "body"}
    if "fields" in kept and "body" not in told:
        kept["fields"] = in_order(kept["fields"])
    return kept


def _fields_of(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in change.__struct_fields__}


def laptop_of(saves: Iterable[Sequence[Mapping[str, Any]]], start: int = 1) -> Laptop:
    laptop = Laptop(start)
    for number, save in enumerate(saves):
        laptop.save(*save, stamp=NOW + 60_000 * number << 16)
    return laptop


def assert_comes_out(laptop: Laptop, **told: Any) -> bytes:
    """The batch of the whole log gives back the log, with keys for every body and no other."""
    batch = laptop.batch(**told)
    records = {entry.change.name: entry.change.record for entry in laptop.logged}
    opened = open_batch(batch, KEY.public, record_of=records.get)
    assert list(opened.changes) == laptop.logged
    assert [pack_header(entry.change) for entry in opened.changes] == [
        pack_header(entry.change) for entry in laptop.logged
    ]
    held = {
        (segment << links.DEPTH) + leaf for segment, cover in opened.covers.items() for leaf in links.leaf_keys(cover)
    }
    assert held == {entry.change.seq for entry in laptop.logged if entry.body is not None}
    return batch
