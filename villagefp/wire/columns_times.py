"""Days and moments, as texts and as numbers: often near the time at which they were written down."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from villagefp.wire.columns_numbers import Priced, priced_numbers, take_numbers
from villagefp.wire.packing import MalformedError, Reader, Writer

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?([+-]\d{2}:\d{2})?", re.ASCII)
_CHINA_MS = 8 * 3_600_000
_DAY_MS = 86_400_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(milliseconds: int) -> int:
    """The day of a moment where the village is, in days since 1970-01-01."""
    return (milliseconds + _CHINA_MS) // _DAY_MS


def put_near(writer: Writer, values: Sequence[int], near: Sequence[int]) -> None:
    """Numbers as they are, or as what they differ by from `near`, whichever is shorter."""
    if values:
        priced = priced_near(values, near)
        writer.plain.append(priced.way)
        priced.put(writer)


def priced_near(values: Sequence[int], near: Sequence[int]) -> Priced:
    """The same, priced and not yet written; the way is 1 where differences are taken."""
    told = priced_numbers(values)
    apart = priced_numbers([value - other for value, other in zip(values, near, strict=True)])
    closer = apart.cost < told.cost
    best = apart if closer else told

    def put(writer: Writer) -> None:
        writer.plain.append(best.way)
        best.put(writer)

    return Priced(best.cost, closer, put)


def take_near(reader: Reader, count: int, near: Sequence[int]) -> list[int]:
    """Back from `put_near`."""
    if not count:
        return []
    closer = reader.byte()
    values = take_numbers(reader, count)
    if closer > 1:
        raise MalformedError("an unknown way to pack numbers")
    return [value + other for value, other in zip(values, near, strict=True)] if closer else values


def priced_days(texts: Sequence[str], when: Sequence[int]) -> Priced | None:
    """Texts YYYY-MM-DD; nothing where one is none."""
    if not all(map(_DAY.fullmatch, texts)):
        return None
    try:
        days = [date.fromisoformat(text).toordinal() - _EPOCH_DAY for text in texts]
    except ValueError:
        return None
    return _near(days, [day_of(moment) for moment in when])


def _near(values: Sequence[int], near: Sequence[int], told: bytes = b"") -> Priced:
    best = priced_near(values, near)

    def put(writer: Writer) -> None:
        writer.plain += told + bytes((best.way,))
        best.put(writer)

    return Priced(best.cost, 0, put)


def take_days(reader: Reader, count: int, when: Sequence[int]) -> list[str]:
    """Back from `priced_days`."""
    days = take_near(reader, count, [day_of(moment) for moment in when])
    return [date.fromordinal(day + _EPOCH_DAY).isoformat() for day in days]


def priced_moments(texts: Sequence[str], when: Sequence[int]) -> Priced | None:
    """Moments of ISO 8601 in seconds or milliseconds, all with one offset or without; nothing where one is none."""
    found = _MOMENT.fullmatch(texts[0])
    if found is None:
        return None
    fine, offset = found[1] is not None, found[2] or ""
    try:
        moments = [_moment(text, offset) for text in texts]
        if any(_moment_text(moment, offset, fine=fine) != text for moment, text in zip(moments, texts, strict=True)):
            return None
    except (ValueError, OverflowError):
        return None
    unit = 1 if fine else 1000
    told = bytes((fine, len(offset))) + offset.encode()
    return _near([moment // unit for moment in moments], [moment // unit for moment in when], told)


def _moment(text: str, offset: str) -> int:
    """Milliseconds since 1970; a moment without an offset is read as one of the village."""
    if not text.endswith(offset):
        raise ValueError(text)
    known = datetime.fromisoformat(text if offset else text + "+08:00")
    return (known - _EPOCH) // timedelta(milliseconds=1)


def _moment_text(moment: int, offset: str, *, fine: bool) -> str:
    zone = datetime.fromisoformat("2000-01-01T00:00:00" + (offset or "+08:00")).tzinfo
    known = (_EPOCH + timedelta(milliseconds=moment)).astimezone(zone)
    text = known.replace(tzinfo=None).isoformat(timespec="milliseconds" if fine else "seconds")
    return text + offset


def take_moments(reader: Reader, count: int, when: Sequence[int]) -> list[str]:
    """Back from `priced_moments`."""
    fine, offset = reader.byte(), reader.text().decode()
    if fine > 1 or (offset and not _MOMENT.fullmatch("2000-01-01T00:00:00" + offset)):
        raise MalformedError("an unknown way to write a moment")
    unit = 1 if fine else 1000
    units = take_near(reader, count, [moment // unit for moment in when])
    return [_moment_text(moment * unit, offset, fine=bool(fine)) for moment in units]
