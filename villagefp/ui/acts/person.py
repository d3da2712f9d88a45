"""What a worker does from a person's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox

from villagefp.domain import phones
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import NameStatus, RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import people, privacy
from villagefp.services.pages import PersonPage
from villagefp.services.person_facts import Correction
from villagefp.ui import words
from villagefp.ui.acts.person_facts import MENDED, Done, change, correct
from villagefp.ui.acts.running import run
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.date_field import DateField
from villagefp.ui.widgets.fields import ChoiceField, TextField
from villagefp.ui.widgets.sheet import Sheet

_WHOSE = ("self", "household", "spouse", "child", "neighbour", "other")


@dataclass(frozen=True)
class Act:
    """One entry of a page's menu."""

    title: str
    start: Callable[[], object]


def acts(screen: Screen, page: PersonPage, corrected: Done) -> list[Act]:
    """What can be done with this person's entry now; `corrected` is told what was put right, to take it back."""
    named = page.person.name_status is NameStatus.GIVEN
    found = [
        Act(_("Correct the name") if named else _("Give a name"), lambda: _name(screen, page, corrected)),
        Act(_("Correct number, sex, birth date"), lambda: correct(screen, page, corrected)),
        Act(_("Add another name"), lambda: _alias(screen, page)),
        Act(_("Add a phone"), lambda: _phone(screen, page)),
    ]
    if page.phones:
        found.append(Act(_("Remove a phone"), lambda: _remove_phone(screen, page)))
    if not page.person.died_on:
        found.append(Act(_("Enter a death"), lambda: _death(screen, page)))
    return found


def mend(screen: Screen, page: PersonPage, kind: str, corrected: Done) -> Callable[[], object] | None:
    """What puts right that which a mark of this kind is about; None where this page has nothing for it."""
    if kind == CheckKind.NAME_MISSING:
        return lambda: _name(screen, page, corrected)
    return (lambda: correct(screen, page, corrected, about=kind)) if kind in MENDED else None


def ask_legacy(screen: Screen, person_id: RecordId, method: str) -> None:
    """Show the private item to the person, who keeps it or has it erased."""
    store = screen.context.store
    decide = ChoiceField(_("The person decides"), [("drop", _("erase it")), ("keep", _("it is right, keep it"))])
    shown = parts.label(method or _("nothing readable"), "strong")

    def save(sheet: Sheet) -> None:
        keep = decide.value == "keep"
        run(screen, sheet, lambda: privacy.decide_legacy_method(store, person_id, keep=keep))

    Sheet(
        screen, _("Private item of the old roster"), [shown, decide], _("Save"), save,
        note=_("Only for the eyes of the person concerned. The look has been logged."),
    ).open()  # fmt: skip


def _name(screen: Screen, page: PersonPage, corrected: Done) -> None:
    person_id = page.person.id
    given = page.person.name_status is NameStatus.GIVEN
    told = TextField(_("Name"), text=page.person.name if given else "")

    def save(sheet: Sheet) -> None:
        change(screen, sheet, person_id, Correction(name=told.text), corrected)

    Sheet(
        screen, _("Correct the name") if given else _("Give a name"), [told], _("Save"), save,
        note=_("The name used so far still finds this person."),
    ).open()  # fmt: skip


def _alias(screen: Screen, page: PersonPage) -> None:
    store, person_id = screen.context.store, page.person.id
    told = TextField(_("Another name"))
    sort = ChoiceField(_("What it is"), [("called", _("what people call the person")), ("former", _("a former name"))])

    def save(sheet: Sheet) -> None:
        name, kind = told.text, sort.value
        if not name:
            told.complain(_("Please fill this in."))
            return
        run(screen, sheet, lambda: people.add_alias(store, person_id, name, kind))

    Sheet(screen, _("Add another name"), [told, sort], _("Save"), save).open()


def _phone(screen: Screen, page: PersonPage) -> None:
    store, person_id = screen.context.store, page.person.id
    number = TextField(_("Phone number"))
    whose = ChoiceField(_("Whose phone it is"), [(code, words.whose(code)) for code in _WHOSE])
    health = QCheckBox(_("Health may be mentioned on this phone"))
    health.setAccessibleName(health.text())

    def save(sheet: Sheet) -> None:
        found = phones.read(number.text)
        if not found or not found[0].plausible:
            refusal = _("“{number}” cannot be a phone number. Please check it, or leave the field empty.")
            raise UserError(refusal.format(number=number.text))
        owner, mention = whose.value, health.isChecked()
        run(
            screen, sheet,
            lambda: people.add_phone(store, person_id, found[0].number, whose=owner, may_mention_health=mention),
        )  # fmt: skip

    Sheet(screen, _("Add a phone"), [number, whose, health], _("Save"), save).open()


def _remove_phone(screen: Screen, page: PersonPage) -> None:
    store = screen.context.store
    which = ChoiceField(_("Phone"), [(phone.id.hex(), phone.number) for phone in page.phones])

    def save(sheet: Sheet) -> None:
        phone_id = bytes.fromhex(which.value)
        run(screen, sheet, lambda: people.remove_phone(store, phone_id))

    Sheet(screen, _("Remove a phone"), [which], _("Remove"), save, note=_("It no longer reaches this person.")).open()


def _death(screen: Screen, page: PersonPage) -> None:
    store, person_id = screen.context.store, page.person.id
    on = DateField(_("Died on"), screen.context.ambient.today())

    def save(sheet: Sheet) -> None:
        day = on.day()
        run(screen, sheet, lambda: people.record_death(store, person_id, day))

    Sheet(
        screen,
        _("Enter a death"),
        [on],
        _("Save"),
        save,
        note=_("Nothing will be offered any more; the entry stays readable."),
    ).open()
