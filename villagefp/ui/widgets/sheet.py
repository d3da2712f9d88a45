"""A small window over the page that asks a few fields for one act, checks them with the service, and goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QWidget

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.ui import theme
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.banner import Banner

WIDTH = 440


class Sheet(QDialog):
    """Fields, one primary button, Cancel; a refusal is shown inside, and what was typed stays."""

    def __init__(
        self,
        over: QWidget,
        title: str,
        fields: Sequence[QWidget],
        act: str,
        acted: Callable[[Sheet], object],
        *,
        note: str = "",
    ) -> None:
        super().__init__(over)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.banner = Banner(self)
        self.go = parts.button(act, self._act, "primary")
        self.go.setDefault(True)
        inside = parts.column(self.banner, parts.label(title, "section"), spacing=10)
        if note:
            inside.addWidget(parts.label(note, "second", wrap=True))
        for field in fields:
            inside.addWidget(field)
        inside.addSpacing(8)
        inside.addLayout(parts.row(0, parts.button(_("Cancel"), self.reject), self.go))
        inside.setContentsMargins(24, 20, 24, 20)
        self.setLayout(inside)
        self.setFixedWidth(theme.current().px(WIDTH))
        self._acted = acted

    @overrides
    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return handled

    def _fit(self) -> None:
        """Be as high as all lines need at this width, a long refusal too, and stay on the screen."""
        inside = self.layout()
        if inside is None:
            return
        height = inside.totalHeightForWidth(self.width()) if inside.hasHeightForWidth() else self.sizeHint().height()
        if height == self.height():
            return
        self.setFixedHeight(height)
        below = self.frameGeometry().bottom() - self.screen().availableGeometry().bottom()
        if below > 0:
            self.move(self.x(), max(self.screen().availableGeometry().top(), self.y() - below))

    def refuse(self, error: BaseException) -> None:
        """Show an expected refusal; a bug goes on to the hook."""
        self.go.setEnabled(True)
        if not isinstance(error, UserError):
            raise error
        self.banner.tell(str(error))

    def _act(self) -> None:
        self.banner.still()
        try:
            self._acted(self)
        except UserError as refusal:
            self.banner.tell(str(refusal))
