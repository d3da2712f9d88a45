"""The forms of contraception and around it, opened for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs, Prompt

TODAY = date(2026, 11, 20)
SEALED = (
    "contraception_counselling", "contraceptive_supply", "contraceptive_followup", "iud_followup", "implant_followup",
    "tubal_ligation_followup", "vasectomy_followup", "pac_followup", "adverse_reaction_report", "repro_counselling",
    "rti_symptom_referral", "infertility_referral", "mandatory_report",
)  # fmt: skip
OPEN = ("prepregnancy_notice", "prepregnancy_followup", "folic_acid_supply")
WOMAN = {"name": "李芳", "sex": "2", "birth_date": "1990-03-05"}


@cache
def form(form_id: str) -> FormPackage:
    return compile_sheet(paths.resources_dir() / "forms" / f"{form_id}.md")


def opened(
    form_id: str,
    answers: dict[str, Any] | None = None,
    *,
    person: dict[str, str] | None = None,
    episode: dict[str, str] | None = None,
    previous: dict[str, str] | None = None,
) -> FormSession:
    """A form on the day of the visit, with these answers, all of which it takes."""
    inputs = FormInputs(
        person=WOMAN if person is None else person,
        visit={"on": TODAY.isoformat(), "worker": "王医生"},
        episode=episode or {},
        previous=previous or {},
    )
    ambient = Ambient(now=lambda: datetime(2026, 11, 20, 2, tzinfo=UTC))
    session = FormSession(form(form_id), ambient=ambient, inputs=inputs)
    assert session.fill(answers or {}) == []
    return session


def named(prompts: list[Prompt], prefix: str = "") -> set[str]:
    """The names of the notes that apply."""
    names = {prompt.path.rpartition("/")[2] for prompt in prompts}
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def value(session: FormSession, name: str) -> Any:
    """The answer of a question, empty where it has none."""
    return session.answers().get(name, "")
