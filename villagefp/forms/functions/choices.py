"""Choices: what was selected among several, and its label."""

from __future__ import annotations

from villagefp.forms.xpath_engine import Focus, Function
from villagefp.forms.xpath_values import Value, to_number, to_string


def _selected(_focus: Focus, value: Value, code: Value) -> Value:
    """Whether the code is among those chosen; an empty one is where nothing is chosen."""
    wanted, codes = to_string(code).strip(), to_string(value).split()
    return wanted in codes if wanted else not codes


def _selected_at(_focus: Focus, value: Value, place: Value) -> Value:
    codes = to_string(value).split()
    number = to_number(place)
    return codes[int(number)] if 0 <= number < len(codes) else ""


def _label(focus: Focus, code: Value, path: Value) -> Value:
    return focus.scope.choice_label(to_string(code), to_string(path).strip(), focus.current)


FUNCTIONS: dict[str, Function] = {
    "selected": Function(_selected, 2, 2),
    "is-selected": Function(_selected, 2, 2),
    "selected-at": Function(_selected_at, 2, 2),
    "count-selected": Function(lambda _focus, value: float(len(to_string(value).split())), 1, 1),
    "jr:choice-name": Function(_label, 2, 2),
}
