"""Keeps the draft of a form at each answer, never two writes at once and never an old state over a newer one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from villagefp.services import visits
from villagefp.services.visits import Visit
from villagefp.ui.context import ScreenContext


class DraftKeeper(QObject):
    """`kept` is True once a draft is on the disk."""

    def __init__(self, context: ScreenContext, told: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._told = context, told
        self._waiting: tuple[Visit, str] | None = None
        self._writing = False
        self._stopped = False
        self.kept = False

    def keep(self, visit: Visit, page: str) -> None:
        """Write the answers as they are now; while a write runs, the latest state waits for it."""
        self._waiting = (visit, page)
        self._write()

    def stop(self) -> None:
        """Write no more: the visit itself is being kept."""
        self._stopped, self._waiting = True, None

    def resume(self) -> None:
        """Go on: the visit could not be kept yet."""
        self._stopped = False

    def _write(self) -> None:
        if self._writing or self._stopped or self._waiting is None:
            return
        (visit, page), self._waiting, self._writing = self._waiting, None, True
        self._context.jobs.run(
            visits.keep_draft, self._context.store, visit, page, visit.session.answers(),
            done=self._written, failed=self._failed,
        )  # fmt: skip

    def _written(self, _none: None) -> None:
        self._writing, self.kept = False, True
        self._told()
        self._write()

    def _failed(self, error: BaseException) -> None:
        self._writing = False
        raise error
