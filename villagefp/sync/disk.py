"""Files on a stick or in a folder: written new, synced, read back and renamed; what the system refuses, in words."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.reasons import reason
from villagefp.storage.files import sync_folder

T = TypeVar("T")


class Files(Protocol):
    """What a stick can do. OSError where it does not."""

    def names(self, folder: Path) -> list[str]:
        """The names of the files in a folder."""

    def is_folder(self, path: Path) -> bool:
        """Whether something is a folder."""

    def free(self, folder: Path) -> int:
        """Bytes that still fit."""

    def write(self, path: Path, fill: Callable[[BinaryIO], T]) -> T:
        """Make a file, fill it and sync it; returns what `fill` does."""

    def read(self, path: Path, look: Callable[[BinaryIO], T]) -> T:
        """Look into a file; returns what `look` does."""

    def rename(self, old: Path, new: Path) -> None:
        """Give a file its name, and sync the folder."""

    def remove(self, path: Path) -> None:
        """Take a file away."""


class Disk:
    """The machine's own disks and sticks."""

    def names(self, folder: Path) -> list[str]:
        """The names of the files in a folder."""
        return sorted(each.name for each in folder.iterdir() if each.is_file())

    def is_folder(self, path: Path) -> bool:
        """Whether something is a folder."""
        return path.is_dir()

    def free(self, folder: Path) -> int:
        """Bytes that still fit."""
        return shutil.disk_usage(folder).free

    def write(self, path: Path, fill: Callable[[BinaryIO], T]) -> T:
        """Make a file, fill it and sync it; returns what `fill` does."""
        with path.open("w+b") as file:
            filled = fill(file)
            file.flush()
            os.fsync(file.fileno())
        return filled

    def read(self, path: Path, look: Callable[[BinaryIO], T]) -> T:
        """Look into a file; returns what `look` does."""
        with path.open("rb") as file:
            return look(file)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file its name, and sync the folder."""
        old.rename(new)
        with suppress(OSError):  # some file systems of sticks sync no folders; the file itself is synced
            sync_folder(new.parent)

    def remove(self, path: Path) -> None:
        """Take a file away."""
        path.unlink(missing_ok=True)


_PULLED = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTDIR, errno.ESTALE}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writing_in_words(folder: Path, needed: int, free: Callable[[], int]) -> Iterator[None]:
    """What a stick refuses is said to the one who holds it; nothing was changed."""
    try:
        yield
    except OSError as refused:
        if refused.errno in _FULL:
            room = 0
            with suppress(OSError):
                room = free()
            raise full(folder, needed, room) from refused
        if refused.errno in _READ_ONLY:
            sentence = _(
                "{folder} cannot be written: {reason}. Nothing was changed and nothing is lost. "
                "Move the little switch on the stick, or take another one."
            )
        elif refused.errno in _PULLED:
            sentence = _(
                "{folder} is gone or does not answer: {reason}. Nothing is lost: what was to go with it still waits "
                "here. Put the stick in again, or take another one, and write once more."
            )
        else:
            sentence = _(
                "{folder} does not take the file: {reason}. Nothing is lost: what was to go with it still waits here. "
                "Take another stick and write once more."
            )
        raise UserError(sentence.format(folder=folder, reason=reason(refused))) from refused


@contextmanager
def reading_in_words(path: Path) -> Iterator[None]:
    """Why a file cannot be read."""
    try:
        yield
    except OSError as refused:
        raise UserError(
            _(
                "{file} cannot be read: {reason}. Nothing was changed and nothing is lost. Check its name, or put the "
                "stick in again."
            ).format(file=path.name or path, reason=reason(refused))
        ) from refused


def full(folder: Path, needed: int, room: int) -> UserError:
    """The refusal of a stick that has too little room."""
    return UserError(
        _(
            "{folder} is full: {needed} kB are needed, {free} kB are free. Nothing was changed and nothing is lost. "
            "Make room on it, or take another stick."
        ).format(folder=folder, needed=-(-needed // 1000), free=room // 1000)
    )
