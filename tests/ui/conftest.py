"""A window on a real store, offscreen: nothing is faked but dialogs, the printer and the clock."""

# ruff: noqa: ARG002  dialogs are answered, whatever they ask

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QWidget

from tests.conftest import CHEAP, PASSPHRASE, Steps
from villagefp import paths
from villagefp.app import build_window
from villagefp.domain.ambient import Ambient
from villagefp.services import households, roster
from villagefp.services.pages import HouseholdPage, PersonLine
from villagefp.storage.store import create_store
from villagefp.ui import fonts, screenshots
from villagefp.ui.context import Place
from villagefp.ui.dialogs import Dialogs
from villagefp.ui.main_window import MainWindow
from villagefp.ui.qt import hold_true
from villagefp.ui.screen import Screen

S = TypeVar("S", bound=Screen)
VILLAGE = {"village_code": "990101101201", "village_name": "柳树湾村", "worker_name": "王秀兰"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of every small window and open menu that it has no window manager to tell of it."""
    for item in items:
        if "tests/ui/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@dataclass
class ToldDialogs(Dialogs):
    """Answers in the clerk's place, and keeps what was shown."""

    open_answer: Path | None = None
    save_answer: Path | None = None
    confirm_answer: bool = True
    printer: QPrinter | None = None
    reports: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def open_file(self, title: str, kinds: str) -> Path | None:
        return self.open_answer

    def save_file(self, title: str, name: str, kinds: str) -> Path | None:
        return self.save_answer

    def confirm(self, question: str, yes: str, no: str = "") -> bool:
        self.questions.append(question)
        return self.confirm_answer

    def ask_printer(self, over: QWidget, pages: int) -> QPrinter | None:
        return self.printer

    def show_report(self, report: str) -> None:
        self.reports.append(report)


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    """The application as the program makes it."""
    if not (paths.built_dir() / "locale" / "zh_CN" / "LC_MESSAGES" / "villagefp.mo").exists():
        hold_true()
    qapp.setStyle("Fusion")
    fonts.load()


@pytest.fixture(scope="session")
def practice_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the practice roster in it."""
    folder = tmp_path_factory.mktemp("practice") / "store"
    ambient = Ambient(now=Steps(datetime(2026, 11, 21, 1, 0, tzinfo=UTC)), random=random.Random(7).randbytes)
    store = create_store(folder, passphrase=PASSPHRASE, ambient=ambient, cost=CHEAP, **VILLAGE).store
    workbook, today = paths.resources_dir() / "practice" / "roster.xlsx", ambient.today()
    preview = roster.open_workbook(workbook, remembered=None, today=today)
    roster.import_roster(store, roster.plan_import(store, preview, today))
    store.close()
    return folder


@pytest.fixture
def dialogs() -> ToldDialogs:
    return ToldDialogs()


@dataclass
class Desk:
    """A window with somebody at it."""

    window: MainWindow
    dialogs: ToldDialogs

    def settle(self) -> None:
        screenshots.settle(self.window)

    def sign_in(self, passphrase: str = PASSPHRASE) -> None:
        screenshots.sign_in(self.window, passphrase)

    def until(self, reached: Callable[[], bool]) -> None:
        screenshots.wait_until(reached)

    @property
    def workplace(self) -> Any:
        assert self.window.workplace is not None
        return self.window.workplace

    def shown(self, kind: type[S]) -> S:
        """The screen shown, which must be of this kind."""
        self.settle()
        screen = self.workplace.screen_shown
        assert isinstance(screen, kind)
        return screen

    def go(self, kind: type[S], place: Place) -> S:
        self.workplace.go(place)
        return self.shown(kind)

    def household(self, number: str = "0012") -> HouseholdPage:
        assert self.window.store is not None
        return households.household_page(self.window.store, households.by_number(self.window.store, number).id)

    def newborn(self) -> PersonLine:
        """李芳's daughter, who has no name yet."""
        return max((line for line, _m in self.household().members), key=lambda line: line.birth_date or "")


@pytest.fixture
def make_desk(dialogs: ToldDialogs, ambient: Ambient) -> Iterator[Callable[[Path], Desk]]:
    """Makes windows and closes them in the end; no bug may have been reported by then."""
    made: list[MainWindow] = []

    def make(folder: Path) -> Desk:
        window = build_window(folder, ambient, dialogs)
        window.resize(1366, 728)
        window.show()
        made.append(window)
        return Desk(window, dialogs)

    yield make
    for window in made:
        window.close()
        window.deleteLater()
    screenshots.pause(10)
    assert dialogs.reports == []


@pytest.fixture
def desk(make_desk: Callable[[Path], Desk], practice_template: Path, tmp_path: Path) -> Desk:
    """Signed in, in a village of 120 invented people."""
    folder = tmp_path / "village"
    shutil.copytree(practice_template, folder)
    made = make_desk(folder)
    made.sign_in()
    return made
