"""The one door for slow work: one thread for the database, a small pool for the rest, answers on the UI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

T = TypeVar("T")
Progress = Callable[[int, int], None]


class Handle:
    """What a caller keeps of a piece of work: it can be cancelled, and work that knows it can report progress."""

    def __init__(self, report: Progress) -> None:
        self._cancelled = threading.Event()
        self.report = report

    def cancel(self) -> None:
        """Ask the work to stop; it ends at its next safe point, and its answer is not shown."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """True once somebody asked to stop; given to services as their `cancelled`."""
        return self._cancelled.is_set()


@dataclass(frozen=True)
class _Asked:
    """Who waits for an answer; stays on the UI thread."""

    done: Callable[[Any], object] | None
    failed: Callable[[BaseException], object]
    handle: Handle | None


@dataclass(frozen=True)
class _Answer:
    """What a piece of work came to."""

    number: int
    result: Any = None
    error: BaseException | None = None


class Jobs(QObject):
    """Runs plain functions on plain data off the UI thread; lives as long as the program.

    The signal belongs to this object, so that work never holds a Qt object, and an answer for a screen that has been
    closed in the meantime is dropped.
    """

    idle = Signal()
    _arrived = Signal(object)

    def __init__(self, default_error: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._default_error = default_error
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="side")
        self._asked: dict[int, _Asked] = {}
        self._last = 0
        self._closed = False
        self._arrived.connect(self._deliver)  # from another thread: queued

    def run(
        self, work: Callable[..., T], *args: object, done: Callable[[T], object] | None = None,
        failed: Callable[[BaseException], object] | None = None, handle: Handle | None = None, **kwargs: object,
    ) -> None:  # fmt: skip
        """Do `work` on the database thread, in the order asked, and hand its result to `done` on the UI thread."""
        self._submit(self._database, lambda: work(*args, **kwargs), done, failed, handle)

    def aside(
        self, work: Callable[..., T], *args: object, done: Callable[[T], object] | None = None,
        failed: Callable[[BaseException], object] | None = None, handle: Handle | None = None, **kwargs: object,
    ) -> None:  # fmt: skip
        """Do `work` that needs no database (pictures, files) beside it."""
        self._submit(self._pool, lambda: work(*args, **kwargs), done, failed, handle)

    def handle(self, progress: Progress | None = None) -> Handle:
        """A handle for work that can be cancelled; `progress(done, of)` is called on the UI thread."""
        if progress is None:
            return Handle(lambda _done, _of: None)
        shown = progress
        return Handle(lambda done, of: self._arrived.emit(lambda: _tell(shown, done, of)))

    @property
    def busy(self) -> bool:
        """True while something runs whose answer has not been delivered."""
        return bool(self._asked)

    def close(self) -> None:
        """Finish what runs, drop what waits; nothing is delivered any more."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._database.shutdown(wait=True, cancel_futures=True)

    def _submit(
        self, where: Executor, work: Callable[[], Any], done: Callable[[Any], object] | None,
        failed: Callable[[BaseException], object] | None, handle: Handle | None,
    ) -> None:  # fmt: skip
        if self._closed:
            return
        self._last += 1
        self._asked[self._last] = _Asked(done, failed or self._default_error, handle)
        where.submit(_attempt, work, self._last, self._arrived.emit)

    def _deliver(self, answer: _Answer | Callable[[], None]) -> None:
        if self._closed:
            return
        if not isinstance(answer, _Answer):
            answer()
            return
        asked = self._asked.pop(answer.number)
        try:
            if asked.handle is None or not asked.handle.cancelled() or answer.error is not None:
                _tell(*((asked.done, answer.result) if answer.error is None else (asked.failed, answer.error)))
        finally:
            if not self._asked:
                self.idle.emit()


def _attempt(work: Callable[[], Any], number: int, tell: Callable[[object], None]) -> None:
    """What runs in the thread: it knows the work and a number, and nothing of the window."""
    try:
        answer = _Answer(number, work())
    except BaseException as error:  # noqa: BLE001  a thread has no caller: the UI thread hears of it
        answer = _Answer(number, error=error)
    tell(answer)


def _tell(listener: Callable[..., object] | None, *values: object) -> None:
    if listener is None:
        return
    owner = getattr(listener, "__self__", None)
    if isinstance(owner, QObject) and not isValid(owner):
        return  # the screen that asked is gone
    listener(*values)
