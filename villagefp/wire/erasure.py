"""Erasure: a signed statement, ids only, after which what it names can be read nowhere and comes back from nowhere.

Of an erased change the body and its key are destroyed; header, commitment and link stay, so the chain still holds, and
a missing body is accepted only where an erasure names it. An erased record is blank whatever its changes say, those
included that arrive later. Erasures only ever add up, so their order, road and repetition do not matter. They are kept
beside the database and its backups, and are applied before anything of these is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from villagefp.wire import links, signed
from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_header
from villagefp.wire.heads import Folded, fold
from villagefp.wire.kinds import Kind
from villagefp.wire.links import Cover
from villagefp.wire.protocol import Id, Seq, Small
from villagefp.wire.signed import ExchangeError, Fault, Purpose
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack

MAX_NAMED = 10_000
"""Records and changes that one statement names: a person with a lifetime of visits has fewer than a thousand."""
MAX_ERASURE = 1024 + 60 * MAX_NAMED
MAX_LIST = 64 * 1024 * 1024
"""Bytes of the list beside a database."""

RecordName = tuple[int, bytes]
"""Kind and id."""
SegmentName = tuple[bytes, int]
"""Device and segment: where a cover of keys belongs."""
Covers = Mapping[SegmentName, Cover]


class Erasure(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What is to be destroyed in one village."""

    village: Id
    serial: Seq  # rises from statement to statement
    records: Annotated[tuple[tuple[Small, Id], ...], Meta(max_length=MAX_NAMED)] = ()
    changes: Annotated[tuple[tuple[Id, Seq], ...], Meta(max_length=MAX_NAMED)] = ()


_DECODER = msgspec.msgpack.Decoder(Erasure)
_LIST = msgspec.msgpack.Decoder(list[bytes])


def sign_erasure(erasure: Erasure, key: SigningKey) -> bytes:
    """The statement as it travels and is kept."""
    if not (erasure.records or erasure.changes):
        raise ValueError("An erasure that names nothing.")
    ordered = replace(erasure, records=tuple(sorted(set(erasure.records))), changes=tuple(sorted(set(erasure.changes))))
    return signed.sign(Purpose.ERASURE, pack(ordered), key)


def open_erasure(told: bytes, keys: Iterable[bytes], village: bytes) -> Erasure:
    """What somebody who may said is to be destroyed; ExchangeError or VersionError where nobody did."""
    erasure = signed.decode(_DECODER, signed.check(Purpose.ERASURE, told, keys, MAX_ERASURE).body)
    if erasure.village != village:
        raise ExchangeError(Fault.FOREIGN)
    return erasure


def read_erasure(told: bytes) -> Erasure:
    """What a statement says that was checked when it was kept."""
    return signed.decode(_DECODER, told[signed.BODY_AT :])


class Erasures(Struct, frozen=True):
    """All that was erased in a village, as far as it is known here."""

    records: frozenset[RecordName] = frozenset()
    changes: frozenset[ChangeName] = frozenset()

    def joined(self, other: Erasures) -> Erasures:
        """What two sides know together."""
        return Erasures(self.records | other.records, self.changes | other.changes)

    def with_statement(self, erasure: Erasure) -> Erasures:
        """After one more statement."""
        return self.joined(Erasures(frozenset(erasure.records), frozenset(erasure.changes)))

    def takes(self, change: Change) -> bool:
        """Whether the body of a change must not exist."""
        return change.name in self.changes or (change.kind, change.record) in self.records


NOTHING_ERASED = Erasures()


def with_listed(packed: bytes | None, told: bytes) -> bytes:
    """The list beside a database after one more signed statement, which the caller has checked; none begins one."""
    listed = sorted({*_listed(packed), told})
    return pack(listed)


def open_list(packed: bytes | None, keys: Iterable[bytes], village: bytes) -> Erasures:
    """What the list beside a database says; nothing is erased where none was ever written.

    ExchangeError where the list is damaged, an empty file included, or holds something that nobody signed who may:
    then nothing of the database or backup may be read, since what was erased could be read with it.
    """
    known, trusted = NOTHING_ERASED, tuple(keys)
    for told in _listed(packed):
        known = known.with_statement(open_erasure(told, trusted, village))
    return known


def _listed(packed: bytes | None) -> list[bytes]:
    if packed is None:
        return []
    if len(packed) > MAX_LIST:
        raise ExchangeError(Fault.TOO_LARGE)
    return signed.decode(_LIST, packed)


def fold_erased(kind: Kind, record: bytes, changes: Iterable[Change], erasures: Erasures) -> Folded:
    """The record that its changes make after what was erased: blank and withdrawn where it was erased itself."""
    if (kind.number, record) in erasures.records:
        return Folded(values={}, withdrawn=True, heads={}, conflicts=())
    return fold(kind, changes, erasures.changes)


def bare(change: Change) -> Change:
    """A change without its body: what of it is kept for ever."""
    return replace(change, fields={}, reason=None)


def punctured(covers: Covers, names: Iterable[ChangeName]) -> dict[SegmentName, Cover]:
    """The covers that change when the keys of these changes are destroyed; the old ones must be, wherever they lie.

    Several covers of one segment, in log, batch and page, are punctured one by one.
    """
    changed: dict[SegmentName, Cover] = {}
    for device, seq in names:
        place = device, links.segment_of(seq)
        cover = changed.get(place, covers.get(place, ()))
        if any(node.holds(links.leaf_of(seq)) for node in cover):
            changed[place] = links.puncture(cover, links.leaf_of(seq))
    return changed


class Break(StrEnum):
    """Why a chain of changes does not hold."""

    GAP = "gap"
    LINK = "link"
    BODY = "body"  # not what was committed to, or nobody can tell any more
    MISSING = "missing"  # a body, and no erasure names it
    ERASED = "erased"  # a body that should not exist


class Broken(NamedTuple):
    """The first place at which a chain does not hold."""

    seq: int
    why: Break


def broken(logged: Sequence[LoggedChange], link_before: bytes, covers: Covers, erasures: Erasures) -> Broken | None:
    """The first change of one device that does not hold, given the link before the first; none where all do."""
    link = link_before
    for place, one in enumerate(logged):
        seq = one.change.seq
        link = links.next_link(link, pack_header(one.change), one.commitment)
        if seq != logged[0].change.seq + place:
            return Broken(seq, Break.GAP)
        if link != one.link:
            return Broken(seq, Break.LINK)
        if (one.body is None) != erasures.takes(one.change):
            return Broken(seq, Break.MISSING if one.body is None else Break.ERASED)
        if one.body is not None and not _committed(one, covers):
            return Broken(seq, Break.BODY)
    return None


def _committed(one: LoggedChange, covers: Covers) -> bool:
    device, seq = one.change.name
    key = links.leaf_key(covers.get((device, links.segment_of(seq)), ()), links.leaf_of(seq))
    return key is not None and one.body is not None and links.commitment(key, one.body) == one.commitment
