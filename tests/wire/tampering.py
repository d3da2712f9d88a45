"""What happens to bytes on the way: cut anywhere, one bit turned, replaced by others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from villagefp.errors import UserError


def refused(open_: Callable[[bytes], object], told: bytes) -> UserError:
    """The typed refusal of these bytes, which must be a sentence."""
    with pytest.raises(UserError) as caught:
        open_(told)
    assert str(caught.value).endswith(".")
    return caught.value


def check_all_tampering(open_: Callable[[bytes], object], told: bytes) -> None:
    """Whatever is done to signed bytes is refused, and what was signed is still taken."""
    open_(told)
    for length in range(len(told)):
        refused(open_, told[:length])
    refused(open_, told + b"\0")
    for place in range(len(told)):
        for bit in range(8):
            flipped = bytearray(told)
            flipped[place] ^= 1 << bit
            refused(open_, bytes(flipped))

    @settings(max_examples=50, deadline=None)
    @given(st.binary(max_size=400))
    def any_bytes(other: bytes) -> None:
        refused(open_, other)

    any_bytes()
