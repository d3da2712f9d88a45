"""The recovery code forgives how it is typed and shows that it is typed wrong."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.errors import UserError
from villagefp.storage.recovery_code import new_code, read_code

codes = st.integers(0, 2**32).map(lambda seed: new_code(random.Random(seed).randbytes))
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(codes)
def test_a_code_is_read_however_it_is_typed(code):
    assert len(code) == 29
    whole = code.replace("-", "")
    assert read_code(code) == whole
    assert read_code(f" {code.lower()} ") == whole
    assert read_code(whole.replace("0", "o").replace("1", "l")) == whole
    assert read_code(code.replace("-", "－").replace("A", "Ａ")) == whole


@given(codes, st.integers(0, 24), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found(code, place, other):
    whole = code.replace("-", "")
    if whole[place] == other:
        return
    with pytest.raises(UserError, match="letter or digit"):
        read_code(whole[:place] + other + whole[place + 1 :])


@pytest.mark.parametrize("typed", ["", "12345", "ABCDE-" * 6, "柳树湾"])
def test_what_cannot_be_a_code_is_said_to_be_none(typed):
    with pytest.raises(UserError, match="has 25 letters and digits, this one has"):
        read_code(typed)
