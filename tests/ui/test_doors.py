"""The first start, signing in, the forgotten passphrase, the locked screen, the practice village."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.conftest import PASSPHRASE
from tests.ui.conftest import Desk
from villagefp.domain.records import Household
from villagefp.i18n import _
from villagefp.storage import keyslots
from villagefp.storage import store as stores
from villagefp.ui.context import Place
from villagefp.ui.idle import IdleWatch
from villagefp.ui.orders import FormOrder
from villagefp.ui.screens.form import Form
from villagefp.ui.screens.founding import Founding
from villagefp.ui.screens.locked import Locked
from villagefp.ui.screens.sign_in import Recovery, SignIn
from villagefp.ui.screens.today import Today

MakeDesk = Callable[[Path], Desk]


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deriving a key takes a tenth of a second by intention; these tests are about the doors."""
    monkeypatch.setattr(stores, "Cost", lambda: keyslots.Cost(passes=1, memory=8192))


def press(desk: Desk, text: str) -> None:
    """Press the button with these words."""
    buttons = [b for b in desk.window.findChildren(QPushButton) if b.isVisible() and b.text() == text]
    assert len(buttons) == 1, text
    buttons[0].click()


def founded(make_desk: MakeDesk, folder: Path) -> tuple[Desk, str]:
    """A village set up by its first worker, and the recovery code that was shown."""
    desk = make_desk(folder)
    door = desk.window.door
    assert isinstance(door, Founding)
    door.village.line.setText("柳树湾村")
    door.code.line.setText("９９０１０１ 101201")
    door.worker.line.setText("王秀兰")
    door.passphrase.line.setText(PASSPHRASE)
    press(desk, _("Set up the village"))
    desk.settle()
    code = next(label for label in door.findChildren(QLabel) if label.property("role") == "code")
    return desk, code.text()


