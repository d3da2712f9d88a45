"""Signed bytes: size, signature and version are looked at before a byte of what they say."""

from __future__ import annotations

import random

import msgspec
import pytest

from tests.wire.tampering import check_all_tampering
from villagefp.wire import protocol, signed
from villagefp.wire.protocol import PROTOCOL, Spoken, VersionError, agree
from villagefp.wire.signed import ExchangeError, Fault, Purpose, check, decode, pack_short, sign
from villagefp.wire.signing import new_key
from villagefp.wire.values import pack

KEY, OTHER = (new_key(random.Random(seed).randbytes) for seed in (1, 2))
SIGNED = sign(Purpose.PAGE, b"what was said", KEY, bound=b"asked")


def fault(told, *, purpose=Purpose.PAGE, keys=(KEY.public,), most=10_000, bound=b"asked"):
    with pytest.raises(ExchangeError) as refused:
        check(purpose, told, keys, most, bound)
    return refused.value.fault


def test_what_was_signed_is_read_with_whichever_key_signed_it():
    told = check(Purpose.PAGE, SIGNED, [OTHER.public, KEY.public], len(SIGNED), b"asked")
    assert told == (b"what was said", KEY.public, PROTOCOL)


def test_whatever_is_done_on_the_way_is_refused():
    check_all_tampering(lambda told: check(Purpose.PAGE, told, [KEY.public], 1000, b"asked"), SIGNED)


def test_a_signature_serves_no_other_purpose_question_or_signer():
    assert fault(SIGNED, purpose=Purpose.RECEIPT) is Fault.NOT_SIGNED
    assert fault(SIGNED, bound=b"asked otherwise") is Fault.NOT_SIGNED
    assert fault(SIGNED, bound=b"") is Fault.NOT_SIGNED
    assert fault(SIGNED, keys=[OTHER.public]) is Fault.NOT_SIGNED
    assert fault(SIGNED, keys=[]) is Fault.NOT_SIGNED


def test_what_belongs_to_the_question_cannot_be_shifted_into_the_answer():
    assert fault(sign(Purpose.PAGE, b"bc", KEY, bound=b"a")[:-1], bound=b"ab") is Fault.NOT_SIGNED
    moved = sign(Purpose.PAGE, b"bc", KEY, bound=b"a")
    assert fault(moved[: signed.BODY_AT] + b"c", bound=b"ab") is Fault.NOT_SIGNED


def test_large_bytes_are_not_looked_at(monkeypatch):
    def never(*_told):
        raise AssertionError("large bytes were looked at")

    monkeypatch.setattr(signed, "is_signed", never)
    assert fault(SIGNED, most=len(SIGNED) - 1) is Fault.TOO_LARGE


def test_a_body_that_makes_no_sense_is_told_apart_from_an_unsigned_one():
    decoder = msgspec.msgpack.Decoder(list[int])
    assert decode(decoder, pack([1])) == [1]
    for body in (b"", pack(["a"]), pack([1]) + b"\0", b"\xdd\xff\xff\xff\xff", b"\x91" * 100_000):
        with pytest.raises(ExchangeError) as refused:
            decode(decoder, body)
        assert refused.value.fault is Fault.DAMAGED


def test_a_deep_nest_where_nothing_is_expected_is_refused_too():
    class Short(msgspec.Struct, array_like=True):
        a: int = 0

    nest = b"\x92\x01" + b"\x91" * 100_000 + b"\x01"
    with pytest.raises(ExchangeError):
        decode(msgspec.msgpack.Decoder(Short), nest)


@pytest.mark.parametrize("version", [0, PROTOCOL + 1, 255])
def test_another_version_is_named_once_its_signature_holds(version):
    told = sign(Purpose.PAGE, b"", KEY, protocol=version)
    with pytest.raises(VersionError, match=str(version)) as refused:
        check(Purpose.PAGE, told, [KEY.public], 1000)
    assert refused.value.older == (version < PROTOCOL)
    assert fault(told, keys=[OTHER.public], bound=b"") is Fault.NOT_SIGNED


def test_two_sides_speak_the_newest_that_both_know():
    assert agree(Spoken(1, 3), Spoken(2, 5)) == 3
    assert agree(Spoken(2, 5), Spoken(1, 3)) == 3
    assert agree(Spoken(4, 4), Spoken(1, 9)) == 4
    with pytest.raises(VersionError) as refused:
        agree(Spoken(1, 2), Spoken(3, 4))
    assert refused.value.older
    with pytest.raises(VersionError) as refused:
        agree(Spoken(5, 6), Spoken(3, 4))
    assert not refused.value.older


def test_every_version_has_a_reason_and_none_is_left_out():
    assert sorted(protocol.PROTOCOLS) == list(range(1, PROTOCOL + 1))
    assert all(reason.startswith(f"protocol {number}: ") for number, reason in protocol.PROTOCOLS.items())


def test_what_says_nothing_at_the_end_is_left_away_and_read_as_before():
    class Told(msgspec.Struct, array_like=True):
        a: int
        b: int = 1
        c: tuple[int, ...] = ()
        d: dict[int, int] = {}

    for told, length in ((Told(5), 1), (Told(5, 2), 2), (Told(5, 1, (3,)), 3), (Told(5, 1, (), {1: 2}), 4)):
        packed = pack_short(told)
        assert packed[0] == 0x90 + length
        assert msgspec.msgpack.decode(packed, type=Told) == told


def test_every_fault_is_a_sentence_of_its_own():
    sentences = {signed.in_words(fault) for fault in Fault}
    assert len(sentences) == len(Fault)
    assert all("Nothing was changed and nothing is lost." in sentence for sentence in sentences)
