"""What holds for every screen: both languages, names for readers, the keyboard, text that grows."""

from __future__ import annotations

import importlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QScrollArea, QWidget

from tests.conftest import PASSPHRASE
from tests.ui.conftest import Desk
from villagefp import i18n, paths
from villagefp.i18n import _
from villagefp.ui import registry, screenshots
from villagefp.ui.context import Place
from villagefp.ui.door import DoorScreen
from villagefp.ui.orders import FormOrder, SheetOrder
from villagefp.ui.screens.settings import Settings
from villagefp.ui.screens.today import Today

SCREENS = sorted(
    file.stem for file in (paths.root_dir() / "villagefp" / "ui" / "screens").glob("*.py") if file.stem != "__init__"
)
DOORS = ("sign_in", "founding", "locked")
MakeDesk = Callable[[Path], Desk]


def places(desk: Desk) -> dict[str, Place]:
    """A place for each screen of the registry, and some screens twice."""
    home, child = desk.household(), desk.newborn()
    return {
        "today": Place("today"),
        "households": Place("households"),
        "household": Place("household", home.household.id),
        "person": Place("person", child.id),
        "adult": Place("person", home.members[0][0].id),
        "form": Place("form", FormOrder("newborn_home_visit", person_id=child.id)),
        "form of a household": Place("form", FormOrder("household_visit", household_id=home.household.id)),
        "preview": Place("preview", SheetOrder(household_no="0012")),
        "round": Place("preview", SheetOrder(round_on=desk.window.outfit.ambient.today())),
        "calendar": Place("calendar"),
        "desk": Place("desk"),
        "supplies": Place("supplies"),
        "import_roster": Place("import_roster", paths.resources_dir() / "practice" / "roster.xlsx"),
        "settings": Place("settings"),
    }


def test_every_screen_has_one_shape_and_is_listed() -> None:
    for name in SCREENS:
        module = importlib.import_module(f"villagefp.ui.screens.{name}")
        assert name == module.NAME
        assert module.title()
        assert callable(module.build)
    assert sorted((*registry.SCREENS, *DOORS)) == SCREENS
    assert registry.rail_titles() == {name: registry.screen(name).title() for name in registry.RAIL}


@pytest.fixture(params=i18n.LANGUAGES)
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The program in one of its languages."""
    monkeypatch.setenv("VILLAGEFP_LANG", request.param)
    yield request.param
    i18n.set_language("zh_CN")


@pytest.fixture
def speaking(spoken: str, desk: Desk) -> Desk:
    assert i18n.language() == spoken
    return desk


def takers(root: QWidget) -> list[QWidget]:
    """What takes the keyboard and can be seen."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget, QScrollArea)
        and not (isinstance(widget.parent(), QAbstractScrollArea) and widget.objectName().startswith("qt_"))
    ]


def nameless(root: QWidget) -> list[str]:
    return [f"{type(one).__name__} {one.objectName()}" for one in takers(root) if not one.accessibleName()]


def test_each_screen_opens_in_each_language_with_names_for_readers(speaking: Desk) -> None:
    for name, place in places(speaking).items():
        speaking.workplace.open(place)
        speaking.settle()
        assert speaking.workplace.screen_shown.banner.text == "", name
        assert nameless(speaking.window) == [], name


def test_tab_reaches_everything(desk: Desk) -> None:
    for name, place in places(desk).items():
        desk.workplace.open(place)
        desk.settle()
        wanted = set(takers(desk.workplace.screen_shown))
        reached: set[QWidget] = set()
        for _step in range(400):
            focus = QApplication.focusWidget()
            if focus is not None:
                reached.add(focus)
            QTest.keyClick(focus or desk.window, Qt.Key.Key_Tab)
            if wanted <= reached:
                break
        missing = [f"{type(one).__name__} {one.accessibleName()}" for one in wanted - reached]
        assert missing == [], name


def test_doors_have_names_for_readers(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "village")
    for name in ("founding", "sign_in", "recovery"):
        desk.window.show_door(name)
        screenshots.pause(30)
        assert isinstance(desk.window.door, DoorScreen)
        assert nameless(desk.window) == [], name


