"""What happens in a run: work, exchanges, and everything that goes wrong, each a function of the world and chance."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from tests.sync.simulation import model, net, work
from tests.sync.simulation.desk import Desk
from tests.sync.simulation.machines import Clock
from tests.sync.simulation.net import Trouble
from tests.sync.simulation.world import World
from villagefp.county import accept, devices, lineage, moves
from villagefp.errors import UserError
from villagefp.services import transfers
from villagefp.services.transfers import Wish

Happening = Callable[[World, random.Random], None]
FAULTS_A_SEED = 8


def deck(seed: int, chance: random.Random) -> list[str]:
    """The faults of a seed: some in turn, so that every kind comes again and again, and some by chance."""
    kinds = sorted(FAULTS)
    turn = [kinds[(seed * 5 + place) % len(kinds)] for place in range(5)]
    picked = turn + [chance.choice(kinds) for _ in range(FAULTS_A_SEED - len(turn))]
    chance.shuffle(picked)
    return picked


def _any(world: World, chance: random.Random) -> Desk:
    return world.desks[int(chance.random() * len(world.desks))]


def a_work(world: World, chance: random.Random) -> None:
    world.work(_any(world, chance), chance)


def an_exchange(world: World, chance: random.Random) -> None:
    world.exchange(_any(world, chance))


def morning(world: World, chance: random.Random) -> None:
    """The program is closed and opened again; the county makes its backup."""
    desk = _any(world, chance)
    desk.close()
    desk.note(f"{desk.label} at {world.step}")
    if chance.random() < 0.5:
        desk.copies.append(desk.files())
    if chance.random() < 0.5:
        world.office.backup()
    world.say(f"{desk.label} was closed and opened")


def a_stick(world: World, chance: random.Random) -> None:
    """Somebody carries a stick a part of its way."""
    desk, stick = _any(world, chance), chance.choice(world.sticks)
    what = chance.choices(("write", "county", "take"), (4, 3, 3))[0]
    if what == "county":
        world.county_takes(stick)
    elif what == "write":
        world.write_stick(desk, stick)
    else:
        world.take_stick(desk, stick)


# the line


def _line_trouble(kind: str) -> Happening:
    def strike(world: World, chance: random.Random) -> None:
        desk = _any(world, chance)
        if chance.random() < 0.7:
            world.work(desk, chance, work.much if chance.random() < 0.3 else work.event)
        size = chance.choice((0, 1, 60, 130, 300, 1000, 4000, chance.randrange(70_000)))
        times = chance.choice((1, 1, 2, 3))
        if kind == "cut_every":
            size, times = chance.choice((2000, 4096, 8192)), 30
        world.troubles[desk.label] = [Trouble(kind, size, times)]
        world.exchange(desk)

    return strike


# sticks


def stick_pulled(world: World, chance: random.Random) -> None:
    """Out of the laptop while it is being written; what is on it goes on to the county."""
    desk, stick = _any(world, chance), chance.choice(world.sticks)
    world.work(desk, chance)
    stick.pulled_after = chance.choice((0, 10, 40, 200, 1000))
    world.write_stick(desk, stick)
    if stick.pulled_after is None:
        world.strike("stick_pulled")
    stick.pulled_after = None
    world.county_takes(stick)


def stick_damaged(world: World, chance: random.Random) -> None:
    """A file under its right name is cut short, or has a bit altered."""
    desk, stick = _any(world, chance), chance.choice(world.sticks)
    world.write_stick(desk, stick)
    if chance.random() < 0.5:
        world.county_takes(stick)
    for name in sorted(stick.files)[-2:]:
        data = stick.files[name]
        place = chance.randrange(len(data) or 1)
        half = data[:place]
        stick.files[name] = half if chance.random() < 0.5 else half + bytes([data[place] ^ 4]) + data[place + 1 :]
    world.strike("stick_damaged")
    world.county_takes(stick)
    world.take_stick(desk, stick)


def stick_of_old(world: World, chance: random.Random) -> None:
    """Files of long ago turn up again, in any order, at the county and in the villages."""
    stick = chance.choice(world.sticks)
    old = [each for one in world.sticks for each in one.ever]
    for name, data in chance.sample(old, min(len(old), 6)):
        stick.files[f"{name}({chance.randrange(9)})"] = data
    world.strike("stick_of_old")
    world.county_takes(stick)
    for _ in range(3):
        world.take_stick(_any(world, chance), stick)


def stick_crossed(world: World, chance: random.Random) -> None:
    """The same work goes by stick and by network at once, and the answers cross."""
    desk, stick = _any(world, chance), chance.choice(world.sticks)
    world.work(desk, chance)
    world.write_stick(desk, stick)
    world.work(desk, chance)
    for way in chance.sample(("county", "network", "network"), 3):
        if way == "county":
            world.county_takes(stick)
        else:
            world.exchange(desk)
    world.strike("stick_crossed")
    world.take_stick(desk, stick)


def stick_of_two(world: World, chance: random.Random) -> None:
    """Two laptops on one stick, there and back."""
    one, other, stick = _any(world, chance), _any(world, chance), chance.choice(world.sticks)
    for desk in (one, other):
        world.work(desk, chance)
        world.write_stick(desk, stick)
    world.county_takes(stick)
    world.strike("stick_of_two")
    for desk in (other, one):
        world.take_stick(desk, stick)


# clocks


def clock_1970(world: World, chance: random.Random) -> None:
    desk = _any(world, chance)
    desk.clock.set(datetime(1970, 1, 1, chance.randrange(1, 20), tzinfo=UTC))
    world.strike("clock_1970")
    world.work(desk, chance, work.edit)


def clock_2036(world: World, chance: random.Random) -> None:
    desk = _any(world, chance)
    desk.clock.set(datetime(2036, 2, 7, tzinfo=UTC))
    world.strike("clock_2036")
    world.work(desk, chance, work.edit)
    world.exchange(desk)


def clock_jumps(world: World, chance: random.Random) -> None:
    desk = _any(world, chance)
    desk.clock.off += timedelta(days=chance.choice((-400, -1, 1, 30, 3650)))
    world.strike("clock_jumps")


def clock_jumps_meanwhile(world: World, chance: random.Random) -> None:
    """In the middle of an exchange."""
    desk = _any(world, chance)
    days = chance.choice((-365, 3650))

    def jump() -> None:
        desk.clock.off += timedelta(days=days)
        world.strike("clock_jumps_meanwhile")

    world.work(desk, chance)
    world.net.meanwhile.append(jump)
    world.exchange(desk)
    world.net.meanwhile.clear()


def clocks_right(world: World, _chance: random.Random) -> None:
    """Somebody sets all clocks."""
    for desk in world.desks:
        desk.clock.off = timedelta()
    world.strike("clocks_right")


def county_clock(world: World, chance: random.Random) -> None:
    world.office.clock.off += timedelta(days=chance.choice((-2, 1, 400)))
    world.strike("county_clock")


# disks


def _only_there(world: World, number: int, gone: Counter[model.Key], but: Desk | None) -> Counter[model.Key]:
    """Of these writes those that nobody else has who could bring them back."""
    left = Counter(gone)
    village = world.villages[number]
    at_county = Counter(row.key for row in world.office.log(village.id) if row.key is not None)
    for key in list(left):
        if at_county[key]:
            del left[key]
    for desk in world.desks:
        if desk.village is village and desk is not but and not desk.revoked:
            there = desk.keys()
            for key in list(left):
                if there[key]:
                    del left[key]
    return left


def county_rolled_back(world: World, chance: random.Random) -> None:
    """The county's file is copied back."""
    to = world.office.backups[int(chance.random() * len(world.office.backups))]
    before = {v.number: Counter(r.key for r in world.office.log(v.id) if r.key is not None) for v in world.villages}
    world.office.roll_back(to)
    world.strike("county_rolled_back")
    for village in world.villages:
        lost = village.told.lose(_only_there(world, village.number, before[village.number], None))
        world.say(f"village {village.number}: {lost} writes are nowhere any more")


