"""What was erased: bodies and their keys destroyed, records blank, and the list of it kept beside the database.

The list holds ids only. It is written before anything is destroyed and read before anything is shown, so an erasure
that was cut short is ended at the next opening, and a copy that is put back forgets again what had been erased.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import erased, local, trust
from villagefp.storage.files import ERASED, sync_folder, write_durably
from villagefp.wire.erasure import Erasures, open_erasure
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

_MAGIC = b"villagefp erased 1\n"
_CHECK_BYTES = 32
_COPIES = "store.db.before-*"
"""Copies of the file that migrations took: what is erased could be read in them."""


def erase(store: Store, named: Erasures) -> None:
    """Destroy what an erasure names, here and in what comes later; when this returns nobody can read it any more."""
    note_beside(store.folder, named)
    with store.taking() as taking:
        taking.erase(named)
    leave_no_copies(store)


def note_beside(folder: Path, named: Erasures) -> None:
    """Put what is to be erased into the list beside the database; before anything of it is destroyed."""
    write_list(folder, read_list(folder).joined(named))


def leave_no_copies(store: Store) -> None:
    """What was erased can be read no more in copies of the file, nor in the write-ahead log; after its transaction."""
    for copy in store.folder.glob(_COPIES):
        copy.unlink()
    sync_folder(store.folder)
    store.rest()


def statements(connection: Connection) -> list[bytes]:
    """The signed erasures of this laptop, to be handed on."""
    return local.values_below(connection, local.STATEMENT)


def keep_statement(connection: Connection, serial: int, told: bytes) -> None:
    """Keep a signed erasure of this laptop; the connection is a save's."""
    local.put(connection, f"{local.STATEMENT}{serial:08}", told)


def catch_up(store: Store) -> None:
    """Erase what list or own statements name and the database still holds, as one that was put back does."""
    listed = read_list(store.folder)
    wanted = listed
    with store.read() as connection:
        here = erased.known(connection)
        if told := statements(connection):
            keys = trust.trusted_keys(connection)
            for one in told:
                wanted = wanted.with_statement(open_erasure(one, keys, store.origin.village))
    missing = Erasures(wanted.records - here.records, wanted.changes - here.changes)
    if missing.records or missing.changes:
        erase(store, missing)
    elif wanted.joined(here) != listed:
        write_list(store.folder, wanted.joined(here))


def read_list(folder: Path) -> Erasures:
    """The list beside a database; nothing where there is none. UserError where it is damaged: then nothing is read."""
    path = folder / ERASED
    if not path.exists():
        return Erasures()
    content = path.read_bytes()
    check, packed = content[len(_MAGIC) :][:_CHECK_BYTES], content[len(_MAGIC) + _CHECK_BYTES :]
    if not content.startswith(_MAGIC) or blake2b(packed, digest_size=_CHECK_BYTES).digest() != check:
        raise UserError(
            _(
                "The list of what was erased, {file}, is damaged, and nothing is shown before it is there. "
                "Copy the file of the same name from a backup into this folder."
            ).format(file=path)
        )
    records, changes = unpack(packed)
    return Erasures(frozenset((kind, record) for kind, record in records), frozenset((d, seq) for d, seq in changes))


def write_list(folder: Path, erasures: Erasures) -> None:
    """Keep the list beside a database; when this returns it is on the disk."""
    packed = pack([sorted(erasures.records), sorted(erasures.changes)])
    write_durably(folder / ERASED, _MAGIC + blake2b(packed, digest_size=_CHECK_BYTES).digest() + packed)
