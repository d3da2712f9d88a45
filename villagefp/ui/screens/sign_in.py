"""Sign in: the passphrase opens the store; the printed recovery code does where it was forgotten."""

from __future__ import annotations

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.ui import entering, theme
from villagefp.ui.door import DoorContext, DoorScreen
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.fields import TextField

NAME = "sign_in"


def title() -> str:
    """The screen's name for people."""
    return _("Sign in")


def build(door: DoorContext, target: object = None) -> DoorScreen:
    """The screen; with the target "recovery" it asks for the recovery code."""
    return Recovery(door) if target == "recovery" else SignIn(door)


class SignIn(DoorScreen):
    """One field and one button."""

    def __init__(self, door: DoorContext) -> None:
        super().__init__(door)
        sign = parts.picture("village", theme.current().tokens.accent, size=32)
        self.passphrase = TextField(_("Passphrase"), secret=True)
        self.passphrase.line.returnPressed.connect(self._enter)
        self.sign_in = parts.button(_("Sign in"), self._enter, "primary")
        self.inside.addLayout(parts.row(sign, parts.label(_("Village health services"), "title"), 0, spacing=12))
        self.inside.addSpacing(14)
        self.inside.addWidget(self.passphrase)
        self.inside.addSpacing(10)
        self.inside.addWidget(self.sign_in)
        self.inside.addLayout(
            parts.row(parts.button(_("Use the recovery code"), lambda: door.show("recovery"), "link"), 0)
        )
        self.put_below()
        self.setFocusProxy(self.passphrase.line)

    def _enter(self) -> None:
        if not self.passphrase.line.text():
            self.passphrase.complain(_("Type your passphrase."))
            return
        self.banner.still()
        self.passphrase.complain("")
        self.set_busy(busy=True)
        self.door.jobs.run(
            entering.enter, self.door.folder, self.passphrase.line.text(), self.door.ambient,
            done=self.door.entered, failed=self.refuse,
        )  # fmt: skip

    @overrides
    def refuse(self, error: BaseException) -> None:
        super().refuse(error)
        self.passphrase.line.selectAll()
        self.passphrase.line.setFocus()


class Recovery(DoorScreen):
    """The recovery code, and a new passphrase twice."""

    def __init__(self, door: DoorContext) -> None:
        super().__init__(door)
        self.code = TextField(
            _("Recovery code"), hint=_("As it stands on the printed sheet; spaces and case do not matter.")
        )
        self.new = TextField(_("New passphrase"), secret=True, hint=_("Ten characters or more."))
        self.again = TextField(_("New passphrase once more"), secret=True)
        self.inside.addWidget(parts.label(_("Open with the recovery code"), "title"))
        self.inside.addSpacing(10)
        for field in (self.code, self.new, self.again):
            self.inside.addWidget(field)
        self.inside.addSpacing(10)
        self.inside.addWidget(parts.button(_("Set the new passphrase and open"), self._open, "primary"))
        self.inside.addLayout(parts.row(parts.button(_("Back to signing in"), lambda: door.show("sign_in"), "link"), 0))
        self.setFocusProxy(self.code.line)

    def _open(self) -> None:
        if self.new.line.text() != self.again.line.text():
            self.again.complain(_("The two passphrases differ. Type the same one twice."))
            return
        if not self.code.text:
            self.code.complain(_("Type the recovery code."))
            return
        self.set_busy(busy=True)
        self.door.jobs.run(
            entering.recover, self.door.folder, self.code.text, self.new.line.text(), self.door.ambient,
            done=self.door.entered, failed=self._refused,
        )  # fmt: skip

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, UserError):
            self.code.complain(str(error))
            self.set_busy(busy=False)
        else:
            self.refuse(error)
