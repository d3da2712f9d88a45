"""Several tables under one row of headers: people who stand beside each other only because the sheet is wide."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from villagefp.domain.roster.contents import Cell
from villagefp.domain.roster.meanings import Meaning, of_header, plain, role_of

Header = tuple[str, ...]
_COUNTED = frozenset((Meaning.ROW_NUMBER, Meaning.HOUSEHOLD_NO))
_NAMES = frozenset((Meaning.NAME, Meaning.HEAD_NAME))


def parts(headers: Sequence[Header], rows: Sequence[Sequence[Cell]]) -> tuple[range, ...]:
    """The columns of each table; none where all columns are one table, as where a family stands on one row.

    A header that says whose a column is, 丈夫 or 子女, makes a row a family. Without such a word there are tables
    side by side where an empty column parts them, or where the very same headers begin again with a number.
    """
    if sum(1 for words in headers if _meaning(words) in _NAMES) < 2 or any(map(_role, headers)):
        return ()
    for found in (_parted_by_gaps(headers, rows), _counted_again(headers)):
        if len(found) > 1 and all(_is_table(headers[part.start : part.stop]) for part in found):
            return found
    return ()


def _parted_by_gaps(headers: Sequence[Header], rows: Sequence[Sequence[Cell]]) -> tuple[range, ...]:
    gaps = [
        place
        for place, words in enumerate(headers)
        if not words and all(place >= len(row) or row[place] in ("", None) for row in rows)
    ]
    between = (range(one + 1, other) for one, other in pairwise((-1, *gaps, len(headers))))
    return tuple(part for part in between if part)


def _counted_again(headers: Sequence[Header]) -> tuple[range, ...]:
    """The tables of 序号, 姓名, 电话, 序号, 姓名, 电话."""
    if not headers or _meaning(headers[0]) not in _COUNTED:
        return ()
    width = next((place for place in range(1, len(headers)) if headers[place] == headers[0]), len(headers))
    found = tuple(range(start, start + width) for start in range(0, len(headers), width))
    same = all(list(headers[part.start : part.stop]) == list(headers[:width]) for part in found)
    return found if same else ()


def _is_table(headers: Sequence[Header]) -> bool:
    meanings = {_meaning(words) for words in headers} - {None}
    return len(meanings) >= 2 and not meanings.isdisjoint(_NAMES)


def _meaning(words: Header) -> Meaning | None:
    return (of_header(plain(words[-1])) or of_header(plain("".join(words)))) if words else None


def _role(words: Header) -> str:
    return role_of(plain("".join(words)))
