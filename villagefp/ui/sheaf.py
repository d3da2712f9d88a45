"""The stack of paper that a worker keys in at the desk: its day and round, what was keyed, what the last sheet said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain.records import RecordId

if TYPE_CHECKING:
    from villagefp.services.due import DueLine

About = tuple[RecordId | None, RecordId | None, str]
"""Person, household, form."""
Said = str | list[str]


@dataclass(frozen=True)
class Keyed:
    """One sheet that was keyed in."""

    event_id: RecordId
    words: str


@dataclass
class Sheaf:
    """Lives as long as the desk is open: the desk and its forms share one. In memory alone."""

    on: date
    round: tuple[DueLine, ...] | None = None  # of that day, in walking order; None until it was read
    keyed: list[Keyed] = field(default_factory=list)
    _done: list[About] = field(default_factory=list)
    _last: dict[str, dict[str, Said]] = field(default_factory=dict)

    def keep(self, sheet: Keyed, about: About, answers: Mapping[str, Said]) -> None:
        """Count a sheet that was saved, and remember its open answers."""
        self.keyed.append(sheet)
        self._done.append(about)
        self._last[about[2]] = dict(answers)

    def forget(self, event_id: RecordId) -> None:
        """A sheet was taken back: it counts no more, and its line of the round may come again."""
        for number, sheet in enumerate(self.keyed):
            if sheet.event_id == event_id:
                del self.keyed[number], self._done[number]
                return

    def turn_to(self, on: date) -> None:
        """The sheets that follow are of another day."""
        if on != self.on:
            self.on, self.round = on, None

    @property
    def next(self) -> DueLine | None:
        """The sheet of the round that comes after the one keyed last, or else the first that is missing."""
        lines = self.round or ()
        places = {_about(line): place for place, line in enumerate(lines)}
        last = max((place for about in self._done[-1:] if (place := places.get(about)) is not None), default=-1)
        waiting = [line for line in (*lines[last + 1 :], *lines[: last + 1]) if _about(line) not in self._done]
        return waiting[0] if waiting else None

    def said_last(self, form_id: str, question: str) -> Said:
        """What the sheet keyed before, of the same form, said to a question."""
        return self._last.get(form_id, {}).get(question, "")


def _about(line: DueLine) -> About:
    return line.item.person, line.item.household, line.item.form
