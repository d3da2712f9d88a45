"""Cursors, checkpoints and epochs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from villagefp.wire import cursor as c
from villagefp.wire.cursor import Agreement, Cursor, Epoch, Standing, Stream

STREAM = Stream(b"v" * 16, 1)


def links(count, salt=0):
    return [bytes([salt]) + place.to_bytes(31, "big") for place in range(1, count + 1)]


def chains(told):
    cursor, found = c.start(STREAM), {0: c.start(STREAM).chain}
    for link in told:
        cursor = c.advance(cursor, [link])
        found[cursor.position] = cursor.chain
    return found


ALL = links(3000)
CHAINS = chains(ALL)


def noted_in_steps(told, steps):
    """Checkpoints as a side keeps them that gets its changes in portions."""
    cursor, kept, given_ = c.start(STREAM), {}, 0
    for step in [*steps, len(told)]:
        cursor, kept = c.advance_noting(cursor, told[given_ : given_ + step], kept)
        given_ += step
        if given_ >= len(told):
            break
    return cursor, kept


def test_the_chain_begins_otherwise_in_every_stream():
    assert len({c.start(Stream(village, scope)) for village in (b"v" * 16, b"w" * 16) for scope in (0, 1)}) == 4


def test_the_chain_depends_on_every_link_and_their_order():
    one, other = c.advance(c.start(STREAM), ALL[:3]), c.advance(c.start(STREAM), [ALL[1], ALL[0], ALL[2]])
    assert one.position == other.position == 3
    assert one.chain != other.chain
    assert c.advance(c.advance(c.start(STREAM), ALL[:1]), ALL[1:3]) == one


@settings(deadline=None)
@given(st.integers(0, 3000), st.lists(st.integers(1, 500), max_size=20))
def test_checkpoints_noted_on_the_way_are_those_that_are_wanted(count, steps):
    cursor, kept = noted_in_steps(ALL[:count], steps)
    assert cursor == Cursor(count, CHAINS[count])
    assert kept == {place: CHAINS[place] for place in c.kept_positions(count)}
    assert c.advance(c.start(STREAM), ALL[:count]) == cursor


def test_a_million_changes_keep_some_forty_checkpoints():
    assert all(len(c.kept_positions(position)) <= 42 for position in (999_999, 1_000_000, 2**20 - 1, 2**20))
    assert c.kept_positions(0) == {0}


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 50))
def test_after_a_roll_back_the_last_common_point_is_near(ours, common, anew):
    common = min(ours, common)
    theirs = chains(ALL[:common] + links(anew, salt=1))  # the county went on otherwise from an earlier state
    here = {place: CHAINS[place] for place in c.kept_positions(ours)}
    there = {place: theirs[place] for place in c.kept_positions(common + anew)}
    found = c.last_common(here, there)
    assert found <= common
    gone = max(ours, common + anew) - common
    assert common - found < 2 * gone or found == common
    assert c.last_common(there, here) == found
    assert c.last_common(here, theirs) == max(place for place in here if place <= common)


def test_checkpoints_may_be_tags_and_an_empty_side_agrees_on_nothing():
    tags = {place: chain[: c.TAG_BYTES] for place, chain in CHAINS.items()}
    assert c.last_common(tags, CHAINS) == 3000
    assert c.last_common({}, CHAINS) == c.last_common({5: b"x" * 8}, CHAINS) == 0


def test_the_county_sees_who_is_behind_and_who_knows_more():
    def told(position, chain):
        return c.compare(position, chain[: c.TAG_BYTES], 100, CHAINS.__getitem__)

    assert told(100, CHAINS[100]) is Agreement.SAME
    assert told(99, CHAINS[99]) is told(0, CHAINS[0]) is Agreement.BEHIND
    assert told(101, CHAINS[101]) is Agreement.ROLLED_BACK
    assert told(99, CHAINS[98]) is told(100, CHAINS[99]) is Agreement.ROLLED_BACK


def epoch(counter, salt=b"a"):
    return Epoch(counter, salt * 8)


def test_epochs_compare_by_counter_and_twins_prove_nothing():
    assert c.standing(epoch(2), epoch(2)) is Standing.SAME
    assert c.standing(epoch(3), epoch(2)) is Standing.NEWER
    assert c.standing(epoch(2, b"z"), epoch(3)) is Standing.OLDER
    assert c.standing(epoch(2), epoch(2, b"b")) is Standing.UNRELATED


def test_a_county_put_back_raises_its_epoch_above_all_it_hears_of():
    rng = random.Random(7)
    assert not c.must_raise(epoch(5), epoch(5))
    assert not c.must_raise(epoch(5), epoch(4))
    assert c.must_raise(epoch(5), epoch(6))
    assert c.must_raise(epoch(5), epoch(5, b"b")), "another restore of the same backup"
    fresh = c.raised(epoch(5), [epoch(9), epoch(2)], rng.randbytes)
    assert fresh.counter == 10
    assert c.raised(epoch(5), [], rng.randbytes).counter == 6
    assert c.raised(epoch(5), [], rng.randbytes).random != c.raised(epoch(5), [], rng.randbytes).random
    assert not c.must_raise(fresh, epoch(9))


def test_an_epoch_has_eight_bytes_of_chance():
    with pytest.raises(ValueError, match="8 bytes"):
        Epoch(1, b"short")
