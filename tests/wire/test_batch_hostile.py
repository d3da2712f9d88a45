"""What was altered, cut, made up or blown up is refused with a reason: never a crash, never a wrong change."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.batches import DEVICE, KEY, OTHER_KEY, laptop_of, new_id
from villagefp.wire import batch_header, compression
from villagefp.wire.batch import Batch, TooManyError, check_signature, decode_batch, open_batch, read_header
from villagefp.wire.batch_faults import BatchError, Fault
from villagefp.wire.batch_header import MAX_CHANGES, MAX_SINGLE, MAX_UNPACKED, Header, content_of, pack_header, sign
from villagefp.wire.columns_numbers import put_numbers
from villagefp.wire.packing import Writer
from villagefp.wire.signing import SIGNATURE_BYTES
from villagefp.wire.values import pack

VISIT = {"kind": 9, "fields": {1: new_id(900), 4: "household_visit", 5: "1", 6: "2025-11-22", 10: "done"}}


def visit(number: int) -> dict[str, object]:
    answers = {1: "2", 2: 100 + number, 3: ["1", "3"][: number % 3], 4: "血压控制平稳"}
    fields = {**VISIT["fields"], 17: pack(answers), 18: random.Random(number).randbytes(70)}
    return {"kind": 9, "fields": fields, "reason": "told" if number % 4 == 0 else None}


LAPTOP = laptop_of(
    [[visit(number), {"fields": {1: f"王{number}"}, "replaces": {1: ((DEVICE, 3),)}}] for number in range(8)]
)
LAPTOP.destroy(5)
BATCH = LAPTOP.batch()
HEADER = read_header(BATCH)
DENSE, FRAME = content_of(BATCH, HEADER)
PLAIN = compression.decompress(FRAME, HEADER.plain, compression.shipped_dictionary(HEADER.dictionary) or b"")
HEAD = len(pack_header(HEADER))


def fault(data: bytes, public: bytes = KEY.public) -> Fault:
    with pytest.raises(BatchError) as refused:
        open_batch(data, public)
    assert str(refused.value).count(".") >= 1
    return refused.value.fault


def signed(header: Header, dense: bytes, plain: bytes, dictionary: int = 0) -> bytes:
    """A batch that somebody with the right key made up."""
    frame = compression.compress(plain, compression.shipped_dictionary(dictionary) or b"")
    told = replace(header, dictionary=dictionary, dense=len(dense), frame=len(frame), plain=len(plain))
    return sign(told, dense + frame, KEY)


def flipped(data: bytes, bits: Iterator[int] | range) -> Iterator[bytes]:
    for bit in bits:
        yield data[: bit // 8] + bytes((data[bit // 8] ^ 1 << bit % 8,)) + data[bit // 8 + 1 :]


def test_the_batch_of_these_tests_is_a_good_one() -> None:
    assert list(open_batch(BATCH, KEY.public).changes) == LAPTOP.logged
    assert list(open_batch(signed(HEADER, DENSE, PLAIN), KEY.public).changes) == LAPTOP.logged


def test_cut_short_at_any_byte() -> None:
    for length in range(len(BATCH)):
        assert fault(BATCH[:length]) in {Fault.TRUNCATED, Fault.NO_BATCH}


def test_a_byte_too_many() -> None:
    assert fault(BATCH + b"\0") is Fault.WRONG_SIGNATURE
    with pytest.raises(BatchError):
        decode_batch(BATCH + b"\0")


def test_any_bit_turned() -> None:
    for data in flipped(BATCH, range(8 * len(BATCH))):
        assert fault(data) in {
            Fault.WRONG_SIGNATURE, Fault.TRUNCATED, Fault.NO_BATCH, Fault.NEWER, Fault.TOO_LARGE
        }  # fmt: skip


def test_a_bit_turned_is_found_even_where_nobody_looks_at_the_signature() -> None:
    """Links and commitments alone let no other change through: what is not refused gives the very same changes."""
    signature = range(8 * HEAD, 8 * (HEAD + SIGNATURE_BYTES))
    for bit in range(0, 8 * len(BATCH), 3):
        if bit in signature:
            continue
        (data,) = flipped(BATCH, range(bit, bit + 1))
        try:
            opened = decode_batch(data)
        except BatchError:
            continue
        assert list(opened.changes) == LAPTOP.logged


def test_signed_by_another_laptop() -> None:
    assert fault(BATCH, OTHER_KEY.public) is Fault.WRONG_SIGNATURE
    assert fault(sign(HEADER, DENSE + FRAME, OTHER_KEY)) is Fault.WRONG_SIGNATURE


def test_a_signature_of_something_else_does_not_fit() -> None:
    head = pack_header(HEADER)
    plain_signature = KEY.sign(head + batch_header.content_hash(DENSE + FRAME))
    assert fault(head + plain_signature + DENSE + FRAME) is Fault.WRONG_SIGNATURE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Fault.NO_BATCH),
        (b"PK\x03\x04", Fault.NO_BATCH),
        (b"vb", Fault.TRUNCATED),
        (BATCH[:2] + b"\x02" + BATCH[3:], Fault.NEWER),
        (BATCH[:2] + b"\x00" + BATCH[3:], Fault.NO_BATCH),
        (BATCH[:3] + b"\x04" + BATCH[4:], Fault.NO_BATCH),
        (signed(replace(HEADER, first=0), DENSE, PLAIN), Fault.NO_BATCH),
        (signed(replace(HEADER, count=MAX_CHANGES + 1), DENSE, PLAIN), Fault.TOO_LARGE),
        (signed(replace(HEADER, first=1 << 63), DENSE, PLAIN), Fault.NO_BATCH),
        (sign(replace(HEADER, dictionary=250), DENSE + FRAME, KEY), Fault.UNKNOWN_DICTIONARY),
        (sign(replace(HEADER, dictionary=0), DENSE + FRAME, KEY), Fault.DAMAGED),
        (signed(replace(HEADER, link_before=bytes(32)), DENSE, PLAIN), Fault.LINKS),
        (signed(replace(HEADER, last_link=bytes(32)), DENSE, PLAIN), Fault.LINKS),
        (signed(replace(HEADER, village=b"w" * 16), DENSE, PLAIN), Fault.LINKS),
        (signed(replace(HEADER, first=HEADER.first + 1024), DENSE, PLAIN), Fault.LINKS),
        (signed(replace(HEADER, began_before=True), DENSE, PLAIN), Fault.GROUPS),
        (signed(replace(HEADER, goes_on=True), DENSE, PLAIN), Fault.GROUPS),
        (signed(HEADER, DENSE + b"\0", PLAIN), Fault.DAMAGED),
        (signed(HEADER, DENSE[:-1], PLAIN), Fault.DAMAGED),
        (signed(HEADER, DENSE, PLAIN + b"\0"), Fault.DAMAGED),
        (signed(HEADER, DENSE, PLAIN[:-1]), Fault.DAMAGED),
        (signed(HEADER, b"", b""), Fault.DAMAGED),
    ],
)  # fmt: skip
def test_each_reason_by_its_name(data: bytes, why: Fault) -> None:
    assert fault(data) is why


@pytest.mark.parametrize("odd", [{"stamp": 1 << 63}, {"stamp": -1}, {"kind": 1 << 31}, {"kind": -1}])
def test_what_no_database_can_keep_is_refused(odd: dict[str, int]) -> None:
    assert fault(laptop_of([[{"fields": {1: "x"}, **odd}]]).batch()) is Fault.DAMAGED


@pytest.mark.parametrize("seq", [0, -3, 1 << 62, 1 << 63])
def test_a_change_that_nobody_can_have_made_is_not_named(seq: int) -> None:
    laptop = laptop_of([[{"fields": {1: "x"}, "replaces": {1: ((DEVICE, seq),)}}]])
    assert fault(laptop.batch()) is Fault.DAMAGED


def test_numbers_and_depths_that_cannot_be_packed_are_refused() -> None:
    deep = b"\x91" * 3000 + b"\xc0"
    laptop = laptop_of([[{"kind": 9, "fields": {17: b"\x81\x01" + deep}}]])
    assert list(open_batch(laptop.batch(), KEY.public).changes) == laptop.logged
    assert fault(_one_value(2, lambda writer: writer.signed(1 << 66))) is Fault.DAMAGED  # a number
    assert fault(_one_value(2, lambda writer: writer.signed(5))) is Fault.LINKS
    assert fault(_one_value(9, lambda writer: writer.plain.extend(deep), len(deep))) is Fault.DAMAGED  # any value
    assert fault(_one_value(9, lambda writer: writer.plain.extend(b"\x91\xc0"), 2)) is Fault.LINKS


def _one_value(sort: int, put: Callable[[Writer], None], length: int = 0) -> bytes:
    """A batch of one change with one field, put together by hand."""
    writer = Writer()
    writer.number(2)  # ids: of a record and of its author
    put_numbers(writer, [3, 3])
    writer.dense += bytes(32)
    for _none in range(2):  # devices, named changes
        writer.number(0)
    for number in (5, 0):  # kind, group
        put_numbers(writer, [number])
    writer.plain.append(0)
    for number in (0, 0, 1, 1, 0, 0):  # stamp, counter, a new record, a new author, nothing replaced, a row
        put_numbers(writer, [number])
    writer.number(1)
    writer.signed(1)
    writer.plain.append(sort)
    if sort == 2:
        writer.plain += bytes((0, 0))  # as it is, always the same
    else:
        writer.plain.append(0)  # no chance
        put_numbers(writer, [length])
    put(writer)
    writer.dense += bytes(32)
    return signed(replace(HEADER, first=1, count=1), bytes(writer.dense), bytes(writer.plain))


def test_a_record_by_the_name_of_a_change_that_is_not_here() -> None:
    laptop = laptop_of([[{"record": new_id(7), "fields": {1: "x"}}]], start=50)
    data = laptop.batch(name_of={new_id(7): (DEVICE, 9)}.get)
    assert fault(data) is Fault.UNKNOWN_REFERENCE
    with pytest.raises(BatchError) as refused:
        open_batch(data, KEY.public, record_of=lambda _name: new_id(8))
    assert refused.value.fault is Fault.LINKS
    assert open_batch(data, KEY.public, record_of=lambda _name: new_id(7)).changes[0] == laptop.logged[0]


def test_a_name_of_the_same_batch_is_not_used() -> None:
    laptop = laptop_of([[{"record": new_id(7), "fields": {1: "x"}}, {"record": new_id(7), "fields": {1: "y"}}]])
    assert list(open_batch(laptop.batch(name_of=lambda _record: (DEVICE, 1)), KEY.public).changes) == laptop.logged


@settings(deadline=None, max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_made_up_columns_never_crash(data: st.DataObject) -> None:
    """Somebody with a good key sends columns with some bytes changed: refused, or the very same changes."""
    plain, dense = bytearray(PLAIN), bytearray(DENSE)
    for stream in (plain, dense):
        for place, byte in data.draw(
            st.lists(st.tuples(st.integers(0, len(stream) - 1), st.integers(0, 255)), max_size=4)
        ):
            stream[place] = byte
    cut = data.draw(st.integers(0, 3)) or None
    opened = _refused_or_opened(signed(HEADER, bytes(dense), bytes(plain[: -cut if cut else None])))
    assert opened is None or list(opened.changes) == LAPTOP.logged


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(1, 400))
def test_columns_of_nothing_but_chance_never_crash(plain: bytes, dense: bytes, count: int) -> None:
    assert _refused_or_opened(signed(replace(HEADER, count=count), dense, plain)) is None


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_chance_is_no_batch(data: bytes) -> None:
    assert _refused_or_opened(data) is None
    assert _refused_or_opened(b"vb\x01\x00" + data) is None


def _refused_or_opened(data: bytes) -> Batch | None:
    try:
        return open_batch(data, KEY.public)
    except BatchError:
        return None


def test_what_unpacks_to_more_than_it_says_is_stopped_at_once() -> None:
    bomb = compression.compress(bytes(200_000_000), b"")
    header = replace(HEADER, dictionary=0, dense=0, frame=len(bomb), plain=1000)
    assert _peak(sign(header, bomb, KEY), Fault.DAMAGED) < 5_000_000
    assert _peak(sign(replace(header, plain=200_000_000), bomb, KEY), Fault.TOO_LARGE) < 1_000_000


def _peak(data: bytes, why: Fault) -> int:
    """Bytes that were in use at most while a batch was refused."""
    tracemalloc.start()
    try:
        assert fault(data) is why
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _many(count: int, columns: int, text: bytes) -> bytes:
    """Changes without number that say the same long text in every field: a few bytes each."""
    writer = Writer()
    writer.number(2)  # ids: of a record and of its author
    put_numbers(writer, [3, 3])
    writer.dense += bytes(32)
    writer.number(0)  # devices
    writer.number(0)  # named changes
    put_numbers(writer, [5] * count)  # kinds
    put_numbers(writer, [0] * count)  # groups
    writer.plain.append(0)
    put_numbers(writer, [0] * count)
    put_numbers(writer, [0] * count)
    for _column in range(2):  # records, authors
        put_numbers(writer, [1, *[0] * (count - 1)])
        put_numbers(writer, [_column] * (count - 1))
    put_numbers(writer, [0] * count)  # replaces
    put_numbers(writer, [0] * count)  # rows
    writer.number(columns)
    for _column in range(columns):
        writer.signed(1)
        writer.plain.append(1)
    for _column in range(columns):
        writer.plain += bytes((1, 1, 0)) + text + bytes((0, 0, 0))  # listed: one text, of words, always the first
    header = replace(HEADER, first=1, count=count, began_before=False)
    return signed(header, bytes(writer.dense), bytes(writer.plain))


def test_few_bytes_that_stand_for_very_many_are_stopped() -> None:
    assert fault(_many(3, 2, b"ok")) is Fault.DAMAGED  # it lacks the keys, and is read that far
    assert _peak(_many(MAX_CHANGES, 400, b"x" * 10_000), Fault.DAMAGED) < 60_000_000
    assert _peak(_many(MAX_CHANGES, 10_000, b""), Fault.DAMAGED) < 120_000_000


def test_a_change_that_is_larger_than_a_batch_travels_alone() -> None:
    package = random.Random(3).randbytes(60_000)
    laptop = laptop_of([[{"kind": 18, "fields": {1: "form", 4: package}}]])
    data = laptop.batch()
    assert list(open_batch(data, KEY.public).changes) == laptop.logged
    assert 60_000 < len(data) < 61_000


def test_no_batch_is_larger_than_anybody_takes() -> None:
    with pytest.raises(TooManyError):
        laptop_of([[{"kind": 18, "fields": {4: random.Random(3).randbytes(MAX_SINGLE)}}]]).batch()
    with pytest.raises(TooManyError):
        laptop_of([[{"kind": 18, "fields": {4: bytes(MAX_UNPACKED + 1)}}]]).batch()
    with pytest.raises(TooManyError):
        laptop_of([[{"kind": 18, "fields": {4: random.Random(n).randbytes(20_000)}} for n in range(2)]]).batch()


def test_the_smallest_header_is_read_and_nothing_behind_it() -> None:
    assert read_header(BATCH[:HEAD]) == HEADER
    assert batch_header.HEADER_MOST >= HEAD
    assert check_signature(BATCH, KEY.public) == HEADER
