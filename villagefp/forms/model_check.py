"""What can be said about a form once it is compiled: expressions, functions, instances, patterns, circles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.forms.graph import CycleError, build_graph, named
from villagefp.forms.instance import Instance
from villagefp.forms.package import FormPackage
from villagefp.forms.patterns import pattern_of
from villagefp.forms.problems import Problem, shorten
from villagefp.forms.recalculation import RuleError
from villagefp.forms.session import INPUTS, LAST_SAVED, TABLES, FormSession, shown_expressions
from villagefp.forms.workbook import Sheet
from villagefp.forms.xform import XForm, read_xform
from villagefp.forms.xpath import XPathError, compiled
from villagefp.forms.xpath_engine import Focus, Scope
from villagefp.forms.xpath_syntax import Call, Expression, Filter, Literal, Negation, Operation, Path, parse
from villagefp.forms.xpath_tree import from_rows
from villagefp.i18n import _

_COLUMNS = {
    "relevant": "relevant", "required": "required", "constraint": "constraint", "calculate": "calculation",
    "readonly": "read_only", "soft": "soft",
}  # fmt: skip
_SHEET_COLUMNS = {
    "relevant", "required", "constraint", "calculation", "read_only", "readonly", "soft", "choice_filter",
    "repeat_count",
}  # fmt: skip
_PLAIN = {"yes", "no", "true", "false", "true()", "false()"}
_REFERENCE = re.compile(r"\$\{[^}]*\}")


def check_model(package: FormPackage) -> list[Problem]:
    """Every problem of a compiled form, with the row of the sheet it comes from."""
    try:
        form = read_xform(package.xform)
    except UserError as error:
        return [Problem("survey", None, "", str(error))]
    rows = {question.path: question.row for question in package.questions}
    instances = {*INPUTS, *form.secondary, *form.external}
    problems = list(_missing_tables(package, form))
    sound = True
    for path, column, expression in _expressions(form):
        for message in _faults(expression, instances):
            sound = False
            sheet = "entities" if "/meta/entity" in path else "survey"
            problems.append(Problem(sheet, rows.get(path), "" if sheet == "entities" else column, message))
    if sound:
        try:
            build_graph(form, Instance(form).paths, shown_expressions(form))
        except CycleError as error:
            problems += [_of_circle(circle, rows) for circle in error.circles]
    return problems or list(_dry_run(package, form, rows))


def _of_circle(circle: tuple[str, ...], rows: Mapping[str, int]) -> Problem:
    message = _("these questions wait for each other: {names}.").format(names=named(circle))
    return Problem("survey", min((rows[path] for path in circle if path in rows), default=None), "", message)


def _missing_tables(package: FormPackage, form: XForm) -> Iterator[Problem]:
    """Tables that would be empty for ever: they lie not beside the sheet, and the program gives none of that name."""
    known = {*INPUTS, *TABLES, LAST_SAVED}
    for name in sorted(form.external - known):
        asked = next((one.row for one in package.questions if name in {one.choices, one.name}), None)
        row, column = (asked, "type") if asked else _reading(name, package, form)
        message = _("the table “{name}” lies not beside the sheet as {name}.csv, and the program has none.").format(
            name=shorten(name)
        )
        yield Problem("survey", row, column, message)


def _reading(table: str, package: FormPackage, form: XForm) -> tuple[int | None, str]:
    """The row and the column of the first expression that reads a table."""
    rows = {question.path: question.row for question in package.questions}
    reads = re.compile(rf"(?:instance|pulldata)\(\s*['\"]{re.escape(table)}['\"]")
    found = ((rows[path], column) for path, column, told in _expressions(form) if reads.search(told) and path in rows)
    return next(found, (None, ""))


def _dry_run(package: FormPackage, form: XForm, rows: Mapping[str, int]) -> Iterator[Problem]:
    """Open the form once and look at everything: what only shows when a rule is worked out shows here."""
    ambient = Ambient(now=lambda: datetime(2026, 1, 1, tzinfo=UTC), random=lambda count: b"\x5a" * count)
    try:
        session = FormSession(package, ambient=ambient)
        for path in session.paths():
            session.node(path)
        session.problems()
    except RuleError as error:
        found = list(_broken_rules(form, rows))
        yield from found or [Problem("survey", rows.get(error.path), "", _said(error.rule, error.reason))]
    except RecursionError:
        yield Problem("survey", None, "", _("groups or references are nested too deeply."))


def _broken_rules(form: XForm, rows: Mapping[str, int]) -> Iterator[Problem]:
    """Every rule that cannot be worked out, each for itself on an empty form."""
    instance = Instance(form)
    empty = from_rows([])
    scope = Scope(
        now=datetime(2026, 1, 1, tzinfo=UTC),
        instance=lambda name: form.secondary.get(name, empty),
        choice_label=lambda _code, _path, _node: "",
        text=lambda _name: "",
        patience=100_000,
    )
    for path, column, expression in _expressions(form):
        for place in instance.places(path)[:1]:
            try:
                compiled(expression)(Focus(place, scope))
            except XPathError as error:
                yield Problem("survey", rows.get(path), column, _said(" ".join(expression.split()), str(error)))


def _said(expression: str, reason: str) -> str:
    return _("“{expression}”: {reason}.").format(expression=shorten(expression), reason=reason)


def check_expressions(survey: Sheet) -> list[Problem]:
    """Expressions that cannot be read and functions that are not known, seen in the sheet itself, all at once."""
    found = []
    for row in survey.rows:
        for column in _SHEET_COLUMNS & row.cells.keys():
            told = _REFERENCE.sub(" x ", row.cells[column])
            if told.strip().lower() in _PLAIN:
                continue
            try:
                compiled(told)
            except XPathError as error:
                found.append(Problem("survey", row.number, column, _said(row.cells[column], str(error))))
    return found


def _expressions(form: XForm) -> Iterator[tuple[str, str, str]]:
    """(path, column of the sheet, expression) of everything that is evaluated."""
    for path, bind in form.binds.items():
        for attribute, column in _COLUMNS.items():
            if told := getattr(bind, attribute):
                yield path, column, told
    for path, repeat in form.repeats.items():
        if repeat.count:
            yield path, "repeat_count", repeat.count
    for action in form.actions:
        if action.value:
            yield action.path, "calculation" if action.trigger else "default", action.value
    for path, expressions in shown_expressions(form).items():
        for told in expressions:
            yield path, "choice_filter" if "instance(" in told else "label", told


def _faults(expression: str, instances: set[str]) -> Iterator[str]:
    try:
        compiled(expression)
        tree = parse(expression)
    except XPathError as error:
        yield _said(" ".join(expression.split()), str(error))
        return
    for call in _calls(tree):
        told = [argument.value if isinstance(argument, Literal) else None for argument in call.arguments]
        if call.name in {"instance", "pulldata"} and told and isinstance(told[0], str) and told[0] not in instances:
            yield _("there is no instance “{name}”.").format(name=shorten(told[0]))
        if call.name in {"area", "distance", "geofence"}:
            yield _("{function}() is not possible: places on a map are not recorded here.").format(function=call.name)
        if call.name == "regex" and isinstance(told[1], str):
            try:
                pattern_of(told[1])
            except XPathError as error:
                yield f"{error}."


def _calls(expression: Expression) -> Iterator[Call]:
    match expression:
        case Literal():
            return
        case Negation(operand):
            yield from _calls(operand)
        case Operation(_, operands):
            for operand in operands:
                yield from _calls(operand)
        case Call():
            yield expression
            for argument in expression.arguments:
                yield from _calls(argument)
        case Filter(operand, predicates):
            yield from _calls(operand)
            for predicate in predicates:
                yield from _calls(predicate)
        case Path(_, steps, start):
            if start is not None:
                yield from _calls(start)
            for step in steps:
                for predicate in step.predicates:
                    yield from _calls(predicate)
