"""Filling a form by keyboard, its drafts, danger signs, refusals, endings and corrections."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QStyle, QStyleOptionButton

from tests.ui.conftest import Desk
from villagefp.domain.records import Event, Outcome
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import visits
from villagefp.storage import records
from villagefp.ui.context import Place
from villagefp.ui.orders import FormOrder
from villagefp.ui.screens.form import Form
from villagefp.ui.screens.person import Person
from villagefp.ui.screens.preview import Preview
from villagefp.ui.screens.today import Today
from villagefp.ui.widgets.choices import Choices
from villagefp.ui.widgets.question import Question
from villagefp.ui.widgets.question_kinds import Line
from villagefp.ui.widgets.sheet import Sheet
from villagefp.ui.widgets.step_button import StepButton, broken

EXAM = 3


@pytest.fixture
def form(desk: Desk) -> Form:
    """The newborn form of 李芳's daughter, at the examination."""
    desk.go(Person, Place("person", desk.newborn().id))
    made = desk.go(Form, Place("form", FormOrder("newborn_home_visit", person_id=desk.newborn().id)))
    made.show_page(EXAM)
    desk.settle()
    return made


def question(form: Form, name: str) -> Question:
    assert form.page is not None
    found = next(widget for path, widget in form.page.widgets.items() if path.endswith(f"/{name}"))
    assert isinstance(found, Question)
    return found


def line(form: Form, name: str) -> Line:
    found = question(form, name)
    assert isinstance(found, Line)
    return found


def choices(form: Form, name: str) -> Choices:
    return question(form, name).findChildren(Choices)[0]


def press(form: Form, text: str) -> None:
    next(b for b in form.findChildren(QPushButton) if b.text() == text and b.isVisible()).click()


def events(desk: Desk) -> list[Event]:
    assert desk.window.store is not None
    with desk.window.store.read() as connection:
        return records.where(connection, Event)


def fill_rest(form: Form) -> None:
    """What the form insists on."""
    assert form.session is not None
    for violation in form.session.problems():
        node = form.session.node(violation.path)
        value = node.choices[0].code if node.choices else "1"
        form.session.set_answer(violation.path, value)


def test_a_section_is_filled_by_keyboard_alone(desk: Desk, form: Form) -> None:
    temp = line(form, "temp").line
    temp.setFocus()
    QTest.keyClicks(temp, "37.8")
    QTest.keyClick(temp, Qt.Key.Key_Return)
    pulse = line(form, "hr").line
    desk.until(pulse.hasFocus)
    QTest.keyClicks(pulse, "140")
    QTest.keyClick(pulse, Qt.Key.Key_Tab)
    QTest.keyClick(line(form, "rr").line, Qt.Key.Key_Return)
    face = choices(form, "complexion")
    desk.until(face.hasFocus)
    QTest.keyClick(face, Qt.Key.Key_2)
    QTest.keyClick(face, Qt.Key.Key_Return)
    sites = choices(form, "jaundice_site")
    desk.until(sites.hasFocus)
    QTest.keyClick(sites, Qt.Key.Key_2)
    QTest.keyClick(sites, Qt.Key.Key_3)
    QTest.keyClick(sites, Qt.Key.Key_2)  # the same number again takes it back
    desk.settle()
    assert form.session is not None
    answers = form.session.answers()
    assert (answers["temp"], answers["hr"], answers["complexion"]) == (37.8, 140, "2")
    assert answers["jaundice_site"] == ["3"]
    body = next(option.label for option in sites._options if option.code == "3")
    assert body in sites.accessibleDescription()


def test_arrows_and_space_choose_as_well(form: Form) -> None:
    face = choices(form, "complexion")
    face.setFocus()
    QTest.keyClick(face, Qt.Key.Key_Right)
    QTest.keyClick(face, Qt.Key.Key_Space)
    assert face.codes == ["2"]
    QTest.keyClick(face, Qt.Key.Key_Backspace)
    assert face.codes == []


def test_danger_signs_stand_in_the_panel_with_a_word(desk: Desk, form: Form) -> None:
    assert form.prompts.prompts == ()
    form.answer("/data/exam/temp", "37.8")
    desk.settle()
    assert [prompt.urgency for prompt in form.prompts.prompts] == ["R"]
    assert form.prompts.accessibleName().startswith(_("At once"))
    form.answer("/data/exam/temp", "36.8")
    assert form.prompts.prompts == ()


