"""One question of a form: label, input by its type, error or warning beside it, in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from villagefp.forms.views import ChoiceView, NodeView
from villagefp.i18n import _
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.choices import Choices, Option
from villagefp.ui.widgets.fields import restyle, show_message

Answered = Callable[[str, "str | list[str]"], object]
_PAUSE_MS = 600
_LONG_LIST = 16
_LONGEST_SIGN = 2
_CHOICES = ("select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file")
_MANY = ("select_multiple", "select_multiple_from_file")
_HALF_ROW = 300
"""Pixels at 100 % that options may take to share a row with another question: more would break into two lines."""


class Question(QWidget):
    """Shows one `NodeView` and hands on what is answered."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__()
        self.path = view.path
        self.view = view
        self._answered, self._confirm = answered, confirm
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(3)
        self._note: QLabel | None = None
        self._right: QWidget | None = None
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)
        self.setProperty("span", span(view))
        if view.type != "note":
            self.label = parts.label(_heading(view), "label", wrap=True)
            self._inside.addWidget(self.label)

    def show_view(self, view: NodeView, *, strict: bool) -> None:
        """Show the question as it stands now; what is missing is said only once somebody tried to save (`strict`)."""
        self.view = view
        self._show_value(view)
        answered = view.value not in ("", [])
        if view.error and (answered or strict):
            self._say(view.error, "error")
        elif view.soft_warning:
            self._say(view.soft_warning, "ask")
        else:
            self._say("", "second")

    def focus_target(self) -> QWidget | None:
        """The widget that takes the keyboard."""
        return None

    def commit(self) -> None:
        """Hand on what was typed and not yet handed on."""

    def _show_value(self, view: NodeView) -> None:
        """Show the value in the input."""

    def _say(self, message: str, role: str) -> None:
        target = self.focus_target()
        if self._note is None:
            if not message:
                return
            self._note = parts.label("", role, wrap=True)
            self._inside.addWidget(self._note)
        if self._note.text() != message:
            show_message(self._note, message, role)
            self._ask_right(role == "ask" and bool(message))
        if target is not None:
            target.setAccessibleDescription(message)
            wrong = "yes" if message and role == "error" else "no"
            if target.property("wrong") != wrong:
                target.setProperty("wrong", wrong)
                restyle(target)

    def _ask_right(self, asked: bool) -> None:
        if self._right is not None:
            self._right.hide()
            self._right.deleteLater()
            self._right = None
        if asked:
            self._right = parts.button(_("It is right"), lambda: self._confirm(self.path), "link")
            self._inside.addWidget(self._right)


class Line(Question):
    """Text, numbers and dates in one line."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__(view, answered, confirm)
        self.line = QLineEdit()
        self.line.setAccessibleName(_heading(view))
        self.label.setBuddy(self.line)
        if view.type in ("integer", "decimal"):
            self.line.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        if view.type == "date":
            self.line.setPlaceholderText(_("such as 2026-11-22"))
        self._inside.addWidget(self.line)
        self._told: str | list[str] = view.value
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self.commit)
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
        self.box.setAccessibleName(_heading(view))
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
        self.choices = Choices(_heading(view), _options(view), many=many)
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
        self.box.setAccessibleName(_heading(view))
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
        self.choices = Choices(_heading(view), [Option("OK", "")], many=True)
        self.choices.chosen.connect(lambda codes: self._answered(self.path, "OK" if codes else ""))
        self.label.hide()
        self._inside.addWidget(self.choices)

    @overrides
    def focus_target(self) -> QWidget:
        return self.choices

    def _show_value(self, view: NodeView) -> None:
        chosen = ["1"] if view.value else []
        self.choices.show_state([Option("1", _heading(view))], chosen, read_only=view.read_only)


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
    if view.type in _CHOICES:
        long = len(view.choices) > _LONG_LIST and view.type not in _MANY
        return (LongList if long else Options)(view, answered, confirm)
    if view.type == "text" and "multiline" in view.appearance:
        return Paragraph(view, answered, confirm)
    return Line(view, answered, confirm)


def span(view: NodeView) -> int:
    """How many twelfths of a row a question takes on screen."""
    if view.type in ("integer", "decimal", "date", "time", "datetime", "acknowledge"):
        return 4
    if view.type in _CHOICES:
        return 6 if sum(map(_estimate, view.choices)) <= _HALF_ROW else 12
    if view.type == "text" and "multiline" not in view.appearance:
        return 4 if view.read_only else 6
    return 12


def _estimate(choice: ChoiceView) -> int:
    """About how wide an option is painted."""
    return 50 + sum(14 if ord(character) > 0xFF else 8 for character in choice.label)


def _heading(view: NodeView) -> str:
    return f"{view.label} ({view.unit})" if view.unit else view.label


def _options(view: NodeView) -> list[Option]:
    numbered = all(len(choice.code) <= _LONGEST_SIGN for choice in view.choices)
    return [
        Option(choice.code, choice.label, choice.code if numbered else str(place))
        for place, choice in enumerate(view.choices, start=1)
    ]
