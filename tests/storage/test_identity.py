"""A laptop that is a copy goes on under a new identity: nothing is lost, nothing is named twice, work goes on."""

from __future__ import annotations

import random
import shutil
import threading
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.conftest import PASSPHRASE, Steps
from tests.durability.disk import cuts, files_in
from tests.durability.traced import traced
from tests.storage.busy import Busy
from tests.storage.laptops import Laptop, add, assert_sound, change, contents, get, give
from tests.storage.test_outbox import assert_holds_the_log, filled, logged, opened, received
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Household, Person
from villagefp.services import privacy
from villagefp.services.sending import progress, state_of
from villagefp.storage import (
    conflicts,
    device_key,
    digests,
    erasures,
    exchange_facts,
    identity,
    local,
    log,
    outbox,
    sending,
    trust,
)
from villagefp.storage.erased import known
from villagefp.storage.log import Origin
from villagefp.storage.store import open_store
from villagefp.wire.batch import open_batch
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import Erasure, Erasures, open_erasure, sign_erasure
from villagefp.wire.receipt import State
from villagefp.wire.signing import SigningKey
from villagefp.wire.succession import open_succession

AT = "2026-11-22T09:00:00+08:00"


def person(store, name="李芳", **fields):
    return add(store, Person(id=store.ambient.new_id(), name=name, **fields))


