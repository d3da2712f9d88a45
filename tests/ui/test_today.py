"""The first page as its worker uses it: the way of the day, one key a line, nothing named, nothing taken out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec import structs
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLabel, QMenu, QPushButton, QWidget

from tests.ui.conftest import Desk
from tests.ui.keys import ALT, CTRL, Keys
from villagefp.domain import programmes
from villagefp.domain.followups import DueState
from villagefp.domain.records import Event, Membership, Outcome, Presence
from villagefp.i18n import set_language
from villagefp.services import appointments, due, due_filters, households, visits, walking_order
from villagefp.services.appointments import Wish
from villagefp.services.day_list import DayGroup, DayLine, DayPage
from villagefp.services.due import DueLine
from villagefp.storage import records
from villagefp.storage.store import Store
from villagefp.ui import theme
from villagefp.ui.context import Place
from villagefp.ui.models.day_rows import SHOWN_AT_FIRST, Heading, Item, More, rows_of, spoken
from villagefp.ui.screens.form import Form
from villagefp.ui.screens.household import Household
from villagefp.ui.screens.preview import Preview
from villagefp.ui.screens.today import Today
from villagefp.ui.widgets.day_delegate import Wants, is_narrow, places
from villagefp.ui.widgets.day_list import DayList
from villagefp.ui.widgets.sheet import Sheet
from villagefp.ui.widgets.why import WhyWindow
from villagefp.wire.receipt import Reason

TODAY = date(2026, 11, 22)


@pytest.fixture
def store(desk: Desk) -> Store:
    assert desk.window.store is not None
    return desk.window.store


@pytest.fixture
def keys(desk: Desk) -> Keys:
    return Keys(desk)


def opened(desk: Desk) -> Today:
    desk.workplace.open(Place("today"))
    screen = desk.shown(Today)
    screen.days.list.setFocus()
    return screen


def lines(screen: Today) -> list[DayLine]:
    return [row.line for row in screen.days.list.rows if isinstance(row, Item)]


def stand_on(screen: Today, wanted: DayLine) -> None:
    """Move with the arrow keys, from the top."""
    QTest.keyClick(screen.days.list, Qt.Key.Key_Home)
    for _step in range(200):
        now = screen.days.list.current
        if now is not None and now.line.key == wanted.key:
            return
        QTest.keyClick(screen.days.list, Qt.Key.Key_Down)
    raise AssertionError("the arrows do not get there")


def shown_texts(screen: QWidget) -> str:
    """All that is painted or read out on a page: labels, buttons, choices, rows, and names for readers."""
    found: list[str] = []
    for widget in screen.findChildren(QWidget):
        found += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, QLabel | QPushButton):
            found.append(widget.text())
        elif isinstance(widget, QComboBox):
            found += [widget.itemText(number) for number in range(widget.count())]
        elif isinstance(widget, DayList):
            found += [spoken(row) for row in widget.rows]
    return "\n".join(found)


def private_line(store: Store, desk: Desk) -> DueLine:
    """A woman of household 0003 who agreed to be followed after an implant was placed."""
    woman = next(line for line, _m in desk.household("0003").members if line.sex == "2")
    answers = {"kind": "1", "follow_consent": "1", "placed_on": (TODAY - timedelta(days=40)).isoformat()}
    visits.add_visit(
        store, "implant_followup", answers, outcome=Outcome.DONE, on=TODAY - timedelta(days=40), person_id=woman.id
    )
    return private_now(store)


def private_now(store: Store) -> DueLine:
    """The private line as it is worded now."""
    return next(line for line in due.due_on(store, TODAY) if line.item.private)


def test_the_day_stands_in_groups_households_and_lines(desk: Desk) -> None:
    screen = opened(desk)
    told = lines(screen)
    assert {line.due.item.state for line in told if line.due} >= {DueState.DUE, DueState.OVERDUE, DueState.SOON}
    assert [row.text for row in screen.days.list.rows if isinstance(row, Heading)][:2] == ["1组", "2组"]
    of_family = [line for line in told if line.household_no == "0012"]
    first = [row.first for row in screen.days.list.rows if isinstance(row, Item) and row.line in of_family]
    assert first[0]
    assert not first[1]
    overdue = next(line for line in told if line.due and line.due.item.state is DueState.OVERDUE)
    assert overdue.when == "可再联系一次"
    assert {line.what for line in told} == {"随访"}
    assert {line.when for line in told} & {"今天–12月31日"}


def test_who_is_away_waits_below_and_folded(desk: Desk, store: Store) -> None:
    home = desk.household()
    child = desk.newborn()
    with store.save() as save:
        for _line, membership in home.members:
            if membership.person == child.id:
                told = save.get(Membership, membership.id)
                assert told is not None
                save.change(structs.replace(told, presence=Presence.AWAY))
    screen = opened(desk)
    heading = next(row for row in screen.days.list.rows if isinstance(row, Heading) and row.folded)
    assert heading.text == "回村时（3）"
    assert not any(line.person_id == child.id for line in lines(screen))
    Keys(desk).press(Qt.Key.Key_End)
    Keys(desk).press(Qt.Key.Key_Return)
    assert sum(line.person_id == child.id for line in lines(screen)) == 3


def test_enter_starts_the_form_with_the_identity_filled_in(desk: Desk, keys: Keys) -> None:
    screen = opened(desk)
    newborn = next(line for line in lines(screen) if line.due and line.due.item.form == "newborn_home_visit")
    stand_on(screen, newborn)
    keys.press(Qt.Key.Key_Return)
    form = desk.shown(Form)
    assert form.visit is not None
    assert form.visit.form_id == "newborn_home_visit"
    assert form.visit.subject.person == newborn.person_id


ENDINGS = [
    (Qt.Key.Key_2, Outcome.NOT_THIS_TIME, "home"),
    (Qt.Key.Key_3, Outcome.DECLINED, "home"),
    (Qt.Key.Key_5, Outcome.UNREACHABLE, "home"),
    (Qt.Key.Key_6, Outcome.UNREACHABLE, "phone"),
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_key_notes_an_ending_and_ctrl_z_takes_it_back(
    desk: Desk, store: Store, keys: Keys, ending: tuple[Qt.Key, Outcome, str]
) -> None:
    key, outcome, place = ending
    screen = opened(desk)
    before = lines(screen)
    line = next(line for line in before if line.due and line.due.item.state is DueState.DUE)
    stand_on(screen, line)
    keys.press(key)
    with store.read() as connection:
        (event,) = records.where(connection, Event)
    assert (event.outcome, event.place, event.person) == (outcome, place, line.person_id)
    assert line.who in screen.banner.text
    assert screen.days.list.hasFocus()
    if outcome is not Outcome.UNREACHABLE:
        assert line.key not in [each.key for each in lines(screen)]
    keys.press(Qt.Key.Key_Z, CTRL)
    assert [each.key for each in lines(screen)] == [each.key for each in before]
    assert screen.banner.text == ""
    with store.read() as connection:
        assert records.where(connection, Event) == []
    keys.press(Qt.Key.Key_Z, CTRL)  # nothing more to take back
    assert screen.banner.text == ""


@pytest.mark.parametrize(("typed", "asked"), [("12.1", "2026-12-01"), ("", None)])
def test_a_later_day_may_be_named_or_left_open(
    desk: Desk, store: Store, keys: Keys, typed: str, asked: str | None
) -> None:
    screen = opened(desk)
    line = next(line for line in lines(screen) if line.due and line.due.item.state is DueState.DUE)
    stand_on(screen, line)
    keys.press(Qt.Key.Key_4)
    keys.enter(typed)
    with store.read() as connection:
        (event,) = records.where(connection, Event)
    assert (event.outcome, event.next_offer_on) == (Outcome.POSTPONED, asked)
    keys.press(Qt.Key.Key_Z, CTRL)
    assert line.key in [each.key for each in lines(screen)]
    with store.read() as connection:
        assert records.where(connection, Event) == []


def test_a_day_that_is_past_is_refused_in_its_sheet(desk: Desk, store: Store, keys: Keys) -> None:
    screen = opened(desk)
    keys.press(Qt.Key.Key_4)
    sheet = next(sheet for sheet in screen.findChildren(Sheet) if sheet.isVisible())
    keys.enter("2026-11-01")
    assert "2026-11-01" in sheet.banner.text
    sheet.reject()
    with store.read() as connection:
        assert records.where(connection, Event) == []


def test_why_is_told_to_who_asks_and_never_painted_before(desk: Desk, store: Store, keys: Keys) -> None:
    told = private_line(store, desk)
    screen = opened(desk)
    line = next(each for each in lines(screen) if each.due == told)
    assert told.item.reason.rule not in shown_texts(screen)
    stand_on(screen, line)
    keys.press(Qt.Key.Key_Space)
    window = next(each for each in screen.findChildren(WhyWindow) if each.isVisible())
    assert told.item.reason.rule in shown_texts(window)
    assert told.item.reason.source in shown_texts(window)
    assert "2026年10月13日" in shown_texts(window)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    desk.settle()
    assert told.item.reason.rule not in shown_texts(screen)
    keys.press(Qt.Key.Key_Space)
    window = next(each for each in screen.findChildren(WhyWindow) if each.isVisible())
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert desk.shown(Form).visit is not None


_NEVER_SAID = (
    "孕", "避孕", "节育", "皮埋", "埋植", "流产", "结扎", "产后", "pregnan", "contracept", "implant", "iud", "steril",
    "abort", "antenatal", "postpartum", "pill", "condom",
)  # fmt: skip


@pytest.mark.parametrize("spoken_language", ["zh_CN", "en"])
def test_no_programme_is_named_on_the_first_page(
    desk: Desk, store: Store, spoken_language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    woman = next(line for line, _m in desk.household("0005").members if line.sex == "2")
    registered = {"lmp": "2026-09-01", "consent": "1", "how_known": "1"}
    visits.add_visit(store, "pregnancy_registration", registered, outcome=Outcome.DONE, on=TODAY, person_id=woman.id)
    private_line(store, desk)
    monkeypatch.setenv("VILLAGEFP_LANG", spoken_language)
    desk.window.outfit.settings.set("language", spoken_language)
    desk.window.restyle()
    screen = opened(desk)
    assert any(line.due and line.due.item.programme == "anc" for line in lines(screen))
    assert any(line.due == private_now(store) for line in lines(screen))
    said = shown_texts(screen).lower()
    for programme in programmes.shipped().values():
        for words in (*programme.title.values(), *(p.label.get("zh", "") for p in programme.visits)):
            if len(words) > 2 and programme.programme != "rosters":
                assert words.lower() not in said, words
    for word in _NEVER_SAID:
        assert word not in said, word
    set_language("zh_CN")


def test_the_filter_names_open_families_alone(desk: Desk, store: Store) -> None:
    private_line(store, desk)
    screen = opened(desk)
    offered = [screen.days.filter.itemText(number) for number in range(screen.days.filter.count())]
    assert offered == ["全部项目", "儿童检查", "惠民政策", "其他随访"]
    screen.days.filter.setCurrentIndex(1)
    screen.days.filter.activated.emit(1)
    desk.settle()
    assert {due_filters.family_of(line.due.item.programme) for line in lines(screen) if line.due} == {"children"}
    assert screen.days.filter.currentText() == "儿童检查"
    screen.days.filter.setCurrentIndex(0)
    screen.days.filter.activated.emit(0)
    desk.settle()
    assert len({due_filters.family_of(line.due.item.programme) for line in lines(screen) if line.due}) == 3


def test_no_family_stands_for_a_method_a_pregnancy_or_a_private_programme() -> None:
    for name, programme in programmes.shipped().items():
        hidden = programme.private or name in {
            "anc", "postpartum", "postpartum_42d", "prepregnancy", "folic_acid", "newlywed", "special_family"
        }  # fmt: skip
        assert not hidden or due_filters.family_of(name) == due_filters.OTHER, name
    for family in due_filters.FAMILIES:
        members = [name for name in programmes.shipped() if due_filters.family_of(name) == family]
        if family != due_filters.OTHER:
            assert not any(programmes.shipped()[name].private for name in members)
    assert due_filters.family_of("one that a county published") == due_filters.OTHER


def test_no_filter_looks_at_marriage_children_sex_or_age(desk: Desk) -> None:
    screen = opened(desk)
    for name in ("today", "calendar", "desk", "households"):
        desk.workplace.open(Place(name))
        desk.settle()
        for box in desk.workplace.screen_shown.findChildren(QComboBox):
            said = " ".join(box.itemText(number) for number in range(box.count()))
            for word in ("婚", "孩", "胎", "避孕", "孕", "男", "女", "岁", "性别"):
                assert word not in said.replace("儿童检查", ""), (name, word)
    assert screen is not None


def test_nothing_is_copied_out_of_a_list(desk: Desk) -> None:
    clipboard = QGuiApplication.clipboard()
    for name in ("today", "calendar", "desk"):
        desk.workplace.open(Place(name))
        desk.settle()
        screen = desk.workplace.screen_shown
        for view in screen.findChildren(QAbstractItemView):
            if isinstance(view.parent(), QComboBox) or view.window() is not desk.window:
                continue
            assert view.selectionMode() == QAbstractItemView.SelectionMode.SingleSelection
            assert not view.dragEnabled()
            clipboard.setText("as before")
            view.setFocus()
            for combination in (QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.Copy):
                QTest.keySequence(view, QKeySequence(combination))
            assert clipboard.text() == "as before", (name, view.accessibleName())
            assert len(view.selectedIndexes()) <= 1
    screen = opened(desk)
    QTest.keySequence(screen.days.list, QKeySequence(QKeySequence.StandardKey.SelectAll))
    QTest.keySequence(screen.days.list, QKeySequence(QKeySequence.StandardKey.Copy))
    assert clipboard.text() == "as before"
    assert not any(line.who and line.who in clipboard.text() for line in lines(screen))
    buttons = shown_texts(screen)
    for word in ("导出", "复制", "Excel", "另存"):
        assert word not in buttons, word


def test_the_round_is_printed_and_never_kept_as_a_file(desk: Desk) -> None:
    for number in (0, 1):
        screen = opened(desk)
        menus = [menu.actions() for menu in screen.findChildren(QMenu)]
        (actions,) = [each for each in menus if each and "走访单" in each[0].text()]
        actions[number].trigger()
        preview = desk.shown(Preview)
        assert preview.pdf is not None
        assert preview.banner.text == ""
        assert not preview.save_button.isVisible()
        assert not preview.elsewhere.isVisible()


def test_what_a_family_asked_for_stands_on_top_of_its_household(desk: Desk, store: Store, keys: Keys) -> None:
    home = households.by_number(store, "0012")
    noted = appointments.note(store, Wish(TODAY, "morning", "带秤"), household_id=home.id)
    appointments.note(store, Wish(TODAY + timedelta(days=1)), household_id=home.id)
    screen = opened(desk)
    of_family = [line for line in lines(screen) if line.household_no == "0012"]
    assert of_family[0].appointment is not None
    assert (of_family[0].what, of_family[0].when) == ("带秤", "约好今天上午")
    assert sum(line.appointment is not None for line in of_family) == 1
    stand_on(screen, of_family[0])
    keys.press(Qt.Key.Key_2)
    assert not any(line.appointment for line in lines(screen))
    keys.press(Qt.Key.Key_Z, CTRL)
    stand_on(screen, next(line for line in lines(screen) if line.appointment))
    keys.press(Qt.Key.Key_4)
    keys.press(Qt.Key.Key_A, CTRL)
    keys.enter("11.30")
    with store.read() as connection:
        assert [each.wished_on for each in appointments.between(connection, TODAY, TODAY + timedelta(days=10))] == [
            "2026-11-23",
            "2026-11-30",
        ]
    keys.press(Qt.Key.Key_Z, CTRL)
    stand_on(screen, next(line for line in lines(screen) if line.appointment))
    keys.press(Qt.Key.Key_3)
    with store.read() as connection:
        settled = appointments.between(connection, TODAY, TODAY)
    assert [(each.id, each.settled) for each in settled] == [(noted.id, "cancelled")]


def test_an_appointment_opens_the_family(desk: Desk, store: Store, keys: Keys) -> None:
    appointments.note(store, Wish(TODAY), household_id=households.by_number(store, "0012").id)
    screen = opened(desk)
    stand_on(screen, next(line for line in lines(screen) if line.appointment))
    keys.press(Qt.Key.Key_Return)
    page = desk.shown(Household).page
    assert page is not None
    assert page.household.household_no == "0012"


def walked(screen: Today) -> list[str]:
    """The households of the first group in the order shown."""
    return list(dict.fromkeys(line.household_no for line in lines(screen) if line.group_no == "1"))


def test_a_household_is_moved_by_keys_and_by_dragging_and_both_are_taken_back(desk: Desk, keys: Keys) -> None:
    screen = opened(desk)
    before = walked(screen)
    stand_on(screen, next(line for line in lines(screen) if line.household_no == before[1]))
    keys.press(Qt.Key.Key_Up, ALT)
    assert walked(screen) == [before[1], before[0], *before[2:]]
    assert screen.days.list.current is not None
    assert screen.days.list.current.line.household_no == before[1]
    keys.press(Qt.Key.Key_Down, ALT)
    assert walked(screen) == before
    drag(screen, before[-1], before[0])
    desk.settle()
    assert walked(screen) == [before[-1], *before[:-1]]
    keys.press(Qt.Key.Key_Z, CTRL)
    assert walked(screen) == before
    desk.workplace.open(Place("households"))
    assert walked(opened(desk)) == before


def test_the_way_is_kept_and_can_go_by_numbers_again(desk: Desk, store: Store, keys: Keys) -> None:
    screen = opened(desk)
    before = walked(screen)
    stand_on(screen, next(line for line in lines(screen) if line.household_no == before[0]))
    keys.press(Qt.Key.Key_Down, ALT)
    changed = walked(screen)
    assert changed != before
    desk.workplace.open(Place("households"))
    screen = opened(desk)
    assert walked(screen) == changed
    next(b for b in screen.findChildren(QPushButton) if b.text() == "按户号走").click()
    desk.settle()
    assert walked(screen) == before
    with store.read() as connection:
        assert walking_order.order(connection) == ()
    keys.press(Qt.Key.Key_Z, CTRL)
    assert walked(screen) == changed


def drag(screen: Today, taken: str, onto: str) -> None:
    """Take a household by its first line and let it go on the upper half of another one's."""
    view = screen.days.list

    def area(number: str) -> QPoint:
        row = next(
            n for n, r in enumerate(view.rows) if isinstance(r, Item) and r.first and r.line.household_no == number
        )
        place = view.visualRect(view.model().index(row, 0))
        return place.topLeft() + QPoint(8, 6)

    start, end = area(taken), area(onto)
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, (start + end) / 2)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_a_household_is_not_dragged_into_another_group(desk: Desk) -> None:
    screen = opened(desk)
    before = lines(screen)
    other = next(line.household_no for line in before if line.group_no == "2")
    drag(screen, other, walked(screen)[0])
    desk.settle()
    assert [line.key for line in lines(screen)] == [line.key for line in before]


