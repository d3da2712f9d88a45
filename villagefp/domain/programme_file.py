"""Reading a programme's file; whatever is wrong with it is told at once, by file, key and value."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from villagefp.domain import programme_days
from villagefp.domain.programme_records import About, Join, Point, Programme, Repeat, Trigger
from villagefp.domain.programme_values import is_condition
from villagefp.domain.records import Outcome
from villagefp.domain.toml_reading import TomlReading, listed, path_of
from villagefp.errors import UserError
from villagefp.i18n import _

STOPS = frozenset(
    {Outcome.DECLINED, Outcome.WITHDRAWN, Outcome.MOVED, Outcome.TRANSFERRED, Outcome.DECEASED}
)  # fmt: skip
"""What ends every programme; none may be written that goes on after it."""

_OTHER_STOPS = frozenset({"removed", "menopause_advised", "outcome", "on_request", "result_told", "grown_up"})
"""What else a file may name: ends that the records themselves hold, as a closed episode or a last day."""

_NOT_SAID = ("必须", "应当", "落实")
_LANGUAGES = ("zh", "en")


def _keys(told: str) -> frozenset[str]:
    return frozenset(told.split())


_OF_PROGRAMME = _keys(
    "programme version join trigger about anchor points repeat form first_form step source begins_at ends_at ends_with"
    " agreed_to grace_days fade_days max_attempts stop_on private title why"
)
_OF_POINT = _keys("code from to at before after anchor form step when track label")
_OF_REPEAT = _keys("code every to_plus from_last at before after anchor form when track label")
_SUM = re.compile(r"[a-z][a-z0-9_]*=\d{1,3}", re.ASCII)


def read_programme(text: str, name: str = "") -> Programme:
    """The programme that a file describes; UserError with every mistake that the file has.

    `name` is that of the file; without one the programme's own stands for it.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(
            _("{file} cannot be read: {detail}. Please correct the file.").format(file=name or "TOML", detail=error)
        ) from error
    reading = _Reading(name or str(told.get("programme", "TOML")))
    programme = reading.programme(told)
    if reading.problems:
        raise UserError("\n".join(reading.problems))
    return programme


