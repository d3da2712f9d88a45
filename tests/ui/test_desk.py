"""A stack of paper is keyed in at the desk, by keyboard alone."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import Desk
from tests.ui.keys import CTRL, Keys
from villagefp.domain.records import Event, Outcome, RecordId
from villagefp.printing.jobs import Rendered, SheetJob
from villagefp.services import rounds, sheet_tokens, sheets, visits
from villagefp.services.sheet_tokens import Printed
from villagefp.storage import records
from villagefp.storage.store import Store
from villagefp.ui.context import Place
from villagefp.ui.panels.form_keys import open_answers
from villagefp.ui.screens.desk import Desk as DeskScreen
from villagefp.ui.screens.form import Form
from villagefp.ui.screens.today import Today
from villagefp.ui.sheaf import Sheaf

TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def keys(desk: Desk) -> Keys:
    return Keys(desk)


@pytest.fixture
def store(desk: Desk) -> Store:
    assert desk.window.store is not None
    return desk.window.store


def events(store: Store) -> list[Event]:
    with store.read() as connection:
        return records.where(connection, Event)


def at_desk(keys: Keys) -> DeskScreen:
    """Go to the desk from the first page."""
    keys.desk.workplace.open(Place("today"))
    keys.desk.settle()
    keys.press(Qt.Key.Key_D, CTRL)
    return keys.desk.shown(DeskScreen)


def choose(keys: Keys, title: str) -> None:
    """Choose by its number."""
    found = keys.desk.shown(DeskScreen).found
    assert found is not None
    number = next(n for n, choice in enumerate(found.choices, start=1) if choice.title == title)
    keys.type(str(number))
    if number * 10 <= len(found.choices):
        keys.press(Qt.Key.Key_Return)
    keys.desk.settle()


def no_pdf(_job: SheetJob) -> Rendered:
    """The tests of paper look at paper; here only the numbers on it count."""
    return Rendered(b"", 1)


def token_of_visit(store: Store, household: RecordId) -> str:
    version = visits.start_visit(store, "household_visit", household_id=household, on=TODAY).session.package.version
    return sheet_tokens.token_of(store, Printed("household_visit", version, "half", False, None, household))


def fill_household_visit(keys: Keys, *, answer: str) -> None:
    """Who was met, nine services, what was said, the signature: numbers and Enter."""
    form = keys.desk.shown(Form)
    assert form.session is not None
    keys.enter()  # the day of the round stands there
    keys.enter("1")  # the first member; Enter on the last question turns the page
    for _service in range(9):
        keys.enter(answer)
    keys.press(Qt.Key.Key_Tab)
    keys.type("ok")
    keys.press(Qt.Key.Key_Tab)
    keys.enter("12.24")
    keys.enter("1")
    keys.enter()  # on the button for saving


def test_thirty_visits_are_keyed_in_without_a_mouse(keys: Keys, store: Store) -> None:
    class Mice(QObject):
        seen = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's own name
            self.seen += event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove)
            return super().eventFilter(watched, event)

    mice = Mice()
    keys.desk.window.installEventFilter(mice)
    homes = [keys.desk.household(f"{number:04}").household for number in range(20, 40)]
    rounds.round_sheet(store, YESTERDAY, render=no_pdf)
    waiting = rounds.round_of(store, YESTERDAY)
    screen = at_desk(keys)
    keys.press(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    keys.press(Qt.Key.Key_A, CTRL)
    keys.enter("11.21")
    assert screen.sheaf.on == YESTERDAY

    for line in waiting[:6]:  # as the round went: five were not met or wished nothing, one child was looked at
        if line.item.form == "child_3_6y":
            keys.enter()
            assert keys.desk.shown(Form).session is not None
            keys.press(Qt.Key.Key_S, CTRL)
        else:
            keys.press(Qt.Key.Key_5 if line.item.form == "anc_first" else Qt.Key.Key_2, CTRL)
    for home in homes[:12]:  # twelve sheets with a code on them
        keys.enter(token_of_visit(store, home.id))
        fill_household_visit(keys, answer="2")
    for home in homes[12:]:  # eight by their number: a reading of the register
        keys.enter(home.household_no)
        choose(keys, "这一户的其他表")
        choose(keys, "住户名册核对")
        keys.enter()
        keys.enter("1")
        keys.press(Qt.Key.Key_Return, CTRL)
    for number in ("0003", "0004", "0007", "0008"):  # four by their number: the visit itself
        keys.enter(number)
        choose(keys, "家庭走访单")
        keys.press(Qt.Key.Key_S, CTRL)

    kept = events(store)
    assert len(kept) == 30
    assert {event.occurred_on for event in kept} == {YESTERDAY.isoformat()}
    forms = Counter(event.form for event in kept if event.outcome is Outcome.DONE)
    assert forms["household_visit"] == 16
    assert forms["roster_review"] == 8
    assert forms["child_3_6y"] >= 1
    assert len(forms) >= 3
    desk_again = keys.desk.shown(DeskScreen)
    assert desk_again.count.text() == "已录 30 张"
    assert mice.seen == 0
    first = next(event for event in kept if event.household == homes[0].id)
    session = visits.open_event(store, first.id).session
    answers = session.answers()
    assert answers["file_update"] == answers["other_need"] == "2"
    assert answers["advice_given" if "advice_given" in answers else "questions"] == "ok"
    assert answers["household_signed"] == "1"
    assert answers["visit_on"] == YESTERDAY.isoformat()
    assert len(answers["members_visited"]) == 1


def test_the_code_of_a_sheet_opens_its_form_about_its_person(keys: Keys, store: Store) -> None:
    child = keys.desk.newborn()
    pdf = sheets.form_sheet(store, "newborn_home_visit", person_id=child.id, render=no_pdf)
    assert pdf.persons == (child.id,)
    version = visits.start_visit(store, "newborn_home_visit", person_id=child.id, on=TODAY).session.package.version
    printed = Printed("newborn_home_visit", version, "half", False, child.id)
    token = sheet_tokens.token_of(store, printed)
    at_desk(keys)
    keys.enter(sheet_tokens.print_number(token).lower())
    form = keys.desk.shown(Form)
    assert form.visit is not None
    assert form.visit.form_id == "newborn_home_visit"
    assert form.visit.subject.person == child.id
    keys.leave()
    assert keys.desk.shown(DeskScreen).sheaf.keyed == []


def test_the_next_sheet_is_the_next_one_of_the_round(keys: Keys, store: Store) -> None:
    lines = rounds.round_of(store, TODAY)
    screen = at_desk(keys)
    assert screen.sheaf.next == lines[0]
    assert lines[0].who in screen.next_line.text()
    keys.press(Qt.Key.Key_5, CTRL)
    assert screen.sheaf.next == lines[1]
    keys.enter()
    keys.press(Qt.Key.Key_S, CTRL)
    again = keys.desk.shown(DeskScreen)
    assert again.sheaf is screen.sheaf
    assert again.sheaf.next == lines[2]
    assert again.count.text() == "已录 2 张"
    assert QApplication.focusWidget() is again.entry.line


def test_an_ending_at_the_desk_is_taken_back(keys: Keys, store: Store) -> None:
    lines = rounds.round_of(store, TODAY)
    screen = at_desk(keys)
    keys.press(Qt.Key.Key_3, CTRL)
    assert [event.outcome for event in events(store)] == [Outcome.DECLINED]
    keys.press(Qt.Key.Key_Z, CTRL)
    assert events(store) == []
    assert screen.sheaf.keyed == []
    assert screen.sheaf.next == lines[0]
    assert rounds.round_of(store, TODAY) == lines


def test_a_name_leads_to_a_family_and_esc_leads_back(keys: Keys) -> None:
    screen = at_desk(keys)
    keys.enter("lf")
    assert screen.found is not None
    assert any(choice.title == "李芳" for choice in screen.found.choices)
    choose(keys, "李芳")
    assert screen.found is not None
    assert screen.found.heading == "0012 · 李芳"
    keys.leave()
    assert screen.found is None
    assert keys.desk.shown(DeskScreen) is screen
    assert QApplication.focusWidget() is screen.entry.line


def test_what_means_nothing_is_said_and_can_be_typed_over(keys: Keys) -> None:
    screen = at_desk(keys)
    keys.enter("qqqqqq")
    assert "qqqqqq" in screen.banner.text
    keys.enter("12")
    assert screen.found is not None
    assert screen.banner.text == ""


def test_a_day_that_is_none_opens_nothing(keys: Keys) -> None:
    screen = at_desk(keys)
    keys.press(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    keys.press(Qt.Key.Key_A, CTRL)
    keys.type("2026-02-30")
    keys.press(Qt.Key.Key_Tab)
    keys.enter("12")
    assert screen.found is None
    assert "2026-02-30" in screen.on.note.text()


def test_esc_leaves_a_form_with_its_draft_kept(keys: Keys, store: Store) -> None:
    at_desk(keys)
    keys.enter("12")
    choose(keys, "家庭走访单")
    keys.press(Qt.Key.Key_Tab)
    keys.type("1")
    keys.desk.settle()
    keys.leave()
    keys.desk.shown(DeskScreen)
    assert len(visits.drafts(store)) == 1
    assert events(store) == []


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("3.12", "2026-03-12"),
        ("12", "2026-11-12"),
        ("昨天", "2026-11-21"),
        ("前天", "2026-11-20"),
        ("农历八月十五", "2026-09-25"),
        ("20261101", "2026-11-01"),
    ],
)
def test_a_day_is_read_as_it_is_said(keys: Keys, typed: str, day: str) -> None:
    at_desk(keys)
    keys.enter("12")
    choose(keys, "家庭走访单")
    form = keys.desk.shown(Form)
    keys.press(Qt.Key.Key_A, CTRL)
    say(typed)
    keys.press(Qt.Key.Key_Return)
    assert form.session is not None
    assert form.session.answers()["visit_on"] == day


def say(text: str) -> None:
    """Type what a keyboard alone cannot: an input method puts it in as a whole."""
    QGuiApplication.clipboard().setText(text)
    focus = QApplication.focusWidget()
    assert focus is not None
    focus.paste()  # type: ignore[attr-defined]  # a line
    focus.textEdited.emit(text)  # type: ignore[attr-defined]


def test_a_day_that_must_lie_ahead_is_the_next_one(keys: Keys, store: Store) -> None:
    home = keys.desk.household().household
    visit = visits.start_visit(store, "household_visit", household_id=home.id, on=TODAY)
    keys.desk.workplace.open(Place("today"))
    at_desk(keys)
    keys.enter("12")
    choose(keys, "家庭走访单")
    form = keys.desk.shown(Form)
    assert visit.session.pages == form._pages
    form.show_page(2, "/data/talk/next_on")
    keys.enter("3.12")
    assert form.session is not None
    assert form.session.answers()["next_on"] == "2027-03-12"


def test_half_a_day_is_not_taken_while_somebody_types_on(keys: Keys) -> None:
    at_desk(keys)
    keys.enter("12")
    choose(keys, "家庭走访单")
    form = keys.desk.shown(Form)
    assert form.page is not None
    keys.press(Qt.Key.Key_A, CTRL)
    keys.type("3.1")
    line = form.page.widgets["/data/visit/visit_on"]
    line._paused()  # type: ignore[attr-defined]  # the moment in which somebody looks at the paper
    keys.enter("2")
    assert form.session is not None
    assert form.session.answers()["visit_on"] == "2026-03-12"


def test_ctrl_r_says_the_same_as_the_last_visit_or_the_last_sheet(keys: Keys, store: Store) -> None:
    home = keys.desk.household("0005").household
    visits.add_visit(
        store, "household_visit", {"file_update": "3"}, outcome=Outcome.DONE, on=YESTERDAY, household_id=home.id
    )
    at_desk(keys)
    keys.enter("12")
    choose(keys, "家庭走访单")
    form = keys.desk.shown(Form)
    form.show_page(1)
    keys.desk.settle()
    keys.enter("2")
    keys.enter("1")
    keys.press(Qt.Key.Key_S, CTRL)
    keys.desk.shown(DeskScreen)
    keys.enter("5")
    choose(keys, "家庭走访单")
    form = keys.desk.shown(Form)
    form.show_page(1)
    keys.desk.settle()
    keys.press(Qt.Key.Key_R, CTRL)  # what this household said last time
    keys.press(Qt.Key.Key_Return)
    keys.press(Qt.Key.Key_R, CTRL)  # it said nothing: as the sheet before
    keys.press(Qt.Key.Key_Return)
    keys.press(Qt.Key.Key_R, CTRL)  # neither: nothing happens
    assert form.session is not None
    answers = form.session.answers()
    assert (answers["file_update"], answers["health_materials"]) == ("3", "1")
    assert "child_care_booking" not in answers


def test_private_answers_are_never_offered_to_another_persons_sheet(store: Store, keys: Keys) -> None:
    woman = next(line for line, _m in keys.desk.household().members if line.sex == "2")
    session = visits.start_visit(store, "iud_followup", person_id=woman.id, on=TODAY).session
    for path in session.paths():
        view = session.node(path)
        if view.relevant and view.choices and not view.read_only:
            session.set_answer(path, view.choices[0].code)
    assert session.answers()
    sealed = {question.name for question in session.package.questions if question.sealed}
    assert sealed
    assert not sealed & open_answers(session).keys()


def test_the_stack_is_still_there_after_the_window_was_dressed_anew(keys: Keys) -> None:
    screen = at_desk(keys)
    keys.press(Qt.Key.Key_5, CTRL)
    keys.desk.window.restyle()
    again = keys.desk.shown(DeskScreen)
    assert again is not screen
    assert again.sheaf is screen.sheaf
    assert again.count.text() == "已录 1 张"


def test_a_stack_of_another_day_has_another_round() -> None:
    sheaf = Sheaf(TODAY, round=())
    assert sheaf.next is None
    assert sheaf.said_last("household_visit", "questions") == ""
    sheaf.turn_to(YESTERDAY)
    assert (sheaf.on, sheaf.round) == (YESTERDAY, None)


def test_today_leads_to_the_desk_and_esc_back(keys: Keys) -> None:
    at_desk(keys)
    keys.leave()
    keys.desk.shown(Today)
