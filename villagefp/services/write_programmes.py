"""Consents and episodes that a finished form opens, changes and closes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from villagefp.domain.records import Consent, Episode, Outcome, RecordId
from villagefp.services import episodes
from villagefp.services.episodes import ReadEpisode
from villagefp.services.writing import Told, Writing
from villagefp.storage import records
from villagefp.wire.declared_programmes import PRIVATE

ENDS_PROGRAMME = frozenset(
    {Outcome.DECLINED, Outcome.WITHDRAWN, Outcome.MOVED, Outcome.TRANSFERRED, Outcome.DECEASED}
)  # fmt: skip
"""Endings of a visit that close the episode it belongs to; every other one closes at most this point of it."""

_SIGNED = {how: how for how in ("signed", "thumb", "spoken")}
_PREGNANCY = timedelta(days=280)
_AFTER_DUE = timedelta(days=42)


def write_consent(writing: Writing, told: Told) -> None:
    """Keep a yes that was said at this visit; an earlier live yes to the same programme stays as it is."""
    private = told.target.startswith("private")
    if not told.creates:
        return
    fits = _consent_fits(writing, told.programme)
    again = any(isinstance(each, Consent) and fits(each) for each in writing.before.made)
    there = episodes.consent_of(
        writing.store, writing.save.connection, writing.person, told.programme, private=private
    )  # fmt: skip
    if there is not None and not again:
        return
    how = told.values.get("how") or _SIGNED.get(writing.event.signature or "")
    kept = writing.keep(
        Consent,
        {
            "person": writing.person,
            "programme": PRIVATE if private else told.programme,
            "given_on": writing.event.occurred_on,
            "how": None if private else how,
            "text_version": f"{writing.event.form} {writing.event.form_version}",
            "event": writing.event.id,
        },
        fits,
    )
    if private:
        _keep_private(writing, kept, {"programme": told.programme, "how": how or ""})


def write_episode(writing: Writing, told: Told) -> None:
    """Open, change or close an episode as the answers say."""
    if told.creates:
        _open(writing, told)
    there = _open_episode(writing, told.programme)
    if there is None:
        return
    if told.updates or told.closes:
        _change(writing, there, told)
    if told.closes:
        close(writing, [told.programme], Outcome.DONE)


def close(writing: Writing, programmes: Collection[str] | None, why: Outcome, person: RecordId | None = None) -> None:
    """Close the open episodes of these programmes, or all, of whom the visit is about; no reason is kept."""
    for each in episodes.of_person(writing.store, writing.save.connection, person or writing.person):
        if each.episode.closed_on is None and (programmes is None or each.programme in programmes):
            writing.save.change(
                replace(
                    each.episode,
                    closed_on=writing.event.occurred_on,
                    closed_why=why.value,
                    closed_by=writing.event.id,
                )
            )


def withdraw_consents(writing: Writing, programmes: Collection[str]) -> None:
    """Note the day on which the person took a consent back."""
    for consent in records.where(writing.save.connection, Consent, person=writing.person):
        private = episodes.unseal(writing.store, consent.private)
        if consent.withdrawn_on is None and private.get("programme", consent.programme) in programmes:
            writing.save.change(replace(consent, withdrawn_on=writing.event.occurred_on))


def _open(writing: Writing, told: Told) -> None:
    private = told.target.startswith("private")
    consent = episodes.consent_of(
        writing.store, writing.save.connection, writing.person, told.programme, private=private
    )  # fmt: skip
    if consent is None:  # nothing opens without the person's yes
        return
    taken = writing.before.take(Episode, lambda one: episodes.read(writing.store, one).programme == told.programme)
    there = _open_episode(writing, told.programme)
    if there is not None and taken is None:
        if not _has_run_out(writing, there):
            _change(writing, there, told)
            return
        close(writing, [told.programme], Outcome.DONE)
    values: dict[str, Any] = {} if private else {name: told.values.get(name) for name in episodes.OPEN_DAYS}
    wanted = Episode(
        id=taken.id if taken else writing.store.ambient.new_id(),
        person=writing.person,
        programme=PRIVATE if private else told.programme,
        opened_on=writing.event.occurred_on,
        opened_by=writing.event.id,
        consent=consent.id,
        private=taken.private if taken else None,
        **values,
    )
    if taken is None:
        if private:
            wanted = replace(wanted, private=episodes.seal(writing.store, {**told.values, "programme": told.programme}))
        writing.save.add(wanted)
        return
    closed = replace(
        wanted, closed_on=taken.closed_on, closed_why=taken.closed_why, closed_by=taken.closed_by
    )  # fmt: skip
    revised = writing.before.revise(writing.save, taken, closed)
    if private:
        _keep_private(writing, revised, {**told.values, "programme": told.programme})


def _change(writing: Writing, there: ReadEpisode, told: Told) -> None:
    if told.target.startswith("private"):
        values = {**there.values, **told.values, "programme": told.programme}
        _keep_private(writing, there.episode, values)
    else:
        days: dict[str, Any] = dict(told.values)
        writing.save.change(replace(there.episode, **days))


def _keep_private(writing: Writing, record: Consent | Episode, values: dict[str, str]) -> None:
    """Seal anew only what differs: the same values never give the same bytes twice."""
    told = {name: value for name, value in values.items() if value}
    if not writing.before.may_write(writing.save, record, "private"):
        return
    if episodes.unseal(writing.store, record.private) != told:
        writing.save.change(replace(record, private=episodes.seal(writing.store, told)))


def _open_episode(writing: Writing, programme: str) -> ReadEpisode | None:
    found = [
        each
        for each in episodes.of_person(writing.store, writing.save.connection, writing.person)
        if each.programme == programme and each.episode.closed_on is None
    ]
    return found[-1] if found else None


def _has_run_out(writing: Writing, there: ReadEpisode) -> bool:
    """Whether it is of an earlier pregnancy: it ended quietly 42 days after the day of birth that was expected."""
    due = there.values.get("edd")
    last = there.values.get("lmp")
    if not due and not last:
        return False
    expected = date.fromisoformat(due) if due else date.fromisoformat(str(last)) + _PREGNANCY
    return expected + _AFTER_DUE < date.fromisoformat(writing.event.occurred_on)


def _consent_fits(writing: Writing, programme: str) -> Callable[[Consent], bool]:
    return lambda one: episodes.unseal(writing.store, one.private).get("programme", one.programme) == programme
