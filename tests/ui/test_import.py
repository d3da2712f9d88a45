"""A roster in three steps: what was understood, what will happen, and stopping without a trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from python_calamine import CalamineWorkbook

from tests.conftest import CHEAP, PASSPHRASE
from tests.ui.conftest import VILLAGE, Desk
from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.domain.roster.meanings import Meaning
from villagefp.i18n import _
from villagefp.services import households
from villagefp.services.roster import ImportCancelled
from villagefp.storage.store import create_store
from villagefp.ui.context import Place
from villagefp.ui.screens.import_roster import ImportRoster
from villagefp.ui.screens.today import Today

WORKBOOK = paths.resources_dir() / "practice" / "roster.xlsx"


@pytest.fixture
def empty(make_desk: Callable[[Path], Desk], tmp_path: Path, ambient: Ambient) -> Desk:
    """Signed in, in a village of which nothing is known yet."""
    folder = tmp_path / "empty"
    create_store(folder, passphrase=PASSPHRASE, ambient=ambient, cost=CHEAP, **VILLAGE).store.close()
    desk = make_desk(folder)
    desk.sign_in()
    return desk


@pytest.fixture
def screen(empty: Desk) -> ImportRoster:
    made = empty.go(ImportRoster, Place("import_roster"))
    empty.dialogs.open_answer = WORKBOOK
    made.choose.click()
    empty.settle()
    return made


def count(desk: Desk) -> int:
    assert desk.window.store is not None
    return len(households.household_lines(desk.window.store))


def test_the_first_page_of_an_empty_village_leads_here(empty: Desk) -> None:
    today = empty.shown(Today)
    next(b for b in today.findChildren(QPushButton) if b.text() == _("Import a roster")).click()
    empty.shown(ImportRoster)


def test_columns_and_plan_are_shown_before_anything_is_written(empty: Desk, screen: ImportRoster) -> None:
    assert screen.columns is not None
    assert screen.outcome is not None
    meanings = {box.currentData() for box in screen.columns.boxes.values()}
    assert {Meaning.NAME, Meaning.ID_NO, Meaning.SEX, Meaning.RELATION, Meaning.HOUSEHOLD_NO} <= meanings
    assert screen.outcome.result.persons == 120
    assert screen.outcome.result.created == 120
    assert count(empty) == 0


def test_a_column_set_right_changes_the_plan(empty: Desk, screen: ImportRoster) -> None:
    assert screen.columns is not None
    before = screen.preview
    box = next(box for box in screen.columns.boxes.values() if box.currentData() == Meaning.ETHNIC)
    place = box.findData(Meaning.NOT_IMPORTED)
    box.setCurrentIndex(place)
    box.activated.emit(place)
    empty.settle()
    assert screen.preview is not None
    assert screen.preview is not before
    changed = [c.meaning for table in screen.preview.tables for c in table.columns]
    assert Meaning.ETHNIC not in changed


def test_an_import_is_done_and_done_again_changes_nothing(empty: Desk, screen: ImportRoster, tmp_path: Path) -> None:
    assert screen.outcome is not None
    screen.outcome.begin.click()
    empty.settle()
    assert count(empty) == 40
    assert screen.result is not None
    assert screen.result.created > 100
    empty.dialogs.save_answer = tmp_path / "issues.xlsx"
    assert screen.outcome is not None
    screen._save_issues(screen.result)
    empty.settle()
    rows = CalamineWorkbook.from_path(str(tmp_path / "issues.xlsx")).get_sheet_by_index(0).to_python()
    assert len(rows) > len(screen.result.issues)
    screen.choose.click()
    empty.settle()
    assert screen.outcome is not None
    assert not screen.outcome.begin.isEnabled()


def test_an_issue_shows_its_row(screen: ImportRoster) -> None:
    assert screen.outcome is not None
    issue = screen.outcome.result.issues[0]
    screen.outcome.table.choose(1)
    screen.outcome.table.choose(0)
    assert str(issue.row) in screen.outcome.row_text.text()


def test_a_stopped_import_leaves_nothing(empty: Desk, screen: ImportRoster, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = empty.window.jobs.handle()
    handle.cancel()
    monkeypatch.setattr(type(empty.window.jobs), "handle", lambda _self, _progress=None: handle)
    assert screen.outcome is not None
    screen.outcome.begin.click()
    empty.settle()
    assert count(empty) == 0
    assert screen.banner.text == str(ImportCancelled(_("The import was stopped. Nothing of it was kept.")))
    assert screen.outcome.begin.isEnabled()


def test_a_file_that_is_no_workbook_gets_one_sentence(empty: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "名册.xlsx"
    wrong.write_bytes(b"not a workbook")
    screen = empty.go(ImportRoster, Place("import_roster"))
    empty.dialogs.open_answer = wrong
    screen.choose.click()
    empty.settle()
    assert "名册.xlsx" in screen.banner.text
    assert screen.choose.isEnabled()
