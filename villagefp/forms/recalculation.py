"""Keeps a form's relevance, counts and calculations right: after an answer only what hangs on it is computed anew."""

from __future__ import annotations

import heapq
import math

from villagefp.errors import UserError
from villagefp.forms.graph import COUNT, RELEVANCE, SHOWN, VALUE, Graph, Key
from villagefp.forms.instance import Instance, Place
from villagefp.forms.problems import shorten
from villagefp.forms.xform import Action, XForm
from villagefp.forms.xpath import XPathError, compiled
from villagefp.forms.xpath_engine import Focus, Scope
from villagefp.forms.xpath_tree import Node
from villagefp.forms.xpath_values import Value, from_days, to_boolean, to_number, to_string
from villagefp.i18n import _

MAX_INSTANCES = 200
FIRST_LOAD, NEW_REPEAT, CHANGED = "odk-instance-first-load", "odk-new-repeat", "xforms-value-changed"
_MAX_ROUNDS = 20


class RuleError(UserError):
    """A rule of a form that cannot be worked out; `forms check` finds such rules before a form is published."""

    def __init__(self, place: Node, expression: str, reason: str) -> None:
        rule = shorten(" ".join(expression.split()))
        super().__init__(
            _("A rule of the form at “{name}” cannot be worked out: {rule}: {reason}. Tell the county.").format(
                name=place.name, rule=rule, reason=reason
            )
        )
        self.path = getattr(place, "path", "")
        self.rule = rule
        self.reason = reason


