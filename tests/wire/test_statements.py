"""Signed statements: what one key signed is read whole, and whatever was done to the bytes is told."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.wire import statements
from villagefp.wire.signing import SigningKey, fingerprint, is_signed, new_key
from villagefp.wire.statements import (
    Fault,
    Sort,
    Statement,
    StatementError,
    check_serial,
    compressed,
    open_statement,
    read_intact,
    sign_statement,
)
from villagefp.wire.values import pack, unpack

KEY = new_key(random.Random(1).randbytes)
OTHER = new_key(random.Random(2).randbytes)
CONTENTS = {"workbook.md": b"| survey |", "compiled.json": b'{"form": 1}' * 100}
STATEMENT = Statement(
    sort=Sort.FORM, name="need_record", version="2", serial=7, from_on="2026-12-01", packed=compressed(CONTENTS)
)
SIGNED = sign_statement(STATEMENT, KEY)
TRUSTED = {KEY.public}


def fault(signed: bytes, sort: Sort | None = None) -> Fault:
    with pytest.raises(StatementError) as refused:
        open_statement(signed, TRUSTED, sort)
    assert str(refused.value)
    return refused.value.fault


def test_what_was_signed_is_read_back() -> None:
    told = open_statement(SIGNED, TRUSTED, Sort.FORM)
    assert told == replace(STATEMENT, signer=KEY.public)
    assert {name: told.content(name) for name in told.packed} == CONTENTS


def test_the_same_statement_is_the_same_bytes() -> None:
    shuffled = replace(STATEMENT, packed=dict(reversed(STATEMENT.packed.items())))
    assert sign_statement(shuffled, SigningKey(KEY.seed)) == SIGNED


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_one_other_byte_anywhere_is_noticed(place: int, by: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= by
    assert fault(bytes(changed)) is Fault.DAMAGED


@given(st.binary(max_size=300))
def test_any_bytes_are_no_statement(told: bytes) -> None:
    assert fault(told) is Fault.DAMAGED


@given(st.integers(0, len(SIGNED) - 1))
def test_a_cut_off_statement_is_damaged(length: int) -> None:
    assert fault(SIGNED[:length]) is Fault.DAMAGED
    assert fault(SIGNED + SIGNED[:length] + b"\0") is Fault.DAMAGED


def test_a_foreign_signer_is_named_and_another_sort_too() -> None:
    assert fault(sign_statement(STATEMENT, OTHER)) is Fault.UNKNOWN_SIGNER
    assert fault(SIGNED, Sort.PROGRAMME) is Fault.WRONG_SORT
    assert read_intact(sign_statement(STATEMENT, OTHER)).signer == OTHER.public


def test_a_signature_of_somebody_else_under_a_known_name_is_damaged() -> None:
    body, _public, _signature = unpack(SIGNED)
    _body, _public, foreign = unpack(sign_statement(STATEMENT, OTHER))
    assert fault(pack([body, KEY.public, foreign])) is Fault.DAMAGED


def test_a_signature_made_for_other_bytes_does_not_fit() -> None:
    body, public, _signature = unpack(SIGNED)
    assert fault(pack([body, public, KEY.sign(body)])) is Fault.DAMAGED, "the context is part of what is signed"


@pytest.mark.parametrize(
    "body",
    [
        ["form", "need_record", "2", 0, "2026-12-01", {}],
        ["form", "", "2", 1, "2026-12-01", {}],
        ["form", "need_record", "2", 1, "2026-13-01", {}],
        ["form", "need_record", "2", 1, "20261201", {}],
        ["stock", "need_record", "2", 1, "2026-12-01", {}],
        ["form", "need_record", "2", 1, "2026-12-01", {}, "more"],
        "form",
    ],
)
def test_a_body_that_says_nothing_sound_is_damaged_though_signed(body: object) -> None:
    packed = pack(body)
    signed = pack([packed, KEY.public, KEY.sign(b"villagefp statement 1\0" + packed)])
    assert fault(signed) is Fault.DAMAGED


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_told: object) -> bool:
        raise AssertionError("a huge file was looked into")

    monkeypatch.setattr(statements, "is_signed", never)
    assert fault(b"\x93" + b"\0" * statements.MAX_STATEMENT) is Fault.TOO_LARGE


def test_a_statement_that_nobody_would_take_is_not_signed() -> None:
    noise = random.Random(3).randbytes(statements.MAX_STATEMENT)
    with pytest.raises(StatementError) as refused:
        sign_statement(replace(STATEMENT, packed={"workbook.xlsx": noise}), KEY)
    assert refused.value.fault is Fault.TOO_LARGE


def test_a_content_that_unpacks_to_far_too_much_is_refused() -> None:
    bomb = zlib.compress(b"\0" * (statements.MAX_CONTENT + 1), 9)
    told = open_statement(sign_statement(replace(STATEMENT, packed={"compiled.json": bomb}), KEY), TRUSTED)
    with pytest.raises(StatementError) as refused:
        told.content("compiled.json")
    assert refused.value.fault is Fault.TOO_LARGE


@pytest.mark.parametrize("packed", [b"no zlib", zlib.compress(b"a")[:-1], zlib.compress(b"a") + b"b"])
def test_a_content_that_is_not_whole_is_damaged(packed: bytes) -> None:
    told = replace(STATEMENT, packed={"compiled.json": packed})
    for name in ("compiled.json", "missing"):
        with pytest.raises(StatementError) as refused:
            told.content(name)
        assert refused.value.fault is Fault.DAMAGED


def test_a_serial_only_rises() -> None:
    check_serial(STATEMENT, [])
    check_serial(STATEMENT, [1, 6])
    for kept in ([7], [3, 9]):
        with pytest.raises(StatementError, match="7 of “need_record”") as refused:
            check_serial(STATEMENT, kept)
        assert refused.value.fault is Fault.OLD_SERIAL


def test_keys_are_what_their_seeds_make_them() -> None:
    assert SigningKey(KEY.seed).public == KEY.public != OTHER.public
    assert is_signed(b"a", KEY.sign(b"a"), KEY.public)
    assert not is_signed(b"b", KEY.sign(b"a"), KEY.public)
    assert not is_signed(b"a", KEY.sign(b"a")[:-1], KEY.public)
    assert not is_signed(b"a", KEY.sign(b"a"), KEY.public[:-1])
    assert not is_signed(b"a", KEY.sign(b"a"), bytes(32))
    assert fingerprint(KEY.public) != fingerprint(OTHER.public)
    with pytest.raises(ValueError, match="32"):
        SigningKey(b"short")