def test_a_value_that_cannot_be_is_said_beside_its_field(desk: Desk, form: Form) -> None:
    temp = line(form, "temp")
    temp.line.setFocus()
    QTest.keyClicks(temp.line, "378")
    temp.commit()
    assert temp.view.error
    assert temp.line.accessibleDescription() == temp.view.error
    temp.line.clear()
    QTest.keyClicks(temp.line, "36.9")
    temp.commit()
    assert temp.line.accessibleDescription() == ""
    desk.settle()


def test_an_unusual_value_is_asked_about_once(desk: Desk, form: Form) -> None:
    pulse = line(form, "hr")
    pulse.line.setFocus()
    QTest.keyClicks(pulse.line, "250")
    pulse.commit()
    assert pulse.view.soft_warning
    desk.settle()
    press(form, _("It is right"))
    assert pulse.view.soft_warning == ""
    assert not any(b.text() == _("It is right") and b.isVisible() for b in form.findChildren(QPushButton))
    desk.settle()


def test_details_appear_where_they_are_asked(desk: Desk, form: Form) -> None:
    assert form.page is not None
    assert not any(path.endswith("/complexion_detail") for path in form.page.widgets)
    form.answer("/data/exam/complexion", "3")
    detail = question(form, "complexion_detail")
    assert detail.isVisible()
    form.answer("/data/exam/complexion", "1")
    assert not detail.isVisible()
    desk.settle()


def test_each_answer_is_in_the_draft_and_the_draft_is_found_again(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "36.9")
    form.answer("/data/exam/hr", "141")
    desk.settle()
    today = desk.go(Today, Place("today"))
    assert today.page is not None
    assert len(today.page.drafts) == 1
    press_go_on = next(b for b in today.findChildren(QPushButton) if b.text() == _("Go on"))
    press_go_on.click()
    again = desk.shown(Form)
    assert again.session is not None
    assert again.session.node("/data/exam/temp").value == "36.9"
    assert again.session.node("/data/exam/hr").value == "141"
    assert again.session.pages[again._at].endswith("/exam")


def test_the_same_form_begun_again_goes_on_with_its_draft(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "36.9")
    desk.settle()
    order = form.order
    desk.go(Today, Place("today"))
    again = desk.go(Form, Place("form", order))
    assert again.session is not None
    assert again.session.node("/data/exam/temp").value == "36.9"
    assert len(visits.drafts(again.context.store)) == 1