class Recalculation:
    """The work to be done, in an order in which everything is computed at most once."""

    def __init__(self, form: XForm, instance: Instance, graph: Graph, scope: Scope) -> None:
        self.form = form
        self.instance = instance
        self.graph = graph
        self.scope = scope
        self.changed: dict[Place, None] = {}
        self.loading = False  # answers are put back as they were: nothing is computed until all are there
        self._heap: list[tuple[int, int, str, Place]] = []
        self._waiting: set[tuple[str, int]] = set()
        self._serial = 0
        self._triggers: dict[str, list[Action]] = {}
        for action in form.actions:
            if action.trigger and CHANGED in action.events:
                self._triggers.setdefault(action.trigger, []).append(action)

    def evaluate(self, expression: str, place: Node) -> Value:
        """What an expression says at a place; RuleError where the rule makes no sense there."""
        try:
            return compiled(expression)(Focus(place, self.scope))
        except XPathError as error:
            raise RuleError(place, expression, str(error)) from error

    def whole(self) -> None:
        """Compute everything, as when a form is opened."""
        for place in list(self.instance.walk()):
            self._schedule_all(place)
        self.run()

    def set(self, place: Place, kept: str, unread: str = "") -> None:
        """Take an answer and compute what hangs on it."""
        if place.kept == kept and place.unread == unread:
            return
        place.kept, place.unread, place.checked = kept, unread, False
        if self.loading:
            return
        self.changed[place] = None
        self._schedule(VALUE, place)
        self.run()
        self._trigger(place)

    def add(self, parent: Place, path: str) -> Place:
        """One more instance of a repeat."""
        fresh = self._add(parent, path)
        self.run()
        return fresh

    def remove(self, place: Place) -> None:
        """One instance of a repeat less."""
        self._remove(place)
        self.run()

    def act(self, event: str, within: Place | None = None) -> None:
        """Carry out the actions of an event: first load, a new repeat instance."""
        for action in self.form.actions:
            if event in action.events:
                for place in self.instance.places(action.path, within):
                    self._carry_out(action, place)

    def run(self) -> None:
        """Work until nothing is left."""
        while self._heap:
            _rank, _serial, aspect, place = heapq.heappop(self._heap)
            self._waiting.discard((aspect, id(place)))
            if aspect == RELEVANCE:
                self._relevance(place)
            elif aspect == COUNT:
                self._count(place)
            elif aspect == VALUE:
                self._value(place)
            else:
                self.changed[place] = None

    def _schedule(self, aspect: str, place: Place) -> None:
        if (aspect, id(place)) not in self._waiting:
            self._waiting.add((aspect, id(place)))
            self._serial += 1
            rank = self.graph.ranks.get((aspect, place.path), 0)
            heapq.heappush(self._heap, (rank, self._serial, aspect, place))

    def _schedule_all(self, place: Place) -> None:
        self._schedule(RELEVANCE, place)
        self._schedule(VALUE, place)
        for repeat in self._counted_below(place):
            self._schedule_count(repeat, place)

    def _counted_below(self, place: Place) -> list[str]:
        return [
            path for path, repeat in self.form.repeats.items() if repeat.count and path.rpartition("/")[0] == place.path
        ]

    def _schedule_count(self, path: str, parent: Place) -> None:
        """A count belongs to the parent of the repeat: there may be no instance yet."""
        if (f"{COUNT} {path}", id(parent)) not in self._waiting:
            self._serial += 1
            rank = self.graph.ranks.get((COUNT, path), 0)
            heapq.heappush(self._heap, (rank, self._serial, COUNT, parent))

    def _tell(self, key: Key, place: Place) -> None:
        """Schedule what reads this key."""
        for edge in self.graph.edges.get(key, ()):
            aspect, path = edge.target
            within = self._around(place, edge.within)
            if aspect == COUNT:
                for parent in self.instance.places(path.rpartition("/")[0], None):
                    self._schedule_count(path, parent)
                continue
            if key[0] == RELEVANCE:
                within = place  # relevance is handed down, to what is below
            for target in self.instance.places(path, within):
                self._schedule(aspect, target)

    def _around(self, place: Place, repeat: str | None) -> Place | None:
        if repeat is None:
            return None
        node: Node | None = place
        while node is not None:
            if isinstance(node, Place) and node.path == repeat:
                return node
            node = node.parent
        return None

    def _relevance(self, place: Place) -> None:
        parent = place.parent
        relevant = parent.relevant if isinstance(parent, Place) else True
        bind = self.form.binds.get(place.path)
        if relevant and bind and bind.relevant:
            relevant = to_boolean(self.evaluate(bind.relevant, place))
        if relevant != place.relevant:
            place.relevant = relevant
            self.changed[place] = None
            self._tell((RELEVANCE, place.path), place)
            self._schedule(VALUE, place)

    def _value(self, place: Place) -> None:
        bind = self.form.binds.get(place.path)
        if bind and bind.calculate:
            text = _written(self.evaluate(bind.calculate, place), bind.type)
            if text != place.kept:
                place.kept = text
                self.changed[place] = None
        seen = place.kept if place.relevant and not place.unread else ""
        if seen != place.text and not place.children:
            place.text = seen
            self.changed[place] = None
            self._tell((VALUE, place.path), place)

    def _count(self, parent: Place) -> None:
        for path in self._counted_below(parent):
            wanted = min(MAX_INSTANCES, self.wanted(parent, path))
            there = self.instance.instances(parent, path)
            for _each in range(wanted - len(there)):
                self._add(parent, path)
            for place in there[wanted:]:
                self._remove(place)

    def wanted(self, parent: Place, path: str) -> int:
        """How often a counted repeat is to be there; 0 where nothing counts it."""
        count = self.form.repeats[path].count
        told = to_number(self.evaluate(count, self.stand_in(parent, path))) if count else 0.0
        return max(0, math.floor(told)) if math.isfinite(told) else 0

    def stand_in(self, parent: Place, path: str) -> Node:
        """An instance of a repeat to evaluate its own rules at; where there is none, one that is not in the tree."""
        there = self.instance.instances(parent, path)
        if there:
            return there[0]
        stand_in = Place(path.rpartition("/")[2], path)
        stand_in.parent = parent
        return stand_in

    def _add(self, parent: Place, path: str) -> Place:
        fresh = self.instance.add(parent, path)
        self.changed[parent] = None
        for place in list(self.instance.walk(fresh)):
            self.changed[place] = None
            self._schedule_all(place)
        self._tell((COUNT, path), fresh)
        self.act(NEW_REPEAT, fresh)
        return fresh

    def _remove(self, place: Place) -> None:
        parent = place.parent
        self.instance.remove(place)
        gone = {id(below) for below in self.instance.walk(place)}
        self._heap = [entry for entry in self._heap if id(entry[3]) not in gone]
        heapq.heapify(self._heap)
        self._waiting = {entry for entry in self._waiting if entry[1] not in gone}
        if isinstance(parent, Place):
            self.changed[parent] = None
            for later in self.instance.instances(parent, place.path):
                self.changed.update(dict.fromkeys(self.instance.walk(later)))
        self._tell((COUNT, place.path), place)

    def _trigger(self, place: Place, depth: int = 0) -> None:
        for action in self._triggers.get(place.path, ()):
            repeat = next((above for above in place.ancestors() if _is_repeat(above, self.instance.repeats)), None)
            for target in self.instance.places(action.path, repeat if isinstance(repeat, Place) else None):
                before = target.kept
                self._carry_out(action, target)
                self.run()
                if target.kept != before and depth < _MAX_ROUNDS:
                    self._trigger(target, depth + 1)

    def _carry_out(self, action: Action, place: Place) -> None:
        if action.value is None:
            text = action.literal
        else:
            bind = self.form.binds.get(place.path)
            text = _written(self.evaluate(action.value, place), bind.type if bind else "string")
        if text != place.kept:
            place.kept, place.unread = text, ""
            self.changed[place] = None
            self._schedule(VALUE, place)
            self.run()


def _is_repeat(node: Node, repeats: frozenset[str]) -> bool:
    return isinstance(node, Place) and node.path in repeats


def _written(value: Value, kind: str) -> str:
    """A computed value as the answer that is kept: no number that is none, days as days."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        if kind == "int":
            return str(math.trunc(value))
        if kind == "date":
            return from_days(value).isoformat()
    text = to_string(value)
    return "" if text == "Invalid Date" else text


__all__ = ["CHANGED", "FIRST_LOAD", "MAX_INSTANCES", "NEW_REPEAT", "SHOWN", "Recalculation"]
