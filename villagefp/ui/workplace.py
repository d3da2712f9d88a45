"""What a signed-in worker sees: rail, search, one screen at a time, status strip; and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from villagefp.i18n import _
from villagefp.services import households, people
from villagefp.services.pages import HouseholdLine, PersonLine
from villagefp.ui import registry, theme, words
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.rail import Rail
from villagefp.ui.widgets.search_box import SearchBox
from villagefp.ui.widgets.status_strip import StatusStrip
from villagefp.ui.widgets.two_lines import Row

_NARROW_BELOW = 1100
_SEARCH_WIDTH = 560
_HITS = 30
_HOUSEHOLD_HITS = 5


class Workplace(QWidget):
    """Keeps the places one has been to; screens are made when they are opened and deleted when they are left."""

    def __init__(self, make_context: Callable[[Workplace], ScreenContext], lock: Callable[[], None]) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.context = make_context(self)
        self._trail: list[Place] = []
        self._stack = QStackedWidget()
        self._imported: set[str] = set()
        self._shown: Place | None = None
        self.screen_shown: Screen | None = None
        store = self.context.store
        self.rail = Rail(
            store.village.name, store.worker.name, registry.rail_titles(), lambda name: self.open(Place(name)), self
        )
        self.strip = StatusStrip(lambda: self.go(Place("settings")), self)
        right = parts.column(spacing=0)
        if self.context.practice:
            right.addWidget(_practice_strip())
        self.search = SearchBox(self._find, self)
        self.search.chosen.connect(self.go)
        right.addWidget(self._top(lock))
        right.addWidget(self._stack, 1)
        right.addWidget(self.strip)
        self.setLayout(parts.row(self.rail, right, spacing=0))
        self.context.changes.saved.connect(self._refresh)
        self._shortcuts()

    @property
    def place(self) -> Place:
        """Where one is."""
        return self._trail[-1]

    @property
    def trail(self) -> list[Place]:
        """The way here, the screen shown as it would go on."""
        here = self.screen_shown is not None and self._shown is self.place
        shown = self.screen_shown.resume_target() if self.screen_shown is not None and here else None
        return [*self._trail[:-1], Place(self.place.screen, shown or self.place.target)]

    def follow(self, trail: list[Place]) -> None:
        """Stand at the end of a way that was gone before."""
        self._trail = list(trail)
        self._show()

    def open(self, place: Place) -> None:
        """Go to a place of the rail; the way back starts anew."""
        self._trail = []
        self.go(place)

    def go(self, place: Place) -> None:
        """Go to a place, remembering where one was, and what was looked at there."""
        if self._trail and self._trail[-1] == place and self._shown is not self._trail[-1]:
            return  # it is on its way: asked for twice by a double click
        self._trail = [*(self.trail if self._trail else []), place]
        self._show()

    def replace(self, place: Place) -> None:
        """Go to a place in stead of the one shown."""
        self._trail[-1:] = [place]
        self._show()

    def back(self) -> None:
        """Go one step back; from the first place there is none."""
        if self.screen_shown is not None and self.screen_shown.step_back():
            return
        if len(self._trail) > 1:
            self._trail.pop()
            self._show()

    def note(self, words_said: str) -> None:
        """Say in the strip what was done and saved, and when; once the page is left, only that it was saved."""
        now = words.clock(self.context.ambient.now())
        self.strip.tell(f"{words_said} {now}", stays=f"{_('Saved')} {now}")

    def hint(self, words_said: str) -> None:
        """Say in the strip what holds for the page shown, until it is left; nothing was saved."""
        self.strip.tell(words_said)

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rail.set_narrow(self.width() < _NARROW_BELOW)
        super().resizeEvent(event)

    def _show(self) -> None:
        """Show where one is; what a kind of screen needs is imported beside before its first time."""
        if self.place.screen in self._imported:
            self._stand(self.place)
        else:
            self.context.jobs.aside(registry.screen, self.place.screen, done=self._came)

    def _came(self, module: ModuleType) -> None:
        self._imported.add(module.NAME)
        if self.place.screen == module.NAME and self._shown is not self.place:  # nobody went on meanwhile
            self._stand(self.place)

    def _stand(self, place: Place) -> None:
        screen: Screen = registry.screen(place.screen).build(self.context, place.target)
        old = self.screen_shown
        self._shown = place
        self.strip.page_left()
        self._stack.addWidget(screen)
        self._stack.setCurrentWidget(screen)
        self.screen_shown = screen
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()
        reached = [step.screen for step in self._trail if step.screen in registry.RAIL]
        self.rail.select(reached[-1] if reached else "households")
        screen.refresh()
        focus = screen.first_focus()
        if focus is not None:
            focus.setFocus()

    def _refresh(self) -> None:
        if self.screen_shown is not None:
            self.screen_shown.refresh()

    def _top(self, lock: Callable[[], None]) -> QFrame:
        self.search.setMaximumWidth(theme.current().px(_SEARCH_WIDTH))
        shut = parts.icon_button("lock", _("Lock the screen (Ctrl+L)"), lock)
        line = parts.row(self.search, 0, shut, spacing=12)
        line.setStretch(0, 3)
        line.setContentsMargins(24, 8, 24, 8)
        return parts.frame("top", line)

    def _shortcuts(self) -> None:
        for number, name in enumerate(registry.RAIL, start=1):
            self._key(f"Alt+{number}", partial(self.open, Place(name)))
        self._key("Ctrl+K", self._to_search)
        self._key("Esc", self.back)
        self._key("Alt+Left", self.back)
        self._key("Ctrl+P", lambda: self.screen_shown and self.screen_shown.print_shown())

    def _key(self, keys: str, pressed: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(pressed)

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _find(self, text: str, show: Callable[[Sequence[Row]], None]) -> None:
        places = [
            Row(title, _("Go to"), "", Place(name))
            for name, title in registry.rail_titles().items()
            if text.lower() in title.lower()
        ]
        store, today = self.context.store, self.context.ambient.today()

        def look() -> list[Row]:
            homes = households.household_lines(store, text)[:_HOUSEHOLD_HITS]
            persons = people.find(store, text, _HITS)
            return [*map(_household_row, homes), *(_person_row(line, words.age(line, today)) for line in persons)]

        self.context.jobs.run(look, done=lambda rows: show([*rows, *places]))


def _person_row(line: PersonLine, age: str) -> Row:
    facts = (words.code("sex", line.sex), age, words.code("presence", line.presence))
    home = " · ".join(part for part in (line.household_no, words.group(line.group_no)) if part)
    return Row(words.name(line), " · ".join(part for part in facts if part), home, Place("person", line.id))


def _household_row(line: HouseholdLine) -> Row:
    home = " · ".join(part for part in (line.household_no, words.group(line.group_no)) if part)
    return Row(words.family(line.head_name), _("Household"), home, Place("household", line.id))


def _practice_strip() -> QFrame:
    line = parts.row(parts.label(_("Practice village: these people are invented. Nothing here mixes with real data.")))
    line.setContentsMargins(24, 4, 24, 4)
    return parts.frame("practice", line)
