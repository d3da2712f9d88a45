"""How a line of the day's list is worded: when it may be done, and, once somebody asks, why it is there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.domain.followup_days import DueItem, DueState
from villagefp.i18n import _, language, ngettext
from villagefp.services import catalogue

if TYPE_CHECKING:
    from villagefp.storage.store import Store


class Why(Struct, frozen=True):
    """Why a line is there, in sentences; it may name the programme, so it is shown only to who asks."""

    form: str  # the form that is filled, by its title
    point: str
    rule: str
    counts: str
    clears: str
    source: str
    attempts: str = ""


def when(item: DueItem, today: date) -> str:
    """Since when and until when it may be done; a day that was asked for stands alone."""
    if item.asked_back_on is not None:
        return _("asked for {day}").format(day=_day(item.asked_back_on, today))
    if item.state is DueState.OVERDUE:
        return _("may be asked once more")
    first, last = item.window_from, item.window_to
    if first <= today:
        return _("today") if last <= today else _("today to {day}").format(day=_day(last, today))
    return _("{first} to {last}").format(first=_day(first, today), last=_day(last, today))


def why(store: Store, item: DueItem, today: date) -> Why:
    """The rule, the day it counts from, what clears it, and where the rule comes from."""
    form = catalogue.of(store).title(item.form, language(), today)
    reason = item.reason
    attempts = (
        ngettext(
            "{count} attempt was made so far; after two this point is left in peace.",
            "{count} attempts were made so far; this point is left in peace.",
            item.attempts,
        ).format(count=item.attempts)
        if item.attempts
        else ""
    )
    return Why(
        form=form,
        point=item.label,
        rule=reason.rule,
        counts=_("Counts from {day}: {what}.").format(
            day=_long(reason.counts_on), what=_anchor(reason.counts_from.partition("-")[0].partition("+")[0])
        ),
        clears=_("A visit, a later day, “not this time” or “no more” takes it off the list."),
        source=reason.source,
        attempts=attempts,
    )


def _anchor(name: str) -> str:
    """What the day is called that a rule counts from."""
    return {
        "birth_date": _("day of birth"),
        "discharged_on": _("day of coming home"),
        "delivered_on": _("day of delivery"),
        "lmp": _("first day of the last period"),
        "edd": _("expected day of birth"),
        "placed_on": _("day of placing"),
        "removed_on": _("day of removal"),
        "op_on": _("day of the operation"),
        "ended_on": _("day it ended"),
        "given_on": _("day it was given"),
        "started_on": _("day of the start"),
        "joined_on": _("day of joining"),
        "opened_on": _("day of the consent"),
        "checked_on": _("day of the check"),
        "run_out_on": _("day on which it runs out"),
        "recheck_on": _("day of the next check"),
        "expires_on": _("day of expiry"),
        "follow_by": _("day agreed"),
        "next_on": _("day agreed"),
        "last_review": _("last reading of the register"),
    }.get(name, _("an entered day"))


def _day(day: date, today: date) -> str:
    if day.year == today.year:
        return _("{month}/{day}").format(month=day.month, day=day.day)
    return _long(day)


def _long(day: date) -> str:
    return _("{month}/{day}/{year}").format(month=day.month, day=day.day, year=day.year)
