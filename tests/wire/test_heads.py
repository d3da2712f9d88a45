"""Merging: a pure function of the set of changes."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from villagefp.wire.change import WITHDRAWN, Change
from villagefp.wire.heads import fold, pack_fresh_heads, pack_heads, unpack_heads
from villagefp.wire.kinds import Base, Field, FieldType, Kind, Merge

NOTE, NAME, NAME_STATUS, SEX, METHODS, FORM = range(1, 7)
RULES = {
    NOTE: (Merge.LATEST, None),
    NAME: (Merge.TOGETHER, "name"),
    NAME_STATUS: (Merge.TOGETHER, "name"),
    SEX: (Merge.ASK, None),
    METHODS: (Merge.UNION, None),
    FORM: (Merge.ONCE, None),
}
KIND = Kind(
    number=1,
    name="invented",
    fields=tuple(
        Field(
            number=number,
            name=f"f{number}",
            type=FieldType.TEXT,
            purpose="test",
            base=Base.DUTY,
            merge=merge,
            group=group,
        )
        for number, (merge, group) in RULES.items()
    ),
)
A, B, C = b"laptop a", b"laptop b", b"laptop c"


def change(device, seq, fields, *, stamp=None, replaces=None, reason=None):
    return Change(
        village=b"v",
        device=device,
        seq=seq,
        group=seq,
        stamp=stamp or seq,
        author=b"w",
        kind=1,
        record=b"r",
        fields=fields,
        replaces=replaces or {},
        reason=reason,
    )


FIRST = change(A, 1, {NOTE: "old", NAME: "王芳", NAME_STATUS: "given", SEX: "2"})


def write(device, seq, fields, *, over=(FIRST,), stamp=None):
    return change(device, seq, fields, stamp=stamp, replaces={n: tuple(o.name for o in over) for n in fields})


def test_an_edit_replaces_what_it_saw():
    folded = fold(KIND, [FIRST, write(A, 2, {NOTE: "new"})])
    assert folded.values[NOTE] == "new"
    assert folded.values[NAME] == "王芳"
    assert folded.conflicts == ()


def test_a_stamp_only_breaks_ties_between_heads():
    late_clock = change(A, 1, {NOTE: "old"}, stamp=10**12)
    edit = write(B, 1, {NOTE: "new"}, over=[late_clock], stamp=5)
    assert fold(KIND, [late_clock, edit]).values[NOTE] == "new"


def test_two_edits_that_did_not_know_of_each_other_show_the_later():
    here, there = write(A, 2, {NOTE: "here"}, stamp=20), write(B, 1, {NOTE: "there"}, stamp=30)
    folded = fold(KIND, [FIRST, here, there])
    assert folded.values[NOTE] == "there"
    assert folded.conflicts == ()
    assert folded.heads[NOTE] == (here.name, there.name)


def test_a_group_moves_as_one():
    here = write(A, 2, {NAME: "王小芳", NAME_STATUS: "given"}, stamp=20)
    there = write(B, 1, {NAME: "李芳之女", NAME_STATUS: "provisional"}, stamp=30)
    folded = fold(KIND, [FIRST, here, there])
    assert (folded.values[NAME], folded.values[NAME_STATUS]) == ("李芳之女", "provisional")


def test_an_ask_field_is_a_conflict_until_somebody_chooses():
    here, there = write(A, 2, {SEX: "1"}), write(B, 1, {SEX: "9"})
    assert fold(KIND, [FIRST, here, there]).conflicts == (SEX,)
    chosen = write(C, 1, {SEX: "1"}, over=[here, there])
    folded = fold(KIND, [FIRST, here, there, chosen])
    assert (folded.values[SEX], folded.conflicts) == ("1", ())


def test_equal_heads_are_no_conflict():
    assert fold(KIND, [FIRST, write(A, 2, {SEX: "1"}), write(B, 1, {SEX: "1"})]).conflicts == ()


def test_once_keeps_the_first_and_tells_of_the_other():
    first, second = change(A, 1, {FORM: "a"}, stamp=10), change(B, 1, {FORM: "b"}, stamp=20)
    folded = fold(KIND, [second, first])
    assert (folded.values[FORM], folded.conflicts) == ("a", (FORM,))


def test_elements_of_a_union_come_and_go_one_by_one():
    start = change(A, 1, {METHODS: {"x": True, "y": True}})
    without_x = change(A, 2, {METHODS: {"x": False}}, replaces={METHODS: (start.name,)})
    with_z = change(B, 1, {METHODS: {"z": True}})
    assert fold(KIND, [start, without_x, with_z]).values[METHODS] == {"y": True, "z": True}


def test_an_edit_that_a_withdrawal_had_not_seen_stays_visible():
    withdrawal = change(A, 2, {WITHDRAWN: True}, replaces={WITHDRAWN: (FIRST.name,)})
    assert fold(KIND, [FIRST, withdrawal]).conflicts == ()
    folded = fold(KIND, [FIRST, withdrawal, write(B, 1, {NOTE: "meanwhile"})])
    assert folded.withdrawn
    assert folded.conflicts == (WITHDRAWN,)


def test_a_field_of_a_newer_peer_is_kept_among_the_heads_and_not_understood():
    newer = change(B, 1, {99: "?", NOTE: "n"})
    folded = fold(KIND, [newer])
    assert 99 not in folded.values
    assert folded.heads[99] == (newer.name,)


@st.composite
def histories(draw):
    """Some laptops write to one record, each seeing some of what was written before."""
    made = [FIRST]
    for step in range(draw(st.integers(0, 7))):
        seen = [one for one in made if draw(st.booleans())]
        heads = fold(KIND, seen).heads if seen else {}
        number = draw(st.sampled_from([NOTE, NAME, SEX, METHODS, WITHDRAWN]))
        word = draw(st.sampled_from("xyz"))
        fields = {
            NAME: {NAME: word, NAME_STATUS: word},
            METHODS: {METHODS: {word: draw(st.booleans())}},
            WITHDRAWN: {WITHDRAWN: True},
        }.get(number, {number: word})
        replaces = {field: heads[field] for field in fields if field in heads}
        if number == WITHDRAWN:
            replaces = {WITHDRAWN: tuple(sorted({name for names in heads.values() for name in names}))}
        made.append(
            change(draw(st.sampled_from([A, B, C])), step + 2, fields, stamp=draw(st.integers(1, 9)), replaces=replaces)
        )
    return made


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(history, rng: random.Random):
    shuffled = history + rng.sample(history, k=len(history) // 2)
    rng.shuffle(shuffled)
    once, again = fold(KIND, history), fold(KIND, shuffled)
    assert once == again
    assert pack_heads(once.heads) == pack_heads(again.heads)


@given(histories())
def test_whoever_has_seen_all_writes_the_only_head(history):
    heads = fold(KIND, history).heads
    settling = change(C, 99, {NOTE: "settled"}, stamp=1, replaces={NOTE: heads.get(NOTE, ())})
    folded = fold(KIND, [*history, settling])
    assert folded.values[NOTE] == "settled"
    assert folded.heads[NOTE] == (settling.name,)


@given(histories())
def test_a_group_never_comes_apart(history):
    values = fold(KIND, history).values
    assert values[NAME_STATUS] == {"王芳": "given"}.get(values[NAME], values[NAME])


@given(histories())
def test_heads_are_kept_as_they_are(history):
    heads = fold(KIND, history).heads
    assert unpack_heads(pack_heads(heads)) == heads


def test_fresh_heads_are_packed_as_all_heads_are():
    heads = dict.fromkeys((1, 2, 5), ((A, 7),))
    assert pack_fresh_heads((A, 7), [1, 2, 5]) == pack_heads(heads)
