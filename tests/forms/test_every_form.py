"""Every shipped form: answers that satisfy it come back as they were, answers that break a rule are refused by name."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.forms.answers import NumberedAnswers, from_numbers
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs
from villagefp.forms.xform import read_xform

from .filler import QUIET, faulty, fill

FORMS = sorted(path.stem for path in (paths.resources_dir() / "forms").glob("*.md"))
TODAY = date(2026, 11, 20)
MEMBERS = [{"name": f"01a2013662827709afa41ca4a9fa9d7{number}", "label": f"成员{number}"} for number in range(3)]


@pytest.fixture(scope="module", params=FORMS)
def package(request: pytest.FixtureRequest) -> FormPackage:
    return compile_sheet(paths.resources_dir() / "forms" / f"{request.param}.md")


def opened(package: FormPackage, ambient: Ambient, born: str = "1995-03-04") -> FormSession:
    known = FormInputs(
        person={"name": "李芳", "sex": "2", "birth_date": born, "age_days": "11584", "age_months": "380"},
        household={"household_no": "0012"},
        visit={"on": TODAY.isoformat(), "worker": "王秀兰"},
        tables={"members": MEMBERS},
    )
    return FormSession(package, ambient=ambient, inputs=known)


@pytest.mark.parametrize("seed", range(2))
def test_answers_that_satisfy_a_form_are_taken_and_come_back(package: FormPackage, ambient: Ambient, seed: int) -> None:
    form = opened(package, ambient)
    fill(form, seed, TODAY)
    assert form.problems() == []
    kept = form.answers_by_number()
    parts = (msgspec.msgpack.decode(msgspec.msgpack.encode(part)) for part in (kept.open, kept.sealed))
    again = FormSession(
        package, ambient=ambient, inputs=form.inputs, answers=from_numbers(package, NumberedAnswers(*parts))
    )
    assert again.answers() == form.answers()
    assert again.prompts() == form.prompts()
    assert again.problems() == []


def test_what_was_answered_is_there_when_the_sheet_is_opened_in_english(package: FormPackage, ambient: Ambient) -> None:
    form = opened(package, ambient)
    fill(form, 1, TODAY)
    english = FormSession(package, ambient=ambient, inputs=form.inputs, answers=form.answers(), language="en")
    for path in english.paths():
        view = english.node(path)
        if view.type not in {"calculate", "hidden"}:
            assert view.label, path
            assert not any("一" <= letter <= "龥" for letter in view.unit), (path, view.unit)
            assert not any("一" <= letter <= "龥" for letter in view.label if "${" not in view.label) or view.value, (
                path
            )


def test_every_rule_refuses_something_and_says_so(package: FormPackage, ambient: Ambient) -> None:
    """A rule that nothing breaks is no rule; one that is broken names its question in a sentence."""
    ruled = {path for path, bind in read_xform(package.xform).binds.items() if bind.constraint}
    refusing, seen = set(), set()
    for seed in range(4):
        form = opened(package, ambient, born=("1995-03-04", "2026-11-01")[seed % 2])
        fill(form, seed, TODAY)
        for path in form.paths():
            view, plain = form.node(path), path.replace("[1]", "")
            if plain not in ruled - refusing or not view.relevant or view.read_only or view.type in QUIET:
                continue
            seen.add(plain)
            before = view.value
            if faulty(form, path, TODAY):
                refusing.add(plain)
                violations = {violation.path: violation.message for violation in form.problems()}
                assert len(violations[path]) > 4
            form.set_answer(path, before)
    assert seen - refusing == set()
