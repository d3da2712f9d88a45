"""Numbers: rounding, powers, trigonometry, totals, chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

from villagefp.forms.xpath_engine import Focus, Function, as_nodes
from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_values import Value, to_number
from villagefp.i18n import _


def _number(focus: Focus, value: Value | None = None) -> Value:
    return to_number([focus.node] if value is None else value)


def _round(_focus: Focus, value: Value, digits: Value = 0.0) -> Value:
    """Half upwards as in XPath, on the decimal digits as written: 2.15 becomes 2.2, and so does "2,15"."""
    told = value.replace(",", ".") if isinstance(value, str) else value
    number, places = to_number(told), to_number(digits)
    if not math.isfinite(number) or not math.isfinite(places):
        return number if math.isfinite(places) else math.nan
    if abs(places) > 30:
        return math.nan
    half = ROUND_HALF_UP if number > 0 else ROUND_HALF_DOWN
    try:
        return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-int(places)), rounding=half))
    except InvalidOperation:
        return number


def _of_number(operation: Callable[[float], float]) -> Function:
    """A function of one number that is NaN where mathematics has no answer."""

    def call(_focus: Focus, value: Value) -> Value:
        try:
            return float(operation(to_number(value)))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return Function(call, 1, 1)


def _whole(cut: Callable[[float], int]) -> Callable[[float], float]:
    """Cuts to a whole number, keeps what is endless, and the sign of nothing."""
    return lambda number: math.copysign(cut(number), number) if math.isfinite(number) else number


def _logarithm(of: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: -math.inf if number == 0 else of(number)


def _pow(_focus: Focus, base: Value, exponent: Value) -> Value:
    number, power = to_number(base), to_number(exponent)
    try:
        return math.pow(number, power)
    except OverflowError:
        return -math.inf if number < 0 and power % 2 == 1 else math.inf
    except ValueError:
        return math.inf if number == 0 and power < 0 else math.nan


def _all(focus: Focus, parts: tuple[Value, ...]) -> list[float]:
    """Every number among nodes and values; an empty answer is none, as in ODK, and makes a total of them none."""
    numbers = []
    for part in parts:
        if isinstance(part, list):
            focus.look(4 * len(part))  # reading a number takes so much longer than looking at a node
            numbers += [to_number(node.value()) for node in part]
        else:
            numbers.append(to_number(part))
    return numbers


def _extreme(pick: Callable[[list[float]], float]) -> Function:
    def call(focus: Focus, *parts: Value) -> Value:
        numbers = _all(focus, parts)
        return math.nan if not numbers or any(math.isnan(number) for number in numbers) else pick(numbers)

    return Function(call, 1, None)


def _sum(focus: Focus, nodes: Value) -> Value:
    numbers = _all(focus, (as_nodes(nodes),))
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)


def _not_here(_focus: Focus, *_parts: Value) -> Value:
    raise XPathError(_("places on a map are not recorded here"))


FUNCTIONS: dict[str, Function] = {
    "number": Function(_number, 0, 1),
    "int": _of_number(_whole(math.trunc)),
    "round": Function(_round, 1, 2),
    "floor": _of_number(_whole(math.floor)),
    "ceiling": _of_number(_whole(math.ceil)),
    "abs": _of_number(abs),
    "sqrt": _of_number(math.sqrt),
    "exp": _of_number(math.exp),
    "exp10": _of_number(lambda number: math.pow(10, number)),
    "log": _of_number(_logarithm(math.log)),
    "log10": _of_number(_logarithm(math.log10)),
    "sin": _of_number(math.sin),
    "cos": _of_number(math.cos),
    "tan": _of_number(math.tan),
    "asin": _of_number(math.asin),
    "acos": _of_number(math.acos),
    "atan": _of_number(math.atan),
    "atan2": Function(lambda _focus, y, x: math.atan2(to_number(y), to_number(x)), 2, 2),
    "pi": Function(lambda _focus: math.pi, 0, 0),
    "pow": Function(_pow, 2, 2),
    "sum": Function(_sum, 1, 1),
    "max": _extreme(max),
    "min": _extreme(min),
    "random": Function(lambda focus: focus.scope.random(), 0, 0),
    "area": Function(_not_here, 1, None),
    "distance": Function(_not_here, 1, None),
    "geofence": Function(_not_here, 1, None),
}
