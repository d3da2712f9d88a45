"""The engine: an ordinary day, and what a county, a copy, a clock and other laptops do to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import PASSPHRASE
from tests.storage.laptops import contents, get
from tests.sync.offices import Line, Office, Side, Waits
from villagefp.county import devices
from villagefp.domain.records import Person
from villagefp.errors import UserError
from villagefp.storage import erasures, exchange_facts, identity, rebuild, trust
from villagefp.storage.store import open_store
from villagefp.sync.outcome import Note, Stopped
from villagefp.sync.road import LineError, Refused, Why
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import Erasure, Erasures, sign_erasure
from villagefp.wire.receipt import State


def test_an_ordinary_day_is_one_request(laptop: Side, line: Line) -> None:
    person = laptop.person("张三")
    assert laptop.state(person) is State.WAITING
    done = laptop.exchange(line)
    assert (done.requests, done.notes) == (1, frozenset())
    assert laptop.state(person) is State.RECEIVED
    assert done.sent == laptop.stands().received > 0
    assert laptop.stands().not_received == 0


def test_with_nothing_to_do_it_is_one_request_of_few_bytes(laptop: Side, line: Line) -> None:
    laptop.person("张三")
    laptop.exchange(line)
    done = laptop.exchange(line)
    assert (done.requests, done.sent, done.received) == (1, 0, 0)
    assert done.bytes_up + done.bytes_down <= 230


def test_what_one_enters_the_other_reads(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    person = one.person("张三")
    one.exchange(line)
    assert other.exchange(line).received > 0
    assert get(other.store, person).name == "张三"
    other.person("李四")
    other.exchange(line)
    assert one.exchange(line).received > 0
    assert contents(one.store) == contents(other.store)


def test_much_goes_in_several_requests_and_comes_in_several(make: Callable[..., Side], line: Line) -> None:
    line.office.room = 2000
    one, other = make(), make()
    with one.store.save() as save:
        save.add_many([Person(id=one.ambient.new_id(), name=f"张{n}", note="字" * 60) for n in range(400)])
    one.exchange(line)
    assert one.stands().not_received == 0
    assert other.exchange(line).received >= 400
    assert contents(one.store) == contents(other.store)


def test_a_village_cadre_gets_nothing_sensitive(make: Callable[..., Side], line: Line) -> None:
    doctor, cadre = make(), make("village_cadre")
    person = doctor.person("张三")
    doctor.exchange(line)
    cadre.exchange(line)
    assert get(cadre.store, person).name == "张三"
    with cadre.store.read() as connection:
        assert connection.exec_driver_sql("SELECT DISTINCT scope FROM stream_cursor").scalars().all() == [1]


def test_a_clock_far_from_the_countys_is_told_and_work_goes_on(laptop: Side, line: Line) -> None:
    laptop.clock.now += timedelta(days=365)
    laptop.person("张三")
    done = laptop.exchange(line)
    assert Note.CLOCK in done.notes
    assert done.clock_ahead > 364 * 86400
    assert laptop.stands().not_received == 0


def test_a_revoked_laptop_delivers_and_gets_receipts_only(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    other.person("李四")
    other.exchange(line)
    devices.revoke(line.office.county, one.store.origin.village, one.store.origin.device, "clerk")
    one.person("张三")
    done = one.exchange(line)
    assert Note.REVOKED in done.notes
    assert done.received == 0


def test_an_unknown_laptop_is_told_so(laptop: Side, line: Line, office: Office) -> None:
    with office.county.write() as connection:
        connection.exec_driver_sql("UPDATE device SET public = ?", (bytes(32),))
    with pytest.raises(Stopped) as stopped:
        laptop.exchange(line)
    assert stopped.value.why is Why.UNKNOWN


def test_a_laptop_that_is_not_enrolled_is_told_so(laptop: Side, line: Line) -> None:
    with laptop.store.save() as save:
        save.connection.exec_driver_sql("DELETE FROM local_value WHERE key = 'county link'")
    with pytest.raises(UserError, match="not enrolled"):
        laptop.exchange(line)


def test_another_countys_answer_changes_nothing(laptop: Side, line: Line) -> None:
    laptop.person("张三")
    with laptop.store.save() as save:
        link = exchange_facts.county_link(save.connection)
        assert link is not None
        other = exchange_facts.CountyLink(link.address, (bytes(32),), link.seal_key, link.role)
        exchange_facts.put_county_link(save.connection, other)
    with pytest.raises(Stopped) as stopped:
        laptop.exchange(line)
    assert stopped.value.why is Why.OTHER_COUNTY
    assert laptop.stands().received == 0
    with laptop.store.save() as save:
        exchange_facts.put_county_link(save.connection, link)
    laptop.exchange(line)
    assert laptop.stands().not_received == 0


def test_a_portals_page_is_named_at_once(laptop: Side, line: Line) -> None:
    line.after = lambda _answer: b"<!DOCTYPE html><title>Wi-Fi</title>" + b" " * 4000
    with pytest.raises(Stopped) as stopped:
        laptop.exchange(line)
    assert stopped.value.why is Why.PORTAL
    assert stopped.value.outcome.requests == 1


def test_a_flipped_bit_is_asked_again(laptop: Side, line: Line) -> None:
    laptop.person("张三")
    damage = [True, True]

    def flipped(answer: bytes) -> bytes:
        if damage and damage.pop():
            return answer[:40] + bytes([answer[40] ^ 1]) + answer[41:]
        return answer

    line.after = flipped
    laptop.exchange(line)
    assert laptop.stands().not_received == 0


@pytest.mark.parametrize(
    ("why", "most"), [(Why.NO_LINE, 3), (Why.CUT, 6), (Why.FAILED, 6), (Why.BUSY, 6), (Why.SILENT, 3)]
)
def test_a_line_that_never_works_is_given_up(laptop: Side, line: Line, why: Why, most: int) -> None:
    laptop.person("张三")

    def never(_data: bytes) -> bytes:
        raise LineError(why)

    line.before = never
    waits = Waits()
    with pytest.raises(Stopped) as stopped:
        laptop.exchange(line, patience=waits)
    assert stopped.value.why is why
    assert len(line.asked) == most
    assert sum(waits.waited) < 60
    assert laptop.stands().on_its_way == 0
    assert laptop.stands().waiting > 0


def test_a_busy_county_is_asked_again_when_it_says(laptop: Side, line: Line) -> None:
    busy = [LineError(Why.BUSY, 7.0), LineError(Why.BUSY, 9.0)]

    def sometimes(data: bytes) -> bytes:
        if busy:
            raise busy.pop(0)
        return data

    line.before = sometimes
    waits = Waits()
    laptop.exchange(line, patience=waits)
    assert waits.waited == [7.0, 9.0]


def test_a_county_that_is_busy_for_hours_is_not_waited_for(laptop: Side, line: Line) -> None:
    def busy(_data: bytes) -> bytes:
        raise LineError(Why.BUSY, 3600.0)

    line.before = busy
    waits = Waits()
    with pytest.raises(Stopped) as stopped:
        laptop.exchange(line, patience=waits)
    assert stopped.value.why is Why.BUSY
    assert waits.waited == []


def test_what_is_too_large_for_something_between_goes_in_smaller_portions(laptop: Side, line: Line) -> None:
    with laptop.store.save() as save:
        save.add_many([Person(id=laptop.ambient.new_id(), name=f"张{n}", note=f"{n * 7919}" * 9) for n in range(900)])

    def small(data: bytes) -> bytes:
        if len(data) > 5000:
            raise LineError(Why.TOO_LARGE)
        return data

    line.before = small
    laptop.exchange(line)
    assert laptop.stands().not_received == 0


def test_where_not_even_the_smallest_goes_it_ends(laptop: Side, line: Line) -> None:
    laptop.person("张三")

    def nothing(_data: bytes) -> bytes:
        raise LineError(Why.TOO_LARGE)

    line.before = nothing
    with pytest.raises(Stopped) as stopped:
        laptop.exchange(line)
    assert stopped.value.why is Why.TOO_LARGE


def test_somebody_stops_it_and_what_came_is_kept(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    with one.store.save() as save:
        people = [Person(id=one.ambient.new_id(), name=f"张{n}", note=f"{n * 7919}" * 9) for n in range(600)]
        save.add_many(people)
    one.exchange(line)
    came = [0]

    def soon(_told: object) -> None:
        came[0] += 1

    with pytest.raises(Stopped) as stopped:
        other.exchange(line, progress=soon, cancelled=lambda: came[0] > 8)
    assert stopped.value.why is None
    before = other.exchange(line).bytes_down
    assert before < len(line.answered[-1]) + 1000
    assert contents(one.store) == contents(other.store)


def test_two_exchanges_of_one_store_at_once_are_refused(laptop: Side, line: Line) -> None:
    def meanwhile(data: bytes) -> bytes:
        with pytest.raises(UserError, match="under way"):
            laptop.exchange(Line(line.office))
        return data

    line.before = meanwhile
    laptop.exchange(line)
    line.before = lambda data: data
    laptop.exchange(line)


def test_a_save_during_the_exchange_goes_with_the_next_request(laptop: Side, line: Line) -> None:
    first = laptop.person("张三")
    late: list[Person] = []

    def meanwhile(data: bytes) -> bytes:
        if not late:
            late.append(laptop.person("李四"))
        return data

    line.before = meanwhile
    laptop.exchange(line)
    assert laptop.state(first) is State.RECEIVED
    assert laptop.state(late[0]) is State.WAITING
    laptop.exchange(line)
    assert laptop.state(late[0]) is State.RECEIVED


def test_an_erasure_goes_up_and_comes_down(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    person = one.person("张三")
    one.exchange(line)
    other.exchange(line)
    erase(one, person)
    one.exchange(line)
    other.exchange(line)
    assert get(other.store, person) is None
    listed = erasures.read_list(other.store.folder)
    assert person.id in {record for _kind, record in listed.records}
    with one.store.read() as connection:
        assert exchange_facts.statement_serials(connection) == {"erasure": 1}
    assert contents(one.store) == contents(other.store)


def erase(side: Side, person: Person) -> None:
    name = (BY_NAME["person"].number, person.id)
    with side.store.save() as save:
        key = trust.found_key(save.connection)
        assert key is not None
        told = sign_erasure(Erasure(village=side.store.origin.village, serial=1, records=(name,)), key)
        erasures.keep_statement(save.connection, 1, told)
    erasures.erase(side.store, Erasures(frozenset({name}), frozenset()))


def test_a_county_that_was_put_back_gets_everything_again(
    make: Callable[..., Side], line: Line, office: Office, tmp_path: Path
) -> None:
    one, other = make(), make()
    one.person("张三")
    one.exchange(line)
    other.exchange(line)
    office.county.engine.dispose()
    backup = (tmp_path / "county.db").read_bytes()
    people = [one.person("李四"), other.person("王五")]
    one.exchange(line)
    other.exchange(line)
    office.county.engine.dispose()
    for side in ("-wal", "-shm"):
        (tmp_path / f"county.db{side}").unlink(missing_ok=True)
    (tmp_path / "county.db").write_bytes(backup)
    told = {note for side in (one, other, one) for note in side.exchange(line).notes}
    assert Note.COUNTY_PUT_BACK in told
    other.exchange(line)
    assert contents(one.store) == contents(other.store)
    for side in (one, other):
        assert side.stands().not_received == 0
        assert all(get(side.store, person).name == person.name for person in people)


def test_a_copied_laptop_takes_a_new_identity_and_loses_nothing(
    make: Callable[..., Side], line: Line, tmp_path: Path
) -> None:
    one = make()
    one.person("张三")
    one.exchange(line)
    one.store.close()
    shutil.copytree(one.folder, tmp_path / "copy")
    one.again()
    twin = Side(open_store(tmp_path / "copy", PASSPHRASE, one.ambient), one.clock, one.ambient, tmp_path / "copy")
    mine, theirs = one.person("李四"), twin.person("王五")
    one.exchange(line)
    done = twin.exchange(line)
    assert Note.NEW_IDENTITY in done.notes
    assert twin.state(theirs) is State.RECEIVED
    assert twin.stands().not_received == 0
    one.exchange(line)
    assert get(one.store, theirs).name == "王五"
    assert get(twin.store, mine).name == "李四"
    assert contents(one.store) == contents(twin.store)
    sound(twin)


def test_an_older_copy_of_the_store_goes_on_and_loses_nothing(
    make: Callable[..., Side], line: Line, tmp_path: Path
) -> None:
    one = make()
    one.person("张三")
    one.store.close()
    shutil.copytree(one.folder, tmp_path / "old")
    one.again()
    lost = one.person("李四")
    one.exchange(line)
    one.store.close()
    old = Side(open_store(tmp_path / "old", PASSPHRASE, one.ambient), one.clock, one.ambient, tmp_path / "old")
    done = old.exchange(line)
    assert Note.NEW_IDENTITY in done.notes
    assert get(old.store, lost).name == "李四"
    after = old.person("王五")
    old.exchange(line)
    assert old.state(after) is State.RECEIVED
    sound(old)


def test_nothing_is_received_by_the_receipt_of_a_copy(make: Callable[..., Side], line: Line, tmp_path: Path) -> None:
    """The copy has entered as many changes as the other one sent: its own must not count as received for that."""
    one = make()
    one.exchange(line)
    one.store.close()
    shutil.copytree(one.folder, tmp_path / "copy")
    one.again()
    twin = Side(open_store(tmp_path / "copy", PASSPHRASE, one.ambient), one.clock, one.ambient, tmp_path / "copy")
    one.person("李四")
    theirs = twin.person("王五")
    one.exchange(line)
    states = []

    def look(data: bytes) -> bytes:
        states.append(twin.state(theirs))
        return data

    twin.exchange(Line(line.office, before=look))
    assert State.RECEIVED not in states
    assert twin.state(theirs) is State.RECEIVED
    sound(twin)


def test_a_county_that_was_put_back_to_before_a_succession_hears_of_it_again(
    make: Callable[..., Side], line: Line, office: Office, tmp_path: Path
) -> None:
    one = make()
    one.person("张三")
    one.exchange(line)
    office.county.engine.dispose()
    backup = (tmp_path / "county.db").read_bytes()
    identity.take_new(one.store, one.stands().received)
    one.exchange(line)
    office.county.engine.dispose()
    for name in ("-wal", "-shm"):
        (tmp_path / f"county.db{name}").unlink(missing_ok=True)
    (tmp_path / "county.db").write_bytes(backup)
    person = one.person("李四")
    one.exchange(line)
    assert one.state(person) is State.RECEIVED


def sound(side: Side) -> None:
    with side.store.read() as connection:
        assert rebuild.differences(connection) == []
        assert rebuild.broken_links(connection) == []
        assert identity.successions(connection) == []
    side.store.close()


def test_what_this_program_does_not_do_wrong_rises(laptop: Side, line: Line) -> None:
    def broken(_data: bytes) -> bytes:
        raise RuntimeError("a mistake of the program")

    line.before = broken
    with pytest.raises(RuntimeError):
        laptop.exchange(line)
    assert laptop.stands().on_its_way == 0


def test_a_refusal_stands_as_it_was_said(laptop: Side, line: Line) -> None:
    def refused(_data: bytes) -> bytes:
        raise Refused(Why.CERTIFICATE)

    line.before = refused
    with pytest.raises(Stopped, match="certificate") as stopped:
        laptop.exchange(line)
    assert stopped.value.why is Why.CERTIFICATE
