"""What is taken and yet doubtful: somebody should look at it, at the county or in the village. Nothing waits for that.

Doubts follow from the record alone, so they are kept in its row, and are gone as soon as a change mends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from villagefp.domain import resident_id
from villagefp.wire.declared import BY_NAME
from villagefp.wire.heads import Folded
from villagefp.wire.kinds import Kind
from villagefp.wire.values import pack, unpack

_PERSON = BY_NAME["person"]
_ID_NO = _PERSON.by_name["id_no"].number


class Sort(IntEnum):
    """What is doubtful."""

    CONFLICT = 1  # two laptops wrote a field without knowing of each other
    ID_NUMBER = 2  # cannot be a resident ID number as it stands


class Doubt(NamedTuple):
    """One thing to look at; field 0 is an edit that a withdrawal had not seen."""

    sort: Sort
    field: int


def doubts_of(kind: Kind, folded: Folded) -> tuple[Doubt, ...]:
    """What somebody should look at in a record."""
    return tuple(_doubts(kind, folded))


def _doubts(kind: Kind, folded: Folded) -> Iterator[Doubt]:
    for number in folded.conflicts:
        yield Doubt(Sort.CONFLICT, number)
    told = folded.values.get(_ID_NO) if kind is _PERSON and not folded.withdrawn else None
    if isinstance(told, str) and told and resident_id.read(told).fault is not None:
        yield Doubt(Sort.ID_NUMBER, _ID_NO)


def pack_doubts(doubts: tuple[Doubt, ...]) -> bytes | None:
    """As they stand in the record's row."""
    return pack([[int(doubt.sort), doubt.field] for doubt in doubts]) if doubts else None


def unpack_doubts(packed: bytes | None) -> tuple[Doubt, ...]:
    """As they stood in the record's row."""
    return tuple(Doubt(Sort(sort), field) for sort, field in unpack(packed)) if packed else ()
