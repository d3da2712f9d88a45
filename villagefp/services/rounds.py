"""The round of a day on paper: whom to visit in walking order, and the half-filled forms for the bag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain.followup_days import DueState
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.printing.jobs import Mode, RoundRow, RoundSheet, RoundWords, SheetJob
from villagefp.printing.words import paper_words
from villagefp.services import due, due_words, pdfs, sheet_tokens, sheets
from villagefp.services.due import DueLine
from villagefp.services.sheet_tokens import Printed

if TYPE_CHECKING:
    from villagefp.services.pdfs import Pdf, Renderer
    from villagefp.storage.store import Store

MOST_ROWS = 40
"""Of what is due nothing is printed but one day's round, and no more of it than this (no list of who has not)."""
ROUND = "round"
_TODAY = frozenset({DueState.DUE, DueState.OVERDUE})


def round_of(store: Store, today: date) -> tuple[DueLine, ...]:
    """What a round of this day may visit, in walking order; two items of one form and person are one visit."""
    found: dict[tuple[bytes | None, bytes | None, str], DueLine] = {}
    for line in due.due_on(store, today, states=_TODAY):
        found.setdefault((line.item.person, line.item.household, line.item.form), line)
    return tuple(found.values())[:MOST_ROWS]


def round_sheet(
    store: Store,
    today: date,
    *,
    codes: bool = True,
    leave_blank: bool = False,
    record: bool = True,
    render: Renderer | None = None,
) -> Pdf:
    """The sheet of the round; without `codes` the same as a list to look at. Who is named on it is logged as printed.

    It says household, name and days, and never a programme: whoever sees it learns that somebody is visited.
    """
    lines = round_of(store, today)
    if not lines:
        raise _nothing(today)
    sheet = RoundSheet(
        words=paper_words(),
        texts=_words(),
        village=store.village.name,
        worker=store.worker.name,
        day=today.isoformat(),
        rows=tuple(_row(store, line, today, codes=codes) for line in lines),
    )
    persons = tuple(dict.fromkeys(line.item.person for line in lines if line.item.person is not None))
    return pdfs.made(store, SheetJob(round=sheet, leave_blank=leave_blank), persons, record=record, render=render)


def bag(
    store: Store,
    lines: Sequence[DueLine],
    *,
    leave_blank: bool = False,
    record: bool = True,
    render: Renderer | None = None,
) -> Pdf:
    """The forms of a round, identity filled in, one after the other in one file."""
    if not lines:
        raise UserError(_("There is no form to print: nothing was chosen."))
    told = [
        sheets.form_to_print(
            store, line.item.form, person_id=line.item.person, household_id=line.item.household, mode=Mode.HALF
        )
        for line in lines
    ]
    persons = tuple(dict.fromkeys(line.item.person for line in lines if line.item.person is not None))
    job = SheetJob(bundle=tuple(each.sheet for each in told), leave_blank=leave_blank)
    return pdfs.made(store, job, persons, record=record, render=render)


def _nothing(today: date) -> UserError:
    return UserError(
        _("Nothing is due on {day}, so there is no round to print. Choose another day.").format(day=today.isoformat())
    )


def _row(store: Store, line: DueLine, today: date, *, codes: bool) -> RoundRow:
    token = ""
    if codes:
        token = sheet_tokens.token_of(
            store, Printed(line.item.form, "", ROUND, False, line.item.person, line.item.household)
        )
    return RoundRow(
        household_no=line.household_no,
        group_no=_("Group {number}").format(number=line.group_no) if line.group_no else "",
        who=line.who,
        when=due_words.when(line.item, today),
        token=token,
        print_number=sheet_tokens.print_number(token) if token else "",
    )


def _words() -> RoundWords:
    return RoundWords(
        title=_("Round of {day}"),
        worker=_("Worker"),
        place=_("Household"),
        who=_("Whom"),
        when=_("When"),
        how=_("How it went"),
        note=_("Note"),
        endings=(_("done"), _("not this time"), _("no more"), _("later, on"), _("nobody met")),
        free=_("Everything is voluntary and free. Whoever declines loses nothing."),
    )