def test_why_and_start_can_be_pressed_with_the_mouse(desk: Desk) -> None:
    screen = opened(desk)
    view = screen.days.list
    row = next(n for n, r in enumerate(view.rows) if isinstance(r, Item))
    area = view.visualRect(view.model().index(row, 0))
    at = places(area, narrow=is_narrow(area.width()))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at.why.center())
    desk.settle()
    window = next(each for each in screen.findChildren(WhyWindow) if each.isVisible())
    window.reject()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at.start.center())
    assert desk.shown(Form).visit is not None


def test_a_narrow_list_keeps_its_parts_apart(desk: Desk) -> None:
    view = opened(desk).days.list
    area = view.visualRect(view.model().index(1, 0))
    for wide in (380, 520, 700):
        area.setWidth(wide)
        at = places(area, narrow=is_narrow(wide))
        for one, other in ((at.family, at.who), (at.what, at.when), (at.when, at.why), (at.who, at.why)):
            assert not one.intersects(other), wide


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("scale", [100, 125])
def test_no_words_of_a_line_are_cut_while_there_is_room(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch, language: str, scale: int
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", language)
    appointments.note(store, Wish(TODAY, "morning", "带上婴儿秤"), household_id=households.by_number(store, "0012").id)
    desk.window.outfit.settings.set("text_scale", scale)
    desk.window.restyle()
    try:
        view = opened(desk).days.list
        shown = [(n, row) for n, row in enumerate(view.rows) if isinstance(row, Item)]
        quiet = QFont(view.font())
        quiet.setPixelSize(theme.current().px(13))
        for number, row in shown:
            at = view._places(view.model().index(number, 0))
            assert at.what.width() >= QFontMetrics(quiet).horizontalAdvance(row.line.what), row.line.what
            assert at.when.width() >= QFontMetrics(view.font()).horizontalAdvance(row.line.when), row.line.when
            assert not at.what.intersects(at.when)
            assert not at.when.intersects(at.why)
    finally:
        desk.window.outfit.settings.set("text_scale", 100)
        desk.window.restyle()


def test_parts_stand_below_each_other_with_and_without_a_reason() -> None:
    area = QRect(0, 0, 900, 36)
    for wide, narrow in ((500, True), (720, False), (900, False)):
        area.setWidth(wide)
        wanted = Wants(180, 150, 260, 120)
        one, other = (places(area, narrow=narrow, reason=reason, wanted=wanted) for reason in (True, False))
        assert (one.what, one.family, one.who) == (other.what, other.family, other.who)
        assert one.when.left() == other.when.left()
        for left, right in ((one.family, one.who), (one.what, one.when), (one.when, one.why)):
            assert not left.intersects(right), wide


def test_a_long_list_begins_with_what_can_be_walked(desk: Desk, keys: Keys) -> None:
    screen = opened(desk)
    line = lines(screen)[0]
    many = tuple(structs.replace(line, household_id=bytes([n]), household_no=str(n)) for n in range(200))
    empty: dict[str, tuple[DayGroup, ...]] = {"soon": (), "away": ()}
    page = DayPage({"now": (DayGroup("1", many[:100]), DayGroup("2", many[100:])), **empty}, ())
    screen.days.show_page(page)
    assert len(lines(screen)) == SHOWN_AT_FIRST
    assert screen.days.list.rows[-1] == More(140)
    keys.press(Qt.Key.Key_End)
    keys.press(Qt.Key.Key_Return)
    assert len(lines(screen)) == 200
    assert not any(isinstance(row, More) for row in rows_of(page, folded=frozenset(), whole=True))


def test_what_the_county_could_not_take_stands_first_at_the_side(desk: Desk, store: Store) -> None:
    assert "退回" not in shown_texts(opened(desk))
    child = desk.newborn()
    kept = visits.add_visit(
        store, "newborn_home_visit", {}, outcome=Outcome.NOT_THIS_TIME, on=TODAY, person_id=child.id
    ).event_id
    with store.save() as save:
        (seq,) = [
            row[0] for row in save.connection.exec_driver_sql("SELECT seq FROM change_log WHERE record = ?", (kept,))
        ]
        save.connection.exec_driver_sql(
            "INSERT INTO returned_group (village, device, first, last, reason, field, change, told_at)"
            " VALUES (?, ?, ?, ?, ?, 0, 0, '2026-11-22T01:00:00+00:00')",
            (store.origin.village, store.origin.device, seq, seq, int(Reason.MALFORMED)),
        )
    screen = opened(desk)
    assert "退回（1）" in shown_texts(screen)
    next(b for b in screen.findChildren(QPushButton) if b.text() == child.name).click()
    form = desk.shown(Form)
    assert form.kept is not None
    assert form.kept.event.id == kept


def test_while_history_comes_the_list_says_so_above_its_lines(desk: Desk) -> None:
    screen = opened(desk)
    assert not screen.days.coming.isVisible()
    screen.days.show_page(DayPage({"now": (), "soon": (), "away": ()}, (), coming="not whole"))
    assert screen.days.coming.isVisible()
    assert screen.days.coming.text() == "not whole"


def test_a_day_without_anything_says_so(desk: Desk) -> None:
    screen = opened(desk)
    screen.days.show_page(DayPage({"now": (), "soon": (), "away": ()}, ()))
    assert screen.days.empty.isVisible()
    assert not screen.days.list.isVisible()
    assert QApplication.focusWidget() is not screen.days.list
