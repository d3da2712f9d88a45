"""What must hold before a visit is begun or kept, and what its answers say about its header."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from villagefp.domain.records import Household, Person
from villagefp.domain.resident_id import quoted
from villagefp.errors import UserError
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import Violation
from villagefp.i18n import _
from villagefp.services.visit_inputs import Subject
from villagefp.services.visit_types import Visit, VisitRefused
from villagefp.storage import records

if TYPE_CHECKING:
    from villagefp.storage.store import Store


def check_subject(store: Store, package: FormPackage, subject: Subject) -> None:
    """UserError where the form is about somebody else than it is made for, or about somebody who is not here."""
    wanted = package.settings.get("print::subject", "person")
    title = package.title.get(package.languages[0], package.form_id)
    if wanted == "household" and subject.household is None:
        raise UserError(
            _("“{form}” is about a household, not about one person. Begin it at the household.").format(form=title)
        )
    if subject == Subject(None, None) and package.settings.get("without_person") == "yes":
        return
    if wanted == "person" and subject.person is None:
        raise UserError(
            _("“{form}” is about one person, not about a household. Begin it at the person.").format(form=title)
        )
    with store.read() as connection:
        if subject.person and records.get(connection, Person, subject.person) is None:
            raise UserError(_("This person is not here. The entry may have been withdrawn; search by name."))
        if subject.household and records.get(connection, Household, subject.household) is None:
            raise UserError(_("This household is not here. It may have been withdrawn; go back to the list."))


def check_day(store: Store, subject: Subject, on: date) -> None:
    """A visit lies neither ahead nor before the person's birth."""
    if on > store.ambient.today():
        message = _("The visit is dated {day}, which is still to come. Enter the day on which it took place.")
        raise VisitRefused([Violation("occurred_on", "", message.format(day=on.isoformat()))])
    with store.read() as connection:
        person = records.get(connection, Person, subject.person) if subject.person else None
    born = person.birth_date if person else None
    if born and on.isoformat()[: len(born)] < born:
        message = _("The visit is dated {day}, before the person was born ({born}). Please check both dates.")
        raise VisitRefused([Violation("occurred_on", "", message.format(day=on.isoformat(), born=born))])


def occurred_on(visit: Visit, answers: Mapping[str, Any]) -> date:
    """A form that asks for the day of the visit is believed; the others took place on the day they were begun for."""
    told = answers.get("visit_on")
    return date.fromisoformat(told) if isinstance(told, str) and told else visit.on


def signature(package: FormPackage, answers: Mapping[str, Any]) -> str | None:
    """How the sheet was signed, where the form asks: declining to sign is an answer like any other."""
    told = answers.get(package.settings.get("signature", ""))
    return {"1": "signed", "2": "refused", "3": "thumb", "4": "spoken"}.get(str(told)) if told else None


def not_asked(session: FormSession, answers: Mapping[str, Any], named: set[str]) -> list[Violation]:
    """Answers to questions that the other answers rule out: they would be lost without a word."""
    kept = session.answers()
    return [
        Violation(
            name,
            "",
            _("“{name}” is not asked here, because of other answers. Leave “{value}” out, or look at those.").format(
                name=name, value=quoted(str(value))
            ),
        )
        for name, value in answers.items()
        if value not in ("", None, [], False) and name not in kept and name not in named
    ]
