"""The tick that says “they have been told”: every form with danger signs has it, whoever wrote the form.

It is asked as soon as any of the form's signs is shown, so its condition is put together here from theirs. It is
sealed where it would give away something sealed: that there was a sign at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from villagefp.forms.languages import language_of
from villagefp.forms.workbook import Row, Sheet
from villagefp.forms.write_sheet import tainted

TOLD = "danger_told"
"""The name of the question; a form may have a row of this name to say where it stands and how it is worded."""
VIOLENCE = "violence"
"""The code of `danger_sign` that never leaves the conversation: nothing of it stands on paper or in the open."""

_WORDS = {
    "zh": "已把发现的情况和就诊建议告诉本人或家长",
    "en": "The person or the parents have been told of the signs and the advice",
}
_DEFAULTS = {"type": "acknowledge", "name": TOLD, "source": "domain d [P]", "print::style": "hidden"}
_TRUE = {"yes", "true", "true()", "1"}
_RELATIVE = ("..", "current()")


@dataclass(frozen=True)
class _Prompt:
    """A danger note: its condition as seen from the top of the form; None where it cannot be said from there."""

    condition: str | None
    sign: str


def with_told(sheets: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """The sheets with the tick in the survey, asked where a sign is shown; as they are where they have no signs."""
    survey = sheets.get("survey")
    prompts = list(_prompts(survey)) if survey else []
    if survey is None or not prompts:
        return dict(sheets)
    own = next((row for row in survey.rows if row.cells.get("name") == TOLD), None)
    cells = {**_DEFAULTS, **_labels(survey), **(own.cells if own else {})}
    cells.pop("relevant", None)
    if condition := _any_of(prompts):
        cells["relevant"] = condition
    if _gives_away(survey, prompts):
        cells["sealed"] = "yes"
    rows = list(survey.rows)
    if own is not None:
        rows[rows.index(own)] = Row(own.number, cells)
    else:
        at = _end(rows)
        rows.insert(at, Row(rows[min(at, len(rows) - 1)].number, cells))
    columns = tuple(dict.fromkeys((*survey.columns, *cells)))
    return {**sheets, "survey": Sheet(survey.name, columns, tuple(rows))}


def _prompts(survey: Sheet) -> Iterator[_Prompt]:
    around: list[str | None] = []  # the conditions of the groups one is in; None for a repeat
    for row in survey.rows:
        kind, own = row.cells.get("type", ""), row.cells.get("relevant", "")
        if kind.startswith("begin "):
            around.append(own if kind == "begin group" else None)
        elif kind.startswith("end "):
            del around[-1:]
        elif row.cells.get("urgency"):
            told = [each for each in (*around, own) if each is not None and each]
            apart = None in around or any(word in each for each in told for word in _RELATIVE)
            yield _Prompt(None if apart else _all_of(told), row.cells.get("sign", ""))


def _all_of(conditions: list[str]) -> str:
    return " and ".join(f"({each})" for each in conditions) if len(conditions) != 1 else conditions[0]


def _any_of(prompts: list[_Prompt]) -> str:
    """Empty, so that the tick is always asked, where one of the signs is always shown or stands in a repeat."""
    conditions = dict.fromkeys(prompt.condition for prompt in prompts)
    return " or ".join(f"({each})" for each in conditions) if all(conditions) else ""


def _gives_away(survey: Sheet, prompts: list[_Prompt]) -> bool:
    sealed = {row.cells.get("name", "") for row in survey.rows if row.cells.get("sealed", "").lower() in _TRUE}
    hidden = tainted(survey, sealed)
    return any(
        prompt.sign == VIOLENCE or any(f"${{{name}}}" in (prompt.condition or "") for name in hidden)
        for prompt in prompts
    )


def _labels(survey: Sheet) -> dict[str, str]:
    found = [column for column in survey.columns if column.partition("::")[0] == "label"]
    return {column: _WORDS.get(language_of(column.partition("::")[2]), _WORDS["zh"]) for column in found}


def _end(rows: list[Row]) -> int:
    """Before the end of the last part of the form that is always asked; behind everything where there is none."""
    depth, always, found = 0, False, len(rows)
    for place, row in enumerate(rows):
        kind = row.cells.get("type", "")
        if kind.startswith("begin "):
            if depth == 0:
                always = kind == "begin group" and not row.cells.get("relevant")
            depth += 1
        elif kind.startswith("end "):
            depth -= 1
            if depth == 0 and always:
                found = place
    return found
