"""Colours that can be read, a font that has Chinese, text that grows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication

from villagefp import paths
from villagefp.ui import fonts, icons, theme
from villagefp.ui.tokens import CONTRAST, DARK, LIGHT, Tokens

SETS = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}
TEXT = [
    ("text", "ground"), ("text", "surface"), ("second", "ground"), ("second", "surface"), ("on_accent", "accent"),
    ("on_weak", "weak"), ("on_red", "red"), ("on_yellow", "yellow"), ("on_soon", "soon"), ("on_done", "done"),
    ("accent_strong", "surface"), ("text", "hover"), ("second", "hover"),
]  # fmt: skip
SHAPES = [("border", "surface"), ("border", "ground"), ("focus", "surface"), ("focus", "ground"), ("faint", "surface")]


def ratio(one: str, other: str) -> float:
    """Contrast as WCAG 2 defines it."""
    lights = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def luminance(colour: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", SETS)
def test_text_can_be_read_on_its_ground(name: str) -> None:
    tokens: Tokens = SETS[name]
    for front, back in TEXT:
        assert ratio(getattr(tokens, front), getattr(tokens, back)) >= 4.5, (front, back)


@pytest.mark.parametrize("name", SETS)
def test_edges_and_focus_can_be_seen(name: str) -> None:
    tokens: Tokens = SETS[name]
    for front, back in SHAPES:
        assert ratio(getattr(tokens, front), getattr(tokens, back)) >= 3, (front, back)


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_the_bundled_font_is_used_and_grows(qapp: QApplication, scale: int) -> None:
    theme.apply(qapp, theme.choose("light", scale))
    told = QFontInfo(qapp.font())
    assert told.family() == fonts.FAMILY
    assert told.pixelSize() == round(14 * scale / 100)


@pytest.mark.parametrize("file", sorted((paths.resources_dir() / "icons").glob("*.svg")), ids=lambda file: file.stem)
@pytest.mark.usefixtures("qapp")
def test_every_icon_draws(file: Path) -> None:
    name = file.stem
    drawn = icons.pixmap(name, LIGHT.text, 18).toImage()
    dots = sum(drawn.pixelColor(x, y).alpha() > 60 for x in range(drawn.width()) for y in range(drawn.height()))
    assert (dots > 8) is (name != "blank")
