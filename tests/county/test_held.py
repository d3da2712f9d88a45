"""Groups that are returned: held whole, named in the receipt, and released when a later change mends them."""

from __future__ import annotations

import pytest

from tests.county.laptops import VILLAGE, WHO, Laptop, Write, positions
from tests.county.reading import in_force, stored
from villagefp.county import devices, receipts
from villagefp.county.accept import accept_batch, reconsider
from villagefp.county.delivery import Taken
from villagefp.county.judging import MAX_BODY
from villagefp.county.store import County
from villagefp.wire.declared import BY_NAME
from villagefp.wire.receipt import Reason, Returned
from villagefp.wire.scopes import GENERAL

NOTE = BY_NAME["person"].by_name["note"].number
SEX = BY_NAME["person"].by_name["sex"].number


def returned(county: County, laptop: Laptop) -> tuple[Returned, ...]:
    return receipts.receipt(county, VILLAGE, laptop.device).returned


def test_one_bad_record_among_good_ones_comes_back_with_its_field(county: County) -> None:
    laptop = Laptop(20).enrolled(county)
    for number in range(5):
        laptop.save(laptop.person(f"人{number}", sex=1 if number == 2 else "1"))
    assert accept_batch(county, laptop.batch()) == Taken(5, 4, held=1)
    assert returned(county, laptop) == (Returned(3, 3, Reason.MALFORMED, SEX, 3),)
    assert stored(county, VILLAGE) == in_force([laptop], [(laptop.device, 3)])
    assert [*positions(county, VILLAGE, GENERAL)] == [1, 2, 3, 4]


def test_a_group_is_returned_whole(county: County) -> None:
    laptop = Laptop(21).enrolled(county)
    laptop.save(laptop.person("甲"), laptop.person("乙", sex=2), laptop.person("丙"))
    assert accept_batch(county, laptop.batch()) == Taken(3, 0, held=1)
    assert stored(county, VILLAGE) == {}
    assert returned(county, laptop) == (Returned(1, 3, Reason.MALFORMED, SEX, 2),)


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "in three"])
def test_a_correction_releases_its_group_and_all_that_rests_on_it_in_order(county: County, *, at_once: bool) -> None:
    laptop = Laptop(22).enrolled(county)
    person = laptop.person("李芳", sex=2)
    (made,) = laptop.save(person)
    laptop.save(Write("person", person.record, {"note": "住在河边"}))
    laptop.save(laptop.person("与此无关"))
    if not at_once:
        accept_batch(county, laptop.batch())
        assert returned(county, laptop) == (
            Returned(1, 1, Reason.MALFORMED, SEX, 1),
            Returned(2, 2, Reason.WAITS, 0, 1),
        )
        assert stored(county, VILLAGE) == in_force([laptop], [(laptop.device, 1), (laptop.device, 2)])
    laptop.save(Write("person", person.record, {"sex": "2"}, {"sex": (made,)}))
    assert accept_batch(county, laptop.batch()) == Taken(4, 4 if at_once else 3)
    assert returned(county, laptop) == ()
    assert stored(county, VILLAGE) == in_force([laptop])
    assert [*positions(county, VILLAGE, GENERAL)] == [1, 2, 3, 4]
    with county.read() as connection:
        in_order = connection.exec_driver_sql("SELECT seq FROM change_log ORDER BY position").scalars().all()
    assert [*in_order] == ([1, 2, 3, 4] if at_once else [3, 1, 2, 4])


def test_a_correction_that_is_wrong_again_waits_with_its_group(county: County) -> None:
    laptop = Laptop(23).enrolled(county)
    person = laptop.person("李芳", sex=2)
    (made,) = laptop.save(person)
    (again,) = laptop.save(Write("person", person.record, {"sex": 3}, {"sex": (made,)}))
    accept_batch(county, laptop.batch())
    assert [group.reason for group in returned(county, laptop)] == [Reason.MALFORMED, Reason.MALFORMED]
    laptop.save(Write("person", person.record, {"sex": "2"}, {"sex": (again,)}))
    accept_batch(county, laptop.batch())
    assert returned(county, laptop) == ()
    assert stored(county, VILLAGE) == in_force([laptop])


def test_a_mender_that_rests_on_another_returned_group_mends_nothing_yet(county: County) -> None:
    laptop = Laptop(24).enrolled(county)
    one, other = laptop.person("甲", sex=1), laptop.person("乙", sex=2)
    (first,) = laptop.save(one)
    (second,) = laptop.save(other)
    laptop.save(
        Write("person", one.record, {"sex": "1"}, {"sex": (first,)}), Write("person", other.record, {"note": "高个子"})
    )
    accept_batch(county, laptop.batch())
    assert [group.reason for group in returned(county, laptop)] == [Reason.MALFORMED, Reason.MALFORMED, Reason.WAITS]
    assert stored(county, VILLAGE) == {}
    laptop.save(Write("person", other.record, {"sex": "2"}, {"sex": (second,)}))
    accept_batch(county, laptop.batch())
    assert returned(county, laptop) == ()
    assert stored(county, VILLAGE) == in_force([laptop])


def test_what_is_too_large_comes_back_with_the_field_to_shorten(county: County) -> None:
    laptop = Laptop(25).enrolled(county)
    laptop.save(laptop.person("李芳", note="长" * MAX_BODY))
    accept_batch(county, laptop.batch())
    assert returned(county, laptop) == (Returned(1, 1, Reason.TOO_LARGE, NOTE, 1),)


def test_a_cadre_writes_no_care_and_a_doctor_does(county: County) -> None:
    laptop = Laptop(26, role="village_cadre").enrolled(county)
    person = laptop.person()
    laptop.save(person)
    laptop.save(Write("event", laptop.id(), {"person": person.record, "form": "household_visit"}))
    laptop.save(Write("event", laptop.id(), {"person": person.record, "form": "postpartum_visit"}))
    accept_batch(county, laptop.batch())
    assert returned(county, laptop) == (Returned(3, 3, Reason.UNAUTHORISED, 0, 3),)
    devices.set_role(county, VILLAGE, laptop.device, "village_doctor", WHO)
    assert reconsider(county, VILLAGE, laptop.device, WHO) == Taken(3, 1)
    assert returned(county, laptop) == ()
    assert stored(county, VILLAGE) == in_force([laptop])


def test_a_receipt_says_something_new_under_a_higher_serial_and_nothing_new_under_the_same(county: County) -> None:
    laptop = Laptop(27).enrolled(county)
    empty = receipts.receipt(county, VILLAGE, laptop.device)
    assert receipts.receipt(county, VILLAGE, laptop.device) == empty
    laptop.save(laptop.person())
    accept_batch(county, laptop.batch())
    then = receipts.receipt(county, VILLAGE, laptop.device)
    assert (then.accepted, then.serial) == (1, empty.serial + 1)
    assert receipts.receipt(county, VILLAGE, laptop.device) == then
