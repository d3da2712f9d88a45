"""Visits: begin a form, keep its draft with every answer, keep the visit, open it again, correct it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

import msgspec

from villagefp.domain.records import Event, Outcome, RecordId
from villagefp.errors import UserError
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.i18n import _, language
from villagefp.services import catalogue, prompts, write_back
from villagefp.services.prompts import Slip
from villagefp.services.told_before import kept_answers
from villagefp.services.visit_checks import check_day, check_subject, not_asked, occurred_on, signature
from villagefp.services.visit_inputs import Subject, gather
from villagefp.services.visit_types import WITH_ANSWERS, DraftBody, Header, KeptVisit, SavedVisit, Visit, VisitRefused
from villagefp.storage import records
from villagefp.storage.drafts import Draft, delete_draft, get_draft, put_draft
from villagefp.storage.drafts import drafts as stored_drafts

if TYPE_CHECKING:
    from villagefp.storage.store import Store

__all__ = [
    "Header", "KeptVisit", "SavedVisit", "Visit", "VisitRefused", "add_visit", "amend", "begun_draft", "drafts",
    "drop_draft", "keep_draft", "open_event", "resume_visit", "save_visit", "start_visit",
]  # fmt: skip


def start_visit(
    store: Store,
    form_id: str,
    *,
    person_id: RecordId | None = None,
    household_id: RecordId | None = None,
    on: date,
    slip: Slip | None = None,
) -> Visit:
    """Begin a form about a person or a household; nothing is written until the first answer is kept.

    `slip` is what another visit found: a referral slip begins with it.
    """
    package = catalogue.of(store).in_force(form_id, on)
    subject = Subject(person_id, household_id)
    check_subject(store, package, subject)
    check_day(store, subject, on)
    return _begin(store, package, subject, on, slip)


def begun_draft(
    store: Store, form_id: str, *, person_id: RecordId | None = None, household_id: RecordId | None = None
) -> RecordId | None:
    """The draft of this form about the same person or household, the one touched last; a correction is none.

    Whoever begins a form again after a power cut goes on where it was left instead of filling it twice.
    """
    if person_id is None and household_id is None:
        return None
    for draft in drafts(store):
        if (draft.form, draft.person, draft.household) == (form_id, person_id, household_id):
            body = msgspec.msgpack.decode(store.unseal(draft.answers), type=DraftBody)
            if body.revision_of is None:
                return draft.id
    return None


def keep_draft(store: Store, visit: Visit, page: str = "", answers: Mapping[str, Any] | None = None) -> None:
    """Put what has been answered so far on the disk; a power cut leaves it there.

    A window hands over the `answers` as they were when it asked: the form goes on being filled while this writes.
    """
    body = DraftBody(dict(visit.session.answers() if answers is None else answers), visit.revision_of, visit.reason)
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
    package = catalogue.of(store).exact(draft.form, draft.form_version)
    body = msgspec.msgpack.decode(store.unseal(draft.answers), type=DraftBody)
    subject, on = Subject(draft.person, draft.household), date.fromisoformat(draft.occurred_on)
    return Visit(
        draft_id=draft.id,
        form_id=draft.form,
        subject=subject,
        on=on,
        started_at=draft.started_at,
        session=_session(store, package, subject, on, body.answers, kept=body.revision_of),
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
    session, with_answers = visit.session, outcome in WITH_ANSWERS
    if with_answers and (problems := session.problems()):
        raise VisitRefused(problems)
    event = _to_event(store, visit, outcome, header or Header())
    corrected = open_event(store, visit.revision_of).session if visit.revision_of else None
    with store.save(reason) as save:
        if visit.revision_of and records.where(save.connection, Event, revision_of=visit.revision_of):
            raise UserError(_("This visit has been corrected meanwhile. Open the corrected one and start from there."))
        write_back.keep_event(store, save, event, session, corrected)
        delete_draft(save.connection, visit.draft_id)
    if not with_answers:
        return SavedVisit(event.id)
    shown = prompts.marked(session.prompts(), prompts.signed_tables(store))
    return SavedVisit(event.id, shown, tuple(session.checks()), untold=bool(prompts.untold(session)))


def _to_event(store: Store, visit: Visit, outcome: Outcome, header: Header) -> Event:
    """The visit as it is kept; VisitRefused where its day cannot be."""
    with_answers = outcome in WITH_ANSWERS
    answers = visit.session.answers() if with_answers else {}
    on = occurred_on(visit, answers)
    check_day(store, visit.subject, on)
    event = Event(
        id=store.ambient.new_id(),
        person=visit.subject.person,
        household=visit.subject.household,
        event_type=visit.form_id,
        form=visit.form_id,
        form_version=visit.session.package.version,
        occurred_on=on.isoformat(),
        place=header.place,
        source=header.source,
        author=store.worker.id,
        author_role=store.worker.role,
        outcome=outcome,
        next_offer_on=answers.get("next_on") or header.next_offer_on,
        signature=header.signature or signature(visit.session.package, answers),
        created_at=_moment(store),
        revision_of=visit.revision_of,
        correction_reason=visit.reason,
    )
    if not with_answers:
        return event
    numbered = visit.session.answers_by_number()
    sealed = store.seal(msgspec.msgpack.encode(numbered.sealed)) if numbered.sealed else None
    return msgspec.structs.replace(event, answers=msgspec.msgpack.encode(numbered.open), answers_sealed=sealed)


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
        problems += not_asked(visit.session, answers, {violation.question for violation in problems})
        if problems:
            raise VisitRefused(problems)
    return save_visit(store, visit, outcome)


def open_event(store: Store, event_id: RecordId) -> KeptVisit:
    """A kept visit as it was, with the version of the form it was made with."""
    event = _event(store, event_id)
    package = catalogue.of(store).exact(event.form, event.form_version)
    subject, on = Subject(event.person, event.household), date.fromisoformat(event.occurred_on)
    session = _session(store, package, subject, on, kept_answers(store, package, event), kept=event.id)
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


def _begin(store: Store, package: FormPackage, subject: Subject, on: date, slip: Slip | None) -> Visit:
    return Visit(
        draft_id=store.ambient.new_id(),
        form_id=package.form_id,
        subject=subject,
        on=on,
        started_at=_moment(store),
        session=_session(store, package, subject, on, None, slip=slip),
    )


def _session(
    store: Store,
    package: FormPackage,
    subject: Subject,
    on: date,
    answers: Mapping[str, Any] | None,
    *,
    kept: RecordId | None = None,
    slip: Slip | None = None,
) -> FormSession:
    with store.read() as connection:
        inputs = gather(store, connection, package, subject, on, kept=kept)
    if slip is not None:
        inputs = replace(inputs, prompts=slip.inputs())
    return FormSession(package, ambient=store.ambient, inputs=inputs, answers=answers, language=language())


def _moment(store: Store) -> str:
    return store.ambient.now().astimezone(UTC).isoformat(timespec="seconds")


def _event(store: Store, event_id: RecordId) -> Event:
    with store.read() as connection:
        event = records.get(connection, Event, event_id)
    if event is None:
        raise UserError(_("This visit is not here."))
    return event