def county_rolled_back_meanwhile(world: World, chance: random.Random) -> None:
    """In the middle of an exchange, between two requests."""
    desk = _any(world, chance)
    world.work(desk, chance, work.much)
    world.troubles[desk.label] = [Trouble("cut_every", 3000, 3)]

    def back() -> None:
        county_rolled_back(world, chance)
        world.strike("county_rolled_back_meanwhile")

    world.net.meanwhile += [lambda: None] * chance.choice((0, 1, 2)) + [back]
    world.exchange(desk)
    if world.net.meanwhile:
        world.net.meanwhile.clear()
        back()


def older_copy_put_back(world: World, chance: random.Random) -> None:
    """A laptop's folder is as it was when somebody copied it; the machine still knows better."""
    _put_back(world, chance, with_mark=False)


def older_copy_on_another_disk(world: World, chance: random.Random) -> None:
    """The same with a new disk, so that nothing on the machine knows of it."""
    _put_back(world, chance, with_mark=True)


def _put_back(world: World, chance: random.Random, *, with_mark: bool) -> None:
    having = [desk for desk in world.desks if desk.copies] or world.desks
    desk = having[int(chance.random() * len(having))]
    if not desk.copies:
        desk.copies.append(desk.files())
        for _ in range(3):
            world.work(desk, chance)
    if chance.random() < 0.5:
        world.exchange(desk)
    before = desk.keys()
    if with_mark:
        shutil.rmtree(desk.outside)
        desk.outside.mkdir()
    desk.put_back(desk.copies[int(chance.random() * len(desk.copies))])
    gone = before - desk.keys()
    lost = desk.village.told.lose(_only_there(world, desk.village.number, gone, desk))
    world.strike("older_copy_on_another_disk" if with_mark else "older_copy_put_back")
    world.say(f"{desk.label} put back: {sum(gone.values())} writes gone here, {lost} everywhere")
    world.work(desk, chance)


