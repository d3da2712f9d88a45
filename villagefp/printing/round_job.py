"""The sheet of a round as plain data: whom to visit, in walking order, and boxes to note how it went. No programme."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.printing.jobs import Words


@dataclass(frozen=True)
class RoundWords:
    """What the sheet says by itself, in the language in use."""

    title: str  # with {day}
    worker: str
    place: str  # head of the column of household and group
    who: str
    when: str
    how: str
    note: str
    endings: tuple[str, ...]  # the numbered endings, in the order of their boxes
    free: str  # the sentence at the foot


@dataclass(frozen=True)
class RoundRow:
    """One visit: where, whom, when it was asked for, and the token that opens its form at the desk."""

    household_no: str
    group_no: str
    who: str
    when: str
    token: str
    print_number: str


@dataclass(frozen=True)
class RoundSheet:
    """A day's round, at most 40 rows; without tokens it is a list to look at."""

    words: Words
    texts: RoundWords
    village: str
    worker: str
    day: str
    rows: tuple[RoundRow, ...]

    @property
    def title(self) -> str:
        """The title on paper."""
        return self.texts.title.format(day=self.day)
