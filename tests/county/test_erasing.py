"""Erasures at the county: body and key go, chains and positions stay, and nothing comes back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.county.laptops import VILLAGE, WHO, Laptop, Write, positions
from tests.county.reading import stored
from villagefp.county import devices, erasing, log, streams
from villagefp.county.accept import accept, accept_batch
from villagefp.county.delivery import Delivery, Taken
from villagefp.county.keys import of_secret
from villagefp.county.store import County
from villagefp.county.tables import change_log
from villagefp.wire import links
from villagefp.wire.change import LoggedChange
from villagefp.wire.cursor import Stream, advance, start
from villagefp.wire.declared import BY_NAME
from villagefp.wire.digest import EMPTY
from villagefp.wire.erasure import Erasure, bare, sign_erasure
from villagefp.wire.scopes import GENERAL
from villagefp.wire.signed import ExchangeError
from villagefp.wire.signing import SigningKey

KEY = SigningKey(b"county's key".ljust(32))
PERSON = BY_NAME["person"].number


def erase(county: County, serial: int, **named: object) -> bool:
    told = sign_erasure(Erasure(village=VILLAGE, serial=serial, **named), KEY)  # type: ignore[arg-type]
    return erasing.apply(county, VILLAGE, told, [KEY.public])


def bodies(county: County, laptop: Laptop) -> dict[int, bytes | None]:
    with county.read() as connection:
        logged = log.of_groups(connection, VILLAGE, laptop.device, [(1, len(laptop.log))])
    return {one.change.seq: one.body for one in logged}


def keys(county: County, laptop: Laptop) -> dict[int, bytes]:
    with county.read() as connection:
        cover = log.covers_of(connection, VILLAGE, laptop.device, [0])[0]
    return {seq: key for seq in range(1, len(laptop.log) + 1) if (key := links.leaf_key(cover, seq))}


def test_an_erased_person_is_blank_without_body_or_key_and_the_chain_still_holds(county: County) -> None:
    laptop = Laptop(70).enrolled(county)
    person, other = laptop.person("李芳"), laptop.person("王强")
    (made,) = laptop.save(person)
    laptop.save(other)
    laptop.save(Write("person", person.record, {"note": "住在河边"}, {}))
    accept_batch(county, laptop.batch())
    before = keys(county, laptop)
    assert len(before) == 3
    assert erase(county, 1, records=((PERSON, person.record),))
    assert not erase(county, 1, records=((PERSON, person.record),))  # known already
    assert {seq for seq, body in bodies(county, laptop).items() if body is None} == {1, 3}
    assert keys(county, laptop) == {2: before[2]}
    record = stored(county, VILLAGE)[PERSON, person.record]  # checks the digest as well
    assert (record.fields, record.heads, record.withdrawn) == (b"\x80", b"", True)
    with county.read() as connection:
        of = Stream(VILLAGE, GENERAL)
        read = streams.read(connection, of, 0, 10)
        assert advance(start(of), [one.delivered.link for one in read]) == streams.cursors(connection, VILLAGE)[GENERAL]
    # A later edit by somebody who has not heard of it: taken, numbered, and its body is dropped at the door.
    laptop.save(Write("person", person.record, {"name": "李方", "name_status": "own"}, {"name": (made,)}))
    assert accept_batch(county, laptop.batch()) == Taken(4, 1)
    assert bodies(county, laptop)[4] is None
    assert 4 not in keys(county, laptop)
    assert stored(county, VILLAGE)[PERSON, person.record] == record


def test_an_erased_change_leaves_what_else_was_written(county: County) -> None:
    laptop = Laptop(71).enrolled(county)
    person = laptop.person("李芳")
    laptop.save(person)
    laptop.save(Write("person", person.record, {"note": "不该记下的话"}))
    accept_batch(county, laptop.batch())
    assert erase(county, 1, changes=((laptop.device, 2),))
    kept = stored(county, VILLAGE)[PERSON, person.record]
    assert "李芳".encode() in kept.fields
    assert "不该".encode() not in kept.fields
    with county.read() as connection:
        marks = select(func.count()).select_from(change_log).where(change_log.c.body.is_(None))
        assert connection.execute(marks).scalar_one() == 1


def test_what_was_erased_before_it_came_is_never_written_down(county: County) -> None:
    laptop = Laptop(72).enrolled(county)
    person = laptop.person("李芳")
    laptop.save(person)
    assert erase(county, 1, records=((PERSON, person.record),))
    accept_batch(county, laptop.batch())
    assert bodies(county, laptop) == {1: None}
    assert [*positions(county, VILLAGE, GENERAL)] == [1]
    assert stored(county, VILLAGE)[PERSON, person.record].withdrawn
    with county.read() as connection:
        assert streams.digests(connection, VILLAGE)[GENERAL] == EMPTY.erase(PERSON, person.record, None)


def test_a_missing_body_is_taken_only_where_an_erasure_names_it(county: County) -> None:
    laptop = Laptop(73).enrolled(county)
    person = laptop.person("李芳")
    laptop.save(person)
    whole = laptop.log[0]
    delivery = Delivery(
        village=VILLAGE,
        device=laptop.device,
        link_before=links.first_link(VILLAGE, laptop.device),
        changes=(LoggedChange(bare(whole.change), None, whole.commitment, whole.link),),
        covers={},
    )
    with pytest.raises(ExchangeError):
        accept(county, delivery)
    erase(county, 1, records=((PERSON, person.record),))
    assert accept(county, delivery) == Taken(1, 1)


def test_changes_that_are_not_what_their_links_say_are_not_taken(county: County) -> None:
    laptop = Laptop(74).enrolled(county)
    laptop.save(laptop.person("李芳"))
    laptop.save(laptop.person("王强"))
    one, other = laptop.log
    before = links.first_link(VILLAGE, laptop.device)
    swapped = LoggedChange(one.change, other.body, one.commitment, one.link)
    for changes, covers in (((swapped,), laptop.covers), ((one,), {}), ((other,), laptop.covers)):
        with pytest.raises(ExchangeError):
            accept(
                county,
                Delivery(village=VILLAGE, device=laptop.device, link_before=before, changes=changes, covers=covers),
            )
    assert stored(county, VILLAGE) == {}


def test_an_erasure_that_nobody_signed_who_may_changes_nothing(county: County) -> None:
    laptop = Laptop(75).enrolled(county)
    person = laptop.person("李芳")
    laptop.save(person)
    accept_batch(county, laptop.batch())
    told = sign_erasure(Erasure(village=VILLAGE, serial=1, records=((PERSON, person.record),)), laptop.key)
    with pytest.raises(ExchangeError):
        erasing.apply(county, VILLAGE, told, [KEY.public])
    assert bodies(county, laptop)[1] is not None


def test_an_erased_record_stays_blank_when_one_of_its_changes_is_erased_as_well(county: County) -> None:
    laptop = Laptop(79).enrolled(county)
    person = laptop.person("李芳")
    laptop.save(person)
    accept_batch(county, laptop.batch())
    assert erase(county, 1, records=((PERSON, person.record),))
    before = stored(county, VILLAGE)
    assert erase(county, 2, changes=((laptop.device, 1),))
    assert stored(county, VILLAGE) == before  # checks the digest as well


def test_nobody_erases_what_another_laptop_has_yet_to_send(county: County) -> None:
    laptop, other = Laptop(76).enrolled(county), Laptop(77).enrolled(county)
    other.save(other.person("李芳"))
    devices.revoke(county, VILLAGE, laptop.device, WHO)
    with county.read() as connection:
        device = devices.known(connection, VILLAGE, laptop.device)
    for serial, writer in enumerate((other, laptop), 1):
        named = Erasure(village=VILLAGE, serial=serial, changes=((writer.device, 1),))
        assert erasing.of_device(county, device, sign_erasure(named, laptop.key), of_secret(bytes(32)))
    accept_batch(county, other.batch())
    assert bodies(county, other)[1] is not None
    with county.read() as connection:
        assert len(erasing.since(connection, VILLAGE, 0)) == 1, "of its own that never came nothing is destroyed"
