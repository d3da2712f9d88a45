"""The first start: who the village is, who works here, a passphrase; then the recovery code, shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from villagefp.domain import passphrases, village_code
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.ui import entering, theme
from villagefp.ui.door import DoorContext, DoorScreen
from villagefp.ui.paper import print_text
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from villagefp.storage.store import CreatedStore

NAME = "founding"


def title() -> str:
    """The screen's name for people."""
    return _("Set up this village")


def build(door: DoorContext, target: object = None) -> DoorScreen:  # noqa: ARG001  every screen is built alike
    """The screen."""
    return Founding(door)


class Founding(DoorScreen):
    """Four fields on one card, checked where they are typed."""

    def __init__(self, door: DoorContext) -> None:
        super().__init__(door)
        self.village = TextField(_("Name of the village"))
        self.code = TextField(
            _("Village code (12 digits)"), hint=_("The statistics code; the township office knows it.")
        )
        self.worker = TextField(_("Your name"))
        self.passphrase = TextField(_("Passphrase"), hint=_("Ten characters or more, or the four words offered below."))
        self.code.line.editingFinished.connect(self._check_code)
        self._words = parts.label("", "second", wrap=True)
        offer = parts.button(_("Offer four words"), self._offer, "link")
        found = parts.button(_("Set up the village"), self._found, "primary")
        sign = parts.picture("village", theme.current().tokens.accent, size=32)
        self.inside.addLayout(parts.row(sign, parts.label(title(), "title"), 0, spacing=12))
        self.inside.addWidget(parts.label(_("All data are encrypted and stay on this computer."), "second", wrap=True))
        self.inside.addSpacing(8)
        for field in (self.village, self.code, self.worker, self.passphrase):
            self.inside.addWidget(field)
        self.inside.addLayout(parts.row(offer, self._words))
        self.inside.addSpacing(8)
        self.inside.addWidget(found)
        self.put_below()
        self.setFocusProxy(self.village.line)

    def _offer(self) -> None:
        words = passphrases.offer(self.door.ambient)
        self.passphrase.line.setText(passphrases.typed(words))
        self._words.setText(passphrases.read_aloud(words))
        self.passphrase.complain("")

    def _check_code(self) -> bool:
        try:
            read = village_code.read(self.code.text)
        except UserError as refusal:
            self.code.complain(str(refusal) if self.code.text else "")
            return False
        self.code.line.setText(read.code)
        self.code.complain("")
        return True

    def _found(self) -> None:
        whole = True
        for field in (self.passphrase, self.worker, self.code, self.village):
            if not field.text:
                field.complain(_("Please fill this in."))
                field.line.setFocus()
                whole = False
            elif field is not self.code:
                field.complain("")
        if not whole or not self._check_code():
            return
        told = entering.Founding(self.code.text, self.village.text, self.worker.text, self.passphrase.line.text())
        self.set_busy(busy=True)
        self.door.jobs.run(
            entering.found, self.door.folder, told, self.door.ambient, done=self._show_code, failed=self.refuse
        )

    def _show_code(self, created: CreatedStore) -> None:
        parts.clear(self.inside)
        parts.clear(self.below)
        self.set_busy(busy=False)
        store = created.store
        sheet = _(
            "{village}\nRecovery code of villagefp\n\n{code}\n\nKeep this sheet locked away from the computer."
        ).format(village=store.village.name, code=created.recovery_code)
        code = parts.label(created.recovery_code, "code", wrap=True)
        code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        code.setAccessibleName(_("Recovery code"))
        self.inside.addWidget(parts.label(_("Keep the recovery code"), "title"))
        self.inside.addWidget(
            parts.label(
                _("It opens the register if the passphrase is forgotten. It is shown only now: print or copy it."),
                "second",
                wrap=True,
            )
        )
        self.inside.addSpacing(12)
        self.inside.addWidget(code)
        self.inside.addSpacing(12)
        on = parts.button(_("I have kept it, go on"), lambda: self.door.entered(store), "primary")
        self.inside.addLayout(
            parts.row(
                parts.button(_("Print"), lambda: print_text(sheet, self), icon_name="print"),
                parts.button(_("Save as a file"), lambda: self._save(sheet)),
                0,
                on,
            )
        )
        on.setFocus()

    def _save(self, sheet: str) -> None:
        file = self.door.dialogs.save_file(_("Save the recovery code"), _("recovery code") + ".txt", "*.txt")
        if file is not None:
            self.door.jobs.aside(entering.keep_code, file, sheet, failed=self.refuse)