class _Reading(TomlReading):
    """Takes a file apart and keeps what is wrong with it."""

    def programme(self, told: dict[str, Any]) -> Programme:
        self.known(told, "", _OF_PROGRAMME)
        join = Join(self.one_of(told, "join", [each.value for each in Join]))
        trigger = Trigger(self.one_of(told, "trigger", [each.value for each in Trigger]))
        found = Programme(
            programme=self.name(told, "", "programme"),
            version=self.text(told, "", "version"),
            join=join,
            trigger=trigger,
            about=About(self.one_of(told, "about", [each.value for each in About], About.PERSON)),
            anchors=tuple(self._anchor("anchor", each) for each in self.several(told, "anchor", needed=True)),
            points=tuple(self._point(where, each) for where, each in self.tables(told, "points")),
            repeats=tuple(self._repeat(where, each) for where, each in self.tables(told, "repeat")),
            form=self.name(told, "", "form"),
            first_form=self.name(told, "", "first_form", ""),
            step=self.name(told, "", "step", ""),
            source=self.text(told, "", "source"),
            ends_at=tuple(self._at("ends_at", each) for each in self.several(told, "ends_at")),
            ends_with=self.pattern(told, "", "ends_with", _SUM, _("a sum like boxes=6")),
            begins_at=self._at("begins_at", each) if (each := told.get("begins_at", "")) else "",
            agreed_to=self._at("agreed_to", each) if (each := told.get("agreed_to", "")) else "",
            grace_days=self.days_or_none(told, "grace_days", 7),
            fade_days=self.days_or_none(told, "fade_days", 30),
            max_attempts=self.number(told, "", "max_attempts", 2, lowest=1, highest=2),
            stop_on=frozenset(str(each) for each in self.several(told, "stop_on", needed=True)),
            private=self.switch(told, "", "private"),
            title=self._words(told, "", "title", needed=True),
            why=self._words(told, "", "why", needed=True),
        )
        self._together(found)
        return found

    def _together(self, found: Programme) -> None:
        """What no single key can say: nothing starts without a yes, and every refusal ends it."""
        missing = STOPS - found.stop_on
        if missing:
            self.wrong("stop_on", ", ".join(sorted(found.stop_on)), _("also {names}").format(names=listed(missing)))
        unknown = found.stop_on - STOPS - _OTHER_STOPS
        if unknown:
            self.wrong("stop_on", listed(unknown), _("one of {names}").format(names=listed(STOPS | _OTHER_STOPS)))
        if found.private and found.join is not Join.CONSENT_FIRST:
            self.wrong("join", found.join, _("consent_first, since the programme is private"))
        if found.join is Join.CONSENT_FIRST and found.trigger is not Trigger.EPISODE:
            self.wrong("trigger", found.trigger, _("episode, since nothing is shown before a yes"))
        if (found.about is About.HOUSEHOLD) != (found.trigger is Trigger.REGISTER):
            self.wrong("about", found.about, _("household with the trigger register, otherwise person"))
        if found.trigger in (Trigger.BIRTH, Trigger.DELIVERY) and not any(
            programme_days.longest(each) is not None for each in found.ends_at
        ):
            self.wrong("ends_at", ", ".join(found.ends_at), _("an end like 28d, 3m or 7y"))
        if not found.points and not found.repeats:
            self.wrong("points", "[]", _("at least one point, or a repeat"))

    def _point(self, where: str, told: dict[str, Any]) -> Point:
        self.known(told, where, _OF_POINT)
        by_days = "from" in told or "to" in told
        if by_days == ("at" in told):
            self.wrong(where, listed(sorted(told)), _("either from and to, or at"))
        first, last = self.day(told, where, "from", by_days), self.day(told, where, "to", by_days)
        if first is not None and last is not None and last < first:
            self.wrong(f"{where}.to", last, _("a day not before from"))
        return Point(
            code=self.name(told, where, "code"),
            from_days=first,
            to_days=last,
            at=self._at(f"{where}.at", told["at"]) if "at" in told else "",
            before=self.number(told, where, "before", 0),
            after=self.number(told, where, "after", 0),
            anchor=self._anchor(f"{where}.anchor", told["anchor"]) if "anchor" in told else "",
            form=self.name(told, where, "form", ""),
            step=str(told.get("step", "")),
            when=self._condition(told, where),
            track=self.name(told, where, "track", ""),
            label=self._words(told, where, "label"),
        )

    def _repeat(self, where: str, told: dict[str, Any]) -> Repeat:
        self.known(told, where, _OF_REPEAT)
        yearly = "at" in told
        if yearly == ("every" in told):
            self.wrong(where, listed(sorted(told)), _("either every, or at"))
        at = self._at(f"{where}.at", told["at"]) if yearly else ""
        spoken = programme_days.understand(at)
        if spoken is not None and spoken.manner not in ("lunar", "solar"):
            self.wrong(f"{where}.at", at, _("a day of each year like lunar:08-15 or solar:10-01"))
        every = 0 if yearly else self.number(told, where, "every", 0, lowest=7)
        width = self.number(told, where, "to_plus", 0)
        if every and width >= every:
            self.wrong(f"{where}.to_plus", width, _("fewer days than every"))
        return Repeat(
            code=self.name(told, where, "code"),
            every=every,
            to_plus=width,
            from_last=self.switch(told, where, "from_last"),
            at=at,
            before=self.number(told, where, "before", 0),
            after=self.number(told, where, "after", 0),
            anchor=self._anchor(f"{where}.anchor", told["anchor"]) if "anchor" in told else "",
            form=self.name(told, where, "form", ""),
            when=self._condition(told, where),
            track=self.name(told, where, "track", ""),
            label=self._words(told, where, "label"),
        )

    def _anchor(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or programme_days.understand_anchor(value) is None:
            self.wrong(key, value, _("the name of a day like lmp, or edd-280d"))
        return str(value)

    def _at(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or programme_days.understand(value) is None:
            self.wrong(key, value, _("a day like 42d, 3m, 4y, ga84d, lunar:08-15, solar:10-01, value:next_on, year:1"))
            return "0d"
        return value

    def _condition(self, told: Mapping[str, Any], where: str) -> str:
        value = told.get("when", "")
        if value != "" and not (isinstance(value, str) and is_condition(value)):
            self.wrong(f"{where}.when", value, _("a condition like high_risk, param:name=1, value:name=1|2, known:lmp"))
            return ""
        return str(value)

    def _words(self, told: Mapping[str, Any], where: str, key: str, *, needed: bool = False) -> Mapping[str, str]:
        value = told.get(key, {})
        path = path_of(where, key)
        if (
            not isinstance(value, dict)
            or value.keys() - set(_LANGUAGES)
            or not all(_is_words(each) for each in value.values())
        ):
            self.wrong(path, value, _("words in zh and en"))
            return {}
        if (needed or value) and value.keys() != set(_LANGUAGES):
            self.wrong(path, listed(sorted(value)), _("words in zh and en"))
        for word in _NOT_SAID:
            if any(word in words for words in value.values()):
                self.wrong(path, word, _("plain words that leave the choice to the person"))
        return dict(value)


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
