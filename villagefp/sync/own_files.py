"""Files for the county that this laptop wrote: those in which nothing is left to be heard are taken off the stick.

Whoever writes a file each week would otherwise carry a heap of them, and nobody could tell which one counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from sqlalchemy import Connection

from villagefp.storage import exchange_facts, identity, local
from villagefp.sync import granted
from villagefp.sync.disk import Files
from villagefp.wire.envelope_name import SUFFIX
from villagefp.wire.seal import EnvelopeError, open_envelope
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

_WRITTEN = "envelopes written"
_REMEMBERED = 200


class OwnFile(NamedTuple):
    """What a file holds that the county has to hear."""

    hash: bytes
    device: bytes  # whose changes they are: this laptop's, or those of its former identity
    last: int  # own seq of the last change in it; 0 without any
    introduces: bool  # a claim or a succession is in it
    other: bool  # an erasure, or what is given back to a county that was put back


def note(connection: Connection, file: OwnFile) -> None:
    """Remember a file that is written now; the connection is a save's."""
    local.put(connection, _WRITTEN, pack([*map(list, _noted(connection)), list(file)][-_REMEMBERED:]))


def take_off(store: Store, files: Files, folder: Path, keep: Path) -> int:
    """Remove own files but the newest from which the county has everything; returns how many they were.

    A stick that does not let go of them is no fault: they do no harm.
    """
    with store.read() as connection:
        heard = {file.hash for file in _noted(connection) if _is_heard(store, connection, file)}
    gone = 0
    if heard:
        with suppress(OSError):
            for name in files.names(folder):
                path = folder / name
                if SUFFIX in name.lower() and path != keep and files.read(path, _hash) in heard:
                    files.remove(path)
                    gone += 1
    return gone


def _noted(connection: Connection) -> Iterator[OwnFile]:
    kept = local.get(connection, _WRITTEN)
    return (OwnFile(*each) for each in (unpack(kept) if kept is not None else ()))


def _is_heard(store: Store, connection: Connection, file: OwnFile) -> bool:
    if file.device != store.origin.device or file.other:
        return False
    if file.introduces and (granted.waiting(connection) is not None or identity.successions(connection)):
        return False
    return file.last <= exchange_facts.receipts(connection, store.origin).accepted


def _hash(file: BinaryIO) -> bytes:
    try:
        return open_envelope(file).hash
    except EnvelopeError:  # no envelope, or damaged
        return b""
