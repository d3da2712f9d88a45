"""What a part of an envelope holds on its way down: the hello that is answered, and the answer with all that follows.

On its way up a part is a whole request. An answer is bound to its hello, which the laptop need not have kept.
"""

from __future__ import annotations

from villagefp.wire.hello import MAX_HELLO
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.signed import ExchangeError, Fault


def pack_down(hello: bytes, answer: bytes) -> bytes:
    """A part for a laptop: its hello, and the answer as `frames.pack_answer` gives it."""
    writer = Writer()
    writer.text(hello)
    return bytes(writer.plain) + answer


def unpack_down(part: bytes) -> tuple[bytes, bytes]:
    """Hello and answer of a part; ExchangeError where it is none."""
    reader = Reader(part, b"", 1)
    try:
        length = reader.number()
        if not 0 < length <= MAX_HELLO:
            raise ExchangeError(Fault.DAMAGED)
        hello = reader.take(length)
    except MalformedError as error:
        raise ExchangeError(Fault.DAMAGED) from error
    return hello, part[len(pack_down(hello, b"")) :]
