"""Laptops that write changes as real ones do: chained, committed to, signed, and cut into batches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from villagefp.county import devices
from villagefp.county.devices import NewDevice
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.wire import links
from villagefp.wire.batch import Packing
from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_body, pack_header
from villagefp.wire.cut import cut
from villagefp.wire.declared import BY_NAME
from villagefp.wire.links import Cover
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import Value, in_order

VILLAGE = bytes(15) + b"\x01"
WHO = "county clerk"


@dataclass(frozen=True)
class Write:
    """What a save writes to one record."""

    kind: str
    record: bytes
    fields: Mapping[str, Value]
    replaces: Mapping[str, tuple[ChangeName, ...]] = field(default_factory=dict)


class Laptop:
    """One device in one village, with its log in memory."""

    def __init__(self, seed: int, village: bytes = VILLAGE, role: str = "village_doctor") -> None:
        self.chance = random.Random(seed)
        self.village = village
        self.device = self.id()
        self.key = SigningKey(self.chance.randbytes(32))
        self.role = role
        self.log: list[LoggedChange] = []
        self.covers: dict[int, Cover] = {}
        self._author = self.id()

    def id(self) -> bytes:
        """A fresh id of a record."""
        return Ambient(random=self.chance.randbytes).new_id()

    def enrolled(self, county: County) -> Laptop:
        """Known to the county from here on, and its village as well."""
        with county.read() as connection:
            here = connection.exec_driver_sql("SELECT count(*) FROM village").scalar_one()
        if not here:
            county.found_village(self.village, "990101101201", "柳树湾村")
        label = f"laptop {self.device.hex()[-4:]}"
        devices.enrol(county, self.village, NewDevice(self.device, self.key.public, label, self.role), WHO)
        return self

    def save(self, *writes: Write, stamp: int | None = None) -> list[ChangeName]:
        """One save: one group."""
        group = len(self.log) + 1
        return [self._append(write, group, stamp or group) for write in writes]

    def _append(self, write: Write, group: int, stamp: int) -> ChangeName:
        kind = BY_NAME[write.kind]
        change = Change(
            village=self.village,
            device=self.device,
            seq=len(self.log) + 1,
            group=group,
            stamp=stamp,
            author=self._author,
            kind=kind.number,
            record=write.record,
            fields=in_order({kind.by_name[name].number: value for name, value in write.fields.items()}),
            replaces={kind.by_name[name].number: names for name, names in sorted(write.replaces.items())},
        )
        return self.put(change)

    def put(self, change: Change) -> ChangeName:
        """Put a change, the next of its device, into the log."""
        seq, segment = change.seq, links.segment_of(change.seq)
        if segment not in self.covers:
            self.covers[segment] = links.whole_segment(self.chance.randbytes(links.KEY_BYTES))
        body = pack_body(change.fields, change.reason)
        key = links.leaf_key(self.covers[segment], links.leaf_of(seq))
        assert key is not None
        committed = links.commitment(key, body)
        link = links.next_link(self._link_before(seq), pack_header(change), committed)
        self.log.append(LoggedChange(change, body, committed, link))
        return change.name

    def _link_before(self, seq: int) -> bytes:
        return self.log[seq - 2].link if seq > 1 else links.first_link(self.village, self.device)

    def person(self, name: str = "李芳", **fields: Value) -> Write:
        """A new person."""
        return Write("person", self.id(), {"name": name, "name_status": "own", **fields})

    def batches(self, first: int = 1, last: int | None = None) -> list[bytes]:
        """The signed batches of these changes."""
        packing = Packing(key=self.key, cover_of=self.covers.__getitem__)
        return list(cut(self.log[first - 1 : last], self._link_before(first), packing))

    def batch(self, first: int = 1, last: int | None = None) -> bytes:
        """The signed batch of these changes, which must fit into one."""
        (only,) = self.batches(first, last)
        return only

    def copy(self, seed: int) -> Laptop:
        """A second laptop with the same database: what happens when a folder is copied."""
        twin = Laptop(seed, self.village, self.role)
        twin.device, twin.key, twin._author = self.device, self.key, self._author
        twin.log, twin.covers = list(self.log), dict(self.covers)
        return twin


def busy(laptop: Laptop, saves: int) -> Iterator[list[ChangeName]]:
    """Saves as a morning makes them: new people, corrections of those, visits."""
    people: list[tuple[bytes, ChangeName]] = []
    for number in range(saves):
        sort = laptop.chance.randrange(3)
        if sort == 0 or not people:
            write = laptop.person(f"张{number}")
            (name,) = laptop.save(write)
            people.append((write.record, name))
            yield [name]
        elif sort == 1:
            place = laptop.chance.randrange(len(people))
            record, before = people[place]
            (name,) = laptop.save(
                Write(
                    "person",
                    record,
                    {"name": f"王{number}", "name_status": "own"},
                    {"name": (before,), "name_status": (before,)},
                )
            )
            people[place] = record, name
            yield [name]
        else:
            record, _name = laptop.chance.choice(people)
            visit = Write("event", laptop.id(), {"person": record, "form": "postpartum_visit", "outcome": "done"})
            phone = Write("phone", laptop.id(), {"person": record, "number": f"1390000{number:04}"})
            yield laptop.save(visit, phone)


def positions(county: County, village: bytes, scope: int) -> Sequence[int]:
    """All positions of a stream as the store holds them."""
    marks = "?, ?" if county.engine.dialect.name == "sqlite" else "%s, %s"
    village_mark, scope_mark = marks.split(", ")
    with county.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT position FROM change_log WHERE village = {village_mark} AND scope = {scope_mark} "
            "ORDER BY position",
            (village, scope),
        )
        return [position for (position,) in rows]
