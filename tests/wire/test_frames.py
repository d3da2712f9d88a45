"""What one request and one answer consist of: read in any portions, and where a line breaks, as far as it came."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.wire.frames import MAX_BODY, AnswerReader, Piece, RequestReader, pack_answer, pack_request
from villagefp.wire.hello import MAX_ANSWER, MAX_HELLO, Coming, Sort
from villagefp.wire.signed import ExchangeError, Fault

HELLO = b"a signed hello" * 12
PIECES = [Piece(0, 0, b"first batch" * 40), Piece(2, 17, b"rest of the third")]


def portions(data, cuts):
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


@given(st.lists(st.integers(0, 10_000), max_size=8))
def test_a_request_is_read_in_any_portions(cuts):
    reader = RequestReader()
    for portion in portions(pack_request(HELLO, PIECES), cuts):
        reader.feed(portion)
    assert (reader.hello, reader.pieces, reader.whole, reader.broken_off()) == (HELLO, PIECES, True, None)


def test_wherever_a_request_breaks_off_what_came_is_not_lost():
    told = pack_request(HELLO, PIECES)
    for end in range(len(told)):
        reader = RequestReader()
        reader.feed(told[:end])
        broken = reader.broken_off()
        got = [*reader.pieces, *([broken] if broken else [])]
        for piece, sent in zip(got, PIECES, strict=False):
            assert (piece.place, piece.offset) == (sent.place, sent.offset)
            assert sent.data.startswith(piece.data)
        lost = end - len(HELLO) - sum(len(piece.data) for piece in got)
        assert lost <= 10 or reader.hello is None
        assert reader.whole is (end in {len(HELLO) + 2, len(pack_request(HELLO, PIECES[:1]))})


def test_an_answer_and_what_follows_it_break_off_anywhere():
    coming = [Coming(Sort.PAGE, b"p" * 16, 900, 100), Coming(Sort.STATEMENT, b"s" * 16, 50)]
    following = [b"x" * 800, b"y" * 50]
    told = pack_answer(b"answer" * 30, following)
    for end in range(len(told) + 1):
        reader = AnswerReader()
        reader.feed(told[:end])
        if reader.answer is None:
            assert end < 182
            continue
        parts = reader.following(coming)
        assert [whole.startswith(part) for whole, part in zip(following, parts, strict=True)] == [True, True]
        assert sum(map(len, parts)) == end - 182


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (b"\x00", Fault.DAMAGED),
        (b"\xff" * 9, Fault.DAMAGED),
        (pack_request(bytes(MAX_HELLO + 1)), Fault.DAMAGED),
        (pack_request(HELLO, [Piece(256, 0, b"x")]), Fault.TOO_LARGE),
        (pack_request(HELLO) + b"\x00\x00\xff\xff\xff\xff\x7f", Fault.TOO_LARGE),
        (bytes(1) * (MAX_BODY + MAX_HELLO + 1), Fault.TOO_LARGE),
    ],
)
def test_what_is_no_request_is_refused(told, fault):
    with pytest.raises(ExchangeError) as caught:
        RequestReader().feed(told)
    assert caught.value.fault is fault


def test_what_is_no_answer_is_refused():
    with pytest.raises(ExchangeError):
        AnswerReader().feed(pack_answer(bytes(MAX_ANSWER + 1)))
    reader = AnswerReader()
    reader.feed(pack_answer(b"answer", [b"more than was said"]))
    for coming in ([Coming(Sort.PAGE, b"p" * 16, 3)], [Coming(Sort.PAGE, b"p" * 16, 3, 4)]):
        with pytest.raises(ExchangeError):
            reader.following(coming)
