"""Signed statements: how a form, a programme or parameters get from the one who publishes them to a laptop.

A statement is three byte strings, packed: the body, the signer's public key, the signature of the body. They are
looked at in this order: size, signer, signature, and only then what the body says. The contents are compressed and
stay so until somebody asks for one.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.signing import SigningKey, is_signed
from villagefp.wire.values import pack

MAX_STATEMENT = 4_000_000
"""Bytes of a packed statement; a form of 300 questions takes about 50,000."""
MAX_CONTENT = 32_000_000
"""Bytes of one content after unpacking."""
_CONTEXT = b"villagefp statement 1\0"
"""Stands before what is signed, so that a signature made for something else never fits a statement."""


class Sort(StrEnum):
    """What a statement is about."""

    FORM = "form"
    PROGRAMME = "programme"
    PARAMS = "params"
    LAPTOP = "laptop"  # to one laptop: its role, its keys


class Fault(StrEnum):
    """Why a statement is refused."""

    TOO_LARGE = "too_large"
    DAMAGED = "damaged"
    UNKNOWN_SIGNER = "unknown_signer"
    WRONG_SORT = "wrong_sort"
    OLD_SERIAL = "old_serial"


class StatementError(UserError):
    """A statement that changes nothing here, with the reason as a word for programs and as a sentence."""

    def __init__(self, fault: Fault, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a signer says: which thing, which version of it, from which day on, and its contents by name."""

    sort: Sort
    name: str  # of the form or programme; "county" for parameters
    version: str
    serial: int  # rises with every statement about the same thing
    from_on: str  # YYYY-MM-DD, the first day on which it counts
    packed: Mapping[str, bytes]  # compressed contents
    signer: bytes = b""  # public key

    def content(self, name: str) -> bytes:
        """One content as it was before it was signed; StatementError where there is none of that name."""
        if name not in self.packed:
            raise damaged()
        stream = zlib.decompressobj()
        try:
            plain = stream.decompress(self.packed[name], MAX_CONTENT)
        except zlib.error as error:
            raise damaged() from error
        if stream.unconsumed_tail:
            raise _too_large(MAX_CONTENT)
        if not stream.eof or stream.unused_data:
            raise damaged()
        return plain


class _Outer(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    body: bytes
    signer: bytes
    signature: bytes


class _Body(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    sort: Sort
    name: str
    version: str
    serial: int
    from_on: str
    packed: dict[str, bytes]


_OUTER = msgspec.msgpack.Decoder(_Outer)
_BODY = msgspec.msgpack.Decoder(_Body)


def compressed(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Contents as a statement carries them."""
    return {name: zlib.compress(contents[name], 9) for name in sorted(contents)}


def sign_statement(statement: Statement, key: SigningKey) -> bytes:
    """The statement as bytes, signed; UserError where it is larger than anybody would take."""
    contents = {name: statement.packed[name] for name in sorted(statement.packed)}
    body = pack(
        [statement.sort.value, statement.name, statement.version, statement.serial, statement.from_on, contents]
    )
    signed = pack([body, key.public, key.sign(_CONTEXT + body)])
    if len(signed) > MAX_STATEMENT:
        raise _too_large(MAX_STATEMENT, len(signed))
    return signed


def open_statement(signed: bytes, trusted: Collection[bytes], sort: Sort | None = None) -> Statement:
    """What a trusted signer says; StatementError names what is wrong, and then nothing of it was read.

    Where a `sort` is named, any other is refused.
    """
    statement = read_intact(signed)
    if statement.signer not in trusted:
        raise StatementError(
            Fault.UNKNOWN_SIGNER,
            _("This package is signed by somebody whom this laptop does not know. Ask the county for one of its own."),
        )
    if sort is not None and statement.sort is not sort:
        raise StatementError(
            Fault.WRONG_SORT,
            _("This package holds a {found}, not a {wanted}.").format(
                found=_in_words(statement.sort), wanted=_in_words(sort)
            ),
        )
    return statement


def read_intact(signed: bytes) -> Statement:
    """What somebody signed, whoever it was: for reading what is kept already, never for taking something over."""
    if len(signed) > MAX_STATEMENT:
        raise _too_large(MAX_STATEMENT, len(signed))
    try:
        outer = _OUTER.decode(signed)
        if not is_signed(_CONTEXT + outer.body, outer.signature, outer.signer):
            raise damaged()
        body = _BODY.decode(outer.body)
        date.fromisoformat(body.from_on)
    except (msgspec.DecodeError, ValueError) as error:
        raise damaged() from error
    if body.serial < 1 or not body.name or len(body.from_on) != len("2026-11-22"):
        raise damaged()
    return Statement(
        sort=body.sort,
        name=body.name,
        version=body.version,
        serial=body.serial,
        from_on=body.from_on,
        packed=body.packed,
        signer=outer.signer,
    )


def check_serial(statement: Statement, kept: Iterable[int]) -> None:
    """StatementError where a statement about the same thing with this serial or a higher one is kept already."""
    highest = max(kept, default=0)
    if statement.serial <= highest:
        raise StatementError(
            Fault.OLD_SERIAL,
            _("This package is number {serial} of “{name}”, and number {highest} is here already. Nothing was changed.")
            .format(serial=statement.serial, name=statement.name, highest=highest),
        )  # fmt: skip


def damaged() -> StatementError:
    """The refusal of bytes that are no statement, or not as they were signed."""
    sentence = _("This package is damaged, or it is no package of this program. Ask for it again.")
    return StatementError(Fault.DAMAGED, sentence)


def _too_large(most: int, size: int | None = None) -> StatementError:
    if size is None:
        sentence = _("This package holds more than {most} MB. Leave pictures out of the sheet.")
        return StatementError(Fault.TOO_LARGE, sentence.format(most=most // 1_000_000))
    sentence = _("This package has {size} MB; at most {most} MB are taken. Leave pictures out of the sheet.")
    return StatementError(Fault.TOO_LARGE, sentence.format(size=-(-size // 1_000_000), most=most // 1_000_000))


def _in_words(sort: Sort) -> str:
    return {
        Sort.FORM: _("form"),
        Sort.PROGRAMME: _("programme"),
        Sort.PARAMS: _("set of parameters"),
        Sort.LAPTOP: _("word to one laptop"),
    }[sort]
