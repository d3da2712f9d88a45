"""First words and answers: small, bound to each other, and read only from whom they should come."""

from __future__ import annotations

import random

import msgspec
import pytest
from msgspec.structs import replace

from tests.wire.tampering import check_all_tampering, refused
from villagefp.wire import hello as h
from villagefp.wire.cursor import Epoch
from villagefp.wire.hello import (
    Answer,
    Coming,
    Hello,
    Known,
    Offer,
    Placed,
    Request,
    SeedAt,
    Sort,
    open_answer,
    open_hello,
    pack_steps,
    seqs_of,
    sign_answer,
    sign_hello,
    tag_of,
    who_says,
)
from villagefp.wire.protocol import OLDEST_PROTOCOL, PROTOCOL, REGISTRY, Spoken, VersionError
from villagefp.wire.signed import ExchangeError, Fault, Purpose, sign
from villagefp.wire.signing import new_key
from villagefp.wire.values import pack

LAPTOP, COUNTY, OTHER = (new_key(random.Random(seed).randbytes) for seed in (1, 2, 3))
VILLAGE, DEVICE = b"v" * 16, b"d" * 16
CHAINS = {0: b"a" * 32, 1: b"b" * 32, 2: b"c" * 32}
QUIET = Hello(
    nonce=b"n" * 8,
    positions={0: 60_000, 1: 70_000, 2: 9_000},
    tag=tag_of(CHAINS),
    known=Known(Epoch(3, b"e" * 8), 4_000),
    digest=tag_of({0: b"x" * 32}),
)
BUSY = replace(
    QUIET,
    digest=b"",
    offers=(Offer(b"h" * 16, 4_321), Offer(b"i" * 16, 77)),
    statements={"form": 3},
    checkpoints={1: {0: b"t" * 8, 512: b"u" * 8}},
    digests={0: b"x" * 32},
    held={b"p" * 16: 700},
    seed=SeedAt(b"z" * 16, 3),
)
NOTHING_NEW = Answer(time=1_800_000_000)
MUCH = Answer(
    time=1_800_000_000,
    requests=Request.MORE | Request.CHECKPOINTS,
    receipt=b"a signed receipt",
    epoch=Epoch(4, b"f" * 8),
    placed=(Placed(1, 7, 3, pack_steps([3, 4, 9])),),
    coming=(Coming(Sort.PAGE, b"p" * 16, 2_000, 700), Coming(Sort.STATEMENT, b"s" * 16, 90)),
    offsets={0: 1024},
    fork=12,
    again=(1,),
    checkpoints={1: {0: b"t" * 8}},
    digests={0: b"y" * 32},
)


def signed(told):
    return sign_hello(told, VILLAGE, DEVICE, LAPTOP)


def fault(act):
    with pytest.raises(ExchangeError) as caught:
        act()
    return caught.value.fault


@pytest.mark.parametrize("told", [QUIET, BUSY])
def test_a_hello_is_read_as_it_was_said(told):
    said = open_hello(signed(told), [LAPTOP.public])
    assert said == (VILLAGE, DEVICE, Spoken(OLDEST_PROTOCOL, PROTOCOL), replace(told, registry=REGISTRY))
    assert who_says(signed(told)) == (VILLAGE, DEVICE)


@pytest.mark.parametrize("told", [NOTHING_NEW, MUCH])
def test_an_answer_is_read_as_it_was_given(told):
    asked = signed(QUIET)
    answer = open_answer(sign_answer(told, asked, COUNTY), asked, [COUNTY.public])
    assert answer == told
    assert answer.asks(Request.MORE) == answer.asks(Request.CHECKPOINTS) == (told is MUCH)
    assert not answer.asks(Request.SEED)


def test_a_day_with_nothing_to_do_costs_little():
    asked = signed(QUIET)
    both = len(asked) + len(sign_answer(NOTHING_NEW, asked, COUNTY))
    assert both <= 235, "340 bytes less the least that HTTP adds"


@pytest.mark.parametrize("told", [QUIET, BUSY])
def test_whatever_is_done_to_a_hello_is_refused(told):
    check_all_tampering(lambda told: open_hello(told, [LAPTOP.public]), signed(told))


def test_whatever_is_done_to_an_answer_is_refused():
    asked = signed(QUIET)
    check_all_tampering(lambda told: open_answer(told, asked, [COUNTY.public]), sign_answer(MUCH, asked, COUNTY))


def test_an_answer_fits_only_the_hello_it_answers():
    asked = signed(QUIET)
    answer = sign_answer(NOTHING_NEW, asked, COUNTY)
    again = signed(replace(QUIET, nonce=b"m" * 8))
    assert fault(lambda: open_answer(answer, again, [COUNTY.public])) is Fault.NOT_SIGNED
    assert fault(lambda: open_answer(answer, asked, [OTHER.public])) is Fault.NOT_SIGNED


