"""The page of supplies: looking, entering, taking back, ordering, by mouse and by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QProgressBar, QPushButton, QScrollArea, QWidget

from tests.ui.conftest import Desk
from tests.ui.test_every_screen import nameless
from tests.ui.test_register import fill, texts
from villagefp.domain.records import Outcome
from villagefp.i18n import _
from villagefp.services import stock, stock_page, stock_taking, visits
from villagefp.services.stock import Delivery, NewItem
from villagefp.services.stock_taking import Taking
from villagefp.storage.store import Store
from villagefp.ui.acts import stock as stock_acts
from villagefp.ui.context import Place
from villagefp.ui.screens.preview import Preview
from villagefp.ui.screens.supplies import Supplies
from villagefp.ui.widgets.sheet import Sheet

TODAY = date(2026, 11, 22)
CONDOMS = NewItem("condom_m", "5", "诚信", "52mm")


@pytest.fixture
def store(desk: Desk) -> Store:
    assert desk.window.store is not None
    return desk.window.store


@pytest.fixture
def stocked(desk: Desk, store: Store) -> Desk:
    """Condoms in use for two months, one batch expired; pills without any use."""
    for quantity, batch_no, expiry in ((200, "A1", "2028-06"), (120, "B2", "2027-01"), (9, "OLD", "2026-09")):
        kept = stock.receive(store, Delivery(CONDOMS, quantity, date(2026, 9, 1), batch_no, expiry))
    assert kept.item is not None
    stock_taking.give_without_name(store, Taking(kept.item, 60, date(2026, 10, 1)))
    stock_taking.refill_box(store, Taking(kept.item, 40, date(2026, 10, 2)))
    stock.receive(store, Delivery(NewItem("coc", "1", "优思明", "21片"), 12, TODAY, "P1", "2028-01"))
    return desk


@pytest.fixture
def large(make_desk: Callable[[Path], Desk], practice_template: Path, tmp_path: Path) -> Desk:
    """A desk with letters of twice the size."""
    folder = tmp_path / "large"
    shutil.copytree(practice_template, folder)
    (folder / "settings.json").write_text('{"text_scale": 200}', encoding="utf-8")
    made = make_desk(folder)
    made.sign_in()
    return made


def supplies(desk: Desk) -> Supplies:
    desk.workplace.open(Place("supplies"))
    return desk.shown(Supplies)


def sheet_of(screen: Supplies) -> Sheet:
    return next(sheet for sheet in screen.findChildren(Sheet) if sheet.isVisible())


def start(screen: Supplies, title: str, item: int = 0) -> Sheet:
    """Choose an entry of an item's menu."""
    action = next(each for each in screen.cards[item].more.menu().actions() if each.text() == title)
    action.trigger()
    return sheet_of(screen)


def send(desk: Desk, sheet: Sheet) -> Supplies:
    sheet.go.click()
    return desk.shown(Supplies)


def test_an_empty_page_says_what_to_do_and_takes_the_first_delivery(desk: Desk) -> None:
    screen = supplies(desk)
    assert _("Nothing is in stock yet.") in texts(screen)
    assert not screen.order.isVisible()
    assert not screen.print_shown()
    parts = (*screen.findChildren(QLabel), *screen.findChildren(QPushButton))
    top = {part.text(): part.mapTo(screen, QPoint()).y() for part in parts if part.isVisible()}
    assert 0 < top[_("Enter a delivery")] - top[_("Nothing is in stock yet.")] < 120  # they stand together
    screen.receive.click()
    sheet = sheet_of(screen)
    fill(sheet, "", "叶酸", "斯利安", "0.4mg×31片", "", "31", "24", "F1", "2027年12月", "", "送货单 7")
    screen = send(desk, sheet)
    (line,) = stock_page.page(desk.window.store).lines  # type: ignore[arg-type]
    assert (line.name, line.item.unit, line.item.days_per_unit, line.hand) == ("斯利安 0.4mg×31片", "6", 31, 24)
    assert "送货单 7" in texts(screen)


def test_each_item_shows_how_many_until_when_and_what_to_look_at(stocked: Desk) -> None:
    screen = supplies(stocked)
    condoms, pills = screen.cards
    told = texts(condoms)
    for words in ("诚信 52mm", "269", "只", "A1", "B2", _("expired, do not hand out"), "自取箱 40", "大约用到"):
        assert words in told, words
    (bar,) = condoms.findChildren(QProgressBar)
    assert bar.maximum() == 66  # sixty in 82 days: ninety days need 66
    assert bar.value() == 66
    assert "66" in bar.accessibleName()
    assert pills.findChildren(QProgressBar) == []
    assert _("How long it lasts shows after two weeks of entries.") in texts(pills)


def test_counting_by_keyboard(stocked: Desk, store: Store) -> None:
    screen = supplies(stocked)
    screen.cards[1].counting.setFocus()
    QTest.keyClick(screen.cards[1].counting, Qt.Key.Key_Space)
    sheet = sheet_of(screen)
    fill(sheet, "", "", "10")
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    screen = stocked.shown(Supplies)
    assert stock_page.page(store).lines[1].hand == 10
    assert "-2 板" in texts(screen)


def test_what_is_no_number_is_said_beside_the_field(stocked: Desk, store: Store) -> None:
    screen = supplies(stocked)
    sheet = start(screen, _("Given without a name"))
    fill(sheet, "", "zehn")
    sheet.go.click()
    assert _("Please enter a whole number, such as 12.") in texts(sheet)
    sheet.reject()
    assert stock_page.page(store).lines[0].hand == 229


