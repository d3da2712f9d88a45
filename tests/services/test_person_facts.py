"""Setting right what is on file about a person: number, sex, birth date and name, and the marks that ask for it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from villagefp import paths
from villagefp.domain import resident_id
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import Alias, IdStatus, NameStatus, Outcome, Person, Precision, RecordId
from villagefp.errors import UserError
from villagefp.forms import library
from villagefp.services import people, person_facts, roster, same_person, visits
from villagefp.services.person_facts import Correction, Doubtful
from villagefp.services.visit_types import VisitRefused
from villagefp.storage import marks, records
from villagefp.storage.marks import Mark
from villagefp.storage.store import Store

ON = date(2026, 11, 20)
ROSTER = paths.resources_dir() / "practice" / "roster.xlsx"


@pytest.fixture(scope="module", autouse=True)
def built_forms() -> None:
    library.build_all(paths.built_dir() / "forms")


def number(birth: str = "19900312", order: str = "002") -> str:
    """A faultless number of nobody; an even order is a woman's."""
    told = f"990101{birth}{order}"
    return told + resident_id.check_digit(told)


def wrong(right: str) -> str:
    return right[:17] + ("1" if right[17] != "1" else "2")


def enter(store: Store, *kinds: CheckKind, **facts: Any) -> RecordId:
    """Somebody on file, with marks that an import has left."""
    person = Person(id=store.ambient.new_id(), **{"name": "李芳", **facts})
    with store.save() as save:
        save.add(person)
        marks.add(
            save.connection,
            [Mark(store.ambient.new_id(), person.id, kind.value, f"about {kind}", "Sheet 1") for kind in kinds],
        )
    return person.id


def kept(store: Store, person: RecordId) -> Person:
    with store.read() as connection:
        found = records.get(connection, Person, person)
    assert found is not None
    return found


def open_kinds(store: Store, person: RecordId) -> list[str]:
    with store.read() as connection:
        return sorted(mark.kind for mark in marks.open_marks(connection, person_id=person))


def test_a_number_from_the_card_takes_the_place_of_the_wrong_one_and_settles_its_mark(store: Store) -> None:
    right = number()
    person = enter(
        store, CheckKind.ID_CHECKSUM, CheckKind.UNKNOWN_VALUE,
        id_no=wrong(right), id_status=IdStatus.UNCLEAR, sex="2", birth_date="1990-03-12",
        birth_precision=Precision.DAY,
    )  # fmt: skip
    assert person_facts.correct(store, person, Correction(id_no=f" {right.lower()} ")).changed
    assert (kept(store, person).id_no, kept(store, person).id_status) == (right, IdStatus.PRESENT)
    assert open_kinds(store, person) == [CheckKind.UNKNOWN_VALUE]


def test_a_number_fills_a_birth_date_and_a_sex_that_were_not_known(store: Store) -> None:
    person = enter(store, CheckKind.BIRTH_UNREADABLE, birth_told="85.3.4")
    person_facts.correct(store, person, Correction(id_no=number("19850304", "003")))
    now = kept(store, person)
    assert (now.birth_date, now.birth_precision, now.birth_told, now.sex) == ("1985-03-04", Precision.DAY, None, "1")
    assert open_kinds(store, person) == []


@pytest.mark.parametrize("told", ["12345", "9901011990023000", "990101199002300021", "9.9E+17"])
def test_what_can_be_no_number_is_refused_whatever_is_confirmed(store: Store, told: str) -> None:
    person = enter(store)
    with pytest.raises(UserError) as refused:
        person_facts.correct(store, person, Correction(id_no=told, confirmed=True))
    assert not isinstance(refused.value, Doubtful)
    assert len(told) <= 8 or told not in str(refused.value)
    assert kept(store, person).id_no is None


def test_a_number_of_somebody_who_is_still_to_be_born_is_refused(store: Store) -> None:
    person = enter(store)
    with pytest.raises(UserError, match="2031-03-12"):
        person_facts.correct(store, person, Correction(id_no=number("20310312"), confirmed=True))


