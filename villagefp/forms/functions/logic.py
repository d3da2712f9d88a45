"""Conditions: only the branch that is needed is evaluated."""

from __future__ import annotations

from villagefp.forms.xpath_engine import Evaluate, Focus, Function
from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_values import Value, to_boolean, to_number, to_string
from villagefp.i18n import _


def _if(focus: Focus, condition: Evaluate, then: Evaluate, otherwise: Evaluate) -> Value:
    return then(focus) if to_boolean(condition(focus)) else otherwise(focus)


def _coalesce(focus: Focus, *parts: Evaluate) -> Value:
    found: Value = ""
    for part in parts:
        found = part(focus)
        if to_string(found) not in {"", "NaN"}:
            return found
    return found


def _once(focus: Focus, part: Evaluate) -> Value:
    kept = focus.current.value()
    if kept != "":
        return kept
    return part(focus)


def _boolean_from_string(_focus: Focus, value: Value) -> Value:
    return to_string(value) in {"true", "1"}


def _checklist(_focus: Focus, least: Value, most: Value, *ticks: Value) -> Value:
    count = sum(_ticks(ticks))
    return _within(count, to_number(least), to_number(most))


def _weighted_checklist(_focus: Focus, least: Value, most: Value, *pairs: Value) -> Value:
    if len(pairs) % 2:
        raise XPathError(_("weighted-checklist() needs a weight for each value"))
    if len(pairs) == 2 and isinstance(pairs[0], list) and isinstance(pairs[1], list):
        ticks = [tick for tick, _weight in zip(_ticks((pairs[0],)), pairs[1], strict=False)]
        weights = [to_number(node.value()) for node in pairs[1]]
    else:
        ticks = _ticks(pairs[::2])
        weights = [to_number(weight) for weight in pairs[1::2]]
    total = sum(weight for tick, weight in zip(ticks, weights, strict=False) if tick)
    return _within(total, to_number(least), to_number(most))


def _ticks(values: tuple[Value, ...]) -> list[bool]:
    """What counts as ticked: nodes by what they hold, where 0, no and false are not."""
    ticks = []
    for value in values:
        if isinstance(value, list):
            ticks += [node.value().strip().lower() not in {"", "0", "no", "false"} for node in value]
        else:
            ticks.append(to_boolean(value))
    return ticks


def _within(count: float, least: float, most: float) -> bool:
    """Minus one means no bound."""
    return (least < 0 or count >= least) and (most < 0 or count <= most)


FUNCTIONS: dict[str, Function] = {
    "if": Function(_if, 3, 3, lazy=True),
    "coalesce": Function(_coalesce, 2, None, lazy=True),
    "once": Function(_once, 1, 1, lazy=True),
    "boolean": Function(lambda _focus, value: to_boolean(value), 1, 1),
    "boolean-from-string": Function(_boolean_from_string, 1, 1),
    "not": Function(lambda _focus, value: not to_boolean(value), 1, 1),
    "true": Function(lambda _focus: True, 0, 0),
    "false": Function(lambda _focus: False, 0, 0),
    "checklist": Function(_checklist, 3, None),
    "weighted-checklist": Function(_weighted_checklist, 4, None),
}
