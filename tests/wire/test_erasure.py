"""Erasure: what it names cannot be read any more, and the chain still holds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.wire.tampering import check_all_tampering
from villagefp.wire import erasure as e
from villagefp.wire import links
from villagefp.wire.change import Change, LoggedChange, pack_body, pack_header
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import (
    NOTHING_ERASED,
    Break,
    Broken,
    Erasure,
    Erasures,
    bare,
    broken,
    fold_erased,
    open_erasure,
    open_list,
    punctured,
    sign_erasure,
    with_listed,
)
from villagefp.wire.signed import ExchangeError, Fault, Purpose, sign
from villagefp.wire.signing import new_key
from villagefp.wire.values import pack

COUNTY, OTHER = (new_key(random.Random(seed).randbytes) for seed in (1, 2))
VILLAGE, DEVICE = b"v" * 16, b"d" * 16
LI, WANG = b"l" * 16, b"w" * 16
PERSON = BY_NAME["person"]
NAME, NAME_STATUS, SEX, NOTE = 1, 2, 3, 18
FIRST = links.first_link(VILLAGE, DEVICE)


def change(seq, record, fields, over=()):
    return Change(
        village=VILLAGE,
        device=DEVICE,
        seq=seq,
        group=seq,
        stamp=seq,
        author=b"a" * 16,
        kind=PERSON.number,
        record=record,
        fields=fields,
        replaces={number: ((DEVICE, old),) for old in over for number in fields},
        reason="told by her",
    )


HISTORY = [
    change(1020, LI, {NAME: "李芳", NAME_STATUS: "given", SEX: "2"}),
    change(1021, WANG, {NAME: "王兰", NAME_STATUS: "given"}),
    change(1022, LI, {NOTE: "住村东"}),
    change(1023, LI, {NOTE: "说漏了的话"}, over=[1022]),
    change(1024, WANG, {NOTE: "养狗"}),
    change(1025, LI, {SEX: "1"}, over=[1020]),
]
ROOTS = {(DEVICE, 0): links.whole_segment(b"0" * 32), (DEVICE, 1): links.whole_segment(b"1" * 32)}


def logged(history, link=FIRST):
    found = []
    for one in history:
        body = pack_body(one.fields, one.reason)
        key = links.leaf_key(ROOTS[DEVICE, links.segment_of(one.seq)], links.leaf_of(one.seq))
        committed = links.commitment(key, body)
        link = links.next_link(link, pack_header(one), committed)
        found.append(LoggedChange(one, body, committed, link))
    return found


LOG = logged(HISTORY)
ERASE_LI = Erasure(village=VILLAGE, serial=1, records=((PERSON.number, LI),))
ERASE_NOTE = Erasure(village=VILLAGE, serial=2, changes=((DEVICE, 1023),))
SIGNED = sign_erasure(ERASE_LI, COUNTY)


def open_(told):
    return open_erasure(told, [COUNTY.public], VILLAGE)


def fault(act):
    with pytest.raises(ExchangeError) as refused:
        act()
    return refused.value.fault


def known(*statements):
    found = NOTHING_ERASED
    for one in statements:
        found = found.with_statement(one)
    return found


def destroyed(log, erasures):
    return [LoggedChange(bare(one.change), None, one.commitment, one.link) if erasures.takes(one.change) else one
            for one in log]  # fmt: skip


def destroy_keys(covers, log, erasures):
    return covers | punctured(covers, [one.change.name for one in log if erasures.takes(one.change)])


def test_a_statement_is_read_as_it_was_signed_and_names_things_in_one_order():
    assert open_(SIGNED) == ERASE_LI
    many = Erasure(
        village=VILLAGE, serial=1, records=((5, WANG), (5, LI), (5, WANG)), changes=((DEVICE, 9), (DEVICE, 2))
    )
    told = open_(sign_erasure(many, COUNTY))
    assert (told.records, told.changes) == (((5, LI), (5, WANG)), ((DEVICE, 2), (DEVICE, 9)))


def test_whatever_is_done_on_the_way_is_refused():
    check_all_tampering(open_, SIGNED)


def test_only_who_may_can_erase_and_only_in_its_village():
    assert fault(lambda: open_erasure(SIGNED, [OTHER.public], VILLAGE)) is Fault.NOT_SIGNED
    assert fault(lambda: open_erasure(SIGNED, [COUNTY.public], b"x" * 16)) is Fault.FOREIGN
    with pytest.raises(ValueError, match="names nothing"):
        sign_erasure(Erasure(village=VILLAGE, serial=1), COUNTY)


@pytest.mark.parametrize(
    "body",
    [[b"short", 1, [], []], [VILLAGE, 0, [], []], [VILLAGE, 1, [[5, b"short"]], []], [VILLAGE, 1, [], [[DEVICE, 0]]],
     [VILLAGE, 1, [], [[DEVICE, 1]] * (e.MAX_NAMED + 1)]],
)  # fmt: skip
def test_a_signed_statement_out_of_bounds_is_damaged(body):
    assert fault(lambda: open_(sign(Purpose.ERASURE, pack(body), COUNTY))) is Fault.DAMAGED


def test_the_largest_statement_fits():
    ids = [place.to_bytes(16, "big") for place in range(e.MAX_NAMED)]
    largest = Erasure(
        village=VILLAGE,
        serial=2**62,
        records=tuple((65_535, each) for each in ids),
        changes=tuple((each, 2**62) for each in ids),
    )
    assert open_(sign_erasure(largest, COUNTY)) == largest


def test_an_erased_record_is_blank_and_stays_so():
    erasures = known(ERASE_LI)
    for part in (
        HISTORY[:1],
        HISTORY,
        [*HISTORY, change(1026, LI, {NAME: "李芳", NAME_STATUS: "given"}, over=[1020])],
        [],
    ):
        folded = fold_erased(PERSON, LI, [one for one in part if one.record == LI], erasures)
        assert (folded.values, folded.heads, folded.conflicts, folded.withdrawn) == ({}, {}, (), True)
    others = [one for one in HISTORY if one.record == WANG]
    assert fold_erased(PERSON, WANG, others, erasures).values[NAME] == "王兰"


def test_an_erased_change_brings_nothing_older_back():
    mine = [bare(one) if one.seq == 1023 else one for one in HISTORY if one.record == LI]
    folded = fold_erased(PERSON, LI, mine, known(ERASE_NOTE))
    assert folded.values == {NAME: "李芳", NAME_STATUS: "given", SEX: "1", NOTE: None}
    assert folded.heads[NOTE] == ((DEVICE, 1023),)
    assert folded.conflicts == ()
    assert not folded.withdrawn


def test_an_erased_write_beside_another_leaves_the_other():
    other = replace(change(2, LI, {SEX: "9"}, over=[1020]), device=b"e" * 16, replaces={SEX: ((DEVICE, 1020),)})
    mine = [HISTORY[0], HISTORY[5], other]
    assert fold_erased(PERSON, LI, mine, NOTHING_ERASED).conflicts == (SEX,)
    folded = fold_erased(PERSON, LI, mine, Erasures(changes=frozenset({(DEVICE, 1025)})))
    assert (folded.values[SEX], folded.conflicts) == ("9", ())


def test_a_withdrawal_stays_when_its_words_are_erased():
    withdrawal = change(1026, WANG, {0: True})
    withdrawal = replace(withdrawal, replaces={0: ((DEVICE, 1021), (DEVICE, 1024))})
    mine = [HISTORY[1], HISTORY[4], withdrawal]
    folded = fold_erased(PERSON, WANG, mine, Erasures(changes=frozenset({withdrawal.name})))
    assert folded.withdrawn
    assert folded.conflicts == ()


@pytest.mark.parametrize("erasures", [known(ERASE_LI), known(ERASE_NOTE), known(ERASE_LI, ERASE_NOTE)])
def test_the_chain_holds_after_bodies_and_keys_are_gone(erasures):
    assert broken(LOG, FIRST, ROOTS, NOTHING_ERASED) is None
    log, covers = destroyed(LOG, erasures), destroy_keys(ROOTS, LOG, erasures)
    assert broken(log, FIRST, covers, erasures) is None
    assert broken(log[2:], LOG[1].link, covers, erasures) is None
    for one in LOG:
        key = links.leaf_key(covers[DEVICE, links.segment_of(one.change.seq)], links.leaf_of(one.change.seq))
        assert (key is None) == erasures.takes(one.change)


def test_a_chain_that_does_not_hold_says_where_and_why():
    erasures = known(ERASE_LI)
    log, covers = destroyed(LOG, erasures), destroy_keys(ROOTS, LOG, erasures)
    assert broken(log, FIRST, covers, NOTHING_ERASED) == Broken(1020, Break.MISSING)
    assert broken(LOG, FIRST, ROOTS, erasures) == Broken(1020, Break.ERASED)
    assert broken(log, bytes(32), covers, erasures) == Broken(1020, Break.LINK)
    assert broken([log[0], log[2]], FIRST, covers, erasures) == Broken(1022, Break.GAP)
    assert broken(LOG, FIRST, covers, NOTHING_ERASED) == Broken(1020, Break.BODY)
    other = LoggedChange(LOG[1].change, LOG[0].body, LOG[1].commitment, LOG[1].link)
    assert broken([log[0], other], FIRST, covers, erasures) == Broken(1021, Break.BODY)
    forged = LoggedChange(replace(LOG[1].change, stamp=99), LOG[1].body, LOG[1].commitment, LOG[1].link)
    assert broken([log[0], forged], FIRST, covers, erasures) == Broken(1021, Break.LINK)
    assert broken([], FIRST, {}, NOTHING_ERASED) is None


def test_only_covers_that_hold_a_destroyed_key_change_and_all_of_them_do():
    names = [(DEVICE, 1022), (DEVICE, 1023), (DEVICE, 1025), (b"x" * 16, 5)]
    changed = punctured(ROOTS, names)
    assert set(changed) == {(DEVICE, 0), (DEVICE, 1)}
    assert set(links.leaf_keys(changed[DEVICE, 0])) == set(range(1022))
    assert set(links.leaf_keys(changed[DEVICE, 1])) == set(range(1024)) - {1}
    assert punctured(changed, names) == {}, "the second time there is nothing left to destroy"
    batch = {(DEVICE, 0): tuple(node for node in changed[DEVICE, 0] if node.holds(3))}
    assert punctured(batch, names) == {}, "a batch's cover that never had the key"


statements = st.lists(
    st.builds(
        Erasure,
        village=st.just(VILLAGE),
        serial=st.integers(1, 9),
        records=st.lists(st.tuples(st.just(5), st.sampled_from([LI, WANG])), max_size=2).map(tuple),
        changes=st.lists(st.tuples(st.just(DEVICE), st.integers(1020, 1025)), max_size=3).map(tuple),
    ).filter(lambda one: one.records or one.changes),
    max_size=4,
)


@settings(deadline=None)
@given(statements, st.randoms(use_true_random=False))
def test_erasures_only_add_up(told, rng: random.Random):
    again = told + rng.choices(told, k=2) if told else []
    rng.shuffle(again)
    assert known(*told) == known(*again)
    log, covers = destroyed(LOG, known(*told)), destroy_keys(ROOTS, LOG, known(*told))
    steps, step_covers, so_far = LOG, ROOTS, NOTHING_ERASED
    for one in again:
        so_far = so_far.with_statement(one)
        step_covers = destroy_keys(step_covers, steps, so_far)
        steps = destroyed(steps, so_far)
    assert steps == log
    assert {place: set(links.leaf_keys(step_covers[place])) for place in ROOTS} == {
        place: set(links.leaf_keys(covers[place])) for place in ROOTS
    }
    assert broken(log, FIRST, covers, known(*told)) is None


@settings(deadline=None)
@given(statements, st.randoms(use_true_random=False))
def test_the_list_beside_the_database_is_the_same_whatever_the_order(told, rng: random.Random):
    def listed(those):
        packed = None
        for one in those:
            packed = with_listed(packed, sign_erasure(one, COUNTY))
        return packed

    shuffled = told + told[:1]
    rng.shuffle(shuffled)
    assert listed(told) == listed(shuffled)
    assert open_list(listed(told), [COUNTY.public], VILLAGE) == known(*told)


def test_a_list_that_is_damaged_or_foreign_is_never_taken_for_an_empty_one():
    packed = with_listed(with_listed(None, SIGNED), sign_erasure(ERASE_NOTE, COUNTY))
    keys = [COUNTY.public]
    assert open_list(packed, keys, VILLAGE) == known(ERASE_LI, ERASE_NOTE)
    for length in range(len(packed)):
        assert fault(lambda length=length: open_list(packed[:length], keys, VILLAGE)) is Fault.DAMAGED
    for place in range(len(packed)):
        flipped = bytearray(packed)
        flipped[place] ^= 1
        fault(lambda flipped=flipped: open_list(bytes(flipped), keys, VILLAGE))
    assert fault(lambda: open_list(packed, [OTHER.public], VILLAGE)) is Fault.NOT_SIGNED
    assert fault(lambda: open_list(packed, keys, b"x" * 16)) is Fault.FOREIGN
    assert fault(lambda: open_list(bytes(e.MAX_LIST + 1), keys, VILLAGE)) is Fault.TOO_LARGE
    assert open_list(None, keys, VILLAGE) == NOTHING_ERASED
