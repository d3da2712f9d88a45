"""A field for a day; apart from the others, since reading lunar dates is nothing that the first paint needs."""

from __future__ import annotations

from datetime import date

from villagefp.domain import dates, near_days
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.ui.widgets.fields import TextField


class DateField(TextField):
    """A day as people write it: 2026-11-22, 11.22, 昨天, 农历八月十五; read when it is asked for."""

    def __init__(self, words: str, today: date, *, chosen: date | None = None, future: bool = False) -> None:
        super().__init__(
            words, hint=_("Such as 2026-11-22, 11.22 or 20261122"), text=chosen.isoformat() if chosen else ""
        )
        self._today = today
        self._ahead = future

    def day(self) -> date:
        """The day; UserError beside the field where there is none."""
        told = self.optional()
        if told is None:
            raise self._refusal(_("Please enter a date."))
        return told

    def optional(self) -> date | None:
        """The day, or None where the field was left empty."""
        if not self.text:
            return None
        reading = near_days.read(self.text, self._today, ahead=self._ahead)
        if reading.fault is not None or not reading.value or len(reading.value) < len("2026-11-22"):
            raise self._refusal(
                dates.sentence(reading, self.text) if reading.fault else _("Please enter a whole date.")
            )
        self.complain("")
        return date.fromisoformat(reading.value)

    def _refusal(self, sentence: str) -> UserError:
        self.complain(sentence)
        self.line.setFocus()
        return UserError(sentence)
