"""Start, sign-in and memory of the window with W, beside a bare PySide6 window with one field, in the same run.

Every figure is a median over processes that take turns. Key derivation is not counted: the store is made with a cheap
one. Memory is the resident size after a day's use, the PDF process counted apart.
"""

# ruff: noqa: PLC0415  each process imports only what it measures

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 7
BARE, SIGN_IN, AT_ONCE, LATER, DAY = "bare", "sign_in", "at_once", "later", "day"
_STARTED = "VILLAGEFP_STARTED"


def main() -> int:
    """Prints one JSON object."""
    from tests.benchmarks import village, workload

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        store = village.new_store(folder)
        village.fill(store, workload.build())
        store.close()
        told: dict[str, list[dict[str, Any]]] = {what: [] for what in (BARE, SIGN_IN, AT_ONCE, LATER)}
        for _round in range(ROUNDS):
            for what, runs in told.items():
                runs.append(_run(what, folder, village.PASSPHRASE))
        day = _run(DAY, folder, village.PASSPHRASE)
    bare = median(run["seconds"] for run in told[BARE])
    bare_mb = median(run["megabytes"] for run in told[BARE])
    figures = {what: round(median(run["seconds"] for run in runs), 3) for what, runs in told.items()}
    print(
        json.dumps(
            {
                "seconds": figures,
                "megabytes": {
                    BARE: bare_mb,
                    SIGN_IN: told[SIGN_IN][0]["megabytes"],
                    DAY: day["megabytes"],
                    "day_with_an_import": day["after_an_import"],
                },
                "ratio_sign_in": round(figures[SIGN_IN] / bare, 2),
                "ratio_today_after_a_second": round(figures[LATER] / bare, 2),
                "ratio_today_at_once": round(figures[AT_ONCE] / bare, 2),
                "ratio_memory": round(day["megabytes"] / bare_mb, 2),
                "longest_piece_on_the_ui_thread_ms": day["longest_ms"],
                "budget": {"sign_in": 1.6, "today_after_a_second": 1.0, "today_at_once": 2.5, "memory": 3.0},
            }
        )
    )
    return 0


def _run(what: str, folder: Path, passphrase: str) -> dict[str, Any]:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "VILLAGEFP_PASSPHRASE": passphrase,
        _STARTED: repr(time.monotonic()),
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.start", what, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def bare() -> None:
    """A window with one field, as small as PySide6 makes it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

    class Window(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's own name
            super().paintEvent(event)
            QTimer.singleShot(0, lambda: _tell({"seconds": _since_start(), "megabytes": _megabytes()}))

    app = QApplication([])
    window = Window()
    QLineEdit(window)
    window.setLayout(QVBoxLayout())
    window.show()
    app.exec()


def signing_in(folder: Path) -> None:
    """Until the sign-in screen is painted."""
    from villagefp.app import application, build_window
    from villagefp.domain.ambient import Ambient

    app = application([])
    window = build_window(folder, Ambient())
    window.painted.connect(lambda: _tell({"seconds": _since_start(), "megabytes": _megabytes()}))
    window.show()
    app.exec()


def entering(folder: Path, wait: float) -> None:
    """From the right passphrase to the painted first page, at once or after the door has stood for a while."""
    from PySide6.QtCore import QTimer

    from villagefp.app import application, build_window
    from villagefp.domain.ambient import Ambient

    app = application([])
    window = build_window(folder, Ambient())
    begun: list[float] = []

    def type_passphrase() -> None:
        begun.append(time.monotonic())
        door: Any = window.door
        door.passphrase.line.setText(os.environ["VILLAGEFP_PASSPHRASE"])
        door.sign_in.click()

    def look() -> None:
        screen: Any = window.workplace.screen_shown if window.workplace else None
        if screen is None or screen.page is None:
            return
        watch.stop()
        window.repaint()
        _tell({"seconds": time.monotonic() - begun[0], "megabytes": _megabytes()})

    watch = QTimer()
    watch.setInterval(2)
    watch.timeout.connect(look)
    window.painted.connect(lambda: QTimer.singleShot(int(wait * 1000), type_passphrase))
    window.painted.connect(watch.start)
    window.show()
    app.exec()


def using(folder: Path) -> None:
    """A day's use: households, forms, previews; then an import, which is once a year; what is left in memory."""
    from PySide6.QtCore import QTimer

    from villagefp import paths
    from villagefp.app import application, build_window
    from villagefp.domain.ambient import Ambient
    from villagefp.services import households
    from villagefp.ui import screenshots
    from villagefp.ui.context import Place
    from villagefp.ui.orders import FormOrder, SheetOrder

    application([])
    window = build_window(folder, Ambient())
    window.show()
    screenshots.pause(200)
    screenshots.sign_in(window, os.environ["VILLAGEFP_PASSPHRASE"])
    assert window.workplace is not None
    assert window.store is not None
    last, longest = [time.perf_counter()], [0.0]

    def tick() -> None:
        now = time.perf_counter()
        longest[0] = max(longest[0], now - last[0])
        last[0] = now

    beat = QTimer()
    beat.timeout.connect(tick)
    lines = households.household_lines(window.store)[:40]
    last[0] = time.perf_counter()
    beat.start(0)
    for line in lines:
        window.workplace.open(Place("households"))
        screenshots.settle(window)
        window.workplace.go(Place("household", line.id))
        screenshots.settle(window)
        window.workplace.go(Place("form", FormOrder("household_visit", household_id=line.id)))
        screenshots.settle(window)
    for line in lines[:5]:
        window.workplace.open(Place("preview", SheetOrder(household_no=line.household_no)))
        screenshots.settle(window)
    beat.stop()
    window.workplace.open(Place("today"))
    screenshots.settle(window)
    megabytes = _megabytes()
    window.workplace.open(Place("import_roster", paths.resources_dir() / "practice" / "roster.xlsx"))
    screenshots.settle(window)
    window.workplace.open(Place("today"))
    screenshots.settle(window)
    figures = {"megabytes": megabytes, "after_an_import": _megabytes(), "longest_ms": round(longest[0] * 1000)}
    window.close()
    _tell(figures)


def _since_start() -> float:
    return time.monotonic() - float(os.environ[_STARTED])


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _tell(figures: dict[str, float]) -> None:
    print(json.dumps(figures), flush=True)
    os._exit(0)


if __name__ == "__main__":
    words = sys.argv[1:]
    if not words:
        sys.exit(main())
    if words[0] == BARE:
        bare()
    elif words[0] == SIGN_IN:
        signing_in(Path(words[1]))
    elif words[0] == DAY:
        using(Path(words[1]))
    else:
        entering(Path(words[1]), 0 if words[0] == AT_ONCE else 1.0)
