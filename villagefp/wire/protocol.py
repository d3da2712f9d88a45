"""Versions of the exchange, each with its reason, and how two sides agree on one.

A version is a promise: what was written under it can be read as long as it is in the list. The oldest one is taken
out only when no laptop of any county can still hold an envelope of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from msgspec import Meta

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.declared import DECLARED

PROTOCOLS: Mapping[int, str] = {
    1: "protocol 1: the first one; signed batches, pages, receipts, seeds and envelopes",
}
"""Every protocol that this program reads, with the reason for which it was made."""
PROTOCOL = max(PROTOCOLS)
OLDEST_PROTOCOL = min(PROTOCOLS)
REGISTRY = sum(1 + len(kind.fields) + len(kind.retired) for kind in DECLARED)
"""Rises with every kind and field that is declared. It needs no agreement: what a side does not know it keeps and
passes on. But digests of two sides compare only where they have the same one."""

ID_BYTES = 16
HASH_BYTES = 32
MAX_STAMP = 2**63 - 1
"""Stamps, seqs and positions fit SQLite's and PostgreSQL's whole numbers."""

Id = Annotated[bytes, Meta(min_length=ID_BYTES, max_length=ID_BYTES)]
"""Of a village, device or record, as it travels."""
Hash = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
Seq = Annotated[int, Meta(ge=1, le=MAX_STAMP)]
"""A seq or position that something has."""
Count = Annotated[int, Meta(ge=0, le=MAX_STAMP)]
"""A seq or position up to which something holds; 0 is none."""
Small = Annotated[int, Meta(ge=0, le=0xFFFF)]
"""A scope, field number, kind or version."""


class Spoken(NamedTuple):
    """The protocols a side can speak, oldest and newest."""

    oldest: int
    newest: int


OURS = Spoken(OLDEST_PROTOCOL, PROTOCOL)


class VersionError(UserError):
    """Two sides without a protocol in common; `older` says whether the other side is the one to be updated."""

    def __init__(self, sentence: str, *, older: bool) -> None:
        super().__init__(sentence)
        self.older = older


def agree(theirs: Spoken, ours: Spoken = OURS) -> int:
    """The newest protocol that both sides speak; VersionError says who has to be updated."""
    both = min(ours.newest, theirs.newest)
    if both < max(ours.oldest, theirs.oldest):
        raise older_protocol(theirs.newest) if theirs.newest < ours.oldest else newer_protocol(theirs.oldest)
    return both


def check_version(version: int, ours: Spoken = OURS) -> None:
    """VersionError where something was written under a protocol that is not spoken here."""
    agree(Spoken(version, version), ours)


def older_protocol(version: int) -> VersionError:
    """The refusal of what an old program wrote."""
    return VersionError(
        _(
            "This was written by an older program (protocol {version}) that can no longer be read here. "
            "Nothing was changed and nothing is lost. Update the program that wrote it and let it write again."
        ).format(version=version),
        older=True,
    )


def newer_protocol(version: int) -> VersionError:
    """The refusal of what a newer program wrote."""
    return VersionError(
        _(
            "This was written by a newer program (protocol {version}). Nothing was changed and nothing is lost. "
            "Update this program and open it again."
        ).format(version=version),
        older=False,
    )
