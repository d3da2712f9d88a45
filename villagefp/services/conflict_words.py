"""What a decision is about, in words: the field, and each value as a worker would say it."""

from __future__ import annotations

from collections.abc import Mapping

from villagefp.domain import codes
from villagefp.domain.records import IdStatus, NameStatus, Precision
from villagefp.domain.resident_id import shown
from villagefp.i18n import _, language
from villagefp.storage.conflicts import Choice, OpenConflict, Sort
from villagefp.wire.kinds import FieldType, Kind, Travel
from villagefp.wire.values import Value

_NOTHING = "—"


def what(conflict: OpenConflict) -> str:
    """What is to be decided."""
    if conflict.sort is Sort.WITHDRAWAL:
        return _("Taken back on one laptop, changed on another")
    if conflict.sort is Sort.CORRECTIONS:
        return _("The same visit was corrected twice")
    return field_words(conflict.kind, conflict.numbers[0])


def field_words(kind: Kind, number: int) -> str:
    """A field, or what moves with it, as screens call it."""
    field = kind.by_number[number]
    words = {
        ("household", "household_no"): _("Household number"),
        ("hukou_book", "book_no"): _("Number of the hukou book"),
        ("person", "name"): _("Name"),
        ("person", "sex"): _("Sex"),
        ("person", "birth"): _("Birth date"),
        ("person", "id_no"): _("ID number"),
        ("person", "file_no"): _("Number of the health file"),
        ("person", "died_on"): _("Date of death"),
        ("same_as", "same"): _("One and the same, or two"),
    }
    return words.get((kind.name, field.group or field.name)) or _("First entry of “{field}”").format(field=field.name)


def value_words(conflict: OpenConflict, choice: Choice, *, reveal: bool) -> str:
    """What one choice says; an ID number masked unless it is asked for."""
    if conflict.sort is Sort.CORRECTIONS:
        return _("This correction stands, the other is taken back")
    if conflict.sort is Sort.WITHDRAWAL:
        return _("It stays taken back") if choice.withdrawn else _("It is taken up again, as it was changed")
    by_name = {conflict.kind.by_number[number].name: value for number, value in choice.values.items()}
    if conflict.kind.name == "same_as" and "same" in by_name:
        return _("They are one and the same") if by_name["same"] else _("They are two")
    if conflict.kind.name == "person":
        told = _of_person(by_name, reveal=reveal)
        if told is not None:
            return told
    return "  ".join(_plain(conflict.kind, number, value) for number, value in choice.values.items())


def _of_person(values: Mapping[str, Value], *, reveal: bool) -> str | None:
    if "sex" in values:
        return codes.load("sex").label(_text(values["sex"]), language()) or _NOTHING
    if "name" in values:
        name = _text(values["name"])
        provisional = values.get("name_status") == NameStatus.PROVISIONAL
        return _("{name} (provisional)").format(name=name) if name and provisional else name or _("without a name")
    if "birth_date" in values:
        return _birth(values)
    if "id_no" in values:
        return _id(values, reveal=reveal)
    return None


def _birth(values: Mapping[str, Value]) -> str:
    day, told = _text(values["birth_date"]), _text(values.get("birth_told"))
    if day and values.get("birth_precision") == Precision.ESTIMATED:
        day = _("{day} (estimated)").format(day=day)
    return _("{day}, told as “{told}”").format(day=day or _NOTHING, told=told) if told else day or _NOTHING


def _id(values: Mapping[str, Value], *, reveal: bool) -> str:
    number = _text(values["id_no"])
    if number:
        return number if reveal else shown(number)
    return {
        IdStatus.NOT_YET.value: _("no number yet"),
        IdStatus.NONE.value: _("has no number"),
    }.get(_text(values.get("id_status")), _("not told"))


def _plain(kind: Kind, number: int, value: Value) -> str:
    field = kind.by_number[number]
    if value is None:
        return _NOTHING
    if field.travel is not Travel.OPEN or field.type in (FieldType.BYTES, FieldType.REFERENCE):
        return _("an entry that is not shown here")
    return _text(value)


def _text(value: Value) -> str:
    return "" if value is None else str(value)