def test_what_is_missing_is_shown_at_its_section_when_saving(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "99")
    form.show_page(0)
    QTest.keyClick(desk.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert form.banner.text
    assert form.isEnabled()
    assert form.session is not None
    assert events(desk) == []
    first = form.session.problems()[0]
    assert first.path.startswith(f"{form.session.pages[form._at]}/")


def test_a_visit_is_kept_and_printed(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "36.9")
    fill_rest(form)
    press(form, _("Save and print"))
    preview = desk.shown(Preview)
    desk.until(lambda: preview.pdf is not None)
    assert [event.outcome for event in events(desk)] == [Outcome.DONE]
    assert desk.window.store is not None
    assert visits.drafts(desk.window.store) == []
    desk.workplace.back()
    person = desk.shown(Person)
    assert person.page is not None
    assert [entry.event.form for entry in person.page.timeline] == ["newborn_home_visit"]


@pytest.mark.parametrize(("words", "outcome"), [("Not this time", "not_this_time"), ("No more wished", "declined")])
def test_any_form_can_end_without_a_reason(desk: Desk, form: Form, words: str, outcome: str) -> None:
    press(form, _(words))
    desk.shown(Person)
    assert [event.outcome for event in events(desk)] == [outcome]
    assert events(desk)[0].answers is None
    assert desk.dialogs.questions == []  # nothing had been answered: nothing to ask


def test_answers_are_not_thrown_away_without_asking(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "36.9")
    desk.settle()
    desk.dialogs.confirm_answer = False
    press(form, _("Not this time"))
    desk.settle()
    assert len(desk.dialogs.questions) == 1
    assert events(desk) == []
    assert form.isVisible()


def test_a_kept_visit_is_read_only_until_it_is_corrected_with_a_reason(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "36.9")
    fill_rest(form)
    QTest.keyClick(desk.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.shown(Person)
    kept = events(desk)[0]
    order = FormOrder(kept.form, person_id=kept.person, event_id=kept.id)
    shown = desk.go(Form, Place("form", order))
    shown.show_page(EXAM)
    assert line(shown, "temp").line.isReadOnly()
    desk.settle()
    press(shown, _("Correct"))
    sheet = next(sheet for sheet in shown.findChildren(Sheet) if sheet.isVisible())
    sheet.go.click()
    desk.settle()
    assert sheet.banner.text  # a reason is wanted
    sheet.findChildren(type(line(shown, "temp").line))[0].setText("看错了体温计")
    sheet.go.click()
    desk.settle()
    shown.show_page(EXAM)
    assert not line(shown, "temp").line.isReadOnly()
    shown.answer("/data/exam/temp", "37.1")
    desk.settle()
    press(shown, _("Save  Ctrl+S"))
    desk.settle()
    both = events(desk)
    assert len(both) == 2
    assert {event.revision_of for event in both} == {None, kept.id}


def test_the_household_form_offers_its_members_by_number(desk: Desk) -> None:
    page = desk.household()
    form = desk.go(Form, Place("form", FormOrder("household_visit", household_id=page.household.id)))
    met = choices(form, "members_visited")
    met.setFocus()
    QTest.keyClick(met, Qt.Key.Key_1)
    desk.settle()
    assert met.codes == [page.members[0][0].id.hex()]
    assert form.session is not None
    assert form.session.answers()["visit_on"] == date(2026, 11, 22).isoformat()


def test_one_tick_confirms_that_the_signs_were_told_and_a_new_sign_takes_it_back(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "37.8")
    desk.settle()
    assert form.session is not None
    assert not form.prompts.tick.isChecked()
    QTest.keyClick(desk.window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert form.prompts.tick.isChecked()
    assert form.session.answers()["danger_told"] == "OK"
    form.answer("/data/exam/rr", "70")
    assert not form.prompts.tick.isChecked()
    assert "danger_told" not in form.session.answers()
    desk.settle()


@pytest.mark.parametrize("told", [True, False])
def test_a_sign_that_nobody_confirmed_is_asked_about_once_and_never_in_the_way(
    desk: Desk, form: Form, told: bool
) -> None:
    desk.dialogs.confirm_answer = told
    form.answer("/data/exam/temp", "37.8")
    fill_rest(form)
    press(form, _("Save  Ctrl+S"))
    desk.shown(Person)
    (question,) = desk.dialogs.questions
    assert _("Has the person been told of the danger signs, and where to go?") in question
    (event,) = events(desk)
    assert event.outcome == Outcome.DONE
    assert desk.window.store is not None
    answers = visits.open_event(desk.window.store, event.id).session.answers()
    assert answers.get("danger_told") == ("OK" if told else None)


@pytest.mark.parametrize(("name", "value"), [("temp", "999"), ("visit_on", "2026-01-01")])
def test_what_cannot_be_is_refused_before_anybody_is_asked_whether_signs_were_told(
    desk: Desk, form: Form, name: str, value: str
) -> None:
    assert form.session is not None
    form.answer("/data/exam/temp", "37.8")
    fill_rest(form)
    asked = next(q.path for q in form.session.package.questions if q.path.endswith(f"/{name}"))
    form.answer(asked, value)
    QTest.keyClick(desk.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert desk.dialogs.questions == []
    assert not form.prompts.tick.isChecked()
    assert "danger_told" not in form.session.answers()
    assert form.banner.text
    assert form.isEnabled()
    assert events(desk) == []
    form.answer(asked, {"999": "37.8"}.get(value, "2026-11-22"))
    QTest.keyClick(desk.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.shown(Person)
    assert len(desk.dialogs.questions) == 1
    assert [event.outcome for event in events(desk)] == [Outcome.DONE]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("scale", [100, 150])
def test_the_names_of_sections_are_read_whole_or_end_in_dots(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, language: str, scale: int
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", language)
    desk.window.outfit.settings.set("text_scale", scale)
    desk.window.restyle()
    form = desk.go(Form, Place("form", FormOrder("newborn_home_visit", person_id=desk.newborn().id)))
    steps = form.findChildren(StepButton)
    assert form.session is not None
    assert [step.accessibleName() for step in steps] == [form.session.node(path).label for path in form.session.pages]
    for step in steps:
        whole = step.accessibleName()
        assert step.toolTip() == whole
        assert (
            step.text().endswith("…")
            or step.text().replace("\n", "") == whole.replace(" ", "")
            or (step.text().replace("\n", " ") == whole)
        )
        option = QStyleOptionButton()
        step.initStyleOption(option)
        room = step.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, step)
        strong = QFont(step.font())
        strong.setBold(True)
        words = QFontMetrics(strong).size(0, step.text())
        assert words.width() + step.iconSize().width() + 4 <= room.width(), step.text()
        assert words.height() <= room.height(), step.text()
    desk.window.outfit.settings.set("text_scale", 100)
    desk.window.restyle()


def test_a_name_too_long_for_its_lines_ends_in_dots(form: Form) -> None:
    told = broken("Advice, referral and the day of the next visit to the family", form.font(), 120, 2)
    assert len(told) == 2
    assert told[1].endswith("…")
    assert broken("指导", form.font(), 120, 2) == ["指导"]
    assert "".join(broken("危险征象和转诊的建议", form.font(), 80, 3)) == "危险征象和转诊的建议"


def test_the_keys_stay_where_they_were_when_a_visit_could_not_be_kept(
    desk: Desk, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_told: object) -> None:
        raise UserError("the disk is full")

    fill_rest(form)
    temp = line(form, "temp").line
    temp.setFocus()
    monkeypatch.setattr(visits, "save_visit", full)
    QTest.keyClick(desk.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert form.banner.text == "the disk is full"
    assert temp.hasFocus()


def test_a_sign_for_the_coming_days_is_not_asked_about(desk: Desk, form: Form) -> None:
    form.answer("/data/birth/hearing_screen", "2")
    assert [prompt.urgency for prompt in form.prompts.prompts] == ["G"]
    fill_rest(form)
    press(form, _("Save  Ctrl+S"))
    desk.shown(Person)
    assert desk.dialogs.questions == []


@pytest.mark.parametrize("by_key", [True, False])
def test_the_slip_begins_once_the_visit_is_kept_and_is_printed_at_once(desk: Desk, form: Form, by_key: bool) -> None:
    form.answer("/data/exam/temp", "37.8")
    desk.settle()
    if by_key:
        QTest.keyClick(desk.window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    else:
        press(form, _("Referral slip"))
    assert form.prompts.slip_button.isChecked()
    fill_rest(form)
    press(form, _("Save  Ctrl+S"))
    desk.until(lambda: desk.shown(Form) is not form and desk.shown(Form).session is not None)
    slip = desk.shown(Form)
    assert slip.session is not None
    assert slip.session.package.form_id == "referral_slip"
    assert slip.visit is not None
    assert slip.visit.subject.person == desk.newborn().id
    told = slip.session.answers()
    assert (told["reason"], told["urgent"], told["given_on"]) == (["baby_cold_hot"], "1", "2026-11-22")
    press(slip, _("Next section"))
    desk.settle()
    press(slip, _("Save  Ctrl+S"))
    preview = desk.shown(Preview)
    desk.until(lambda: preview.pdf is not None)
    assert {event.form for event in events(desk)} == {"newborn_home_visit", "referral_slip"}


def test_a_slip_that_the_person_does_not_want_is_ended_without_a_word(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "37.8")
    desk.settle()
    press(form, _("Referral slip"))
    fill_rest(form)
    press(form, _("Save  Ctrl+S"))
    desk.until(lambda: desk.shown(Form) is not form and desk.shown(Form).session is not None)
    press(desk.shown(Form), _("Not this time"))
    desk.shown(Person)
    assert {event.outcome for event in events(desk)} == {Outcome.DONE, Outcome.NOT_THIS_TIME}


def test_a_sign_that_is_gone_takes_the_wish_for_a_slip_with_it(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "37.8")
    desk.settle()
    press(form, _("Referral slip"))
    form.answer("/data/exam/temp", "36.8")
    assert not form.prompts.slip_button.isVisible()
    assert not form.prompts.tick.isVisible()
    fill_rest(form)
    press(form, _("Save  Ctrl+S"))
    desk.shown(Person)


def test_a_sign_says_why_when_it_is_unfolded_and_stays_unfolded(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "37.8")
    desk.settle()

    def said() -> str:
        return " ".join(label.text() for label in form.prompts.findChildren(QLabel) if label.isVisible())

    assert "≥ 37.5" not in said()
    press(form, _("Why?"))
    assert "≥ 37.5" in said()
    assert "37.8" in said()
    assert "国卫办妇社发" in said()
    form.answer("/data/exam/rr", "70")
    desk.settle()
    assert "≥ 37.5" in said()
    press(form, _("Why?"))
    assert "≥ 37.5" not in said()


def test_a_kept_visit_leads_to_a_slip_as_well(desk: Desk, form: Form) -> None:
    form.answer("/data/exam/temp", "37.8")
    fill_rest(form)
    press(form, _("Save  Ctrl+S"))
    desk.shown(Person)
    (kept,) = events(desk)
    shown = desk.go(Form, Place("form", FormOrder(kept.form, person_id=kept.person, event_id=kept.id)))
    desk.settle()
    assert shown.prompts.tick.isChecked()
    assert not shown.prompts.tick.isEnabled()
    press(shown, _("Referral slip"))
    slip = desk.shown(Form)
    desk.until(lambda: slip.session is not None)
    assert slip.session is not None
    assert slip.session.answers()["urgent"] == "1"
