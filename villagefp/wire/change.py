"""What the log is made of: changes, each the writes of one save to one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from villagefp.wire.values import Value, pack, unpack

WITHDRAWN = 0
"""The field number that every kind has: True is a withdrawn record. Numbers of declared fields begin at 1."""

ChangeName = tuple[bytes, int]
"""Device and seq name a change in its village for ever."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The writes of one save to one record; a struct, since an import makes thousands.

    `replaces` says for a field which writes it overwrites. The withdrawn mark names there every write of the record
    that its author saw, so that an edit it had not seen stays visible.
    """

    village: bytes
    device: bytes
    seq: int
    group: int  # seq of the first change of the save
    stamp: int
    author: bytes
    kind: int
    record: bytes
    fields: Mapping[int, Value]  # in canonical order: `values.in_order`
    replaces: Mapping[int, tuple[ChangeName, ...]] = msgspec.field(default_factory=dict)
    reason: str | None = None

    @property
    def name(self) -> ChangeName:
        """Device and seq: the name by which other changes speak of this one."""
        return self.device, self.seq


class LoggedChange(Struct, frozen=True):
    """A change as a log holds it; it lacks its fields where the body was destroyed."""

    change: Change
    body: bytes | None
    commitment: bytes
    link: bytes


def pack_body(fields: Mapping[int, Value], reason: str | None) -> bytes:
    """What an erasure can destroy: the values, which must come in canonical order, and the words of the author."""
    return pack([fields, reason])


def pack_replaces(replaces: Mapping[int, tuple[ChangeName, ...]]) -> bytes:
    """The replaced writes in canonical order; empty bytes where nothing was replaced."""
    return pack({number: sorted(replaces[number]) for number in sorted(replaces)}) if replaces else b""


def pack_header(change: Change) -> bytes:
    """What stays for ever, erased or not: who, when, which record, which fields were overwritten, but no value."""
    return pack(
        [
            change.village,
            change.device,
            change.seq,
            change.group,
            change.stamp,
            change.author,
            change.kind,
            change.record,
            pack_replaces(change.replaces),
        ]
    )


def unpack_replaces(packed: bytes) -> dict[int, tuple[ChangeName, ...]]:
    """The writes that a change overwrites, as they stand in its header."""
    if not packed:
        return {}
    return {number: tuple((device, seq) for device, seq in names) for number, names in unpack(packed).items()}


def read_logged(
    header: Sequence[Any], replaces: bytes, body: bytes | None, commitment: bytes, link: bytes
) -> LoggedChange:
    """A change from a row of a log; `header` is all from village to record, in order."""
    village, device, seq, group, stamp, author, kind, record = header
    fields, reason = ({}, None) if body is None else unpack(body)
    change = Change(
        village=village,
        device=device,
        seq=seq,
        group=group,
        stamp=stamp,
        author=author,
        kind=kind,
        record=record,
        fields=fields,
        replaces=unpack_replaces(replaces),
        reason=reason,
    )
    return LoggedChange(change, body, commitment, link)
