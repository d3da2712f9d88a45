"""What a sheet says: answers of a kept visit, or what is known before one, by their place in the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from villagefp.domain import home_sheet
from villagefp.domain.records import Event, Outcome, Person, RecordId, Worker
from villagefp.errors import UserError
from villagefp.forms.package import FormPackage, Question
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs
from villagefp.i18n import _
from villagefp.printing.jobs import Mode, Offer
from villagefp.printing.values import in_language
from villagefp.services import catalogue, sheet_columns
from villagefp.services.sheet_columns import Column
from villagefp.services.told_before import kept_answers
from villagefp.services.visit_inputs import Subject, gather
from villagefp.storage import people, records

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.lines import PersonLine
    from villagefp.storage.store import Store

NOT_SIGNED = "2"
_MET = "members_visited"
_LEFT_OUT = "＿＿"
_LONG_NUMBER = re.compile(r"\d[\d -]{9,}[\dXx]")
_ROUND = re.compile(r"\[\d+\]")
_RECORD_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class About:
    """Whom and which visit a sheet is about."""

    person: RecordId | None = None
    household: RecordId | None = None
    event: RecordId | None = None


@dataclass(frozen=True)
class Filled:
    """A form with its answers by path, and whom it is about."""

    package: FormPackage
    answers: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # of a sheet with visits side by side, by step
    person: RecordId | None = None
    household: RecordId | None = None
    head_name: str = ""
    worker_name: str = ""
    members: tuple[tuple[str, str], ...] = ()  # relation and name of those met
    met: tuple[RecordId, ...] = ()
    names: tuple[str, ...] = ()  # of the household, longest first
    withheld: tuple[str, ...] = ()

    def question(self, name: str) -> Question | None:
        """The question of that name."""
        return next((question for question in self.package.questions if question.name == name), None)

    def by_name(self, name: str, *, without_names: bool = False) -> str:
        """The answer to a question outside repeats; empty where the form has none of that name."""
        question = self.question(name)
        value = self.answers.get(question.path, "") if question else ""
        return self._nameless(value) if without_names else value

    def without_names(self) -> dict[str, str]:
        """The answers as they may lie on somebody else's printer: names and long numbers in free text left out."""
        return self._texts_nameless(self.answers)

    def without_sealed(self) -> Filled:
        """The same with the boxes of sealed questions left empty."""
        sealed = {question.path for question in self.package.questions if question.sealed}
        kept = {path: value for path, value in self.answers.items() if _ROUND.sub("", path) not in sealed}
        columns = {
            step: {path: value for path, value in told.items() if _ROUND.sub("", path) not in sealed}
            for step, told in self.columns.items()
        }
        return replace(self, answers=kept, columns=columns)

    def columns_without_names(self) -> dict[str, dict[str, str]]:
        """The same of the visits side by side."""
        return {step: self._texts_nameless(answers) for step, answers in self.columns.items()}

    def _texts_nameless(self, answers: Mapping[str, str]) -> dict[str, str]:
        texts = {question.path for question in self.package.questions if question.type == "text"}
        return {
            path: self._nameless(value) if _ROUND.sub("", path) in texts else value for path, value in answers.items()
        }

    def _nameless(self, text: str) -> str:
        for name in self.names:
            text = text.replace(name, _LEFT_OUT)
        return _LONG_NUMBER.sub(_LEFT_OUT, text)

    def fit_for_home(self) -> Filled:
        """The same without free texts that are nobody's business in the home; `withheld` says which they were."""
        kept, withheld = dict(self.answers), []
        for question in self.package.questions:
            if question.type == "text" and not home_sheet.is_fit(kept.get(question.path, "")):
                del kept[question.path]
                withheld.append(in_language(question.label, self.package.languages[0]))
        return replace(self, answers=kept, withheld=tuple(withheld))

    def offers(self, language: str, *, without_names: bool = False) -> tuple[Offer, ...]:
        """The fixed list of the household sheet with its answers, and what was told besides."""
        details = {q.paper["with"]: q for q in self.package.questions if "with" in q.paper}
        lines = []
        for question in self.package.questions:
            if question.paper.get("style") != "matrix":
                continue
            label = question.paper.get("label") or in_language(question.label, language)
            detail = details.get(question.name)
            told = self.by_name(detail.name, without_names=without_names) if detail else None
            lines.append(Offer(label, self.answers.get(question.path, ""), told))
        return tuple(lines)


def of_form(store: Store, connection: Connection, form_id: str, about: About, mode: Mode) -> Filled:
    """A form about somebody: as kept, as known before the visit, or blank."""
    event = _event(connection, form_id, about.event) if about.event and mode is Mode.FILLED else None
    if mode is Mode.FILLED and event is None:
        raise UserError(_("Say which visit to print, or print the sheet with identity only or blank."))
    forms, today = catalogue.of(store), store.ambient.today()
    package = forms.exact(form_id, event.form_version) if event else forms.in_force(form_id, today)
    subject = Subject(event.person if event else about.person, event.household if event else about.household)
    if mode is Mode.BLANK or (event is None and subject.person is None and subject.household is None):
        return Filled(package)
    on = date.fromisoformat(event.occurred_on) if event else today
    inputs = _signed(gather(store, connection, package, subject, on), connection, event)
    answers = kept_answers(store, package, event) if event else None
    session = FormSession(package, ambient=store.ambient, inputs=inputs, answers=answers)
    told = {**(answers or {}), **session.answers()}
    home = _home(connection, subject)
    lines = people.person_lines(connection, household_id=home) if home else []
    met = [bytes.fromhex(code) for code in told.get(_MET) or () if _RECORD_ID.fullmatch(str(code))]
    labels = {row["name"]: row["label"] for rows in inputs.tables.values() for row in rows}
    labels |= {code.hex(): _name(connection, code) for code in met if code.hex() not in labels}
    return Filled(
        package=package,
        answers=dict(_by_path(package, told, labels)),
        columns=_side_by_side(store, connection, package, event) if event else {},
        person=subject.person,
        household=home,
        head_name=inputs.household.get("head_name", ""),
        worker_name=_author(connection, event) or store.worker.name,
        members=tuple(_relation_and_name(labels[code.hex()]) for code in met),
        met=tuple(met),
        names=_names(lines, inputs),
    )


