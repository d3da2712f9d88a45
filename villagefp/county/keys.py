"""The county's keys: everything it signs and everything sealed to it hang on one secret of 32 bytes.

The secret lies in key slots, wrapped by passphrase and recovery code; the keys are worked out from it anew each time.
A further generation is a key more, and what older ones signed or opened still counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from villagefp.wire.seal import SealKey
from villagefp.wire.signing import SigningKey

SECRET_BYTES = 32


@dataclass(frozen=True)
class CountyKeys:
    """What the county signs with, whose older signatures still count, and what opens envelopes for it."""

    sign: SigningKey
    older_signs: tuple[bytes, ...]  # public keys, newest first
    seals: tuple[SealKey, ...]  # newest first; what goes to the county is sealed to the first

    @property
    def signs(self) -> tuple[bytes, ...]:
        """The public keys that laptops pin."""
        return (self.sign.public, *self.older_signs)

    @property
    def seal(self) -> SealKey:
        """The key to which laptops seal from now on."""
        return self.seals[0]


def of_secret(secret: bytes, generation: int = 1) -> CountyKeys:
    """The keys that a county's secret gives, in this generation and all before it."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"A county's secret has {SECRET_BYTES} bytes, not {len(secret)}.")
    if generation < 1:
        raise ValueError("Generations of keys count from 1.")
    numbers = range(generation, 0, -1)
    signs = [SigningKey(derived(secret, b"vfp county sign", number)) for number in numbers]
    return CountyKeys(
        sign=signs[0],
        older_signs=tuple(key.public for key in signs[1:]),
        seals=tuple(SealKey(derived(secret, b"vfp county seal", number)) for number in numbers),
    )


def derived(secret: bytes, purpose: bytes, number: int, about: bytes = b"") -> bytes:
    """32 bytes for one purpose, from which neither the secret nor the bytes for another can be worked out."""
    return blake2b(about + number.to_bytes(8, "big"), key=secret, digest_size=SECRET_BYTES, person=purpose).digest()