def test_a_worker_sets_up_the_village_and_keeps_the_code(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk, code = founded(make_desk, tmp_path / "village")
    desk.dialogs.save_answer = tmp_path / "code.txt"
    press(desk, _("Save as a file"))
    desk.settle()
    assert code in (tmp_path / "code.txt").read_text(encoding="utf-8")
    press(desk, _("I have kept it, go on"))
    today = desk.shown(Today)
    assert today.page is not None
    assert today.page.households == 0
    assert desk.window.store is not None
    assert desk.window.store.village.code == "990101101201"


def test_what_is_missing_or_wrong_is_said_beside_its_field(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "village")
    door = desk.window.door
    assert isinstance(door, Founding)
    press(desk, _("Set up the village"))
    assert door.village.note.text() == _("Please fill this in.")
    assert door.village.line.accessibleDescription() == _("Please fill this in.")
    door.code.line.setText("123")
    door.code.line.editingFinished.emit()
    assert "123" in door.code.note.text()
    for field, text in (
        (door.village, "村"),
        (door.worker, "王"),
        (door.code, "990101101201"),
        (door.passphrase, "short"),
    ):
        field.line.setText(text)
    press(desk, _("Set up the village"))
    desk.settle()
    assert "5" in door.banner.text  # the passphrase has 5 characters
    assert door.card.isEnabled()


def test_four_words_are_offered_and_taken(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "village")
    door = desk.window.door
    assert isinstance(door, Founding)
    press(desk, _("Offer four words"))
    words = door.passphrase.line.text().split()
    assert len(words) == 4
    assert all(word.isascii() and word.isalpha() for word in words)


def test_a_wrong_passphrase_is_refused_and_the_right_one_opens(
    make_desk: MakeDesk, practice_template: Path, tmp_path: Path
) -> None:
    shutil.copytree(practice_template, tmp_path / "village")
    desk = make_desk(tmp_path / "village")
    door = desk.window.door
    assert isinstance(door, SignIn)
    desk.until(door.passphrase.line.hasFocus)
    QTest.keyClicks(door.passphrase.line, "not the right one")
    QTest.keyClick(door.passphrase.line, Qt.Key.Key_Return)
    desk.settle()
    assert door.banner.text
    assert door.passphrase.line.selectedText()
    door.passphrase.line.setText(PASSPHRASE)
    QTest.keyClick(door.passphrase.line, Qt.Key.Key_Return)
    desk.until(lambda: desk.window.workplace is not None)
    page = desk.shown(Today).page
    assert page is not None
    assert page.persons == 120


def test_the_recovery_code_opens_and_sets_a_new_passphrase(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk, code = founded(make_desk, tmp_path / "village")
    press(desk, _("I have kept it, go on"))
    desk.settle()
    desk.window.close()
    desk = make_desk(tmp_path / "village")
    press(desk, _("Use the recovery code"))
    door = desk.window.door
    assert isinstance(door, Recovery)
    door.code.line.setText(code.lower().replace("-", " "))
    door.new.line.setText("a fresh passphrase")
    door.again.line.setText("another one")
    press(desk, _("Set the new passphrase and open"))
    assert door.again.note.text() == _("The two passphrases differ. Type the same one twice.")
    door.again.line.setText("a fresh passphrase")
    press(desk, _("Set the new passphrase and open"))
    desk.until(lambda: desk.window.workplace is not None)
    desk.settle()
    desk.window.close()
    desk = make_desk(tmp_path / "village")
    desk.sign_in("a fresh passphrase")
    desk.shown(Today)


def test_the_locked_screen_hides_all_and_keeps_what_was_written(desk: Desk) -> None:
    form = desk.go(Form, Place("form", FormOrder("newborn_home_visit", person_id=desk.newborn().id)))
    form.show_page(3)
    form.answer("/data/exam/temp", "36.9")
    desk.settle()
    QTest.keyClick(desk.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    door = desk.window.door
    assert isinstance(door, Locked)
    assert not form.isVisible()
    shown = {label.text() for label in desk.window.findChildren(QLabel) if label.isVisible()}
    assert not any("李芳" in text or "柳树湾" in text or "王秀兰" in text for text in shown)
    QTest.keyClicks(door.passphrase.line, "wrong")
    press(desk, _("Unlock"))
    desk.settle()
    assert door.banner.text
    door.passphrase.line.setText(PASSPHRASE)
    press(desk, _("Unlock"))
    desk.settle()
    assert form.isVisible()
    assert form.session is not None
    assert form.session.node("/data/exam/temp").value == "36.9"


def test_the_screen_locks_by_itself_and_input_puts_it_off(desk: Desk) -> None:
    desk.until(lambda: desk.window.idle is not None)
    assert desk.window.idle is not None
    assert 9 * 60_000 < desk.window.idle.waits_ms < 11 * 60_000  # a coarse timer keeps time within 5 %
    desk.window.outfit.settings.set("lock_minutes", 1)
    handle = desk.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_Shift)
    assert 0 < desk.window.idle.waits_ms < 2 * 60_000


def test_the_store_rests_while_nobody_waits(desk: Desk) -> None:
    store = desk.window.store
    assert store is not None
    with store.save() as save:
        save.add(Household(id=store.ambient.new_id(), household_no="0999"))
    log = store.folder / "store.db-wal"
    assert log.stat().st_size > 0
    watches = desk.window.findChildren(IdleWatch)
    assert sorted(watch.waits_ms > 2 * 60_000 for watch in watches) == [False, True]
    desk.window.rest()
    desk.settle()
    assert log.stat().st_size == 0


def test_the_practice_village_is_another_store_and_says_so(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "village")
    press(desk, _("Try the practice village"))
    desk.until(lambda: desk.window.workplace is not None)
    page = desk.shown(Today).page
    assert page is not None
    assert page.persons == 120
    assert desk.window.practice
    assert desk.window.store is not None
    assert desk.window.store.folder == tmp_path / "village" / "practice"
    told = _("Practice village: these people are invented. Nothing here mixes with real data.")
    assert any(label.text() == told and label.isVisible() for label in desk.window.findChildren(QLabel))
    assert not stores.store_exists(tmp_path / "village")
    desk.workplace.context.leave()
    desk.settle()
    assert isinstance(desk.window.door, Founding)
    assert not desk.window.practice
