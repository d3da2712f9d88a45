"""What is kept of the county's word: forms and programmes from a day on, and its parameters."""

from __future__ import annotations

from typing import ClassVar

from villagefp.domain.records import Record


class StoredFormPackage(Record, frozen=True, kw_only=True, gc=False):
    """A version of a form, signed, and the first day on which it is asked."""

    KIND: ClassVar[str] = "form_package"
    form: str
    version: str
    from_on: str
    body: bytes


class StoredProgrammePackage(Record, frozen=True, kw_only=True, gc=False):
    """A version of a programme, signed, and the first day on which it counts."""

    KIND: ClassVar[str] = "programme_package"
    programme: str
    version: str
    from_on: str
    body: bytes


class CountyParam(Record, frozen=True, kw_only=True, gc=False):
    """Something the county decides: a hotline, whether a table is signed, whether a visit is offered twice."""

    KIND: ClassVar[str] = "county_param"
    name: str
    value: str
    from_on: str | None = None
