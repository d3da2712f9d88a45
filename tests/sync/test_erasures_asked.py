"""An erasure that a laptop may not do by itself: the county keeps it, says that it waits, and decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.storage.laptops import get
from tests.sync.offices import Line, Office, Side
from villagefp.county import devices, erasing, erasure_deciding, log, tasks
from villagefp.domain.records import Event, Person
from villagefp.errors import UserError
from villagefp.services import exchange, privacy
from villagefp.storage import identity, outbox
from villagefp.wire.receipt import State

WAITS = "for the county's decision"
REFUSED = "did not agree"
DIFFERS = "did not have the same"


def visited(side: Side, name: str) -> Person:
    """A person with care, which a village cadre does not write."""
    person = side.person(name)
    visit = Event(
        id=side.ambient.new_id(),
        person=person.id,
        event_type="visit",
        form="postpartum_visit",
        form_version="1",
        occurred_on="2026-11-20",
    )
    with side.store.save() as save:
        save.add(visit)
    return person


def demote(office: Office, side: Side) -> None:
    devices.set_role(office.county, side.store.origin.village, side.store.origin.device, "village_cadre", "clerk")


def revoke(office: Office, side: Side) -> None:
    devices.revoke(office.county, side.store.origin.village, side.store.origin.device, "clerk")


def asked(office: Office) -> list[bytes]:
    """What waits at the county to be decided."""
    return [line.records[0] for line in tasks.every(office.county) if line.sort == "erasure"]


def decide(office: Office, side: Side, *, granted: bool) -> None:
    (name,) = asked(office)
    village = side.store.origin.village
    erasure_deciding.decide(office.county, office.keys, village, name, granted=granted, who="Liu")


def bodies(office: Office, person: Person) -> list[bool]:
    with office.county.read() as connection:
        query = "SELECT body FROM change_log WHERE record = ? ORDER BY device, seq"
        return [body is not None for (body,) in connection.exec_driver_sql(query, (person.id,))]


def given(side: Side) -> int:
    with side.store.read() as connection:
        return len(outbox.erasures_waiting(connection))


@pytest.mark.parametrize("out", [revoke, demote], ids=["revoked", "may not write all of it"])
def test_it_is_kept_for_the_county_and_said_and_holds_nothing_up(
    make: Callable[..., Side], line: Line, office: Office, out: Callable[[Office, Side], None]
) -> None:
    one, other = make(), make()
    person = visited(one, "张三")
    one.exchange(line)
    other.exchange(line)
    out(office, one)
    late = visited(one, "李四")  # its body will never have been sent
    after = one.person("王五")
    for each in (person, late):
        privacy.erase_person(one.store, each.id)
    done = exchange.over(one.store, line)
    assert any(WAITS in remark for remark in done.remarks)
    assert given(one) == 0
    assert one.stands().waiting == 0
    assert one.state(after) is not State.WAITING
    assert len(asked(office)) == 2
    assert all(bodies(office, person)), "nothing is destroyed before somebody decides"
    requests = len(line.asked)
    again = exchange.over(one.store, line)
    assert len(line.asked) <= requests + 2
    assert any(WAITS in remark for remark in again.remarks)
    assert not any(DIFFERS in remark for remark in again.remarks)
    assert len(asked(office)) == 2
    other.exchange(line)
    assert get(other.store, person).name == "张三"


def test_what_is_granted_becomes_an_erasure_of_the_county(
    make: Callable[..., Side], line: Line, office: Office
) -> None:
    one, other = make(), make()
    person = visited(one, "张三")
    one.exchange(line)
    other.exchange(line)
    demote(office, one)
    after = one.person("王五")
    privacy.erase_person(one.store, person.id)
    one.exchange(line)
    other.exchange(line)
    assert get(other.store, after).name == "王五"
    requests = len(line.asked)
    assert [WAITS in remark for remark in exchange.over(one.store, line).remarks] == [True]
    assert len(line.asked) == requests + 1, "what is to differ is not compared"
    decide(office, one, granted=True)
    assert asked(office) == []
    assert not any(bodies(office, person))
    other.exchange(line)
    assert get(other.store, person) is None
    done = exchange.over(one.store, line)
    assert done.remarks == ()
    requests = len(line.asked)
    assert exchange.over(one.store, line).remarks == ()
    assert len(line.asked) == requests + 1, "digests were compared, and are the same"
    with pytest.raises(UserError):
        erasure_deciding.decide(
            office.county, office.keys, one.store.origin.village, bytes(16), granted=True, who="Liu"
        )


def test_what_is_refused_is_said_once_and_asked_no_more(make: Callable[..., Side], line: Line, office: Office) -> None:
    one, other = make(), make()
    person = visited(one, "张三")
    one.exchange(line)
    other.exchange(line)
    revoke(office, one)
    privacy.erase_person(one.store, person.id)
    one.exchange(line)
    decide(office, one, granted=False)
    assert asked(office) == []
    assert all(bodies(office, person))
    told = [sum(REFUSED in remark for remark in exchange.over(one.store, line).remarks) for _time in range(2)]
    assert told == [1, 0]
    assert not any(DIFFERS in remark for remark in exchange.over(one.store, line).remarks)
    assert given(one) == 0
    other.exchange(line)
    assert get(other.store, person).name == "张三"


def test_later_entries_pass_without_the_body_and_others_follow(
    make: Callable[..., Side], line: Line, office: Office
) -> None:
    one, other = make(), make()
    person = visited(one, "张三")
    one.exchange(line)
    demote(office, one)
    with one.store.save() as save:
        save.change(Person(id=person.id, name="张三", note="不该记下的话"))
    privacy.erase_person(one.store, person.id)
    after = one.person("王五")
    one.exchange(line)
    assert one.state(after) is State.RECEIVED
    assert sorted(bodies(office, person)) == [False, True]
    other.exchange(line)
    assert get(other.store, after).name == "王五"
    assert get(other.store, person).name == "张三"
    decide(office, one, granted=True)
    for side in (one, other):
        side.exchange(line)
    assert get(other.store, person) is None


def test_what_somebody_asked_who_is_another_now_waits_on_and_is_decided_once(
    make: Callable[..., Side], line: Line, office: Office
) -> None:
    one = make()
    person = visited(one, "张三")
    one.exchange(line)
    demote(office, one)
    privacy.erase_person(one.store, person.id)
    one.exchange(line)
    identity.take_new(one.store, one.stands().received)
    done = exchange.over(one.store, line)
    assert any(WAITS in remark for remark in done.remarks)
    assert len(asked(office)) == 1
    decide(office, one, granted=True)
    done = exchange.over(one.store, line)
    assert not any(WAITS in remark for remark in done.remarks)


def test_when_somebody_else_may_nothing_is_left_to_decide(
    make: Callable[..., Side], line: Line, office: Office
) -> None:
    one, other = make(), make()
    person = visited(one, "张三")
    one.exchange(line)
    other.exchange(line)
    revoke(office, one)
    privacy.erase_person(one.store, person.id)
    one.exchange(line)
    assert len(asked(office)) == 1
    privacy.erase_person(other.store, person.id)
    other.exchange(line)
    assert asked(office) == []
    assert not any(bodies(office, person))


def test_a_body_that_nobody_erased_is_still_refused(make: Callable[..., Side], line: Line, office: Office) -> None:
    """A revoked laptop explains only its own entries that never came, and only by what it asked to erase."""
    one, other = make(), make()
    other.person("李四")
    other.exchange(line)
    person = one.person("张三")
    one.exchange(line)
    revoke(office, one)
    privacy.erase_person(one.store, person.id)
    one.exchange(line)
    with office.county.read() as connection:
        device = devices.known(connection, one.store.origin.village, one.store.origin.device)
        changes = connection.exec_driver_sql("SELECT count(*) FROM erased_change").scalar_one()
    assert changes == 0
    with office.county.read() as connection:
        theirs = log.of_groups(connection, device.village, other.store.origin.device, [(1, 1)])
        own = log.of_groups(connection, device.village, device.device, [(1, device.accepted)])
    assert not erasing.explain(office.county, device, theirs, office.keys)
    assert not erasing.explain(office.county, device, own, office.keys)
