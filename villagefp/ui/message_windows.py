"""Small windows of words: a question before what cannot be undone, and the report of a bug."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from villagefp.i18n import _


def confirm(over: QWidget | None, question: str, yes: str, no: str = "") -> bool:
    """True if the clerk chose `yes`."""
    box = QMessageBox(QMessageBox.Icon.Question, _("Please confirm"), question, parent=over)
    agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    box.addButton(no or _("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.exec()
    return box.clickedButton() is agree


def show_report(over: QWidget | None, report: str) -> None:
    """Say that the program made a mistake; the lines can be copied and handed on."""
    dialog = QDialog(over)
    dialog.setWindowTitle(_("Something went wrong"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 24, 24, 16)
    layout.setSpacing(12)
    for words in (
        _("The program made a mistake. What you had saved is safe, and drafts are kept. You can go on working."),
        _("If it happens again, copy these lines and send them to your county office. They hold no personal data."),
    ):
        line = QLabel(words, dialog)
        line.setWordWrap(True)
        layout.addWidget(line)
    lines = QPlainTextEdit(report, dialog)
    lines.setReadOnly(True)
    lines.setAccessibleName(_("Report"))
    layout.addWidget(lines)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
    buttons.rejected.connect(dialog.reject)
    layout.addWidget(buttons)
    dialog.resize(560, 320)
    dialog.open()
