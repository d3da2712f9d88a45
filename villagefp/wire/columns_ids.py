"""Ids: each once in a batch, and after that by its number.

The id of a new record is a UUIDv7 (RFC 9562): its time is near that of the save, the other 74 bits are chance. The id
of a record that the other end has for certain goes as the name of the change that made it (device and seq), which takes
two or three bytes instead of thirteen. Links cover the ids themselves, so a name looked up wrongly is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import IntEnum

from villagefp.wire.change import ChangeName
from villagefp.wire.columns_numbers import put_numbers, take_numbers
from villagefp.wire.packing import MalformedError, Reader, Writer

ID_BYTES = 16
NameOf = Callable[[bytes], ChangeName | None]
"""The change that made a record, where the other end has it for certain; else nothing."""
RecordOf = Callable[[ChangeName], bytes | None]
"""The record that a change made; nothing where the change is not here."""
Ahead = Callable[[Collection[ChangeName]], None]
"""Is told which changes will be asked for, so that a database need not be asked for one after the other."""

_RANDOM_BITS = 74
_TOGETHER = 4
"""Ids of which the random bits fill whole bytes: 37."""
_LOW_62 = (1 << 62) - 1
_MAX_SEQ = (1 << 62) - 1
_NEAR_MS = 1 << 23
"""About two hours."""


class UnknownNameError(Exception):
    """A record goes by the name of a change that is not here."""


class _Sort(IntEnum):
    NEW = 0  # a UUIDv7 made near the time of the change that writes it
    NAMED = 1  # by the change that made it
    OLD = 2  # a UUIDv7 of another time
    WHOLE = 3  # anything else of 16 bytes


Firsts = Mapping[bytes, int]
"""The devices whose changes are packed, each with the seq of its first one; never none."""


class Names:
    """The changes that are named: their devices once, their seqs as distances from the first of what is packed."""

    def __init__(self, firsts: Firsts) -> None:
        self._firsts = firsts
        self._devices = {device: place for place, device in enumerate(firsts)}
        self._places: dict[ChangeName, int] = {}

    def place(self, name: ChangeName) -> int:
        """The number of a change among those that are named, in order of first use."""
        self._devices.setdefault(name[0], len(self._devices))
        return self._places.setdefault(name, len(self._places))

    def __len__(self) -> int:
        return len(self._places)

    def put(self, writer: Writer) -> None:
        """All that were named."""
        others = list(self._devices)[len(self._firsts) :]
        writer.number(len(others))
        for device in others:
            writer.text(device)
        writer.number(len(self._places))
        put_numbers(writer, [self._devices[device] for device, _ in self._places])
        other = next(iter(self._firsts.values()))
        put_numbers(writer, [self._firsts.get(device, other) - seq for device, seq in self._places])


def take_names(reader: Reader, firsts: Firsts) -> list[ChangeName]:
    """Back from `Names.put`."""
    count = reader.number()
    reader.spend(count)
    devices = [*firsts, *(reader.text() for _other in range(count))]
    starts = [*firsts.values(), *[next(iter(firsts.values()))] * count]
    count = reader.number()
    which = take_numbers(reader, count)
    if which and not 0 <= min(which) <= max(which) < len(devices):
        raise MalformedError("a change of a device that is not listed")
    seqs = [starts[place] - back for place, back in zip(which, take_numbers(reader, count), strict=True)]
    if seqs and not 0 < min(seqs) <= max(seqs) <= _MAX_SEQ:
        raise MalformedError("a change that nobody can have made")
    return [(devices[place], seq) for place, seq in zip(which, seqs, strict=True)]


class Ids:
    """The ids of a batch, in order of first use."""

    def __init__(self, names: Names, name_of: NameOf) -> None:
        self._names = names
        self._name_of = name_of
        self._places: dict[bytes, int] = {}
        self._when: list[int] = []

    def put_column(self, writer: Writer, ids: Sequence[bytes], when: Sequence[int]) -> None:
        """A column of ids: which are used for the first time, and the numbers of the others."""
        places = self._places
        again: list[int] = []
        fresh: list[bool] = []
        for one, moment in zip(ids, when, strict=True):
            place = places.get(one)
            fresh.append(place is None)
            if place is None:
                places[one] = len(places)
                self._when.append(moment)
            else:
                again.append(place)
        put_numbers(writer, fresh)
        put_numbers(writer, again)

    def put(self, writer: Writer) -> None:
        """All that were used; the names of changes have to be put after them."""
        named: list[int] = []
        near: list[int] = []
        far: list[int] = []
        randoms: list[int] = []
        sorts: list[int] = []
        whole: list[bytes] = []
        for one, moment in zip(self._places, self._when, strict=True):
            name = self._name_of(one)
            if name is not None:
                sorts.append(_Sort.NAMED)
                named.append(self._names.place(name))
            elif one[6] >> 4 == 7 and one[8] >> 6 == 2:
                apart = int.from_bytes(one[:6], "big") - moment
                is_near = -_NEAR_MS < apart < _NEAR_MS
                sorts.append(_Sort.NEW if is_near else _Sort.OLD)
                (near if is_near else far).append(apart)
                low = int.from_bytes(one[6:], "big")
                randoms.append((low >> 64 & 0xFFF) << 62 | low & _LOW_62)
            else:
                sorts.append(_Sort.WHOLE)
                whole.append(one)
        writer.number(len(sorts))
        put_numbers(writer, sorts)
        put_numbers(writer, named)
        put_numbers(writer, near)
        put_numbers(writer, far)
        _put_randoms(writer, randoms)
        writer.dense += b"".join(whole)


def _put_randoms(writer: Writer, randoms: Sequence[int]) -> None:
    for start in range(0, len(randoms), _TOGETHER):
        chunk = randoms[start : start + _TOGETHER]
        large = 0
        for value in reversed(chunk):
            large = large << _RANDOM_BITS | value
        writer.dense += large.to_bytes((len(chunk) * _RANDOM_BITS + 7) // 8, "little")


def _take_randoms(reader: Reader, count: int) -> list[int]:
    randoms: list[int] = []
    for start in range(0, count, _TOGETHER):
        length = min(_TOGETHER, count - start)
        large = int.from_bytes(reader.take_dense((length * _RANDOM_BITS + 7) // 8), "little")
        if large >> length * _RANDOM_BITS:
            raise MalformedError("an id is too long")
        for _place in range(length):
            randoms.append(large & (1 << _RANDOM_BITS) - 1)
            large >>= _RANDOM_BITS
    return randoms


class TakenIds:
    """The ids of a batch as they come in; what an id's time was counted from is known when it is first used."""

    def __init__(self, reader: Reader) -> None:
        count = reader.number()
        self._sorts = take_numbers(reader, count)
        if self._sorts and not 0 <= min(self._sorts) <= max(self._sorts) <= _Sort.WHOLE:
            raise MalformedError("an unknown sort of id")
        self._places = take_numbers(reader, self._sorts.count(_Sort.NAMED))
        self._named = iter(self._places)
        new, old = self._sorts.count(_Sort.NEW), self._sorts.count(_Sort.OLD)
        self._near = iter(take_numbers(reader, new))
        self._far = iter(take_numbers(reader, old))
        self._randoms = iter(_take_randoms(reader, new + old))
        self._whole = iter([reader.take_dense(ID_BYTES) for _one in range(self._sorts.count(_Sort.WHOLE))])
        self._ids: list[bytes] = []
        self._names: Sequence[ChangeName] = ()
        self._record_of: RecordOf = lambda _name: None

    def name(self, names: Sequence[ChangeName], record_of: RecordOf, ahead: Ahead) -> None:
        """Tell which changes the batch names, and whose records they made."""
        self._names, self._record_of = names, record_of
        ahead({names[place] for place in self._places if 0 <= place < len(names)})

    def take_column(self, reader: Reader, when: Sequence[int]) -> list[bytes]:
        """Back from `Ids.put_column`."""
        fresh = take_numbers(reader, len(when))
        again = iter(take_numbers(reader, fresh.count(0)))
        found = []
        for is_fresh, moment in zip(fresh, when, strict=True):
            if is_fresh:
                self._ids.append(self._next(moment))
                found.append(self._ids[-1])
                continue
            place = next(again)
            if not 0 <= place < len(self._ids):
                raise MalformedError("an id that is not in the batch")
            found.append(self._ids[place])
        return found

    def _next(self, moment: int) -> bytes:
        if len(self._ids) == len(self._sorts):
            raise MalformedError("more ids than the batch has")
        sort = self._sorts[len(self._ids)]
        if sort == _Sort.NAMED:
            return self._look_up(next(self._named))
        if sort == _Sort.WHOLE:
            return next(self._whole)
        random = next(self._randoms)
        time = moment + next(self._near if sort == _Sort.NEW else self._far)
        if not 0 <= time < 1 << 48:
            raise MalformedError("an id of no time")
        low = 7 << 76 | random >> 62 << 64 | 2 << 62 | random & _LOW_62
        return time.to_bytes(6, "big") + low.to_bytes(10, "big")

    def _look_up(self, place: int) -> bytes:
        if not 0 <= place < len(self._names):
            raise MalformedError("a change that is not named")
        record = self._record_of(self._names[place])
        if record is None:
            raise UnknownNameError
        return record

    def finish(self) -> None:
        """MalformedError where an id is used nowhere."""
        if len(self._ids) != len(self._sorts):
            raise MalformedError("an id that is used nowhere")
