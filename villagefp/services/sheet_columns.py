"""Which kept visits stand side by side on one sheet: those of the same pregnancy, or of the same child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Column:
    """A kept visit that could take a column."""

    step: str  # code of the column
    occurred_on: str
    answers: dict[str, str] = field(default_factory=dict)  # by path


def beside(columns: Sequence[Column], steps: Sequence[str], within: str) -> dict[str, dict[str, str]]:
    """The answers by step around the last of `columns`, which is the visit that is printed.

    `within` is how many days the visits of one sheet may lie apart (empty: any number). Visits of another pregnancy
    also show by their order: visit 3 after visit 4, or visit 5 before visit 2, belongs to another one.
    """
    printed = columns[-1]
    taken = {printed.step: printed}
    for column in sorted(columns[:-1], key=lambda each: each.occurred_on):
        if column.step != printed.step and column.step in steps and _fits(column, printed, steps, within):
            taken[column.step] = column
    if printed.step not in steps:  # its number was left open: it takes the first column that is free
        free = next((step for step in steps if step not in taken), None)
        if free is not None:
            taken[free] = taken.pop(printed.step)
    return {step: column.answers for step, column in taken.items()}


def _fits(column: Column, printed: Column, steps: Sequence[str], within: str) -> bool:
    if not within.isdigit() or printed.step not in steps:
        return True
    days = (date.fromisoformat(column.occurred_on) - date.fromisoformat(printed.occurred_on)).days
    later = steps.index(column.step) > steps.index(printed.step)
    return abs(days) <= int(within) and (days >= 0 if later else days <= 0)
