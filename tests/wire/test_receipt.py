"""Receipts: what the county says it has, by whatever roads and in whatever order its words come."""

from __future__ import annotations

import random
from dataclasses import replace as with_fields
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.wire.tampering import check_all_tampering
from villagefp.wire import receipt as r
from villagefp.wire.cursor import Epoch
from villagefp.wire.receipt import (
    Former,
    Reason,
    Receipt,
    Receipts,
    Returned,
    State,
    Wish,
    contradicts,
    open_receipt,
    state_of,
)
from villagefp.wire.signed import ExchangeError, Fault, Purpose, sign
from villagefp.wire.signing import new_key
from villagefp.wire.values import pack

COUNTY, OTHER = (new_key(random.Random(seed).randbytes) for seed in (1, 2))
VILLAGE, DEVICE = b"v" * 16, b"d" * 16
EPOCH = Epoch(3, b"e" * 8)
GROUPS = (
    Returned(5, 8, Reason.MALFORMED, field=3, change=6),
    Returned(12, 12, Reason.WAITS, change=5),
    Returned(13, 20, Reason.UNAUTHORISED),
)
RECEIPT = Receipt(
    village=VILLAGE,
    device=DEVICE,
    epoch=EPOCH,
    serial=4,
    accepted=30,
    link=b"l" * 8,
    safe_seq=10,
    safe={2: 50, 1: 40},
    returned=GROUPS,
)


def open_(told, keys=(COUNTY.public,), village=VILLAGE, device=DEVICE):
    return open_receipt(told, keys, village, device)


def fault(told, **how):
    with pytest.raises(ExchangeError) as refused:
        open_(told, **how)
    return refused.value.fault


SIGNED = r.sign_receipt(RECEIPT, COUNTY)


def test_a_receipt_is_read_as_it_was_signed():
    assert open_(SIGNED) == RECEIPT
    assert r.sign_receipt(replace(RECEIPT, safe={1: 40, 2: 50}), COUNTY) == SIGNED
    former = (Former(b"o" * 16, (Returned(90, 91, Reason.MALFORMED, 3, 90),)),)  # beyond what is said of this identity
    more = replace(RECEIPT, former=former, wishes=(Wish(b"n" * 16), Wish(b"w" * 16, refused=True)))
    assert open_(r.sign_receipt(more, COUNTY)) == more


def test_whatever_is_done_on_the_way_is_refused():
    check_all_tampering(open_, SIGNED)


def test_a_receipt_of_somebody_else_or_for_somebody_else_is_refused():
    assert fault(SIGNED, keys=(OTHER.public,)) is Fault.NOT_SIGNED
    assert fault(SIGNED, village=b"w" * 16) is fault(SIGNED, device=b"x" * 16) is Fault.FOREIGN


NONSENSE = [
    {"returned": (Returned(5, 31, Reason.MALFORMED),)},
    {"returned": (Returned(5, 4, Reason.MALFORMED),)},
    {"returned": (Returned(9, 9, Reason.MALFORMED), Returned(5, 8, Reason.MALFORMED))},
    {"returned": (Returned(5, 8, Reason.MALFORMED), Returned(8, 9, Reason.MALFORMED))},
    {"safe_seq": 31},
    {"former": (Former(b"o" * 16, (Returned(9, 9, Reason.MALFORMED), Returned(5, 8, Reason.MALFORMED))),)},
]


@pytest.mark.parametrize("change", NONSENSE)
def test_a_receipt_that_contradicts_itself_is_neither_signed_nor_read(change):
    with pytest.raises(ValueError, match="contradicts"):
        r.sign_receipt(replace(RECEIPT, **change), COUNTY)
    assert fault(sign(Purpose.RECEIPT, pack(replace(RECEIPT, **change)), COUNTY)) is Fault.DAMAGED


@pytest.mark.parametrize(
    "change",
    [
        {"serial": 0},
        {"accepted": -1},
        {"village": b"v"},
        {"returned": ((1, 2, 9),)},
        {"safe": {70_000: 1}},
        {"former": ((b"o" * 16, ()),)},
        {"wishes": ((b"n", False),)},
    ],
)
def test_a_signed_receipt_out_of_bounds_is_damaged(change):
    fields = {name: getattr(RECEIPT, name) for name in RECEIPT.__struct_fields__} | change
    assert fault(sign(Purpose.RECEIPT, pack(list(fields.values())), COUNTY)) is Fault.DAMAGED


def test_more_returned_groups_than_a_receipt_takes_are_refused():
    many = tuple(Returned(seq, seq, Reason.UNAUTHORISED) for seq in range(1, r.MAX_RETURNED + 2))
    full = replace(RECEIPT, accepted=10_000, returned=many[:-1])
    assert open_(r.sign_receipt(full, COUNTY)) == full
    with pytest.raises(ValueError, match="contradicts"):
        r.sign_receipt(replace(full, returned=many), COUNTY)
    with pytest.raises(ValueError, match="contradicts"):
        r.sign_receipt(replace(full, former=(Former(b"o" * 16, many[-1:]),)), COUNTY)


