"""The columns of a table with what they mean, and setting them right by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from villagefp.domain import resident_id
from villagefp.domain.roster.meanings import Meaning, contact_of, plain
from villagefp.domain.roster.tables import Table
from villagefp.domain.widths import bare

_LONG_NUMBER = re.compile(r"[0-9]{14}")
ONE_A_TABLE = frozenset(Meaning) - {Meaning.NOT_IMPORTED, Meaning.DROPPED, Meaning.PHONE, Meaning.NOTE, Meaning.ALIAS}
"""Meanings that only one column of a person can have."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what it means, whose it is, and three samples to judge by."""

    place: int  # from 0
    header: str
    meaning: Meaning
    who: str = ""  # husband, wife, spouse, child1 … or the family, where a family stands on one row
    reason: str = ""  # why it is dropped or not imported
    samples: tuple[str, ...] = ()
    whose: str = ""  # of a phone, where its header says that it is not the person's own: household, spouse, other …


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table with its columns recognised; `families` where each row holds a whole family."""

    table: Table
    columns: tuple[Column, ...]
    signature: str
    families: bool = False

    def place(self, meaning: Meaning, who: str = "") -> int | None:
        """Where the first column of this meaning is; for a phone, the first that is the person's own."""
        return next(
            (one.place for one in self.columns if one.meaning is meaning and one.who == who and not one.whose), None
        )

    def further(self) -> dict[str, tuple[Column, ...]]:
        """By whose they are, the phones and other names that stand beside the first: own ones, then other people's."""
        found: dict[str, list[Column]] = {}
        for one in sorted(self.columns, key=lambda column: bool(column.whose)):
            if one.meaning in (Meaning.PHONE, Meaning.ALIAS) and one.place != self.place(one.meaning, one.who):
                found.setdefault(one.who, []).append(one)
        return {who: tuple(those) for who, those in found.items()}


@dataclass(frozen=True)
class MappingMemory:
    """What the user corrected in earlier imports: by header signature, which column means what."""

    entries: Mapping[str, Mapping[int, Meaning]]


def remap(mapped: MappedTable, corrected: Mapping[int, Meaning]) -> MappedTable:
    """The table with the user's corrections; what must not be kept stays dropped, a meaning moves to its new column."""
    columns = list(mapped.columns)
    for place, meaning in corrected.items():
        if not 0 <= place < len(columns) or columns[place].meaning is Meaning.DROPPED or meaning is Meaning.DROPPED:
            continue
        who = columns[place].who
        for other in columns:
            if (
                meaning in ONE_A_TABLE
                and other.meaning is meaning
                and other.who == who
                and other.place not in corrected
            ):
                columns[other.place] = replace(other, meaning=Meaning.NOT_IMPORTED)
        set_right = replace(columns[place], meaning=meaning, reason="")
        whose = whose_phone(set_right) or (set_right.whose if meaning is Meaning.PHONE else "")
        columns[place] = without_private_samples(replace(set_right, whose=whose))
    return replace(mapped, columns=tuple(columns))


def whose_phone(column: Column) -> str:
    """Whose the phones in a column are, where its header says that they are not the person's own."""
    whose = contact_of(plain(column.header)) if column.meaning is Meaning.PHONE else ""
    return "" if whose == "self" else whose


def without_private_samples(column: Column) -> Column:
    """The column as a preview may show it: no methods before the person confirms them, ID numbers masked."""
    if column.meaning is Meaning.LEGACY_METHOD:
        return replace(column, samples=())
    masked = tuple(
        resident_id.mask(sample) if column.meaning is Meaning.ID_NO or _LONG_NUMBER.search(bare(sample)) else sample
        for sample in column.samples
    )
    return column if masked == column.samples else replace(column, samples=masked)
