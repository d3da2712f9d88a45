"""Doubts that lie in several records: accepted, listed by ids, gone when mended or erased."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.county.laptops import VILLAGE, Laptop, Write
from villagefp.county import clues, erasing
from villagefp.county.accept import accept_batch
from villagefp.county.clues import Sort, Task
from villagefp.county.delivery import Taken
from villagefp.county.store import County
from villagefp.county.tables import clue
from villagefp.domain.same import in_order, pair_id
from villagefp.wire.change import ChangeName
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import Erasure, sign_erasure
from villagefp.wire.values import Value

ID_NO = "990101199001012229"


@pytest.fixture
def laptop(county: County) -> Laptop:
    return Laptop(7).enrolled(county)


def given(county: County, laptop: Laptop, *writes: Write) -> list[ChangeName]:
    """Saved and taken in; whatever is doubtful is taken in all the same."""
    first = len(laptop.log) + 1
    names = laptop.save(*writes)
    taken = accept_batch(county, laptop.batch(first))
    assert isinstance(taken, Taken)
    assert (taken.accepted, taken.held) == (len(laptop.log), 0)
    return names


def tasks(county: County) -> list[Task]:
    with county.read() as connection:
        return clues.tasks(connection, VILLAGE)


def edit(record: bytes, kind: str, name: ChangeName, **fields: Value) -> Write:
    return Write(kind, record, fields, dict.fromkeys(fields, (name,)))


def said(
    one: bytes, other: bytes, replaces: Mapping[str, tuple[ChangeName, ...]] | None = None, *, same: bool
) -> Write:
    first, second = in_order(one, other)
    told: dict[str, Value] = {"sort": "person", "first": first, "second": second, "same": same}
    return Write("same_as", pair_id(one, other), told, replaces or {})


def test_one_id_number_on_two_persons(county: County, laptop: Laptop) -> None:
    one, other = laptop.person(id_no=ID_NO), laptop.person("李方", id_no=ID_NO)
    _first, second, _third = given(county, laptop, one, other, laptop.person("赵六", id_no=ID_NO[:-1] + "X"))
    assert tasks(county) == [Task(Sort.ID_NUMBER, tuple(sorted((one.record, other.record))))]
    given(county, laptop, edit(other.record, "person", second, id_no=None, id_status="not_told"))
    assert tasks(county) == []


def test_two_that_are_one_have_one_number_without_a_doubt(county: County, laptop: Laptop) -> None:
    one, other = laptop.person(id_no=ID_NO), laptop.person(id_no=ID_NO)
    given(county, laptop, one, other)
    (name,) = given(county, laptop, said(one.record, other.record, same=True))
    assert tasks(county) == []
    given(county, laptop, said(one.record, other.record, {"same": (name,)}, same=False))
    assert [task.sort for task in tasks(county)] == [Sort.ID_NUMBER]


def test_two_homes_at_once_but_not_a_guest(county: County, laptop: Laptop) -> None:
    person, homes = laptop.person(), [laptop.id() for _ in range(3)]
    at = [
        Write("membership", laptop.id(), {"person": person.record, "household": home, "presence": "1"})
        for home in homes[:2]
    ]
    guest = Write("membership", laptop.id(), {"person": person.record, "household": homes[2], "joined_why": "stay"})
    book = Write("membership", laptop.id(), {"person": person.record, "hukou_book": laptop.id()})
    names = given(county, laptop, person, at[0], guest, book)
    assert tasks(county) == []
    given(county, laptop, at[1])
    assert tasks(county) == [Task(Sort.HOME, tuple(sorted(write.record for write in at)))]
    given(county, laptop, Write("membership", at[0].record, {"left_on": "2026-11-22", "left_why": None}))
    assert tasks(county) == []
    assert len(names) == 4


def test_homes_of_two_entries_that_are_one_are_two_homes(county: County, laptop: Laptop) -> None:
    one, other = laptop.person(), laptop.person()
    at = [
        Write("membership", laptop.id(), {"person": who.record, "household": laptop.id(), "presence": "1"})
        for who in (one, other)
    ]
    given(county, laptop, one, other, *at)
    assert tasks(county) == []
    given(county, laptop, said(one.record, other.record, same=True))
    assert tasks(county) == [Task(Sort.HOME, tuple(sorted(write.record for write in at)))]


def test_a_stock_below_nothing_is_taken_in_and_told(county: County, laptop: Laptop) -> None:
    item = laptop.id()
    out = Write("stock_move", laptop.id(), {"item": item, "direction": "out", "quantity": -3, "moved_on": "2026-11-20"})
    given(county, laptop, out)
    assert tasks(county) == [Task(Sort.STOCK, (item,))]
    came = Write("stock_move", laptop.id(), {"item": item, "direction": "in", "quantity": 5, "moved_on": "2026-11-21"})
    given(county, laptop, came)
    assert tasks(county) == []


def test_what_is_withdrawn_or_erased_leaves_no_clue(county: County, laptop: Laptop) -> None:
    one, other, third = (laptop.person(id_no=ID_NO) for _ in range(3))
    given(county, laptop, one, other, third)
    assert len(tasks(county)[0].records) == 3
    named = Erasure(village=VILLAGE, serial=1, records=((BY_NAME["person"].number, third.record),))
    erasing.apply(county, VILLAGE, sign_erasure(named, laptop.key), [laptop.key.public])
    assert tasks(county)[0].records == tuple(sorted((one.record, other.record)))
    with county.read() as connection:
        kept = connection.execute(clue.select().where(clue.c.record == third.record)).one()
    assert kept.compared is None


def test_a_day_of_visits_leaves_no_clues(county: County, laptop: Laptop) -> None:
    person = laptop.person()
    visits = [Write("event", laptop.id(), {"person": person.record, "form": "postpartum_visit"}) for _ in range(20)]
    given(county, laptop, person, *visits)
    with county.read() as connection:
        assert [row.compared for row in connection.execute(clue.select())] == []
