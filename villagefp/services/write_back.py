"""What a finished form writes back to records, in the same save as its event; a correction undoes it first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from villagefp.domain.records import (
    BenefitCase,
    Consent,
    Episode,
    Event,
    Outcome,
    Person,
    Record,
)
from villagefp.forms.session import FormSession
from villagefp.forms.targets import TARGETS
from villagefp.forms.xpath_values import to_boolean, to_string
from villagefp.i18n import _
from villagefp.services import referrals, revisions, stock_dispense, write_households, write_people, write_programmes
from villagefp.services.visit_types import WITH_ANSWERS
from villagefp.services.writing import Told, Writing
from villagefp.storage import marks, records
from villagefp.storage.marks import Mark
from villagefp.wire.kinds import FieldType

if TYPE_CHECKING:
    from villagefp.forms.package import FormPackage, RecordWrite
    from villagefp.services.revisions import Earlier
    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_PATH = re.compile(r"^(/[\w.-]+)+$")
STANDS = "write_back_stands"
"""The mark of something that a correction could not undo, since it was changed meanwhile."""
DEATH_TOLD = "death_told"
"""The mark of a death whose day nobody has entered yet."""


def keep_event(
    store: Store, save: UnitOfWork, event: Event, session: FormSession, corrected: FormSession | None = None
) -> None:
    """Keep an event with all that it writes back; `corrected` are the answers of the revision that it corrects."""
    before = revisions.earlier(save.connection, event.revision_of)
    revisions.put_back(save, before)
    save.add(event)
    writing = Writing(store, save, event, before)
    if event.outcome in WITH_ANSWERS:
        _write(writing, told_by(session), told_by(corrected) if corrected else [])
    elif event.person is not None:
        _end(writing, session.package)
    _take_back(writing)
    _mark_standing(store, save, event, before)


def told_by(session: FormSession) -> list[Told]:
    """What the answers of a form say of each row of its sheet `entities`."""
    told = []
    for write in session.package.writes:
        places = session.instances(write.container) if write.container else [""]
        for index, place in enumerate(places):
            row = _row(session, write, place, index)
            if row.creates or row.updates or row.closes:
                told.append(row)
    return told


def programmes_of(package: FormPackage) -> set[str]:
    """The programmes that a form is part of; those whose episodes it only looks up are left out."""
    return {write.programme for write in package.writes if write.programme and not write.reads}


def _row(session: FormSession, write: RecordWrite, place: str, index: int) -> Told:
    def holds(condition: str) -> bool:
        return bool(condition) and not write.reads and to_boolean(session.evaluate(condition, place))

    values = {name: to_string(session.evaluate(told, place)) for name, told in write.values.items()}
    return Told(
        target=write.target,
        programme=write.programme,
        creates=holds(write.create_if),
        updates=holds(write.update_if),
        closes=holds(write.close_if),
        values={name: value for name, value in values.items() if value and _fits(write.target, name, value)},
        index=index,
        asked={name: said.strip() for name, said in write.values.items() if _PATH.match(said.strip())},
    )


def _fits(target: str, name: str, value: str) -> bool:
    """A day is a whole day or nothing: what a form works out may be half of one."""
    return TARGETS[target].values[name] is not FieldType.DATE or bool(_DAY.match(value))


def _write(writing: Writing, rows: list[Told], before: list[Told]) -> None:
    for row in rows:
        if row.target in {"consent", "private_consent"}:
            write_programmes.write_consent(writing, row)
        elif row.target in {"episode", "private_episode"}:
            write_programmes.write_episode(writing, row)
        elif row.target == "person":
            write_people.write_person(writing, row)
        elif row.target == "member_change":
            write_households.write_member_change(writing, row)
        elif row.target in {"referral", "private_referral"}:
            referrals.write(writing, row)
        elif row.target == "benefit_case":
            _write_benefit(writing, row)
        elif row.target == "stock_move":
            stock_dispense.dispense(writing, row)
    born = [row for row in rows if row.target == "newborn"]
    if born:
        write_people.write_newborns(writing, born, [row for row in before if row.target == "newborn"])


def _write_benefit(writing: Writing, told: Told) -> None:
    """A visit about a case that is not decided yet goes on with it; otherwise it begins one."""
    benefit = told.values.get("benefit")
    if benefit is None:
        return
    values: dict[str, Any] = {**told.values, "event": writing.event.id}
    made = writing.before.records
    for case in records.where(writing.save.connection, BenefitCase, person=writing.person, benefit=benefit):
        if case.decision is None and case.id not in made:
            writing.save.change(replace(case, **values))
            return
    begun = {"person": writing.person, "opened_on": writing.event.occurred_on, **values}
    writing.keep(BenefitCase, begun, lambda one: one.benefit == benefit)


def _end(writing: Writing, package: FormPackage) -> None:
    """A visit that ends in "no more" closes the episodes of its programme; the person takes back what was agreed."""
    outcome = writing.event.outcome
    programmes = programmes_of(package)
    if outcome in write_programmes.ENDS_PROGRAMME and programmes:
        write_programmes.close(writing, programmes, outcome)
    if outcome is Outcome.WITHDRAWN:
        write_programmes.withdraw_consents(writing, programmes)
    if outcome is Outcome.DECEASED:
        write_programmes.close(writing, None, outcome)
        _ask_for_day_of_death(writing)


def _ask_for_day_of_death(writing: Writing) -> None:
    """The day of a visit is not the day of a death, and only the latter closes memberships."""
    person = writing.save.get(Person, writing.person)
    if person is None or person.died_on is not None:
        return
    sentence = _("A visit ended because this person has died. Enter the day under the changes of the household.")
    mark = Mark(writing.store.ambient.new_id(), person.id, DEATH_TOLD, sentence, writing.event.occurred_on)
    marks.add(writing.save.connection, [mark])


def _take_back(writing: Writing) -> None:
    """Withdraw what earlier revisions made and this one did not take up again."""
    reason = "the visit that wrote this was corrected"
    for record in sorted(writing.before.made, key=_children_last):
        touched = writing.before.touched(writing.save, record)
        if touched:
            writing.before.standing.append((record.KIND, record.id))
        if isinstance(record, Person):
            write_people.take_off_list(writing, record)
        elif not touched:
            writing.save.withdraw(type(record), record.id, reason)


def _children_last(record: Record) -> bool:
    return isinstance(record, Person)


def _mark_standing(store: Store, save: UnitOfWork, event: Event, before: Earlier) -> None:
    gone = {record.id for record in before.made if isinstance(record, Person)}
    for kind, record_id in dict.fromkeys(before.standing):
        sentence = _off_the_list() if record_id in gone else _still_stands(kind)
        mark = Mark(
            id=store.ambient.new_id(),
            person_id=event.person,
            household_id=event.household,
            kind=STANDS,
            message=sentence,
            where=event.occurred_on,
        )
        marks.add(save.connection, [mark])


def _off_the_list() -> str:
    return _(
        "A visit was corrected, and an entry about a child that it had made is off the list. The entry had been "
        "changed since. Look at the visit once more; if the correction was a mistake, enter the child again."
    )


def _still_stands(kind: str) -> str:
    sentences = {
        Consent.KIND: _(
            "A visit was corrected, but a consent that it had noted was changed since and still stands. "
            "Ask the person what is right, and withdraw the consent where it is not wished."
        ),
        Episode.KIND: _(
            "A visit was corrected, but a programme that it had opened or closed was changed since and still stands as "
            "it is. Look at the visits that followed, and put right the one that is wrong."
        ),
    }
    return sentences.get(
        kind,
        _(
            "A visit was corrected, but something that it had written to the register was changed since and still "
            "stands. Look at the entries, and put right what is wrong."
        ),
    )
