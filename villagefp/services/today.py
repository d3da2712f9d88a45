"""What waits on this laptop when a worker sits down: drafts to finish, marks to settle, what was entered last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.domain.records import Household, RecordId
from villagefp.i18n import language
from villagefp.services import catalogue, timeline
from villagefp.services.pages import PersonLine, TimelineEntry
from villagefp.services.returned import ReturnedLine, returned_lines
from villagefp.storage import decisions, drafts, households, marks, people, records
from villagefp.storage.lines import in_order

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.drafts import Draft
    from villagefp.storage.store import Store

_RECENT = 12


class DraftLine(Struct, frozen=True):
    """A form begun and not yet saved."""

    id: RecordId
    form_id: str
    form_title: str
    who: str  # the person's name, or the household's number and head
    person_id: RecordId | None
    household_id: RecordId | None
    occurred_on: str


class MarkedPerson(Struct, frozen=True):
    """Somebody about whose entry there is something to look at."""

    line: PersonLine
    marks: int
    reasons: tuple[str, ...] = ()  # a sentence a mark


class TodayPage(Struct, frozen=True):
    """All that the first page shows."""

    households: int
    persons: int
    drafts: tuple[DraftLine, ...]
    marks: int
    first_marked: tuple[MarkedPerson, ...]
    recent: tuple[TimelineEntry, ...]
    marked: int = 0  # persons with a mark
    conflicts: int = 0  # decisions that wait because two laptops wrote the same
    returned: tuple[ReturnedLine, ...] = ()  # what the county could not take


def today_page(store: Store, *, shown_marks: int = 6) -> TodayPage:
    """What waits, and what was entered last; nothing about what anybody has not done."""
    with store.read() as connection:
        totals = households.totals(connection)
        marked = _marked(connection)
        return TodayPage(
            households=totals.households,
            persons=totals.persons,
            drafts=tuple(_draft_line(store, connection, draft) for draft in drafts.drafts(connection)),
            marks=sum(one.marks for one in marked),
            first_marked=marked[:shown_marks],
            recent=timeline.recent(store, connection, _RECENT),
            marked=len(marked),
            conflicts=decisions.count(connection),
            returned=returned_lines(connection),
        )


def marked_persons(store: Store) -> tuple[MarkedPerson, ...]:
    """Everybody about whose entry there is something to look at, household by household."""
    with store.read() as connection:
        return _marked(connection)


def _marked(connection: Connection) -> tuple[MarkedPerson, ...]:
    reasons: dict[RecordId, list[str]] = {}
    for mark in marks.open_marks(connection):
        if mark.person_id is not None:
            reasons.setdefault(mark.person_id, []).append(mark.message)
    lines = people.lines_of(connection, list(reasons)) if reasons else {}
    told: dict[PersonLine, list[str]] = {}
    for person, line in lines.items():  # two records of one person are one line
        told.setdefault(line, []).extend(reasons[person])
    shown = sorted(told, key=lambda line: (in_order(line.household_no), line.id))
    return tuple(MarkedPerson(line, len(told[line]), tuple(told[line])) for line in shown)


def _draft_line(store: Store, connection: Connection, draft: Draft) -> DraftLine:
    who = ""
    if draft.person is not None:
        found = people.person_lines(connection, ids=[draft.person])
        who = found[0].name if found else ""
    elif draft.household is not None:
        home = records.get(connection, Household, draft.household)
        who = home.household_no if home is not None else ""
    return DraftLine(
        id=draft.id,
        form_id=draft.form,
        form_title=catalogue.of(store).neutral_title(draft.form, draft.form_version, language()),
        who=who,
        person_id=draft.person,
        household_id=draft.household,
        occurred_on=draft.occurred_on,
    )