def copied(world: World, chance: random.Random) -> None:
    """A laptop's folder is copied to another machine, and both go on."""
    if len(world.desks) > 14:
        return
    desk = _any(world, chance)
    files = desk.files()
    twin = world.new_desk(f"{desk.label}'", desk.village, Clock(world.time), desk.role)
    twin.clock.latest = desk.clock.latest
    twin.revoked, twin.moved_role = desk.revoked, desk.moved_role
    twin.folder.mkdir()
    if chance.random() < 0.4:  # the image of a whole disk: the copy has all the machine knew
        twin.machine = desk.machine
        shutil.copytree(desk.outside, twin.outside, dirs_exist_ok=True)
    twin.put_back(files)
    world.strike("copied")
    for each in (desk, twin, desk, twin):
        world.work(each, chance)
    if chance.random() < 0.5:
        world.exchange(twin)


def power_cut(world: World, chance: random.Random) -> None:
    """In the middle of a save."""
    desk = _any(world, chance)
    desk.power.cut_next(chance.randrange(25))
    world.strike("power_cut")
    world.work(desk, chance)


def power_cut_meanwhile(world: World, chance: random.Random) -> None:
    """In the middle of an exchange."""
    desk = _any(world, chance)
    world.work(desk, chance)
    desk.power.cut_next(chance.choice((chance.randrange(30), chance.randrange(120), chance.randrange(400))))
    world.strike("power_cut_meanwhile")
    world.exchange(desk)


# the county's decisions


def revoked(world: World, chance: random.Random) -> None:
    desk = _any(world, chance)
    if not _is_known(world, desk):
        return
    lineage.revoke(world.office.county, desk.village.id, desk.device, "office")
    world.as_the_county_has_them()
    world.strike("revoked")
    world.work(desk, chance)
    world.exchange(desk)


def readmitted(world: World, chance: random.Random) -> None:
    """The last one that was revoked, or one that is for this, is let in again."""
    having = [desk for desk in world.desks if desk.revoked and _is_known(world, desk)]
    if not having:
        revoked(world, chance)
        having = [desk for desk in world.desks if desk.revoked and _is_known(world, desk)]
    if not having:
        return
    desk = having[int(chance.random() * len(having))]
    devices.readmit(world.office.county, desk.village.id, desk.device, "office")
    accept.reconsider(world.office.county, desk.village.id, desk.device, "office")
    world.as_the_county_has_them()
    world.strike("readmitted")