def test_the_window_imports_no_screen_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, threading.Thread] = {}
    whole = registry.screen

    def screen(name: str) -> ModuleType:
        asked.setdefault(name, threading.current_thread())
        return whole(name)

    monkeypatch.setattr(registry, "screen", screen)
    for name, place in places(desk).items():
        if place.screen != "today":  # stands already
            desk.workplace.open(place)
            desk.settle()
            assert desk.workplace.screen_shown.isVisible(), name
    assert threading.main_thread() not in asked.values()


def test_a_place_asked_for_twice_is_gone_to_once(desk: Desk) -> None:
    for _click in range(2):
        desk.workplace.go(Place("settings"))
    desk.shown(Settings)
    desk.workplace.back()
    desk.shown(Today)


def test_who_goes_on_meanwhile_gets_there(desk: Desk) -> None:
    desk.workplace.go(Place("settings"))
    desk.workplace.open(Place("today"))
    desk.shown(Today)
    assert desk.workplace.place == Place("today")


@pytest.mark.parametrize("scale", [150, 200])
def test_large_text_needs_no_sideways_scrolling(
    make_desk: MakeDesk, practice_template: Path, tmp_path: Path, scale: int
) -> None:
    folder = tmp_path / "village"
    shutil.copytree(practice_template, folder)
    (folder / "settings.json").write_text(f'{{"text_scale": {scale}}}', encoding="utf-8")
    desk = make_desk(folder)
    desk.sign_in()
    for name, place in places(desk).items():
        desk.workplace.open(place)
        desk.settle()
        assert desk.window.width() <= 1366, name
        for area in desk.workplace.screen_shown.findChildren(QAbstractScrollArea):
            assert not area.horizontalScrollBar().isVisible(), name


def test_text_may_grow_by_half(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = i18n.gettext.NullTranslations.gettext

    class Stretched(i18n.gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            said = whole(self, message)
            return said + "…" * (len(said) // 2)

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return self.gettext(msgid1 if n == 1 else msgid2)

    monkeypatch.setattr(i18n._Words, "catalogue", Stretched())
    for name, place in places(desk).items():
        desk.workplace.open(place)
        desk.settle()
        assert desk.window.width() <= 1366, name
        assert desk.workplace.screen_shown.isVisible(), name


def test_settings_change_language_and_look_at_once(desk: Desk) -> None:
    screen = desk.go(Settings, Place("settings"))
    boxes = {field.accessibleName(): field for field in takers(screen)}
    language = boxes[_("Language")]
    language.setCurrentIndex(language.findData("en"))  # type: ignore[attr-defined]
    language.activated.emit(language.currentIndex())  # type: ignore[attr-defined]
    english = desk.shown(Settings)
    assert i18n.language() == "en"
    assert desk.workplace.rail.buttons["households"].text() == "Households"
    english.examine.click()
    desk.settle()
    i18n.set_language("zh_CN")


def test_the_rail_follows_the_numbers_and_narrows(desk: Desk) -> None:
    for number, name in enumerate(registry.RAIL, start=1):
        key = getattr(Qt.Key, f"Key_{number}")
        QTest.keyClick(desk.window, key, Qt.KeyboardModifier.AltModifier)
        desk.settle()
        assert desk.workplace.place.screen == name
        assert desk.workplace.rail.buttons[name].isChecked()
    desk.window.resize(1000, 700)
    screenshots.pause(30)
    assert desk.workplace.rail.buttons["today"].text() == ""
    assert desk.workplace.rail.buttons["today"].accessibleName() == _("Today")


def test_a_picture_of_every_screen_is_taken(make_desk: MakeDesk, practice_template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "village"
    shutil.copytree(practice_template, folder)
    desk = make_desk(folder)
    pictures = screenshots.grab_all(desk.window, PASSPHRASE, tmp_path / "out")
    assert len(pictures) == 17
    assert all(picture.stat().st_size > 5_000 for picture in pictures)
