"""What the parts of an envelope hold: the same bytes that go by network, with what they answer beside them.

    up         a whole request (`frames`)
    down       length of what was asked, what was asked, the whole answer
    enrolment  on the way to the county a claim or succession, on the way back such a down part, in the enrolment file
               an offer

By network an answer follows its question on one line. By stick it comes days later, perhaps after another exchange, so
it brings the question along: the laptop opens with it what is signed for these very words.
"""

from __future__ import annotations

from villagefp.wire.packing import Writer
from villagefp.wire.seal import MAX_PART
from villagefp.wire.signed import ExchangeError, Fault

_NUMBER_BYTES = 9


def pack_down(asked: bytes, answer: bytes) -> bytes:
    """An answer with the question (a hello, a claim, a succession) before it."""
    writer = Writer()
    writer.text(asked)
    return bytes(writer.plain) + answer


def unpack_down(told: bytes) -> tuple[bytes, bytes]:
    """Question and answer; ExchangeError where it is no such part."""
    length, at = _number(told)
    if not 0 < length <= MAX_PART or at + length >= len(told):
        raise ExchangeError(Fault.DAMAGED)
    return told[at : at + length], told[at + length :]


def _number(told: bytes) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(told[:_NUMBER_BYTES]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, place + 1
    raise ExchangeError(Fault.DAMAGED)
