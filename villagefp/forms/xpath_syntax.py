"""Reads XPath 1.0 as XForms write it: text in, a tree of frozen dataclasses out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from villagefp.i18n import _


class XPathError(ValueError):
    """An expression that cannot be read or evaluated; the message names the expression's part at fault."""


@dataclass(frozen=True)
class Literal:
    """A number or a text."""

    value: float | str


@dataclass(frozen=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Operation:
    """Operands of one rank in a row, worked out from the left; `|` is the union."""

    operators: tuple[str, ...]  # one fewer than the operands
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Negation:
    """Unary minus."""

    operand: Expression


@dataclass(frozen=True)
class Step:
    """One step of a path; `test` is a name, `*`, `prefix:*` or a node type with brackets."""

    axis: str
    test: str
    predicates: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Path:
    """Steps from the root, from the context node, or from what `start` gives."""

    absolute: bool
    steps: tuple[Step, ...]
    start: Expression | None = None


@dataclass(frozen=True)
class Filter:
    """A set of nodes narrowed by predicates: `(…)[1]`."""

    operand: Expression
    predicates: tuple[Expression, ...]


Expression = Literal | Call | Operation | Negation | Path | Filter

AXES = frozenset({
    "ancestor", "ancestor-or-self", "attribute", "child", "descendant", "descendant-or-self", "following",
    "following-sibling", "namespace", "parent", "preceding", "preceding-sibling", "self",
})  # fmt: skip
NODE_TYPES = frozenset({"comment", "node", "processing-instruction", "text"})
MAX_LENGTH = 40_000
_MAX_DEPTH = 100  # brackets within brackets; each costs five frames of the interpreter
_NAME = r"[^\W\d][\w.\-·]*"
_TOKEN = re.compile(
    rf"[ \t\r\n]*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    rf"|(?P<text>\"[^\"]*\"|'[^']*')"
    rf"|(?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)"
    r"|(?P<mark>//|::|\.\.|!=|<=|>=|&lt;=|&gt;=|&lt;|&gt;|[/()\[\].@,|+\-=<>*$]))"
)
_RANKS = {
    operator: rank
    for rank, operators in enumerate(
        (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
    )
    for operator in operators
}
_WORD_OPERATOR = re.compile(r"and|or|div|mod")
_MARK_OPERATORS = {"=", "!=", "<", "<=", ">", ">=", "+", "-", "|"}
_ESCAPED = {"&lt;": "<", "&lt;=": "<=", "&gt;": ">", "&gt;=": ">="}  # copied out of a form's XML
_BEFORE_OPERAND = {"(", "[", ",", "@", "::", "/", "//"}


@lru_cache(maxsize=2_000)
def parse(source: str) -> Expression:
    """The expression in `source`, read once; XPathError where it is none."""
    try:
        return _Parser(source).expression_alone()
    except RecursionError as error:
        raise XPathError(_("the expression is nested too deeply")) from error


def _tokens(source: str) -> list[tuple[str, str]]:
    if len(source) > MAX_LENGTH:
        raise XPathError(_("the expression is longer than {count} characters").format(count=MAX_LENGTH))
    found: list[tuple[str, str]] = []
    place = 0
    end = len(source.rstrip())
    while place < end:
        match = _TOKEN.match(source, place)
        if not match:
            raise XPathError(_("“{text}” is not understood").format(text=source[place : place + 20].strip()))
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        place = match.end()
        operand_before = bool(found) and found[-1][0] != "operator" and found[-1][1] not in _BEFORE_OPERAND
        text = _ESCAPED.get(text, text)
        if kind == "name" and operand_before and (word := _WORD_OPERATOR.match(text)):
            # No name can follow an operand, so this is an operator, even where the next operand is glued to it.
            place -= len(text) - len(word[0])
            kind, text = "operator", word[0]
        elif text in _MARK_OPERATORS and kind == "mark":
            kind = "operator"
        elif text == "*" and kind == "mark":
            kind = "operator" if operand_before else "name"
        found.append((kind, text))
    return found


@dataclass
class _Waiting:
    """Operands of one rank that still lack their last one."""

    rank: int
    operators: list[str]
    operands: list[Expression]

    def closed(self, last: Expression) -> Expression:
        return Operation(tuple(self.operators), (*self.operands, last))


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = _tokens(source)
        self.place = 0
        self.depth = 0

    def expression_alone(self) -> Expression:
        if not self.tokens:
            raise XPathError(_("the expression is empty"))
        found = self.expression()
        if self.place < len(self.tokens):
            raise XPathError(_("“{text}” is not expected here").format(text=self.tokens[self.place][1][:40]))
        return found

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else ("end", "")

    def take(self, text: str) -> bool:
        if self.peek()[1] == text and self.peek()[0] in {"mark", "operator"}:
            self.place += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise XPathError(_("“{text}” is missing").format(text=text))

    def expression(self) -> Expression:
        """Operators by rank, without a frame of the interpreter for each rank."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise XPathError(_("brackets are nested more than {count} deep").format(count=_MAX_DEPTH))
        waiting: list[_Waiting] = []
        operand = self.operand()
        while self.peek()[0] == "operator" and self.peek()[1] in _RANKS:
            operator = self.peek()[1]
            self.place += 1
            while waiting and waiting[-1].rank > _RANKS[operator]:
                operand = waiting.pop().closed(operand)
            if not waiting or waiting[-1].rank < _RANKS[operator]:
                waiting.append(_Waiting(_RANKS[operator], [], []))
            waiting[-1].operators.append(operator)
            waiting[-1].operands.append(operand)
            operand = self.operand()
        while waiting:
            operand = waiting.pop().closed(operand)
        self.depth -= 1
        return operand

    def operand(self) -> Expression:
        """A path or a union of paths, with any number of minus signs."""
        minus = 0
        while self.take("-"):
            minus += 1
        paths = [self.path()]
        while self.take("|"):
            paths.append(self.path())
        found = Operation(("|",) * (len(paths) - 1), tuple(paths)) if len(paths) > 1 else paths[0]
        for _each in range(minus % 2 or 2 * bool(minus)):
            found = Negation(found)
        return found

    def path(self) -> Expression:
        kind, text = self.peek()
        if kind in {"number", "text"} or text in {"(", "$"} or self.at_call():
            start = self.filtered()
            if self.peek()[1] not in {"/", "//"}:
                return start
            return Path(absolute=False, steps=tuple(self.more_steps()), start=start)
        if text == "/" and kind == "mark":
            if self.starts_step(self.peek(1)):
                return Path(absolute=True, steps=tuple(self.more_steps()))
            self.place += 1
            return Path(absolute=True, steps=())
        if text == "//" and kind == "mark":
            return Path(absolute=True, steps=tuple(self.more_steps()))
        return Path(absolute=False, steps=(self.step(), *self.more_steps()))

    def at_call(self) -> bool:
        kind, text = self.peek()
        return kind == "name" and text not in NODE_TYPES and text != "*" and self.peek(1)[1] == "("

    def starts_step(self, token: tuple[str, str]) -> bool:
        return token[0] == "name" or (token[0] == "mark" and token[1] in {".", "..", "@"})

    def more_steps(self) -> list[Step]:
        steps = []
        while self.peek()[0] == "mark" and self.peek()[1] in {"/", "//"}:
            if self.peek()[1] == "//":
                steps.append(Step("descendant-or-self", "node()"))
            self.place += 1
            steps.append(self.step())
        return steps

    def step(self) -> Step:
        if self.take("."):
            return Step("self", "node()")
        if self.take(".."):
            return Step("parent", "node()")
        axis = "child"
        if self.take("@"):
            axis = "attribute"
        elif self.peek(1)[1] == "::":
            axis = self.peek()[1]
            if axis not in AXES:
                raise XPathError(_("there is no axis “{axis}”").format(axis=axis[:40]))
            self.place += 2
        kind, text = self.peek()
        if kind != "name":
            raise XPathError(_("a step of the path is missing"))
        self.place += 1
        if text in NODE_TYPES and self.take("("):
            argument = ""
            if text == "processing-instruction" and self.peek()[0] == "text":
                argument = self.peek()[1]
                self.place += 1
            self.expect(")")
            text = f"{text}({argument})"
        return Step(axis, text, self.predicates())

    def predicates(self) -> tuple[Expression, ...]:
        found = []
        while self.take("["):
            found.append(self.expression())
            self.expect("]")
        return tuple(found)

    def filtered(self) -> Expression:
        kind, text = self.peek()
        self.place += 1
        found: Expression
        if kind == "number":
            found = Literal(float(text))
        elif kind == "text":
            found = Literal(text[1:-1])
        elif text == "(":
            found = self.expression()
            self.expect(")")
        elif text == "$":
            raise XPathError(_("variables are not possible here"))
        else:
            found = self.call(text)
        predicates = self.predicates()
        return Filter(found, predicates) if predicates else found

    def call(self, name: str) -> Expression:
        self.expect("(")
        arguments: list[Expression] = []
        if not self.take(")"):
            arguments.append(self.expression())
            while self.take(","):
                arguments.append(self.expression())
            self.expect(")")
        return Call(name, tuple(arguments))
