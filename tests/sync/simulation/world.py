"""One run: laptops, a county and a stick in one process, seeded work and faults, then peace, rest, and the checks.

Everything that happens follows from the seed, and each step draws from chance of its own: leaving a step out leaves
the chance of all others as it was, so a failing run can be made shorter.
"""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unittest.mock import patch

from tests.conftest import CHEAP, PASSPHRASE
from tests.sync.simulation import checks, work
from tests.sync.simulation.desk import Desk, Village
from tests.sync.simulation.machines import Clock, EndlessError, Patient, Time
from tests.sync.simulation.net import Line, Net, Trouble
from tests.sync.simulation.office import KEY, Office
from tests.sync.simulation.stick import PLACE, Stick
from villagefp.county import devices, erasure_deciding, tasks
from villagefp.county import engine as county_engine
from villagefp.county.devices import NewDevice
from villagefp.county.migrate import bring_up_to_date
from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.storage import device_key, due_plans, exchange_facts, identity, trust
from villagefp.storage import engine as store_engine
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.store import Joining, create_store
from villagefp.sync import engine, stick
from villagefp.sync.outcome import Outcome, Stopped
from villagefp.wire.scopes import scopes_of
from villagefp.wire.signing import SigningKey

STEPS = 200
VILLAGES = 3
ROUNDS = 14
"""Rounds of exchanges after which, with nothing broken any more, everybody must be at rest."""


@dataclass(frozen=True)
class Templates:
    """What every run begins with, made once a process."""

    stores: tuple[tuple[Path, bytes], ...]  # folder and village
    county: Path


