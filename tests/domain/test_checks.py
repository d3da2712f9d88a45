"""What is to be looked at in a person's record, derived from the record alone."""

from __future__ import annotations

import pytest

from villagefp.domain import checks
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import IdStatus, NameStatus, Person, Precision

GOOD = "11010519491231002X"


def person(**told: object) -> Person:
    known: dict[str, object] = {
        "name": "王秀兰",
        "sex": "2",
        "birth_date": "1949-12-31",
        "birth_precision": Precision.DAY,
        "id_no": GOOD,
        "id_status": IdStatus.PRESENT,
    }
    return Person(id=b"p" * 16, **{**known, **told})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ({}, []),
        ({"id_no": None, "id_status": IdStatus.NOT_TOLD}, []),
        ({"id_no": "110105194912310021"}, [CheckKind.ID_CHECKSUM]),
        ({"id_no": "990101194501010000", "birth_date": None}, [CheckKind.ID_DIGITS_LOST]),
        ({"id_no": "12345"}, [CheckKind.ID_STRUCTURE]),
        ({"name": "", "name_status": NameStatus.MISSING}, [CheckKind.NAME_MISSING]),
        ({"name": "0012户 配偶(未填姓名)", "name_status": NameStatus.MISSING}, [CheckKind.NAME_MISSING]),
        ({"birth_date": "1949-12-30"}, [CheckKind.BIRTH_MISMATCH]),
        ({"birth_date": "1949-12", "birth_precision": Precision.MONTH}, []),
        ({"birth_date": "1950", "birth_precision": Precision.ESTIMATED}, []),
        ({"sex": "1"}, [CheckKind.SEX_MISMATCH]),
        ({"sex": "9"}, []),
        ({"birth_date": None, "birth_told": "农历八月十五"}, [CheckKind.BIRTH_UNREADABLE]),
    ],
)
def test_marks_of_a_person(told: dict[str, object], kinds: list[CheckKind]) -> None:
    found = checks.of_person(person(**told))
    assert [one.kind for one in found] == kinds
    assert all(one.message.endswith((".", "?")) for one in found)


def test_a_number_that_two_have() -> None:
    assert [one.kind for one in checks.of_person(person(), id_shared=True)] == [CheckKind.ID_DUPLICATE]


def test_a_sentence_names_the_number_masked() -> None:
    (found,) = checks.of_person(person(id_no="110105194912310021"))
    assert "1101**********0021" in found.message
    assert "19491231" not in found.message


@pytest.mark.parametrize("told", ["无证", "待办", "没有", "未办"])
def test_words_for_no_number_are_no_bad_number(told: str) -> None:
    assert checks.of_person(person(id_no=told, id_status=IdStatus.UNCLEAR)) == ()


@pytest.mark.parametrize(
    ("told", "named"), [("遗失", "“遗失”"), ("12345678", "“********”"), ("x" * 300, "“" + "X" * 20)]
)
def test_what_is_no_number_is_named_unless_it_is_part_of_one(told: str, named: str) -> None:
    (found,) = checks.of_person(person(id_no=told, id_status=IdStatus.UNCLEAR))
    assert found.kind is CheckKind.ID_STRUCTURE
    assert found.message.startswith(named)
    assert len(found.message) < 140


def test_every_kind_has_words() -> None:
    assert all(checks.label(kind) for kind in CheckKind)
