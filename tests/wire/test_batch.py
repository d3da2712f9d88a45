"""Whatever a log holds comes out of a batch byte for byte, with its links and with no key but its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.batches import DEVICE, KEY, NOW, Laptop, assert_comes_out, laptop_of, new_id
from villagefp.wire import links
from villagefp.wire.batch import decode_batch, encode_batch, open_batch, read_header
from villagefp.wire.batch_header import batch_name
from villagefp.wire.change import WITHDRAWN
from villagefp.wire.declared import BY_NUMBER, DECLARED
from villagefp.wire.kinds import Field, FieldType
from villagefp.wire.protocol import REGISTRY
from villagefp.wire.values import pack

HARD = (
    "",
    "\0",
    "a\0b",
    "𠮷野家𰻝",
    "e\u0301é",
    "👩‍⚕️",
    "王\n李\t",
    "0",
    "007",
    "-0",
    "1e5",
    "2026-02-29",
    "\ufeff",
    "z" * 3000,
)
GOLDEN = Path(__file__).parent / "data" / "batch.1"

texts = st.one_of(st.sampled_from(HARD), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
ids = st.one_of(st.binary(min_size=16, max_size=16), st.integers(1, 12).map(new_id))
codes = st.sampled_from(["1", "2", "99", "01", "done", "暂住"])
days = st.dates().map(str) | st.sampled_from(["2026", "2026-11", "2026-11-22", "2026-11-23", "0001-01-01"])
moments = st.datetimes().map(lambda one: one.isoformat(timespec="milliseconds")) | st.sampled_from(
    ["2025-11-22T01:00:00+00:00", "2025-11-22T09:00:01+08:00", "2025-11-22T09:00:01Z", "2025-11-22T09:00:01.500"]
)
numbers = st.integers(-(2**63), 2**64 - 1) | st.integers(-3, 300)
answer = st.one_of(
    texts, numbers, codes, st.lists(codes, max_size=3), st.booleans(), st.none(), st.floats(allow_nan=False), ids,
    st.lists(st.dictionaries(st.integers(1, 9), codes, max_size=2), max_size=2),
)  # fmt: skip
answers = st.dictionaries(st.integers(0, 40), answer, max_size=6).map(pack)
blobs = st.one_of(st.binary(max_size=40), answers, st.sampled_from([b"", b"\x80", b"\xc1", bytes(9000)]))
BY_TYPE: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: texts,
    FieldType.CODE: codes | texts,
    FieldType.DATE: days,
    FieldType.MOMENT: moments,
    FieldType.FLAG: st.booleans(),
    FieldType.NUMBER: numbers,
    FieldType.REFERENCE: ids,
    FieldType.BYTES: blobs,
}
names = st.tuples(st.sampled_from([DEVICE, b"e" * 16, b"f" * 16]), st.integers(1, 90_000))
anything = st.recursive(
    st.one_of(texts, numbers, st.booleans(), st.none(), blobs, st.floats(allow_nan=False)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def of_field(field: Field) -> st.SearchStrategy[Any]:
    return st.none() | BY_TYPE[field.type] | st.dictionaries(texts, st.booleans(), max_size=2)


@st.composite
def change(draw: st.DrawFn, kind: int | None = None) -> dict[str, Any]:
    """A change of a declared kind, or of one that nobody knows yet, with fields that nobody knows among them."""
    number = kind or draw(st.sampled_from([*BY_NUMBER, 77, 70_000]))
    known = BY_NUMBER[number].fields if number in BY_NUMBER else ()
    fields = {field.number: draw(of_field(field)) for field in known if draw(st.booleans())}
    fields |= draw(st.dictionaries(st.integers(60, 70_000), anything, max_size=2))
    if draw(st.integers(0, 9)) == 0:
        fields = {WITHDRAWN: True}
    replaced = st.lists(names, unique=True, max_size=3).map(lambda some: tuple(sorted(some)))
    return {
        "kind": number,
        "record": draw(ids),
        "author": draw(ids),
        "fields": fields,
        "replaces": {field: draw(replaced) for field in sorted(fields) if draw(st.booleans())},
        "reason": draw(st.none() | texts),
    }


def test_rows_keep_one_order_also_where_another_row_that_does_not_is_left_out() -> None:
    """A reason stands behind the fields of its change, so the first row fits no order with the last one."""
    told = [
        (range(8, 18), ""),
        ((2, 8, 9, 10, 12, 18, 227), None),
        ((2, 3, 10, 11, 12, 15, 16, 18, 61), None),
        ((3, 4, 5, 6, 7, 15, 16, 17, 60, 450), None),
        ((2, 3), None),
    ]
    changes = [{"fields": dict.fromkeys([1, *numbers]), "reason": reason} for numbers, reason in told]
    assert_comes_out(laptop_of([changes]))


saves = st.lists(st.lists(change(), min_size=1, max_size=4), min_size=1, max_size=6)
slow = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("kind", [kind.number for kind in DECLARED], ids=[kind.name for kind in DECLARED])
@settings(slow, max_examples=12)
@given(data=st.data())
def test_every_kind_comes_out_as_it_went_in(kind: int, data: st.DataObject) -> None:
    changes = data.draw(st.lists(change(kind), min_size=1, max_size=6))
    assert_comes_out(laptop_of([changes]))


@slow
@given(saves, st.integers(1, 3000), st.sampled_from([0, 1]))
def test_any_log_comes_out_as_it_went_in(told: list[list[dict[str, Any]]], start: int, dictionary: int) -> None:
    assert_comes_out(laptop_of(told, start), dictionary=dictionary)


@slow
@given(saves, st.integers(1, 3000), st.data())
def test_destroyed_bodies_stay_away_with_their_keys(
    told: list[list[dict[str, Any]]], start: int, data: st.DataObject
) -> None:
    laptop = laptop_of(told, start)
    for place in data.draw(st.sets(st.integers(0, len(laptop.logged) - 1))):
        laptop.destroy(place)
    assert_comes_out(laptop)


@slow
@given(saves, st.dictionaries(ids, names, max_size=12))
def test_records_that_go_by_name_come_out_whole(
    told: list[list[dict[str, Any]]], made: dict[bytes, tuple[bytes, int]]
) -> None:
    laptop = laptop_of(told, start=90_001)
    batch = laptop.batch(name_of=made.get)
    records = {name: record for record, name in made.items()}
    distinct = len(records) == len(made)
    opened = open_batch(batch, KEY.public, record_of=records.get) if distinct else None
    assert not distinct or list(opened.changes if opened else []) == laptop.logged


@slow
@given(st.lists(st.lists(st.tuples(st.integers(0, 300), answer), max_size=5, unique_by=lambda one: one[0]), min_size=1))
def test_answers_in_any_order_come_out_in_that_order(told: list[list[tuple[int, Any]]]) -> None:
    changes = [{"kind": 9, "fields": {4: "form", 5: "1", 17: pack(dict(row))}} for row in told]
    assert_comes_out(laptop_of([changes]))


BODIES = {
    "order": pack([{2: "b", 1: "a"}, None]),
    "long number": b"\x92\x81\xd0\x01\xa1a\xc0",  # the number 1 in two bytes
    "twice": b"\x92\x82\x01\xa1a\x01\xa1b\xc0",  # the same field twice
    "below zero": pack([{-1: "x"}, "why"]),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_in_another_form_is_carried_byte_for_byte(body: bytes) -> None:
    fields, reason = msgspec.msgpack.decode(body)
    laptop = laptop_of([[{"fields": fields, "reason": reason, "body": body}, {"fields": {1: "x"}}]])
    assert_comes_out(laptop)


def test_answers_in_another_form_are_carried_byte_for_byte() -> None:
    odd = (
        b"\x81\xd0\x01\xa1a",
        b"\x82\x01\xc0\x01\xc0",
        b"\x81\x01",
        b"\x81\xa1a\x01",
        b"\xde\x00\x01\x01\x01",
        b"\x81\x01\xca\0\0\0\0",
    )
    assert_comes_out(laptop_of([[{"kind": 9, "fields": {4: "f", 5: "1", 17: one}} for one in odd]]))


def test_answers_within_answers_come_out_at_any_depth() -> None:
    packed = pack({1: "deep"})
    for _level in range(6):
        packed = pack({1: packed, 2: "王"})
    assert_comes_out(laptop_of([[{"kind": 9, "fields": {17: packed}}]]))


def test_answers_are_parted_by_form_only_where_it_is_told_before_them() -> None:
    rows = [{17: pack({1: "a"}), 4: "late"}, {17: pack({2: 5}), 4: "later"}]
    bodies = [pack([row, None]) for row in rows]
    laptop = laptop_of([[{"kind": 9, "fields": row, "body": body} for row, body in zip(rows, bodies, strict=True)]])
    assert_comes_out(laptop)


def test_the_keys_of_a_batch_end_where_it_ends() -> None:
    laptop = laptop_of([[{"fields": {1: f"{number}"}} for number in range(60)]], start=1000)
    assert set(laptop.covers) == {0, 1}
    assert_comes_out(laptop)


def test_a_key_that_was_destroyed_cannot_be_sent() -> None:
    laptop = laptop_of([[{"fields": {1: "a"}}, {"fields": {1: "b"}}]])
    laptop.covers[0] = links.puncture(laptop.covers[0], 1)
    with pytest.raises(ValueError, match="destroyed"):
        laptop.batch()


def test_the_header_says_what_is_in_it() -> None:
    laptop = laptop_of([[{"fields": {1: "王芳"}}, {"fields": {1: "李"}}]], start=40)
    header = read_header(laptop.batch())
    assert (header.first, header.last, header.count, header.registry) == (40, 41, 2, REGISTRY)
    assert (header.link_before, header.last_link) == (laptop.link_before, laptop.link)
    assert (header.began_before, header.goes_on) == (False, False)


def test_the_registry_number_rises_with_every_field() -> None:
    assert sum(1 + len(kind.fields) + len(kind.retired) for kind in DECLARED) == REGISTRY > 120


def test_the_same_changes_are_the_same_bytes() -> None:
    told = [[{"kind": 9, "fields": {4: "f", 17: pack({1: "a", 2: number})}} for number in range(30)]]
    assert laptop_of(told).batch() == laptop_of(told).batch()
    assert batch_name(laptop_of(told).batch()) != batch_name(laptop_of(told, start=2).batch())


def test_a_part_of_a_group_says_that_it_goes_on() -> None:
    laptop = laptop_of([[{"fields": {1: f"{number}"}} for number in range(9)]])
    first = encode_batch(laptop.logged[:4], laptop.link_before, laptop.packing(), goes_on=True)
    second = encode_batch(laptop.logged[4:], laptop.logged[3].link, laptop.packing())
    heads = [read_header(first), read_header(second)]
    assert [(head.began_before, head.goes_on) for head in heads] == [(False, True), (True, False)]
    found = [*open_batch(first, KEY.public).changes, *open_batch(second, KEY.public).changes]
    assert found == laptop.logged


def test_parts_of_a_group_go_with_nothing_else() -> None:
    laptop = laptop_of([[{}], [{}, {}, {}], [{}]])
    with pytest.raises(ValueError, match="whole groups"):
        encode_batch(laptop.logged[:2], laptop.link_before, laptop.packing(), goes_on=True)
    with pytest.raises(ValueError, match="whole groups"):
        encode_batch(laptop.logged[2:], laptop.logged[1].link, laptop.packing())


def test_a_week_of_like_visits_takes_a_few_bytes_each() -> None:
    def visit(number: int) -> dict[str, Any]:
        answered = {1: "2", 2: 120 + number % 30, 3: ["1", "3"], 4: "血压控制平稳"}
        fields = {1: new_id(number), 4: "household_visit", 5: "1", 6: "2025-11-22", 17: pack(answered)}
        return {"kind": 9, "fields": fields}

    laptop = Laptop(start=5000)
    for number in range(60):
        laptop.save(visit(number), stamp=NOW + number * 1_300_000 << 16)
    named = {new_id(number): (DEVICE, number + 1) for number in range(60)}
    assert len(laptop.batch()) < 60 * 45
    assert len(laptop.batch(name_of=named.get)) < 60 * 30


def test_a_batch_of_the_first_dictionary_is_readable_for_ever() -> None:
    kept = GOLDEN.read_bytes()
    opened = open_batch(kept, KEY.public)
    assert [entry.change.fields[1] for entry in opened.changes[:2]] == ["王芳", "𠮷田"]
    assert decode_batch(kept).header.dictionary == 1
    assert batch_name(kept).hex().startswith("31f42516949a")