def test_too_much_is_refused_in_the_sheet_and_goes_where_the_count_was_wrong(stocked: Desk, store: Store) -> None:
    screen = supplies(stocked)
    sheet = start(screen, _("Loss"), 1)
    (wrong,) = sheet.findChildren(QCheckBox)
    assert not wrong.isVisible()
    fill(sheet, "", "", "15")
    sheet.go.click()
    stocked.settle()
    assert "批号 P1 余 12" in sheet.banner.text
    assert wrong.isVisible()
    wrong.setChecked(True)
    send(stocked, sheet)
    assert stock_page.page(store).lines[1].hand == 0


def test_the_box_is_refilled_counted_and_emptied(stocked: Desk, store: Store) -> None:
    screen = supplies(stocked)
    sheet = start(screen, _("Count the box"))
    assert "40" in texts(sheet)
    fill(sheet, "15")
    screen = send(stocked, sheet)
    assert "自取箱取走" in texts(screen)
    sheet = start(screen, _("Box back on the shelf"))
    fill(sheet, "15")
    screen = send(stocked, sheet)
    assert stock_page.page(store).lines[0].box == 0
    sheet = start(screen, _("Refill the box"))
    fill(sheet, "5")
    send(stocked, sheet)
    assert stock_page.page(store).lines[0].box == 5


def test_an_expired_batch_is_written_off_from_its_menu(stocked: Desk, store: Store) -> None:
    screen = supplies(stocked)
    titles = [action.text() for action in screen.cards[0].more.menu().actions()]
    assert "报废过期批号 OLD" in titles
    assert not any("报废" in action.text() for action in screen.cards[1].more.menu().actions())
    next(each for each in screen.cards[0].more.menu().actions() if "报废" in each.text()).trigger()
    stocked.settle()
    assert "OLD" not in [each.batch.batch_no for each in stock_page.page(store).lines[0].batches]


def test_an_item_is_called_right(stocked: Desk, store: Store) -> None:
    sheet = start(supplies(stocked), _("Correct the name"), 1)
    fill(sheet, "妈富隆", "21片", "", "21")
    send(stocked, sheet)
    item = stock_page.page(store).lines[1].item
    assert (item.product, item.days_per_unit) == ("妈富隆", 21)


def test_an_entry_is_taken_back_and_a_used_one_is_refused_in_words(stocked: Desk, store: Store) -> None:
    screen = supplies(stocked)
    screen.undo_buttons[0].click()  # type: ignore[attr-defined]
    screen = stocked.shown(Supplies)
    assert [line.item.item_code for line in stock_page.page(store).lines] == ["condom_m"]
    delivery = next(button for button in screen.undo_buttons if "+120" in button.accessibleName())
    delivery.click()  # type: ignore[attr-defined]
    stocked.settle()
    assert "批号 B2" in screen.banner.text
    assert "撤销" in screen.banner.text


def test_a_refill_is_one_entry(stocked: Desk) -> None:
    said = [label.text() for label in supplies(stocked).findChildren(QLabel)]
    assert "补自取箱 · 诚信 52mm" in said
    assert said.count("+40 只") + said.count("-40 只") in {0, 1}


def test_what_a_visit_handed_out_is_a_number_and_is_not_undone_here(stocked: Desk, store: Store) -> None:
    person = stocked.household().members[0][0]
    answers = {"receiver": "1", "item_code": "coc", "qty": 2}
    visits.add_visit(
        store, "contraceptive_supply", answers, outcome=Outcome.DONE, on=TODAY, person_id=person.id
    )  # fmt: skip
    screen = supplies(stocked)
    told = texts(screen)
    assert "随访发放 · 优思明 21片" in told
    assert person.name not in told
    assert not any("随访发放" in button.accessibleName() for button in screen.undo_buttons)


def test_a_long_history_is_shown_when_asked_for(desk: Desk, store: Store) -> None:
    for number in range(25):
        stock.receive(store, Delivery(CONDOMS, 1, TODAY, f"N{number:02}", "2028-06"))
    screen = supplies(desk)
    assert len(screen.undo_buttons) == 20
    rest = next(each for each in screen.findChildren(QWidget) if each.accessibleName() == "显示全部 25 笔")
    rest.click()  # type: ignore[attr-defined]
    assert len(screen.undo_buttons) == 25


def test_the_order_is_seen_before_it_is_printed(stocked: Desk) -> None:
    screen = supplies(stocked)
    assert screen.print_shown()
    preview = stocked.shown(Preview)
    stocked.until(lambda: preview.pdf is not None)
    assert preview.pdf is not None
    assert (preview.pdf.title, preview.pdf.persons) == ("药具需求表", ())
    assert not preview.mode.isVisible()
    assert not preview.elsewhere.isVisible()


def test_a_delivery_of_a_listed_item_asks_nothing_it_knows(stocked: Desk, store: Store) -> None:
    screen = supplies(stocked)
    stock_acts.receive(screen, list(stock_page.page(store).lines))
    sheet = sheet_of(screen)
    shown = [label.text() for label in sheet.findChildren(QLabel) if label.isVisible()]
    assert _("Quantity") in shown
    assert _("What it is") not in shown


def test_everything_has_a_name_for_readers(stocked: Desk) -> None:
    assert nameless(supplies(stocked)) == []


def test_large_letters_stay_within_the_page(large: Desk) -> None:
    assert large.window.store is not None
    told = NewItem("inj_comb", "2", "复方庚酸炔诺酮注射液", "每支含戊酸雌二醇5mg")
    stock.receive(large.window.store, Delivery(told, 1200, TODAY, "2026031800045", "2026-10", "乡镇卫生院调拨"))
    screen = supplies(large)
    (area,) = screen.findChildren(QScrollArea)
    assert area.widget().minimumSizeHint().width() <= area.viewport().width()
    assert large.window.width() <= 1366
