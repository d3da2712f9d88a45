"""The digest: one number for the heads of all records."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from villagefp.wire.digest import EMPTY, Digest
from villagefp.wire.heads import pack_heads

records = st.dictionaries(
    st.tuples(st.integers(1, 5), st.binary(min_size=16, max_size=16)), st.binary(min_size=2, max_size=8), max_size=8
)


def digest_of(heads, order=None):
    digest = EMPTY
    for kind, record in order or sorted(heads):
        digest = digest.put(kind, record, None, heads[kind, record])
    return digest


@given(records, st.randoms(use_true_random=False))
def test_order_makes_no_difference(heads, rng: random.Random):
    order = list(heads)
    rng.shuffle(order)
    assert digest_of(heads, order) == digest_of(heads)


@given(records, st.data())
def test_a_step_at_a_time_is_the_same_as_all_anew(heads, data):
    digest, kept = digest_of(heads), dict(heads)
    for _step in range(5):
        if kept and data.draw(st.booleans()):
            name = data.draw(st.sampled_from(sorted(kept)))
            fresh = data.draw(st.none() | st.binary(min_size=2, max_size=8))
        else:
            name = data.draw(st.tuples(st.integers(1, 5), st.binary(min_size=16, max_size=16)))
            fresh = data.draw(st.binary(min_size=2, max_size=8))
        digest = digest.put(*name, kept.pop(name, None), fresh)
        if fresh is not None:
            kept[name] = fresh
    assert digest == digest_of(kept)
    assert digest.records == len(kept)


@given(records.filter(bool), st.data())
def test_a_lost_or_changed_or_exchanged_head_shows(heads, data):
    name = data.draw(st.sampled_from(sorted(heads)))
    told = digest_of(heads).to_bytes()
    assert digest_of({**heads, name: heads[name] + b"!"}).to_bytes() != told
    without = {other: heads[other] for other in heads if other != name}
    assert digest_of(without).to_bytes() != told
    assert digest_of({**without, (name[0] + 10, name[1]): heads[name]}).to_bytes() != told


def test_the_same_record_twice_shows():
    once = EMPTY.put(1, b"r" * 16, None, b"heads")
    assert len({EMPTY.to_bytes(), once.to_bytes(), once.put(1, b"r" * 16, None, b"heads").to_bytes()}) == 3


def test_a_record_of_which_nothing_stands_counts_as_not_there():
    assert EMPTY.put(1, b"r", None, pack_heads({})) == EMPTY
    assert EMPTY.put(1, b"r", None, b"heads").put(1, b"r", b"heads", pack_heads({})) == EMPTY


def test_what_belongs_to_the_record_cannot_be_taken_for_its_heads():
    assert EMPTY.put(1, b"ab", None, b"c") != EMPTY.put(1, b"a", None, b"bc")


@given(records, records)
def test_parts_of_a_village_add_up(one, other):
    other = {name: other[name] for name in other if name not in one}
    assert digest_of(one).joined(digest_of(other)) == digest_of({**one, **other})


@given(records)
def test_an_erased_record_counts_as_erased_whatever_was_left_of_it(heads):
    others = digest_of(heads)
    name = (9, b"erased record 16")
    with_it = others.put(*name, None, b"heads")
    assert with_it.erase(*name, b"heads") == others.erase(*name, None)
    assert len({others.to_bytes(), with_it.to_bytes(), others.erase(*name, None).to_bytes()}) == 3
    assert isinstance(with_it.erase(*name, b"heads"), Digest)
