"""The vault key: it is kept off the server, and only whoever holds it can open sealed fields of all villages.

The keys of the villages are worked out from it, so nobody has to keep a list of them. The server has the public part
alone, to which laptops seal the keys of their own from before they were enrolled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b

from villagefp.county.keys import SECRET_BYTES, derived
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.seal import SealKey
from villagefp.wire.village_key import VillageKey

_MARK = "villagefp vault 1"
_CHECK_BYTES = 4
_LINE = 8
"""Digits in a group of the file: somebody may have to type it from paper."""


class Vault:
    """The vault key; its 32 bytes are all there is to keep."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"A vault key has {SECRET_BYTES} bytes, not {len(secret)}.")
        self.secret = secret
        self.seal = SealKey(derived(secret, b"vfp vault seal", 1))

    @property
    def public(self) -> bytes:
        """What the server keeps of it."""
        return self.seal.public

    def village_key(self, keyed_by: bytes, generation: int = 1) -> VillageKey:
        """The key of a village's sealed fields; `keyed_by` is the id under which the village was first enrolled."""
        return VillageKey(generation, derived(self.secret, b"vfp village key", generation, keyed_by))


def new_vault(random: Callable[[int], bytes]) -> Vault:
    """A fresh vault key."""
    return Vault(random(SECRET_BYTES))


def to_text(vault: Vault) -> str:
    """The vault key as a file that says what it is and what to do with it."""
    digits = (vault.secret + _check(vault.secret)).hex()
    groups = " ".join(digits[at : at + _LINE] for at in range(0, len(digits), _LINE))
    told = _(
        "This is the vault key of the county. Whoever has it can open the sealed fields of every village.\n"
        "Carry it off this computer: two copies on two sticks, or printed, in two locked places. Then delete it here.\n"
        "It is needed to enrol laptops, and it cannot be made again."
    )
    return f"{_MARK}\n\n{told}\n\n{groups}\n"


def of_text(text: str) -> Vault:
    """The vault key of a file; UserError where it is none, or a digit is wrong."""
    lines = text.removeprefix("\ufeff").split("\n")
    if lines[0].strip() != _MARK:
        raise UserError(_("This file is no vault key. Choose the file that “county init” wrote, or a copy of it."))
    found = [line for line in lines[1:] if re.fullmatch(r"[0-9A-Fa-f\s]{8,}", line) and line.strip()]
    digits = re.sub(r"\s", "", "".join(found))
    if len(digits) != 2 * (SECRET_BYTES + _CHECK_BYTES):
        raise UserError(_("The vault key in this file is not whole. Take the other copy."))
    told = bytes.fromhex(digits)
    secret, check = told[:SECRET_BYTES], told[SECRET_BYTES:]
    if _check(secret) != check:
        raise UserError(_("A digit of the vault key in this file is wrong. Compare it with the other copy."))
    return Vault(secret)


def _check(secret: bytes) -> bytes:
    return blake2b(secret, digest_size=_CHECK_BYTES, person=b"vfp vault check").digest()
