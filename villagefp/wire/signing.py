"""Ed25519 keys and signatures: who said something, checked before a byte of it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey as _SigningKey
from nacl.signing import VerifyKey

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64
_SHOWN = 8


class SigningKey:
    """A secret key that signs; its seed is all there is to keep."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError(f"A seed has {SEED_BYTES} bytes, not {len(seed)}.")
        self._key = _SigningKey(seed)
        self.seed = seed
        self.public = bytes(self._key.verify_key)

    def sign(self, message: bytes) -> bytes:
        """The signature alone, without the message."""
        return bytes(self._key.sign(message).signature)


def new_key(random: Callable[[int], bytes]) -> SigningKey:
    """A fresh key, drawn from what the caller gives as chance."""
    return SigningKey(random(SEED_BYTES))


def is_signed(message: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the owner of this public key signed these very bytes."""
    if len(signature) != SIGNATURE_BYTES or len(public) != PUBLIC_BYTES:
        return False
    try:
        VerifyKey(public).verify(message, signature)
    except BadSignatureError:
        return False
    return True


def fingerprint(public: bytes) -> str:
    """A public key as people read it out: the first 8 digits of its hash."""
    digits = hashlib.sha256(public).hexdigest()[:_SHOWN]
    return f"{digits[: _SHOWN // 2]}-{digits[_SHOWN // 2 :]}"
