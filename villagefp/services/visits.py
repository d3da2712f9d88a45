"""Visits: begin a form, keep its draft with every answer, keep the visit, open it again, correct it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

import msgspec

from villagefp.domain.records import Event, Household, Outcome, Person, RecordId
from villagefp.errors import UserError
from villagefp.forms import library
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import Prompt, Violation
from villagefp.i18n import _, language
from villagefp.services.visit_inputs import Subject, gather, kept_answers
from villagefp.storage import records
from villagefp.storage.drafts import Draft, delete_draft, get_draft, put_draft
from villagefp.storage.drafts import drafts as stored_drafts

if TYPE_CHECKING:
    from villagefp.storage.store import Store

WITH_ANSWERS = frozenset({Outcome.DONE, Outcome.ACCEPTED})
"""Endings that keep what was answered; every other one ends the form at once and keeps no answer."""


@dataclass(frozen=True)
class Visit:
    """A form being filled: about whom, since when, and its session; `revision_of` where it corrects a kept visit."""

    draft_id: RecordId
    form_id: str
    subject: Subject
    on: date
    started_at: str
    session: FormSession
    page: str = ""
    revision_of: RecordId | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Header:
    """What stands in an event's header besides the outcome (`place`: home, clinic, phone, outreach, other)."""

    place: str = "home"
    source: str | None = None
    signature: str | None = None


@dataclass(frozen=True)
class SavedVisit:
    """A visit that is on the disk, and the danger signs to be told."""

    event_id: RecordId
    prompts: tuple[Prompt, ...]

    def prompts_json(self) -> dict[str, Any]:
        """The prompts as scripts get them."""
        return {
            "prompts": [
                {"urgency": each.urgency, "sign": each.sign, "message": each.label, "source": each.source}
                for each in self.prompts
            ]
        }


@dataclass(frozen=True)
class KeptVisit:
    """A kept visit, opened to be read with the version of the form it was made with."""

    event: Event
    package: FormPackage
    session: FormSession


class VisitRefused(UserError):  # noqa: N818  the word that callers read is the one people use
    """A visit that cannot be kept as it is; every reason names its question."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("\n".join(violation.message for violation in violations))
        self.violations = tuple(violations)

    def to_json(self) -> dict[str, Any]:
        """The reasons as scripts get them."""
        return {"violations": [{"question": each.question, "message": each.message} for each in self.violations]}


class _DraftBody(msgspec.Struct):
    """What a draft holds besides its columns; it is sealed, since any form's answers may be in it."""

    answers: dict[str, Any]
    revision_of: bytes | None = None
    reason: str | None = None


def start_visit(
    store: Store,
    form_id: str,
    *,
    person_id: RecordId | None = None,
    household_id: RecordId | None = None,
    on: date,
) -> Visit:
    """Begin a form about a person or a household; nothing is written until the first answer is kept."""
    package = library.load(form_id)
    subject = Subject(person_id, household_id)
    _check_subject(store, package, subject)
    _check_day(store, subject, on)
    return _begin(store, package, subject, on)


def keep_draft(store: Store, visit: Visit, page: str = "", answers: Mapping[str, Any] | None = None) -> None:
    """Put what has been answered so far on the disk; a power cut leaves it there.

    A window hands over the `answers` as they were when it asked: the form goes on being filled while this writes.
    """
    body = _DraftBody(dict(visit.session.answers() if answers is None else answers), visit.revision_of, visit.reason)
    draft = Draft(
        id=visit.draft_id,
        form=visit.form_id,
        form_version=visit.session.package.version,
        person=visit.subject.person,
        household=visit.subject.household,
        occurred_on=visit.on.isoformat(),
        answers=store.seal(msgspec.msgpack.encode(body)),
        started_at=visit.started_at,
        updated_at=_moment(store),
        page=page or visit.page,
    )
    with store.save() as save:
        put_draft(save.connection, draft)


def drafts(store: Store) -> list[Draft]:
    """The forms begun and not finished, the one touched last first."""
    with store.read() as connection:
        return stored_drafts(connection)


