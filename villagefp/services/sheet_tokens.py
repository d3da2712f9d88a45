"""The random word in a sheet's QR code: only this store knows which form, person and visit it stands for."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from villagefp.domain.records import RecordId
from villagefp.storage import local

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_TOKEN_BYTES = 10
_BY_TOKEN = "paper:"  # noqa: S105  a key of the local table
_BY_SHEET = "paper-of:"
_SHOWN = 8
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


@dataclass(frozen=True)
class Printed:
    """What a sheet of paper is about."""

    form: str
    form_version: str
    mode: str
    elsewhere: bool
    person: RecordId | None = None
    household: RecordId | None = None
    event: RecordId | None = None


def token_of(store: Store, printed: Printed) -> str:
    """The token of this sheet; printed again, it is the same, and so is the paper."""
    told = msgspec.msgpack.encode(printed)
    key = _BY_SHEET + hashlib.sha256(told).hexdigest()
    with store.read() as connection:
        known = local.get(connection, key)
    if known is not None:
        return known.decode("ascii")
    token = base64.b32encode(store.ambient.random(_TOKEN_BYTES)).decode("ascii")
    with store.save() as save:
        local.put(save.connection, key, token.encode("ascii"))
        local.put(save.connection, _BY_TOKEN + token, told)
    return token


def read_token(store: Store, scanned: str) -> Printed | None:
    """What a scanned sheet is about; None for one that this store did not print."""
    with store.read() as connection:
        told = local.get(connection, _BY_TOKEN + scanned.strip().upper())
    return None if told is None else msgspec.msgpack.decode(told, type=Printed)


def read_print_number(store: Store, told: str) -> Printed | None:
    """What a sheet is about by the number printed on it, K7F3-9QXM; None where no sheet, or more than one, has it."""
    plain = told.strip().upper().replace("-", "").replace(" ", "")
    if len(plain) != _SHOWN or not set(plain) <= _LETTERS:
        return None
    with store.read() as connection:
        found = local.values_below(connection, _BY_TOKEN + plain)
    return msgspec.msgpack.decode(found[0], type=Printed) if len(found) == 1 else None


def print_number(token: str) -> str:
    """The beginning of the token as people read it out: K7F3-9QXM."""
    return f"{token[: _SHOWN // 2]}-{token[_SHOWN // 2 : _SHOWN]}"
