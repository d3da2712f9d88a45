"""Which groups come into force and which are returned: a pure function of the groups and of what a device may write.

Only what is unauthorised, malformed or too large is returned. A later change that overwrites every faulty write mends
its group; whatever rests on a returned group waits for it and comes into force with it. The groups of former identities
of a laptop are its own past: it mends them as it mends its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from villagefp.wire.change import WITHDRAWN, Change, ChangeName, LoggedChange
from villagefp.wire.declared import BY_NAME, BY_NUMBER
from villagefp.wire.kinds import Field, FieldType, Merge, Travel
from villagefp.wire.protocol import ID_BYTES
from villagefp.wire.receipt import Reason, Returned
from villagefp.wire.statements import MAX_STATEMENT
from villagefp.wire.values import Value, pack

MAX_BODY = 64 * 1024
"""Bytes of one change's body; the largest form takes a tenth of it."""
MAX_PACKAGE = MAX_STATEMENT + 4096
"""The same of a package: a form comes with its workbook."""
_PACKAGES = frozenset({BY_NAME["form_package"].number, BY_NAME["programme_package"].number})

_TYPES: Mapping[FieldType, type] = {
    FieldType.TEXT: str,
    FieldType.CODE: str,
    FieldType.DATE: str,
    FieldType.MOMENT: str,
    FieldType.FLAG: bool,
    FieldType.NUMBER: int,
    FieldType.REFERENCE: bytes,
    FieldType.BYTES: bytes,
}


RecordName = tuple[int, bytes]
"""Kind and id."""


@dataclass(frozen=True)
class Rights:
    """What a device may write in its village."""

    scopes: Mapping[bytes, tuple[int, ...]]  # by device; none: it was revoked, and all that it delivers is set apart
    scope_of: Mapping[RecordName, int]  # of every record that is written

    def allow(self, change: Change) -> bool:
        """Whether the device may make this change."""
        return self.scope_of[change.kind, change.record] in self.scopes[change.device]


@dataclass(frozen=True)
class Group:
    """The changes of one save."""

    changes: tuple[LoggedChange, ...]

    @property
    def device(self) -> bytes:
        """The identity under which it was saved."""
        return self.changes[0].change.device

    @property
    def name(self) -> ChangeName:
        """The name of its first change, which is its own."""
        return self.changes[0].change.name

    @property
    def first(self) -> int:
        """The seq of its first change."""
        return self.changes[0].change.seq

    @property
    def last(self) -> int:
        """The seq of its last change."""
        return self.changes[-1].change.seq

    def returned(self, reason: Reason, field: int = 0, change: int = 0) -> Returned:
        """As a receipt says that it was returned."""
        return Returned(self.first, self.last, reason, field, change)


@dataclass(frozen=True)
class Faulty:
    """One write that cannot be taken."""

    name: ChangeName
    reason: Reason
    field: int  # 0: no single field, and no later write mends it


def groups_of(changes: Iterable[LoggedChange]) -> list[Group]:
    """The groups of a device's changes, in order of seq."""
    return [Group(tuple(those)) for _first, those in groupby(changes, lambda one: one.change.group)]


def settle(groups: Sequence[Group], rights: Rights) -> list[Returned | None]:
    """For each group of one laptop that is not in force: None where it now is, else why it is not.

    In order of seq, those of former identities first, the oldest of all at the beginning.
    """
    faults = {group.name: told for group in groups if (told := list(_faults(group, rights)))}
    if not faults:
        return [None] * len(groups)
    menders = _menders(groups)
    apart: dict[ChangeName, Returned] = {}
    while True:
        found = {
            group.name: verdict
            for group in groups
            if (verdict := _verdict(group, faults.get(group.name, ()), menders, apart)) is not None
        }
        found |= _waiting(groups, found)
        if found.keys() == apart.keys():  # it only grows, so this ends
            return [found.get(group.name) for group in groups]
        apart = found


def _verdict(
    group: Group,
    faults: Sequence[Faulty],
    menders: Mapping[tuple[ChangeName, int], set[ChangeName]],
    apart: Mapping[ChangeName, Returned],
) -> Returned | None:
    for fault in faults:
        mended = any(mender not in apart for mender in menders.get((fault.name, fault.field), ()))
        if not mended:
            return group.returned(fault.reason, fault.field, fault.name[1])
    return None


def _menders(groups: Sequence[Group]) -> dict[tuple[ChangeName, int], set[ChangeName]]:
    """By overwritten change and field the groups that overwrite it."""
    menders: dict[tuple[ChangeName, int], set[ChangeName]] = {}
    for group in groups:
        for one in group.changes:
            for number, names in one.change.replaces.items():
                for name in names:
                    menders.setdefault((name, number), set()).add(group.name)
    return menders


def _waiting(groups: Sequence[Group], apart: Mapping[ChangeName, Returned]) -> dict[ChangeName, Returned]:
    """The groups that rest on a returned one, or on one that waits itself: on a record that it writes.

    Only a laptop's own groups can: nobody else has seen what was returned. A reference rests on nothing, it may dangle.
    """
    waiting: dict[ChangeName, Returned] = {}
    holders: dict[RecordName, Group] = {}
    order = {group.name: place for place, group in enumerate(groups)}
    for group in groups:
        written = {(one.change.kind, one.change.record) for one in group.changes}
        if group.name not in apart:
            held_by = [holders[record] for record in written if record in holders]
            if not held_by:
                continue
            rests_on = min(held_by, key=lambda one: order[one.name])
            same = rests_on.device == group.device
            waiting[group.name] = group.returned(Reason.WAITS, change=rests_on.first if same else 0)
        for record in written:
            holders.setdefault(record, group)
    return waiting


def _faults(group: Group, rights: Rights) -> Iterator[Faulty]:
    for one in group.changes:
        change = one.change
        if not rights.allow(change):
            yield Faulty(change.name, Reason.UNAUTHORISED, 0)
        if one.body is not None and len(one.body) > (MAX_PACKAGE if change.kind in _PACKAGES else MAX_BODY):
            yield Faulty(change.name, Reason.TOO_LARGE, _largest(change))
        for number in _malformed(change):
            yield Faulty(change.name, Reason.MALFORMED, number)


def _largest(change: Change) -> int:
    """The field by which a change is too large; 0 where it is the author's reason."""
    sizes = {number: len(pack(value)) for number, value in change.fields.items()}
    largest = max(sizes, key=lambda number: sizes[number], default=0)
    return largest if sizes and sizes[largest] >= len((change.reason or "").encode()) else 0


def _malformed(change: Change) -> Iterator[int]:
    """The fields that hold what they cannot; a kind or field of a newer peer is kept as it is."""
    kind = BY_NUMBER.get(change.kind)
    if kind is None:
        return
    for number, value in change.fields.items():
        if number == WITHDRAWN:
            if type(value) is not bool:
                yield number
            continue
        field = kind.by_number.get(number)
        if field is not None and value is not None and not _fits(field, value):
            yield number


def _fits(field: Field, value: Value) -> bool:
    if field.travel is Travel.LOCAL:
        return False
    if field.travel is Travel.SEALED:
        return type(value) is bytes
    if field.merge is Merge.UNION:
        return type(value) is dict
    fits = type(value) is _TYPES[field.type]
    return fits and (field.type is not FieldType.REFERENCE or len(value) == ID_BYTES)  # type: ignore[arg-type]
