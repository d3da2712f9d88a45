"""What merging should come to, told once more and in another way than the program does: slow, and from no code of it.

Used by tests alone. It takes the whole set of changes at once and asks of each write whether somebody replaced it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from villagefp.wire.kinds import Merge


@dataclass
class Told:
    """A record as the model has it."""

    values: dict = field(default_factory=dict)
    heads: dict = field(default_factory=dict)
    conflicts: list = field(default_factory=list)
    withdrawn: bool = False


def merged(kind, record, changes, erased_records=(), erased_changes=()):
    """The record that these changes make, given in any order and number."""
    if (kind.number, record) in erased_records:
        return Told(withdrawn=True)
    told, rules = Told(), {each.number: each.merge for each in kind.fields}
    changes = {(c.device, c.seq): c for c in changes if c.record == record}
    erased = {name for name in changes if name in set(erased_changes)}
    writes = defaultdict(dict)  # number -> name -> value
    for name, c in changes.items():
        for number in c.replaces if name in erased else c.fields:
            writes[number][name] = None if name in erased else c.fields[number]
    for number in sorted(writes):
        rule = rules.get(number)
        if rule is Merge.UNION:
            _merge_union(told, number, writes[number], changes, erased)
            continue
        gone = {old for name in writes[number] for old in changes[name].replaces.get(number, ()) if old != name}
        standing = sorted(set(writes[number]) - gone)
        told.heads[number] = tuple(standing)
        speaking = [name for name in standing if name not in erased]
        by_age = sorted(speaking, key=lambda name: (changes[name].stamp, *name))
        if number == 0:
            marks = sorted(standing, key=lambda name: (changes[name].stamp, *name))
            told.withdrawn = bool(marks) and (marks[-1] in erased or bool(writes[0][marks[-1]]))
        elif rule is not None:
            told.values[number] = writes[number][by_age[0 if rule is Merge.ONCE else -1]] if by_age else None
            if rule in (Merge.ASK, Merge.ONCE) and len({repr(writes[number][name]) for name in speaking}) > 1:
                told.conflicts.append(number)
    if told.withdrawn:
        known = {old for mark in told.heads[0] for old in (mark, *changes[mark].replaces.get(0, ()))}
        shown = {name for number, names in told.heads.items() if number for name in names} - erased
        if shown - known:
            told.conflicts.insert(0, 0)
    return told


def _merge_union(told, number, writes, changes, erased):
    said = {name: {} if name in erased else value for name, value in writes.items()}
    silenced = {
        old for name in said if not said[name] for old in changes[name].replaces.get(number, ()) if old != name
    }  # fmt: skip

    def standing(element, among):
        speaking = {name for name in among if element in said[name]}
        gone = {old for name in speaking for old in changes[name].replaces.get(number, ()) if old != name}
        return speaking - gone - silenced

    elements = {element for each in said.values() for element in each}
    heads = {name for element in elements for name in standing(element, said)}
    if not heads:
        return
    value = {}
    for element in elements:
        last = max(standing(element, said), key=lambda name: (changes[name].stamp, *name), default=None)
        if last and said[last][element]:
            value[element] = True
    told.heads[number] = tuple(sorted(heads))
    told.values[number] = value
