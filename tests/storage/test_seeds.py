"""Whoever takes a seed has the same records, heads, conflicts and digest as whoever has the whole log."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from msgspec import structs

from tests.storage.busy import Busy
from tests.storage.laptops import add, assert_sound, change, contents, delivery, devices, get, meet
from tests.storage.seeding import COUNTY, POSITION, knows_the_county, seed_of, take, up_to, whole_log
from villagefp.domain.records import Event, Household, IdStatus, Person, Phone
from villagefp.storage import apply, conflicts, cursors, digests, erasures, seeds, standing
from villagefp.storage.foreign import Result
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import Erasure, Erasures, sign_erasure
from villagefp.wire.scopes import EVERY
from villagefp.wire.seed import Stage
from villagefp.wire.seed_records import SeqRange
from villagefp.wire.signed import ExchangeError, Fault
from villagefp.wire.signing import SigningKey

PERSON = BY_NAME["person"].number


def told(store):
    """All but the log, which a seed stands for."""
    return {name: rows for name, rows in contents(store).items() if name != "change_log"}


def assert_same(taker, whole):
    assert told(taker) == told(whole)
    assert digests.bring_up_to_date(taker) == digests.bring_up_to_date(whole)
    with taker.read() as one, whole.read() as other:
        assert to_decide(one) == to_decide(other)
        assert digests.made_anew(one) == digests.made_anew(other)
    assert_sound(taker)


def to_decide(connection):
    """What waits for a decision; of a write a seed tells no more than what still stands of it."""
    return [
        (
            open_one.sort,
            open_one.record,
            open_one.numbers,
            open_one.heads,
            [
                (choice.values, [each.name for each in choice.written], choice.shown, choice.withdrawn, choice.event)
                for choice in open_one.choices
            ],
        )
        for open_one in conflicts.open_conflicts(connection)
    ]


def person(store, name="李芳", **fields):
    return Person(id=store.ambient.new_id(), name=name, **fields)


def progress(store):
    with store.read() as connection:
        return seeds.progress(connection)


def incomplete(store):
    with store.read() as connection:
        return standing.history_incomplete(connection)


@pytest.fixture
def three(make):
    """Two laptops that have worked, and one that has nothing but the founding."""
    made = [make().store for _laptop in range(3)]
    knows_the_county(made[2])
    return made


def test_parts_come_one_by_one_and_the_program_says_how_far_they_are(three):
    here, there, fresh = three
    one = add(here, person(here))
    visit = add(here, Event(id=here.ambient.new_id(), person=one.id, event_type="visit", form="anc_followup",
                            form_version="1", occurred_on="2026-11-20"))  # fmt: skip
    meet(here, there)
    parts = seed_of(whole_log(here), up_to(devices(here)))
    assert [part.stage for part in parts] == [Stage.REGISTER, Stage.HISTORY]
    assert (progress(fresh), incomplete(fresh)) == (None, False)
    with fresh.taking() as taking:
        seeds.begin(taking, parts[0].seed)
    assert (progress(fresh).usable, incomplete(fresh)) == (False, True)
    take(fresh, parts[:1])
    assert (progress(fresh).usable, incomplete(fresh)) == (True, True)
    assert (get(fresh, one), get(fresh, visit)) == (get(here, one), None)
    with fresh.read() as connection:
        assert {cursor.position for cursor in cursors.read(connection, EVERY).values()} == {0}
    take(fresh, parts[1:])
    assert (progress(fresh).complete, incomplete(fresh)) == (True, False)
    with fresh.read() as connection:
        assert cursors.read(connection, EVERY) == {
            stream.scope: cursor for stream, cursor in parts[0].seed.cursors().items()
        }
        assert {cursor.position for cursor in cursors.read(connection, EVERY).values()} == {POSITION}
    assert_same(fresh, here)
    assert take(fresh, parts[:1]) == progress(fresh), "again does no harm"
    assert_same(fresh, here)


def test_a_part_out_of_turn_or_of_no_seed_changes_nothing(three):
    here, _there, fresh = three
    add(here, person(here))
    add(here, Event(id=here.ambient.new_id(), event_type="visit", form="anc_followup", form_version="1",
                    occurred_on="2026-11-20"))  # fmt: skip
    parts = seed_of(whole_log(here), up_to(devices(here)))
    before = contents(fresh)
    with pytest.raises(ExchangeError) as refused, fresh.taking() as taking:
        seeds.apply_part(taking, parts[0])
    assert refused.value.fault is Fault.FORKED
    with pytest.raises(ExchangeError) as refused:
        take(fresh, parts[1:])
    assert refused.value.fault is Fault.GAP
    assert (contents(fresh), progress(fresh)) == (before, None)


def test_work_goes_on_between_parts_and_is_still_sent(three):
    here, _there, fresh = three
    one = add(here, person(here, sex="1"))
    add(here, Event(id=here.ambient.new_id(), person=one.id, event_type="visit", form="anc_followup",
                    form_version="1", occurred_on="2026-11-20"))  # fmt: skip
    parts = seed_of(whole_log(here), up_to(devices(here)))
    take(fresh, parts[:1])
    change(fresh, structs.replace(get(fresh, one), name="李方"))
    mine = add(fresh, person(fresh, "张伟"))
    take(fresh, parts[1:])
    assert (get(fresh, one).name, get(fresh, one).sex, get(fresh, mine).name) == ("李方", "1", "张伟")
    own = [each for each in whole_log(fresh) if each.change.device == fresh.origin.device]
    assert len(own) == 2
    last = devices(fresh)[fresh.origin.device]
    assert [each.result for each in apply.apply(here, [delivery(fresh, fresh.origin.device, 1, last)])] == [
        Result.APPLIED
    ]
    assert_same(fresh, here)


def test_conflicts_come_with_the_heads_and_can_be_decided(three):
    here, there, fresh = three
    one = add(here, person(here, id_no="110101199001011234", id_status=IdStatus.PRESENT))
    meet(here, there)
    change(here, structs.replace(one, id_no="11010119900101123X"))
    change(there, structs.replace(one, id_no="110101199001011235"))
    meet(here, there)
    take(fresh, seed_of(whole_log(here, there), up_to(devices(here))))
    assert_same(fresh, here)
    with fresh.read() as connection:
        (open_one,) = conflicts.open_conflicts(connection)
    assert len(open_one.choices) == 2
    with fresh.save() as save:
        save.decide(open_one.decision(open_one.choices[0]))
    last = devices(fresh)[fresh.origin.device]
    apply.apply(here, [delivery(fresh, fresh.origin.device, 1, last)])
    assert_same(fresh, here)


def test_what_was_erased_comes_by_no_part(three):
    here, there, fresh = three
    one, other = person(here), person(here, "张伟")
    add(here, one, other, Phone(id=here.ambient.new_id(), person=one.id, number="13900000000"))
    meet(here, there)
    gone = Erasures(records=frozenset({(PERSON, one.id)}))
    statement = sign_erasure(Erasure(village=here.origin.village, serial=1, records=tuple(gone.records)), COUNTY)
    for store in (here, there):
        erasures.erase(store, gone)
    parts = seed_of(whole_log(here), up_to(devices(here)), erased=gone, statements=[statement])
    take(fresh, parts)
    assert_same(fresh, here)
    later = Erasures(records=frozenset({(PERSON, other.id)}))
    for store in (here, there, fresh):
        erasures.erase(store, later)
    assert_same(fresh, here)
    with fresh.read() as connection:
        rows = connection.exec_driver_sql("SELECT body FROM seed_change WHERE record = ?", (other.id,)).all()
    assert [row.body for row in rows] == [None], "nothing of it is left in what the seed had brought"


def test_an_erasure_that_the_county_did_not_sign_is_none(three):
    here, _there, fresh = three
    one = add(here, person(here))
    statement = sign_erasure(
        Erasure(village=here.origin.village, serial=1, records=((PERSON, one.id),)), SigningKey(bytes(32))
    )
    with pytest.raises(ExchangeError) as refused:
        take(fresh, seed_of(whole_log(here), up_to(devices(here)), statements=[statement]))
    assert refused.value.fault is Fault.NOT_SIGNED
    assert progress(fresh) is None


def test_a_laptop_that_was_away_loses_nothing_on_the_way(three):
    """It has records already, some of them changed since, some of its own unsent; parts come on top."""
    here, there, away = three
    known = add(here, person(here, "李芳"), Household(id=here.ambient.new_id(), household_no="1"))
    visit = add(here, Event(id=here.ambient.new_id(), person=known.id, event_type="visit", form="anc_followup",
                            form_version="1", occurred_on="2026-11-20"))  # fmt: skip
    meet(here, there, away)
    unsent = add(away, person(away, "张伟"))
    change(away, structs.replace(get(away, known), sex="2"))
    change(here, structs.replace(get(here, known), name="李方"))
    with here.save() as save:
        save.withdraw(Event, visit.id, "by chance")
    new = add(there, person(there, "王明"))
    meet(here, there)
    parts = seed_of(whole_log(here, there), up_to(devices(here)), name=b"a" * 16)
    take(away, parts[:1])
    assert (get(away, known).name, get(away, known).sex, get(away, new).name) == ("李方", "2", "王明")
    assert (get(away, visit) is not None, get(away, unsent).name) == (True, "张伟"), "what has not come yet stays"
    assert_sound(away)
    take(away, parts[1:])
    assert get(away, visit) is None
    last = devices(away)[away.origin.device]
    for store in (here, there):
        apply.apply(store, [delivery(away, away.origin.device, 1, last)])
    assert_same(away, here)


def test_a_seed_that_is_given_up_leaves_what_was_there(three):
    here, _there, away = three
    known = add(here, person(here))
    meet(here, away)
    before = told(away)
    change(here, structs.replace(known, name="李方"))
    add(here, Event(id=here.ambient.new_id(), person=known.id, event_type="visit", form="anc_followup",
                    form_version="1", occurred_on="2026-11-20"))  # fmt: skip
    parts = seed_of(whole_log(here), up_to(devices(here)))
    take(away, parts[:1])
    assert get(away, known).name == "李方"
    with away.taking() as taking:
        seeds.abandon(taking)
    assert (told(away), progress(away)) == (before, None)
    assert_sound(away)
    take(away, parts)
    with away.taking() as taking:
        seeds.abandon(taking)
    assert_same(away, here)


def test_a_newer_seed_takes_over_from_one_that_was_not_whole(three):
    here, _there, fresh = three
    one = add(here, person(here))
    add(here, Event(id=here.ambient.new_id(), person=one.id, event_type="visit", form="anc_followup",
                    form_version="1", occurred_on="2026-11-20"))  # fmt: skip
    first = seed_of(whole_log(here), up_to(devices(here)), name=b"a" * 16)
    change(here, structs.replace(one, name="李方"))
    second = seed_of(whole_log(here), up_to(devices(here)), name=b"b" * 16)
    take(fresh, first[:1])
    with fresh.taking() as taking:
        seeds.begin(taking, second[0].seed)
    assert get(fresh, one).name == "李芳", "what an older seed brought stays until the newer one brings it"
    take(fresh, second[:1])
    assert get(fresh, one).name == "李方"
    take(fresh, second[1:])
    assert_same(fresh, here)
    with fresh.read() as connection:
        assert [each.name for each in standing.seeds(connection)] == [b"b" * 16]
        left = connection.exec_driver_sql("SELECT DISTINCT seed FROM seed_change UNION SELECT seed FROM seed_covered")
        assert left.scalars().all() == [b"b" * 16]


def test_what_only_an_older_seed_had_stays(three):
    """A county that was put back makes a seed that knows less: what nobody gave back yet is not lost here."""
    here, _there, fresh = three
    one = add(here, person(here))
    second = add(here, person(here, "张伟"))
    more = up_to(devices(here))
    less = {device: [SeqRange(1, last - (device == here.origin.device))] for device, ((_, last),) in more.items()}
    take(fresh, seed_of(whole_log(here), more, name=b"a" * 16))
    take(fresh, seed_of(whole_log(here), less, name=b"b" * 16))
    assert (get(fresh, one), get(fresh, second)) == (get(here, one), get(here, second))
    assert_same(fresh, here)


def test_what_is_covered_and_comes_again_is_verified_and_changes_nothing(three):
    here, _there, fresh = three
    one = add(here, person(here))
    change(here, structs.replace(one, name="李方"))
    take(fresh, seed_of(whole_log(here), up_to(devices(here))))
    before = told(fresh)
    whole = delivery(here, here.origin.device, 1, 2, attested=True)
    broken = replace(whole, changes=(whole.changes[0], structs.replace(whole.changes[1], link=bytes(32))))
    assert apply.apply(fresh, [broken])[0].result is Result.BROKEN
    apply.apply(fresh, [whole])
    assert told(fresh) == before
    assert apply.apply(fresh, [whole])[0].result is Result.REPEATED
    assert_same(fresh, here)


def test_own_saves_come_after_what_a_seed_brought(three):
    here, _there, fresh = three
    one = add(here, person(here))
    take(fresh, seed_of(whole_log(here), up_to(devices(here))))
    change(fresh, structs.replace(get(fresh, one), name="李方"))
    stamps = {each.change.device: each.change.stamp for each in whole_log(here, fresh) if each.change.record == one.id}
    assert stamps[fresh.origin.device] > stamps[here.origin.device]


def test_the_history_of_a_record_is_what_still_stands(three):
    here, _there, fresh = three
    one, phone = person(here, sex="1"), Phone(id=here.ambient.new_id(), person=bytes(16), number="1")
    add(here, one, phone)
    change(here, structs.replace(one, name="李方"))
    take(fresh, seed_of(whole_log(here), up_to(devices(here))))
    with fresh.read() as connection, here.read() as other:
        assert [each.change.name for each in standing.changes_of(connection, one.id)] == [
            each.change.name for each in standing.changes_of(other, one.id)
        ]
        assert standing.first_change(connection, one.id).name == standing.first_change(other, one.id).name
        assert [each.record for each in standing.changes_beside(connection, one.id)] == [one.id, phone.id]
        assert standing.count(connection, [PERSON]) == 2


@pytest.mark.parametrize("chance", range(12))
def test_a_seed_at_any_point_and_what_comes_later_in_any_order_is_as_good_as_the_whole_log(make, chance):
    rng = random.Random(chance)
    writers, taker, whole = [make().store, make().store], make().store, make().store
    knows_the_county(taker)
    clerks = [Busy(store, rng) for store in (*writers, taker)]
    everybody = [*writers, taker]
    for _ in range(rng.randrange(4, 25)):
        rng.choice(clerks[:2]).act()
        if rng.random() < 0.3:
            meet(*writers)
        if rng.random() < 0.15:
            meet(*everybody)
    for round_ in range(rng.randrange(1, 3)):
        meet(*writers)
        logged = whole_log(*everybody)
        last = {one.change.device: one.change.seq for one in logged}
        covered = up_to({device: rng.randrange(seq + 1) for device, seq in last.items()})
        if rng.random() < 0.5:  # something is held apart at the county
            covered = {
                device: [SeqRange(1, end // 2), SeqRange(end // 2 + 2, end)] if end > 3 else [SeqRange(1, end)]
                for device, ((_, end),) in covered.items()
            }
        parts = seed_of(logged, covered, name=bytes([round_]) * 16)
        for part in parts:
            take(taker, [part])
            if rng.random() < 0.5:
                clerks[2].act()
            if rng.random() < 0.3:
                rng.choice(clerks[:2]).act()
            assert_sound(taker)
    logged = whole_log(*everybody)
    last = {one.change.device: one.change.seq for one in logged}
    sources = {store.origin.device: store for store in everybody}
    pages = []
    for device, end in last.items():
        source, first = sources.get(device, writers[0]), 1
        while first <= end:
            until = min(end, first + rng.randrange(6))
            pages.append(delivery(source, device, first, until, attested=True))
            first = until + 1
    rng.shuffle(pages)
    apply.apply(taker, [page for page in pages if page.origin.device != taker.origin.device])
    apply.apply(whole, sorted(pages, key=lambda page: (page.origin.device, page.first)))
    assert_same(taker, whole)
