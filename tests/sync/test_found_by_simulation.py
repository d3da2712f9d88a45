"""What the simulation found when it was new, each told by itself in its own few lines: a world with a fixed seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from tests.sync.simulation import checks, work
from tests.sync.simulation.desk import Desk
from tests.sync.simulation.world import World, quick
from villagefp.county import accept, devices, lineage
from villagefp.services import privacy
from villagefp.storage import exchange_facts
from villagefp.sync.outcome import Note
from villagefp.wire.scopes import EVERY


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Laptops A and B in three villages, others in some; nobody has exchanged yet."""
    with quick():
        made = World(1, tmp_path)
        yield made
        made.close()
    assert made.complaints == []


@pytest.fixture
def both(world: World) -> tuple[Desk, Desk]:
    """Two laptops of one village, which know all of each other."""
    one, other = (next(desk for desk in world.desks if desk.label == label) for label in ("A0", "B0"))
    for sort in (work.new_person, work.new_household, work.event):
        do(world, one, sort)
        do(world, other, sort)
    settle(world, one, other)
    return one, other


def do(world: World, desk: Desk, sort: work.Work) -> None:
    world.step += 1
    world.time.pass_(60)
    world.work(desk, world.chance(f"step {world.step}"), sort)


def settle(world: World, *desks: Desk) -> None:
    for _ in range(3):
        for desk in desks:
            assert world.exchange(desk) is not None


def erased(world: World, desk: Desk) -> None:
    """Somebody of this village is erased on this laptop, whatever chance says."""
    before = len(desk.village.told.erased)
    while len(desk.village.told.erased) == before:
        do(world, desk, work.erase)


def at_rest(world: World) -> None:
    world.office.power.on()
    world.rest()
    assert world.complaints == []


def test_a_clock_at_1970_keeps_nobody_from_being_sent(world, both):
    one, other = both
    one.clock.set(datetime(1970, 1, 2, tzinfo=UTC))
    for sort in (work.event, work.new_person, work.event, work.new_household) * 3:
        do(world, one, sort)
        do(world, other, sort)
    at_rest(world)


def test_a_county_put_back_to_before_an_erasure_hears_of_it_again(world, both):
    one, other = both
    world.office.backup()
    do(world, other, work.new_person)
    settle(world, other, one)
    erased(world, one)
    settle(world, one, other)
    world.office.roll_back(world.office.backups[0])  # it knows nothing of anybody, nor of the erasure
    assert world.exchange(other) is not None  # its batches lack what was erased, and it was not the one who erased
    at_rest(world)


def test_a_county_put_back_to_before_a_succession_learns_again_who_goes_on_for_whom(world, both):
    one, _other = both
    world.office.backup()
    before = one.device
    older = one.files()
    do(world, one, work.new_person)
    settle(world, one)
    one.put_back(older)
    do(world, one, work.new_person)
    told = world.exchange(one)
    assert told is not None
    assert Note.NEW_IDENTITY in told.notes or one.device != before
    do(world, one, work.new_person)
    world.office.roll_back(world.office.backups[-1])
    assert world.exchange(one) is not None
    at_rest(world)


def test_a_revoked_laptop_does_not_make_a_put_back_county_count_epochs(world, both):
    one, other = both
    first = world.office.backups[0]
    settle(world, one, other)
    world.office.roll_back(first)
    lineage.revoke(world.office.county, one.village.id, one.device, "office")
    do(world, one, work.new_person)
    told = world.exchange(one)
    assert told is not None
    assert told.requests <= 6
    devices.readmit(world.office.county, one.village.id, one.device, "office")
    accept.reconsider(world.office.county, one.village.id, one.device, "office")
    at_rest(world)


def test_a_laptop_hears_of_another_role_and_reads_what_it_gives(world, both):
    one, other = both
    assert one.role == other.role == "village_doctor"
    for role, after in (("village_cadre", 0), ("village_doctor", len(EVERY))):
        devices.set_role(world.office.county, one.village.id, other.device, role, "office")
        accept.reconsider(world.office.county, one.village.id, other.device, "office")
        for _ in range(6):
            do(world, one, work.event)
        settle(world, one, other)
        with other.store.read() as connection:
            link = exchange_facts.county_link(connection)
        assert link is not None
        assert link.role == role
        assert {row.name for row in one.mine()} <= {row.name for row in other.log()} or not after
    world.as_the_county_has_them()
    at_rest(world)


@pytest.mark.parametrize("heard", [False, True], ids=["erased here", "erased elsewhere"])
def test_a_stick_older_than_an_erasure_leaves_nothing_of_it_in_what_is_kept_for_the_county(world, both, heard):
    one, other = both
    person, stick = work.some_person(one, world.chance("person")), world.sticks[0]
    assert person is not None

    def note(desk: Desk, _chance: Random, word: str) -> str:
        with desk.store.save(word) as save:
            save.change(replace(person, note=word))
        return "a note of who will be erased"

    do(world, one, note)
    assert world.exchange(one) is not None
    world.write_stick(other, stick)
    world.county_takes(stick)  # its answer still tells what was noted
    eraser = one if heard else other
    privacy.erase_person(eraser.store, person.id)
    work.note_erased(eraser)
    if heard:
        settle(world, one, other)
    world.take_stick(other, stick)
    assert "taken 1" in world.lines[-1]
    assert list(checks.left_over(world.office, other)) == []
    at_rest(world)
