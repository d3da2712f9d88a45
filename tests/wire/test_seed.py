"""Seeds: whoever takes one stands where somebody with the whole log stands, now and after all that comes later."""

from __future__ import annotations

import random
from dataclasses import replace as with_fields
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.wire.histories import KINDS, RECORDS, VILLAGE, histories
from tests.wire.tampering import check_all_tampering
from villagefp.wire.change import Change
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.erasure import Erasures, bare, fold_erased
from villagefp.wire.packed_columns import close_columns, open_columns
from villagefp.wire.packing import Writer
from villagefp.wire.seed import Progress, Source, Stage, open_part, sign_seed
from villagefp.wire.seed_records import MAX_HEADS, SeedRecord, SeqRange, is_covered, put_records, seed_record
from villagefp.wire.signed import ExchangeError, Fault, Purpose, sign
from villagefp.wire.signing import new_key
from villagefp.wire.values import pack

COUNTY, OTHER = (new_key(random.Random(seed).randbytes) for seed in (1, 2))
DEVICE = b"d" * 16
CURSORS = {Stream(VILLAGE, 1): Cursor(70, b"a" * 32), Stream(VILLAGE, 2): Cursor(9, b"b" * 32)}


def change(place, text="x", stamp=None):
    return Change(
        village=VILLAGE,
        device=DEVICE,
        seq=place,
        group=place,
        stamp=place if stamp is None else stamp,
        author=b"w" * 16,
        kind=5,
        record=place.to_bytes(16, "big"),
        fields={1: text, 18: None},
        reason="why" if place == 1 else None,
    )


def record_of(one, covered=None):
    return seed_record(dict.fromkeys(one.fields, (one.name,)), [one], covered or {DEVICE: [SeqRange(1, 10_000)]})


def source(**those):
    told = Source(
        village=VILLAGE,
        seed=b"s" * 16,
        registry=7,
        cursors=CURSORS,
        erasures=(b"a signed erasure",),
        covered={DEVICE: [SeqRange(1, 5), SeqRange(8, 9)]},
        register=[record_of(change(1)), record_of(change(2))],
        open_care=[record_of(change(3))],
        history=[record_of(change(place)) for place in (4, 6, 5)],
    )
    return with_fields(told, **those)


PARTS = sign_seed(source(), COUNTY)


def open_(told):
    return open_part(told, [COUNTY.public], VILLAGE)


def fault(act):
    with pytest.raises(ExchangeError) as refused:
        act()
    return refused.value.fault


class Taken:
    """Whoever takes parts in their order, and looks up what earlier ones have brought."""

    def __init__(self):
        self.records = {}

    def content(self, part):
        told = part.content(self.records.get)
        self.records |= {head.name: record.record for record in told.records for head in record.heads}
        return told

    def names(self, part):
        return [head.seq for record in self.content(part).records for head in record.heads]


def contents(parts):
    taken = Taken()
    return [taken.content(open_(told)) for told in parts]


def test_a_seed_comes_in_stages_history_newest_first():
    parts = [open_(told) for told in PARTS]
    assert [(part.number, part.stage) for part in parts] == [
        (1, Stage.REGISTER),
        (2, Stage.OPEN_CARE),
        (3, Stage.HISTORY),
    ]
    taken = Taken()
    assert [taken.names(part) for part in parts] == [[1, 2], [3], [4, 5, 6]]
    assert {part.seed.total for part in parts} == {3}
    assert parts[0].seed.cursors() == CURSORS
    assert sign_seed(source(), COUNTY) == PARTS


def test_what_must_be_known_before_any_record_comes_first():
    first, second, _third = contents(PARTS)
    assert first.erasures == (b"a signed erasure",)
    assert first.covered == {DEVICE: [SeqRange(1, 5), SeqRange(8, 9)]}
    assert (second.erasures, second.covered) == ((), {})


def test_a_record_comes_back_as_changes():
    record = contents(PARTS)[0].records[0]
    assert record.heads == (change(1),)
    assert (record.kind, record.record) == (5, change(1).record)


def test_what_a_seed_covers():
    covered = source().covered
    assert [is_covered(covered, (DEVICE, seq)) for seq in (1, 5, 6, 7, 8, 9, 10)] == [
        True, True, False, False, True, True, False,
    ]  # fmt: skip
    assert not is_covered(covered, (b"x" * 16, 1))


def test_whatever_is_done_on_the_way_is_refused():
    check_all_tampering(open_, PARTS[1])


def test_a_seed_of_somebody_else_or_for_somebody_else_is_refused():
    assert fault(lambda: open_part(PARTS[0], [OTHER.public], VILLAGE)) is Fault.NOT_SIGNED
    assert fault(lambda: open_part(PARTS[0], [COUNTY.public], b"x" * 16)) is Fault.FOREIGN


