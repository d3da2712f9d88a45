"""Taking changes in: repeats, gaps, forks, groups in parts, records as their changes make them."""

from __future__ import annotations

import pytest

from tests.county.laptops import VILLAGE, WHO, Laptop, Write, busy, positions
from tests.county.reading import in_force, stored
from villagefp.county import devices, receipts
from villagefp.county.accept import accept_batch, reconsider
from villagefp.county.delivery import Forked, Missing, Taken
from villagefp.county.store import County
from villagefp.errors import UserError
from villagefp.wire.batch_faults import BatchError
from villagefp.wire.scopes import GENERAL, SENSITIVE


def test_what_a_laptop_saved_is_here_as_it_was_saved(county: County) -> None:
    laptop = Laptop(1).enrolled(county)
    list(busy(laptop, 60))
    assert accept_batch(county, laptop.batch()) == Taken(len(laptop.log), len(laptop.log))
    assert stored(county, VILLAGE) == in_force([laptop])
    general, sensitive = positions(county, VILLAGE, GENERAL), positions(county, VILLAGE, SENSITIVE)
    assert [*general] == [*range(1, len(general) + 1)]
    assert [*sensitive] == [*range(1, len(sensitive) + 1)]
    assert len(general) + len(sensitive) == len(laptop.log)


def test_a_repeat_changes_nothing(county: County) -> None:
    laptop = Laptop(2).enrolled(county)
    list(busy(laptop, 20))
    first = laptop.batch(1, laptop.log[9].change.group - 1)
    accept_batch(county, first)
    accept_batch(county, laptop.batch())
    before = stored(county, VILLAGE), receipts.receipt(county, VILLAGE, laptop.device)
    for again in (first, laptop.batch(), first):
        assert accept_batch(county, again) == Taken(len(laptop.log))
    assert (stored(county, VILLAGE), receipts.receipt(county, VILLAGE, laptop.device)) == before


def test_a_batch_that_overlaps_brings_only_what_is_new(county: County) -> None:
    laptop = Laptop(3).enrolled(county)
    laptop.save(laptop.person("甲"))
    laptop.save(laptop.person("乙"))
    accept_batch(county, laptop.batch(1, 1))
    assert accept_batch(county, laptop.batch()) == Taken(2, 1)
    assert stored(county, VILLAGE) == in_force([laptop])


def test_later_batches_wait_aside_until_the_gap_is_filled(county: County) -> None:
    laptop = Laptop(4).enrolled(county)
    for number in range(4):
        laptop.save(laptop.person(f"人{number}"))
    for seq in (4, 3, 2, 3):
        assert accept_batch(county, laptop.batch(seq, seq)) == Missing(0)
    assert stored(county, VILLAGE) == {}
    assert accept_batch(county, laptop.batch(1, 1)) == Taken(4, 1)
    assert stored(county, VILLAGE) == in_force([laptop])
    with county.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_aside").scalar_one() == 0


def test_a_copied_laptop_is_noticed_and_loses_nothing(county: County) -> None:
    laptop = Laptop(5).enrolled(county)
    laptop.save(laptop.person("甲"))
    twin = laptop.copy(6)
    laptop.save(laptop.person("乙"))
    twin.save(twin.person("丙"))
    twin.save(twin.person("丁"))
    accept_batch(county, laptop.batch())
    assert accept_batch(county, twin.batch()) == Forked(2)
    assert accept_batch(county, twin.batch(3, 3)) == Forked(3)
    assert stored(county, VILLAGE) == in_force([laptop])


def test_what_a_copied_laptop_left_aside_stands_in_nobodys_way(county: County) -> None:
    laptop = Laptop(15).enrolled(county)
    laptop.save(laptop.person("甲"))
    twin = laptop.copy(16)
    laptop.save(laptop.person("乙"))
    for name in ("丙", "丁"):
        twin.save(twin.person(name))
    assert accept_batch(county, twin.batch(3, 3)) == Missing(0)
    assert accept_batch(county, laptop.batch()) == Taken(2, 2)
    laptop.save(laptop.person("戊"))
    assert accept_batch(county, laptop.batch()) == Taken(3, 1)
    assert accept_batch(county, twin.batch(3, 3)) == Forked(3)
    assert stored(county, VILLAGE) == in_force([laptop])


