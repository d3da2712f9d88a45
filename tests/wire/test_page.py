"""Pages: the changes of a stream between two positions, the same bytes every time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.wire.tampering import check_all_tampering
from villagefp.wire import batch_header, seed
from villagefp.wire import page as p
from villagefp.wire.cursor import Cursor, Stream, advance, start
from villagefp.wire.frames import MAX_BODY
from villagefp.wire.page import Origin, Run, follow, make_page, open_page, sign_page
from villagefp.wire.signed import ExchangeError, Fault, Purpose, sign
from villagefp.wire.signing import new_key
from villagefp.wire.values import pack

COUNTY, OTHER = (new_key(random.Random(seed).randbytes) for seed in (1, 2))
STREAM = Stream(b"v" * 16, 2)
A, B = b"a" * 16, b"b" * 16
NAMES = [(B, 7), (B, 8), (A, 1), (A, 2), (A, 4), (B, 9), (A, 5)]
ORIGINS = [Origin(device, seq, device + seq.to_bytes(16, "big")) for device, seq in NAMES]
LINKS = [bytes([place]) * 32 for place in range(len(NAMES))]
START = start(STREAM)


def page_of(begin, end, packed=b"packed"):
    return make_page(advance(START, LINKS[:begin]), STREAM, ORIGINS[begin:end], LINKS[begin:end], packed)


PAGE = page_of(2, 6)
SIGNED = sign_page(PAGE, COUNTY)


def open_(told):
    return open_page(told, [COUNTY.public])


def fault(act):
    with pytest.raises(ExchangeError) as refused:
        act()
    return refused.value.fault


def test_a_page_is_read_as_it_was_made_and_made_alike_each_time():
    assert open_(SIGNED) == PAGE
    assert (PAGE.first, PAGE.last) == (3, 6)
    assert list(PAGE.names()) == NAMES[2:6]
    assert sign_page(page_of(2, 6), COUNTY) == SIGNED


def test_consecutive_seqs_of_a_device_share_one_origin():
    assert [run.count for run in page_of(0, 7).runs] == [2, 2, 1, 1, 1]
    assert PAGE.runs[0] == Run(0, 1, 2, ORIGINS[2].link_before)


@given(st.lists(st.tuples(st.sampled_from([A, B, b"c" * 16]), st.integers(1, 4)), min_size=1, max_size=30))
def test_every_origin_comes_back_in_its_place(names):
    origins = [Origin(device, seq, bytes(32)) for device, seq in names]
    page = make_page(START, STREAM, origins, [bytes(32)] * len(names), b"")
    assert list(open_(sign_page(page, COUNTY)).names()) == names
    assert page.last == len(names)


def test_whatever_is_done_on_the_way_is_refused():
    check_all_tampering(open_, SIGNED)


def test_a_page_by_somebody_else_is_refused():
    assert fault(lambda: open_page(SIGNED, [OTHER.public])) is Fault.NOT_SIGNED


def test_a_page_leads_the_cursor_on():
    cursor = START
    for begin, end in ((0, 3), (3, 4), (4, 7)):
        cursor = follow(page_of(begin, end), cursor, STREAM, LINKS[begin:end])
    assert cursor == advance(START, LINKS)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 7)), max_size=12))
def test_any_pages_in_any_order_end_where_they_reach_without_a_gap(spans):
    cursor = START
    for begin, length in spans:
        end = min(7, begin + length)
        page = page_of(begin, end)
        if begin > cursor.position:
            assert fault(lambda page=page, b=begin, e=end, c=cursor: follow(page, c, STREAM, LINKS[b:e])) is Fault.GAP
        else:
            after = follow(page, cursor, STREAM, LINKS[begin:end])
            assert after.position == max(cursor.position, end)
            cursor = after
    assert cursor == advance(START, LINKS[: cursor.position])


def test_a_page_that_does_not_go_on_from_here_is_told():
    before = advance(START, LINKS[:2])
    links = LINKS[2:6]
    assert fault(lambda: follow(PAGE, Cursor(2, b"x" * 32), STREAM, links)) is Fault.FORKED
    assert fault(lambda: follow(PAGE, before, STREAM, links[::-1])) is Fault.FORKED
    assert fault(lambda: follow(PAGE, before, STREAM, links[:-1])) is Fault.DAMAGED
    assert fault(lambda: follow(PAGE, before, Stream(STREAM.village, 3), links)) is Fault.FOREIGN
    assert fault(lambda: follow(PAGE, Cursor(6, b"x" * 32), STREAM, links)) is Fault.FORKED


def test_pages_are_bounded():
    with pytest.raises(ValueError, match="0 changes"):
        make_page(START, STREAM, [], [], b"")
    with pytest.raises(ValueError, match="bytes"):
        page_of(0, 2, bytes(p.MAX_PACKED + 1))
    with pytest.raises(ValueError, match="bytes"):
        page_of(0, 1, bytes(p.MAX_SINGLE + 1))
    many = [Origin(place.to_bytes(16, "big"), 1, bytes(32)) for place in range(p.MAX_CHANGES)]
    largest = make_page(START, STREAM, many, [bytes(32)] * len(many), bytes(p.MAX_PACKED))
    for page in (largest, page_of(0, 1, bytes(p.MAX_SINGLE))):
        told = sign_page(page, COUNTY)
        assert len(told) <= p.MAX_PAGE
        assert open_(told) == page


def test_the_largest_change_of_a_batch_fits_a_page_and_a_seed():
    assert batch_header.MAX_SINGLE <= p.MAX_SINGLE <= seed.MAX_PART
    assert p.MAX_PAGE <= MAX_BODY


@pytest.mark.parametrize(
    "change",
    [
        {"packed": bytes(p.MAX_PACKED + 1)},
        {"first": 0},
        {"first": 2**63 - 1},
        {"runs": ()},
        {"runs": (Run(2, 1, 1, bytes(32)),)},
        {"runs": (Run(0, 2**63 - 1, 2, bytes(32)),)},
        {"runs": tuple(Run(0, 1, p.MAX_CHANGES, bytes(32)) for _ in range(2))},
        {"chain": b"short"},
        {"devices": (b"short", b"b" * 16)},
    ],
)
def test_a_signed_page_out_of_bounds_is_damaged(change):
    odd = replace(PAGE, **change)
    body = [odd.stream.village, odd.stream.scope, odd.first, odd.chain, odd.devices, odd.runs, odd.packed]
    assert fault(lambda: open_(sign(Purpose.PAGE, pack(body), COUNTY))) is Fault.DAMAGED