def test_an_empty_village_has_one_part_that_says_so():
    (only,) = sign_seed(source(register=[], open_care=[], history=[]), COUNTY)
    part = open_(only)
    assert part.content({}.get).records == ()
    assert Progress(part.seed).after(part).complete


def test_parts_are_applied_in_order_and_again_without_harm():
    first, second, third = map(open_, PARTS)
    progress = Progress(first.seed)
    assert (progress.usable, progress.complete) == (False, False)
    assert fault(lambda: progress.after(second)) is Fault.GAP
    progress = progress.after(first)
    assert (progress.usable, progress.complete) == (True, False), "usable, and history incomplete"
    assert progress.after(first) == progress
    assert progress.after(second).after(first).after(third).complete
    other = open_(sign_seed(source(seed=b"t" * 16), COUNTY)[1])
    assert fault(lambda: progress.after(other)) is Fault.FORKED
    assert msgspec.msgpack.decode(pack(progress), type=Progress) == progress, "kept from start to start"


def test_a_large_village_comes_in_many_small_parts_and_usable_early():
    rng = random.Random(5)
    many = [record_of(change(place, rng.randbytes(100).hex())) for place in range(1, 4001)]
    parts = sign_seed(source(register=many[:1000], open_care=[], history=many[1000:]), COUNTY)
    opened = [open_(told) for told in parts]
    assert [part.number for part in opened] == list(range(1, len(parts) + 1))
    assert max(map(len, parts)) < 66_000
    assert sorted(map(len, parts))[-3] > 50_000, "and none smaller than need be"
    taken = Taken()
    found = [taken.names(part) for part in opened]
    assert 1 <= opened[0].seed.register_parts < len(parts) / 2
    assert sorted(seq for seqs in found for seq in seqs) == list(range(1, 4001))
    history = [seqs for part, seqs in zip(opened, found, strict=True) if part.stage is Stage.HISTORY]
    assert all(min(newer) > max(older) for newer, older in pairwise(history))


def test_one_record_may_be_as_large_as_a_form_with_its_workbook():
    rng = random.Random(5)
    large = change(1)
    large = replace(large, fields={4: rng.randbytes(4_000_000)})
    parts = sign_seed(source(register=[record_of(change(2)), record_of(large), record_of(change(3))]), COUNTY)
    taken = Taken()
    assert [taken.names(open_(told)) for told in parts][:3] == [[2], [1], [3]]
    twice = replace(large, fields={4: rng.randbytes(5_000_000)})
    with pytest.raises(ValueError, match="the largest"):
        sign_seed(source(register=[record_of(twice)]), COUNTY)


BODY = msgspec.msgpack.decode(PARTS[0][65:])


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, [VILLAGE, b"s" * 16, 7, 0, 1, []]), (0, [VILLAGE, b"s" * 16, 7, 3, 4, []]), (1, 0), (1, 4), (1, 2), (2, 2),
     (2, 9)],
)  # fmt: skip
def test_a_signed_part_out_of_bounds_is_damaged(place, value):
    body = [*BODY[:place], value, *BODY[place + 1 :]]
    assert fault(lambda: open_(sign(Purpose.SEED, pack(body), COUNTY))) is Fault.DAMAGED


def part_of(content, before=b"", records=None):
    """A part with columns that somebody with the county's key made up."""
    writer = Writer()
    writer.text(before)
    if records is not None:
        writer.add(put_records(records, lambda _record: None))
    writer.add(content)
    return open_(sign(Purpose.SEED, pack([*BODY[:3], close_columns(writer, 0)]), COUNTY))


def columns(*numbers, dense=b""):
    writer = Writer()
    for number in numbers:
        writer.number(number)
    writer.dense += dense
    return writer


def with_head(**told):
    return [SeedRecord((replace(change(1), **told),))]


