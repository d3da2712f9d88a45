"""Sealed envelopes: one file that carries parts of an exchange by stick, mail or chat, for its recipients' eyes only.

Layout, the same in every version: frame (magic, protocol, length of the whole file, length of the table), parts, table,
hash of parts, table and frame. So a stick that was pulled, a mail program that altered line ends and a file of another
program are told apart before a key is used. Each part is sealed to one X25519 key and holds what the sender signed: the
seal keeps others out, the signatures inside say who wrote it. A part is read and written whole, a file never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum, StrEnum
from hashlib import blake2b
from struct import Struct
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.protocol import HASH_BYTES, OURS, PROTOCOL, Id, Spoken
from villagefp.wire.values import pack

MAGIC = b"\x89VFP\r\n\x1a\n"
"""As PNG's: a carrier that takes the file for text damages the first bytes, and it shows."""
MAX_PART = 8 * 1024 * 1024
MAX_PARTS = 4096
SEAL_KEY_BYTES = 32
_MAX_TABLE = 64 * MAX_PARTS
_OVERHEAD = 48
"""Bytes that sealing adds to a part."""
_MARK_BYTES = 8
_FRAME = Struct(">8sHQI")
_UNFINISHED = 2**64 - 1
_CHUNK = 64 * 1024


class Contents(IntEnum):
    """What a part holds."""

    UP = 1  # batches with their hello
    DOWN = 2  # receipts, pages, statements
    TRANSFER = 3  # a person's snapshot on the way to another village
    SEED = 4  # parts of a first load
    ENROLMENT = 5


class EnvelopeFault(StrEnum):
    """Why an envelope, or a part of it, is not read. It changes nothing in any case."""

    FOREIGN = "foreign"  # no envelope
    TRUNCATED = "truncated"
    ALTERED = "altered"
    WRONG_RECIPIENT = "wrong_recipient"
    OLDER = "older"
    NEWER = "newer"


class EnvelopeError(UserError):
    """An envelope that is not read, with the reason as a word and as a sentence."""

    def __init__(self, fault: EnvelopeFault) -> None:
        super().__init__(in_words(fault))
        self.fault = fault


class SealKey:
    """A secret key that opens what was sealed to it; its 32 bytes are all there is to keep."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SEAL_KEY_BYTES:
            raise ValueError(f"A seal key has {SEAL_KEY_BYTES} bytes, not {len(secret)}.")
        self._key = PrivateKey(secret)
        self.secret = secret
        self.public = bytes(self._key.public_key)

    def open(self, sealed: bytes) -> bytes | None:
        """What was sealed to this key; None where it was sealed to another, or altered."""
        try:
            return bytes(SealedBox(self._key).decrypt(sealed))
        except (CryptoError, ValueError, TypeError):
            return None


def new_seal_key(random: Callable[[int], bytes]) -> SealKey:
    """A fresh key, drawn from what the caller gives as chance."""
    return SealKey(random(SEAL_KEY_BYTES))


def sealed_to(public: bytes, plain: bytes) -> bytes:
    """Bytes that only the owner of this public key can read; other bytes each time."""
    return bytes(SealedBox(PublicKey(public)).encrypt(plain))


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be carried to one recipient."""

    contents: Contents
    village: bytes
    recipient: bytes  # public seal key
    plain: bytes


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A line of an envelope's table: what a part is, for which village and key, and how long."""

    contents: Contents
    village: Id
    mark: Annotated[bytes, Meta(min_length=_MARK_BYTES, max_length=_MARK_BYTES)]  # of the recipient's key
    length: Annotated[int, Meta(ge=_OVERHEAD, le=MAX_PART + _OVERHEAD)]


class _Table(msgspec.Struct, array_like=True):
    entries: Annotated[tuple[Entry, ...], Meta(max_length=MAX_PARTS)]


_DECODER = msgspec.msgpack.Decoder(_Table)


class Envelope(msgspec.Struct, frozen=True):
    """An envelope that is whole: its table, where each part begins, and the hash people compare."""

    entries: tuple[Entry, ...]
    offsets: tuple[int, ...]
    hash: bytes

    def mine(self, public: bytes) -> tuple[int, ...]:
        """The parts sealed to this key; EnvelopeError where there is none."""
        found = tuple(place for place, entry in enumerate(self.entries) if entry.mark == mark_of(public))
        if not found:
            raise EnvelopeError(EnvelopeFault.WRONG_RECIPIENT)
        return found


def mark_of(public: bytes) -> bytes:
    """By what a recipient finds its parts."""
    return blake2b(public, digest_size=_MARK_BYTES, person=b"vfp seal mark").digest()


def write_envelope(file: BinaryIO, parts: Iterable[Part], protocol: int = PROTOCOL) -> bytes:
    """Write parts, sealed, as one file; returns its hash. Syncing and reading it back are the caller's.

    Until the last byte is written the frame tells of a longer file, so that half a file is known as such.
    """
    file.write(_FRAME.pack(MAGIC, protocol, _UNFINISHED, 0))
    hashed = blake2b(digest_size=HASH_BYTES)
    entries: list[Entry] = []
    for part in parts:
        if len(part.plain) > MAX_PART or len(entries) == MAX_PARTS:
            raise ValueError("An envelope with too many parts, or with one that is too large.")
        sealed = sealed_to(part.recipient, part.plain)
        entries.append(Entry(part.contents, part.village, mark_of(part.recipient), len(sealed)))
        hashed.update(sealed)
        file.write(sealed)
    if not entries:
        raise ValueError("An envelope without parts.")
    table = pack(_Table(tuple(entries)))
    length = _FRAME.size + sum(entry.length for entry in entries) + len(table) + HASH_BYTES
    frame = _FRAME.pack(MAGIC, protocol, length, len(table))
    hashed.update(table + frame)
    file.write(table + hashed.digest())
    file.seek(0)
    file.write(frame)
    return hashed.digest()


