"""What paper says by itself, in the language in use; a form's own words come from the form."""

from __future__ import annotations

from villagefp.forms.package import FormPackage, Question
from villagefp.i18n import _
from villagefp.printing.jobs import HouseholdWords, Words
from villagefp.printing.values import in_language


def paper_words() -> Words:
    """The words of every sheet."""
    return Words(
        page=_("Page {page} of {pages}"),
        form=_("{form} · version {version}"),
        print_number=_("Print no. {number}"),
        continued=_(" (continued)"),
        colon=_(": "),
        bracketed=_(" ({text})"),
        name=_("Name"),
        household=_("Household no."),
        head=_("Head of household"),
        group=_("Group"),
        file_number=_("File no."),
        year=_("y."),
        month=_("m."),
        day=_("d."),
        neutral_title=_("Health service record"),
    )


def not_signed_yet() -> str:
    """What a sheet says while the county has not signed the table of danger signs behind it."""
    return _(
        "The table of danger signs behind this sheet is not signed by a doctor of the county yet. "
        "It is a hint to see a doctor, and no diagnosis."
    )


def household_words(package: FormPackage, language: str) -> HouseholdWords:
    """The texts of the household sheet: notes, options and labels of its form, and the few words around them."""

    def own(question: Question) -> str:
        """The words meant for paper, which are in the form's first language."""
        return question.paper.get("label", "") if language == package.languages[0] else ""

    labels = {question.name: own(question) or in_language(question.label, language) for question in package.questions}
    notes = [q for q in package.questions if q.type == "note" and q.paper.get("style") == "text" and not q.urgency]
    listed = next((q.choices for q in package.questions if q.paper.get("style") == "matrix"), None)
    title = in_language(package.title, language)
    if language == package.languages[0]:
        title = package.settings.get("print::title") or title
    return HouseholdWords(
        title=title,
        neutral_title=package.settings.get("print::neutral_title") or title,
        dear=_("Dear family of {name},"),
        greeting=labels.get("greeting", ""),
        worker=_("Village doctor"),
        phone=_("Phone"),
        visited_on=_("Visited on"),
        members=_("Whom we met"),
        offers=_("Which services would you like?"),
        choices=tuple((c.name, in_language(c.label, language)) for c in package.choices.get(listed or "", ())),
        questions=labels.get("questions", ""),
        advice=labels.get("advice_given", ""),
        next_on=_("Next visit on"),
        if_wished=_("(if you wish)"),
        rights_title=_("You decide"),
        rights=tuple(in_language(q.label, language) for q in notes if q.name != "greeting"),
        hotline=_("Service phone"),
        complaints=_("Complaints phone"),
        household_signature=labels.get("household_signed", ""),
        not_signed=_("not signed"),
        worker_signature=labels.get("worker_sign", ""),
    )
