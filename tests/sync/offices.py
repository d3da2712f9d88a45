"""A county and its laptops in one process: real stores, and a line that does as it is told."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.conftest import PASSPHRASE, Steps
from tests.storage.laptops import laptop as raw_laptop
from villagefp.county import devices, enrolment, exchange
from villagefp.county.devices import NewDevice
from villagefp.county.keys import CountyKeys
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Household, Person
from villagefp.storage import device_key, exchange_facts, outbox, sending, trust
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.opened import Store
from villagefp.storage.store import open_store
from villagefp.sync import engine
from villagefp.sync.outcome import Outcome, Progress
from villagefp.sync.road import LineError, Refused, Why
from villagefp.wire.frames import RequestReader, pack_answer
from villagefp.wire.receipt import State


class Office:
    """A county: its store and keys."""

    def __init__(self, county: County, keys: CountyKeys) -> None:
        self.county = county
        self.keys = keys
        self.room = exchange.ROOM
        self.heard = 0

    def enrol(self, store: Store, role: str = "village_doctor") -> None:
        """Put a laptop beside the others, as an enrolment does, and pin the county on it."""
        key = device_key.own_key(store)
        with self.county.read() as connection:
            query = "SELECT count(*) FROM village WHERE village = ?"
            here = connection.exec_driver_sql(query, (store.origin.village,)).scalar_one()
        if not here:
            self.county.found_village(store.origin.village, store.village.code, store.village.name or "")
        with store.save() as save:
            seal = exchange_facts.make_seal_key(save.connection, store.ambient.random)
            link = CountyLink("https://county.example", self.keys.signs, self.keys.seal.public, role)
            exchange_facts.put_county_link(save.connection, link)
            for public in self.keys.signs:
                trust.pin(save.connection, public)
        new = NewDevice(store.origin.device, key.public, store.origin.device.hex()[-4:], role, seal.public)
        devices.enrol(self.county, store.origin.village, new, "clerk")

    def hear(self, request: bytes) -> bytes | None:
        """What the county answers to these bytes; nothing where they are not all of a request."""
        reader = RequestReader()
        reader.feed(request)
        if reader.hello is None:
            return None
        if not reader.whole:
            exchange.broke_off(self.county, self.keys, reader.hello, reader.pieces, reader.broken_off())
            return None
        self.heard += 1
        heard = exchange.hear(self.county, self.keys, reader.hello, reader.pieces, room=self.room)
        return pack_answer(heard.answer, heard.following)


@dataclass
class Line:
    """A road to an office. `before` and `after` may break it: they get the bytes and give what arrives of them."""

    office: Office
    before: Callable[[bytes], bytes] = lambda data: data
    after: Callable[[bytes], bytes] = lambda data: data
    asked: list[bytes] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)

    def ask(self, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]) -> None:
        self.asked.append(request)
        arrived = self.before(request)
        sent(len(arrived))
        try:
            answer = self.office.hear(arrived)
        except exchange.UnknownDeviceError as unknown:
            raise Refused(Why.UNKNOWN) from unknown
        if answer is None:
            raise LineError(Why.CUT)
        self.answered.append(answer)
        back = self.after(answer)
        for start in range(0, len(back), 1000):
            came(back[start : start + 1000])
        if len(back) < len(answer):
            raise LineError(Why.CUT)

    def enrol(self, told: bytes) -> bytes:
        return enrolment.claim(self.office.county, self.office.keys, told)


class Waits:
    """Notes how long it should have waited, and comes back at once."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


@dataclass
class Side:
    """A laptop, and how it exchanges."""

    store: Store
    clock: Steps
    ambient: Ambient
    folder: Path

    def exchange(self, road: Any, **given: Any) -> Outcome:
        told: dict[str, Any] = {"patience": Waits(), "progress": _nobody, "cancelled": lambda: False, **given}
        return engine.exchange(self.store, road, **told)

    def again(self) -> Store:
        """Close and open, as after a power cut."""
        self.store.close()
        self.store = open_store(self.folder, PASSPHRASE, self.ambient)
        return self.store

    def person(self, name: str) -> Person:
        """Enter a household with one person; three changes in one save."""
        home = Household(id=self.ambient.new_id(), household_no=name)
        person = Person(id=self.ambient.new_id(), name=name)
        with self.store.save() as save:
            save.add_many([home, person])
        return person

    def stands(self) -> sending.Progress:
        with self.store.read() as connection:
            return sending.progress(connection, self.store.origin)

    def state(self, record: Any) -> State:
        with self.store.read() as connection:
            return sending.states_of(connection, self.store.origin, [record.id])[record.id]

    def waiting(self) -> int:
        """Bytes of batches that wait."""
        outbox.fill(self.store)
        with self.store.read() as connection:
            receipts = exchange_facts.receipts(connection, self.store.origin)
            return sum(one.length for one in outbox.waiting(connection, self.store.origin, receipts.accepted))


def _nobody(_told: Progress) -> None:
    pass


def side(template: Path, folder: Path, seed: int, now: datetime) -> Side:
    """A laptop of the village; the first one founded it, the others have an identity and key of their own."""
    if not seed:
        shutil.copytree(template, folder)
        clock = Steps(now)
        ambient = Ambient(now=clock, random=random.Random(seed).randbytes)
        return Side(open_store(folder, PASSPHRASE, ambient), clock, ambient, folder)
    made = raw_laptop(template, folder, seed, now)
    with made.store.save() as save:
        trust.make_key(save.connection, random.Random(f"key {seed}").randbytes)
    return Side(made.store, made.clock, made.ambient, made.folder)


def many(store: Store, ambient: Ambient, count: int) -> list[Person]:
    """People who do not pack well, in one save."""
    chance = random.Random(count)
    people = [Person(id=ambient.new_id(), name=f"张{n}", note=chance.randbytes(90).hex()) for n in range(count)]
    with store.save() as save:
        save.add_many(people)
    return people


def cut_at(*places: int) -> Callable[[bytes], bytes]:
    """Lets so many bytes through, then so many the next time, and everything when the list is over."""
    left = list(places)
    return lambda data: data[: left.pop(0)] if left else data


@contextmanager
def dying(at: int, into: Any, name: str) -> Iterator[list[int]]:
    """Raise Died at the so-many-th call of a function of a module or class; the list counts the calls."""
    real, calls = getattr(into, name), [0]

    def counted(*told: Any, **given: Any) -> Any:
        calls[0] += 1
        if calls[0] == at:
            raise Died
        return real(*told, **given)

    setattr(into, name, counted)
    try:
        yield calls
    finally:
        setattr(into, name, real)


class Died(BaseException):
    """The process ended here."""
