"""Whether a column of dates without a telling header holds birth dates, and not those of something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from villagefp.domain import resident_id
from villagefp.domain.dates import agrees
from villagefp.domain.roster.columns import Column
from villagefp.domain.roster.contents import Cell
from villagefp.domain.roster.meanings import Meaning, names_other_date
from villagefp.domain.roster.tables import Row

_DATE = re.compile(r"((?:19|20)\d{2})\D{0,2}(\d{1,2})(?:\D{1,2}(\d{1,2})\D?|月)?", re.ASCII)
_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_AGREEING = 0.8


def may_be(column: Column, columns: Sequence[Column], rows: Sequence[Row]) -> bool:
    """Whether nothing speaks against it: neither its header, nor the ID numbers on the same rows.

    ID numbers tell birth dates already. Beside them a column is believed only where its dates are theirs.
    """
    if names_other_date(column.header):
        return False
    numbers = [one.place for one in columns if one.meaning is Meaning.ID_NO]
    return not numbers or _are_those_of(rows, column.place, numbers)


def _are_those_of(rows: Sequence[Row], place: int, numbers: Sequence[int]) -> bool:
    """Whether nearly every date is the one in an ID number of its row; False where no row has both."""
    both = agreeing = 0
    for row in rows:
        told = _plain(row[place]) if place < len(row) else None
        births = [birth for number in numbers if number < len(row) and (birth := _birth(row[number]))]
        if told is None or not births:
            continue
        both += 1
        agreeing += any(agrees(told, birth) for birth in births)
    return agreeing > 0 and agreeing >= _AGREEING * both


def _birth(cell: Cell) -> str | None:
    return resident_id.read(cell).birth if isinstance(cell, str) and cell else None


def _plain(cell: Cell) -> str | None:
    """A date of the usual shapes as 1990-05-06 or 1990-05; None for any other."""
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    text = f"{cell:.0f}" if isinstance(cell, float | int) else str(cell).strip()
    found = _DIGITS.fullmatch(text) or _DATE.fullmatch(text)
    return "-".join(f"{int(part):02}" for part in found.groups() if part) if found else None