def test_what_the_worker_is_told_of_each_change():
    known = Receipts().got(RECEIPT)
    told = {seq: state_of(seq, known, [range(31, 35), range(40, 41)]) for seq in range(1, 43)}
    assert {seq for seq, state in told.items() if state is State.RETURNED} == {*range(5, 9), *range(12, 21)}
    assert {seq for seq, state in told.items() if state is State.ON_ITS_WAY} == {*range(31, 35), 40}
    assert {seq for seq, state in told.items() if state is State.WAITING} == {*range(35, 40), 41, 42}
    assert {seq for seq, state in told.items() if state is State.RECEIVED} == {
        *range(1, 5),
        *range(9, 12),
        *range(21, 31),
    }
    assert known.group_of(7) == GROUPS[0]
    assert len({r.in_words(group) for group in GROUPS}) == 3


def test_without_a_receipt_nothing_was_received():
    assert state_of(1, Receipts(), []) is State.WAITING
    assert state_of(1, Receipts(), [range(1, 2)]) is State.ON_ITS_WAY
    assert (Receipts().accepted, Receipts().safe_seq, Receipts().safe_position(1), Receipts().newest) == (0, 0, 0, None)


def test_a_receipt_of_an_older_epoch_proves_nothing():
    known = Receipts().got(RECEIPT).heard(Epoch(4, b"f" * 8))
    assert state_of(1, known, []) is State.WAITING
    assert state_of(6, known, []) is State.WAITING
    assert known.got(RECEIPT) == known, "also where it comes later, by stick"
    fresh = replace(RECEIPT, epoch=Epoch(4, b"f" * 8), serial=1, accepted=2, safe_seq=0, returned=())
    assert [state_of(seq, known.got(fresh), []) for seq in (2, 3)] == [State.RECEIVED, State.WAITING]


def test_of_twin_epochs_only_what_both_say_is_believed():
    twin = replace(RECEIPT, epoch=Epoch(3, b"x" * 8), accepted=9, safe_seq=9, safe={1: 7}, returned=())
    known = Receipts().got(RECEIPT).got(twin)
    assert (known.accepted, known.safe_seq, known.safe_position(1), known.safe_position(2)) == (9, 9, 7, 0)
    assert known.newest is None
    assert state_of(10, known, []) is State.WAITING


def test_a_later_receipt_releases_what_was_returned():
    released = replace(RECEIPT, serial=5, returned=())
    for order in permutations([RECEIPT, released]):
        known = Receipts()
        for one in order:
            known = known.got(one)
        assert known.newest == released
        assert state_of(6, known, []) is State.RECEIVED


def test_a_county_that_takes_back_its_word_is_noticed():
    later = replace(RECEIPT, serial=5, accepted=31)
    assert not contradicts(RECEIPT, later)
    assert not contradicts(RECEIPT, replace(later, returned=()))
    for change in ({"accepted": 29}, {"safe_seq": 9}, {"safe": {1: 40, 2: 49}}, {"safe": {1: 40}}):
        less = replace(later, **change)
        assert contradicts(RECEIPT, less)
        assert contradicts(less, RECEIPT)
        assert not contradicts(RECEIPT, replace(less, epoch=Epoch(4, b"e" * 8)))
    assert contradicts(RECEIPT, replace(RECEIPT, accepted=31))
    assert not contradicts(RECEIPT, RECEIPT)


epochs = st.builds(Epoch, st.integers(1, 3), st.sampled_from([b"a" * 8, b"b" * 8]))
receipts = st.builds(
    lambda epoch, serial, accepted, safe: replace(
        RECEIPT, epoch=epoch, serial=serial, accepted=accepted, safe_seq=min(safe, accepted), returned=()
    ),
    epochs, st.integers(1, 4), st.integers(0, 9), st.integers(0, 9),
)  # fmt: skip
words = st.lists(st.one_of(receipts, epochs), max_size=6)


def know(told):
    known = Receipts()
    for word in told:
        known = known.heard(word) if isinstance(word, Epoch) else known.got(word)
    return known


@given(words, st.randoms(use_true_random=False))
def test_roads_order_and_repetition_make_no_difference(told, rng: random.Random):
    shuffled = told + rng.choices(told, k=3) if told else []
    rng.shuffle(shuffled)
    assert know(shuffled) == know(told)


@given(words, words, words)
def test_knowing_is_a_join(one, two, three):
    a, b, c = know(one), know(two), know(three)
    assert a.joined(b) == b.joined(a) == know(one + two)
    assert a.joined(b).joined(c) == a.joined(b.joined(c))
    assert a.joined(a) == a
    assert with_fields(a) == a


@given(words)
def test_no_change_is_called_received_unless_the_newest_epochs_receipt_says_so(told):
    known = know(told)
    highest = max((w.counter if isinstance(w, Epoch) else w.epoch.counter for w in told), default=0)
    for seq in range(1, 10):
        if state_of(seq, known, []) is State.RECEIVED:
            saying = [w for w in told if isinstance(w, Receipt) and w.epoch.counter == highest and w.accepted >= seq]
            assert saying
