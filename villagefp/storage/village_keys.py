"""The keys of sealed fields: the store's own, and once it is enrolled those of its village.

The newest key of the village seals, all of them open, the store's own included: what was sealed before the enrolment,
and what never travels, stays readable. The village's keys lie in the store under its own second key, so whoever is not
entitled to sealed fields has neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import Connection

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import local
from villagefp.wire.values import pack, unpack

_KEPT = "village keys"
Key = tuple[int, bytes]
"""Generation and key; a `wire.village_key.VillageKey`, which whoever opens a store need not load."""


class SealedElsewhereError(UserError, CryptoError):
    """Something was sealed under a key that is not here; both a sentence and a failure of decryption."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This was sealed with a key that this laptop does not have: it was entered on another laptop, or the "
                "county has not given the key yet. Nothing is lost. Exchange with the county, and ask it for the key."
            )
        )


class Ring:
    """What seals and opens the sealed fields of one store."""

    def __init__(self, own: bytes, keys: Iterable[Key] = ()) -> None:
        ordered = sorted(keys, key=lambda one: (-one[0], one[1]))
        self.keys = tuple(ordered)
        boxes = [SecretBox(key) for _generation, key in ordered]
        mine = SecretBox(own)
        # A key that some laptop had of its own, generation 0, opens and never seals.
        self._sealing = boxes[0] if ordered and ordered[0][0] else mine
        self._opening = (*boxes, mine)

    def seal(self, plain: bytes, nonce: bytes) -> bytes:
        """Bytes for a sealed field."""
        return bytes(self._sealing.encrypt(plain, nonce))

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed; SealedElsewhereError where none of the keys opens it."""
        for box in self._opening:
            try:
                return box.decrypt(sealed)
            except CryptoError:
                continue
        raise SealedElsewhereError


def ring(connection: Connection, own: bytes) -> Ring:
    """The keys as the store holds them; `own` is its second key."""
    kept = local.get(connection, _KEPT)
    if kept is None:
        return Ring(own)
    return Ring(own, [(generation, key) for generation, key in unpack(SecretBox(own).decrypt(kept))])


def add(connection: Connection, own: bytes, keys: Iterable[Key], random: Callable[[int], bytes]) -> bool:
    """Take in keys of the village, within a save; False where all of them were here.

    The store has to read its ring anew after that (`Store.forget_ring`). What could not be opened before may tell of
    somebody's programme, so what is due is made anew.
    """
    from villagefp.storage.due_rows import STAMP  # noqa: PLC0415  the planner's part; opening a store does not need it

    before = ring(connection, own).keys
    after = sorted({*before, *((generation, key) for generation, key in keys)})
    if len(after) == len(before):
        return False
    told = pack([list(each) for each in after])
    local.put(connection, _KEPT, bytes(SecretBox(own).encrypt(told, random(SecretBox.NONCE_SIZE))))
    local.delete(connection, STAMP)
    return True
