"""Days and answers by name, as the rules of one course find them: its own, the last visit's, another programme's."""

from __future__ import annotations

from datetime import date

from villagefp.domain.followup_records import EpisodeFacts, Facts
from villagefp.domain.programme_courses import Course, births
from villagefp.domain.programme_days import exact
from villagefp.domain.programme_records import Programme
from villagefp.domain.records import Outcome

_OUTCOME_FORM = "pregnancy_outcome_followup"
_PREGNANCY = "anc"


class Lookup:
    """What one course of a programme knows by name."""

    def __init__(self, facts: Facts, programme: Programme, course: Course) -> None:
        self._facts = facts
        self._programme = programme
        self._course = course
        self._done = [each for each in course.acts if each.act.outcome is Outcome.DONE]

    def last_done(self) -> date | None:
        """The day of the last visit that was done."""
        return self._done[-1].on if self._done else None

    def text(self, name: str) -> str | None:
        """A value by name; None where nobody told it."""
        return self.own(name) or self._elsewhere(name)

    def day(self, name: str) -> date | None:
        """A day by name; None where it is not known exactly."""
        return exact(self.text(name))

    def own(self, name: str) -> str | None:
        """The same, from this course alone: what a programme counts from is never another's day."""
        if told := self._course.days.get(name):
            return told
        if name == "opened_on" and self._course.opened_on is not None:
            return self._course.opened_on.isoformat()
        if name == "last_review" and self._done:
            return self._done[-1].on.isoformat()
        for each in reversed(self._done):
            if told := each.act.answers.get(name):
                return told
        return None

    def total(self, name: str) -> float:
        """The sum of an answer over all visits that were done."""
        return sum(_number(each.act.answers.get(name)) for each in self._done)

    def _elsewhere(self, name: str) -> str | None:
        """A pregnancy that she registered, for programmes that only ask so as not to ask again."""
        if name in ("lmp", "edd"):
            told = [(each.opened_on, each.days[name]) for each in self._pregnancies() if each.days.get(name)]
            return max(told)[1] if told else None
        since = self._course.begins.isoformat()
        if name == "delivered_on":
            told_births = [each["delivered_on"] for each in births(self._facts) if each["delivered_on"] >= since]
            return max(told_births, default=None)
        if name == "ended_on":
            # One that ran out without a word is not asked about: only an outcome that she told counts.
            outcomes = {act.occurred_on for act in self._facts.acts if act.form == _OUTCOME_FORM}
            ended = [each.closed_on for each in self._pregnancies() if "delivered_on" not in each.days]
            return max((day for day in ended if day is not None and day in outcomes), default=None)
        return None

    def _pregnancies(self) -> list[EpisodeFacts]:
        """Those that were not over when this course began."""
        since = self._course.begins.isoformat()
        return [
            each
            for each in self._facts.episodes
            if each.programme == _PREGNANCY
            and self._programme.programme != _PREGNANCY
            and (each.closed_on is None or each.closed_on >= since)
        ]


def _number(told: str | None) -> float:
    try:
        return float(told) if told else 0.0
    except ValueError:
        return 0.0