def last_visit(connection: Connection, form_id: str, household: RecordId) -> RecordId | None:
    """The last visit with this form that took place, as it was last corrected."""
    events = records.where(connection, Event, form=form_id, household=household)
    corrected = {event.revision_of for event in events}
    done = [event for event in events if event.outcome is Outcome.DONE and event.id not in corrected]
    return max(done, key=lambda event: (event.occurred_on, event.id)).id if done else None


def _side_by_side(
    store: Store, connection: Connection, package: FormPackage, event: Event
) -> dict[str, dict[str, str]]:
    """The kept visits that stand beside this one on its sheet, by step, each as it was last corrected."""
    step = package.settings.get("print::columns", "")
    if not step:
        return {}
    told = {"person": event.person} if event.person else {"household": event.household}
    events = records.where(connection, Event, form=event.form, **told)
    corrected = {each.revision_of for each in events}
    done = [each for each in events if each.outcome is Outcome.DONE and each.id not in corrected and each != event]
    columns: list[Column] = []
    # Who made a visit is not kept among its answers.
    signatures = [q.path for q in package.questions if q.paper.get("style") == "sign" and q.number is None]
    for each in (*sorted(done, key=lambda kept: (kept.occurred_on, kept.id)), event):
        version = catalogue.of(store).exact(each.form, each.form_version)
        answers = kept_answers(store, version, each)
        told_by_path = dict(_by_path(package, answers, {})) | dict.fromkeys(signatures, _author(connection, each))
        columns.append(Column(str(answers.get(step, "")), each.occurred_on, told_by_path))
    choices = [choice.name for q in package.questions if q.name == step for choice in package.choices[q.choices or ""]]
    programmes = {write.programme for write in package.writes if write.programme}
    spans = sheet_columns.spans_of(store, connection, event.person, programmes) if event.person else []
    return sheet_columns.beside(columns, choices, package.settings.get("print::columns_within", ""), spans)


def _event(connection: Connection, form_id: str, event_id: RecordId) -> Event:
    event = records.get(connection, Event, event_id)
    if event is None or event.form != form_id:
        raise UserError(_("There is no such visit with this form."))
    return event


def _home(connection: Connection, subject: Subject) -> RecordId | None:
    if subject.household:
        return subject.household
    lines = people.person_lines(connection, [subject.person]) if subject.person else []
    return lines[0].household_id if lines else None


def _signed(inputs: FormInputs, connection: Connection, event: Event | None) -> FormInputs:
    """The inputs of a kept visit, whose worker is the one who made it."""
    worker = records.get(connection, Worker, event.author) if event and event.author else None
    if worker is None:
        return inputs
    return replace(inputs, visit={**inputs.visit, "worker": worker.name, "worker_phone": worker.phone or ""})


def _author(connection: Connection, event: Event | None) -> str:
    worker = records.get(connection, Worker, event.author) if event and event.author else None
    return worker.name if worker else ""


def _name(connection: Connection, person_id: RecordId) -> str:
    person = records.get(connection, Person, person_id)
    return person.name if person else ""


def _names(lines: list[PersonLine], inputs: FormInputs) -> tuple[str, ...]:
    names = {line.name for line in lines} | {inputs.person.get("name", ""), inputs.person.get("mother_name", "")}
    names |= {inputs.household.get("head_name", "")}
    return tuple(sorted((name for name in names if len(name) > 1), key=len, reverse=True))


def _relation_and_name(label: str) -> tuple[str, str]:
    relation, blank, name = label.partition(" ")
    return (relation, name) if blank else ("", label)


def _by_path(package: FormPackage, answers: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Answers by the path that the printed form asks for; codes of lists outside the form as their words."""
    yield from _round(package, answers, labels, "", "")


def _round(
    package: FormPackage, answers: Mapping[str, Any], labels: Mapping[str, str], repeat: str, place: str
) -> Iterator[tuple[str, str]]:
    """What stands directly in one round of a repeat (or in none), and the rounds of the repeats inside it."""
    deeper: list[str] = []
    for question in package.questions:
        if not question.path.startswith(f"{repeat}/") or any(map(question.path.startswith, deeper)):
            continue
        path = place + question.path[len(repeat) :]
        if question.type == "repeat":
            deeper.append(f"{question.path}/")
            for number, row in enumerate(answers.get(question.name) or (), start=1):
                yield from _round(package, row, labels, question.path, f"{path}[{number}]")
        elif question.name in answers:
            yield path, _text(package, question, answers[question.name], labels)


def _text(package: FormPackage, question: Question, value: object, labels: Mapping[str, str]) -> str:
    parts = [str(part) for part in value] if isinstance(value, list) else [str(value)]
    if question.choices and question.choices not in package.choices:
        return "、".join(labels.get(part, part) for part in parts)
    return " ".join(parts)
