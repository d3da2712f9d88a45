"""Every danger sign and every condition of a method that the built-in forms know, as a list for a doctor to sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from villagefp.domain import codes
from villagefp.forms import library
from villagefp.forms.package import FormPackage, Question
from villagefp.forms.rule_words import rule_words
from villagefp.i18n import language
from villagefp.services.prompts import MEC, table_of


@dataclass(frozen=True)
class SignLine:
    """One sign of one form."""

    form: str
    title: str  # of the form, in the language in use
    version: str
    name: str  # of the row in the form's sheet
    sign: str  # code of `danger_sign`, empty where it is none
    sign_label: str
    urgency: str  # R at once, Y same day, G soon
    of_mec: bool  # from the table of conditions of methods, not from that of danger signs
    condition: str  # when it is shown, in words
    wording: dict[str, str]  # what is told, by language
    source: str

    def to_json(self) -> dict[str, Any]:
        """The line as scripts get it."""
        return {
            "form": self.form,
            "title": self.title,
            "version": self.version,
            "name": self.name,
            "sign": self.sign,
            "urgency": self.urgency,
            "table": "mec" if self.of_mec else "danger_signs",
            "condition": self.condition,
            "wording": dict(self.wording),
            "source": self.source,
        }


def lines() -> tuple[SignLine, ...]:
    """Every sign of the newest version of every built-in form, form by form, in the order of the sheets."""
    return tuple(line for form_id in library.form_ids() for line in of_form(library.load(form_id)))


def of_form(package: FormPackage) -> Iterator[SignLine]:
    """The signs of one form."""
    return (_line(package, question) for question in package.questions if question.urgency)


def _line(package: FormPackage, question: Question) -> SignLine:
    spoken = language()[:2]
    return SignLine(
        form=package.form_id,
        title=package.title.get(spoken) or next(iter(package.title.values()), package.form_id),
        version=package.version,
        name=question.name,
        sign=question.sign,
        sign_label=(codes.load("danger_sign").label(question.sign, language()) or "") if question.sign else "",
        urgency=question.urgency,
        of_mec=table_of(question.source) == MEC,
        condition=rule_words(package, question.path, spoken),
        wording=dict(question.label),
        source=question.source,
    )
