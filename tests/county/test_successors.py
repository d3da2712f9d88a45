"""Groups that were returned to a laptop before it took another identity: its successor mends them, nobody else does."""

from __future__ import annotations

import pytest

from tests.county.laptops import VILLAGE, WHO, Laptop, Write, positions
from tests.county.reading import in_force, stored
from villagefp.county import devices, lineage, receipts
from villagefp.county.accept import accept_batch, reconsider
from villagefp.county.delivery import Taken
from villagefp.county.store import County
from villagefp.wire.declared import BY_NAME
from villagefp.wire.receipt import Former, Reason, Receipt, Returned
from villagefp.wire.scopes import GENERAL
from villagefp.wire.succession import sign_succession

SEX = BY_NAME["person"].by_name["sex"].number
NOTE = BY_NAME["person"].by_name["note"].number


def heir(county: County, laptop: Laptop, common: int, seed: int) -> Laptop:
    """The laptop that goes on for another one from a seq on."""
    new = Laptop(seed)
    told = sign_succession(VILLAGE, laptop.device, new.device, new.key.public, bytes(32), laptop.key, new.key, common)
    lineage.succeed(county, told)
    return new


def said(county: County, laptop: Laptop) -> Receipt:
    return receipts.receipt(county, VILLAGE, laptop.device)


def test_a_successor_mends_what_came_back_before_and_what_waited_comes_in_order(county: County) -> None:
    laptop = Laptop(30).enrolled(county)
    person = laptop.person("李芳", sex=2)
    (made,) = laptop.save(person)
    laptop.save(Write("person", person.record, {"note": "住在河边"}))
    accept_batch(county, laptop.batch())
    apart = Returned(1, 1, Reason.MALFORMED, SEX, 1), Returned(2, 2, Reason.WAITS, 0, 1)
    assert said(county, laptop).returned == apart
    new = heir(county, laptop, 2, 31)
    assert said(county, new).former == (Former(laptop.device, apart),)
    before = said(county, new)
    new.save(new.person("与此无关"))
    new.save(Write("person", person.record, {"name": "李方", "name_status": "own"}))
    assert accept_batch(county, new.batch()) == Taken(2, 1, held=1)
    assert said(county, new).returned == (Returned(2, 2, Reason.WAITS, 0, 0),)
    new.save(Write("person", person.record, {"sex": "2"}, {"sex": (made,)}))
    assert accept_batch(county, new.batch(3)) == Taken(3, 4)
    assert (said(county, new).returned, said(county, new).former, said(county, laptop).returned) == ((), (), ())
    assert said(county, new).serial > before.serial
    assert said(county, laptop).accepted == 2
    assert stored(county, VILLAGE) == in_force([laptop, new])
    assert [*positions(county, VILLAGE, GENERAL)] == [1, 2, 3, 4, 5]
    with county.read() as connection:
        rows = connection.exec_driver_sql("SELECT device, seq FROM change_log ORDER BY position").all()
    assert [seq for device, seq in rows] == [1, 1, 2, 2, 3]
    assert [bytes(device) == new.device for device, _seq in rows] == [True, False, False, True, True]


def test_what_another_laptop_wrote_after_the_copy_was_made_holds_nobody_up(county: County) -> None:
    laptop = Laptop(32).enrolled(county)
    person = laptop.person("李芳")
    (made,) = laptop.save(person)
    accept_batch(county, laptop.batch())
    new = heir(county, laptop, 1, 33)
    laptop.save(Write("person", person.record, {"note": 1}))  # by the one that goes on under the old name
    accept_batch(county, laptop.batch())
    new.save(Write("person", person.record, {"name": "李方", "name_status": "own"}, {"name": (made,)}))
    assert accept_batch(county, new.batch()) == Taken(1, 1)
    assert said(county, new).former == ()
    assert said(county, laptop).returned == (Returned(2, 2, Reason.MALFORMED, NOTE, 2),)
    new.save(Write("person", person.record, {"note": "住在河边"}, {"note": ((laptop.device, 2),)}))
    accept_batch(county, new.batch())
    assert said(county, laptop).returned != (), "nobody mends what is not his past"


def test_what_waits_under_one_identity_comes_when_another_one_mends(county: County) -> None:
    laptop = Laptop(34).enrolled(county)
    person = laptop.person("李芳", sex=2)
    (made,) = laptop.save(person)
    accept_batch(county, laptop.batch())
    one, other = heir(county, laptop, 1, 35), heir(county, laptop, 1, 36)
    one.save(Write("person", person.record, {"note": "住在河边"}))
    accept_batch(county, one.batch())
    laptop.save(Write("person", person.record, {"birth_date": "1990-01-01"}))
    accept_batch(county, laptop.batch())
    other.save(Write("person", person.record, {"sex": "2"}, {"sex": (made,)}))
    accept_batch(county, other.batch())
    for each in (laptop, one, other):
        assert (said(county, each).returned, said(county, each).former) == ((), ())
    assert stored(county, VILLAGE) == in_force([laptop, one, other])


@pytest.mark.parametrize("whose", ["former", "successor"])
def test_a_role_that_either_gets_releases_what_is_the_past_of_both(county: County, whose: str) -> None:
    laptop = Laptop(37, role="village_cadre").enrolled(county)
    person = laptop.person()
    laptop.save(person)
    visit = laptop.id()
    laptop.save(Write("event", visit, {"person": person.record, "form": "postpartum_visit"}))
    accept_batch(county, laptop.batch())
    new = heir(county, laptop, 2, 38)
    new.save(Write("event", visit, {"outcome": "done"}))
    accept_batch(county, new.batch())
    assert said(county, new).former == (Former(laptop.device, (Returned(2, 2, Reason.UNAUTHORISED, 0, 2),)),)
    laptop.save(Write("event", laptop.id(), {"person": person.record, "form": "postpartum_visit"}))
    accept_batch(county, laptop.batch())  # by the one that goes on under the old name: nobody's past
    promoted = laptop if whose == "former" else new
    devices.set_role(county, VILLAGE, promoted.device, "village_doctor", WHO)
    reconsider(county, VILLAGE, promoted.device, WHO)
    assert said(county, new).former == ()
    left = () if whose == "former" else (Returned(3, 3, Reason.UNAUTHORISED, 0, 3),)
    assert said(county, laptop).returned == left
    own = () if whose == "successor" else (Returned(1, 1, Reason.UNAUTHORISED, 0, 1),)
    assert said(county, new).returned == own
