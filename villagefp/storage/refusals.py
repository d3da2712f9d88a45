"""What the disk refuses, in words: the program has done nothing wrong, and the worker can do something about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DatabaseError

from villagefp.errors import UserError
from villagefp.i18n import _

_DAMAGED = (sqlcipher.SQLITE_NOTADB, sqlcipher.SQLITE_CORRUPT, sqlcipher.SQLITE_IOERR)


@contextmanager
def refusing_in_words(folder: Path) -> Iterator[None]:
    """A full or unwilling disk is said to the worker; what was kept before stays."""
    try:
        yield
    except (DatabaseError, OSError) as refused:
        sentence = _sentence(refused)
        if sentence is None:
            raise
        raise UserError(sentence.format(folder=folder)) from refused


def _sentence(refused: DatabaseError | OSError) -> str | None:
    if isinstance(refused, OSError):
        full, unwilling = refused.errno == errno.ENOSPC, refused.errno in (errno.EIO, errno.EROFS)
    else:
        code = _code(refused)
        full, unwilling = code == sqlcipher.SQLITE_FULL, code in (sqlcipher.SQLITE_IOERR, sqlcipher.SQLITE_READONLY)
    if full:
        return _("The disk with {folder} is full: this entry is not kept. Make room and save again.")
    if unwilling:
        return _("The disk with {folder} does not take the entry. Check it, and save again.")
    return None


@contextmanager
def damage_in_words(database: Path) -> Iterator[None]:
    """A file that cannot be read as the store it was is said to the worker."""
    try:
        yield
    except DatabaseError as unreadable:
        if _code(unreadable) not in _DAMAGED:
            raise
        raise UserError(
            _("The store {database} is damaged and cannot be read. Restore the latest backup.").format(
                database=database
            )
        ) from unreadable


def _code(error: DatabaseError) -> int:
    """SQLite's result code without its extension."""
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF
