"""How a field is declared: short words for the declarations in `declared*.py`."""

from __future__ import annotations

from villagefp.wire.kinds import Base, Field, FieldType, Merge, Travel


def field(
    number: int,
    name: str,
    type_: FieldType,
    base: Base,
    purpose: str,
    *,
    merge: Merge = Merge.LATEST,
    group: str | None = None,
    travel: Travel = Travel.OPEN,
    unit: str | None = None,
) -> Field:
    """A declared field, `latest` unless told otherwise."""
    return Field(
        number=number,
        name=name,
        type=type_,
        purpose=purpose,
        base=base,
        merge=merge,
        group=group,
        travel=travel,
        unit=unit,
    )


def once(
    number: int,
    name: str,
    type_: FieldType,
    base: Base,
    purpose: str,
    *,
    travel: Travel = Travel.OPEN,
    unit: str | None = None,
) -> Field:
    """A declared field that is written once."""
    return field(number, name, type_, base, purpose, merge=Merge.ONCE, travel=travel, unit=unit)
