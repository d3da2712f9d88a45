"""What was told at earlier visits: the answers of a kept visit, of the last one with a form, and of a child's birth."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from villagefp.domain import codes
from villagefp.domain.records import Event, Outcome, Person, RecordId
from villagefp.forms.answers import NumberedAnswers, from_numbers
from villagefp.forms.package import FormPackage
from villagefp.services import catalogue
from villagefp.storage import records

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

_END_OF_PREGNANCY = "pregnancy_outcome_followup"
_SEVERAL = "5"  # 双多胎 of the newborn form


def kept_answers(store: Store, package: FormPackage, event: Event) -> dict[str, Any]:
    """The answers of a kept visit by question name, sealed ones included."""
    plain = msgspec.msgpack.decode(event.answers) if event.answers else {}
    sealed = msgspec.msgpack.decode(store.unseal(event.answers_sealed)) if event.answers_sealed else {}
    return from_numbers(package, NumberedAnswers(plain, sealed))


def of_event(store: Store, event: Event, package: FormPackage | None = None) -> dict[str, Any]:
    """The same with the version of the form that the visit was made with, where the caller has not got it."""
    return kept_answers(store, package or catalogue.of(store).exact(event.form, event.form_version), event)


def answers(store: Store, connection: Connection, form_id: str, **about: RecordId) -> dict[str, Any]:
    """The answers of the last visit with a form about somebody, or about anybody; nothing where there was none."""
    last = last_done(records.where(connection, Event, form=form_id, **about))
    return of_event(store, last) if last else {}


def last_done(events: Collection[Event]) -> Event | None:
    """The latest of these visits that was done, corrected ones in place of what they correct."""
    corrected = {event.revision_of for event in events}
    done = [event for event in events if event.outcome == Outcome.DONE and event.id not in corrected]
    return max(done, key=lambda event: (event.occurred_on, event.id), default=None)


def flat(answers: Mapping[str, Any]) -> dict[str, str]:
    """Answers as the texts that a form reads of an instance; repeats are left out."""
    texts = {}
    for name, value in answers.items():
        if isinstance(value, list) and not any(isinstance(part, dict) for part in value):
            texts[name] = " ".join(map(str, value))
        elif not isinstance(value, list) and not name.startswith("#"):
            texts[name] = str(value)
    return texts


def of_birth(store: Store, connection: Connection, child: Person) -> dict[str, str]:
    """What the mother's sheet about the end of the pregnancy says of this birth, in the codes of the newborn form.

    The weight only where it is clear which of the children it is of.
    """
    if child.mother is None or child.birth_date is None:
        return {}
    events = records.where(connection, Event, form=_END_OF_PREGNANCY, person=child.mother)
    told = next((told for told in _told(store, events) if told.get("delivered_on") == child.birth_date), None)
    if told is None:
        return {}
    born = told.get("children", [])
    weights = [each.get("birth_weight_kg") for each in born if each.get("born_alive") == "1"
               and each.get("child_sex") == child.sex]  # fmt: skip
    facts = {
        "birth_ga": told.get("ga_weeks"),
        "birth_org": told.get("delivery_org"),
        "birth_mode": " ".join(filter(None, (_mode(told.get("delivery_mode")), _SEVERAL if len(born) > 1 else ""))),
        "birth_weight_kg": weights[0] if len(weights) == 1 else None,
    }
    return {name: str(value) for name, value in facts.items() if value not in (None, "")}


def _told(store: Store, events: Collection[Event]) -> Iterator[dict[str, Any]]:
    corrected = {event.revision_of for event in events}
    for event in events:
        if event.outcome == Outcome.DONE and event.id not in corrected:
            yield of_event(store, event)


def _mode(code: str | None) -> str:
    mode = codes.load("delivery_mode").get(code) if code else None
    return str(mode.map.get("newborn_form", "")) if mode else ""