def test_a_group_in_parts_comes_into_force_as_a_whole(county: County) -> None:
    laptop = Laptop(7).enrolled(county)
    laptop.save(laptop.person("先"))
    laptop.save(*(laptop.person(f"第{number}个人", note=laptop.chance.randbytes(60).hex()) for number in range(900)))
    laptop.save(laptop.person("后"))
    batches = laptop.batches()
    assert len(batches) > 3
    for batch in batches[:-2]:
        accept_batch(county, batch)
        assert len(positions(county, VILLAGE, GENERAL)) == 1
    accept_batch(county, batches[0])  # a repeat in the middle of it
    outcomes = [accept_batch(county, batch) for batch in batches[-2:]]
    assert outcomes[-1].accepted == 902
    assert stored(county, VILLAGE) == in_force([laptop])
    assert [*positions(county, VILLAGE, GENERAL)] == [*range(1, 903)]


def test_two_laptops_that_edit_one_field_leave_a_conflict_in_whatever_order_they_come(county: County) -> None:
    one, other = Laptop(8).enrolled(county), Laptop(9).enrolled(county)
    person = one.person("李芳")
    (made,) = one.save(person)
    for laptop, name in ((one, "李方"), (other, "李芳芳")):
        laptop.save(
            Write(
                "person", person.record, {"name": name, "name_status": "own"}, {"name": (made,), "name_status": (made,)}
            ),
            stamp=100,
        )
    accept_batch(county, other.batch())
    accept_batch(county, one.batch())
    assert stored(county, VILLAGE) == in_force([one, other])
    (record,) = stored(county, VILLAGE).values()
    assert record.doubts


def test_a_wrong_id_number_is_taken_and_becomes_a_doubt_until_it_is_corrected(county: County) -> None:
    laptop = Laptop(10).enrolled(county)
    person = laptop.person("李芳", id_no="990101199001010017", id_status="present")
    (made,) = laptop.save(person)
    accept_batch(county, laptop.batch())
    assert [doubt.sort.name for doubt in stored(county, VILLAGE)[5, person.record].doubts] == ["ID_NUMBER"]
    told = {"id_no": None, "id_status": "none"}
    laptop.save(Write("person", person.record, told, {"id_no": (made,), "id_status": (made,)}))
    accept_batch(county, laptop.batch())
    assert stored(county, VILLAGE)[5, person.record].doubts == ()


def test_nobody_but_the_laptop_itself_delivers_for_it(county: County) -> None:
    laptop, thief = Laptop(11).enrolled(county), Laptop(12)
    laptop.save(laptop.person())
    thief.device = laptop.device
    thief.save(thief.person())
    with pytest.raises(BatchError):
        accept_batch(county, thief.batch())
    batch = bytearray(laptop.batch())
    batch[-1] ^= 1
    with pytest.raises(BatchError):
        accept_batch(county, bytes(batch))
    stranger = Laptop(13)
    stranger.save(stranger.person())
    with pytest.raises(UserError, match="does not know this laptop"):
        accept_batch(county, stranger.batch())
    assert stored(county, VILLAGE) == {}


def test_what_a_revoked_laptop_delivers_is_set_apart_and_kept(county: County) -> None:
    laptop = Laptop(14).enrolled(county)
    laptop.save(laptop.person("甲"))
    accept_batch(county, laptop.batch())
    devices.revoke(county, VILLAGE, laptop.device, WHO)
    laptop.save(laptop.person("乙"))
    assert accept_batch(county, laptop.batch()) == Taken(2, 0, held=1)
    assert receipts.receipt(county, VILLAGE, laptop.device).accepted == 2
    assert len(stored(county, VILLAGE)) == 1
    devices.readmit(county, VILLAGE, laptop.device, WHO)
    assert reconsider(county, VILLAGE, laptop.device, WHO) == Taken(2, 1)
    assert stored(county, VILLAGE) == in_force([laptop])
