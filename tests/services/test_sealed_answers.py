"""Whatever a form is answered, no sealed answer lies in the open: not in a column, not in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from tests.services.test_visits_every_form import FORMS, ON, Home, home, subject
from villagefp import paths
from villagefp.domain.kept import KINDS
from villagefp.domain.records import Outcome
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.workbook import read_workbook
from villagefp.services import visits
from villagefp.storage import log, records
from villagefp.storage.store import Store
from villagefp.wire.declared import BY_NAME, BY_NUMBER
from villagefp.wire.kinds import Travel

__all__ = ["home"]
SECRET = "秘密词句"
SECRET_DAY = date(2026, 10, 13)


def asks_in_secret(form_id: str) -> bool:
    """Whether a form has a sealed question for words or a day; the sheet says so before anything is built."""
    survey = read_workbook(paths.resources_dir() / "forms" / f"{form_id}.md")["survey"]
    cells = [row.cells for row in survey.rows if "sealed" in row.cells]
    return any(each["type"] in {"text", "date"} and "read_only" not in each for each in cells)


SEALED_FORMS = [form for form in FORMS if asks_in_secret(form)]


def fill_in_secret(form: FormSession, package: FormPackage) -> set[str]:
    """Answer every sealed question, words and days with ones that occur nowhere else; says what they were."""
    told: set[str] = set()
    for _round in range(3):  # answers open further questions
        for question in package.questions:
            if not question.sealed or question.type in {"calculate", "note"}:
                continue
            view = form.node(question.path)
            if not view.relevant or view.read_only:
                continue
            value = {"text": SECRET, "date": SECRET_DAY.isoformat()}.get(question.type)
            if question.name in {"follow_consent", "receiver", "conditions_agreed"}:
                value = "1"
            if value is None and question.type.startswith("select") and not view.value and view.choices:
                value = view.choices[len(view.choices) == 2].code  # 无 and 有: what is there is told further
            if value is None or view.value:
                continue
            form.set_answer(question.path, [value] if question.type == "select_multiple" else value)
            if form.node(question.path).error:
                form.set_answer(question.path, "")
            elif question.type in {"text", "date"}:
                told.add(value)
    return told


def open_values(store: Store) -> Iterator[tuple[str, Any]]:
    """Everything that is kept for the county to read: open columns, and the bodies of the log."""
    with store.read() as connection:
        for record_type in KINDS:
            fields = BY_NAME[record_type.KIND].by_name.values()
            for record in records.where(connection, record_type):
                for field in fields:
                    if field.travel is not Travel.SEALED:
                        yield f"{record_type.KIND}.{field.name}", getattr(record, field.name)
        for logged in log.logged_changes(connection):
            kind = BY_NUMBER[logged.change.kind]
            for number, value in logged.change.fields.items():
                if number and kind.by_number[number].travel is not Travel.SEALED:
                    yield f"log {kind.name}.{kind.by_number[number].name}", value


def leaf_values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in value.values():
            yield from leaf_values(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaf_values(part)
    else:
        yield value


@pytest.mark.parametrize("form_id", SEALED_FORMS)
def test_no_sealed_answer_lies_in_the_open(store: Store, home: Home, form_id: str) -> None:
    visit = visits.start_visit(store, form_id, on=ON, **subject(form_id, home))
    told = fill_in_secret(visit.session, visit.session.package)
    assert told, "nothing sealed was answered"
    assert visit.session.problems() == []
    visits.save_visit(store, visit, Outcome.DONE)
    days = (SECRET_DAY - date(1970, 1, 1)).days
    for place, value in open_values(store):
        if place.endswith("event.answers") and value:
            assert not {SECRET, days} & set(leaf_values(msgspec.msgpack.decode(value))), place
        else:
            text = value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)
            assert SECRET not in text, place
            assert SECRET_DAY.isoformat() not in text, place
