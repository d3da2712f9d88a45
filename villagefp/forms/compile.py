"""Turns a form sheet into a package: pyxform makes the XForm, the sheet itself gives what pyxform drops.

Runs where forms are built and published, never on the way to a visit: pyxform is imported only here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from villagefp.forms import ledger, lint, lint_cells
from villagefp.forms.embedding import OTHER, OTHER_OPTION, OTHER_QUESTION, with_other, with_tables, word
from villagefp.forms.languages import language_of
from villagefp.forms.markup import plain
from villagefp.forms.model_check import check_expressions, check_model
from villagefp.forms.package import Choice, FormPackage, Question
from villagefp.forms.problems import FormError, Problem
from villagefp.forms.spelling import canonical
from villagefp.forms.told import with_told
from villagefp.forms.workbook import Row, Sheet, read_workbook
from villagefp.forms.write_sheet import is_ours, read_writes, without
from villagefp.i18n import _

_PYXFORM_ROW = re.compile(r"\[row\s*:\s*(\d+)\]\s*")
_PYXFORM_SHEETS = ("survey", "choices", "settings", "entities")
_OWN_COLUMNS = re.compile(r"^(number|sealed|source|urgency|sign|unit|soft_message.*|print::.*)$")
_MEDIA = re.compile(r"^(media::)?(image|big-image|audio|video)(::.*)?$")
_WORDS = re.compile(r"^(label|hint|guidance_hint|constraint_message|required_message|form_title|title)(::.*)?$")
_KEPT_QUOTES = {ord(quote): chr(0xF0000 + ord(quote)) for quote in "‘’“”"}
"""pyxform makes typewriter's quotes of these everywhere: right in a rule that WPS has touched, wrong in Chinese words,
where they go through it as characters that nobody has."""
_TRUE = {"yes", "true", "true()", "1"}


def compile_sheet(path: Path, previous: Mapping[str, int] | None = None) -> FormPackage:
    """The package of one form sheet (.md, .xlsx, .xls); FormError names every problem with sheet and row.

    `previous` are the permanent numbers of earlier versions by question name: none of them is ever given another
    meaning, and a sheet without numbers takes them from there.
    """
    return compile_sheets(path, read_workbook(path), previous or {})


def compile_sheets(
    path: Path, sheets: Mapping[str, Sheet], previous: Mapping[str, int], *, fill: bool = False
) -> FormPackage:
    """The same of sheets that were read from `path`; with `fill`, questions without a number get the next one."""
    sheets = with_told(canonical(sheets))
    numbers, wrong_numbers = ledger.assign(sheets["survey"], previous, fill=fill)
    problems = [*lint.check(sheets), *lint_cells.check(sheets), *wrong_numbers, *check_expressions(sheets["survey"])]
    if problems:
        raise FormError(_sorted([*problems, *_further(path, sheets, problems)]))
    package = _compiled(path, sheets, numbers)
    writes, wrong = read_writes(sheets, package.questions)
    if problems := [*check_model(package), *wrong]:
        raise FormError(_sorted(problems))
    return replace(package, writes=writes)


def _compiled(path: Path, sheets: Mapping[str, Sheet], numbers: Mapping[str, int]) -> FormPackage:
    xform = _to_xform(without(sheets) if is_ours(sheets) else sheets, path.stem)
    package = _package(path, sheets, numbers, xform)
    return replace(package, xform=with_tables(with_other(xform, sheets["survey"], package.languages), path.parent))


def _further(path: Path, sheets: Mapping[str, Sheet], known: list[Problem]) -> list[Problem]:
    """What else is wrong: the cells at fault are put aside and the rest is compiled, so that all is said at once."""
    aside = lint.put_aside(sheets, known)
    if aside is None:
        return []
    faulty = {(problem.sheet, problem.row) for problem in known}
    try:
        package = _compiled(path, aside, {})
        found = [*check_model(package), *read_writes(aside, package.questions)[1]]
    except FormError as error:
        found = error.problems
    return [problem for problem in found if problem.row and (problem.sheet, problem.row) not in faulty]


def _sorted(problems: list[Problem]) -> list[Problem]:
    once = dict.fromkeys(problems)
    return sorted(once, key=lambda problem: (problem.sheet != "survey", problem.sheet, problem.row or 0))


def problems_of(path: Path, previous: Mapping[str, int] | None = None) -> list[Problem]:
    """Everything that is wrong with a form sheet; UserError where the file is no form sheet at all."""
    try:
        compile_sheet(path, previous)
    except FormError as error:
        return error.problems
    return []


def language_code(column: str) -> str | None:
    """The language of a column: "zh" for `label::Chinese (zh)`, None where it names none."""
    _name, double_colon, language = column.partition("::")
    if not double_colon:
        return None
    return language_of(language)


def _to_xform(sheets: Mapping[str, Sheet], name: str) -> str:
    import logging  # noqa: PLC0415  with pyxform, which adds a handler of its own

    from pyxform.errors import PyXFormError  # noqa: PLC0415  0.4 s, only where forms are built
    from pyxform.xls2xform import convert  # noqa: PLC0415

    logging.getLogger("pyxform").setLevel(logging.ERROR)
    workbook: dict[str, Any] = {"sheet_names": list(sheets), "fallback_form_name": name}
    for sheet_name in _PYXFORM_SHEETS:
        if sheet := sheets.get(sheet_name):
            columns = [told for column in sheet.columns if (told := _for_pyxform(sheet_name, column))]
            workbook[sheet_name] = _with_gaps(sheet)
            workbook[f"{sheet_name}_header"] = [dict.fromkeys(columns)]
    try:
        xform = str(convert(workbook, warnings=[], form_name="data").xform)
        return xform.translate({ord(kept): quote for quote, kept in _KEPT_QUOTES.items()})
    except PyXFormError as error:
        raise FormError(_from_pyxform(str(error))) from error
    except RecursionError as error:
        message = _("groups or references are nested too deeply.")
        raise FormError([Problem("survey", None, "", message)]) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = _("the form cannot be compiled ({reason}).").format(reason=f"{type(error).__name__}: {error}"[:200])
        raise FormError([Problem("survey", None, "", message)]) from error


def _with_gaps(sheet: Sheet) -> list[dict[str, str]]:
    """Rows as pyxform counts them, so that the row it names is the one in the sheet."""
    rows: list[dict[str, str]] = []
    for row in sheet.rows:
        rows.extend({} for _gap in range(row.number - 2 - len(rows)))
        rows.append(
            {
                told: cell.translate(_KEPT_QUOTES) if _WORDS.match(column) else cell
                for column, cell in row.cells.items()
                if (told := _for_pyxform(sheet.name, column))
            }
        )
    return rows


def _for_pyxform(sheet: str, column: str) -> str | None:
    if sheet == "survey":
        if column == "soft":
            return "bind::soft"
        return None if _OWN_COLUMNS.match(column) or _MEDIA.match(column) else column
    if sheet == "settings":
        return None if column.startswith(("print::", "caption", "signature")) else column
    return None if _MEDIA.match(column) else column


def _from_pyxform(message: str) -> list[Problem]:
    found = _PYXFORM_ROW.search(message)
    text = " ".join(_PYXFORM_ROW.sub("", message).split())
    sheet = next((name for name in ("choices", "settings", "entities") if f"'{name}'" in text), "survey")
    return [Problem(sheet, int(found[1]) if found else None, "", text[:600])]


def _package(path: Path, sheets: Mapping[str, Sheet], numbers: Mapping[str, int], xform: str) -> FormPackage:
    settings = dict(sheets["settings"].rows[0].cells) if "settings" in sheets and sheets["settings"].rows else {}
    told = settings.get("default_language", "")
    default = language_code(f"label::{told}") if told else None
    languages = _languages(sheets["survey"], default)
    form_id = settings.get("form_id") or settings.get("id_string") or path.stem
    title = _texts("caption", settings, languages[0]) | {
        languages[0]: settings.get("form_title") or settings.get("title") or form_id
    }
    return FormPackage(
        form_id=form_id,
        version=settings.get("version", "1"),
        title=title,
        languages=languages,
        xform=xform,
        questions=_questions(sheets["survey"], numbers, languages[0]),
        choices=_choices(sheets.get("choices"), sheets["survey"], languages),
        settings=settings,
        source_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _languages(survey: Sheet, default: str | None) -> tuple[str, ...]:
    found = [code for column in survey.columns if column.startswith("label") and (code := language_code(column))]
    if default and default in found:
        found.remove(default)
        found.insert(0, default)
    if "label" in survey.columns and not found:
        found = [default or "default"]
    return tuple(dict.fromkeys(found)) or (default or "default",)


def _texts(column: str, cells: Mapping[str, str], default: str) -> dict[str, str]:
    texts = {}
    for told, cell in cells.items():
        name = told.partition("::")[0]
        if name == column:
            texts[language_code(told) or default] = plain(cell)
    return texts


def _questions(survey: Sheet, numbers: Mapping[str, int], default: str) -> tuple[Question, ...]:
    questions = []
    path = ["/data"]
    for row in survey.rows:
        kind, choices = split_type(row.cells.get("type", ""))
        if kind.startswith("end "):
            path.pop()
            continue
        name = row.cells.get("name") or lint.DEFAULT_NAMES.get(kind, "")
        here = f"{path[-1]}/{name}"
        number = numbers.get(name)
        if kind.startswith("begin "):
            path.append(here)
            kind = kind.removeprefix("begin ")
        questions.append(_question(row, default, path=here, name=name, type=kind, choices=choices, number=number))
        if lint.asks_for_other(row):
            questions.append(_other(questions[-1], numbers.get(f"{name}_other")))
    return tuple(questions)


def _question(row: Row, default: str, **told: Any) -> Question:
    cells = row.cells
    return Question(
        label=_texts("label", cells, default),
        hint=_texts("hint", cells, default),
        guidance=_texts("guidance_hint", cells, default),
        appearance=cells.get("appearance", ""),
        row=row.number,
        sealed=cells.get("sealed", "").lower() in _TRUE,
        source=cells.get("source", ""),
        urgency=cells.get("urgency", ""),
        sign=cells.get("sign", ""),
        soft=cells.get("soft", ""),
        soft_message=_texts("soft_message", cells, default),
        unit=cells.get("unit", ""),
        paper={column.removeprefix("print::"): cell for column, cell in cells.items() if column.startswith("print::")},
        **told,
    )


def _other(question: Question, number: int | None) -> Question:
    """The line that `or_other` adds behind a choice."""
    return replace(
        question,
        path=f"{question.path}_other",
        name=f"{question.name}_other",
        type="text",
        number=number,
        label={code: word(OTHER_QUESTION, code) for code in question.label},
        choices=None,
        soft="",
        paper={"with": question.name},
    )


def split_type(told: str) -> tuple[str, str | None]:
    """("select_one", "sex") for "select_one sex"; a list from a file is named without its ending."""
    words = told.split()
    kind = lint.TYPE_ALIASES.get(" ".join(words).lower(), " ".join(words))
    words = kind.split()
    if not words:
        return "", None
    if words[0] in lint.SELECTS and len(words) > 1:
        return lint.SELECTS[words[0]], words[1].rpartition(".")[0] or words[1]
    return " ".join(words), None


def _choices(sheet: Sheet | None, survey: Sheet, languages: tuple[str, ...]) -> dict[str, tuple[Choice, ...]]:
    default = languages[0]
    lists: dict[str, list[Choice]] = {}
    for row in sheet.rows if sheet else ():
        cells = row.cells
        name = cells.get("list_name") or cells.get("list name") or ""
        code = cells.get("name") or cells.get("value") or ""
        extra = {
            column: cell
            for column, cell in cells.items()
            if column not in {"list_name", "list name", "name", "value"} and not column.startswith("label")
        }
        lists.setdefault(name, []).append(Choice(code, _texts("label", cells, default), extra))
    for row in survey.rows:
        asked = split_type(row.cells.get("type", ""))[1]
        if lint.asks_for_other(row) and asked in lists and all(choice.name != OTHER for choice in lists[asked]):
            lists[asked].append(Choice(OTHER, {code: word(OTHER_OPTION, code) for code in languages}))
    return {name: tuple(choices) for name, choices in lists.items()}
