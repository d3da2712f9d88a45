"""The locked screen: nothing of anybody can be seen until the passphrase is typed; drafts stay as they were."""

from __future__ import annotations

from collections.abc import Callable

from villagefp.i18n import _
from villagefp.ui import entering, theme
from villagefp.ui.door import DoorContext, DoorScreen
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.fields import TextField

NAME = "locked"


def title() -> str:
    """The screen's name for people."""
    return _("The screen is locked")


def build(door: DoorContext, target: object = None) -> DoorScreen:
    """The screen; the target is what to do once the passphrase was right."""
    if not callable(target):
        raise TypeError("what unlocks the screen must be told")
    return Locked(door, target)


class Locked(DoorScreen):
    """One field; it knows neither the village nor the worker."""

    def __init__(self, door: DoorContext, unlocked: Callable[[], object]) -> None:
        super().__init__(door)
        self._unlocked = unlocked
        self.passphrase = TextField(_("Passphrase"), secret=True, hint=_("What you were writing is kept."))
        self.passphrase.line.returnPressed.connect(self._try)
        sign = parts.picture("lock", theme.current().tokens.accent, size=28)
        self.inside.addLayout(parts.row(sign, parts.label(title(), "title"), 0, spacing=12))
        self.inside.addSpacing(14)
        self.inside.addWidget(self.passphrase)
        self.inside.addSpacing(10)
        self.inside.addWidget(parts.button(_("Unlock"), self._try, "primary"))
        self.setFocusProxy(self.passphrase.line)

    def _try(self) -> None:
        self.set_busy(busy=True)
        self.door.jobs.run(
            entering.prove, self.door.folder, self.passphrase.line.text(),
            done=self._open, failed=self.refuse,
        )  # fmt: skip

    def _open(self, _proved: None) -> None:
        self._unlocked()

    @overrides
    def refuse(self, error: BaseException) -> None:
        super().refuse(error)
        self.passphrase.line.clear()
        self.passphrase.line.setFocus()
