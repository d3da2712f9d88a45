"""What waits for the county: every change above the receipts in one batch, whole groups, and offered bytes stay."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from tests.storage.busy import Busy
from tests.storage.laptops import add, change, give
from villagefp.domain.records import Alias, Person
from villagefp.services import privacy
from villagefp.storage import device_key, erasures, log, outbox, sending
from villagefp.wire.batch import open_batch, read_header
from villagefp.wire.batch_faults import BatchError
from villagefp.wire.cursor import TAG_BYTES, Epoch
from villagefp.wire.erasure import Erasures, open_erasure
from villagefp.wire.hello import name_of
from villagefp.wire.receipt import Receipt, Receipts

AT = "2026-11-22T09:00:00+08:00"


def person(store, name="李芳"):
    return add(store, Person(id=store.ambient.new_id(), name=name))


def filled(store, above=0):
    """What waits once everything is cut."""
    outbox.fill(store)
    with store.read() as connection:
        return outbox.waiting(connection, store.origin, above)


def data_of(store, *waiting):
    with store.read() as connection:
        return [outbox.data(connection, each.name) for each in waiting]


def opened(store, data, *, names=True):
    """A batch as a county opens it that has what the sender has."""
    with store.read() as connection:
        by_name = {one.change.name: one.change.record for one in log.logged_changes(connection)}
    look_up = by_name.get if names else lambda _name: None
    return open_batch(data, device_key.own_key(store).public, record_of=look_up)


def received(store, accepted, *, safe=0, epoch=1):
    receipt = Receipt(village=store.origin.village, device=store.origin.device, epoch=Epoch(epoch, bytes(8)),
                      serial=1, accepted=accepted, safe_seq=safe, link=bytes(TAG_BYTES))  # fmt: skip
    with store.taking() as taking:
        sending.note_receipts(taking.connection, store.origin, Receipts().got(receipt), AT)


def logged(store, origin=None):
    with store.read() as connection:
        return log.changes_between(connection, origin or store.origin, 1, 10**9)


def assert_holds_the_log(store, waiting, above=0):
    """All above a seq is in one batch each, in order, and comes out as it is in the log."""
    changes = [one for data in data_of(store, *waiting) for one in opened(store, data).changes]
    assert [one.change.seq for one in changes] == list(range(waiting[0].first, waiting[-1].last + 1) if waiting else [])
    mine = logged(store)
    assert changes == mine[len(mine) - len(changes) :]
    assert len(changes) >= len(mine) - above
    for each, data in zip(waiting, data_of(store, *waiting), strict=True):
        header = read_header(data)
        assert each == (name_of(data), header.first, header.last, len(data))


def test_what_is_saved_before_the_next_exchange_goes_in_one_batch(two):
    here, _there = two
    for name in ("李芳", "王伟", "张明"):
        person(here, name)
        (only,) = filled(here)
    assert_holds_the_log(here, [only])


def test_an_offered_batch_keeps_its_bytes(two):
    here, _there = two
    person(here)
    (first,) = filled(here)
    (before,) = data_of(here, first)
    with here.save() as save:
        outbox.offered(save.connection, [first.name])
    for name in ("王伟", "张明"):
        person(here, name)
        again, later = filled(here)
    assert again == first
    assert data_of(here, first) == [before]
    assert_holds_the_log(here, [first, later])


def test_what_left_on_a_stick_counts_as_offered(two):
    here, _there = two
    person(here)
    (first,) = filled(here)
    with here.save() as save:
        sending.give_away(save.connection, here.origin, range(1, first.last + 1), "柳树湾村.vfp", AT)
    person(here, "王伟")
    assert filled(here)[0] == first


def test_a_save_larger_than_a_batch_goes_in_parts_and_nothing_else_with_it(two):
    here, _there = two
    person(here)
    new_id, rng = here.ambient.new_id, random.Random(1)
    with here.save() as save:
        save.add_many(Person(id=new_id(), name="李芳", note=rng.randbytes(20).hex()) for _ in range(2500))
    person(here, "王伟")
    parts = filled(here)
    headers = [read_header(data) for data in data_of(here, *parts)]
    assert [header.goes_on for header in headers] == [False, *[True] * (len(headers) - 3), False, False]
    assert len(parts) > 4
    assert_holds_the_log(here, parts)
    with here.save() as save:  # one part was cut anew: what it is of still goes on
        save.connection.exec_driver_sql("DELETE FROM outbox WHERE first = ?", (parts[2].first,))
    assert_holds_the_log(here, filled(here))
    with here.save() as save:
        outbox.offered(save.connection, [each.name for each in filled(here)])
    outbox.cut_again(here, filled(here)[2].name)
    assert_holds_the_log(here, filled(here))


def test_records_go_by_the_name_of_a_change_that_the_county_has(two):
    here, there = two
    theirs, mine = person(there), person(here)
    give(there, here)
    outbox.fill(here)
    with here.save() as save:
        outbox.offered(save.connection, [each.name for each in filled(here)])
    change(here, replace(theirs, name="李小芳"))
    change(here, replace(mine, name="王伟"))
    *_, last = filled(here)
    (data,) = data_of(here, last)
    assert theirs.id not in data
    assert mine.id not in data
    assert_holds_the_log(here, filled(here))
    with pytest.raises(BatchError):
        opened(here, data, names=False)

    outbox.cut_again(here, last.name)  # the county was put back and cannot look them up
    *_, again = filled(here)
    assert (again.first, again.last) == (last.first, last.last)
    assert again.length > last.length
    assert opened(here, *data_of(here, again), names=False).changes == tuple(logged(here)[last.first - 1 :])
    person(here)
    assert again in filled(here)  # it stays as it is, or it would get names again
    outbox.cut_again(here, last.name)  # not here any more
    assert again in filled(here)


def test_batches_stay_until_they_are_safe_and_come_back_where_a_county_lost_them(two):
    here, _there = two
    for name in ("李芳", "王伟", "张明"):
        person(here, name)
        waiting = filled(here)
        with here.save() as save:
            outbox.offered(save.connection, [each.name for each in waiting])
    received(here, 2, safe=1)
    assert filled(here, above=2) == waiting[2:]
    assert filled(here) == waiting
    with here.save() as save:
        outbox.forget(save.connection, here.origin, 1)
    assert filled(here) == waiting[1:]
    received(here, 0, epoch=2)  # put back to before all of it
    assert_holds_the_log(here, filled(here))
    assert filled(here)[1:] == waiting[1:]
    with here.save() as save:
        outbox.drop(save.connection, here.origin, 1)
    with here.read() as connection:
        assert [each.last for each in outbox.waiting(connection, here.origin, 0)] == [1]


def test_what_was_erased_is_in_no_batch_any_more(two):
    here, _there = two
    secret = Person(id=here.ambient.new_id(), name="吕小芳", note="".join(chr(0x4E00 + place) for place in range(400)))
    add(here, secret)
    person(here)
    (before,) = data_of(here, *filled(here))
    with here.save() as save:
        outbox.offered(save.connection, [name_of(before)])
    privacy.erase_person(here, secret.id)
    with here.read() as connection:
        assert outbox.waiting(connection, here.origin, 0) == []
    waiting = filled(here)
    assert_holds_the_log(here, waiting)
    (after,) = (opened(here, data) for data in data_of(here, *waiting))
    assert [one.body is None for one in after.changes] == [True, False]
    assert len(data_of(here, *waiting)[0]) < len(before)


def test_an_erasure_waits_until_the_county_has_it(two):
    here, _there = two
    some = [person(here, name) for name in ("李芳", "王伟")]
    for each in some:
        privacy.erase_person(here, each.id)
    with here.read() as connection:
        (first, told), (second, _told) = outbox.erasures_waiting(connection)
    assert first == name_of(told)
    erased = open_erasure(told, [device_key.own_key(here).public], here.origin.village)
    assert some[0].id in {record for _kind, record in erased.records}
    with here.taking() as taking:
        outbox.erasure_received(taking.connection, first)
        outbox.erasure_received(taking.connection, first)
        assert [name for name, _ in outbox.erasures_waiting(taking.connection)] == [second]
    with here.read() as connection:
        assert len(erasures.statements(connection)) == 2  # they are kept: a copy that is put back forgets again


def test_a_batch_that_is_not_here_is_said_so(two):
    here, _there = two
    with here.read() as connection, pytest.raises(LookupError):
        outbox.data(connection, bytes(16))


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_all_that_is_not_received_waits_in_whole_groups(make, seed):
    laptop = make()
    here, rng = laptop.store, random.Random(seed)
    clerk = Busy(here, rng)
    accepted = 0
    for _ in range(40):
        for _save in range(rng.choice((0, 1, 1, 4))):
            clerk.act()
        waiting = filled(here, accepted)
        assert_holds_the_log(here, waiting, accepted)
        borders = [each.last for each in waiting]
        assert not waiting or borders[-1] == len(logged(here))
        luck = rng.random()
        if luck < 0.4 and waiting:
            sent = waiting[: rng.randrange(1, len(waiting) + 1)]
            with here.save() as save:
                outbox.offered(save.connection, [each.name for each in sent])
            kept = filled(here, accepted)[: len(sent)]
            assert kept == sent
            if rng.random() < 0.6:
                accepted = sent[-1].last
                received(here, accepted, safe=accepted // 2)
                with here.save() as save:
                    outbox.forget(save.connection, here.origin, accepted // 2)
        elif luck < 0.5:
            accepted = rng.choice([0, *(one.change.group - 1 for one in logged(here))])
            received(here, accepted, epoch=2)
        elif luck < 0.6 and waiting:
            outbox.cut_again(here, rng.choice(waiting).name)
        elif luck < 0.7 and (mine := logged(here)):
            one = rng.choice(mine).change
            erasures.erase(here, Erasures(records=frozenset({(one.kind, one.record)})))
        elif luck < 0.75:
            here = clerk.store = laptop.again()


def test_an_alias_is_named_by_its_own_change_too(two):
    here, _there = two
    whose = person(here)
    alias = add(here, Alias(id=here.ambient.new_id(), person=whose.id, name="二嫂"))
    outbox.fill(here)
    with here.save() as save:
        outbox.offered(save.connection, [each.name for each in filled(here)])
    change(here, replace(alias, name="三嫂"))
    (data,) = data_of(here, filled(here)[-1])
    assert alias.id not in data
    assert_holds_the_log(here, filled(here))


def test_many_saves_are_cut_portion_by_portion_without_half_empty_batches(two, monkeypatch):
    here, _there = two
    rng = random.Random(2)
    for _ in range(60):
        with here.save() as save:
            save.add_many(
                Person(id=here.ambient.new_id(), name="李芳", note=rng.randbytes(60).hex()) for _one in range(20)
            )
    monkeypatch.setattr(outbox, "_PORTION", 500)
    portions = filled(here)
    assert_holds_the_log(here, portions)
    assert len(portions) > 2
    assert all(each.length > 24_000 for each in portions[:-1])