def open_envelope(file: BinaryIO, spoken: Spoken = OURS) -> Envelope:
    """Look an envelope over, in little memory; EnvelopeError says what is wrong, and then nothing of it was used."""
    file.seek(0)
    frame = file.read(_FRAME.size)
    if frame[: len(MAGIC)] != MAGIC[: len(frame)] or not frame:
        raise EnvelopeError(EnvelopeFault.FOREIGN)
    if len(frame) < _FRAME.size:
        raise EnvelopeError(EnvelopeFault.TRUNCATED)
    _magic, protocol, length, table_length = _FRAME.unpack(frame)
    size = file.seek(0, 2)
    if size < length:
        raise EnvelopeError(EnvelopeFault.TRUNCATED)
    parts_end = length - HASH_BYTES - table_length
    if size > length or parts_end < _FRAME.size or table_length > _MAX_TABLE:
        raise EnvelopeError(EnvelopeFault.ALTERED)
    hash_ = _checked_hash(file, frame, length - HASH_BYTES)
    if not spoken.oldest <= protocol <= spoken.newest:
        raise EnvelopeError(EnvelopeFault.OLDER if protocol < spoken.oldest else EnvelopeFault.NEWER)
    file.seek(parts_end)
    entries = _entries(file.read(table_length))
    offsets = [_FRAME.size]
    for entry in entries:
        offsets.append(offsets[-1] + entry.length)
    if offsets.pop() != parts_end:
        raise EnvelopeError(EnvelopeFault.ALTERED)
    return Envelope(entries, tuple(offsets), hash_)


def _checked_hash(file: BinaryIO, frame: bytes, end: int) -> bytes:
    file.seek(_FRAME.size)
    hashed = blake2b(digest_size=HASH_BYTES)
    left = end - _FRAME.size
    while left:
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            raise EnvelopeError(EnvelopeFault.TRUNCATED)
        hashed.update(chunk)
        left -= len(chunk)
    hashed.update(frame)
    if file.read(HASH_BYTES) != hashed.digest():
        raise EnvelopeError(EnvelopeFault.ALTERED)
    return hashed.digest()


def _entries(table: bytes) -> tuple[Entry, ...]:
    try:
        return _DECODER.decode(table).entries
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise EnvelopeError(EnvelopeFault.ALTERED) from error


def read_part(file: BinaryIO, envelope: Envelope, place: int, keys: Sequence[SealKey]) -> bytes:
    """What a part holds, opened by the key it is marked for; EnvelopeError where none of these is it, or it is altered.

    Several keys, since a key that was changed still opens what was sealed to it before.
    """
    entry = envelope.entries[place]
    fitting = [key for key in keys if mark_of(key.public) == entry.mark]
    if not fitting:
        raise EnvelopeError(EnvelopeFault.WRONG_RECIPIENT)
    file.seek(envelope.offsets[place])
    sealed = file.read(entry.length)
    for key in fitting:
        plain = key.open(sealed)
        if plain is not None:
            return plain
    raise EnvelopeError(EnvelopeFault.ALTERED)


def slip_code(hash_: bytes) -> str:
    """The hash as slips show it, so that two people can compare what one wrote and the other read: 8 digits in twos."""
    digits = f"{int.from_bytes(hash_[:8], 'big') % 10**8:08}"
    return f"{digits[:4]} {digits[4:]}"


def in_words(fault: EnvelopeFault) -> str:
    """What happened, that nothing is lost, and what to do."""
    return {
        EnvelopeFault.FOREIGN: _(
            "This file is not an exchange file of this program. Nothing was changed and nothing is lost. "
            "Choose a file whose name ends in .vfp."
        ),
        EnvelopeFault.TRUNCATED: _(
            "This file is incomplete: the stick was pulled out too early, or the transfer broke off. Nothing was "
            "changed and nothing is lost. Write or send the file again."
        ),
        EnvelopeFault.ALTERED: _(
            "This file was damaged or altered on the way. Nothing was changed and nothing is lost. "
            "Write or send it again; if it happens again, take another stick."
        ),
        EnvelopeFault.WRONG_RECIPIENT: _(
            "This file is for another laptop or another county. Nothing was changed and nothing is lost. "
            "Hand it to the one it is meant for, or choose the file for this village."
        ),
        EnvelopeFault.OLDER: _(
            "This file was written by an older program and can no longer be read. Nothing was changed and nothing is "
            "lost. Update the program that wrote it and let it write the file again."
        ),
        EnvelopeFault.NEWER: _(
            "This file was written by a newer program. Nothing was changed and nothing is lost. "
            "Update this program and open the file again."
        ),
    }[fault]
