"""What a record is, given the set of its changes: a pure function, whatever their order, number or repetition.

The *heads* of a field are the writes that no other write to it replaces. One head is the value; how several become
one value, and whether they are a conflict, is the field's merge rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from villagefp.wire.change import WITHDRAWN, Change, ChangeName
from villagefp.wire.kinds import Field, Kind, Merge
from villagefp.wire.values import Value, pack, unpack

Heads = dict[int, tuple[ChangeName, ...]]
"""For each field that was ever written the changes that hold its heads, in canonical order."""


class Folded(Struct, frozen=True):
    """A record as its changes make it; a field that nobody wrote is not among the values."""

    values: Mapping[int, Value]
    withdrawn: bool
    heads: Heads
    conflicts: tuple[
        int, ...
    ]  # fields that somebody should decide; `WITHDRAWN` for an edit the withdrawal had not seen


def fold(kind: Kind, changes: Iterable[Change], blank: AbstractSet[ChangeName] = frozenset()) -> Folded:
    """The record that a set of changes makes.

    `blank` names changes whose bodies are destroyed. They still overwrite what they overwrote, so that nothing older
    comes back, and show nothing themselves; what else they had written nobody knows any more.
    """
    by_name = {change.name: change for change in changes}
    if blank:
        by_name |= {name: _stand_in(kind, change) for name, change in by_name.items() if name in blank}
    heads = _heads(kind, by_name)
    values: dict[int, Value] = {}
    conflicts: list[int] = []
    for number, names in heads.items():
        field = kind.by_number.get(number)
        if field is None:  # withdrawn mark, or a field of a newer peer: kept, not understood
            continue
        writes = [by_name[name] for name in names if name not in blank]
        if len(writes) == 1 and field.merge is not Merge.UNION:  # as nearly all are
            values[number] = writes[0].fields[number]
            continue
        values[number] = _value(field, writes) if writes else None
        if field.merge in (Merge.ASK, Merge.ONCE) and _differ(field.number, writes):
            conflicts.append(number)
    withdrawn = _withdrawn(heads, by_name)
    if withdrawn and _unseen(heads, by_name, blank):
        conflicts.append(WITHDRAWN)
    return Folded(values, withdrawn, heads, tuple(sorted(conflicts)))


def _stand_in(kind: Kind, change: Change) -> Change:
    """What takes the place of a change without a body, made of nothing but what its header still says."""
    fields: dict[int, Value] = {}
    for number in sorted(change.replaces):
        field = kind.by_number.get(number)
        if number == WITHDRAWN:
            fields[number] = True
        else:
            fields[number] = {} if field is not None and field.merge is Merge.UNION else None
    return replace(change, fields=fields, reason=None)


def _heads(kind: Kind, by_name: Mapping[ChangeName, Change]) -> Heads:
    if len(by_name) == 1:  # as most records are
        ((name, only),) = by_name.items()
        return dict.fromkeys(sorted(only.fields), (name,))
    written = sorted({number for change in by_name.values() for number in change.fields})
    found = {number: _heads_of(kind.by_number.get(number), number, by_name) for number in written}
    return {number: names for number, names in found.items() if names}


def _heads_of(field: Field | None, number: int, by_name: Mapping[ChangeName, Change]) -> tuple[ChangeName, ...]:
    writes = [change for change in by_name.values() if number in change.fields]
    if field is not None and field.merge is Merge.UNION:
        heads = {name for element in _elements(number, writes) for name in _unreplaced(number, element, writes)}
    else:
        heads = _unreplaced(number, None, writes)
    return tuple(sorted(heads))


def _elements(number: int, writes: Iterable[Change]) -> set[str]:
    return {element for change in writes for element in _union_write(change, number)}


def _union_write(change: Change, number: int) -> Mapping[str, bool]:
    """A write to a `union` field names only the elements that it adds (True) or takes out (False)."""
    told = change.fields[number]
    return told if isinstance(told, Mapping) else {}


def _unreplaced(number: int, element: str | None, writes: list[Change]) -> set[ChangeName]:
    """Names of the writes that no other replaces; for a `union` field, among those that speak of the element.

    A write that names no element, as one without a body, replaces what it replaces for all of them.
    """
    if element is None:
        speaking = replacing = writes
    else:
        speaking = [change for change in writes if element in _union_write(change, number)]
        replacing = speaking + [change for change in writes if not _union_write(change, number)]
    replaced = {name for change in replacing for name in change.replaces.get(number, ()) if name != change.name}
    return {change.name for change in speaking} - replaced


def _age(change: Change) -> tuple[int, bytes, int]:
    return change.stamp, change.device, change.seq


def _value(field: Field, writes: list[Change]) -> Value:
    if field.merge is Merge.UNION:
        return _union(field.number, writes)
    if field.merge is Merge.ONCE:
        return min(writes, key=_age).fields[field.number]
    # A group is always written whole, so its fields have the same heads and the same change wins for each of them.
    return max(writes, key=_age).fields[field.number]


def _union(number: int, writes: list[Change]) -> Mapping[str, bool]:
    kept: dict[str, bool] = {}
    for element in sorted(_elements(number, writes)):
        names = _unreplaced(number, element, writes)
        latest = max((change for change in writes if change.name in names), key=_age)
        if _union_write(latest, number)[element]:
            kept[element] = True
    return kept


def _differ(number: int, writes: list[Change]) -> bool:
    return len({pack(change.fields[number]) for change in writes}) > 1


def _withdrawn(heads: Heads, by_name: Mapping[ChangeName, Change]) -> bool:
    marks = [by_name[name] for name in heads.get(WITHDRAWN, ())]
    return bool(marks) and bool(max(marks, key=_age).fields[WITHDRAWN])


def _unseen(heads: Heads, by_name: Mapping[ChangeName, Change], blank: AbstractSet[ChangeName]) -> bool:
    """Whether some value stands that no live withdrawal had seen."""
    seen = {name for mark in heads[WITHDRAWN] for name in (mark, *by_name[mark].replaces.get(WITHDRAWN, ()))}
    shown = {name for number, names in heads.items() if number != WITHDRAWN for name in names if name not in blank}
    return not shown <= seen


def pack_heads(heads: Heads) -> bytes:
    """Heads as they are kept in a record's row: one entry a change, with the fields it is a head of."""
    if len(together := set(heads.values())) == 1 and len(names := together.pop()) == 1:
        return pack_fresh_heads(names[0], sorted(heads))
    by_change: dict[ChangeName, list[int]] = {}
    for number, names in heads.items():
        for name in names:
            by_change.setdefault(name, []).append(number)
    return pack([[device, seq, sorted(numbers)] for (device, seq), numbers in sorted(by_change.items())])


def pack_fresh_heads(name: ChangeName, numbers: Iterable[int]) -> bytes:
    """The heads of a record with one change, whose fields come in order: an import makes thousands."""
    return pack([[*name, list(numbers)]])


def unpack_heads(packed: bytes) -> Heads:
    """Heads as they were kept."""
    heads: dict[int, list[ChangeName]] = {}
    for device, seq, numbers in unpack(packed):
        for number in numbers:
            heads.setdefault(number, []).append((device, seq))
    return {number: tuple(sorted(names)) for number, names in heads.items()}
