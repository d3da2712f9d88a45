"""The inputs of a form's questions, one class a kind."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from villagefp.forms.views import NodeView
from villagefp.i18n import _
from villagefp.services.worded_days import is_whole
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.choices import Choices, Option
from villagefp.ui.widgets.question import CHOICES, Answered, Question, heading

_PAUSE_MS = 600
_LONG_LIST = 16
_LONGEST_SIGN = 2
_MANY = ("select_multiple", "select_multiple_from_file")


class Line(Question):
    """Text, numbers and dates in one line."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__(view, answered, confirm)
        self.line = QLineEdit()
        self.line.setAccessibleName(heading(view))
        self.label.setBuddy(self.line)
        if view.type in ("integer", "decimal"):
            self.line.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        if view.type == "date":
            self.line.setPlaceholderText(_("2026-11-22, 11.22 or yesterday"))
        self._inside.addWidget(self.line)
        self._told: str | list[str] = view.value
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._paused)
        self.line.textEdited.connect(lambda _text: self._pause.start())
        self.line.editingFinished.connect(self.commit)
        self.line.returnPressed.connect(self.focusNextChild)

    @overrides
    def focus_target(self) -> QWidget:
        return self.line

    @overrides
    def commit(self) -> None:
        self._pause.stop()
        text = self.line.text().strip()
        if text != self._told and not self.line.isReadOnly():
            self._told = text
            self._answered(self.path, text)

    def _paused(self) -> None:
        """Somebody types no further: that is an answer, but half of a day may still become another day."""
        if self.view.type != "date" or is_whole(self.line.text().strip()):
            self.commit()

    def _show_value(self, view: NodeView) -> None:
        value = view.value if isinstance(view.value, str) else " ".join(view.value)
        self.line.setReadOnly(view.read_only)
        if value != self._told or not self.line.hasFocus():
            self._told = value
            if self.line.text().strip() != value:
                self.line.setText(value)


class Paragraph(Question):
    """Several lines of text."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__(view, answered, confirm)
        self.box = QPlainTextEdit()
        self.box.setAccessibleName(heading(view))
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(84)
        self.label.setBuddy(self.box)
        self._inside.addWidget(self.box)
        self._told = ""
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self.commit)
        self.box.textChanged.connect(self._pause.start)
        self.box.installEventFilter(self)

    @overrides
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.commit()
        return super().eventFilter(watched, event)

    @overrides
    def focus_target(self) -> QWidget:
        return self.box

    @overrides
    def commit(self) -> None:
        self._pause.stop()
        text = self.box.toPlainText().strip()
        if text != self._told and not self.box.isReadOnly():
            self._told = text
            self._answered(self.path, text)

    def _show_value(self, view: NodeView) -> None:
        value = str(view.value)
        self.box.setReadOnly(view.read_only)
        if value != self._told:
            self._told = value
            self.box.setPlainText(value)
            self._pause.stop()


class Options(Question):
    """One or several of numbered options."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__(view, answered, confirm)
        many = view.type in _MANY
        self.choices = Choices(heading(view), _options(view), many=many)
        self.choices.chosen.connect(self._chosen)
        self._inside.addWidget(self.choices)

    @overrides
    def focus_target(self) -> QWidget:
        return self.choices

    def _chosen(self, codes: list[str]) -> None:
        self._answered(self.path, codes if self.choices.many else codes[0] if codes else "")

    def _show_value(self, view: NodeView) -> None:
        codes = view.value if isinstance(view.value, list) else [view.value]
        self.choices.show_state(_options(view), codes, read_only=view.read_only)


class LongList(Question):
    """One of many options: a list to pick from, by typing its beginning."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__(view, answered, confirm)
        self.box = QComboBox()
        self.box.setAccessibleName(heading(view))
        self.label.setBuddy(self.box)
        self._inside.addWidget(self.box)
        self.box.activated.connect(lambda _index: self._answered(self.path, str(self.box.currentData())))
        self.box.installEventFilter(self)

    @overrides
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Return:
            self.focusNextChild()
            return True
        return super().eventFilter(watched, event)

    @overrides
    def focus_target(self) -> QWidget:
        return self.box

    def _show_value(self, view: NodeView) -> None:
        if self.box.count() != len(view.choices) + 1:
            self.box.clear()
            self.box.addItem("—", "")
            for option in view.choices:
                self.box.addItem(f"{option.code} {option.label}", option.code)
        self.box.setCurrentIndex(max(0, self.box.findData(view.value)))
        self.box.setEnabled(not view.read_only)


class Tick(Question):
    """One box: yes, or not said."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__(view, answered, confirm)
        self.choices = Choices(heading(view), [Option("OK", "")], many=True)
        self.choices.chosen.connect(lambda codes: self._answered(self.path, "OK" if codes else ""))
        self.label.hide()
        self._inside.addWidget(self.choices)

    @overrides
    def focus_target(self) -> QWidget:
        return self.choices

    def _show_value(self, view: NodeView) -> None:
        chosen = ["1"] if view.value else []
        self.choices.show_state([Option("1", heading(view))], chosen, read_only=view.read_only)


class Note(Question):
    """Words to read; a danger note stands in the panel instead."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__(view, answered, confirm)
        self._words = parts.label(view.label, "second", wrap=True)
        self._inside.addWidget(self._words)

    def _show_value(self, view: NodeView) -> None:
        self._words.setText(view.label)


def make(view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> Question:
    """The widget that fits a question's type."""
    if view.type == "note":
        return Note(view, answered, confirm)
    if view.type == "acknowledge":
        return Tick(view, answered, confirm)
    if view.type in CHOICES:
        long = len(view.choices) > _LONG_LIST and view.type not in _MANY
        return (LongList if long else Options)(view, answered, confirm)
    if view.type == "text" and "multiline" in view.appearance:
        return Paragraph(view, answered, confirm)
    return Line(view, answered, confirm)


def _options(view: NodeView) -> list[Option]:
    numbered = all(len(choice.code) <= _LONGEST_SIGN for choice in view.choices)
    return [
        Option(choice.code, choice.label, choice.code if numbered else str(place))
        for place, choice in enumerate(view.choices, start=1)
    ]
