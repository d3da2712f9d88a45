"""Forms of an age ask whether the person is right; they never stand in the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from villagefp.domain.ambient import Ambient
from villagefp.forms import library
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs

ON = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("form", "days", "asked"),
    [
        ("newborn_home_visit", 0, False),
        ("newborn_home_visit", 60, False),
        ("newborn_home_visit", 61, True),
        ("newborn_home_visit", 18_000, True),
        ("child_1_8m", 10, True),
        ("child_1_8m", 30, False),
        ("child_1_8m", 250, False),
        ("child_1_8m", 400, True),
        ("child_12_30m", 200, True),
        ("child_12_30m", 365, False),
        ("child_12_30m", 930, False),
        ("child_12_30m", 1_200, True),
        ("child_3_6y", 900, True),
        ("child_3_6y", 1_100, False),
        ("child_3_6y", 2_500, False),
        ("child_3_6y", 18_000, True),
    ],
)
def test_an_age_that_does_not_fit_the_form_is_asked_about(form: str, days: int, asked: bool, ambient: Ambient) -> None:
    inputs = FormInputs(person={"birth_date": (ON - timedelta(days=days)).isoformat()}, visit={"on": ON.isoformat()})
    session = FormSession(library.load(form), ambient=ambient, inputs=inputs)
    assert ["visit_on"] * asked == [check.question for check in session.checks()]
    assert session.problems() == []


def test_nobody_is_asked_where_the_birth_is_not_known(ambient: Ambient) -> None:
    session = FormSession(
        library.load("newborn_home_visit"), ambient=ambient, inputs=FormInputs(visit={"on": ON.isoformat()})
    )
    assert session.checks() == []
