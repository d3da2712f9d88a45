"""The kinds by which the county says how work is done: forms and programmes from a day on, and its parameters."""

from __future__ import annotations

from villagefp.wire.declaring import field, once
from villagefp.wire.kinds import Base, FieldType, Kind

_ORGANISATION = Base.ORGANISATION
_TEXT, _CODE, _DATE, _BYTES = FieldType.TEXT, FieldType.CODE, FieldType.DATE, FieldType.BYTES

FORM_PACKAGE = Kind(
    number=18,
    name="form_package",
    fields=(
        once(1, "form", _CODE, _ORGANISATION, "which form it is", unit="form"),
        once(2, "version", _TEXT, _ORGANISATION, "records stay bound to it"),
        field(3, "from_on", _DATE, _ORGANISATION, "the first day on which it is asked"),
        once(4, "body", _BYTES, _ORGANISATION, "the signed package: workbook, compiled form, serial, from-date"),
    ),
)
PROGRAMME_PACKAGE = Kind(
    number=19,
    name="programme_package",
    fields=(
        once(1, "programme", _CODE, _ORGANISATION, "which programme it is", unit="programme"),
        once(2, "version", _TEXT, _ORGANISATION, "which text of it"),
        field(3, "from_on", _DATE, _ORGANISATION, "the first day on which it counts"),
        once(4, "body", _BYTES, _ORGANISATION, "the signed package: its text, serial, from-date"),
    ),
)
COUNTY_PARAM = Kind(
    number=20,
    name="county_param",
    fields=(
        once(1, "name", _CODE, _ORGANISATION, "what the county decides", unit="county_param"),
        field(2, "value", _TEXT, _ORGANISATION, "what it decided"),
        field(3, "from_on", _DATE, _ORGANISATION, "since when"),
    ),
)
