from __future__ import annotations

import gettext
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from tests.printing.reading import plain, text_of
from tests.printing.samples import NEWBORN, chinese
from villagefp import i18n
from villagefp.domain.records import Access, Household, Outcome, Person, RecordId
from villagefp.errors import UserError
from villagefp.printing.jobs import Mode, Rendered, SheetJob
from villagefp.printing.render import render
from villagefp.services import households, memberships, params, people, sheet_tokens, sheets, visits
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.storage import records
from villagefp.storage.store import Store

ON = date(2026, 11, 3)
ID_NO = "990101199005061224"
PHONE = "13900005678"
REGISTER = {"name", "file_no_tail", "sex", "birth_date", "id_no", "address", "doctor_sign", "danger_seen"}


@pytest.fixture(autouse=True)
def chinese_words(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue: gettext.NullTranslations = chinese()
    monkeypatch.setattr(i18n._Words, "catalogue", catalogue)
    monkeypatch.setattr(i18n._Words, "language", "zh_CN")


@pytest.fixture
def home(store: Store) -> Household:
    """Household 0012: 李芳, her husband and their child, not yet named."""
    household = households.add_household(store, NewHousehold("0012", group_no="1", address="柳树湾村12号"))
    told = NewPerson("李芳", sex="2", birth_date="1990-05-06", id_no=ID_NO, relation="02", phone=PHONE)
    head = people.add_person(store, household.id, told)
    people.add_person(store, household.id, NewPerson("张建国", sex="1", birth_date="1988-01-02", relation="11"))
    people.add_newborns(store, head.id, ("2",), date(2026, 10, 9))
    with store.save() as save:
        save.change(replace(household, head=head.id))
    return replace(household, head=head.id)


@pytest.fixture
def child(store: Store, home: Household) -> RecordId:
    lines = [line for line, _membership in households.household_page(store, home.id).members]
    return next(line.id for line in lines if line.name == "李芳之女")


def visit_newborn(store: Store, child: RecordId, **told: Any) -> RecordId:
    answers: dict[str, Any] = {name: value for name, value in NEWBORN.items() if name not in REGISTER}
    for name in ("birth_mode", "disease_screen", "jaundice_site", "advice"):
        answers[name] = answers[name].split()
    for name in [name for name in answers if name.startswith("mother_") and "illness" not in name]:
        del answers[name]
    saved = visits.add_visit(store, "newborn_home_visit", answers | told, outcome=Outcome.DONE, on=ON, person_id=child)
    return saved.event_id


def visit_home(store: Store, home: Household, **told: Any) -> RecordId:
    lines = [line for line, _membership in households.household_page(store, home.id).members]
    answers = {
        "members_visited": [line.id.hex() for line in lines if line.name in {"李芳", "张建国"}],
        "file_update": "1",
        "vaccine_reminder": "3",
        "other_need": "1",
        "other_need_detail": "想借一副拐杖",
        "questions": "医保今年怎么交？",
        "advice_given": "12月25日前到村委会交。",
        "household_signed": "2",
    } | told
    saved = visits.add_visit(store, "household_visit", answers, outcome=Outcome.DONE, on=ON, household_id=home.id)
    return saved.event_id


def said(pdf: sheets.Pdf) -> str:
    return plain(text_of(pdf.data))


def accesses(store: Store) -> list[Access]:
    with store.read() as connection:
        return records.where(connection, Access, action="printed")


def test_a_kept_newborn_visit_is_printed_as_it_was_answered(store: Store, child: RecordId) -> None:
    event = visit_newborn(store, child)
    pdf = sheets.form_sheet(store, "newborn_home_visit", person_id=child, event_id=event)
    text = said(pdf)
    assert (pdf.title, pdf.pages, pdf.missing_glyphs) == ("新生儿家庭访视记录表", 1, ())
    for words in ("姓名李芳之女", "户号0012", "贫血", "36.8℃", "躯干黄染", "出生日期2026年10月9日", PHONE):
        assert words in text
    assert "9901" not in text


def test_before_the_visit_the_sheet_knows_the_family_and_nothing_else(store: Store, child: RecordId) -> None:
    pdf = sheets.form_sheet(store, "newborn_home_visit", person_id=child, mode=Mode.HALF)
    text = said(pdf)
    assert "李芳之女" in text
    assert PHONE in text
    assert "2026年11月22日" not in text  # the day it is printed is not the day of the visit


def test_a_blank_form_is_about_nobody(store: Store, child: RecordId) -> None:
    text = said(sheets.form_sheet(store, "newborn_home_visit", person_id=child, mode=Mode.BLANK))
    assert "李芳" not in text
    assert "0012" not in text
    assert accesses(store) == []


def test_elsewhere_nothing_names_the_family_not_even_in_free_text(store: Store, child: RecordId) -> None:
    event = visit_newborn(store, child, referral_reason=f"李芳说张建国电话{PHONE}，躯干黄染")
    text = said(sheets.form_sheet(store, "newborn_home_visit", person_id=child, event_id=event, elsewhere=True))
    for value in ("李芳", "张建国", PHONE, "柳树湾村12号", "9901", "新生儿"):
        assert value not in text.replace("新生儿窒息", "").replace("新生儿听力筛查", "").replace("新生儿疾病筛查", "")
    assert "躯干黄染" in text
    assert "户号0012" in text


def test_what_is_printed_is_logged_once_a_day_and_looking_is_not_printing(store: Store, child: RecordId) -> None:
    looked = sheets.form_sheet(store, "newborn_home_visit", person_id=child, record=False)
    assert accesses(store) == []
    sheets.note_printed(store, looked)
    sheets.form_sheet(store, "newborn_home_visit", person_id=child)
    assert [access.person for access in accesses(store)] == [child]


def test_the_same_sheet_printed_again_is_the_same_and_its_code_leads_back(store: Store, child: RecordId) -> None:
    event = visit_newborn(store, child)
    jobs: list[SheetJob] = []

    def watched(job: SheetJob) -> Rendered:
        jobs.append(job)
        return render(job)

    first = sheets.form_sheet(store, "newborn_home_visit", person_id=child, event_id=event, render=watched)
    again = sheets.form_sheet(store, "newborn_home_visit", person_id=child, event_id=event, render=watched)
    blank = sheets.form_sheet(store, "newborn_home_visit", mode=Mode.BLANK, render=watched)
    assert first.data == again.data
    tokens = [job.form.token for job in jobs if job.form]
    assert tokens[0] == tokens[1] != tokens[2]
    printed = sheet_tokens.read_token(store, f" {tokens[0].lower()}\n")
    assert printed is not None
    assert (printed.form, printed.person, printed.event) == ("newborn_home_visit", child, event)
    assert sheet_tokens.read_token(store, "AAAAAAAAAAAAAAAA") is None
    assert child.hex() not in tokens[0].lower()
    assert jobs[0].form is not None
    assert jobs[0].form.package.xform == ""
    assert blank.persons == ()


def test_a_rare_character_is_asked_about_before_it_is_printed(store: Store, home: Household) -> None:
    rare = people.add_person(store, home.id, NewPerson("李𡋾"))
    with pytest.raises(sheets.MissingGlyphsError, match="𡋾") as raised:
        sheets.form_sheet(store, "newborn_home_visit", person_id=rare.id)
    assert raised.value.characters == ("𡋾",)
    assert accesses(store) == []
    pdf = sheets.form_sheet(store, "newborn_home_visit", person_id=rare.id, leave_blank=True)
    assert pdf.missing_glyphs == ("𡋾",)
    assert pdf.pages == 1


def test_a_visit_of_another_form_is_refused(store: Store, child: RecordId, home: Household) -> None:
    event = visit_home(store, home)
    with pytest.raises(UserError):
        sheets.form_sheet(store, "newborn_home_visit", person_id=child, event_id=event)
    with pytest.raises(UserError):
        sheets.form_sheet(store, "newborn_home_visit", person_id=child, mode=Mode.FILLED)


def test_the_household_sheet_says_what_was_talked_about(store: Store, home: Household) -> None:
    visit_home(store, home)
    pdf = sheets.household_sheet(store, "0012")
    text = said(pdf)
    for words in (
        "李芳家：",
        "户主李芳",
        "夫张建国",
        "王秀兰",
        "走访日期2026年11月3日",
        "想借一副拐杖",
        "12月25日前到村委会交",
    ):
        assert words in text
    assert pdf.pages == 1
    assert len(accesses(store)) == 2


def test_no_id_number_and_nothing_private_reaches_the_sheet_that_stays_in_the_home(
    store: Store, home: Household
) -> None:
    event = visit_home(
        store, home, questions="想问问避孕的事", advice_given=f"身份证{ID_NO}已登记", other_need_detail="叶酸"
    )
    pdf = sheets.household_sheet(store, "0012")
    text = said(pdf)
    for value in ("避孕", "叶酸", ID_NO, "9901"):
        assert value not in text
    assert len(pdf.withheld) == 3
    form = said(sheets.form_sheet(store, "household_visit", household_id=home.id, event_id=event))
    for value in ("避孕", "叶酸", ID_NO):
        assert value not in form


def test_before_a_visit_and_blank(store: Store, home: Household) -> None:
    half = said(sheets.household_sheet(store, "0012"))
    assert "李芳家：" in half
    assert "张建国" not in half
    logged = accesses(store)
    visit_home(store, home)
    blank = said(sheets.household_sheet(store, "0012", blank=True))
    assert "李芳" not in blank
    assert [access.person for access in logged] == [home.head]
    assert accesses(store) == logged


def test_a_corrected_visit_is_printed_as_corrected(store: Store, home: Household) -> None:
    event = visit_home(store, home)
    correction = visits.amend(store, event, "听错了")
    path = next(q.path for q in correction.session.package.questions if q.name == "questions")
    correction.session.set_answer(path, "社保卡丢了怎么办？")
    visits.save_visit(store, correction, Outcome.DONE)
    text = said(sheets.household_sheet(store, "0012"))
    assert "社保卡丢了怎么办" in text
    assert "医保今年怎么交" not in text
    assert "医保今年怎么交" in said(sheets.household_sheet(store, "0012", event_id=event))


def test_somebody_who_has_left_is_still_named_on_the_sheet_of_that_visit(store: Store, home: Household) -> None:
    page = households.household_page(store, home.id)
    event = visit_home(store, home)
    leaving = next(membership for line, membership in page.members if line.name == "张建国")
    memberships.leave_household(store, leaving.id, on=ON)
    assert "张建国" in said(sheets.household_sheet(store, "0012", event_id=event))


def test_elsewhere_the_household_sheet_names_nobody(store: Store, home: Household) -> None:
    visit_home(store, home, questions="李芳问医保今年怎么交？")
    text = said(sheets.household_sheet(store, "0012", elsewhere=True))
    assert "李芳" not in text
    assert "张建国" not in text
    assert "问医保今年怎么交" in text
    assert accesses(store) == []


def test_the_household_sheet_says_whom_to_call(store: Store, home: Household) -> None:
    visit_home(store, home)
    assert "0990-1234567" not in said(sheets.household_sheet(store, "0012"))
    params.set_param(store, "hotline_county", "0990-1234567", ON)
    params.set_param(store, "hotline_complaint", "0990-7654321", ON)
    for elsewhere in (False, True):
        text = said(sheets.household_sheet(store, "0012", elsewhere=elsewhere))
        assert "0990-1234567" in text
        assert "0990-7654321" in text


def test_the_person_stays_as_it_was(store: Store, child: RecordId) -> None:
    with store.read() as connection:
        before = records.get(connection, Person, child)
    sheets.form_sheet(store, "newborn_home_visit", person_id=child)
    with store.read() as connection:
        assert records.get(connection, Person, child) == before
