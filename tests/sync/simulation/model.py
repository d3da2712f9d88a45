"""What a village's records must come to, told by a model of its own: a set of writes, and a few lines of heads.

Nothing here is the program's code. A write is known by what it says (kind, record, packed body), not by its name: a
laptop that takes a new identity gives its writes new names, and they must still be the same writes, once each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

COLUMNS = "device, seq, grp, stamp, kind, record, body, replaces, link"

Name = tuple[bytes, int]
Key = bytes
"""What a write says, hashed: the same on every laptop and under every name."""


class Row(NamedTuple):
    """A row of a log, on whichever side."""

    device: bytes
    seq: int
    group: int
    stamp: int
    kind: int
    record: bytes
    body: bytes | None
    replaced: bytes
    link: bytes

    @property
    def name(self) -> Name:
        return self.device, self.seq

    @property
    def key(self) -> Key | None:
        """What it says; nothing where its body was destroyed."""
        if self.body is None:
            return None
        return blake2b(self.kind.to_bytes(2, "big") + self.record + self.body, digest_size=12).digest()

    @property
    def replaces(self) -> dict[int, frozenset[Name]]:
        """By field the writes that it overwrites."""
        if not self.replaced:
            return {}
        told = msgspec.msgpack.decode(self.replaced, strict=False)
        return {number: frozenset((device, seq) for device, seq in names) for number, names in told.items()}

    @property
    def fields(self) -> dict[int, Any]:
        """By field what it writes."""
        if self.body is None:
            return dict.fromkeys(self.replaces)
        return dict(msgspec.msgpack.decode(self.body, strict=False)[0])


def rows(found: Iterable[Sequence[Any]]) -> list[Row]:
    """Rows as a query for `COLUMNS` gave them."""
    return [Row(*map(_plain, row)) for row in found]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def by_record(of: Iterable[Row]) -> dict[tuple[int, bytes], list[Row]]:
    """The rows of each record."""
    found: dict[tuple[int, bytes], list[Row]] = defaultdict(list)
    for row in of:
        found[row.kind, row.record].append(row)
    return found


def heads(of: Sequence[Row]) -> dict[int, frozenset[Name]]:
    """The writes of a record that no other write replaces, by field: this is all there is to merging."""
    writes: dict[int, set[Name]] = defaultdict(set)
    replaced: dict[int, set[Name]] = defaultdict(set)
    for row in of:
        for number in row.fields:
            writes[number].add(row.name)
            replaced[number] |= row.replaces.get(number, frozenset()) - {row.name}
    return {number: left for number, names in writes.items() if (left := frozenset(names - replaced[number]))}


def kept_heads(packed: bytes) -> dict[int, frozenset[Name]]:
    """The heads that a table keeps with a record."""
    found: dict[int, set[Name]] = defaultdict(set)
    for device, seq, numbers in msgspec.msgpack.decode(packed):
        for number in numbers:
            found[number].add((device, seq))
    return {number: frozenset(names) for number, names in found.items()}


def shown(number: int, once: bool, of: Sequence[Row]) -> tuple[bool, Any]:
    """Whether a field has a value, and which: of its heads the latest, or of a field written once the first."""
    standing = heads(of).get(number, frozenset())
    speaking = [row for row in of if row.name in standing and row.body is not None]
    if not speaking:
        return False, None
    ordered = sorted(speaking, key=lambda row: (row.stamp, row.device, row.seq))
    return True, ordered[0 if once else -1].fields[number]


def undecided(number: int, of: Sequence[Row]) -> bool:
    """Whether heads of a field say different things."""
    standing = heads(of).get(number, frozenset())
    said = {msgspec.msgpack.encode(row.fields[number]) for row in of if row.name in standing and row.body is not None}
    return len(said) > 1


@dataclass
class Write:
    """A write that some laptop confirmed."""

    key: Key
    where: str  # the laptop and step, for whoever reads a failure
    kind: int
    record: bytes
    replaces: dict[int, frozenset[Key]]
    times: int = 1
    must: int = 1  # how many of these must be there at the end; less where a disk was put back and nobody else had it


@dataclass
class Told:
    """One village as the model has it: every confirmed write, and what was erased."""

    writes: dict[Key, Write] = field(default_factory=dict)
    erased: set[tuple[int, bytes]] = field(default_factory=set)

    def add(self, fresh: Sequence[Row], before: Mapping[Name, Row], where: str) -> Iterator[str]:
        """Remember the writes of a save; tells where one overwrote what had not been seen, or not what had."""
        seen = by_record(before.values())
        for row in fresh:
            name = (row.kind, row.record)
            standing = heads(seen[name])
            everything = frozenset(each for names in standing.values() for each in names)
            for number in row.fields:
                expected = everything if number == 0 else standing.get(number, frozenset())
                if not row.replaces.get(number, frozenset()) <= everything:
                    yield f"{where}: a write overwrites what nobody saw (kind {row.kind}, field {number})"
                if number and row.replaces.get(number, frozenset()) != expected:
                    yield f"{where}: a write leaves a head that was shown (kind {row.kind}, field {number})"
            seen[name].append(row)
            self._keep(row, {**before, **{each.name: each for each in fresh}}, where)

    def _keep(self, row: Row, known: Mapping[Name, Row], where: str) -> None:
        key = row.key
        assert key is not None
        if key in self.writes:
            self.writes[key].times += 1
            self.writes[key].must += 1
            return
        told = {
            number: frozenset(k for each in names if each in known and (k := known[each].key) is not None)
            for number, names in row.replaces.items()
        }
        self.writes[key] = Write(key, where, row.kind, row.record, told)

    def lose(self, gone: Mapping[Key, int]) -> int:
        """Forgive what nobody has any more after a disk was put back: so many of each write may be missing."""
        lost = 0
        for key, times in gone.items():
            write = self.writes.get(key)
            if write is not None and (drop := min(times, write.must)) > 0:
                write.must -= drop
                lost += drop
        return lost

    def written_by_county(self, of: Sequence[Row]) -> None:
        """What the county wrote itself: there is nobody else to say what it should have been."""
        for row in of:
            if row.key is not None and row.key not in self.writes:
                self.writes[row.key] = Write(row.key, "the county", row.kind, row.record, {}, times=2)

    def compare(self, of: Sequence[Row], where: str) -> Iterator[str]:
        """Whether a county's log holds every write exactly once, replacing what it replaced when it was made."""
        found = Counter(row.key for row in of if row.key is not None)
        by_name = {row.name: row for row in of}
        for key, write in sorted(self.writes.items()):
            if (write.kind, write.record) in self.erased:
                continue
            if not write.must <= found[key] <= write.times:
                yield (
                    f"{where}: a write of {write.where} (kind {write.kind}, record {write.record.hex()[-8:]}) is there"
                    f" {found[key]} times, should be {write.must} to {write.times}"
                )
        for row in of:
            name = (row.kind, row.record)
            if (row.body is None) != (name in self.erased):
                said = "destroyed" if row.body is None else "still there"
                yield f"{where}: {row.device.hex()[-4:]}/{row.seq}: the body is {said}"
            if row.key is None:
                continue
            told = self.writes.get(row.key)
            if told is None:
                yield f"{where}: {row.device.hex()[-4:]}/{row.seq}: nobody ever wrote this"
            elif told.times == 1:
                yield from self._same_replaced(row, told, by_name, where)

    def _same_replaced(self, row: Row, told: Write, by_name: Mapping[Name, Row], where: str) -> Iterator[str]:
        for number in sorted(row.replaces.keys() | told.replaces.keys()):
            names = row.replaces.get(number, frozenset())
            keys = frozenset(k for each in names if each in by_name and (k := by_name[each].key) is not None)
            expected = {k for k in told.replaces.get(number, frozenset()) if self.writes[k].must and k != row.key}
            if not expected <= keys <= told.replaces.get(number, frozenset()):
                yield f"{where}: {row.device.hex()[-4:]}/{row.seq}: replaces other writes than when it was made"
