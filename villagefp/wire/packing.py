"""The two streams that a batch is packed into, and single numbers in them.

What a compressor can still shorten goes to `plain`; what is chance already (random ids, a number that is anywhere
within its range) goes to `dense` and is not compressed again: beside words it would only spoil their statistics.
"""

from __future__ import annotations

_MOST_NUMBER_BYTES = 11
_ROOM = 24_000_000
"""Bytes that texts, answers and bodies may take when they are put together: one text can stand in many places."""
_UNIT = 256
"""Costs are counted in 256ths of a bit."""
_LEARNING = 10 * _UNIT
"""What a symbol seen for the first time costs a compressor, about."""


_FIRST_COST = 16 * _UNIT
_MOST_LOW = 31


class MalformedError(Exception):
    """Bytes that nobody packed; the batch that they stand in is refused."""


class Writer:
    """What is being packed."""

    def __init__(self) -> None:
        self.plain = bytearray()
        self.dense = bytearray()

    def number(self, value: int) -> None:
        """A number that is not below zero: seven bits a byte, the lowest first."""
        while value > 0x7F:
            self.plain.append(value & 0x7F | 0x80)
            value >>= 7
        self.plain.append(value)

    def signed(self, value: int) -> None:
        """A number that may be below zero."""
        self.number(zigzag(value))

    def text(self, data: bytes) -> None:
        """Bytes with their length, to be compressed."""
        self.number(len(data))
        self.plain += data

    def add(self, other: Writer) -> None:
        """Append what was packed apart."""
        self.plain += other.plain
        self.dense += other.dense


class Reader:
    """What is being unpacked; MalformedError where it ends too early or would become more than `budget` values."""

    def __init__(self, plain: bytes, dense: bytes, budget: int) -> None:
        self._plain, self._at = plain, 0
        self._dense, self._dense_at = dense, 0
        self._budget = budget
        self._room = _ROOM

    def spend(self, values: int) -> None:
        """Count values that are about to be made: a few bytes can stand for very many."""
        self._budget -= values
        if self._budget < 0:
            raise MalformedError("more values than allowed")

    def fill(self, size: int) -> None:
        """Count bytes that were put together."""
        self._room -= size
        if self._room < 0:
            raise MalformedError("the changes become too large")

    def byte(self) -> int:
        """One byte."""
        if self._at >= len(self._plain):
            raise MalformedError("the packed columns end too early")
        self._at += 1
        return self._plain[self._at - 1]

    def number(self) -> int:
        """A number that is not below zero."""
        value = 0
        for place in range(_MOST_NUMBER_BYTES):
            byte = self.byte()
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                if not byte and place:
                    raise MalformedError("a number is written longer than it is")
                return value
        raise MalformedError("a number is too long")

    def signed(self) -> int:
        """A number that may be below zero."""
        return unzigzag(self.number())

    def take(self, length: int) -> bytes:
        """Compressed bytes of this length."""
        self._at += length
        if self._at > len(self._plain):
            raise MalformedError("the packed columns end too early")
        return self._plain[self._at - length : self._at]

    def take_dense(self, length: int) -> bytes:
        """Bytes of this length that were not compressed."""
        self._dense_at += length
        if self._dense_at > len(self._dense):
            raise MalformedError("the dense bytes end too early")
        return self._dense[self._dense_at - length : self._dense_at]

    def until(self, mark: bytes) -> bytes:
        """Compressed bytes up to a mark, which is skipped."""
        end = self._plain.find(mark, self._at)
        if end < 0:
            raise MalformedError("the packed columns end too early")
        found = self._plain[self._at : end]
        self._at = end + len(mark)
        return found

    def text(self) -> bytes:
        """Bytes with their length."""
        return self.take(self.number())

    @property
    def at(self) -> int:
        """Where in the compressed bytes it stands."""
        return self._at

    @property
    def ended(self) -> bool:
        """Whether nothing of the compressed bytes is left."""
        return self._at == len(self._plain)

    def finish(self) -> None:
        """MalformedError where something is left over."""
        if self._at != len(self._plain) or self._dense_at != len(self._dense):
            raise MalformedError("bytes are left over")


def zigzag(value: int) -> int:
    """Small numbers on both sides of zero as small numbers."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value: int) -> int:
    """Back from `zigzag`."""
    return -(value + 1 >> 1) if value & 1 else value >> 1