def test_a_wrong_last_character_is_asked_about_and_kept_where_the_card_says_so(store: Store) -> None:
    person, told = enter(store, sex="2"), wrong(number())
    with pytest.raises(Doubtful) as asked:
        person_facts.correct(store, person, Correction(id_no=told))
    assert told not in str(asked.value)
    assert resident_id.mask(told) in str(asked.value)
    assert kept(store, person).id_no is None
    person_facts.correct(store, person, Correction(id_no=told, confirmed=True))
    assert (kept(store, person).id_no, kept(store, person).id_status) == (told, IdStatus.UNCLEAR)
    assert open_kinds(store, person) == [CheckKind.ID_CHECKSUM]
    (mark,) = people.person_page(store, person).marks
    assert resident_id.mask(told) in mark.message
    assert "row" not in mark.message  # nothing was imported


def test_a_number_of_another_person_is_asked_about_by_name(store: Store) -> None:
    enter(store, name="王强", id_no=number(), id_status=IdStatus.PRESENT)
    person = enter(store, sex="2", birth_date="1990-03-12", birth_precision=Precision.DAY)
    with pytest.raises(Doubtful, match="王强") as asked:
        person_facts.correct(store, person, Correction(id_no=number()))
    assert number() not in str(asked.value)
    person_facts.correct(store, person, Correction(id_no=number(), confirmed=True))
    assert kept(store, person).id_status is IdStatus.UNCLEAR
    assert open_kinds(store, person) == [CheckKind.ID_DUPLICATE]
    assert "row" not in people.person_page(store, person).marks[0].message


def test_two_entries_of_one_person_share_a_number_without_a_question(store: Store) -> None:
    one = enter(store, id_no=number(), id_status=IdStatus.PRESENT, sex="2")
    other = enter(store, sex="2")
    same_person.say_same(store, one, other)
    person_facts.correct(store, other, Correction(id_no=number()))
    assert kept(store, other).id_status is IdStatus.PRESENT


def test_the_other_one_is_free_of_its_mark_when_the_shared_number_is_put_right_here(store: Store) -> None:
    shared = {"id_no": number(), "id_status": IdStatus.UNCLEAR, "sex": "2"}
    one = enter(store, CheckKind.ID_DUPLICATE, **shared)
    other = enter(store, CheckKind.ID_DUPLICATE, name="王芳", **shared)
    done = person_facts.correct(store, one, Correction(id_no=number(order="004")))
    assert (kept(store, other).id_status, open_kinds(store, other)) == (IdStatus.PRESENT, [])
    assert open_kinds(store, one) == []
    person_facts.take_back(store, done)
    assert (kept(store, other).id_status, open_kinds(store, other)) == (IdStatus.UNCLEAR, [CheckKind.ID_DUPLICATE])


def test_somebody_who_has_no_number_says_why(store: Store) -> None:
    person = enter(store, CheckKind.ID_STRUCTURE, id_no="办理中", id_status=IdStatus.UNCLEAR)
    person_facts.correct(store, person, Correction(no_id=IdStatus.NOT_YET))
    assert (kept(store, person).id_no, kept(store, person).id_status) == (None, IdStatus.NOT_YET)
    assert open_kinds(store, person) == []


@pytest.mark.parametrize(
    ("told", "birth", "precision", "as_told"),
    [
        ("1985-03-04", "1985-03-04", Precision.DAY, None),
        ("1985年3月", "1985-03", Precision.MONTH, None),
        ("1985", "1985", Precision.YEAR, None),
        ("农历1974年八月十五", "1974-09-30", Precision.DAY, "农历1974年八月十五"),
        ("60岁属马", "1966", Precision.ESTIMATED, "60岁属马"),
        ("不详", None, None, None),
    ],
)
def test_a_birth_date_is_read_as_everywhere(
    store: Store, told: str, birth: str | None, precision: Precision | None, as_told: str | None
) -> None:
    person = enter(store, CheckKind.BIRTH_UNREADABLE, birth_told="85.3.4")
    person_facts.correct(store, person, Correction(birth=told))
    now = kept(store, person)
    assert (now.birth_date, now.birth_precision, now.birth_told) == (birth, precision, as_told)
    assert open_kinds(store, person) == []


@pytest.mark.parametrize("told", ["85.3.4", "1990-02-30", "2027-01-01", "属马"])
def test_what_is_no_birth_date_is_refused_with_its_words(store: Store, told: str) -> None:
    person = enter(store)
    with pytest.raises(UserError, match=told):
        person_facts.correct(store, person, Correction(birth=told))