@pytest.mark.parametrize(
    "part",
    [
        part_of(columns()),
        part_of(columns(0, 0, 0)),
        part_of(columns(MAX_HEADS + 1)),
        part_of(columns(1, 0, 0)),  # a record of no changes
        part_of(columns(1, 0, 1, 2, dense=bytes(32))),  # two devices of one change
        part_of(columns(1, 0, 1, 1, 0, 2, 0, 0, dense=bytes(16))),  # a device that is not listed
        part_of(columns(1, 0, 1, 1, 0, 0, 0, 0, dense=bytes(16))),  # seq 0
        part_of(columns(0, 0), before=b"no content"),
        part_of(columns(0, 0), before=pack([[], {b"short": []}])),
        part_of(columns(0, 0), before=pack([[], {DEVICE: [[0, 5]]}])),
        part_of(columns(1)),
        part_of(columns(), records=with_head(fields={1: [1]})),
        part_of(columns(), records=with_head(fields={1: {"x": 2}})),
        part_of(columns(), records=with_head(seq=1 << 63)),
        part_of(columns(), records=with_head(group=2)),
        part_of(columns(), records=with_head(group=0)),
        part_of(columns(), records=with_head(stamp=1 << 63)),
        part_of(columns(), records=[SeedRecord((change(1), change(2)))]),
        part_of(columns(), records=[SeedRecord((change(1), replace(change(1), kind=6)))]),
        open_(sign(Purpose.SEED, pack([*BODY[:3], b""]), COUNTY)),
        open_(sign(Purpose.SEED, pack([*BODY[:3], BODY[3][:-1]]), COUNTY)),
        open_(sign(Purpose.SEED, pack([*BODY[:3], BODY[3] + b"x"]), COUNTY)),
    ],
)
def test_content_that_makes_no_sense_is_told(part):
    assert fault(lambda: part.content({}.get)) is Fault.DAMAGED


def test_a_sound_part_made_by_the_same_hands_is_read():
    part = part_of(columns(), records=with_head(), before=pack([[b"told"], {DEVICE: [[1, 5]]}]))
    assert part.content({}.get).records == (SeedRecord((change(1),)),)


def test_what_an_earlier_part_brought_goes_by_name_and_is_looked_up():
    visits = [replace(change(place), kind=9, fields={1: change(1).record}) for place in (7, 8)]
    parts = sign_seed(source(history=[SeedRecord((one,)) for one in visits]), COUNTY)
    assert contents(parts)[2].records == tuple(SeedRecord((one,)) for one in visits)
    assert fault(lambda: open_(parts[2]).content({}.get)) is Fault.DAMAGED, "the part before it is not here"
    whole = sign_seed(source(register=[], history=[SeedRecord((one,)) for one in visits]), COUNTY)
    assert len(parts[2]) < len(whole[2])


SMALL = open_columns(open_(PARTS[0]).packed, 10**6)


@settings(deadline=None, max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_made_up_columns_never_crash(data):
    plain, dense = bytearray(SMALL._plain), bytearray(SMALL._dense)
    for stream in (plain, dense):
        for place, byte in data.draw(
            st.lists(st.tuples(st.integers(0, len(stream) - 1), st.integers(0, 255)), min_size=1, max_size=4)
        ):
            stream[place] = byte
    writer = Writer()
    writer.plain += plain
    writer.dense += dense
    refused_or_read(open_(sign(Purpose.SEED, pack([*BODY[:3], close_columns(writer, 0)]), COUNTY)))


def refused_or_read(part):
    try:
        return part.content({}.get)
    except ExchangeError as refused:
        if refused.fault is not Fault.DAMAGED:
            raise
        return None


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_chance_is_no_content(plain, dense):
    told = part_of(columns())
    writer = Writer()
    writer.plain += plain
    writer.dense += dense
    for packed in (close_columns(writer, 0), plain):
        content = refused_or_read(replace(told, packed=packed))
        assert content is None or content.records == ()


def test_a_record_of_which_nothing_stands_is_no_part_of_a_seed():
    with pytest.raises(ValueError, match="nothing stands"):
        seed_record({}, [change(1)], {})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_seed_and_what_comes_later_is_as_good_as_the_whole_log(kind, data):
    history = data.draw(histories(kind))
    arrived = data.draw(st.lists(st.booleans(), min_size=len(history), max_size=len(history)))
    early = {one.name: one for one, here in zip(history, arrived, strict=True) if here}
    covered = {}
    for device, seq in early:
        covered.setdefault(device, []).append(SeqRange(seq, seq))
    erased = Erasures(changes=frozenset(data.draw(st.sets(st.sampled_from([one.name for one in history]), max_size=1))))
    first, last = (erased, erased) if data.draw(st.booleans()) else (Erasures(), erased)

    kept = {name: bare(one) if first.takes(one) else one for name, one in early.items()}
    seeds = {}
    for record in RECORDS:
        mine = [one for one in kept.values() if one.record == record]
        heads = fold_erased(kind, record, mine, first).heads
        if heads:
            seeds[record] = seed_record(heads, mine, covered)
    parts = sign_seed(source(covered=covered, register=seeds.values(), open_care=[], history=[]), COUNTY)
    seeded = [one for told in contents(parts) for each in told.records for one in each.heads]
    later = [one for one in history if not is_covered(covered, one.name)]

    for record in RECORDS:
        whole = fold_erased(kind, record, [one for one in history if one.record == record], last)
        mine = [one for one in [*later, *seeded] if one.record == record]
        assert fold_erased(kind, record, mine, last) == whole
