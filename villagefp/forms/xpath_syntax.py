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
class Binary:
    """Two operands; `|` is the union."""

    operator: str
    left: Expression
    right: Expression


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


Expression = Literal | Call | Binary | Negation | Path | Filter

AXES = frozenset({
    "ancestor", "ancestor-or-self", "attribute", "child", "descendant", "descendant-or-self", "following",
    "following-sibling", "namespace", "parent", "preceding", "preceding-sibling", "self",
})  # fmt: skip
NODE_TYPES = frozenset({"comment", "node", "processing-instruction", "text"})
MAX_LENGTH = 40_000
_MAX_DEPTH = 40  # brackets within brackets; each costs a dozen frames of the interpreter
_MAX_CHAIN = 300  # operands in a row
_NAME = r"[^\W\d][\w.\-·]*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<text>\"[^\"]*\"|'[^']*')"
    rf"|(?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)"
    r"|(?P<mark>//|::|\.\.|!=|<=|>=|[/()\[\].@,|+\-=<>*$]))"
)
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_GLUED = re.compile(r"(mod|div)\d+$")
_OPERATOR_NAMES = {"or", "and", "div", "mod"}


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
        operand_before = bool(found) and found[-1][0] != "operator" and found[-1][1] not in {"(", "[", ",", "@", "::"}
        if (kind == "name" and text in _OPERATOR_NAMES and operand_before and found[-1][1] not in {"/", "//"}) or (
            kind == "mark" and text in {"=", "!=", "<", "<=", ">", ">=", "+", "-", "|"}
        ):
            kind = "operator"
        elif text == "*" and kind == "mark":
            kind = "operator" if operand_before and found[-1][1] not in {"/", "//"} else "name"
        glued = _GLUED.match(text) if kind == "name" and operand_before else None
        if glued:  # 7 mod2
            kind, text = "operator", glued[1]
        found.append((kind, text))
        place = match.end() - (len(match[0]) - match[0].rindex(text) - len(text) if glued else 0)
    return found


class _Parser:
    """Recursive descent over the tokens, one method a level of the grammar."""

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
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise XPathError(_("brackets are nested more than {count} deep").format(count=_MAX_DEPTH))
        found = self.level(0)
        self.depth -= 1
        return found

    def level(self, number: int) -> Expression:
        if number == len(_LEVELS):
            return self.unary()
        left = self.level(number + 1)
        length = 1
        while self.peek()[0] == "operator" and self.peek()[1] in _LEVELS[number]:
            operator = self.peek()[1]
            self.place += 1
            left = Binary(operator, left, self.level(number + 1))
            length += 1
            if length > _MAX_CHAIN:
                raise XPathError(_("more than {count} operands in a row").format(count=_MAX_CHAIN))
        return left

    def unary(self) -> Expression:
        minus = 0
        while self.take("-"):
            minus += 1
        found: Expression = self.union()
        for _each in range(minus % 2 or 2 * bool(minus)):
            found = Negation(found)
        return found

    def union(self) -> Expression:
        left = self.path()
        while self.take("|"):
            left = Binary("|", left, self.path())
        return left

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
            return Step("self", "node()", self.predicates())
        if self.take(".."):
            return Step("parent", "node()", self.predicates())
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
