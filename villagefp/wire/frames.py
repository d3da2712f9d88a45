"""What one request and one answer consist of, the same bytes by network and by stick.

    request   length of the hello, hello | pieces: place of the offer, offset, length, bytes
    answer    length of the answer, answer | the bytes of everything it announced, each from the offset it says

Lengths, places and offsets are numbers as in `packing`. Nothing here is signed: hello, answer and every thing that
travels are on their own, and prefixes are put together only under the name that a signed hello or answer gave them.
Both are read while they come in, so that what arrived before a line broke is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from villagefp.wire.hello import MAX_ANSWER, MAX_HELLO, MAX_OFFERS, Coming
from villagefp.wire.packing import Writer
from villagefp.wire.signed import ExchangeError, Fault

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a request or an answer; what is more goes with the next one."""
_NUMBER_BYTES = 9


class Piece(NamedTuple):
    """Bytes of an offer from an offset on."""

    place: int  # of the offer in the hello
    offset: int
    data: bytes


def pack_request(hello: bytes, pieces: Iterable[Piece] = ()) -> bytes:
    """A request as it travels."""
    writer = Writer()
    writer.text(hello)
    for piece in pieces:
        writer.number(piece.place)
        writer.number(piece.offset)
        writer.text(piece.data)
    return bytes(writer.plain)


def pack_answer(answer: bytes, following: Sequence[bytes] = ()) -> bytes:
    """An answer as it travels, with what it announced; each already without what the other side holds."""
    writer = Writer()
    writer.text(answer)
    return bytes(writer.plain) + b"".join(following)


class RequestReader:
    """Reads a request while it comes in; ExchangeError where it is none, or is too large."""

    def __init__(self) -> None:
        self._stream = _Stream(MAX_HELLO)
        self.pieces: list[Piece] = []
        self._numbers: list[int] = []

    @property
    def hello(self) -> bytes | None:
        """The hello, as soon as it is whole."""
        return self._stream.head

    def feed(self, data: bytes) -> None:
        """The next bytes."""
        self._stream.feed(data)
        while self._stream.head is not None and self._step():
            pass

    def _step(self) -> bool:
        if len(self._numbers) < 3:
            number = self._stream.number()
            if number is None:
                return False
            self._numbers.append(number)
        if len(self._numbers) == 3:
            place, offset, length = self._numbers
            if place >= MAX_OFFERS or length > MAX_BODY or len(self.pieces) >= MAX_OFFERS:
                raise ExchangeError(Fault.TOO_LARGE)
            data = self._stream.take(length)
            if data is None:
                return False
            self.pieces.append(Piece(place, offset, data))
            self._numbers = []
        return True

    def broken_off(self) -> Piece | None:
        """What is here of a piece in the middle of which the line broke."""
        if len(self._numbers) < 3:
            return None
        place, offset, _length = self._numbers
        data = self._stream.rest()
        return Piece(place, offset, data) if data else None

    @property
    def whole(self) -> bool:
        """Whether it ends where it may end."""
        return self._stream.head is not None and not self._numbers and self._stream.at_end


class AnswerReader:
    """Reads an answer while it comes in; ExchangeError where it is none, or is too large."""

    def __init__(self) -> None:
        self._stream = _Stream(MAX_ANSWER)

    @property
    def answer(self) -> bytes | None:
        """The signed answer, as soon as it is whole."""
        return self._stream.head

    def feed(self, data: bytes) -> None:
        """The next bytes."""
        self._stream.feed(data)

    def ends(self, coming: Sequence[Coming]) -> list[int]:
        """After how many bytes of all each thing that the answer announced is whole."""
        return list(accumulate((one.length - one.offset for one in coming), initial=self._stream.at))[1:]

    def following(self, coming: Sequence[Coming]) -> list[bytes]:
        """What is here of each thing that the answer announced, from its offset on; the last may be cut short."""
        data, start, parts = self._stream.rest(), 0, []
        for one in coming:
            length = one.length - one.offset
            if length < 0:
                raise ExchangeError(Fault.DAMAGED)
            parts.append(data[start : start + length])
            start += length
        if len(data) > start:
            raise ExchangeError(Fault.DAMAGED)
        return parts


class _Stream:
    """Bytes that come in, of which the first are a head with its length before it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._data = bytearray()
        self._at = 0
        self._total = 0
        self.head: bytes | None = None
        self._length: int | None = None

    def feed(self, data: bytes) -> None:
        self._total += len(data)
        if self._total > MAX_BODY + self._most:
            raise ExchangeError(Fault.TOO_LARGE)
        self._data += data
        if self.head is None and self._length is None:
            self._length = self.number()
        if self.head is None and self._length is not None:
            if not 0 < self._length <= self._most:
                raise ExchangeError(Fault.DAMAGED)
            self.head = self.take(self._length)

    @property
    def at(self) -> int:
        return self._at

    @property
    def at_end(self) -> bool:
        return self._at == len(self._data)

    def number(self) -> int | None:
        """The next number; nothing as long as its end is not here."""
        value = 0
        for place in range(_NUMBER_BYTES):
            if self._at + place >= len(self._data):
                return None
            byte = self._data[self._at + place]
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                self._at += place + 1
                return value
        raise ExchangeError(Fault.DAMAGED)

    def take(self, length: int) -> bytes | None:
        """So many bytes; nothing as long as they are not here."""
        if len(self._data) - self._at < length:
            return None
        self._at += length
        return bytes(self._data[self._at - length : self._at])

    def rest(self) -> bytes:
        """All that is here behind what was taken."""
        return bytes(self._data[self._at :])
