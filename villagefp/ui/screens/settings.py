"""Settings of this laptop, the passphrase, and whether the store is sound."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from villagefp.i18n import _, ngettext
from villagefp.services import doctor
from villagefp.storage.store import change_passphrase
from villagefp.ui import theme
from villagefp.ui.context import ScreenContext
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.fields import ChoiceField, TextField
from villagefp.ui.widgets.sheet import Sheet

NAME = "settings"
_WIDTH = 560
_GIGABYTE = 1_000_000_000


def title() -> str:
    """The screen's name for people."""
    return _("Settings")


def build(context: ScreenContext, target: object = None) -> Settings:  # noqa: ARG001  every screen is built alike
    """The screen."""
    return Settings(context)


class Settings(Screen):
    """One card of choices, one for the passphrase, one for the state of the data."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        self.put_heading(title())
        self._report = QVBoxLayout()
        self._report.setSpacing(6)
        self.examine = parts.button(_("Check now"), self._examine)
        inside = parts.column(self._choices(), self._safety(), self._data(), spacing=16)
        if context.practice:
            inside.addWidget(
                parts.Card(
                    parts.row(parts.button(_("Leave the practice village"), context.leave, "primary"), 0),
                    title=_("Practice village"),
                )
            )
        inside.addStretch(1)
        held, across = QWidget(), QWidget()
        held.setLayout(inside)
        held.setMaximumWidth(theme.current().px(_WIDTH))
        line = parts.row(held, 0, spacing=0)
        line.setStretch(0, 1)
        across.setLayout(line)
        self.body.addWidget(parts.scrolling(across), 1)

    def _choices(self) -> parts.Card:
        made = parts.Card(title=_("Screen"))
        made.add(self._choice("language", _("Language"), [("zh_CN", "中文"), ("en", "English")]))
        made.add(self._choice("text_scale", _("Text size"), [(size, f"{size} %") for size in (100, 125, 150, 200)]))
        looks = [
            ("system", _("as the computer")),
            ("light", _("light")),
            ("dark", _("dark")),
            ("contrast", _("high contrast")),
        ]
        made.add(self._choice("theme", _("Colours"), looks))
        minutes = [(m, ngettext("{count} minute", "{count} minutes", m).format(count=m)) for m in (1, 3, 5, 10, 30)]
        made.add(self._choice("lock_minutes", _("Lock the screen after"), minutes))
        return made

    def _choice(self, key: str, label: str, entries: list[tuple[int, str]] | list[tuple[str, str]]) -> ChoiceField:
        values = {str(value): value for value, _text in entries}
        field = ChoiceField(
            label, [(str(value), text) for value, text in entries], chosen=str(self.context.settings.get(key))
        )

        def keep(value: str) -> None:
            self.context.settings.set(key, values[value])
            self.context.restyle()

        field.on_change(keep)
        return field

    def _safety(self) -> parts.Card:
        made = parts.Card(title=_("Safety"))
        made.add(parts.label(_("Ctrl+L or Pause hides the screen at once."), "second", wrap=True))
        if not self.context.practice:
            made.add(parts.row(parts.button(_("Change the passphrase"), self._change), 0))
        return made

    def _change(self) -> None:
        store = self.context.store
        old, new = TextField(_("Passphrase so far"), secret=True), TextField(_("New passphrase"), secret=True)
        again = TextField(_("New passphrase once more"), secret=True)

        def save(sheet: Sheet) -> None:
            if new.line.text() != again.line.text():
                again.complain(_("The two passphrases differ. Type the same one twice."))
                return
            before, after = old.line.text(), new.line.text()
            sheet.go.setEnabled(False)
            self.context.jobs.run(
                lambda: change_passphrase(store, before, after),
                done=lambda _none: self._changed(sheet),
                failed=sheet.refuse,
            )  # fmt: skip

        Sheet(
            self, _("Change the passphrase"), [old, new, again], _("Change"), save,
            note=_("The printed recovery code stays good."),
        ).open()  # fmt: skip

    def _changed(self, sheet: Sheet) -> None:
        sheet.accept()
        self.banner.tell(_("The new passphrase holds from now on."), "done")

    def _data(self) -> parts.Card:
        where = parts.label(
            _("The register is in {folder}").format(folder=self.context.store.folder), "second", wrap=True
        )
        promise = _("Everything is encrypted. Nothing leaves this computer unless you print it or save it as a file.")
        return parts.Card(
            parts.label(promise, wrap=True),
            where,
            parts.row(self.examine, 0),
            self._report,
            title=_("State of the data"),
        )

    def _examine(self) -> None:
        self.examine.setEnabled(False)
        self.context.jobs.run(doctor.examine, self.context.store, done=self._tell, failed=self._examine_failed)

    def _examine_failed(self, error: BaseException) -> None:
        self.examine.setEnabled(True)
        self.refuse(error)

    def _tell(self, report: doctor.Report) -> None:
        self.examine.setEnabled(True)
        parts.clear(self._report)
        for problem in report.problems:
            self._report.addLayout(_line("sameday", theme.current().tokens.on_yellow, problem))
        if not report.problems:
            sound = _("The register is sound: the file, the records and the log of changes agree.")
            self._report.addLayout(_line("check", theme.current().tokens.on_done, sound))
        free = _("{free} GB are free on this disk.").format(free=round(report.free_bytes / _GIGABYTE, 1))
        self._report.addWidget(parts.label(free, "second"))
        if report.backup == "none":
            told = _("This program has made no backup yet. Copy the folder to a stick now and then.")
            self._report.addWidget(parts.label(told, "second", wrap=True))


def _line(icon_name: str, colour: str, text: str) -> QLayout:
    return parts.row(parts.picture(icon_name, colour), parts.label(text, wrap=True))
