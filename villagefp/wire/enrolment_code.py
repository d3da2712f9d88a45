"""The code with which a laptop is enrolled: on a slip of paper, good once and for some weeks.

Both sides work out of it what they need, each for one use alone. The county keeps the name and the key of the proof,
and from these neither the code nor the key that wraps the village's ring can be worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire import typed_code
from villagefp.wire.seal import SealKey

_RANDOM = 19  # characters of 5 bits: 95 bits, which nobody tries out, so a quick hash will do
CHARACTERS = _RANDOM + 1
NAME_BYTES = 16
_KEY_BYTES = 32


@dataclass(frozen=True)
class CodeKeys:
    """What a code gives."""

    name: bytes  # under which the county finds it
    proof: bytes  # by which both sides show that they know it
    wrap: bytes  # under which the village's ring lies; the county has never seen it

    @property
    def seal(self) -> SealKey:
        """The key to which the enrolment file is sealed."""
        return SealKey(blake2b(self.wrap, digest_size=_KEY_BYTES, person=b"vfp enrol seal").digest())


def new_code(random: Callable[[int], bytes]) -> str:
    """A fresh code, as it is printed: 20 characters in groups of five."""
    return typed_code.grouped(typed_code.fresh(random, _RANDOM))


def read_code(typed: str) -> str:
    """The code as it was made, from what was typed; UserError where it cannot be one."""
    kept = typed_code.tidied(typed)
    if len(kept) != CHARACTERS:
        raise UserError(
            _("An enrolment code has {expected} letters and digits, this one has {count}. Compare it with the slip.")
            .format(expected=CHARACTERS, count=len(kept))
        )  # fmt: skip
    if not typed_code.holds(kept):
        raise UserError(
            _("A letter or digit of the enrolment code is wrong. Compare it with the slip, group by group.")
        )
    return kept


def keys_of(typed: str) -> CodeKeys:
    """What a code gives; UserError where it is none."""
    code = read_code(typed).encode("ascii")
    return CodeKeys(
        name=_hashed(code, b"vfp enrol name")[:NAME_BYTES],
        proof=_hashed(code, b"vfp enrol proof"),
        wrap=_hashed(code, b"vfp enrol wrap"),
    )


def _hashed(code: bytes, purpose: bytes) -> bytes:
    return blake2b(code, digest_size=_KEY_BYTES, person=purpose).digest()
