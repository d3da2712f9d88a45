"""One section of a form, built when it is reached and in small pieces, so that the window never stands still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from villagefp.forms.session import FormSession
from villagefp.forms.told import TOLD
from villagefp.forms.views import NodeView
from villagefp.i18n import _
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.flow import FlowLayout
from villagefp.ui.widgets.question import Answered, Question
from villagefp.ui.widgets.question_kinds import make

_AT_ONCE = 12
"""Questions built in one piece."""


@dataclass(frozen=True)
class Entry:
    """One place of a section in reading order: a question, a heading, or the end of a repeat."""

    path: str
    kind: str  # question, heading, instance, add


class FormPage(QWidget):
    """Shows the places below one page of the form; widgets appear as they become relevant."""

    built = Signal()

    def __init__(self, session: FormSession, page: str, answered: Answered, *, read_only: bool) -> None:
        super().__init__()
        self._session, self._page = session, page
        self._answered, self._read_only = answered, read_only
        self.strict = False
        self._entries: list[Entry] = []
        self.widgets: dict[str, QWidget] = {}
        self._flow = FlowLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(12)
        layout.addLayout(self._flow)
        if previous := _previous(session, page):
            layout.addWidget(parts.label(previous, "second", wrap=True))
        layout.addStretch(1)
        self._next = 0
        self._entries = list(self._walk(page))
        self._build()

    @property
    def whole(self) -> bool:
        """True once every place of the section has been built."""
        return self._next >= len(self._entries)

    @property
    def order(self) -> tuple[str, ...]:
        """The places of the section in reading order, by path."""
        return tuple(entry.path for entry in self._entries)

    def show_again(self, paths: Iterable[str]) -> None:
        """Show places anew that an answer has touched."""
        touched = set(paths)
        entries = list(self._walk(self._page))
        if entries != self._entries:
            self._resettle(entries)
        for number, entry in enumerate(self._entries[: self._next]):
            if entry.path in touched:
                self._put(number, entry)
        self._order_tabs()

    def insist(self) -> None:
        """From now on say what is missing as well."""
        self.strict = True
        self.show_again([entry.path for entry in self._entries])

    def commit(self) -> None:
        """Hand on what was typed in any field and not yet handed on."""
        for widget in list(self.widgets.values()):
            if isinstance(widget, Question):
                widget.commit()

    def focus(self, path: str | None = None) -> None:
        """Put the keyboard on a question, the first that can be answered unless told."""
        while not self.whole:
            self._build_some()
        for entry in self._entries:
            widget = self.widgets.get(entry.path)
            if not isinstance(widget, Question) or widget.isHidden():
                continue
            target = widget.focus_target()
            fits = entry.path == path if path else not widget.view.read_only
            if target is not None and fits:
                target.setFocus()
                return

    def _walk(self, path: str) -> Iterable[Entry]:
        view = self._session.node(path)
        for child in view.children:
            below = self._session.node(child)
            if below.type == "group":
                if below.label:
                    yield Entry(child, "heading")
                yield from self._walk(child)
            elif below.type == "repeat":
                yield Entry(child, "heading")
                for instance in below.children:
                    yield Entry(instance, "instance")
                    yield from self._walk(instance)
                if below.can_add and not self._read_only:
                    yield Entry(f"{child}+", "add")
            elif not below.urgency and below.name != TOLD:  # they stand in the panel
                yield Entry(child, "question")

    def _build(self) -> None:
        """Build a piece, let the window breathe, build the next."""
        self._build_some()
        self._order_tabs()
        if self.whole:
            self.built.emit()
        else:
            QTimer.singleShot(0, self, self._build)

    def _build_some(self) -> None:
        made = 0
        while made < _AT_ONCE and not self.whole:
            made += self._put(self._next, self._entries[self._next])
            self._next += 1

    def _put(self, number: int, entry: Entry) -> int:
        """Show one place, making its widget if it is asked now; says how many widgets that made."""
        widget = self.widgets.get(entry.path)
        view = self._session.node(entry.path.removesuffix("+"))
        if widget is None:
            if not view.relevant:
                return 0
            widget = self._make(entry, view)
            before = sum(1 for earlier in self._entries[:number] if earlier.path in self.widgets)
            self.widgets[entry.path] = widget
            self._flow.insert(before, widget)
        if isinstance(widget, Question):
            shown = replace(view, read_only=True) if self._read_only else view
            widget.show_view(shown, strict=self.strict)
        if widget.isHidden() == view.relevant:
            widget.setVisible(view.relevant)
        return 1

    def _make(self, entry: Entry, view: NodeView) -> QWidget:
        if entry.kind == "question":
            return make(view, self._answered, self._confirm)
        if entry.kind == "heading":
            return _spanning(parts.label(view.label, "section", wrap=True))
        if entry.kind == "instance":
            number = entry.path.rpartition("[")[2].removesuffix("]")
            heading: QLabel | QPushButton = parts.label(_("No. {number}").format(number=number), "strong")
            held = QWidget()
            line = parts.row(heading, 0)
            if view.can_remove and not self._read_only:
                line.addWidget(parts.button(_("Remove"), lambda: self._remove(entry.path), "link"))
            held.setLayout(line)
            return _spanning(held)
        held = QWidget()
        add = parts.button(_("Add one more"), lambda: self._add(entry.path.removesuffix("+")), icon_name="plus")
        held.setLayout(parts.row(add, 0))
        return _spanning(held)

    def _add(self, path: str) -> None:
        fresh = self._session.add_repeat(path)
        self.show_again([fresh])
        self.focus(next((entry.path for entry in self._entries if entry.path.startswith(f"{fresh}/")), None))

    def _remove(self, path: str) -> None:
        changed = self._session.remove_repeat(path)
        self.show_again(changed)
        self._answered("", "")

    def _resettle(self, entries: list[Entry]) -> None:
        """Repeats have come or gone: what no longer exists goes, and the rest is built in its new order."""
        for widget in self.widgets.values():
            self._flow.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.widgets = {}
        self._entries, self._next = entries, 0
        while not self.whole:
            self._build_some()

    def _confirm(self, path: str) -> None:
        self._session.confirm(path)
        self.show_again([path])

    def _order_tabs(self) -> None:
        last: QWidget | None = None
        for entry in self._entries:
            widget = self.widgets.get(entry.path)
            targets = _targets(widget) if widget is not None else []
            for target in targets:
                if last is not None:
                    QWidget.setTabOrder(last, target)
                last = target


def _targets(widget: QWidget) -> list[QWidget]:
    if isinstance(widget, Question):
        target = widget.focus_target()
        return [target] if target is not None else []
    return list(widget.findChildren(QPushButton))


def _spanning(widget: QWidget) -> QWidget:
    widget.setProperty("span", 12)
    return widget


def _previous(session: FormSession, page: str) -> str:
    """The numbers of the last visit on this section, in one line."""
    known = session.inputs.previous
    told = []
    for item in session.package.questions:
        value = known.get(item.name, "")
        if item.path.startswith(f"{page}/") and item.type in ("integer", "decimal") and value:
            label = session.node(item.path).label
            told.append(f"{label} {value}{item.unit}")
    return _("Last time: {values}").format(values=" · ".join(told)) if told else ""
