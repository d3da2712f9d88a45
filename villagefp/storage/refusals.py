"""What the disk refuses, in words: the program has done nothing wrong, and the worker can do something about it."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DatabaseError

from villagefp.errors import UserError
from villagefp.i18n import _

_SCARCE = 1024 * 1024
"""Bytes free below which a failing disk counts as full: SQLite says no more than "I/O error" for its side files."""


class _Trouble(Enum):
    FULL = auto()
    UNWILLING = auto()
    DAMAGED = auto()


_OF_SYSTEM = {
    errno.ENOSPC: _Trouble.FULL,
    errno.EDQUOT: _Trouble.FULL,
    errno.EIO: _Trouble.UNWILLING,
    errno.EROFS: _Trouble.UNWILLING,
}
_OF_SQLITE = {
    sqlcipher.SQLITE_FULL: _Trouble.FULL,
    sqlcipher.SQLITE_IOERR: _Trouble.UNWILLING,
    sqlcipher.SQLITE_READONLY: _Trouble.UNWILLING,
    sqlcipher.SQLITE_CANTOPEN: _Trouble.UNWILLING,
    sqlcipher.SQLITE_CORRUPT: _Trouble.DAMAGED,
    sqlcipher.SQLITE_NOTADB: _Trouble.DAMAGED,
}


@contextmanager
def refusing_in_words(folder: Path) -> Iterator[None]:
    """A full, unwilling or damaged disk is said to the worker; what was kept before stays."""
    try:
        yield
    except (DatabaseError, OSError) as refused:
        trouble = _trouble(refused, folder)
        if trouble is _Trouble.FULL:
            sentence = _(
                "The disk with {folder} is full, {free} are free: what was just done is not kept. "
                "Make room and do it again; nothing that was kept before is lost."
            ).format(folder=folder, free=_free_in_words(folder))
        elif trouble is _Trouble.UNWILLING:
            sentence = _(
                "The disk with {folder} cannot be written, and what was just done is not kept. "
                "Check it, and do it again."
            ).format(folder=folder)
        elif trouble is _Trouble.DAMAGED:
            sentence = _damaged(folder)
        else:
            raise
        raise UserError(sentence) from refused


@contextmanager
def reading_in_words(folder: Path) -> Iterator[None]:
    """A part of the file that cannot be read any more is said to the worker, wherever it is come upon."""
    try:
        yield
    except DatabaseError as refused:
        if _of_sqlite(refused.orig) is not _Trouble.DAMAGED:
            raise
        raise UserError(_damaged(folder)) from refused


def _damaged(folder: Path) -> str:
    return _(
        "A part of the store in {folder} is damaged and cannot be read. Copy this folder to a safe place, then put "
        "back the latest copy you made of it or have the laptop enrolled anew: what the county received comes back "
        "from there."
    ).format(folder=folder)


@contextmanager
def putting_off() -> Iterator[None]:
    """What the disk refuses now can be done as well another time, and nobody need be told; a damaged file is told."""
    try:
        yield
    except sqlcipher.Error as refused:
        if _of_sqlite(refused) not in {_Trouble.FULL, _Trouble.UNWILLING}:
            raise


@contextmanager
def opening_in_words(database: Path) -> Iterator[None]:
    """Why a store cannot be opened: a full disk, an unwilling one, or a file that is not the store it was."""
    try:
        yield
    except (DatabaseError, OSError) as refused:
        trouble, folder = _trouble(refused, database.parent), database.parent
        if trouble is _Trouble.FULL:
            sentence = _(
                "The disk with {folder} is full, {free} are free: the store cannot be opened. "
                "Make room and open it again; nothing is lost."
            ).format(folder=folder, free=_free_in_words(folder))
        elif trouble is _Trouble.UNWILLING:
            sentence = _(
                "The disk with {folder} cannot be read or written. Check it and whether you may write there, "
                "and open the store again."
            ).format(folder=folder)
        elif trouble is _Trouble.DAMAGED:
            raise damaged_store(database) from refused
        else:
            raise
        raise UserError(sentence) from refused


def damaged_store(database: Path) -> UserError:
    """The refusal of a file that is no store, or none any more."""
    return UserError(
        _(
            "The store {database} is damaged and cannot be read. Copy this folder to a safe place, then put back the "
            "latest copy you made of it or have the laptop enrolled anew: what the county received comes back from "
            "there."
        ).format(database=database)
    )


def _trouble(refused: DatabaseError | OSError, folder: Path) -> _Trouble | None:
    if isinstance(refused, OSError):
        return _OF_SYSTEM.get(refused.errno or 0)
    trouble = _of_sqlite(refused.orig)
    return _Trouble.FULL if trouble is _Trouble.UNWILLING and _free(folder) < _SCARCE else trouble


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _free_in_words(folder: Path) -> str:
    free = _free(folder)
    return f"{free // 1024} kB" if free < _SCARCE else f"{free // 1024 // 1024} MB"


def _of_sqlite(error: BaseException | None) -> _Trouble | None:
    """By SQLite's result code without its extension."""
    return _OF_SQLITE.get(int(getattr(error, "sqlite_errorcode", 0)) & 0xFF)
