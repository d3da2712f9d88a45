"""A person's episodes as programmes and forms read them, those of private programmes unsealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from villagefp.domain.records import Consent, Episode, Outcome, Person, RecordId
from villagefp.storage import records, same
from villagefp.storage.village_keys import SealedElsewhereError
from villagefp.wire.declared_programmes import PRIVATE

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

OPEN_DAYS = ("lmp", "edd", "delivered_on", "discharged_on", "checked_on", "started_on", "joined_on")
"""The days that an episode of a programme that tells nothing private holds in the open."""
_STILL_TOLD = frozenset({Outcome.WITHDRAWN, Outcome.DECLINED})


@dataclass(frozen=True)
class ReadEpisode:
    """An episode, the programme it really is, and what it holds by name."""

    episode: Episode
    programme: str
    values: Mapping[str, str]


def unseal(store: Store, sealed: bytes | None) -> dict[str, str]:
    """What the sealed field of a consent or an episode holds; nothing where its key is not on this laptop yet."""
    try:
        return dict(msgspec.msgpack.decode(store.unseal(sealed))) if sealed else {}
    except SealedElsewhereError:
        return {}


def seal(store: Store, values: Mapping[str, str]) -> bytes:
    """The same, to be kept; empty values are left out."""
    return store.seal(msgspec.msgpack.encode({name: value for name, value in sorted(values.items()) if value}))


def read(store: Store, episode: Episode) -> ReadEpisode:
    """One episode as it really is."""
    private = unseal(store, episode.private)
    told = {name: value for name in OPEN_DAYS if (value := getattr(episode, name))}
    programme = private.pop("programme", episode.programme)
    return ReadEpisode(episode, programme, told | private)


def of_person(store: Store, connection: Connection, person: RecordId) -> list[ReadEpisode]:
    """All episodes of a person, in order of making."""
    every = same.all_of(connection, person)
    found = sorted(records.where_in(connection, Episode, "person", every), key=lambda episode: episode.id)
    return [read(store, episode) for episode in found]


def consent_of(
    store: Store, connection: Connection, person: RecordId, programme: str, *, private: bool
) -> Consent | None:
    """The person's live consent to a programme."""
    found = records.where(connection, Consent, person=person, programme=PRIVATE if private else programme)
    live = [consent for consent in found if consent.withdrawn_on is None]
    if private:
        live = [consent for consent in live if unseal(store, consent.private).get("programme") == programme]
    return live[-1] if live else None


def inputs(
    store: Store,
    connection: Connection,
    person: RecordId,
    programmes: Collection[str],
    told_by: Collection[RecordId] = (),
) -> dict[str, str]:
    """What `instance('episode')` gives a form: the open episode of one of its programmes, else the one closed last.

    A visit that is read or corrected sees what it saw when it was made: not the episode that it opened itself, and as
    open the one that it closed (`told_by` are its revisions).
    """
    found = [
        each
        for each in of_person(store, connection, person)
        if each.programme in programmes and each.episode.opened_by not in told_by
    ]
    still = [each for each in found if each.episode.closed_on is None or each.episode.closed_by in told_by]
    ended = [each for each in found if each.episode.closed_why not in _STILL_TOLD]
    if not still and not ended:
        return {}
    best = max(still or ended, key=lambda each: (each.episode.opened_on, each.episode.id))
    state = {"programme": best.programme} if still else {}
    return {**best.values, **state, **_children(connection, person, best)}


def _children(connection: Connection, person: RecordId, told: ReadEpisode) -> dict[str, str]:
    """How many children of this birth live: where none does, no word of a child is said."""
    born = told.values.get("delivered_on")
    if born is None:
        return {}
    children = records.where(connection, Person, mother=person, birth_date=born)
    return {"living_children": str(sum(child.died_on is None for child in children))}