def test_a_month_is_completed_to_a_day_and_asked_about_where_it_was_another(store: Store) -> None:
    person = enter(store, birth_date="1990-03", birth_precision=Precision.MONTH)
    with pytest.raises(Doubtful, match=r"1990-03\b.*1990-04-15"):
        person_facts.correct(store, person, Correction(birth="1990-04-15"))
    person_facts.correct(store, person, Correction(birth="1990-03-15"))
    assert (kept(store, person).birth_date, kept(store, person).birth_precision) == ("1990-03-15", Precision.DAY)


def test_a_date_that_was_wrong_is_put_right_without_a_question(store: Store) -> None:
    person = enter(store, birth_date="1990-03-12", birth_precision=Precision.DAY)
    person_facts.correct(store, person, Correction(birth="1991-03-12"))
    assert kept(store, person).birth_date == "1991-03-12"


def test_a_birth_after_the_death_is_refused(store: Store) -> None:
    person = enter(store, died_on="2020-01-01")
    with pytest.raises(UserError, match="2020-01-01"):
        person_facts.correct(store, person, Correction(birth="2020-01-02", confirmed=True))


def test_what_does_not_fit_the_number_is_asked_about_and_marked_where_it_is_kept(store: Store) -> None:
    person = enter(store, id_no=number(), id_status=IdStatus.PRESENT, sex="2", birth_date="1990-03-12",
                   birth_precision=Precision.DAY)  # fmt: skip
    with pytest.raises(Doubtful, match=r"1991-03-12.*1990-03-12") as asked:
        person_facts.correct(store, person, Correction(birth="1991-03-12", sex="1"))
    assert number() not in str(asked.value)
    person_facts.correct(store, person, Correction(birth="1991-03-12", sex="1", confirmed=True))
    assert open_kinds(store, person) == [CheckKind.BIRTH_MISMATCH, CheckKind.SEX_MISMATCH]
    person_facts.correct(store, person, Correction(birth="1990-03-12"))
    assert open_kinds(store, person) == [CheckKind.SEX_MISMATCH]
    person_facts.correct(store, person, Correction(sex="2"))
    assert open_kinds(store, person) == []


def test_a_mark_that_somebody_settled_does_not_come_back_with_another_correction(store: Store) -> None:
    person = enter(store, CheckKind.ID_CHECKSUM, id_no=wrong(number()), id_status=IdStatus.UNCLEAR)
    with store.read() as connection:
        (mark,) = marks.open_marks(connection, person_id=person)
    people.settle_mark(store, mark.id)
    person_facts.correct(store, person, Correction(sex="2"))
    assert open_kinds(store, person) == []


def test_a_name_is_put_right_and_the_old_one_still_finds(store: Store) -> None:
    person = enter(store, CheckKind.NAME_MISSING, name="某人", name_status=NameStatus.MISSING)
    person_facts.correct(store, person, Correction(name="赵 平安"))
    assert (kept(store, person).name, kept(store, person).name_status) == ("赵平安", NameStatus.GIVEN)
    assert [line.name for line in people.find(store, "某人")] == ["赵平安"]
    assert open_kinds(store, person) == []
    for nobody in (" ", "无"):
        with pytest.raises(UserError):
            person_facts.correct(store, person, Correction(name=nobody))


def test_nothing_told_anew_changes_nothing(store: Store) -> None:
    person = enter(store, id_no=number(), id_status=IdStatus.PRESENT, sex="2", birth_date="1990-03-12",
                   birth_precision=Precision.DAY)  # fmt: skip
    told = Correction(name="李芳", id_no=number(), sex="2", birth="1990.3.12")
    assert not person_facts.correct(store, person, told).changed
    assert open_kinds(store, person) == []


