"""The keys of a store, wrapped once a way in: one slot a worker's passphrase, one for the printed recovery code.

The database is under a random key, sealed fields under a second one. Neither ever changes with a passphrase, and
neither is on the disk unwrapped. Every change writes a new generation of the whole file and keeps the one before;
where the newest is torn, opening falls back to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage.files import sync_folder, write_durably

_MAGIC = b"villagefp keys 1\n"
_NAME = re.compile(r"keys-(\d{8})\.vfpk")
FILES = "keys-*.vfpk*"
"""All files of this module in a folder, as a pattern."""
_CHECK_BYTES = 32
_KEPT = 2
"""Generations kept: the newest and the one before."""


class Cost(Struct, frozen=True):
    """How dear one guess is: passes and bytes of Argon2id; kept in each slot, so that it can rise later."""

    passes: int = 3
    memory: int = 64 * 1024 * 1024


class Keys(Struct, frozen=True):
    """What a slot opens: the key of the database, the key of sealed fields, and who came in."""

    store: bytes
    sealed: bytes
    worker: bytes | None  # none: the recovery code


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """One way in. Whose it is stands inside the wrapped part."""

    sort: str  # worker, recovery
    salt: bytes
    passes: int
    memory: int
    wrapped: bytes


class _Wrapped(msgspec.Struct, frozen=True, array_like=True):
    store: bytes
    sealed: bytes
    worker: bytes | None


WORKER = "worker"
RECOVERY = "recovery"
_slots_encoder = msgspec.msgpack.Encoder()
_slots_decoder = msgspec.msgpack.Decoder(tuple[Slot, ...])
_wrapped_decoder = msgspec.msgpack.Decoder(_Wrapped)


def make_slot(sort: str, secret: str, keys: Keys, cost: Cost, random: Callable[[int], bytes]) -> Slot:
    """Wrap the keys under a passphrase or a recovery code."""
    salt = random(argon2id.SALTBYTES)
    box = SecretBox(_derive(secret, salt, cost))
    plain = _slots_encoder.encode(_Wrapped(keys.store, keys.sealed, keys.worker))
    return Slot(sort, salt, cost.passes, cost.memory, bytes(box.encrypt(plain, random(SecretBox.NONCE_SIZE))))


def open_slots(slots: tuple[Slot, ...], sort: str, secret: str) -> tuple[Slot, Keys] | None:
    """The slot of this sort that opens to the secret, and the keys in it."""
    for slot in slots:
        if slot.sort != sort:
            continue
        try:
            plain = SecretBox(_derive(secret, slot.salt, Cost(slot.passes, slot.memory))).decrypt(slot.wrapped)
        except CryptoError:
            continue
        wrapped = _wrapped_decoder.decode(plain)
        return slot, Keys(wrapped.store, wrapped.sealed, wrapped.worker)
    return None


def _derive(secret: str, salt: bytes, cost: Cost) -> bytes:
    # The same words typed with another keyboard, full width or composed otherwise, are the same secret.
    typed = unicodedata.normalize("NFKC", secret).encode("utf-8")
    return argon2id.kdf(SecretBox.KEY_SIZE, typed, salt, opslimit=cost.passes, memlimit=cost.memory)


def _generations(folder: Path) -> list[tuple[int, Path]]:
    found = [(int(match[1]), path) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    return sorted(found, reverse=True)


def write_slots(folder: Path, slots: tuple[Slot, ...]) -> None:
    """Write a new generation; when this returns it is on the disk, and only then the oldest goes."""
    generations = _generations(folder)
    number = generations[0][0] + 1 if generations else 1
    packed = _slots_encoder.encode(slots)
    content = _MAGIC + blake2b(packed, digest_size=_CHECK_BYTES).digest() + packed
    write_durably(folder / f"keys-{number:08}.vfpk", content)
    for _number, path in generations[_KEPT - 1 :]:
        path.unlink()
    sync_folder(folder)


def read_slots(folder: Path) -> tuple[Slot, ...]:
    """The newest generation that is whole."""
    for _number, path in _generations(folder):
        slots = _whole(path.read_bytes())
        if slots is not None:
            return slots
    raise UserError(
        _(
            "The key file in {folder} is missing or damaged. Copy the files keys-….vfpk from a backup into this folder."
        ).format(folder=folder)
    )


def _whole(content: bytes) -> tuple[Slot, ...] | None:
    check, packed = content[len(_MAGIC) :][:_CHECK_BYTES], content[len(_MAGIC) + _CHECK_BYTES :]
    if not content.startswith(_MAGIC) or blake2b(packed, digest_size=_CHECK_BYTES).digest() != check:
        return None
    return _slots_decoder.decode(packed)


def forget_slots(folder: Path) -> None:
    """Remove the key files that a creation which never ended has left."""
    for _number, path in _generations(folder):
        path.unlink()
    sync_folder(folder)
