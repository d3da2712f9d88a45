"""Newborns, new members, and a name for who had none."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from villagefp.domain import names, phones, resident_id
from villagefp.domain.records import IdStatus, Precision
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import people
from villagefp.services.pages import HouseholdPage
from villagefp.ui import words
from villagefp.ui.acts.running import run
from villagefp.ui.screen import Screen
from villagefp.ui.widgets.date_field import DateField
from villagefp.ui.widgets.fields import ChoiceField, TextField
from villagefp.ui.widgets.sheet import Sheet

_FEMALE = "2"
_BORN_TOGETHER = 3


def newborn(screen: Screen, page: HouseholdPage) -> None:
    """Enter the children of one birth before they have names."""
    store, today = screen.context.store, screen.context.ambient.today()
    mothers = [(line.id.hex(), words.name(line)) for line, _membership in page.members if line.sex == _FEMALE]
    if not mothers:
        screen.banner.tell(_("The mother must be a member of this household. Add her first."))
        return
    mother, born = ChoiceField(_("Mother"), mothers), DateField(_("Born on"), today, chosen=today)
    sexes = [
        ChoiceField(
            _("Sex") if number == 0 else _("Sex of child {number}, if there is one").format(number=number + 1),
            ([] if number == 0 else [("", "—")]) + words.offered("sex"),
            chosen="" if number else _FEMALE,
        )
        for number in range(_BORN_TOGETHER)
    ]

    def save(sheet: Sheet) -> None:
        told, day = tuple(field.value for field in sexes if field.value), born.day()
        parent = bytes.fromhex(mother.value)
        run(screen, sheet, lambda: people.add_newborns(store, parent, told, day))

    Sheet(
        screen, _("Add a newborn"), [mother, born, *sexes], _("Save"), save,
        note=_("A child without a name is kept as its mother's, and found by her name."),
    ).open()  # fmt: skip


def member(screen: Screen, page: HouseholdPage) -> None:
    """Let somebody new join the household."""
    store, today = screen.context.store, screen.context.ambient.today()
    name_field, sex = TextField(_("Name")), ChoiceField(_("Sex"), words.offered("sex"), chosen="1")
    born, number = DateField(_("Date of birth"), today), TextField(_("ID number, if told"))
    relation = ChoiceField(_("Relation to the head"), [("", "—"), *words.offered("relation")])
    phone = TextField(_("Phone"))
    number.line.editingFinished.connect(lambda: _take_from_id(number, born, sex))

    def save(sheet: Sheet) -> None:
        day = born.optional()
        read = resident_id.read(number.text) if number.text else None
        told = people.NewPerson(
            name=names.normalise(name_field.text), sex=sex.value,
            birth_date=day.isoformat() if day else None, birth_precision=Precision.DAY if day else None,
            id_no=read.number if read else None, id_status=_status(read), relation=relation.value or None,
            phone=_phone(phone),
        )  # fmt: skip
        run(screen, sheet, lambda: people.add_person(store, page.household.id, told, on=today))

    fields: list[QWidget] = [name_field, sex, born, number, relation, phone]
    Sheet(screen, _("Add a member"), fields, _("Save"), save).open()


def name(screen: Screen, page: HouseholdPage) -> None:
    """Give a child its own name; the name it was kept under still finds it."""
    store = screen.context.store
    nameless = [
        (line.id.hex(), words.name(line))
        for line, _membership in page.members
        if not line.name or names.is_stand_in(line.name)
    ]
    who, told = ChoiceField(_("Who"), nameless), TextField(_("Name"))

    def save(sheet: Sheet) -> None:
        person, chosen = bytes.fromhex(who.value), names.normalise(told.text)
        run(screen, sheet, lambda: people.name_person(store, person, chosen))

    Sheet(screen, _("Name a child"), [who, told], _("Save"), save).open()


def _take_from_id(number: TextField, born: DateField, sex: ChoiceField) -> None:
    """What a sound ID number says need not be typed; an odd one is asked about, never refused."""
    if not number.text:
        number.complain("")
        return
    read = resident_id.read(number.text)
    number.line.setText(read.number)
    number.complain(
        _("This ID number has a fault; please compare it with the card. It is kept as typed.") if read.fault else "",
        "ask",
    )
    if read.fault is None and read.birth and not born.text:
        born.line.setText(read.birth)
    if read.fault is None and read.sex:
        sex.box.setCurrentIndex(sex.box.findData(read.sex))


def _status(read: resident_id.IdReading | None) -> IdStatus:
    if read is None:
        return IdStatus.NOT_TOLD
    return IdStatus.UNCLEAR if read.fault else IdStatus.PRESENT


def _phone(field: TextField) -> str | None:
    found = phones.read(field.text)
    if field.text and not any(reading.plausible for reading in found):
        refusal = _("“{number}” cannot be a phone number. Please check it, or leave the field empty.").format(
            number=field.text
        )
        field.complain(refusal)
        raise UserError(refusal)
    return found[0].number if found else None
