"""The registry of what is kept: every kind and field with its permanent number, why it is kept, and how it travels.

Tables, records, log and exchange are checked against it by tests. A number is never given twice, and a merge rule
never changes: a new rule is a new field. `declared.py` holds the declarations, this file says what they consist of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    CODE = "code"  # of the code list named as unit
    DATE = "date"  # YYYY, YYYY-MM or YYYY-MM-DD
    MOMENT = "moment"  # ISO 8601 with offset
    FLAG = "flag"
    NUMBER = "number"  # a whole number
    REFERENCE = "reference"  # id of another record, which may not be here yet
    BYTES = "bytes"


class Merge(StrEnum):
    """What becomes of a field that two laptops wrote without knowing of each other."""

    LATEST = "latest"  # the greatest stamp is shown
    TOGETHER = "together"  # the same for the whole group, which moves as one
    ASK = "ask"  # the same (as one, where it names a group), and somebody is asked
    UNION = "union"  # elements are added and taken out one by one
    ONCE = "once"  # written once: the lowest stamp is kept


class Travel(StrEnum):
    """How far a field goes."""

    OPEN = "open"
    SEALED = "sealed"  # the county stores it but cannot read it
    LOCAL = "local"  # stays on this laptop and is not in the log


class Base(StrEnum):
    """Why the law allows it to be kept (PIPL: 个人信息保护法)."""

    DUTY = "PIPL 13(1)(3): statutory duty of basic public health services, Basic Healthcare Law 32 and 92"
    CONSENT = "PIPL 13(1)(1) and 29: separate consent, sensitive information"
    SAFEGUARD = "PIPL 51 and 54: safeguards and audit of processing"
    ORGANISATION = "not about a served person: needed to run the service"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One declared field of a kind."""

    number: int
    name: str
    type: FieldType
    purpose: str
    base: Base
    merge: Merge = Merge.LATEST
    group: str | None = None
    travel: Travel = Travel.OPEN
    unit: str | None = None  # the code list of a code, the kind of a reference, or a unit of measure


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One declared kind of record. Retired field numbers stay listed, so that none is given twice."""

    number: int
    name: str
    fields: tuple[Field, ...]
    retired: frozenset[int] = frozenset()

    @cached_property
    def by_number(self) -> Mapping[int, Field]:
        """Its fields by permanent number."""
        return {field.number: field for field in self.fields}

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Its fields by name, as in the record's dataclass and in its table."""
        return {field.name: field for field in self.fields}

    @cached_property
    def groups(self) -> Mapping[str, tuple[Field, ...]]:
        """The fields of each group that moves as one."""
        named = {field.group for field in self.fields if field.group}
        return {name: tuple(field for field in self.fields if field.group == name) for name in sorted(named)}
