"""Turns a parsed expression into one function that is called again and again: about five microseconds an expression."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from villagefp.domain.ambient import CHINA
from villagefp.forms import xpath_values as values
from villagefp.forms.xpath_axes import matches, walk
from villagefp.forms.xpath_syntax import (
    Binary,
    Call,
    Expression,
    Filter,
    Literal,
    Negation,
    Path,
    Step,
    XPathError,
)
from villagefp.forms.xpath_tree import ELEMENT, Node
from villagefp.forms.xpath_values import Value
from villagefp.i18n import _


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
    order: float | None = None  # the seed of shuffles without one: a form shows its options in one order all the time
    instance: Callable[[str], Node] = _unknown_instance
    choice_label: Callable[[str, str, Node], str] = _no_label
    text: Callable[[str], str] = _no_text
    namespaces: Mapping[str, str] = field(default_factory=dict)

    def today(self) -> datetime:
        """Now, where the village is."""
        return self.now if self.now.tzinfo is not None else self.now.replace(tzinfo=CHINA)


class Focus:
    """Where an expression is evaluated: the node, its place among its siblings, and the node it all began at."""

    __slots__ = ("current", "node", "position", "scope", "size")

    def __init__(self, node: Node, scope: Scope) -> None:
        self.node = node
        self.current = node
        self.scope = scope
        self.position = 1
        self.size = 1

    def at(self, node: Node, position: int, size: int) -> Focus:
        """The focus of a predicate."""
        inner = Focus.__new__(Focus)
        inner.node = node
        inner.position = position
        inner.size = size
        inner.current = self.current
        inner.scope = self.scope
        return inner


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


def build(expression: Expression, functions: Mapping[str, Function]) -> Evaluate:
    """The expression as a function of its focus; XPathError for a function that is not known."""
    return _Builder(functions).build(expression)


class _Builder:
    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = functions

    def build(self, expression: Expression) -> Evaluate:
        match expression:
            case Literal(value):
                return lambda _focus: value
            case Negation(operand):
                inner = self.build(operand)
                return lambda focus: -values.to_number(inner(focus))
            case Binary(operator, left, right):
                return _binary(operator, self.build(left), self.build(right))
            case Call(name, arguments):
                return self.call(name, arguments)
            case Filter(operand, predicates):
                return self.filter(operand, predicates)
            case Path():
                return self.path(expression)

    def call(self, name: str, arguments: tuple[Expression, ...]) -> Evaluate:
        function = self.functions.get(name)
        if function is None:
            raise XPathError(_("the function {name}() is not known").format(name=name))
        if len(arguments) < function.least or (function.most is not None and len(arguments) > function.most):
            raise XPathError(_("{name}() does not take {count} arguments").format(name=name, count=len(arguments)))
        parts = [self.build(argument) for argument in arguments]
        run = function.call
        if function.lazy:
            return lambda focus: run(focus, *parts)
        if not parts:
            return run
        if len(parts) == 1:
            only = parts[0]
            return lambda focus: run(focus, only(focus))
        return lambda focus: run(focus, *[part(focus) for part in parts])

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
        steps = [self.step(step) for step in path.steps]
        if path.start is not None:
            start = self.build(path.start)
            return lambda focus: _follow(as_nodes(start(focus)), steps, focus)
        if path.absolute:
            # Within a predicate over another instance an absolute path still means the form itself.
            return lambda focus: _follow([focus.current.top()], steps, focus)
        return lambda focus: _follow([focus.node], steps, focus)

    def step(self, step: Step) -> Callable[[list[Node], Focus], list[Node]]:
        tests = [self.build(predicate) for predicate in step.predicates]
        if not tests and step.axis == "child" and step.test.isidentifier():
            return _children(step.test)
        if not tests and step.axis == "self" and step.test == "node()":
            return lambda nodes, _focus: nodes

        def take(nodes: list[Node], focus: Focus) -> list[Node]:
            found: list[Node] = []
            for node in nodes:
                here = [
                    other
                    for other in walk(step.axis, node)
                    if matches(other, step.test, step.axis, focus.scope.namespaces)
                ]
                for test in tests:
                    here = _narrow(here, test, focus)
                found.extend(here)
            return in_order(found) if len(nodes) > 1 or step.axis.startswith(("prec", "anc")) else found

        return take


def as_nodes(value: Value) -> list[Node]:
    """The value as nodes; XPathError where it is something else."""
    if not isinstance(value, list):
        raise XPathError(_("a set of nodes is needed here"))
    return value


def in_order(nodes: list[Node]) -> list[Node]:
    """Each node once, in document order."""
    once = list({id(node): node for node in nodes}.values())
    return once if len(once) < 2 else sorted(once, key=Node.order)


def _children(name: str) -> Callable[[list[Node], Focus], list[Node]]:
    def take(nodes: list[Node], _focus: Focus) -> list[Node]:
        return [
            child
            for node in nodes
            for child in node.children
            if child.name == name and child.kind == ELEMENT and not child.namespace
        ]

    return take


def _follow(nodes: list[Node], steps: list[Callable[[list[Node], Focus], list[Node]]], focus: Focus) -> list[Node]:
    for step in steps:
        nodes = step(nodes, focus)
    return nodes


def _narrow(nodes: list[Node], test: Evaluate, focus: Focus) -> list[Node]:
    return list(_narrowed(nodes, test, focus))


def _narrowed(nodes: list[Node], test: Evaluate, focus: Focus) -> Iterator[Node]:
    size = len(nodes)
    for position, node in enumerate(nodes, start=1):
        verdict = test(focus.at(node, position, size))
        if verdict == position if isinstance(verdict, float) else values.to_boolean(verdict):
            yield node


def _binary(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:  # noqa: PLR0911  one return an operator
    if operator == "or":
        return lambda focus: values.to_boolean(left(focus)) or values.to_boolean(right(focus))
    if operator == "and":
        return lambda focus: values.to_boolean(left(focus)) and values.to_boolean(right(focus))
    if operator == "|":
        return lambda focus: in_order(as_nodes(left(focus)) + as_nodes(right(focus)))
    if operator in {"+", "-"}:
        sign = 1 if operator == "+" else -1
        return lambda focus: values.add(left(focus), right(focus), sign)
    if operator == "*":
        return lambda focus: values.to_number(left(focus)) * values.to_number(right(focus))
    if operator == "div":
        return lambda focus: _divide(values.to_number(left(focus)), values.to_number(right(focus)))
    if operator == "mod":
        return lambda focus: _remainder(values.to_number(left(focus)), values.to_number(right(focus)))
    return lambda focus: values.compare(operator, left(focus), right(focus))


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