def copied(laptop, tmp_path, seed=77):
    """A second laptop with the same folder, as a clerk copies it onto a new machine."""
    laptop.store.close()
    folder = tmp_path / f"copy {seed}"
    shutil.copytree(laptop.folder, folder)
    laptop.again()
    clock = Steps(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    ambient = Ambient(now=clock, random=random.Random(seed).randbytes)
    return Laptop(open_store(folder, PASSPHRASE, ambient), clock, ambient, folder)


def told(store, origin):
    """What the changes of an identity say, without the names that they have."""
    return [
        (one.change.stamp, one.change.author, one.change.kind, one.change.record, one.body, sorted(one.change.replaces))
        for one in logged(store, origin)
    ]


def shown(store):
    """The records themselves."""
    kept = contents(store)
    return {
        name: [(row[0], *row[2:]) for row in kept[name]]
        for name in ("person", "household", "alias", "phone", "membership", "event", "episode", "referral")
    } | {name: kept[name] for name in ("person_search", "due")}


def test_what_was_not_received_is_issued_again_and_work_goes_on(two):
    here, _there = two
    first = person(here)
    second = person(here, "王伟")
    change(here, replace(second, name="王小伟"))
    before, old, saved = shown(here), here.origin, told(here, here.origin)
    identity.take_new(here, 1)
    assert here.origin != old
    assert here.origin.village == old.village
    assert shown(here) == before
    assert told(here, old) == saved[:1]
    assert told(here, here.origin) == saved[1:]
    assert_sound(here)
    change(here, replace(first, note="x"))
    change(here, replace(second, name="王大伟"))
    assert [one.change.seq for one in logged(here)] == [1, 2, 3, 4]
    assert set(logged(here)[1].change.replaces.values()) == {((here.origin.device, 1),)}
    with here.read() as connection:
        assert conflicts.open_conflicts(connection) == []
        assert log.own_origin(connection) == here.origin


def test_where_everything_was_received_nothing_is_issued_again(two):
    here, _there = two
    person(here)
    old = here.origin
    saved = told(here, old)
    identity.take_new(here, 5)  # the county knows more of it than this older copy
    assert told(here, old) == saved
    assert logged(here) == []
    person(here, "王伟")
    assert [one.change.seq for one in logged(here)] == [1]


def test_a_copy_and_its_original_lose_nothing(make, tmp_path):
    laptop = make()
    shared = person(laptop.store)
    twin = copied(laptop, tmp_path)
    theirs, mine = person(laptop.store, "王伟"), person(twin.store, "张明")
    change(twin.store, replace(shared, note="by the copy"))
    change(laptop.store, replace(shared, sex="2"))
    assert [one.result for one in give(laptop.store, twin.store)] == []  # under one name nothing can pass
    identity.take_new(twin.store, 1)
    give(laptop.store, twin.store)
    give(twin.store, laptop.store)
    for store in (laptop.store, twin.store):
        assert get(store, theirs) == theirs
        assert get(store, mine) == mine
        assert get(store, shared) == replace(shared, note="by the copy", sex="2")
        assert_sound(store)
    assert shown(laptop.store) == shown(twin.store)
    assert digests.bring_up_to_date(laptop.store) == digests.bring_up_to_date(twin.store)
    twin.store.close()


def test_groups_stay_whole_and_one_that_was_received_in_part_is_issued_as_a_whole(two):
    here, _there = two
    new_id = here.ambient.new_id
    person(here)
    with here.save() as save:
        save.add_many(Person(id=new_id(), name="王") for _ in range(5))
    person(here)
    identity.take_new(here, 4)
    assert [(one.change.seq, one.change.group) for one in logged(here)] == [*((seq, 1) for seq in range(1, 6)), (6, 6)]


def test_stamps_never_go_back_even_where_the_clock_does(make):
    laptop = make()
    here = laptop.store
    person(here)
    last = logged(here)[-1].change.stamp
    laptop.clock.now = datetime(2020, 1, 1, tzinfo=UTC)
    identity.take_new(here, 1)
    person(here, "王伟")
    assert logged(here)[-1].change.stamp > last
    here = laptop.again()
    person(here, "张明")
    assert logged(here)[-1].change.stamp > logged(here)[-2].change.stamp


def test_an_erased_record_is_not_issued_again_and_what_overwrote_still_does(two):
    here, _there = two
    gone, kept = person(here, "吕小芳"), person(here)
    change(here, replace(kept, note="older"))
    change(here, replace(kept, note=None))
    number = BY_NAME["person"].by_name["note"].number
    overwriting = logged(here)[-1].change
    assert overwriting.fields == {number: None}
    erasures.erase(
        here,
        Erasures(records=frozenset({(BY_NAME["person"].number, gone.id)}), changes=frozenset({overwriting.name})),
    )
    identity.take_new(here, 0)
    assert [(one.change.record, one.body is None) for one in logged(here)] == [(kept.id, False)] * 3
    assert get(here, kept) == kept
    assert get(here, gone) is None
    assert_sound(here)


def test_the_old_identity_stays_readable_and_the_new_one_waits(two):
    here, _there = two
    first, second = person(here), person(here, "王伟")
    received(here, 1)
    with here.taking() as taking:
        sending.give_away(taking.connection, here.origin, range(1, 3), "http", AT)
    identity.take_new(here, 1)
    assert state_of(here, first.id) is State.RECEIVED
    assert state_of(here, second.id) is State.WAITING
    assert progress(here).waiting == 1
    received(here, 1)
    assert state_of(here, second.id) is State.RECEIVED


def test_the_succession_is_signed_by_both_keys_and_kept_until_told(two):
    here, _there = two
    person(here)
    old, key = here.origin, device_key.own_key(here)
    with here.save() as save:
        seal = exchange_facts.make_seal_key(save.connection, here.ambient.random)
    said = identity.take_new(here, 0)
    heir = open_succession(said, key.public)
    assert (heir.village, heir.old, heir.new) == (old.village, old.device, here.origin.device)
    assert heir.public == device_key.own_key(here).public != key.public
    second_key = device_key.own_key(here)
    later = identity.take_new(here, 0)
    assert open_succession(later, second_key.public).old == heir.new
    with here.read() as connection:
        assert identity.lineage(connection) == [old.device, heir.new]
        assert identity.successions(connection) == [said, later]
        keys = exchange_facts.seal_keys(connection)
        assert keys[1].public == heir.seal_public
        assert keys[2].secret == seal.secret  # what was sealed to the old one can still be opened
        assert exchange_facts.seal_key(connection).secret == keys[0].secret
    with here.save() as save:
        identity.succession_told(save.connection, said)
        assert identity.successions(save.connection) == [later]


def test_what_the_old_key_signed_still_counts_and_erasures_are_signed_anew(make):
    laptop = make()
    here = laptop.store
    received_, waits = person(here), person(here, "王伟")
    privacy.erase_person(here, received_.id)
    with here.taking() as taking:
        ((name, _told),) = outbox.erasures_waiting(taking.connection)
        outbox.erasure_received(taking.connection, name)
    privacy.erase_person(here, waits.id)
    county = SigningKey(b"county's key".ljust(32))
    lost = sign_erasure(Erasure(village=here.origin.village, serial=2, changes=((bytes(16), 7),)), county)
    with here.taking() as taking:  # the county was put back: it gets its own ones again as it signed them
        trust.pin(taking.connection, county.public)
        outbox.keep_county_erasure(taking.connection, lost)
        outbox.county_lost_erasures(taking.connection)
        outbox.erasure_received(taking.connection, name)
    identity.take_new(here, 0)
    with here.read() as connection:
        ((_name, told_), (_other, kept)) = outbox.erasures_waiting(connection)
    assert kept == lost
    erased = open_erasure(told_, [device_key.own_key(here).public], here.origin.village)
    assert waits.id in {record for _kind, record in erased.records}
    here = laptop.again()  # an opening reads all of them
    with here.read() as connection:
        assert {received_.id, waits.id} <= {record for _kind, record in known(connection).records}


def test_batches_above_are_dropped_and_those_below_can_still_be_given_back(two):
    here, _there = two
    for name in ("李芳", "王伟", "张明"):
        person(here, name)
    (only,) = filled(here)
    with here.save() as save:
        outbox.offered(save.connection, [only.name])
    old = here.origin
    key = device_key.own_key(here)
    identity.take_new(here, 2)
    with here.read() as connection:
        (below,) = outbox.waiting(connection, old, 0)
        data = outbox.data(connection, below.name)
        by_name = {one.change.name: one.change.record for one in log.logged_changes(connection)}
    assert (below.first, below.last) == (1, 2)
    assert open_batch(data, key.public, record_of=by_name.get).changes == tuple(logged(here, old))
    assert len(logged(here, old)) == 2
    assert_holds_the_log(here, filled(here))
    assert opened(here, *(data_of_one(here, each) for each in filled(here))).header.device == here.origin.device


def data_of_one(store, waiting):
    with store.read() as connection:
        return outbox.data(connection, waiting.name)


def test_a_step_that_fails_leaves_the_laptop_what_it_was(two, monkeypatch):
    here, _there = two
    person(here)
    before, old = contents(here), here.origin

    def failing(*_told):
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(identity, "sign_succession", failing)
    with pytest.raises(RuntimeError, match="the disk is gone"):
        identity.take_new(here, 0)
    assert here.origin == old
    assert contents(here) == before
    person(here, "王伟")
    assert [one.change.seq for one in logged(here, old)] == [1, 2]


def test_a_save_that_waits_meanwhile_counts_under_the_new_id(two):
    here, _there = two
    person(here)
    with here.becoming(here.ambient.new_id()) as taking:
        waiting = threading.Thread(target=person, args=(here, "王伟"))
        waiting.start()
        taking.connection.exec_driver_sql("DELETE FROM change_log WHERE device = ?", (here.origin.device,))
        taking.refold({(BY_NAME["person"].number, taking.connection.exec_driver_sql(
            "SELECT id FROM person").scalar_one())})  # fmt: skip
    waiting.join()
    assert [one.change.seq for one in logged(here)] == [1]
    with here.save() as save:
        save.connection.exec_driver_sql("DELETE FROM person WHERE name IS NULL")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_saved_records_and_log_agree_after_it(make, seed):
    laptop = make()
    other = make().store
    rng = random.Random(seed)
    clerk, theirs = Busy(laptop.store, rng), Busy(other, rng)
    for _ in range(4):
        for _save in range(rng.randrange(1, 8)):
            clerk.act()
            theirs.act()
        here = laptop.store
        if rng.random() < 0.6:
            give(other, here)
        before, old = shown(here), here.origin
        digests.bring_up_to_date(here)
        mine = logged(here)
        common = rng.randrange(len(mine) + 1)
        identity.take_new(here, common)
        assert shown(here) == before
        assert told(here, old) + told(here, here.origin) == [
            (one.change.stamp, one.change.author, one.change.kind, one.change.record, one.body,
             sorted(one.change.replaces))
            for one in mine
        ]  # fmt: skip
        assert_sound(here)
        with here.read() as connection:
            anew = digests.made_anew(connection)
        assert digests.bring_up_to_date(here) == anew
        assert_holds_the_log(here, filled(here))
        if rng.random() < 0.5:
            clerk.store = laptop.again()


def test_power_is_cut_anywhere_and_it_is_wholly_the_one_or_the_other(make, tmp_path):
    laptop = make()
    home = add(laptop.store, Household(id=laptop.ambient.new_id(), household_no="12"))
    for name in ("李芳", "王伟"):
        change(laptop.store, replace(person(laptop.store, name), note="x" * 50))
    filled(laptop.store)
    kept = shown(laptop.store)
    laptop.store.close()
    before = files_in(laptop.folder)
    with traced(laptop.folder) as trace:
        store = open_store(laptop.folder, PASSPHRASE, laptop.ambient)
        old = store.origin
        identity.take_new(store, 2)
        trace.tell("another one")
        change(store, replace(home, household_no="13"))
        store.close()
    laptop.again()
    seen = set()
    for cut in cuts(before, trace.steps, seed=7):
        folder = tmp_path / f"after {cut.number} {cut.luck.name}"
        cut.put(folder)
        store = open_store(folder, PASSPHRASE, laptop.ambient)
        with store.read() as connection:
            state = (
                len(log.changes_between(connection, old, 1, 100)),
                len(identity.lineage(connection)),
                len(identity.successions(connection)),
                store.origin == old,
                [read.last for read in outbox.waiting(connection, old, 0)],
            )
        seen.add(state[3])
        assert state in ((5, 0, 0, True, [5]), (2, 1, 1, False, [2]))
        assert not (cut.told and state[3])
        if get(store, home) == home:
            assert shown(store) == kept
        assert_sound(store)
        store.close()
        shutil.rmtree(folder)
    assert seen == {True, False}


def test_an_older_copy_of_itself_is_noticed_by_the_mark_outside_its_folder(make, tmp_path):
    laptop = make()
    marks = tmp_path / "marks"
    assert not identity.behind(laptop.store, marks)  # there is none yet
    person(laptop.store)
    identity.mark(laptop.store, marks)
    older = copied(laptop, tmp_path, 1)
    person(laptop.store, "王伟")
    assert not identity.behind(laptop.store, marks)
    identity.mark(laptop.store, marks)
    assert not identity.behind(laptop.store, marks)
    assert identity.behind(older.store, marks)
    person(older.store, "张明")
    assert identity.behind(older.store, marks)  # as far, but otherwise
    identity.mark(older.store, marks / "elsewhere")
    identity.take_new(older.store, 1)
    assert not identity.behind(older.store, marks)
    identity.mark(older.store, marks)
    assert identity.behind(laptop.store, marks)  # its id was left on this machine
    (path,) = marks.glob("*.mark")
    assert b"\xe6" not in path.read_bytes()[:17]
    path.write_bytes(path.read_bytes()[:-1])
    assert not identity.behind(laptop.store, marks)  # damaged: it says nothing
    older.store.close()


def test_a_mark_that_says_nothing_new_is_not_written_again(store, tmp_path):
    identity.mark(store, tmp_path / "marks")
    (path,) = (tmp_path / "marks").glob("*.mark")
    before = path.stat().st_mtime_ns
    identity.mark(store, tmp_path / "marks")
    assert path.stat().st_mtime_ns == before


def test_a_store_on_another_machine_or_in_another_folder_is_noticed(two):
    here, _there = two
    with here.save() as save:
        assert not identity.moved(save.connection, b"this machine, this folder")
        identity.note_fingerprint(save.connection, b"this machine, this folder")
        assert not identity.moved(save.connection, b"this machine, this folder")
        assert identity.moved(save.connection, b"this machine, another folder")
        assert b"machine" not in (local.get(save.connection, "fingerprint") or b"")


def test_before_an_exchange_a_copy_becomes_another_device_and_only_once(make, tmp_path):
    laptop = make()
    marks, here, there = tmp_path / "marks", b"this machine", b"another machine"
    link = exchange_facts.CountyLink("", (), bytes(32), "village_doctor")
    person(laptop.store)
    assert not identity.make_sure(laptop.store, marks, here)
    assert not identity.make_sure(laptop.store, marks, there)  # moved, but no county knows it by any name
    with laptop.store.save() as save:
        exchange_facts.put_county_link(save.connection, link)
    assert not identity.make_sure(laptop.store, marks, there)
    older = copied(laptop, tmp_path)
    received(laptop.store, 1)
    person(laptop.store, "王伟")
    assert not identity.make_sure(laptop.store, marks, there)
    first = laptop.origin
    assert identity.make_sure(laptop.store, marks, here)
    assert not identity.make_sure(laptop.store, marks, here)
    assert [len(logged(laptop.store, origin)) for origin in (first, laptop.origin)] == [1, 1]
    assert identity.make_sure(older.store, marks, there)  # on its own machine, and behind the mark
    assert older.origin not in {first, laptop.origin}
    older.store.close()


def test_other_identities_of_the_village_are_not_touched(two):
    here, there = two
    theirs = person(there)
    give(there, here)
    before = [one.link for one in logged(here, Origin(here.origin.village, there.origin.device))]
    identity.take_new(here, 0)
    assert [one.link for one in logged(here, Origin(here.origin.village, there.origin.device))] == before
    assert get(here, theirs) == theirs