@cache
def templates() -> Templates:
    """Three villages as they were founded, and a county without any."""
    base = Path(tempfile.mkdtemp(prefix="villagefp-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    time = Time()
    made = []
    for number in range(VILLAGES):
        ambient = Ambient(now=Clock(time), random=random.Random(f"village {number}").randbytes)
        store = create_store(
            base / f"village {number}",
            village_code=f"99010110120{number}",
            village_name=f"柳树湾{number}村",
            worker_name="王秀兰",
            passphrase=PASSPHRASE,
            ambient=ambient,
            cost=CHEAP,
        ).store
        with store.save() as save:
            due_plans.rebuild(save.connection, store.due_entry())
        store.close()
        made.append((base / f"village {number}", store.origin.village))
    county = county_engine.sqlite_engine(base / "county.db", KEY)
    bring_up_to_date(county)
    county.dispose()
    return Templates(tuple(made), base / "county.db")


@contextmanager
def quick() -> Iterator[None]:
    """No waiting for the disk inside: what a power cut leaves of a file has tests of its own, in this process too."""
    with ExitStack() as undo:
        for module in (store_engine, county_engine):
            pragmas = tuple(each.replace("synchronous = FULL", "synchronous = OFF") for each in module._PRAGMAS)
            undo.enter_context(patch.object(module, "_PRAGMAS", pragmas))
        yield


@dataclass
class Run:
    """What came of a seed."""

    seed: int
    lines: list[str]
    complaints: list[str]
    happened: Counter[str]

    @property
    def log(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


@dataclass
class World:
    """Everything there is in one run."""

    seed: int
    folder: Path
    time: Time = field(default_factory=Time)
    lines: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    villages: list[Village] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    sticks: list[Stick] = field(default_factory=lambda: [Stick(), Stick()])
    troubles: dict[str, list[Trouble]] = field(default_factory=dict)  # by desk
    step: int = 0
    inside: int = 0  # exchanges that are going on
    made: int = 0

    def __post_init__(self) -> None:
        chance = self.chance("world")
        self.office = Office(templates().county, self.folder / "county", Clock(self.time), self.chance("county"))
        self.net = Net(self.office, self.chance("net"), self.strike)
        for number, (template, village) in enumerate(templates().stores):
            self.office.county.found_village(village, f"99010110120{number}", f"柳树湾{number}村")
            self.villages.append(Village(number, village, template, b""))
        self._settle_down(chance)
        self.office.backup()

    def chance(self, about: str) -> random.Random:
        """Chance that belongs to one thing alone."""
        return random.Random(f"{self.seed} {about}")

    def say(self, what: str) -> None:
        """One line of the log."""
        self.lines.append(f"{self.seed} {self.step:03} {self.time.now:%m-%d %H:%M:%S} {what}")

    def strike(self, kind: str) -> None:
        """Something went wrong."""
        self.happened[kind] += 1
        self.say(f"! {kind}")

    # how it begins

    def _settle_down(self, chance: random.Random) -> None:
        """Laptop A founded all villages, B works in all of them under one name, the others in one or two."""
        count = chance.choice((3, 3, 4, 4, 5))
        both = self.chance("B").randbytes(48)
        for letter in range(count):
            clock = Clock(self.time)
            where = range(VILLAGES) if letter < 2 else sorted(chance.sample(range(VILLAGES), chance.choice((1, 1, 2))))
            for number in where:
                own = self.chance(f"laptop {letter} {number}").randbytes(48)
                identity = None if letter == 0 else both if letter == 1 else own
                role = "village_cadre" if letter == 2 and chance.random() < 0.6 else "village_doctor"
                self.add_desk(f"{'ABCDEFGHIJ'[letter]}{number}", number, clock, role, identity)

    def add_desk(self, label: str, number: int, clock: Clock, role: str, identity: bytes | None) -> Desk:
        """A laptop with a village as it was founded, enrolled at the county."""
        village = self.villages[number]
        desk = self.new_desk(label, village, clock, role)
        if identity is None:
            shutil.copytree(village.template, desk.folder)
        else:
            _join(desk, identity)
        with desk.store.save() as save:
            link = CountyLink("https://county.example", self.office.keys.signs, self.office.keys.seal.public, role)
            exchange_facts.put_county_link(save.connection, link)
            for public in self.office.keys.signs:
                trust.pin(save.connection, public)
            seal = exchange_facts.make_seal_key(save.connection, desk.chance.randbytes)
        desk.note(f"{label}, founding")
        new = NewDevice(desk.device, device_key.own_key(desk.store).public, label, role, seal_public=seal.public)
        devices.enrol(self.office.county, village.id, new, "office")
        return desk

    def new_desk(self, label: str, village: Village, clock: Clock, role: str) -> Desk:
        """A place for a laptop; its folder is still to be filled."""
        self.made += 1
        base = self.folder / f"{label}-{self.made}"
        base.mkdir()
        (base / "outside").mkdir()
        desk = Desk(
            label=label,
            village=village,
            folder=base / "store",
            outside=base / "outside",
            clock=clock,
            chance=self.chance(f"ambient {label} {self.made}"),
            role=role,
            machine=self.chance(f"machine {label} {self.made}").randbytes(16),
            complaints=self.complaints,
        )
        self.desks.append(desk)
        return desk

    # what happens

    def work(self, desk: Desk, chance: random.Random, what: work.Work | None = None) -> None:
        """Somebody enters something."""
        word = f"w{self.seed}.{self.step}"
        where = f"{desk.label} at {self.step}"

        def act() -> str:
            try:
                return (what or work.some(chance))(desk, chance, word)
            except UserError as refused:
                return f"refused: {refused}"

        told = desk.powered(act, where)
        count = desk.note(where)
        if "erase" in told or told == "power cut":
            work.note_erased(desk)
        self.say(f"{desk.label} {told}, {count} changes")

    def exchange(self, desk: Desk, *, peace: bool = False) -> Outcome | None:
        """One exchange by HTTP; nothing where it broke off."""
        troubles = [] if peace else self.troubles.pop(desk.label, [])
        line = Line(self.net, troubles)
        before = self.office.put_back
        desk.before_exchange()
        self.inside += 1
        finished: list[Outcome] = []

        def act() -> str:
            desk.make_sure()
            try:
                outcome = engine.exchange(
                    desk.store,
                    line,
                    patience=Patient(self.time),
                    progress=lambda _progress: None,
                    cancelled=lambda: False,
                )
            except Stopped as stopped:
                return f"stopped: {stopped.why}, {_told(stopped.outcome)}"
            identity.mark(desk.store, desk.outside)
            finished.append(outcome)
            return _told(outcome)

        try:
            told = desk.powered(act, f"{desk.label} at {self.step}")
        except EndlessError as endless:
            self.complaints.append(f"{desk.label}: {endless}")
            told = "never ends"
        finally:
            self.inside -= 1
        desk.note(f"{desk.label} at {self.step}")
        work.note_erased(desk)
        self.complaints += checks.status_is_true(self.office, desk, bool(finished) and self.office.put_back == before)
        self.say(f"{desk.label} exchanged: {told} | {desk.status()}")
        return finished[0] if finished else None

    def write_stick(self, desk: Desk, which: Stick) -> None:
        """What waits goes onto a stick."""
        desk.before_exchange()

        def act() -> str:
            desk.make_sure()
            try:
                written = stick.write(desk.store, which, PLACE)
            except UserError as refused:
                return f"stick refused: {refused}"
            return f"wrote a file of {written.changes} changes"

        self._carried(desk, act)

    def take_stick(self, desk: Desk, which: Stick) -> None:
        """What lies on a stick for this laptop is taken."""
        desk.before_exchange()

        def act() -> str:
            desk.make_sure()
            found = stick.take(desk.store, which, PLACE)
            told = Counter(str(one.what) for one in found)
            return "stick: " + (", ".join(f"{what} {told[what]}" for what in sorted(told)) or "nothing")

        self._carried(desk, act)

    def _carried(self, desk: Desk, act: Callable[[], str]) -> None:
        told = desk.powered(act, f"{desk.label} at {self.step}")
        desk.note(f"{desk.label} at {self.step}")
        work.note_erased(desk)
        self.complaints += checks.status_is_true(self.office, desk, finished=False)
        self.say(f"{desk.label} {told} | {desk.status()}")

    def county_takes(self, which: Stick) -> None:
        """The office takes what lies on a stick."""
        self.say(f"county: {which.taken_by_county(self.office, str(self.step))}")

    def as_the_county_has_them(self) -> None:
        """Revocation and role of each laptop, copies and successors included."""
        with self.office.county.read() as connection:
            for desk in self.desks:
                known = devices.find(connection, desk.village.id, desk.device)
                if known is not None:
                    if known.revoked and not desk.revoked:
                        desk.revoked_at = (desk.device, known.accepted)
                    desk.revoked = known.revoked
                    desk.moved_role = desk.moved_role or len(scopes_of(known.role)) < len(scopes_of(desk.role))
                    desk.role = known.role

    # how it ends

    def rest(self) -> None:
        """With nothing broken any more, exchange until nothing moves; then look."""
        for _round in range(ROUNDS):
            moved = self._decide_erasures()
            for desk in self.desks:
                outcome = self.exchange(desk, peace=True)
                self.time.pass_(60)
                moved = moved or outcome is None or bool(outcome.sent or outcome.received)
            if not moved:
                break
        else:
            self.complaints.append("it does not come to rest")
        self.as_the_county_has_them()
        for village in self.villages:
            there = [desk for desk in self.desks if desk.village is village]
            self.complaints += checks.of_village(self.office, village, there)

    def _decide_erasures(self) -> bool:
        """The office agrees to every erasure that a laptop may not do by itself; whether there was any."""
        waiting = [line for line in tasks.every(self.office.county) if line.sort == "erasure"]
        for line in waiting:
            county, keys = self.office.county, self.office.keys
            erasure_deciding.decide(county, keys, line.village, line.records[0], granted=True, who="office")
            self.say(f"county: agrees to an erasure in village {self.number_of(line.village)}")
        return bool(waiting)

    def number_of(self, village: bytes) -> int:
        """How the log calls a village."""
        return next(each.number for each in self.villages if each.id == village)

    def close(self) -> None:
        """Close everything."""
        for desk in self.desks:
            desk.close()
        self.office.close()


def _join(desk: Desk, identity: bytes) -> None:
    """The store of a laptop that comes to a village which somebody else founded."""
    joining = Joining(desk.village.id, identity[:16], SigningKey(identity[16:]), lambda _connection, _keys: None)
    create_store(
        desk.folder,
        village_code=f"99010110120{desk.village.number}",
        village_name=f"柳树湾{desk.village.number}村",
        worker_name=f"王秀兰 {desk.label}",
        passphrase=PASSPHRASE,
        ambient=Ambient(now=desk.clock, random=desk.chance.randbytes),
        cost=CHEAP,
        joining=joining,
    ).store.close()


def _told(outcome: Outcome) -> str:
    notes = " ".join(sorted(outcome.notes))
    return (
        f"sent {outcome.sent}, received {outcome.received}, {outcome.requests} requests, {outcome.bytes_up} up,"
        f" {outcome.bytes_down} down{f', {notes}' if notes else ''}"
    )


Happening = Callable[[World, random.Random], None]


def planned(seed: int, steps: int = STEPS) -> Iterator[tuple[int, str]]:
    """What is to happen at each step."""
    from tests.sync.simulation import faults  # noqa: PLC0415  they are made of a world

    chance = random.Random(f"plan {seed}")
    struck = faults.deck(seed, chance)
    when = dict(zip(sorted(chance.sample(range(10, steps), len(struck))), struck, strict=True))
    for step in range(steps):
        yield step, when.get(step) or chance.choices(("work", "exchange", "stick", "morning"), (71, 16, 8, 5))[0]


@quick()
def run(seed: int, *, without: frozenset[int] = frozenset(), steps: int = STEPS) -> Run:
    """One seed from beginning to end."""
    from tests.sync.simulation import faults  # noqa: PLC0415

    base = Path(tempfile.mkdtemp(prefix="run-", dir=templates().county.parent))
    world = World(seed, base)
    try:
        for step, what in planned(seed, steps):
            if step in without:
                continue
            world.step = step
            chance = world.chance(f"step {step}")
            world.time.pass_(chance.choice((20, 300, 4000, 30000)))
            faults.HAPPENINGS[what](world, chance)
            if world.complaints:
                break
        else:
            world.step = steps
            faults.heal(world)
            world.rest()
    finally:
        world.close()
        shutil.rmtree(base, ignore_errors=True)
    world.say(f"end: {len(world.complaints)} complaints")
    return Run(seed, world.lines, world.complaints, world.happened)
