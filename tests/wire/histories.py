"""Invented histories: laptops write to records of a kind, each having seen some of what was written before."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.wire.merge_model import merged
from villagefp.wire.change import WITHDRAWN, Change
from villagefp.wire.declared import DECLARED
from villagefp.wire.kinds import Base, Field, FieldType, Kind, Merge, Travel

VILLAGE = b"v" * 16
DEVICES = (b"a" * 16, b"b" * 16, b"c" * 16)
RECORDS = (b"r" * 16, b"s" * 16)
OF_NEWER_PEER = 999
ELEMENTS = "xyz"
UNION = Kind(
    number=200,
    name="invented",
    fields=tuple(
        Field(number=number, name=f"f{number}", type=FieldType.TEXT, purpose="test", base=Base.DUTY, merge=merge)
        for number, merge in ((1, Merge.UNION), (2, Merge.UNION), (3, Merge.LATEST))
    ),
)
"""No declared kind has a union yet; the rule is there."""
KINDS = (*DECLARED, UNION)


def travelling(kind):
    """The numbers of a kind's fields that are ever in a log, and one of a newer peer."""
    return [field.number for field in kind.fields if field.travel is not Travel.LOCAL] + [OF_NEWER_PEER]


@st.composite
def histories(draw, kind, most=9):
    """Changes in the order in which they were made; seqs of each device count without a gap."""
    made = []
    for step in range(draw(st.integers(1, most))):
        device = draw(st.sampled_from(DEVICES))
        record = draw(st.sampled_from(RECORDS))
        seen = [one for one in made if one.record == record and (one.device == device or draw(st.booleans()))]
        fields = written(draw, kind)
        made.append(
            Change(
                village=VILLAGE,
                device=device,
                seq=1 + sum(one.device == device for one in made),
                group=1 + sum(one.device == device for one in made),
                stamp=draw(st.integers(0, 5)),
                author=b"w" * 16,
                kind=kind.number,
                record=record,
                fields=fields,
                replaces=overwritten(kind, record, seen, fields),
                reason=draw(st.none() | st.just(f"reason {step}")),
            )
        )
    return made


def any_word(_field):
    """Of any field the same three values: merging does not look at what they are."""
    return st.sampled_from(["一", "二", None])


def written(draw, kind, value=any_word):
    """What one change writes: whole groups, a field of a newer peer, or the withdrawn mark."""
    if draw(st.integers(0, 5)) == 0:
        return {WITHDRAWN: draw(st.sampled_from([True, True, False]))}
    chosen = set(draw(st.lists(st.sampled_from(travelling(kind)), min_size=1, max_size=3)))
    by_number = kind.by_number
    whole = {
        other.number
        for number in chosen
        if number in by_number and by_number[number].group
        for other in kind.groups[by_number[number].group]
    }
    fields = {}
    for number in sorted(chosen | whole):
        if number in by_number and by_number[number].merge is Merge.UNION:
            elements = draw(st.sets(st.sampled_from(ELEMENTS), min_size=1))
            fields[number] = {element: draw(st.booleans()) for element in sorted(elements)}
        else:
            fields[number] = draw(value(by_number.get(number)))
    return fields


def overwritten(kind, record, seen, fields):
    """What a change with these fields replaces, by somebody who has seen these changes."""
    heads = merged(kind, record, seen).heads
    if WITHDRAWN in fields:
        return {WITHDRAWN: tuple(sorted({name for names in heads.values() for name in names}))}
    return {number: heads[number] for number in fields if heads.get(number)}
