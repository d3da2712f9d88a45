"""The rail at the left: where one is in the program, and where else one can go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from villagefp.i18n import _
from villagefp.ui import registry, theme
from villagefp.ui.icons import SIZE, icon
from villagefp.ui.widgets import parts

WIDE, NARROW = 168, 56


class Rail(QFrame):
    """Village and worker, then one button a screen; only icons where the window is narrow."""

    def __init__(
        self,
        village: str,
        worker: str,
        titles: dict[str, str],
        go: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("frame", "rail")
        self._names = QWidget(self)
        inside = parts.column(parts.label(village, "strong", wrap=True), parts.label(worker, "second"), spacing=0)
        inside.setContentsMargins(12, 4, 8, 16)
        self._names.setLayout(inside)
        self._titles = titles
        self.buttons: dict[str, QPushButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 12, 8, 12)
        layout.setSpacing(2)
        layout.addWidget(self._names)
        for name in registry.RAIL:
            layout.addWidget(self._button(name, go))
        layout.addStretch(1)
        self._narrow = False
        self.setFixedWidth(theme.current().px(WIDE))

    def select(self, name: str) -> None:
        """Mark where one is; a screen that is not on the rail marks what it was reached from."""
        for key, button in self.buttons.items():
            chosen = key == name
            button.setChecked(chosen)
            tokens = theme.current().tokens
            button.setIcon(icon(registry.ICONS[key], tokens.accent_strong if chosen else tokens.text))

    def set_narrow(self, narrow: bool) -> None:
        """Show only icons, or icons and words."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._names.setVisible(not narrow)
        for name, button in self.buttons.items():
            button.setText("" if narrow else self._titles[name])
            button.setToolTip(self._titles[name] if narrow else "")
        self.setFixedWidth(theme.current().px(NARROW if narrow else WIDE))

    def _button(self, name: str, go: Callable[[str], None]) -> QPushButton:
        made = QPushButton(self._titles[name], self)
        made.setCheckable(True)
        made.setAccessibleName(self._titles[name])
        made.setAccessibleDescription(_("Section of the program"))
        side = theme.current().px(SIZE)
        made.setIconSize(QSize(side, side))
        made.clicked.connect(lambda: go(name))
        self.buttons[name] = made
        return made
