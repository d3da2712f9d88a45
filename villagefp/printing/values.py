"""Answers as paper shows them: which may be printed at all, dates taken apart, ID numbers masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from villagefp.domain import resident_id
from villagefp.forms.package import Choice, Question
from villagefp.forms.units import unit_in
from villagefp.printing.jobs import FormSheet, Mode

_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?$")
_ROUND = re.compile(r"\[\d+\]")
_OUTPUT = re.compile(r"\$\{([^}]+)\}")
_NEVER_PRINTED = {
    "calculate", "hidden", "note", "start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit",
    "xml-external", "csv-external", "background-audio",
}  # fmt: skip
_STAYS_ELSEWHERE = {"", "number", "other"}
"""Kinds of `known` that name nobody, so that they may be printed on somebody else's printer."""
LONG_LIST = 12
"""A choice list longer than this is not spelled out; the sheet shows what was chosen."""


def in_language(texts: dict[str, str], language: str) -> str:
    """The text in this language, or in the first there is."""
    return texts.get(language) or next(iter(texts.values()), "")


def date_parts(value: str) -> tuple[str, str, str] | None:
    """Year, month and day as they are written on the sheet; None where the value is no date."""
    found = _DATE.match(value)
    if found is None:
        return None
    year, month, day = found.groups()
    return year, month.lstrip("0") if month else "", day.lstrip("0") if day else ""


@dataclass(frozen=True)
class Paper:
    """One form sheet as its questions see it."""

    sheet: FormSheet

    def label(self, question: Question) -> str:
        """The words before an answer: those meant for paper, else those of the screen."""
        return self._on_paper(question, "label") or self.words(question.label)

    def caption(self, question: Question) -> str:
        """The words before a blank inside another question's cell."""
        told = question.paper.get("caption", "")
        if not any(char.isalpha() for char in told):
            return told  # none, or a sign that every language has: / ×
        return self._on_paper(question, "caption") or self.words(question.label)

    def unit(self, question: Question) -> str:
        """The unit behind a number, in the sheet's language: as the form tells it, else as it is called there."""
        return unit_in(self.sheet.language, question)

    def _in_brackets(self, question: Question, column: str) -> str:
        """Words of a `print::unit::English (en)` column."""
        marked = f"({self.sheet.language})"
        return next((t for key, t in question.paper.items() if key.startswith(column + "::") and marked in key), "")

    def _on_paper(self, question: Question, column: str) -> str:
        """Words of a `print::` column, which are in the form's own language."""
        own = question.paper.get(column, "") if self.sheet.language == self.sheet.package.languages[0] else ""
        return own or self._in_brackets(question, column)

    def words(self, texts: dict[str, str]) -> str:
        """A text in the sheet's language, its output markers filled in."""
        text = in_language(texts, self.sheet.language)
        return _OUTPUT.sub(lambda found: self._named(found[1]), text) if "${" in text else text

    def _named(self, name: str) -> str:
        for question in self.sheet.package.questions:
            if question.name == name:
                return self.answer(question)
        return ""

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """The options of a select question, in the order of the paper form; retired ones only where one was chosen."""
        choices = self.sheet.package.choices.get(question.choices or "", ())
        if not any(choice.retired for choice in choices):
            return choices
        chosen = self._chosen.get(question.path, frozenset())
        return tuple(choice for choice in choices if not choice.retired or choice.name in chosen)

    def answer(self, question: Question, path: str | None = None) -> str:
        """What may be printed of the answer; empty leaves a blank."""
        sheet = self.sheet
        known = question.paper.get("known", "")
        if sheet.mode is Mode.BLANK or (sheet.mode is Mode.HALF and not known):
            return ""
        if sheet.elsewhere and known not in _STAYS_ELSEWHERE:
            return ""
        value = sheet.answers.get(path or question.path, "").strip()
        return resident_id.mask(value) if known == "id" else value

    def in_head(self, question: Question) -> bool:
        """Whether the head of the sheet shows this already: the person's own name and file number."""
        if self.sheet.package.settings.get("print::subject") != "person":
            return False
        known = question.paper.get("known")
        return known == "number" or (known == "name" and question.name == "name")

    def style(self, question: Question) -> str:
        """How the question is drawn, `hidden` where it is not on paper."""
        told = question.paper.get("style", "")
        if told:
            return told
        if question.type in _NEVER_PRINTED or question.urgency:
            return "hidden"
        if question.type.startswith("select"):
            return "options" if 0 < len(self.choices(question)) <= LONG_LIST else "choice"
        return "table" if question.type == "repeat" else "line"

    def host(self, question: Question) -> str:
        """Name of the question in whose cell this one is written, or empty: `with`, or by its name `x_detail`."""
        if told := question.paper.get("with"):
            return told if told != question.name else ""
        base = question.name.removesuffix("_detail")
        if base == question.name or question.paper.get("row") or question.paper.get("style"):
            return ""
        return base if base in self._names else ""

    @cached_property
    def _chosen(self) -> Mapping[str, frozenset[str]]:
        """What was answered by question, repeats and visits side by side together."""
        found: dict[str, frozenset[str]] = {}
        for answers in (self.sheet.answers, *self.sheet.columns.values()):
            for path, value in answers.items():
                plain = _ROUND.sub("", path)
                found[plain] = found.get(plain, frozenset()) | set(value.split())
        return found

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(question.name for question in self.sheet.package.questions)
