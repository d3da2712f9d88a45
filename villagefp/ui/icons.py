"""The icon set: line drawings in resources/icons, tinted by a token, drawn at the screen's own sharpness."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QSize
from PySide6.QtGui import QGuiApplication, QIcon, QImageReader, QPixmap

from villagefp import paths
from villagefp.ui import theme

SIZE = 18


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon `name` in a colour, the text colour of the theme in force unless told."""
    tokens = theme.current().tokens
    return QIcon(pixmap(name, colour or tokens.text, theme.current().px(SIZE)))


def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """The icon as a picture, at the screen's pixel ratio."""
    return _draw(name, colour, size, QGuiApplication.primaryScreen().devicePixelRatio())


@lru_cache(maxsize=256)
def _draw(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    text = (paths.resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    buffer = QBuffer()
    buffer.setData(QByteArray(text.replace("currentColor", colour).encode()))
    # The image plug-in rather than QtSvg: nothing to import before the first paint.
    reader = QImageReader(buffer, QByteArray(b"svg"))
    reader.setScaledSize(QSize(round(size * ratio), round(size * ratio)))
    image = reader.read()
    if image.isNull():
        raise RuntimeError(f"icon {name}: {reader.errorString()}")
    drawn = QPixmap.fromImage(image)
    drawn.setDevicePixelRatio(ratio)
    return drawn
