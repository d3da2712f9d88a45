"""Whatever the order, the road and the number of deliveries: the same heads, values, conflicts and digest everywhere.

What should come out is told by a model of its own (`merge_model`), not by the code that is tested.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.histories import KINDS, RECORDS, histories
from tests.wire.merge_model import merged
from villagefp.wire.change import Change
from villagefp.wire.digest import EMPTY
from villagefp.wire.erasure import NOTHING_ERASED, Erasures, bare, fold_erased
from villagefp.wire.heads import pack_heads, unpack_heads

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
by_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


class Replica:
    """A side that gets deliveries and keeps heads and digest up to date as it goes, destroying what was erased."""

    def __init__(self, kind):
        self.kind = kind
        self.changes = {}
        self.erasures = NOTHING_ERASED
        self.heads = {}
        self.digest = EMPTY

    def get(self, delivery):
        """Changes and erasures, in one transaction."""
        for one in delivery:
            if isinstance(one, Change):
                self.changes.setdefault(one.name, one)
            else:
                self._erase(one)
        self.changes = {name: bare(c) if self.erasures.takes(c) else c for name, c in self.changes.items()}
        for record in {one.record for one in self.changes.values()}:
            if (self.kind.number, record) not in self.erasures.records:
                fresh = pack_heads(self.folded(record).heads)
                self.digest = self.digest.put(self.kind.number, record, self.heads.get(record), fresh)
                self.heads[record] = fresh

    def _erase(self, erasures):
        for kind, record in erasures.records - self.erasures.records:
            self.digest = self.digest.erase(kind, record, self.heads.pop(record, None))
        self.erasures = self.erasures.joined(erasures)

    def folded(self, record):
        """The record as it stands."""
        mine = [one for one in self.changes.values() if one.record == record]
        return fold_erased(self.kind, record, mine, self.erasures)


@st.composite
def worlds(draw, kind):
    """A history, what of it was erased, and chance."""
    history = draw(histories(kind))
    records = draw(st.sets(st.sampled_from(RECORDS), max_size=1))
    changes = draw(st.sets(st.sampled_from([one.name for one in history]), max_size=2))
    erasures = [Erasures(records=frozenset({(kind.number, record)})) for record in sorted(records)]
    erasures += [Erasures(changes=frozenset({name})) for name in sorted(changes)]
    return history, erasures, draw(st.randoms(use_true_random=False))


def deliveries(told, rng: random.Random):
    """All of it in some order, some of it again, split anyhow."""
    rest = list(told) + rng.choices(told, k=rng.randint(0, 4))
    rng.shuffle(rest)
    while rest:
        size = rng.randint(1, len(rest))
        yield rest[:size]
        rest = rest[size:]


def of(folded):
    return dict(folded.values), dict(folded.heads), list(folded.conflicts), folded.withdrawn


@by_kind
@quick
@given(data=st.data())
def test_any_road_ends_where_the_model_does(kind, data):
    history, erasures, rng = data.draw(worlds(kind))
    one, other = Replica(kind), Replica(kind)
    for replica in (one, other):
        for delivery in deliveries([*history, *erasures], rng):
            replica.get(delivery)
    erased_records = {name for each in erasures for name in each.records}
    erased_changes = {name for each in erasures for name in each.changes}
    for record in RECORDS:
        told = merged(kind, record, history, erased_records, erased_changes)
        expected = (told.values, told.heads, told.conflicts, told.withdrawn)
        if any(change.record == record for change in history) or (kind.number, record) in erased_records:
            assert of(one.folded(record)) == of(other.folded(record)) == expected
        assert unpack_heads(pack_heads(told.heads)) == told.heads
    assert one.digest == other.digest
    assert one.digest.to_bytes() == other.digest.to_bytes()


@by_kind
@quick
@given(data=st.data())
def test_what_was_erased_is_nowhere_and_comes_back_from_nowhere(kind, data):
    history, erasures, rng = data.draw(worlds(kind))
    replica = Replica(kind)
    for delivery in deliveries([*history, *erasures], rng):
        replica.get(delivery)
    later = data.draw(histories(kind))
    replica.get([one for one in later if one.name not in replica.changes])
    for change in replica.changes.values():
        if replica.erasures.takes(change):
            assert (change.fields, change.reason) == ({}, None)
    for kind_number, record in replica.erasures.records:
        assert kind_number == kind.number
        assert of(replica.folded(record)) == ({}, {}, [], True)


@by_kind
@quick
@given(data=st.data())
def test_a_lost_change_shows_in_the_digest_where_it_holds_a_head(kind, data):
    history = data.draw(histories(kind))
    lost = data.draw(st.sampled_from(history))
    whole, lacking = Replica(kind), Replica(kind)
    whole.get(history)
    lacking.get([one for one in history if one is not lost])
    heads = [names for names in merged(kind, lost.record, history).heads.values() if lost.name in names]
    if heads:
        assert whole.digest.to_bytes() != lacking.digest.to_bytes()
    lacking.get([lost])
    assert whole.digest == lacking.digest


@by_kind
@quick
@given(data=st.data())
def test_an_erased_write_shows_nothing_and_brings_nothing_back(kind, data):
    history = data.draw(histories(kind))
    gone = data.draw(st.sampled_from(history))
    folded = fold_erased(
        kind,
        gone.record,
        [bare(one) if one is gone else one for one in history if one.record == gone.record],
        Erasures(changes=frozenset({gone.name})),
    )
    for number, names in gone.replaces.items():
        assert not set(names) & set(folded.heads.get(number, ())), "what it overwrote stays overwritten"
