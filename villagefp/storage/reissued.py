"""Changes that are issued again: the same records, fields and stamps, in the same groups, under new names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from villagefp.storage.codec import BY_NUMBER
from villagefp.storage.log import Origin
from villagefp.wire.change import WITHDRAWN, Change, ChangeName, LoggedChange
from villagefp.wire.kinds import Merge
from villagefp.wire.values import Value


def renamed(
    dropped: Sequence[LoggedChange], origin: Origin, erased: frozenset[tuple[int, bytes]]
) -> tuple[list[Change], dict[ChangeName, ChangeName], dict[int, int]]:
    """The changes under their new names, counted from 1, with the new names of changes and numbers of groups.

    Those of erased records need not be told any more.
    """
    gone = {one.change.name for one in dropped}
    names: dict[ChangeName, ChangeName] = {}
    groups: dict[int, int] = {}
    fresh: list[Change] = []
    for one in dropped:
        change = one.change
        fields: Mapping[int, Value] = change.fields if one.body is not None else _still_overwritten(change)
        if not fields or (change.kind, change.record) in erased:
            continue
        seq = len(fresh) + 1
        names[change.name] = (origin.device, seq)
        fresh.append(
            msgspec.structs.replace(
                change,
                device=origin.device,
                seq=seq,
                group=groups.setdefault(change.group, seq),
                fields=fields,
                replaces=_replaces(change, gone, names),
            )
        )
    return fresh, names, groups


def _replaces(
    change: Change, gone: AbstractSet[ChangeName], names: Mapping[ChangeName, ChangeName]
) -> dict[int, tuple[ChangeName, ...]]:
    """What a change overwrites, by the names that count from now on."""
    told = {
        number: tuple(sorted(names.get(name, name) for name in replaced if name in names or name not in gone))
        for number, replaced in change.replaces.items()
    }
    return {number: replaced for number, replaced in told.items() if replaced}


def _still_overwritten(change: Change) -> dict[int, Value]:
    """What is left of a change whose body was erased: nothing older may come back where it had written."""
    by_number = BY_NUMBER[change.kind].kind.by_number
    fields: dict[int, Value] = {}
    for number in sorted(change.replaces):
        union = number in by_number and by_number[number].merge is Merge.UNION
        fields[number] = True if number == WITHDRAWN else {} if union else None
    return fields
