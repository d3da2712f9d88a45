"""Fields with their label above and their error below, in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from villagefp.ui.widgets import parts


class Field(QWidget):
    """A labelled input; the label is its name for readers, the error its description."""

    def __init__(self, words: str, edit: QWidget, hint: str = "") -> None:
        super().__init__()
        self.edit = edit
        edit.setAccessibleName(words)
        self._hint = hint
        self.label = parts.label(words, "label")
        self.label.setBuddy(edit)
        self.note = parts.label(hint, "second", wrap=True)
        self.setLayout(parts.column(self.label, edit, self.note, spacing=3))
        self.note.setVisible(bool(hint))  # once it has a parent: before, it would be a window of its own for a moment

    def complain(self, message: str, role: str = "error") -> None:
        """Say beside the field what is wrong with it; an empty message takes it away."""
        show_message(self.note, message or self._hint, role if message else "second")
        self.edit.setProperty("wrong", "yes" if message and role == "error" else "no")
        self.edit.setAccessibleDescription(message or self._hint)
        restyle(self.edit)


def show_message(note: QLabel, message: str, role: str) -> None:
    """Give a note below a field its words and role; an empty one takes no room."""
    note.setText(message)
    note.setProperty("role", role)
    note.setVisible(bool(message))
    restyle(note)


def restyle(widget: QWidget) -> None:
    """Let the stylesheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class TextField(Field):
    """One line of text."""

    def __init__(self, words: str, *, hint: str = "", secret: bool = False, text: str = "") -> None:
        self.line = QLineEdit(text)
        if secret:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
        super().__init__(words, self.line, hint)

    @property
    def text(self) -> str:
        """What was typed, without spaces around it."""
        return self.line.text().strip()


class ChoiceField(Field):
    """One of a short list; each entry has a value and its words."""

    def __init__(self, words: str, entries: list[tuple[str, str]], *, chosen: str = "", hint: str = "") -> None:
        self.box = QComboBox()
        for value, text in entries:
            self.box.addItem(text, value)
        self.box.setCurrentIndex(max(0, self.box.findData(chosen)))
        super().__init__(words, self.box, hint)

    @property
    def value(self) -> str:
        """The value chosen."""
        return str(self.box.currentData())

    def on_change(self, changed: Callable[[str], object]) -> None:
        """Call back with the value whenever the worker chooses another one."""
        self.box.activated.connect(lambda _index: changed(self.value))
