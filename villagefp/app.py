"""Builds settings, jobs and the window, and hands them to each other; nothing below imports it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from villagefp import i18n, paths
from villagefp.domain.ambient import Ambient
from villagefp.settings import Settings
from villagefp.ui import crash, fonts
from villagefp.ui.dialogs import Dialogs
from villagefp.ui.main_window import MainWindow, Outfit, dress


def application(words: list[str]) -> QApplication:
    """The one Qt application of this process, with its style and font."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    app = QApplication([sys.argv[0], *words])
    app.setApplicationName("villagefp")
    app.setStyle("Fusion")
    fonts.load()
    return app


def build_window(folder: Path, ambient: Ambient, dialogs: Dialogs | None = None) -> MainWindow:
    """The window on a data folder, dressed and not yet shown."""
    told = os.environ.get("VILLAGEFP_LANG", "")
    settings = Settings(folder, {"language": told} if told in i18n.LANGUAGES else None)
    dress(settings)
    return MainWindow(Outfit(folder, settings, ambient, dialogs or Dialogs()))


def run_window(words: list[str], folder: Path | None = None, ambient: Ambient | None = None) -> int:
    """Run the program until its window is closed; returns the exit code."""
    app = application(words)
    data = folder or paths.default_data_dir()
    crash.start_log(data)
    window = build_window(data, ambient or Ambient())
    window.show()
    try:
        return app.exec()
    finally:
        crash.stop_log()


def take_pictures(folder: Path, passphrase: str, out: Path, ambient: Ambient) -> list[Path]:
    """Save a picture of every screen, with the store of the folder opened."""
    from villagefp.ui.screenshots import grab_all  # noqa: PLC0415  only for the demo

    application([])
    return grab_all(build_window(folder, ambient), passphrase, out)
