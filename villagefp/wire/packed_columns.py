"""Both streams of columns as they travel in pages and parts of seeds: chance as it is, the rest compressed.

number of the dictionary | lengths: dense, what the frame holds | dense bytes | frame        numbers as in `packing`
"""

from __future__ import annotations

from villagefp.wire import compression
from villagefp.wire.batch_header import MAX_UNPACKED
from villagefp.wire.packing import MalformedError, Reader, Writer

_HEAD = 32
"""What stands before the dense bytes is never longer."""


def close_columns(content: Writer, dictionary: int = compression.NEWEST) -> bytes:
    """Both streams as they travel in pages and parts of seeds."""
    words = compression.shipped_dictionary(dictionary)
    if words is None:
        raise ValueError(f"There is no dictionary {dictionary}.")
    head = Writer()
    head.number(dictionary)
    head.number(len(content.dense))
    head.number(len(content.plain))
    return bytes(head.plain + content.dense) + compression.compress(bytes(content.plain), words)


def open_columns(packed: bytes, budget: int, most: int = MAX_UNPACKED) -> Reader:
    """Back from `close_columns`; MalformedError or NotCompressedError where they are none."""
    head = Reader(packed[:_HEAD], b"", 0)
    dictionary, dense, plain = head.number(), head.number(), head.number()
    start = head.at
    words = compression.shipped_dictionary(dictionary)
    if words is None or dense > len(packed) - start or plain > most:
        raise MalformedError("columns with an unknown dictionary, or of a length that they cannot have")
    frame = packed[start + dense :]
    return Reader(compression.decompress(frame, plain, words), packed[start : start + dense], budget)
