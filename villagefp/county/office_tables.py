"""The tables of the office itself: enrolments, envelopes taken, small facts.

What is of no village, or of one that is not founded yet, stands under a village of zeros.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeEngine

from villagefp.county.tables import METADATA

OFFICE = bytes(16)
"""The village under which what is of none is kept."""


def _key(name: str, type_: type[TypeEngine[Any]] = LargeBinary) -> Column[Any]:
    return Column(name, type_, primary_key=True, autoincrement=False)


enrolment = Table(
    "enrolment",
    METADATA,
    # A code that was given out, by its name: never the code.
    _key("village"),  # OFFICE: who claims knows nothing but the code
    _key("name"),
    Column("of_village", LargeBinary, nullable=False),
    Column("village_code", Text, nullable=False),
    Column("village_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("proof", LargeBinary, nullable=False),
    Column("ring", LargeBinary, nullable=False),  # wrapped under the code: the county cannot read it
    Column("offered_at", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),  # seconds since 1970
    Column("failures", Integer, nullable=False),
    Column("claimant", LargeBinary),  # the laptop that claimed it
    Column("answer", LargeBinary),  # what it was told, for as often as it asks again
    sqlite_with_rowid=False,
)

given_key = Table(
    "given_key",
    METADATA,
    # A laptop's key of sealed fields from before it was enrolled; only the vault can open it.
    _key("village"),
    _key("device"),
    Column("told", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

office_value = Table(
    "office_value",
    METADATA,
    _key("village"),
    _key("name", Text),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

envelope = Table(
    "envelope",
    METADATA,
    # An envelope that was taken, by its hash.
    _key("village"),
    _key("hash"),
    Column("taken_at", Text, nullable=False),
    sqlite_with_rowid=False,
)