def resume_visit(store: Store, draft_id: RecordId) -> Visit:
    """Go on with a draft, where it was left."""
    with store.read() as connection:
        draft = get_draft(connection, draft_id)
    if draft is None:
        raise UserError(_("This draft is not here any more: it was kept as a visit or thrown away."))
    package = library.load(draft.form, draft.form_version)
    body = msgspec.msgpack.decode(store.unseal(draft.answers), type=_DraftBody)
    subject, on = Subject(draft.person, draft.household), date.fromisoformat(draft.occurred_on)
    return Visit(
        draft_id=draft.id,
        form_id=draft.form,
        subject=subject,
        on=on,
        started_at=draft.started_at,
        session=_session(store, package, subject, on, body.answers),
        page=draft.page,
        revision_of=body.revision_of,
        reason=body.reason,
    )


def drop_draft(store: Store, draft_id: RecordId) -> None:
    """Throw a draft away."""
    with store.save() as save:
        delete_draft(save.connection, draft_id)


def save_visit(
    store: Store, visit: Visit, outcome: Outcome, reason: str | None = None, header: Header | None = None
) -> SavedVisit:
    """Keep a visit for good; its draft is gone once it is on the disk. VisitRefused where something is to be put right.

    An outcome other than done ends the form at once and keeps no answers. `reason` is never asked for.
    """
    told = header or Header()
    with_answers = outcome in WITH_ANSWERS
    if with_answers and (problems := visit.session.problems()):
        raise VisitRefused(problems)
    answers = visit.session.answers() if with_answers else {}
    on = _occurred_on(visit, answers)
    _check_day(store, visit.subject, on)
    numbered = visit.session.answers_by_number()
    event = Event(
        id=store.ambient.new_id(),
        person=visit.subject.person,
        household=visit.subject.household,
        event_type=visit.form_id,
        form=visit.form_id,
        form_version=visit.session.package.version,
        occurred_on=on.isoformat(),
        place=told.place,
        source=told.source,
        author=store.worker.id,
        author_role=store.worker.role,
        outcome=outcome,
        next_offer_on=answers.get("next_on"),
        signature=told.signature or _signature(visit.session.package, answers),
        created_at=_moment(store),
        revision_of=visit.revision_of,
        correction_reason=visit.reason,
        answers=msgspec.msgpack.encode(numbered.open) if with_answers else None,
        answers_sealed=store.seal(msgspec.msgpack.encode(numbered.sealed))
        if with_answers and numbered.sealed
        else None,
    )
    with store.save(reason) as save:
        if visit.revision_of and records.where(save.connection, Event, revision_of=visit.revision_of):
            raise UserError(_("This visit has been corrected meanwhile. Open the corrected one and start from there."))
        save.add(event)
        delete_draft(save.connection, visit.draft_id)
    return SavedVisit(event.id, tuple(visit.session.prompts()) if with_answers else ())


def add_visit(
    store: Store,
    form_id: str,
    answers: Mapping[str, Any],
    *,
    outcome: Outcome,
    on: date,
    person_id: RecordId | None = None,
    household_id: RecordId | None = None,
) -> SavedVisit:
    """Keep a visit whose answers are all there, by question name; VisitRefused names every question at fault."""
    visit = start_visit(store, form_id, person_id=person_id, household_id=household_id, on=on)
    if outcome in WITH_ANSWERS:
        problems = visit.session.fill(answers)
        seen = {violation.question for violation in problems}
        problems += [violation for violation in visit.session.problems() if violation.question not in seen]
        problems += _not_asked(visit.session, answers, {violation.question for violation in problems})
        if problems:
            raise VisitRefused(problems)
    return save_visit(store, visit, outcome)


def open_event(store: Store, event_id: RecordId) -> KeptVisit:
    """A kept visit as it was, with the version of the form it was made with."""
    event = _event(store, event_id)
    package = library.load(event.form, event.form_version)
    subject, on = Subject(event.person, event.household), date.fromisoformat(event.occurred_on)
    session = _session(store, package, subject, on, kept_answers(store, package, event))
    return KeptVisit(event, package, session)


