"""What a page brings: the changes of several laptops, each with its links and keys, and nothing of what was erased."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.batches import VILLAGE, Laptop
from tests.wire.test_batch_hostile import visit
from villagefp.wire import compression, links
from villagefp.wire.batch import TooManyError
from villagefp.wire.change import LoggedChange
from villagefp.wire.columns_numbers import put_numbers
from villagefp.wire.cursor import Stream, start
from villagefp.wire.links import Cover
from villagefp.wire.packed_columns import close_columns, open_columns
from villagefp.wire.packing import Writer
from villagefp.wire.page import Origin, Page, Run, make_page
from villagefp.wire.page_changes import PageChanges, pack_changes, unpack_changes
from villagefp.wire.signed import ExchangeError, Fault

STREAM = Stream(VILLAGE, 2)
DEVICES = [bytes((number,)) * 16 for number in (9, 3, 5)]
Place = tuple[int, int]


def laptops(saves: int = 12, begin: int = 1) -> list[Laptop]:
    """Three laptops that wrote the same sorts of things, the later ones over what the first had written."""
    made = []
    for number, device in enumerate(DEVICES):
        laptop = Laptop(begin, device=device)
        for save in range(saves):
            over = {1: ((DEVICES[0], begin + save),)} if number else {}
            stamp = 1_763_770_000_000 + 60_000 * save + number << 16
            laptop.save(visit(save), {"fields": {1: f"王{save}"}, "replaces": over}, stamp=stamp)
        made.append(laptop)
    return made


def page_of(those: Sequence[Laptop], places: Sequence[Place]) -> tuple[Page, list[LoggedChange]]:
    """The page of these changes, told by laptop and place in its log."""
    changes = [those[laptop].logged[place] for laptop, place in places]
    origins = []
    for laptop, place in places:
        before = those[laptop].logged[place - 1].link if place else those[laptop].link_before
        origins.append(Origin(those[laptop].device, those[laptop].start + place, before))
    covers = {laptop.device: laptop.covers for laptop in those}
    packed = pack_changes(changes, lambda device, segment: covers[device][segment])
    return make_page(start(STREAM), STREAM, origins, [one.link for one in changes], packed), changes


def held(opened: PageChanges) -> set[tuple[bytes, int]]:
    """The changes of which the keys are there."""
    return {
        (device, (segment << links.DEPTH) + leaf)
        for (device, segment), cover in opened.covers.items()
        for leaf in links.leaf_keys(cover)
    }


def assert_comes_out(page: Page, changes: Sequence[LoggedChange]) -> None:
    opened = unpack_changes(page)
    assert list(opened.changes) == list(changes)
    assert held(opened) == {one.change.name for one in changes if one.body is not None}


LAPTOPS = laptops()
LAPTOPS[1].destroy(4)
PLACES = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 4), (2, 2), (1, 4), (1, 5), (0, 2), (0, 3), (2, 3)]
PAGE, CHANGES = page_of(LAPTOPS, PLACES)
_COLUMNS = open_columns(PAGE.packed, 10**6)
PLAIN, DENSE = _COLUMNS._plain, _COLUMNS._dense


def test_changes_of_several_laptops_in_the_order_of_positions() -> None:
    assert_comes_out(PAGE, CHANGES)
    assert any(one.body is None for one in CHANGES)
    assert page_of(LAPTOPS, PLACES)[0] == PAGE, "the same bytes every time"


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_page_comes_out(data: st.DataObject) -> None:
    begin = data.draw(st.sampled_from([1, 1010, 2047]))
    those = laptops(10, begin)
    for laptop in those:
        for place in data.draw(st.sets(st.integers(0, 19), max_size=3)):
            laptop.destroy(place)
    every = [(laptop, place) for laptop in range(3) for place in range(20)]
    places = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=40, unique=True))
    assert_comes_out(*page_of(those, places))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 40), st.integers(1, 40), st.lists(st.integers(1, 79), max_size=5))
def test_keys_come_from_covers_that_were_cut_elsewhere(first: int, count: int, cuts: list[int]) -> None:
    """A county has the nodes that came with batches; a page begins and ends anywhere."""
    laptop = Laptop(1000, device=DEVICES[0])
    for save in range(80):
        laptop.save({"fields": {1: f"王{save}"}})
    edges = sorted({0, *cuts, 80})
    nodes: dict[int, Cover] = {0: (), 1: ()}
    for begin, end in pairwise(edges):
        for seq in range(1000 + begin, 1000 + end):
            segment = links.segment_of(seq)
            last = min(999 + end, (segment << links.DEPTH) + links.SEGMENT - 1)
            if seq == 1000 + begin or not links.leaf_of(seq):
                part = links.narrowed(laptop.covers[segment], links.leaf_of(seq), links.leaf_of(last))
                nodes[segment] = (*nodes[segment], *part)
    laptop.covers = nodes
    assert_comes_out(*page_of([laptop], [(0, place) for place in range(first, first + count)]))


def test_a_body_without_its_key_is_not_packed() -> None:
    laptop = laptops(2)[0]
    laptop.covers[0] = links.puncture(laptop.covers[0], 2)
    with pytest.raises(ValueError, match="destroyed"):
        page_of([laptop], [(0, 0), (0, 1), (0, 2)])


def test_too_much_for_one_page_is_told() -> None:
    laptop = Laptop()
    for number in range(2):
        laptop.save({"kind": 18, "fields": {4: random.Random(number).randbytes(40_000)}})
    assert_comes_out(*page_of([laptop], [(0, 1)]))
    with pytest.raises(TooManyError):
        page_of([laptop], [(0, 0), (0, 1)])
    laptop.save({"kind": 18, "fields": {4: bytes(8_000_001)}})
    with pytest.raises(TooManyError):
        page_of([laptop], [(0, 2)])


def fault(page: Page) -> Fault:
    with pytest.raises(ExchangeError) as refused:
        unpack_changes(page)
    return refused.value.fault


def made_up(plain: bytes, dense: bytes, dictionary: int = 0) -> Page:
    """A page with columns that somebody made up."""
    content = Writer()
    content.plain += plain
    content.dense += dense
    return msgspec.structs.replace(PAGE, packed=close_columns(content, dictionary))


def test_columns_are_read_with_any_dictionary_and_no_byte_more_or_less() -> None:
    assert_comes_out(made_up(PLAIN, DENSE), CHANGES)
    assert_comes_out(made_up(PLAIN, DENSE, 1), CHANGES)
    with pytest.raises(ValueError, match="250"):
        made_up(PLAIN, DENSE, 250)
    for plain, dense in ((PLAIN + b"\0", DENSE), (PLAIN[:-1], DENSE), (PLAIN, DENSE + b"\0"), (PLAIN, DENSE[:-1])):
        assert fault(made_up(plain, dense)) is Fault.DAMAGED
    packed = close_columns(Writer())
    for told in (b"", b"\xfa" + packed[1:], packed + b"\0", packed[:-1], b"\x01\xff\x01\x00", PAGE.packed[1:]):
        assert fault(msgspec.structs.replace(PAGE, packed=told)) is Fault.DAMAGED


def test_a_change_that_stands_twice_is_refused() -> None:
    twice = msgspec.structs.replace(PAGE, runs=(*PAGE.runs, Run(1, 1, 1, bytes(32))))
    assert fault(twice) is Fault.DAMAGED
    assert fault(msgspec.structs.replace(PAGE, runs=(Run(0, 1, 5000, bytes(32)),))) is Fault.DAMAGED
    assert fault(msgspec.structs.replace(PAGE, runs=PAGE.runs[:-1])) is Fault.DAMAGED


def test_a_save_that_begins_behind_its_change_is_refused() -> None:
    laptop = Laptop()
    laptop.save({"fields": {1: "x"}, "group": 2})
    assert fault(page_of([laptop], [(0, 0)])[0]) is Fault.DAMAGED


def test_runs_told_otherwise_give_other_links_and_never_the_same() -> None:
    """The county signs runs and columns together; whatever does not belong to them shows in the chain."""
    other = msgspec.structs.replace(PAGE, runs=(Run(1, 1, 2, bytes(32)), *PAGE.runs[1:]))
    assert [one.link for one in unpack_changes(other).changes][:2] != [one.link for one in CHANGES][:2]


def _opened(page: Page) -> PageChanges | None:
    try:
        return unpack_changes(page)
    except ExchangeError:
        return None


@settings(deadline=None, max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_made_up_columns_never_crash(data: st.DataObject) -> None:
    plain, dense = bytearray(PLAIN), bytearray(DENSE)
    for stream in (plain, dense):
        for place, byte in data.draw(
            st.lists(st.tuples(st.integers(0, len(stream) - 1), st.integers(0, 255)), min_size=1, max_size=4)
        ):
            stream[place] = byte
    opened = _opened(made_up(bytes(plain), bytes(dense)))
    if opened is not None and [one.link for one in opened.changes] == [one.link for one in CHANGES]:
        assert list(opened.changes) == CHANGES


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_columns_of_nothing_but_chance_never_crash(plain: bytes, dense: bytes) -> None:
    assert _opened(made_up(plain, dense)) is None
    assert _opened(msgspec.structs.replace(PAGE, packed=plain)) is None


def _peak(page: Page) -> int:
    tracemalloc.start()
    try:
        assert fault(page) is Fault.DAMAGED
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_few_bytes_that_stand_for_very_many_are_stopped() -> None:
    bomb = compression.compress(bytes(200_000_000), b"")
    head = Writer()
    for number in (0, 0, 1000):
        head.number(number)
    assert _peak(msgspec.structs.replace(PAGE, packed=bytes(head.plain) + bomb)) < 5_000_000
    runs = (Run(0, 1, 4096, bytes(32)),)
    many = _many(4096, 3000)
    assert _peak(msgspec.structs.replace(PAGE, runs=runs, packed=many)) < 60_000_000


def _many(count: int, columns: int) -> bytes:
    """Changes that say the same in very many fields: a few bytes each."""
    writer = Writer()
    writer.number(2)  # ids: of a record and of its author
    put_numbers(writer, [3, 3])
    writer.dense += bytes(32)
    writer.number(0)  # devices
    writer.number(0)  # named changes
    for number in (5, 0):  # kinds, groups
        put_numbers(writer, [number] * count)
    writer.plain.append(0)
    for _part in range(2):  # stamps
        put_numbers(writer, [0] * count)
    for place in range(2):  # records, authors
        put_numbers(writer, [1, *[0] * (count - 1)])
        put_numbers(writer, [place] * (count - 1))
    for _part in range(2):  # replaces, rows
        put_numbers(writer, [0] * count)
    writer.number(columns)
    for _column in range(columns):
        writer.signed(1)
        writer.plain.append(4)  # nothing
    return close_columns(writer, 0)
