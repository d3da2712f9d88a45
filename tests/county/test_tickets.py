"""The county opens a record only for a reason that is there, by a ticket in the audit; and decides conflicts by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.county.laptops import VILLAGE, WHO, Laptop, Write
from tests.county.reading import stored
from villagefp import county as county_package
from villagefp.county import deciding, moves, tickets
from villagefp.county.accept import accept_batch
from villagefp.county.doubts import Sort as Doubtful
from villagefp.county.store import County
from villagefp.county.tables import audit
from villagefp.county.tickets import Cause, Ticket
from villagefp.errors import UserError
from villagefp.wire.change import ChangeName
from villagefp.wire.declared import BY_NAME
from villagefp.wire.values import unpack

ID_NO = "990101199001012229"
PERSON = BY_NAME["person"]


@pytest.fixture
def laptop(county: County) -> Laptop:
    return Laptop(7).enrolled(county)


def given(county: County, laptop: Laptop, *writes: Write, stamp: int | None = None) -> list[ChangeName]:
    first = len(laptop.log) + 1
    names = laptop.save(*writes, stamp=stamp)
    accept_batch(county, laptop.batch(first))
    return names


def acts(county: County) -> list[tuple[str, str, bytes | None]]:
    with county.read() as connection:
        rows = connection.execute(select(audit).where(audit.c.what.like("ticket%")).order_by(audit.c.serial))
        return [(row.who, row.what, row.about) for row in rows]


def ticket(record: bytes, cause: Cause, **told: str) -> Ticket:
    return Ticket(**{"who": WHO, "cause": cause, "village": VILLAGE, "record": record, **told})  # type: ignore[arg-type]


def in_conflict(county: County, laptop: Laptop) -> bytes:
    """A person whom two laptops renamed without knowing of each other."""
    write = laptop.person("李芳", id_no=ID_NO, legacy_method=b"sealed")
    (made,) = given(county, laptop, write)
    for each, name in ((laptop, "李方"), (Laptop(8).enrolled(county), "李芬")):
        told = {"name": name, "name_status": "own"}
        given(county, each, Write("person", write.record, told, dict.fromkeys(told, (made,))))
    return write.record


@pytest.mark.parametrize("cause", [Cause.CONFLICT, Cause.TRANSFER, Cause.DUPLICATE, Cause.RETURNED])
def test_without_a_reason_a_record_stays_closed(county: County, laptop: Laptop, cause: Cause) -> None:
    person = laptop.person()
    given(county, laptop, person)
    with pytest.raises(UserError, match="stays closed"):
        tickets.open_record(county, ticket(person.record, cause))
    assert acts(county) == []


def test_who_looks_says_who_and_for_which_request(county: County, laptop: Laptop) -> None:
    person = laptop.person()
    given(county, laptop, person)
    with pytest.raises(UserError, match="who wants to look"):
        tickets.open_record(county, ticket(person.record, Cause.RIGHTS, who=" ", reference="12/2026"))
    with pytest.raises(UserError, match="number or a date"):
        tickets.open_record(county, ticket(person.record, Cause.RIGHTS))
    opened = tickets.open_record(county, ticket(person.record, Cause.RIGHTS, reference="12/2026"))
    assert opened.values["name"] == "李芳"
    assert acts(county) == [(WHO, "ticket rights 12/2026", person.record)]
    with pytest.raises(UserError, match="not here"):
        tickets.open_record(county, ticket(laptop.id(), Cause.RIGHTS, reference="12/2026"))


def test_a_conflict_opens_its_record_without_what_is_sealed(county: County, laptop: Laptop) -> None:
    person = in_conflict(county, laptop)
    opened = tickets.open_record(county, ticket(person, Cause.CONFLICT))
    assert (opened.kind, opened.sealed) == ("person", ("legacy_method",))
    assert set(opened.values) == {"name", "name_status", "id_no"}
    assert acts(county) == [(WHO, "ticket conflict", person)]


def test_a_duplicate_opens_both_and_nobody_else(county: County, laptop: Laptop) -> None:
    one, other, third = laptop.person(id_no=ID_NO), laptop.person(id_no=ID_NO), laptop.person("赵六")
    given(county, laptop, one, other, third)
    for person in (one, other):
        assert tickets.open_record(county, ticket(person.record, Cause.DUPLICATE)).values["id_no"] == ID_NO
    with pytest.raises(UserError, match="stays closed"):
        tickets.open_record(county, ticket(third.record, Cause.DUPLICATE))


def test_a_returned_group_is_read_for_what_it_writes(county: County, laptop: Laptop) -> None:
    cadre = Laptop(9, role="village_cadre").enrolled(county)
    visit = Write("event", cadre.id(), {"form": "postpartum_visit", "outcome": "done", "answers_sealed": b"sealed"})
    given(county, cadre, visit)
    (told,) = tickets.open_returned(county, ticket(visit.record, Cause.RETURNED))
    assert told == {"form": "postpartum_visit", "outcome": "done"}
    assert acts(county) == [(WHO, "ticket returned", visit.record)]
    with pytest.raises(UserError, match="stays closed"):
        tickets.open_returned(county, ticket(laptop.id(), Cause.RETURNED))


def test_choosing_at_the_county_replaces_the_heads_that_were_shown(county: County, laptop: Laptop) -> None:
    person = in_conflict(county, laptop)
    mine = ticket(person, Cause.CONFLICT)
    (shown,) = deciding.conflicts(county, mine)
    assert shown.fields == ("name", "name_status")
    names = [choice.values["name"] for choice in shown.choices]
    assert sorted(map(str, names)) == ["李方", "李芬"]
    deciding.choose(county, mine, shown.id, names.index("李方") + 1, "asked the family")
    kept = stored(county, VILLAGE)[PERSON.number, person]
    assert unpack(kept.fields)[1] == "李方"
    assert Doubtful.CONFLICT not in {doubt.sort for doubt in kept.doubts}
    with pytest.raises(UserError, match="decided already"):
        deciding.choose(county, mine, shown.id, 1)


def test_nobody_decides_about_what_was_not_shown(county: County, laptop: Laptop) -> None:
    person = in_conflict(county, laptop)
    mine = ticket(person, Cause.CONFLICT)
    (shown,) = deciding.conflicts(county, mine)
    with pytest.raises(UserError, match="none of the choices"):
        deciding.choose(county, mine, shown.id, 3)
    third = Laptop(10).enrolled(county)
    told = {"name": "李贤", "name_status": "own"}
    given(county, third, Write("person", person, told, dict.fromkeys(told, ((laptop.device, 1),))))
    with pytest.raises(UserError, match="something new was written"):
        deciding.choose(county, mine, shown.id, 1)
    assert len(deciding.conflicts(county, mine)[0].choices) == 3


def test_a_late_edit_that_the_decision_had_not_seen_is_a_new_conflict(county: County, laptop: Laptop) -> None:
    person = in_conflict(county, laptop)
    mine = ticket(person, Cause.CONFLICT)
    (shown,) = deciding.conflicts(county, mine)
    deciding.choose(county, mine, shown.id, 1)
    told = {"name": "李贤", "name_status": "own"}
    given(county, laptop, Write("person", person, told, dict.fromkeys(told, ((laptop.device, 2),))))
    (again,) = deciding.conflicts(county, mine)
    assert len(again.choices) == 2


def test_lists_of_what_waits_name_nobody(county: County, laptop: Laptop) -> None:
    person = laptop.person("李芳", id_no=ID_NO)
    wish = {"person": person.record, "to_village": "990101102203", "asked_on": "2026-11-20", "state": "asked"}
    given(county, laptop, person, Write("transfer", laptop.id(), wish))
    told = str(moves.waiting(county))
    assert "李芳" not in told
    assert ID_NO not in told
    assert repr(person.record) not in told


def test_nothing_else_at_the_county_reads_values_of_people() -> None:
    """Who unpacks the fields of a record's row is named here, with what for; a new one has to be thought about."""
    allowed = {
        "tickets.py",  # the one door
        "clues.py",  # hashes and ids for doubts across records, while changes are taken in
        "carrying.py",  # copies for a person who moved, after a ticket
        "moves.py",  # memberships of a person who moved, after a ticket
        "seeding.py",  # what a laptop of the village gets
        "erasing.py", "merging.py", "learning.py",  # rows are made there
    }  # fmt: skip
    for file in sorted(Path(str(county_package.__file__)).parent.glob("*.py")):
        reads = re.findall(
            r"\brecord(?:_table)?\.c\.fields\b|SELECT [^\"]*\bfields\b[^\"]*FROM record\b", file.read_text()
        )
        assert not reads or file.name in allowed, file.name
