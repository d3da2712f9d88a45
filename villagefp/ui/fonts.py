"""The bundled font: without it a machine without Chinese fonts shows boxes, silently."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

from villagefp import paths

FAMILY = "Noto Sans SC"
_FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


def load() -> None:
    """Make the bundled font known to Qt; must run before the first widget is made."""
    for name in _FILES:
        file = paths.resources_dir() / "fonts" / name
        number = QFontDatabase.addApplicationFont(str(file))
        if FAMILY not in QFontDatabase.applicationFontFamilies(number):
            raise RuntimeError(f"{file} does not hold {FAMILY}")


def base_font(pixels: int) -> QFont:
    """The font of all text, in pixels, with figures of one width."""
    font = QFont(FAMILY)
    font.setPixelSize(pixels)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    return font
