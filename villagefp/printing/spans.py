"""How the cells of one table row share its twelve columns."""

from __future__ import annotations

from villagefp.printing.asking import Asked

COLUMNS = 12


def _span(asked: Asked) -> int:
    told = asked.question.paper.get("span", "")
    return min(COLUMNS, int(told)) if told.isdigit() and int(told) else 0


def that_fit(asked: list[Asked]) -> int:
    """How many of these fit on one row of the table."""
    used = 0
    for place, item in enumerate(asked):
        used += _span(item) or 1
        if used > COLUMNS and place:
            return place
    return len(asked)


def spans(asked: list[Asked]) -> list[int]:
    """Columns of each: as told, the rest shared evenly; the last takes what is left."""
    told = [_span(item) for item in asked]
    free = COLUMNS - sum(told)
    open_ = [place for place, span in enumerate(told) if not span]
    for number, place in enumerate(open_):
        share = max(1, free // (len(open_) - number))
        told[place] = share
        free -= share
    told[-1] += max(0, COLUMNS - sum(told))
    return told
