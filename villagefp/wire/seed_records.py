"""What a seed holds of a record: the writes that still stand, and what is needed so that others stay replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from villagefp.wire.change import Change, ChangeName, pack_replaces
from villagefp.wire.heads import Heads
from villagefp.wire.protocol import Count, Id, Seq, Small
from villagefp.wire.signed import ExchangeError, Fault
from villagefp.wire.values import in_order, unpack


class SeqRange(NamedTuple):
    """Seqs from `first` to `last`, both of them included."""

    first: int
    last: int


Covered = Mapping[bytes, Sequence[SeqRange]]
"""By device the seqs whose effect a seed holds; what is held apart at the county is not among them."""


class HeadChange(NamedTuple):
    """A write that still stands, or is still needed, with the fields for which it is."""

    device: Id
    seq: Seq
    group: Seq
    stamp: Count
    author: bytes
    fields: dict[Small, Any]  # of `Value`
    replaces: bytes  # as a header has them; of what was overwritten only what may still come
    reason: str | None = None

    @property
    def name(self) -> ChangeName:
        """Device and seq."""
        return self.device, self.seq


class SeedRecord(NamedTuple):
    """A record as its heads."""

    kind: Small
    record: Id
    heads: tuple[HeadChange, ...]
    conflict: bool = False  # somebody should decide: the part's conflicts are these records

    def changes(self, village: bytes) -> list[Change]:
        """Its heads as changes, to be merged with what comes later."""
        return [_change(village, self, head) for head in self.heads]


def is_value(told: object) -> bool:
    """Whether this is one of the values that a field can hold."""
    if isinstance(told, dict):
        return all(isinstance(element, str) and isinstance(there, bool) for element, there in told.items())
    return told is None or isinstance(told, str | bytes | int)


def is_covered(covered: Covered, name: ChangeName) -> bool:
    """Whether a seed already holds what a change did: then it is not applied again."""
    device, seq = name
    return any(first <= seq <= last for first, last in covered.get(device, ()))


def seed_record(heads: Heads, changes: Iterable[Change], covered: Covered, *, conflict: bool = False) -> SeedRecord:
    """A record as a seed carries it, from its heads and all of its changes that the seed covers.

    What the heads replaced comes no more, unless it is not covered: after a county was put back, a write may arrive
    later than the one that replaced it. What is needed so that it stays replaced goes along.
    """
    by_name = {change.name: change for change in changes}
    needed = _needed(heads, by_name, covered)
    if not needed:
        raise ValueError("A record of which nothing stands is not part of a seed.")
    kept = tuple(_head(by_name[name], needed, covered) for name in sorted(needed))
    first = by_name[kept[0].name]
    return SeedRecord(first.kind, first.record, kept, conflict)


def _needed(heads: Heads, by_name: Mapping[ChangeName, Change], covered: Covered) -> dict[ChangeName, set[int]]:
    """For each change that goes along the fields for which it does."""
    needed: dict[ChangeName, set[int]] = {}
    for number, names in heads.items():
        for name in names:
            needed.setdefault(name, set()).add(number)
    replacing = [(c.name, number, old) for c in by_name.values() for number, olds in c.replaces.items() for old in olds]
    for name, number, old in replacing:
        if not is_covered(covered, old):
            needed.setdefault(name, set()).add(number)
    grown = True
    while grown:  # who replaces one that goes along has to go along, up to the heads
        grown = False
        for name, number, old in replacing:
            if number in needed.get(old, ()) and number not in needed.get(name, ()):
                needed.setdefault(name, set()).add(number)
                grown = True
    return needed


def _head(change: Change, needed: Mapping[ChangeName, set[int]], covered: Covered) -> HeadChange:
    # A field stays in `replaces` even if nothing of it may still come: an erasure later reads from it what was written.
    replaces = {
        number: tuple(old for old in change.replaces[number] if old in needed or not is_covered(covered, old))
        for number in sorted(needed[change.name])
        if number in change.replaces
    }
    return HeadChange(
        device=change.device,
        seq=change.seq,
        group=change.group,
        stamp=change.stamp,
        author=change.author,
        fields=dict(
            in_order({number: change.fields[number] for number in needed[change.name] if number in change.fields})
        ),
        replaces=pack_replaces(replaces),
        reason=change.reason,
    )


def _change(village: bytes, record: SeedRecord, head: HeadChange) -> Change:
    try:
        told = unpack(head.replaces) if head.replaces else {}
        replaces = {int(number): tuple((bytes(device), int(seq)) for device, seq in told[number]) for number in told}
    except (msgspec.DecodeError, ValueError, TypeError, LookupError) as error:
        raise ExchangeError(Fault.DAMAGED) from error
    return Change(
        village=village,
        device=head.device,
        seq=head.seq,
        group=head.group,
        stamp=head.stamp,
        author=head.author,
        kind=record.kind,
        record=record.record,
        fields=in_order(head.fields),
        replaces=replaces,
        reason=head.reason,
    )
