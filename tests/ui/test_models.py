"""List models under Qt's own model tester."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from villagefp.ui.models.table import Column, TableModel
from villagefp.ui.widgets.two_lines import Row, RowsModel

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def test_the_table_model_keeps_qts_rules() -> None:
    model: TableModel[tuple[str, int]] = TableModel(
        [Column("Name", lambda row: row[0]), Column("Count", lambda row: str(row[1]), right=True)]
    )
    tester = QAbstractItemModelTester(model, FATAL)
    model.show([("a", 1), ("b", 2)])
    assert model.rowCount() == 2
    assert model.data(model.index(1, 1), Qt.ItemDataRole.DisplayRole) == "2"
    assert model.data(model.index(1, 1), Qt.ItemDataRole.AccessibleTextRole) == "Count: 2"
    model.show([])
    assert model.rowCount() == 0
    assert tester.model() is model


def test_the_rows_model_keeps_qts_rules() -> None:
    model = RowsModel()
    tester = QAbstractItemModelTester(model, FATAL)
    model.show([Row("李芳", "女", "0012", None)])
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "李芳 · 女 · 0012"
    model.show([])
    assert tester.model() is model
