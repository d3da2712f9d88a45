"""Turns a parsed expression into one function that is called again and again: about five microseconds an expression."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property

from villagefp.domain.ambient import CHINA
from villagefp.forms import xpath_values as values
from villagefp.forms.xpath_axes import check_prefix, test_of, walk
from villagefp.forms.xpath_syntax import (
    Call,
    Expression,
    Filter,
    Literal,
    Negation,
    Operation,
    Path,
    Step,
    XPathError,
)
from villagefp.forms.xpath_tree import ELEMENT, Node, in_order
from villagefp.forms.xpath_values import Value
from villagefp.i18n import _

PATIENCE = 5_000_000
"""Nodes that one expression may look at; a form that wants more would stop the program for a minute.

A filled form has some hundreds of them, a table to look up some ten thousands.
"""
_SAME_DEPTH = {"child", "attribute", "self", "parent"}
"""Steps that lead from nodes of one depth, none within another, to such nodes again."""


def _unknown_instance(name: str) -> Node:
    raise XPathError(_("there is no instance “{name}”").format(name=name))


def _no_label(_code: str, _path: str, _node: Node) -> str:
    raise XPathError(_("choice labels are known only in a form"))


def _no_text(_id: str) -> str:
    raise XPathError(_("translations are known only in a form"))


@dataclass(frozen=True)
class Scope:
    """What an expression may know besides its document: the time, chance, other instances, words."""

    now: datetime
    random: Callable[[], float] = random.random
    order: int | None = None  # the seed of shuffles without one: a form shows its options in one order all the time
    instance: Callable[[str], Node] = _unknown_instance
    choice_label: Callable[[str, str, Node], str] = _no_label
    text: Callable[[str], str] = _no_text
    namespaces: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"  # of the names of months and days
    patience: int = PATIENCE

    @cached_property
    def zone(self) -> tzinfo:
        """Where the clock hangs that days and times of day are read from: China, unless `now` says another place."""
        return self.now.tzinfo if self.now.tzinfo is not None and self.now.utcoffset() else CHINA

    @cached_property
    def moment(self) -> datetime:
        """Now, with its place."""
        return self.now if self.now.tzinfo is not None else self.now.replace(tzinfo=CHINA)


class Focus:
    """Where an expression is evaluated: the node, its place among its siblings, and the node it all began at."""

    __slots__ = ("current", "node", "position", "scope", "seen", "size")

    def __init__(self, node: Node, scope: Scope) -> None:
        self.node = node
        self.current = node
        self.scope = scope
        self.position = 1
        self.size = 1
        self.seen = [0]  # shared by all predicates of one expression

    def at(self, node: Node, position: int, size: int) -> Focus:
        """The focus of a predicate."""
        inner = Focus.__new__(Focus)
        inner.node = node
        inner.position = position
        inner.size = size
        inner.current = self.current
        inner.scope = self.scope
        inner.seen = self.seen
        return inner

    def look(self, count: int) -> None:
        """Count nodes that are looked at; XPathError where there is no end to it."""
        self.seen[0] += count
        if self.seen[0] > self.scope.patience:
            raise XPathError(_("the expression looks at more than {count} nodes").format(count=self.scope.patience))


Evaluate = Callable[[Focus], Value]


@dataclass(frozen=True)
class Function:
    """A function of the library: how many arguments it takes, and what it makes of them.

    `lazy` ones get the arguments unevaluated; the name is for messages.
    """

    call: Callable[..., Value]
    least: int
    most: int | None
    lazy: bool = False


def build(expression: Expression, functions: Mapping[str, Function], *, strict: bool = True) -> Evaluate:
    """The expression as a function of its focus.

    XPathError for a function that is not known or does not take so many arguments: at once if `strict`, else when
    it is called, so that a branch that is never taken may hold anything.
    """
    return _Builder(functions, strict=strict).build(expression)


class _Builder:
    def __init__(self, functions: Mapping[str, Function], *, strict: bool) -> None:
        self.functions = functions
        self.strict = strict

    def build(self, expression: Expression) -> Evaluate:
        match expression:
            case Literal(value):
                return lambda _focus: value
            case Negation(operand):
                inner = self.build(operand)
                return lambda focus: -values.to_number(inner(focus))
            case Operation(operators, operands):
                return _operation(operators, [self.build(operand) for operand in operands])
            case Call(name, arguments):
                return self.call(name, arguments)
            case Filter(operand, predicates):
                return self.filter(operand, predicates)
            case Path():
                return self.path(expression)

    def call(self, name: str, arguments: tuple[Expression, ...]) -> Evaluate:
        fault = self.fault(name, len(arguments))
        if fault and self.strict:
            raise fault
        parts = [self.build(argument) for argument in arguments]
        if fault:
            return _failing(fault)
        function = self.functions[name]
        run = function.call
        if function.lazy:
            return lambda focus: run(focus, *parts)
        if not parts:
            return run
        if len(parts) == 1:
            only = parts[0]
            return lambda focus: run(focus, only(focus))
        return lambda focus: run(focus, *[part(focus) for part in parts])

    def fault(self, name: str, count: int) -> XPathError | None:
        function = self.functions.get(name)
        if function is None:
            return XPathError(_("the function {name}() is not known").format(name=name))
        if count < function.least or (function.most is not None and count > function.most):
            return XPathError(_("{name}() does not take {count} arguments").format(name=name, count=count))
        return None

    def filter(self, operand: Expression, predicates: tuple[Expression, ...]) -> Evaluate:
        inner = self.build(operand)
        tests = [self.build(predicate) for predicate in predicates]

        def evaluate(focus: Focus) -> Value:
            nodes = as_nodes(inner(focus))
            for test in tests:
                nodes = _narrow(nodes, test, focus)
            return nodes

        return evaluate

    def path(self, path: Path) -> Evaluate:
        level = path.start is None or path.start == Call("current", ())
        steps = []
        for step in _shortened(path.steps):
            steps.append(self.step(step, level=level))
            level = level and step.axis in _SAME_DEPTH
        if path.start is not None:
            start = self.build(path.start)
            return lambda focus: _follow(as_nodes(start(focus)), steps, focus)
        if path.absolute:
            # Within a predicate over another instance an absolute path still means the form itself.
            return lambda focus: _follow([focus.current.top()], steps, focus)
        return lambda focus: _follow([focus.node], steps, focus)

    def step(self, step: Step, *, level: bool) -> Take:
        """One step; `level` says that none of the nodes it starts from lies within another."""
        tests = [self.build(predicate) for predicate in step.predicates]
        if not tests and step.axis == "child" and step.test.isidentifier():
            return _children(step.test, level=level)
        if not tests and step.axis == "self" and step.test == "node()":
            return lambda nodes, _focus: nodes
        axis, passes = step.axis, test_of(step.axis, step.test)
        ordered = level and axis in {"child", "attribute", "self", "namespace"}
        backwards = axis.startswith(("prec", "anc"))

        def take(nodes: list[Node], focus: Focus) -> list[Node]:
            namespaces = focus.scope.namespaces
            check_prefix(step.test, namespaces)
            found: list[Node] = []
            for node in nodes:
                along = list(walk(axis, node))
                focus.look(len(along) + 1)
                here = [other for other in along if passes(other, namespaces)]
                for test in tests:
                    here = _narrow(here, test, focus)
                found.extend(here)
            return in_order(found) if backwards or (len(nodes) > 1 and not ordered) else found

        return take


Take = Callable[[list[Node], Focus], list[Node]]


def _shortened(steps: tuple[Step, ...]) -> Iterator[Step]:
    """`//name` in one step instead of two, where no predicate counts from each parent."""
    waiting: Step | None = None
    for step in steps:
        if waiting is not None and step.axis == "child" and not step.predicates:
            yield Step("descendant", step.test)
            waiting = None
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if step == Step("descendant-or-self", "node()"):
            waiting = step
        else:
            yield step
    if waiting is not None:
        yield waiting


def as_nodes(value: Value) -> list[Node]:
    """The value as nodes; XPathError where it is something else."""
    if not isinstance(value, list):
        raise XPathError(_("a set of nodes is needed here"))
    return value


def _failing(fault: XPathError) -> Evaluate:
    def fail(_focus: Focus) -> Value:
        raise XPathError(str(fault))  # a fresh one: the same expression may fail many times

    return fail


def _children(name: str, *, level: bool) -> Take:
    def take(nodes: list[Node], focus: Focus) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            focus.look(len(node.children))
            found += [
                child for child in node.children if child.name == name and child.kind == ELEMENT and _is_plain(child)
            ]
        return found if level or len(nodes) < 2 else in_order(found)

    passes = test_of("child", name)

    def _is_plain(child: Node) -> bool:
        return not child.namespace or passes(child, {})

    return take


def _follow(nodes: list[Node], steps: list[Take], focus: Focus) -> list[Node]:
    for step in steps:
        nodes = step(nodes, focus)
    return nodes


def _narrow(nodes: list[Node], test: Evaluate, focus: Focus) -> list[Node]:
    return list(_narrowed(nodes, test, focus))


def _narrowed(nodes: list[Node], test: Evaluate, focus: Focus) -> Iterator[Node]:
    size = len(nodes)
    focus.look(size)
    for position, node in enumerate(nodes, start=1):
        verdict = test(focus.at(node, position, size))
        if verdict == position if isinstance(verdict, float) else values.to_boolean(verdict):
            yield node


def _operation(operators: tuple[str, ...], operands: list[Evaluate]) -> Evaluate:
    """Operands of one rank; `or` and `and` stop as soon as they know."""
    if operators[0] == "or":
        return lambda focus: any(values.to_boolean(operand(focus)) for operand in operands)
    if operators[0] == "and":
        return lambda focus: all(values.to_boolean(operand(focus)) for operand in operands)
    if operators[0] == "|":
        return lambda focus: in_order(node for operand in operands for node in as_nodes(operand(focus)))
    first, rest = operands[0], operands[1:]
    if len(rest) == 1:
        second, apply = rest[0], _OPERATORS[operators[0]]
        return lambda focus: apply(first(focus), second(focus), focus.scope.zone)
    pairs = [(_OPERATORS[operator], operand) for operator, operand in zip(operators, rest, strict=True)]

    def evaluate(focus: Focus) -> Value:
        value = first(focus)
        for apply, operand in pairs:
            value = apply(value, operand(focus), focus.scope.zone)
        return value

    return evaluate


def _comparing(operator: str) -> Callable[[Value, Value, tzinfo], Value]:
    return lambda left, right, zone: values.compare(operator, left, right, zone)


_OPERATORS: dict[str, Callable[[Value, Value, tzinfo], Value]] = {
    "+": lambda left, right, _zone: values.to_number(left) + values.to_number(right),
    "-": values.subtract,
    "*": lambda left, right, _zone: values.to_number(left) * values.to_number(right),
    "div": lambda left, right, _zone: _divide(values.to_number(left), values.to_number(right)),
    "mod": lambda left, right, _zone: _remainder(values.to_number(left), values.to_number(right)),
    **{operator: _comparing(operator) for operator in ("=", "!=", "<", "<=", ">", ">=")},
}


def _divide(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    if right == 0 or math.isnan(left) or math.isnan(right) or math.isinf(left):
        return math.nan
    return math.fmod(left, right)
