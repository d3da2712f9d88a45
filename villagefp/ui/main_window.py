"""The window: first a door, then the workplace, and the locked screen over it when nobody is there."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget

from villagefp import i18n
from villagefp.domain.ambient import Ambient
from villagefp.i18n import _
from villagefp.settings import Settings
from villagefp.ui import crash, entering, registry, theme, words_of_qt
from villagefp.ui.context import Changes, Place, ScreenContext
from villagefp.ui.dialogs import Dialogs
from villagefp.ui.door import DoorContext, DoorScreen
from villagefp.ui.garbage import UiGarbage
from villagefp.ui.jobs import Jobs
from villagefp.ui.qt import hold_true, overrides

if TYPE_CHECKING:
    from villagefp.printing.helper import PdfHelper
    from villagefp.printing.jobs import Rendered, SheetJob
    from villagefp.printing.raster import Pixels
    from villagefp.storage.store import Store
    from villagefp.ui.idle import IdleWatch
    from villagefp.ui.workplace import Workplace

_CALM_MS = 400
_REST_MINUTES = 1
_DOORS = {"sign_in": "sign_in", "recovery": "sign_in", "founding": "founding", "locked": "locked"}


@dataclass(frozen=True)
class Outfit:
    """What the window is built from; `app.py` makes it once."""

    folder: Path
    settings: Settings
    ambient: Ambient
    dialogs: Dialogs


class MainWindow(QMainWindow):
    """Owns the jobs and the open store; goes from door to workplace and back."""

    painted = Signal()  # the first paint after the window was shown
    entered = Signal()  # the workplace stands

    def __init__(self, outfit: Outfit) -> None:
        super().__init__()
        self.outfit = outfit
        self.folder = outfit.folder
        outfit.dialogs.window = self
        self._first_paint = True
        self._handle = crash.install(self._refuse, outfit.dialogs.show_report)
        self.jobs = Jobs(self._handle, self)
        self._garbage = UiGarbage(self)
        self.store: Store | None = None
        self._helper: PdfHelper | None = None
        self._helping = threading.Lock()
        self.workplace: Workplace | None = None
        self.door: DoorScreen | None = None
        self._stack = QStackedWidget(self)
        self.setCentralWidget(self._stack)
        self.setWindowTitle(_("Village health services"))
        self.resize(1366, 728)
        self.setMinimumSize(640, 480)
        self.idle: IdleWatch | None = None
        for keys in ("Ctrl+L", "Pause"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.lock)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.show_door("sign_in" if entering.exists(self.folder) else "founding")

    @property
    def practice(self) -> bool:
        """True in the practice village."""
        return self.folder != self.outfit.folder

    @property
    def locked(self) -> bool:
        """True while the workplace is hidden behind the locked screen."""
        return self.workplace is not None and self.door is not None

    def show_door(self, name: str, target: object = None) -> None:
        """Show a door of the folder in use."""
        module = importlib.import_module(f"villagefp.ui.screens.{_DOORS[name]}")
        door: DoorScreen = module.build(self._door_context(), name if target is None else target)
        self._drop_door()
        self.door = door
        door.painted.connect(self._painted)
        self._stack.addWidget(door)
        self._stack.setCurrentWidget(door)
        door.setFocus()

    def enter(self, store: Store) -> None:
        """Show the workplace on an open store, as soon as what it needs is imported."""
        self.store = store
        self._import_beside(registry.warm_up, self._stand)

    def _stand(self) -> None:
        self._put_workplace([Place("today")])
        self._drop_door()
        self._restart_idle()
        self.entered.emit()
        QTimer.singleShot(_CALM_MS, self, lambda: self._import_beside(registry.warm_more))

    def lock(self) -> None:
        """Hide everything until the passphrase is typed; what was being written stays as it is."""
        if self.workplace is None or self.door is not None:
            return
        if self.practice:
            return  # nobody's data, and a passphrase that nobody was told
        modal = QApplication.activeModalWidget()
        if modal is not None:
            modal.close()
        self.show_door("locked", self._unlock)

    def restyle(self) -> None:
        """Show everything anew in the language, size and colours that the settings now name."""
        dress(self.outfit.settings)
        self.setWindowTitle(_("Village health services"))
        self._restart_idle()
        if self.workplace is not None:
            self._put_workplace(self.workplace.trail)
        elif self.door is not None:
            self.show_door("sign_in" if entering.exists(self.folder) else "founding")

    @overrides
    def closeEvent(self, event: QCloseEvent) -> None:
        self.jobs.close()
        self._garbage.close()
        if self._helper is not None:
            self._helper.close()
        if self.store is not None:
            self.store.close()
            self.store = None
        super().closeEvent(event)

    def _painted(self) -> None:
        if self._first_paint:
            self._first_paint = False
            QTimer.singleShot(0, self._tell_painted)

    def _tell_painted(self) -> None:
        self.painted.emit()
        self._after_first_paint()

    def _after_first_paint(self) -> None:
        from villagefp.ui.idle import IdleWatch  # noqa: PLC0415  nobody waits any more

        hold_true()
        handle = self.windowHandle()
        if handle is not None:
            self.idle = IdleWatch(handle, self._lock_minutes, self.lock, self)
            IdleWatch(handle, lambda: _REST_MINUTES, self.rest, self)
        self._import_beside(registry.warm_up)

    def _import_beside(self, modules: Callable[[], None], then: Callable[[], None] | None = None) -> None:
        """Import off the UI thread, where another thread that imports would hold it, and go on with `then`."""

        def imported(_none: None) -> None:
            self._garbage.keep()
            if then is not None:
                then()

        def failed(error: BaseException) -> None:
            self._garbage.keep()
            self._handle(error)

        self._garbage.hold()
        self.jobs.aside(modules, done=imported, failed=failed)

    def rest(self) -> None:
        """Fold the log of the store in while nobody waits, so that no save has to."""
        if self.store is not None:
            self.jobs.run(self.store.rest)

    def _door_context(self) -> DoorContext:
        outfit = self.outfit
        return DoorContext(
            folder=self.folder, jobs=self.jobs, ambient=outfit.ambient, settings=outfit.settings,
            dialogs=outfit.dialogs, entered=self.enter, show=self.show_door, practice=self.enter_practice,
            choose_language=self._choose_language,
        )  # fmt: skip

    def enter_practice(self) -> None:
        """Open the practice village, a store of its own in a folder of its own; it is made when first wanted."""
        self.folder = entering.practice_folder(self.outfit.folder)
        if self.door is not None:
            self.door.set_busy(busy=True)
        self.jobs.run(
            entering.enter_practice, self.folder, self.outfit.ambient, done=self.enter, failed=self._no_practice
        )

    def _no_practice(self, error: BaseException) -> None:
        self.folder = self.outfit.folder
        if self.door is not None:
            self.door.refuse(error)

    def leave(self) -> None:
        """Close the store and stand before the real village's door again."""
        if self.store is not None:
            self.jobs.run(self.store.close)
        self.store = None
        self._drop_workplace()
        self.folder = self.outfit.folder
        self.show_door("sign_in" if entering.exists(self.folder) else "founding")

    def _choose_language(self, language: str) -> None:
        self.outfit.settings.set("language", language)
        self.restyle()

    def _put_workplace(self, trail: list[Place]) -> None:
        from villagefp.ui.workplace import Workplace  # noqa: PLC0415  needs the services, which the first paint does not

        self._drop_workplace()
        self.workplace = Workplace(self._screen_context, self.lock)
        self._stack.addWidget(self.workplace)
        self._stack.setCurrentWidget(self.workplace)
        self.workplace.follow(trail)

    def _screen_context(self, workplace: Workplace) -> ScreenContext:
        if self.store is None:
            raise RuntimeError("a workplace needs an open store")
        outfit = self.outfit
        return ScreenContext(
            store=self.store, jobs=self.jobs, ambient=outfit.ambient, settings=outfit.settings,
            dialogs=outfit.dialogs, changes=Changes(workplace), render=self._render, draw=self._draw,
            go=workplace.go, back=workplace.back, replace=workplace.replace, note=workplace.note,
            hint=workplace.hint, restyle=self.restyle, leave=self.leave, practice=self.practice,
        )  # fmt: skip

    def _render(self, job: SheetJob) -> Rendered:
        return self._pdf_helper().render(job)

    def _draw(self, pdf: bytes, numbers: Sequence[int], dots_per_inch: float) -> list[Pixels]:
        return self._pdf_helper().draw(pdf, numbers, dots_per_inch)

    def _pdf_helper(self) -> PdfHelper:
        """The process that makes and draws PDFs, once somebody wants one; several threads may."""
        from villagefp.printing.helper import PdfHelper  # noqa: PLC0415  20 ms that the first page does not need

        with self._helping:
            if self._helper is None:
                self._helper = PdfHelper()
            return self._helper

    def _unlock(self) -> None:
        if self.workplace is not None:
            self._stack.setCurrentWidget(self.workplace)
        self._drop_door()
        self._restart_idle()

    def _drop_door(self) -> None:
        if self.door is not None:
            self._stack.removeWidget(self.door)
            self.door.deleteLater()
            self.door = None

    def _drop_workplace(self) -> None:
        if self.workplace is not None:
            self._stack.removeWidget(self.workplace)
            self.workplace.deleteLater()
            self.workplace = None

    def _lock_minutes(self) -> int:
        return int(self.outfit.settings.get("lock_minutes"))

    def _restart_idle(self) -> None:
        if self.idle is not None:
            self.idle.restart()

    def _follow_system(self) -> None:
        if self.outfit.settings.get("theme") == "system":
            self.restyle()

    def _refuse(self, sentence: str) -> None:
        if self.workplace is not None and self.workplace.screen_shown is not None and self.door is None:
            self.workplace.screen_shown.banner.tell(sentence)
        elif self.door is not None:
            self.door.banner.tell(sentence)


def dress(settings: Settings) -> None:
    """Speak the language and wear the look that the settings name."""
    i18n.set_language(str(settings.get("language")))
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("the look belongs to a running application")
    words_of_qt.speak(app, str(settings.get("language")))
    theme.apply(app, theme.choose(str(settings.get("theme")), int(settings.get("text_scale"))))
