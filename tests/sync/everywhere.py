"""What passes between laptops in any order, portion and repetition, for three places: a fold, a laptop, a county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any, get_type_hints

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.county.laptops import Laptop
from tests.wire.histories import OF_NEWER_PEER, UNION, overwritten, written
from villagefp.storage.codec import BY_KIND, _enum
from villagefp.storage.foreign import Delivery
from villagefp.storage.log import Origin
from villagefp.wire import links
from villagefp.wire.batch import Packing, encode_batch
from villagefp.wire.change import Change, ChangeName, LoggedChange
from villagefp.wire.declared import DECLARED
from villagefp.wire.erasure import RecordName, bare
from villagefp.wire.kinds import Field, FieldType, Kind, Travel
from villagefp.wire.links import Cover, Node
from villagefp.wire.values import in_order

UNKNOWN = Kind(number=OF_NEWER_PEER, name="of a newer peer", fields=())
DEVICES = tuple(letter * 16 for letter in (b"a", b"b", b"c", b"d"))
RECORDS_OF_A_KIND = 2
_WHEN = ("2026-11-20T09:00:00+08:00", "2026-11-21T09:00:00+08:00")
_DATES = ("1990", "2026-03", "2026-02-28", "2026-11-20")


def record_id(kind: int, number: int) -> bytes:
    """An id that no record of another kind has."""
    return bytes([number]) + kind.to_bytes(2, "big") + b"invented id  "


_IDS = tuple(record_id(kind, number) for kind in (3, 5, 9, 77) for number in range(RECORDS_OF_A_KIND))


def values(kind: Kind) -> Any:
    """What fields of a kind may hold, in the type that the registry says; a code may be one of a newer peer."""

    def of(field: Field | None) -> st.SearchStrategy[Any]:
        if field is None:
            return st.sampled_from(["一", 7, None, b"\x00", True, {"x": True}])
        return st.none() | (st.sampled_from([b"\x01", b"\x02" * 90]) if _sealed(field) else _of_type(kind, field))

    return of


def _sealed(field: Field) -> bool:
    return field.travel is Travel.SEALED or field.type is FieldType.BYTES


def _of_type(kind: Kind, field: Field) -> st.SearchStrategy[Any]:
    if field.type is FieldType.CODE:
        known = _codes(kind, field)
        return st.sampled_from([*known[:3], "newer"])
    of_type: Mapping[FieldType, tuple[Any, ...]] = {
        FieldType.TEXT: ("李芳", "990101199001012229", ""),
        FieldType.DATE: _DATES,
        FieldType.MOMENT: _WHEN,
        FieldType.FLAG: (True, False),
        FieldType.NUMBER: (0, 31, -1),
        FieldType.REFERENCE: _IDS,
    }
    return st.sampled_from(of_type[field.type])


def _codes(kind: Kind, field: Field) -> list[str]:
    if kind.name not in BY_KIND:
        return []
    enum = _enum(get_type_hints(BY_KIND[kind.name].record_type)[field.name])
    plain = {"form": ["household_visit", "postpartum_visit"], "programme": ["anc", "private"], "sex": ["1", "2"]}
    return [each.value for each in enum] if enum else plain.get(field.name, ["1", "2"])


@dataclass(frozen=True, repr=False)
class History:
    """What some laptops wrote, and what of it is to be erased."""

    changes: tuple[Change, ...]  # of village `VILLAGE`
    kinds: Mapping[int, Kind] = field(repr=False)
    erased_records: tuple[RecordName, ...]
    erased_changes: tuple[ChangeName, ...]

    @property
    def names(self) -> set[RecordName]:
        """Everything that was written to or erased."""
        return {(one.kind, one.record) for one in self.changes} | set(self.erased_records)

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def __repr__(self) -> str:
        lines = [
            f"{one.device[:1].decode()}{one.seq} save {one.group} at {one.stamp}: {one.kind} {one.record[0]} "
            f"{dict(one.fields)} over {[(n, [(d[:1], s) for d, s in names]) for n, names in one.replaces.items()]}"
            for one in self.changes
        ]
        erased = [(kind, record[0]) for kind, record in self.erased_records]
        return "\n".join([*lines, f"erased {erased} {[(d[:1], s) for d, s in self.erased_changes]}"])


@st.composite
def histories(draw: Any, main: Kind, most: int = 8) -> History:
    """Saves of one to three changes by two to four laptops, most of them to records of one kind."""
    others = [kind for kind in DECLARED if kind is not main]
    kinds = [main, main, draw(st.sampled_from(others)), UNKNOWN] if main is not UNION else [UNION]
    devices = DEVICES[: draw(st.integers(2, len(DEVICES)))]
    made: list[Change] = []
    for _save in range(draw(st.integers(1, most))):
        device = draw(st.sampled_from(devices))
        group = 1 + sum(one.device == device for one in made)
        stamp = draw(st.integers(0, 5))
        for _change in range(draw(st.sampled_from((1, 1, 2, 3)))):
            made.append(_change_of(draw, made, draw(st.sampled_from(kinds)), (device, group, stamp)))
    named = sorted({(one.kind, one.record) for one in made})
    return History(
        changes=tuple(made),
        kinds={kind.number: kind for kind in kinds},
        erased_records=tuple(sorted(draw(st.sets(st.sampled_from(named), max_size=1)))),
        erased_changes=tuple(sorted(draw(st.sets(st.sampled_from([one.name for one in made]), max_size=2)))),
    )


def _change_of(draw: Any, made: Sequence[Change], kind: Kind, by: tuple[bytes, int, int]) -> Change:
    device, group, stamp = by
    record = record_id(kind.number, draw(st.integers(0, RECORDS_OF_A_KIND - 1)))
    mine = [one for one in made if one.record == record]
    seen = [one for one in mine if one.device == device or draw(st.booleans())]
    fields = written(draw, kind, values(kind))
    return Change(
        village=bytes(16),
        device=device,
        seq=1 + sum(one.device == device for one in made),
        group=group,
        stamp=stamp,
        author=b"w" * 16,
        kind=kind.number,
        record=record,
        fields=in_order(fields),
        replaces=dict(sorted(overwritten(kind, record, seen, fields).items())),
        reason=draw(st.sampled_from((None, None, "told on the phone"))),
    )


def authors(history: History, village: bytes) -> list[Laptop]:
    """The laptops that wrote a history, chained and with keys, in this village."""
    by_device: dict[bytes, Laptop] = {}
    for change in history.changes:
        if change.device not in by_device:
            by_device[change.device] = Laptop(change.device[0], village)
            by_device[change.device].device = change.device
        by_device[change.device].put(replace(change, village=village))
    return list(by_device.values())


def portions(laptop: Laptop, chance: Random) -> list[tuple[int, int]]:
    """First and last seqs that cut a log anywhere, inside of saves as well; some of them again, some overlapping."""
    length = len(laptop.log)
    borders = sorted({0, length, *chance.choices(range(length + 1), k=chance.randrange(4))})
    cut = [(first + 1, last) for first, last in pairwise(borders)]
    more = [sorted(chance.choices(range(1, length + 1), k=2)) for _ in range(chance.randrange(3))]
    return cut + [(first, last) for first, last in more] + chance.choices(cut, k=chance.randrange(3))


class Erased:
    """What a sender knows to be erased."""

    def __init__(self) -> None:
        self.records: set[RecordName] = set()
        self.changes: set[ChangeName] = set()

    def takes(self, change: Change) -> bool:
        return change.name in self.changes or (change.kind, change.record) in self.records


def delivery(laptop: Laptop, first: int, last: int, erased: Erased | None = None) -> Delivery:
    """These changes as another laptop gives them; of what it knows to be erased without body and key."""
    changes = [_as_known(one, erased) for one in laptop.log[first - 1 : last]]
    bodies = {one.change.seq for one in changes if one.body is not None}
    covers: dict[int, Cover] = {}
    for segment, cover in laptop.covers.items():
        start = segment << links.DEPTH
        keys = links.leaf_keys(cover)
        wanted = [leaf for leaf in keys if start + leaf in bodies]
        covers[segment] = tuple(Node(links.DEPTH, leaf, keys[leaf]) for leaf in sorted(wanted))
    return Delivery(
        origin=Origin(laptop.village, laptop.device),
        link_before=laptop._link_before(first),
        changes=tuple(changes),
        covers=covers,
    )


def _as_known(one: LoggedChange, erased: Erased | None) -> LoggedChange:
    if erased is None or not erased.takes(one.change):
        return one
    return LoggedChange(bare(one.change), None, one.commitment, one.link)


def batches(laptop: Laptop, chance: Random) -> Iterator[bytes]:
    """Signed batches cut at any border of saves, and here and there one save in several batches that go on."""
    groups: dict[int, list[LoggedChange]] = defaultdict(list)
    for one in laptop.log:
        groups[one.change.group].append(one)
    waiting: list[LoggedChange] = []
    for group in groups.values():
        apart = len(group) > 1 and chance.random() < 0.4
        if waiting and (apart or chance.random() < 0.5):
            yield _batch(laptop, waiting)
            waiting = []
        if not apart:
            waiting += group
            continue
        middle = chance.randrange(1, len(group))
        yield _batch(laptop, group[:middle], goes_on=True)
        yield _batch(laptop, group[middle:])
    if waiting:
        yield _batch(laptop, waiting)


def _batch(laptop: Laptop, changes: Sequence[LoggedChange], *, goes_on: bool = False) -> bytes:
    packing = Packing(key=laptop.key, cover_of=laptop.covers.__getitem__)
    return encode_batch(changes, laptop._link_before(changes[0].change.seq), packing, goes_on=goes_on)
