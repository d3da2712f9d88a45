"""Which questions of a form are on paper, in what order, and which are written into another one's cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from villagefp.forms.package import Question
from villagefp.printing.values import Paper


@dataclass(frozen=True)
class Asked:
    """A question with those that are written into its cell."""

    question: Question
    guests: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Asking:
    """The questions of one sheet, as paper has them."""

    paper: Paper

    def asked(self) -> Iterator[Asked]:
        """Questions that are on paper, each with its guests; what is inside a repeat belongs to the repeat."""
        questions = self.paper.sheet.package.questions
        hidden: list[str] = []
        for question in questions:
            if any(question.path.startswith(path) for path in hidden):
                continue
            style = self.paper.style(question)
            if style == "hidden" or (question.type == "repeat"):
                hidden.append(question.path + "/")
            if style == "hidden" or self.paper.host(question) or self.paper.in_head(question):
                continue
            yield Asked(question, self.guests(question))

    @cached_property
    def _by_host(self) -> dict[str, list[Question]]:
        found: dict[str, list[Question]] = {}
        for question in self.paper.sheet.package.questions:
            host = self.paper.host(question)
            if host and self.paper.style(question) != "hidden":
                found.setdefault(host, []).append(question)
        return found

    def guests(self, host: Question) -> tuple[Question, ...]:
        """Questions written into this one's cell, and those written into theirs."""
        guests: list[Question] = []
        for question in self._by_host.get(host.name, ()):
            guests += [question, *self.guests(question)]
        return tuple(guests)