def amend(store: Store, event_id: RecordId, reason: str) -> Visit:
    """Begin the correction of a kept visit: what was answered is there, the old entry stays as it is and readable."""
    if not reason.strip():
        raise UserError(_("Say in a few words why the visit is corrected."))
    with store.read() as connection:
        if records.where(connection, Event, revision_of=event_id):
            raise UserError(_("This visit has been corrected meanwhile. Open the corrected one and start from there."))
    kept = open_event(store, event_id)
    return Visit(
        draft_id=store.ambient.new_id(),
        form_id=kept.event.form,
        subject=Subject(kept.event.person, kept.event.household),
        on=date.fromisoformat(kept.event.occurred_on),
        started_at=_moment(store),
        session=kept.session,
        revision_of=event_id,
        reason=reason.strip(),
    )


def _begin(store: Store, package: FormPackage, subject: Subject, on: date) -> Visit:
    return Visit(
        draft_id=store.ambient.new_id(),
        form_id=package.form_id,
        subject=subject,
        on=on,
        started_at=_moment(store),
        session=_session(store, package, subject, on, None),
    )


def _session(
    store: Store, package: FormPackage, subject: Subject, on: date, answers: Mapping[str, Any] | None
) -> FormSession:
    with store.read() as connection:
        inputs = gather(store, connection, package, subject, on)
    return FormSession(package, ambient=store.ambient, inputs=inputs, answers=answers, language=language())


def _moment(store: Store) -> str:
    return store.ambient.now().astimezone(UTC).isoformat(timespec="seconds")


def _event(store: Store, event_id: RecordId) -> Event:
    with store.read() as connection:
        event = records.get(connection, Event, event_id)
    if event is None:
        raise UserError(_("This visit is not here."))
    return event


def _check_subject(store: Store, package: FormPackage, subject: Subject) -> None:
    wanted = package.settings.get("print::subject", "person")
    title = package.title.get(package.languages[0], package.form_id)
    if wanted == "household" and subject.household is None:
        raise UserError(_("“{form}” is about a household, not about one person.").format(form=title))
    if wanted == "person" and subject.person is None:
        raise UserError(_("“{form}” is about one person, not about a household.").format(form=title))
    with store.read() as connection:
        if subject.person and records.get(connection, Person, subject.person) is None:
            raise UserError(_("This person is not here."))
        if subject.household and records.get(connection, Household, subject.household) is None:
            raise UserError(_("This household is not here."))


def _check_day(store: Store, subject: Subject, on: date) -> None:
    """A visit lies neither ahead nor before the person's birth."""
    if on > store.ambient.today():
        message = _("The visit is dated {day}, which is still to come. Enter the day on which it took place.")
        raise VisitRefused([Violation("occurred_on", "", message.format(day=on.isoformat()))])
    with store.read() as connection:
        person = records.get(connection, Person, subject.person) if subject.person else None
    born = person.birth_date if person else None
    if born and on.isoformat()[: len(born)] < born:
        message = _("The visit is dated {day}, before the person was born ({born}). One of the two is not right.")
        raise VisitRefused([Violation("occurred_on", "", message.format(day=on.isoformat(), born=born))])


def _occurred_on(visit: Visit, answers: Mapping[str, Any]) -> date:
    """A form that asks for the day of the visit is believed; the others took place on the day they were begun for."""
    told = answers.get("visit_on")
    return date.fromisoformat(told) if isinstance(told, str) and told else visit.on


def _signature(package: FormPackage, answers: Mapping[str, Any]) -> str | None:
    """Whether the household signed, where the form asks: declining to sign is an answer like any other."""
    told = answers.get(package.settings.get("signature", ""))
    return {"1": "signed", "2": "refused"}.get(str(told)) if told else None


def _not_asked(session: FormSession, answers: Mapping[str, Any], named: set[str]) -> list[Violation]:
    """Answers to questions that the other answers rule out: they would be lost without a word."""
    kept = session.answers()
    return [
        Violation(name, "", _("“{name}” is not asked here, because of other answers.").format(name=name))
        for name, value in answers.items()
        if value not in ("", None, [], False) and name not in kept and name not in named
    ]
