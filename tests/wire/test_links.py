"""The chain of links, and the keys under it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from villagefp.wire import links
from villagefp.wire.change import Change, pack_body, pack_header
from villagefp.wire.values import in_order

ROOT = bytes(range(32))
WHOLE = links.whole_segment(ROOT)
KEYS = links.leaf_keys(WHOLE)
CHANGE = Change(
    village=b"v" * 16,
    device=b"d" * 16,
    seq=7,
    group=5,
    stamp=99,
    author=b"w" * 16,
    kind=5,
    record=b"r" * 16,
    fields={1: "王芳", 3: "2"},
    replaces={1: ((b"d" * 16, 3),)},
    reason="told by her",
)


def links_of(change, key, before):
    """Commitment and link, as the log makes them."""
    committed = links.commitment(key, pack_body(change.fields, change.reason))
    return committed, links.next_link(before, pack_header(change), committed)


leaves = st.integers(0, links.SEGMENT - 1)


def test_a_segment_has_1024_different_keys():
    assert sorted(KEYS) == list(range(1024))
    assert len(set(KEYS.values())) == 1024


@given(leaves)
def test_one_by_one_and_all_at_once_are_the_same_keys(leaf):
    assert links.leaf_key(WHOLE, leaf) == KEYS[leaf]


@given(leaves, leaves)
def test_keys_of_some_leaves_are_those_of_all(one, other):
    first, last = sorted((one, other))
    found = links.leaf_keys(WHOLE, first, last)
    assert list(found.items()) == [(place, KEYS[place]) for place in range(first, last + 1)]


@settings(deadline=None)
@given(leaves, leaves, leaves)
def test_keys_of_some_leaves_lack_a_punctured_one(gone, one, other):
    first, last = sorted((one, other))
    found = links.leaf_keys(links.puncture(WHOLE, gone), first, last)
    assert list(found.items()) == [(place, KEYS[place]) for place in range(first, last + 1) if place != gone]


@settings(deadline=None)
@given(st.lists(leaves, min_size=1, max_size=6))
def test_a_punctured_cover_lacks_those_keys_and_no_other(gone):
    cover = WHOLE
    for leaf in gone:
        cover = links.puncture(cover, leaf)
    assert links.leaf_keys(cover) == {place: key for place, key in KEYS.items() if place not in gone}
    assert all(links.leaf_key(cover, leaf) is None for leaf in gone)
    held = {node.key for node in cover}
    assert not held & {KEYS[leaf] for leaf in gone}
    assert ROOT not in held
    assert links.unpack_cover(links.pack_cover(cover)) == cover


def test_one_hole_costs_ten_nodes():
    assert len(links.puncture(WHOLE, 500)) == links.DEPTH


def test_seqs_fill_segments_without_gaps():
    assert [(links.segment_of(seq), links.leaf_of(seq)) for seq in (1, 1023, 1024, 2047, 2048)] == [
        (0, 1),
        (0, 1023),
        (1, 0),
        (1, 1023),
        (2, 0),
    ]


@pytest.mark.parametrize(
    "altered",
    [
        {"village": b"x" * 16},
        {"device": b"x" * 16},
        {"seq": 8},
        {"group": 7},
        {"stamp": 98},
        {"author": b"x" * 16},
        {"kind": 6},
        {"record": b"x" * 16},
        {"fields": {1: "王英", 3: "2"}},
        {"fields": {1: "王芳"}},
        {"replaces": {}},
        {"reason": None},
    ],
)
def test_a_link_covers_all_of_a_change(altered):
    before = links.first_link(CHANGE.village, CHANGE.device)
    assert links_of(replace(CHANGE, **altered), ROOT, before) != links_of(CHANGE, ROOT, before)
    assert links_of(CHANGE, ROOT, bytes(32))[1] != links_of(CHANGE, ROOT, before)[1]


def test_the_chain_holds_when_a_body_is_destroyed():
    committed, link = links_of(CHANGE, ROOT, bytes(32))
    assert links.next_link(bytes(32), pack_header(CHANGE), committed) == link
    assert "王芳".encode() not in pack_header(CHANGE) + committed


def test_without_the_key_a_guess_cannot_be_checked():
    body = pack_body(CHANGE.fields, CHANGE.reason)
    assert links.commitment(KEYS[7], body) != links.commitment(KEYS[8], body)


def test_bodies_are_packed_in_one_way():
    assert pack_body(in_order({3: "2", 1: {"b": True, "a": False}}), None) == pack_body(
        {1: {"a": False, "b": True}, 3: "2"}, None
    )
