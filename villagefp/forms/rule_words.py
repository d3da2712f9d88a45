"""The condition of a danger sign in words: what a county doctor signs, and what the worker unfolds to see why.

Questions stand with their labels and options with theirs; what a form works out is said as the condition behind it,
or by the name that people have for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from villagefp.forms.package import Choice, FormPackage, Question
from villagefp.forms.session import FormSession
from villagefp.forms.xform import Bind, read_xform
from villagefp.forms.xpath_syntax import Call, Expression, Literal, Operation, Path, XPathError, parse
from villagefp.i18n import _

_SIGNS = {">=": "≥", "<=": "≤", "=": "=", "!=": "≠", "<": "<", ">": ">"}
_TURNED = {">=": "<=", "<=": ">=", "<": ">", ">": "<"}
_NAMED_PATH = re.compile(r"/data(?:/[\w.-]+)+")
_CUT = re.compile(r"[（(。].*$")
_SHORT = 40


def rule_words(package: FormPackage, path: str, language: str) -> str:
    """When the sign at `path` is shown, in words; empty where it has no condition."""
    bind = _binds(package.xform).get(path)
    return _Rule(package, language).words(bind.relevant) if bind and bind.relevant else ""


def entered(session: FormSession, path: str) -> tuple[str, ...]:
    """The answers that the sign at `path` hangs on, as they stand: “Temperature 37.8 ℃”."""
    rule = _Rule(session.package, "")
    bind = rule.binds.get(path)
    found = []
    for asked in rule.asked(bind.relevant or "" if bind else ""):
        if asked not in session.paths():
            continue
        view = session.node(asked)
        if view.relevant and view.value:
            codes = [view.value] if isinstance(view.value, str) else view.value
            labels = {choice.code: choice.label for choice in view.choices}
            told = _(", ").join(labels.get(code, code) for code in codes)
            found.append(_("{question}: {answer}").format(question=short(view.label), answer=f"{told}{view.unit}"))
    return tuple(found)


def short(label: str) -> str:
    """A label without what it explains in brackets."""
    cut = _CUT.sub("", label).strip() or label
    return cut if len(cut) <= _SHORT else f"{cut[:_SHORT]}…"


@lru_cache(maxsize=4)
def _binds(xform: str) -> Mapping[str, Bind]:
    return read_xform(xform).binds


class _Rule:
    def __init__(self, package: FormPackage, language: str) -> None:
        self._package = package
        self._language = language
        self._questions = {question.path: question for question in package.questions}
        self.binds = _binds(package.xform)

    def asked(self, expression: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The questions that an expression hangs on, through what is worked out."""
        for path in dict.fromkeys(_NAMED_PATH.findall(expression)):
            question = self._questions.get(path)
            if question is None or path in seen:
                continue
            if question.label:
                yield path
            elif calculate := self._calculation(path):
                yield from self.asked(calculate, seen | {path})

    def words(self, expression: str) -> str:
        try:
            return self._say(parse(expression))
        except XPathError:
            return expression

    def _say(self, told: Expression) -> str:
        match told:
            case Operation(operators, operands) if set(operators) <= {"or"}:
                return _(" or ").join(dict.fromkeys(self._alternatives(operands)))
            case Operation(operators, operands) if set(operators) <= {"and"}:
                return _(" and ").join(dict.fromkeys(map(self._bracketed, operands)))
            case Operation((operator,), (left, right)) if operator in _SIGNS:
                return self._compared(left, operator, right)
            case Call("not", (inner,)):
                return _("not ({what})").format(what=self._say(inner))
            case Call("selected") if picked := self._picked(told):
                return self._is(*picked)
        return self._value(told)

    def _alternatives(self, operands: tuple[Expression, ...]) -> Iterator[str]:
        """Options of one question are said together."""
        together: dict[Path | Expression, list[str]] = {}
        for operand in operands:
            picked = self._picked(operand)
            together.setdefault(picked[0] if picked else operand, []).extend(picked[1] if picked else [])
        for told, codes in together.items():
            yield self._is(told, codes) if codes and isinstance(told, Path) else self._say(told)

    def _picked(self, told: Expression) -> tuple[Path, list[str]] | None:
        """The question and the options, where a condition is that one of them was chosen."""
        match told:
            case Call("selected", (Path() as asked, Literal(str() as code))):
                return asked, [code]
            case Call("selected", (Literal(str() as codes), Path() as asked)):
                return asked, codes.split()
            case Operation(("=",), (Path() as asked, Literal(value))) if value != "" and self._choices(_path(asked)):
                return (asked, [_text(value)]) if not self._condition_of(asked) else None
        return None

    def _bracketed(self, told: Expression) -> str:
        said = self._say(told)
        worked_out = (
            isinstance(told, Operation) and set(told.operators) == {"="} and self._condition_of(told.operands[0])
        )
        wide = isinstance(told, Operation) and "or" in told.operators
        return _("({what})").format(what=said) if wide or (worked_out and _(" or ") in said) else said

    def _compared(self, left: Expression, operator: str, right: Expression) -> str:
        if isinstance(left, Literal) and isinstance(right, Path):
            left, operator, right = right, _TURNED.get(operator, operator), left
        if isinstance(left, Path) and isinstance(right, Literal):
            if right.value == "":
                sentence = _("“{question}” is filled in") if operator == "!=" else _("“{question}” is empty")
                return sentence.format(question=self._name(left))
            if (condition := self._condition_of(left)) and operator == "=":
                said = self._say(condition)
                return said if right.value == 1 else _("not ({what})").format(what=said)
            if operator == "=" and (picked := self._picked(Operation((operator,), (left, right)))):
                return self._is(*picked)
        return f"{self._value(left)} {_SIGNS[operator]} {self._value(right)}"

    def _is(self, asked: Path, codes: list[str]) -> str:
        labels = {choice.name: self._label(choice.label) for choice in self._choices(_path(asked))}
        options = " / ".join(labels.get(code, code) for code in codes)
        return _("“{question}” is “{option}”").format(question=self._name(asked), option=options)

    def _condition_of(self, told: Expression) -> Expression | None:
        """What stands behind a question that is worked out as 1 or 0."""
        calculate = self._calculation(_path(told)) if isinstance(told, Path) else ""
        match parse(calculate) if calculate else None:
            case Call("if", (condition, Literal(1.0), Literal(0.0))):
                return condition
        return None

    def _value(self, told: Expression) -> str:
        match told:
            case Literal(value):
                return _text(value)
            case Path():
                return self._name(told)
            case Call(name, arguments):
                return f"{name}({_(', ').join(map(self._value, arguments))})"
            case Operation(operators, operands):
                said = [self._value(operands[0])]
                for operator, operand in zip(operators, operands[1:], strict=True):
                    said += [_SIGNS.get(operator, operator), self._value(operand)]
                return " ".join(said)
        return "…"

    def _name(self, told: Path) -> str:
        path = _path(told)
        question = self._questions.get(path)
        name = path.rpartition("/")[2]
        if question is not None and question.label:
            unit = _(" ({text})").format(text=question.unit) if question.unit else ""
            return f"{short(self._label(question.label))}{unit}"
        return _worked_out().get(name, name)

    def _label(self, texts: Mapping[str, str]) -> str:
        return texts.get(self._language) or next(iter(texts.values()), "")

    def _choices(self, path: str) -> tuple[Choice, ...]:
        for asked in (path, *self.asked(self._calculation(path))):
            question: Question | None = self._questions.get(asked)
            if question is not None and question.choices:
                return self._package.choices.get(question.choices, ())
        return ()

    def _calculation(self, path: str) -> str:
        bind = self.binds.get(path)
        return (bind.calculate or "") if bind else ""


def _path(told: Expression) -> str:
    return "/" + "/".join(step.test for step in told.steps) if isinstance(told, Path) else ""


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _worked_out() -> dict[str, str]:
    return {
        "age": _("age in years"),
        "age_days": _("age in days"),
        "days_since": _("days since it was done"),
        "weight_loss_percent": _("loss of weight since birth in percent"),
        "starting": _("the method newly chosen"),
        "going_on": _("the method used before and further on"),
    }
