"""Qt's own words (dialog buttons, menus of fields) in the language in use."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

_NAME = "qt_words"


def speak(app: QApplication, language: str) -> None:
    """Let Qt speak `zh_CN` or, without a translator, English."""
    old = app.findChild(QTranslator, _NAME)
    if old is not None:
        app.removeTranslator(old)
        old.deleteLater()
    if language == "en":
        return
    translator = QTranslator(app)
    translator.setObjectName(_NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language}", folder):
        app.installTranslator(translator)