def test_a_hello_in_the_name_of_another_laptop_is_refused():
    told = bytearray(signed(QUIET))
    told[65:97] = VILLAGE + b"e" * 16
    assert who_says(bytes(told)) == (VILLAGE, b"e" * 16)
    assert fault(lambda: open_hello(bytes(told), [LAPTOP.public])) is Fault.NOT_SIGNED
    assert fault(lambda: open_hello(signed(QUIET), [OTHER.public])) is Fault.NOT_SIGNED


def test_who_says_so_is_read_without_parsing_and_within_bounds():
    assert fault(lambda: who_says(bytes(96))) is Fault.NOT_SIGNED
    assert fault(lambda: who_says(bytes(h.MAX_HELLO + 1))) is Fault.NOT_SIGNED
    with pytest.raises(ValueError, match="16 bytes"):
        sign_hello(QUIET, b"v", DEVICE, LAPTOP)


@pytest.mark.parametrize(
    "body",
    [
        [],
        [b"short", {}, bytes(8)],
        [bytes(8), {0: -1}, bytes(8)],
        [bytes(8), {0: 2**63}, bytes(8)],
        [bytes(8), {}, bytes(8), None, b"xx"],
        [bytes(8), {}, bytes(8), None, b"", [[b"h" * 16, 0]]],
        [bytes(8), {}, bytes(8), None, b"", [[b"h" * 16, 1]] * (h.MAX_OFFERS + 1)],
        [bytes(8), dict.fromkeys(range(h.MAX_STREAMS + 1), 1), bytes(8)],
        [bytes(8), {}, bytes(8), None, b"", [], 1, PROTOCOL + 1],
    ],
)
def test_a_signed_hello_out_of_bounds_is_damaged(body):
    told = sign(Purpose.HELLO, VILLAGE + DEVICE + pack(body), LAPTOP)
    assert fault(lambda: open_hello(told, [LAPTOP.public])) is Fault.DAMAGED


def test_a_laptop_that_speaks_a_newer_protocol_is_told_so():
    told = sign_hello(QUIET, VILLAGE, DEVICE, LAPTOP, protocol=PROTOCOL + 1)
    assert isinstance(refused(lambda told: open_hello(told, [LAPTOP.public]), told), VersionError)


def test_what_a_newer_peer_adds_at_the_end_is_overlooked():
    longer = [bytes(8), {}, bytes(8), None, b"", [], 1, 1, {}, {}, {}, {}, None, "something new"]
    told = sign(Purpose.HELLO, VILLAGE + DEVICE + pack(longer), LAPTOP)
    assert open_hello(told, [LAPTOP.public]).hello == Hello(nonce=bytes(8), positions={}, tag=bytes(8))


def test_the_tag_is_over_scopes_and_values():
    assert tag_of(CHAINS) == tag_of(dict(reversed(CHAINS.items())))
    others = [{**CHAINS, 0: b"z" * 32}, {0: CHAINS[1], 1: CHAINS[0], 2: CHAINS[2]}, {}, {0: b"a" * 32}]
    assert len({tag_of(CHAINS), *map(tag_of, others)}) == 5


def test_an_answer_too_large_to_be_taken_is_not_signed():
    with pytest.raises(ValueError, match="bytes"):
        sign_answer(replace(NOTHING_NEW, receipt=bytes(h.MAX_ANSWER)), b"", COUNTY)


def defaults(message):
    found = {}
    for field in msgspec.structs.fields(message):
        if not field.required:
            made = field.default_factory
            found[field.name] = field.default if made is msgspec.NODEFAULT else made()
    return found


def test_defaults_never_change():
    """What is left away is read as its default by every later program."""
    assert defaults(Hello) == {
        "known": None, "digest": b"", "offers": (), "registry": 1, "oldest": 1, "statements": {}, "checkpoints": {},
        "digests": {}, "held": {}, "seed": None,
    }  # fmt: skip
    assert defaults(Answer) == {
        "requests": 0, "receipt": b"", "epoch": None, "placed": (), "coming": (), "offsets": {}, "fork": 0,
        "again": (), "checkpoints": {}, "digests": {}, "role": "",
    }  # fmt: skip


@pytest.mark.parametrize("seqs", [[3], [3, 4, 9], [1, 3, 5, 6], list(range(1, 3000)), [1, 2, 500_000]])
def test_steps_say_where_own_changes_stand(seqs):
    assert seqs_of(Placed(1, 1, seqs[0], pack_steps(seqs))) == seqs


@pytest.mark.parametrize("steps", [b"\x01\x01", b"\x80", b"\xff\xff\xff\x7f", b"\x01\x80"])
def test_steps_that_make_no_sense_are_damaged(steps):
    assert fault(lambda: seqs_of(Placed(1, 1, 1, steps))) is Fault.DAMAGED