def _is_known(world: World, desk: Desk) -> bool:
    with world.office.county.read() as connection:
        return devices.find(connection, desk.village.id, desk.device) is not None


def reassigned(world: World, chance: random.Random) -> None:
    """A worker gets another role; what is not sent yet may not be allowed any more."""
    desk = _any(world, chance)
    world.work(desk, chance, work.event)
    role = "village_cadre" if desk.role == "village_doctor" else "village_doctor"
    if not _is_known(world, desk):
        return
    devices.set_role(world.office.county, desk.village.id, desk.device, role, "office")
    accept.reconsider(world.office.county, desk.village.id, desk.device, "office")
    world.as_the_county_has_them()
    world.strike("reassigned")
    world.exchange(desk)


def transfer(world: World, chance: random.Random) -> None:
    """A person moves to another village by her own wish; the county decides."""
    desk = _any(world, chance)
    there = f"99010110120{(desk.village.number + 1) % 3}"
    asked: list[bytes] = []

    def ask(one: Desk, luck: random.Random, _word: str) -> str:
        person = work.some_person(one, luck)
        if person is None:
            return "nobody who moves"
        asked.append(transfers.ask(one.store, person.id, Wish(there, "signed")).id)
        return "asked to move"

    world.work(desk, chance, ask)
    world.exchange(desk)
    for each in asked:
        try:
            told = moves.decide_transfer(
                world.office.county, desk.village.id, each, agreed=chance.random() < 0.8, who="office"
            )
        except (UserError, LookupError) as refused:
            world.say(f"county: {type(refused).__name__}")
        else:
            world.strike("transfer")
            world.say(f"county: agreed {told.agreed}, {told.copied} copied")
    for other in world.desks:
        if chance.random() < 0.4:
            world.exchange(other)


# several at once


def two_at_once(world: World, chance: random.Random) -> None:
    """While one laptop exchanges another one does, with the same county."""
    desk, other = _any(world, chance), _any(world, chance)
    if desk is other:
        return
    world.work(desk, chance)
    world.work(other, chance)

    def exchange() -> None:
        world.strike("two_at_once")
        world.exchange(other)

    world.net.meanwhile.append(exchange)
    world.exchange(desk)
    world.net.meanwhile.clear()


def little_room(world: World, chance: random.Random) -> None:
    """The county gives little with each answer."""
    world.office.room = chance.choice((2_000, 10_000, 60_000))
    world.strike("little_room")


FAULTS: dict[str, Happening] = {
    **{kind: _line_trouble(kind) for kind in net.TROUBLES},
    **{
        each.__name__: each
        for each in (
            clock_1970, clock_2036, clock_jumps, clock_jumps_meanwhile, clocks_right, county_clock,
            county_rolled_back, county_rolled_back_meanwhile, older_copy_put_back, older_copy_on_another_disk, copied,
            stick_pulled, stick_damaged, stick_of_old, stick_crossed, stick_of_two, power_cut,
            power_cut_meanwhile, revoked, readmitted, reassigned, transfer, two_at_once, little_room,
        )
    },
}  # fmt: skip
HAPPENINGS: dict[str, Happening] = {
    "work": a_work, "exchange": an_exchange, "morning": morning, "stick": a_stick, **FAULTS,
}  # fmt: skip


def heal(world: World) -> None:
    """Everything is mended: lines, clocks, and what the county thinks of its laptops."""
    world.troubles.clear()
    world.net.meanwhile.clear()
    chance = world.chance("heal")
    world.office.clock.off = timedelta()
    for desk in world.desks:
        if chance.random() < 0.7:
            desk.clock.off = timedelta()
    world.say("healed")


def names() -> Iterator[str]:
    """Every kind of fault."""
    yield from sorted(FAULTS)