def test_a_correction_is_taken_back_with_name_and_marks(store: Store) -> None:
    person = enter(store, CheckKind.ID_CHECKSUM, id_no=wrong(number()), id_status=IdStatus.UNCLEAR, sex="1")
    before = kept(store, person)
    done = person_facts.correct(
        store, person, Correction(name="李方", id_no=number(), birth="1990-03-12", confirmed=True)
    )
    assert open_kinds(store, person) == [CheckKind.SEX_MISMATCH]
    person_facts.take_back(store, done)
    assert kept(store, person) == before
    assert open_kinds(store, person) == [CheckKind.ID_CHECKSUM]
    with store.read() as connection:
        assert records.where(connection, Alias, person=person) == []


def test_a_correction_is_not_taken_back_over_a_later_one(store: Store) -> None:
    person = enter(store, sex="1")
    done = person_facts.correct(store, person, Correction(sex="2"))
    person_facts.correct(store, person, Correction(sex="9"))
    with pytest.raises(UserError):
        person_facts.take_back(store, done)
    assert kept(store, person).sex == "9"


def bring_in_practice_roster(store: Store) -> None:
    today = store.ambient.today()
    preview = roster.open_workbook(ROSTER, remembered=None, today=today)
    roster.import_roster(store, roster.plan_import(store, preview, today))


def test_the_same_roster_again_leaves_what_was_put_right_and_brings_no_mark_back(store: Store) -> None:
    bring_in_practice_roster(store)
    with store.read() as connection:
        of_kind = {mark.kind: mark.person_id for mark in marks.open_marks(connection) if mark.person_id}
    wrong_number, unread = of_kind[CheckKind.ID_CHECKSUM], of_kind[CheckKind.BIRTH_UNREADABLE]
    born = (kept(store, wrong_number).birth_date or "").replace("-", "")
    sex = kept(store, wrong_number).sex
    person_facts.correct(store, wrong_number, Correction(id_no=number(born, "882" if sex == "2" else "881")))
    on_card = resident_id.read(kept(store, unread).id_no or "").birth
    person_facts.correct(store, unread, Correction(birth=on_card or "1985-03-04"))
    assert open_kinds(store, wrong_number) == open_kinds(store, unread) == []
    before = kept(store, wrong_number), kept(store, unread)
    bring_in_practice_roster(store)
    assert (kept(store, wrong_number), kept(store, unread)) == before
    assert open_kinds(store, wrong_number) == open_kinds(store, unread) == []


def fill_basic(store: Store, person: RecordId, **answers: str) -> None:
    visits.add_visit(store, "person_basic", answers, outcome=Outcome.DONE, on=ON, person_id=person)


@pytest.mark.parametrize(
    ("birth", "precision", "told"),
    [
        ("1990-03", Precision.MONTH, "1990-03-15"),
        ("1990", Precision.YEAR, "1990-11-02"),
        ("1966", Precision.ESTIMATED, "1967-01-20"),
    ],
)
def test_the_basic_record_completes_a_birth_date(store: Store, birth: str, precision: Precision, told: str) -> None:
    person = enter(store, birth_date=birth, birth_precision=precision)
    fill_basic(store, person, birth_date=told)
    assert (kept(store, person).birth_date, kept(store, person).birth_precision) == (told, Precision.DAY)


def test_the_basic_record_refuses_a_day_outside_of_the_month_on_file(store: Store) -> None:
    person = enter(store, birth_date="1990-03", birth_precision=Precision.MONTH)
    with pytest.raises(VisitRefused, match=r"1990-03\b.*1990-04-15") as refused:
        fill_basic(store, person, birth_date="1990-04-15")
    assert [each.question for each in refused.value.violations] == ["birth_date"]
    assert kept(store, person).birth_date == "1990-03"
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar() == 0


def test_the_basic_record_settles_the_mark_about_a_birth_date_that_could_not_be_read(store: Store) -> None:
    person = enter(store, CheckKind.BIRTH_UNREADABLE, CheckKind.PHONE_UNREADABLE, birth_told="85.3.4")
    fill_basic(store, person, birth_date="1985-03-04")
    assert (kept(store, person).birth_date, kept(store, person).birth_told) == ("1985-03-04", None)
    assert open_kinds(store, person) == [CheckKind.PHONE_UNREADABLE]


def test_the_basic_record_marks_a_number_that_does_not_fit(store: Store) -> None:
    person = enter(store, sex="1")
    fill_basic(store, person, id_no=number())
    assert open_kinds(store, person) == [CheckKind.SEX_MISMATCH]
