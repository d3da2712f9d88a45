"""The list of erasures beside the store: signed statements, ids only, so that no restored copy brings back a person.

It only grows. What a power cut left half at its end is overlooked and written over.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

NAME = "erased.vfpc"
"""Its name in the folder of the county's keys."""
_ID_BYTES = 16
_LENGTH_BYTES = 4
_CHECK_BYTES = 8


def keep(path: Path | None, village: bytes, told: bytes) -> None:
    """Add a statement; it is on the disk when this returns. Without a path nobody keeps a list."""
    if path is None:
        return
    plain = village + len(told).to_bytes(_LENGTH_BYTES, "big") + told
    with open(path, "ab", opener=_for_the_owner_alone) as file:
        if file.tell():
            end = _whole(path)
            if end < file.tell():
                file.truncate(end)
        file.write(plain + _check(plain))
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[tuple[bytes, bytes]]:
    """Village and statement of each; nothing where there is no list."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [(village, told) for village, told, _end in _entries(file)]


def _for_the_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _whole(path: Path) -> int:
    with path.open("rb") as file:
        return max((end for *_entry, end in _entries(file)), default=0)


def _entries(file: BinaryIO) -> Iterator[tuple[bytes, bytes, int]]:
    while True:
        head = file.read(_ID_BYTES + _LENGTH_BYTES)
        length = int.from_bytes(head[_ID_BYTES:], "big")
        told, check = file.read(length), file.read(_CHECK_BYTES)
        if len(check) < _CHECK_BYTES or _check(head + told) != check:
            return
        yield head[:_ID_BYTES], told, file.tell()


def _check(plain: bytes) -> bytes:
    return blake2b(plain, digest_size=_CHECK_BYTES, person=b"vfp erasures").digest()
