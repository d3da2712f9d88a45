"""Slow work leaves the UI thread and comes back to it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject

from villagefp.errors import UserError
from villagefp.ui import screenshots
from villagefp.ui.garbage import UiGarbage
from villagefp.ui.jobs import Jobs


class Listener(QObject):
    """Hears answers as a screen does."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []

    def hear(self, answer: object) -> None:
        self.heard.append(answer)


@pytest.fixture
def unhandled() -> list[BaseException]:
    return []


@pytest.fixture
def jobs(unhandled: list[BaseException]) -> Iterator[Jobs]:
    made = Jobs(unhandled.append)
    yield made
    made.close()


def wait(jobs: Jobs) -> None:
    screenshots.wait_until(lambda: not jobs.busy)


def test_work_runs_elsewhere_and_its_answer_is_heard_here(jobs: Jobs) -> None:
    where: list[threading.Thread] = []
    listener = Listener()

    def work(number: int) -> int:
        where.append(threading.current_thread())
        return number * 2

    def done(answer: int) -> None:
        where.append(threading.current_thread())
        listener.hear(answer)

    jobs.run(work, 21, done=done)
    wait(jobs)
    assert listener.heard == [42]
    assert where[0] is not threading.main_thread()
    assert where[1] is threading.main_thread()


def test_the_database_thread_keeps_the_order_asked(jobs: Jobs) -> None:
    heard: list[int] = []
    threads: set[str] = set()

    def work(number: int) -> int:
        threads.add(threading.current_thread().name)
        return number

    for number in range(50):
        jobs.run(work, number, done=heard.append)
    wait(jobs)
    assert heard == list(range(50))
    assert len(threads) == 1


def test_an_error_nobody_waits_for_reaches_the_one_default(jobs: Jobs, unhandled: list[BaseException]) -> None:
    def work() -> None:
        raise UserError("The stick is full.")

    jobs.run(work)
    wait(jobs)
    assert [str(error) for error in unhandled] == ["The stick is full."]


def test_a_screen_that_was_closed_hears_nothing(jobs: Jobs, unhandled: list[BaseException]) -> None:
    listener, gate = Listener(), threading.Event()
    jobs.run(gate.wait, 5, done=listener.hear)
    listener.deleteLater()
    screenshots.pause(20)
    gate.set()
    wait(jobs)
    assert listener.heard == []
    assert unhandled == []


def test_progress_and_cancelling(jobs: Jobs) -> None:
    seen: list[tuple[int, int]] = []
    ended: list[int] = []
    handle = jobs.handle(lambda done, of: seen.append((done, of)))

    def work(report: Callable[[int, int], None], cancelled: Callable[[], bool]) -> int:
        step = 0
        while not cancelled():
            step += 1
            report(step, 100)
            threading.Event().wait(0.002)
        return step

    jobs.aside(work, handle.report, handle.cancelled, done=ended.append, handle=handle)
    screenshots.wait_until(lambda: len(seen) >= 3)
    handle.cancel()
    wait(jobs)
    assert seen[:3] == [(1, 100), (2, 100), (3, 100)]
    assert ended == []  # nobody is shown the answer of what was cancelled


def test_cycles_are_collected_on_the_ui_thread_alone(jobs: Jobs) -> None:
    owner = QObject()
    garbage = UiGarbage(owner)
    where: list[threading.Thread] = []

    class Cycle:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            where.append(threading.current_thread())

    def work() -> None:
        for _number in range(20_000):
            Cycle()

    jobs.run(work)
    wait(jobs)
    garbage.look()
    gc.collect()
    garbage.close()
    assert len(where) == 20_000
    assert set(where) == {threading.main_thread()}


def test_what_was_imported_is_not_looked_through_again() -> None:
    owner = QObject()
    garbage = UiGarbage(owner)
    try:
        garbage.hold()
        made = [[number] for number in range(5_000)]
        assert gc.get_freeze_count() == 0
        garbage.keep()
        assert gc.get_freeze_count() > len(made)
        assert gc.get_count()[0] < len(made)
    finally:
        garbage.close()
    assert gc.get_freeze_count() == 0
