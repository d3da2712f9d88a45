"""The tokens of the look in one place: colours, sizes and spacing become one palette and one stylesheet."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from villagefp.ui import fonts
from villagefp.ui.stylesheet import stylesheet
from villagefp.ui.tokens import CONTRAST, DARK, LIGHT, Tokens

_MIDDLE = 128


@dataclass(frozen=True)
class Theme:
    """Tokens at a text size; sizes of text and of what holds text grow with it, spacing does not."""

    tokens: Tokens
    scale: int = 100
    practice: bool = False

    def px(self, size: int) -> int:
        """A size at 100 % as it is at this text size."""
        return round(size * self.scale / 100)

    def palette(self) -> QPalette:
        """The colours for what Qt paints itself: menus, selections, placeholders, native parts of dialogs."""
        tokens, palette = self.tokens, QPalette()
        role = QPalette.ColorRole
        for which, colour in {
            role.Window: tokens.ground, role.WindowText: tokens.text, role.Base: tokens.surface,
            role.AlternateBase: tokens.hover, role.Text: tokens.text, role.Button: tokens.surface,
            role.ButtonText: tokens.text, role.Highlight: tokens.weak, role.HighlightedText: tokens.on_weak,
            role.ToolTipBase: tokens.surface, role.ToolTipText: tokens.text, role.PlaceholderText: tokens.faint,
            role.Link: tokens.accent, role.Accent: tokens.accent, role.Mid: tokens.line, role.Dark: tokens.border,
            role.Light: tokens.surface, role.Midlight: tokens.line, role.Shadow: tokens.line,
        }.items():  # fmt: skip
            palette.setColor(which, QColor(colour))
        palette.setColor(QPalette.ColorGroup.Disabled, role.Text, QColor(tokens.faint))
        palette.setColor(QPalette.ColorGroup.Disabled, role.ButtonText, QColor(tokens.faint))
        return palette


def choose(name: str, scale: int) -> Theme:
    """The theme of a setting: `light`, `dark`, `contrast`, or `system` for what the desktop says."""
    if name == "system":
        # The style's own palette follows the desktop; `Qt.ColorScheme` costs 12 ms before the first paint.
        ground = QApplication.style().standardPalette().color(QPalette.ColorRole.Window)
        name = "dark" if ground.lightness() < _MIDDLE else "light"
    return Theme({"light": LIGHT, "dark": DARK, "contrast": CONTRAST}[name], scale)


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the whole application; widgets that exist already follow."""
    _Worn.theme = theme
    app.setPalette(theme.palette())
    app.setFont(fonts.base_font(theme.px(14)))
    app.setStyleSheet(stylesheet(theme.tokens, theme.px))


class _Worn:
    """The theme in force: like the language, a program wears one at a time, and painters must know it."""

    theme = Theme(LIGHT)


def current() -> Theme:
    """The theme in force, for what is painted by hand: icons, list rows, page images."""
    return _Worn.theme
