"""Reading a programme's file; whatever is wrong with it is told at once, by file, key and value."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from villagefp.domain import programme_days
from villagefp.domain.programme_records import About, Join, Point, Programme, Repeat, Trigger
from villagefp.domain.programme_values import is_condition
from villagefp.domain.records import Outcome
from villagefp.errors import UserError
from villagefp.i18n import _

STOPS = frozenset(
    {Outcome.DECLINED, Outcome.WITHDRAWN, Outcome.MOVED, Outcome.TRANSFERRED, Outcome.DECEASED}
)  # fmt: skip
"""What ends every programme; none may be written that goes on after it."""

_OTHER_STOPS = frozenset({"removed", "menopause_advised", "outcome", "on_request", "result_told", "grown_up"})
"""What else a file may name: ends that the records themselves hold, as a closed episode or a last day."""

_NOT_SAID = ("必须", "应当", "落实", "应查", "未查", "政策内", "政策外", "胎儿性别")
_LANGUAGES = ("zh", "en")
_LONGEST = 7320  # twenty years: no rule looks further


def _keys(told: str) -> frozenset[str]:
    return frozenset(told.split())


_OF_PROGRAMME = _keys(
    "programme version join trigger about anchor points repeat form first_form step source ends_at ends_with agreed_to"
    " grace_days fade_days max_attempts stop_on private title why"
)
_OF_POINT = _keys("code from to at before after anchor form step when track label")
_OF_REPEAT = _keys("code every to_plus from_last at before after anchor form when track label")
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
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


class _Reading:
    """Takes a file apart and keeps what is wrong with it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[str] = []

    def programme(self, told: dict[str, Any]) -> Programme:
        self._known(told, "", _OF_PROGRAMME)
        join = Join(self._one_of(told, "join", [each.value for each in Join]))
        trigger = Trigger(self._one_of(told, "trigger", [each.value for each in Trigger]))
        found = Programme(
            programme=self._name(told, "", "programme"),
            version=self._text(told, "", "version"),
            join=join,
            trigger=trigger,
            about=About(self._one_of(told, "about", [each.value for each in About], About.PERSON)),
            anchors=tuple(self._anchor("anchor", each) for each in self._several(told, "anchor", needed=True)),
            points=tuple(self._point(where, each) for where, each in self._tables(told, "points")),
            repeats=tuple(self._repeat(where, each) for where, each in self._tables(told, "repeat")),
            form=self._name(told, "", "form"),
            first_form=self._name(told, "", "first_form", ""),
            step=self._name(told, "", "step", ""),
            source=self._text(told, "", "source"),
            ends_at=tuple(self._at("ends_at", each) for each in self._several(told, "ends_at")),
            ends_with=self._pattern(told, "", "ends_with", _SUM, _("a sum like boxes=6")),
            agreed_to=self._at("agreed_to", each) if (each := told.get("agreed_to", "")) else "",
            grace_days=self._days_or_none(told, "grace_days", 7),
            fade_days=self._days_or_none(told, "fade_days", 30),
            max_attempts=self._number(told, "", "max_attempts", 2, lowest=1, highest=2),
            stop_on=frozenset(str(each) for each in self._several(told, "stop_on", needed=True)),
            private=self._switch(told, "", "private"),
            title=self._words(told, "", "title", needed=True),
            why=self._words(told, "", "why", needed=True),
        )
        self._together(found)
        return found

    def _together(self, found: Programme) -> None:
        """What no single key can say: nothing starts without a yes, and every refusal ends it."""
        missing = STOPS - found.stop_on
        if missing:
            self._wrong("stop_on", ", ".join(sorted(found.stop_on)), _("also {names}").format(names=_listed(missing)))
        unknown = found.stop_on - STOPS - _OTHER_STOPS
        if unknown:
            self._wrong("stop_on", _listed(unknown), _("one of {names}").format(names=_listed(STOPS | _OTHER_STOPS)))
        if found.private and found.join is not Join.CONSENT_FIRST:
            self._wrong("join", found.join, _("consent_first, since the programme is private"))
        if found.join is Join.CONSENT_FIRST and found.trigger is not Trigger.EPISODE:
            self._wrong("trigger", found.trigger, _("episode, since nothing is shown before a yes"))
        if (found.about is About.HOUSEHOLD) != (found.trigger is Trigger.REGISTER):
            self._wrong("about", found.about, _("household with the trigger register, otherwise person"))
        if found.trigger in (Trigger.BIRTH, Trigger.DELIVERY) and not any(
            programme_days.longest(each) is not None for each in found.ends_at
        ):
            self._wrong("ends_at", ", ".join(found.ends_at), _("an end like 28d, 3m or 7y"))
        if not found.points and not found.repeats:
            self._wrong("points", "[]", _("at least one point, or a repeat"))

    def _point(self, where: str, told: dict[str, Any]) -> Point:
        self._known(told, where, _OF_POINT)
        by_days = "from" in told or "to" in told
        if by_days == ("at" in told):
            self._wrong(where, _listed(sorted(told)), _("either from and to, or at"))
        first, last = self._day(told, where, "from", by_days), self._day(told, where, "to", by_days)
        if first is not None and last is not None and last < first:
            self._wrong(f"{where}.to", last, _("a day not before from"))
        return Point(
            code=self._name(told, where, "code"),
            from_days=first,
            to_days=last,
            at=self._at(f"{where}.at", told["at"]) if "at" in told else "",
            before=self._number(told, where, "before", 0),
            after=self._number(told, where, "after", 0),
            anchor=self._anchor(f"{where}.anchor", told["anchor"]) if "anchor" in told else "",
            form=self._name(told, where, "form", ""),
            step=str(told.get("step", "")),
            when=self._condition(told, where),
            track=self._name(told, where, "track", ""),
            label=self._words(told, where, "label"),
        )

    def _repeat(self, where: str, told: dict[str, Any]) -> Repeat:
        self._known(told, where, _OF_REPEAT)
        yearly = "at" in told
        if yearly == ("every" in told):
            self._wrong(where, _listed(sorted(told)), _("either every, or at"))
        at = self._at(f"{where}.at", told["at"]) if yearly else ""
        spoken = programme_days.understand(at)
        if spoken is not None and spoken.manner not in ("lunar", "solar"):
            self._wrong(f"{where}.at", at, _("a day of each year like lunar:08-15 or solar:10-01"))
        every = 0 if yearly else self._number(told, where, "every", 0, lowest=7)
        width = self._number(told, where, "to_plus", 0)
        if every and width >= every:
            self._wrong(f"{where}.to_plus", width, _("fewer days than every"))
        return Repeat(
            code=self._name(told, where, "code"),
            every=every,
            to_plus=width,
            from_last=self._switch(told, where, "from_last"),
            at=at,
            before=self._number(told, where, "before", 0),
            after=self._number(told, where, "after", 0),
            anchor=self._anchor(f"{where}.anchor", told["anchor"]) if "anchor" in told else "",
            form=self._name(told, where, "form", ""),
            when=self._condition(told, where),
            track=self._name(told, where, "track", ""),
            label=self._words(told, where, "label"),
        )

    def _known(self, told: Mapping[str, Any], where: str, keys: frozenset[str]) -> None:
        for key in sorted(told.keys() - keys):
            self._wrong(_path(where, key), told[key], _("one of {names}").format(names=_listed(keys)))

    def _text(self, told: Mapping[str, Any], where: str, key: str) -> str:
        value = told.get(key, "")
        if not isinstance(value, str) or not value.strip():
            self._wrong(_path(where, key), value, _("some words"))
        return str(value)

    def _pattern(self, told: Mapping[str, Any], where: str, key: str, pattern: re.Pattern[str], wish: str) -> str:
        value = told.get(key, "")
        if value != "" and not (isinstance(value, str) and pattern.fullmatch(value)):
            self._wrong(_path(where, key), value, wish)
        return str(value)

    def _name(self, told: Mapping[str, Any], where: str, key: str, default: str | None = None) -> str:
        if key not in told and default is not None:
            return default
        value = told.get(key, "")
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            self._wrong(_path(where, key), value, _("a name of small letters, digits and _"))
        return str(value)

    def _number(
        self, told: Mapping[str, Any], where: str, key: str, default: int, *, lowest: int = 0, highest: int = _LONGEST
    ) -> int:
        value = told.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            wish = _("a whole number from {lowest} to {highest}").format(lowest=lowest, highest=highest)
            self._wrong(_path(where, key), value, wish)
            return default
        return value

    def _day(self, told: Mapping[str, Any], where: str, key: str, needed: bool) -> int | None:
        return self._number(told, where, key, -1) if needed else None

    def _days_or_none(self, told: Mapping[str, Any], key: str, default: int) -> int | None:
        return None if told.get(key) is False else self._number(told, "", key, default)

    def _switch(self, told: Mapping[str, Any], where: str, key: str) -> bool:
        value = told.get(key, False)
        if not isinstance(value, bool):
            self._wrong(_path(where, key), value, _("true or false"))
        return bool(value)

    def _one_of(self, told: Mapping[str, Any], key: str, values: list[str], default: str | None = None) -> str:
        value = told.get(key, default)
        if value not in values:
            self._wrong(key, "" if value is None else value, _("one of {names}").format(names=_listed(values)))
            return values[0]
        return str(value)

    def _several(self, told: Mapping[str, Any], key: str, *, needed: bool = False) -> list[Any]:
        value = told.get(key, [])
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) and each for each in found) or (needed and not found):
            self._wrong(key, value, _("a name, or a list of names"))
            return []
        return found

    def _tables(self, told: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
        value = told.get(key, [])
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in found):
            self._wrong(key, value, _("a list of tables"))
            return []
        return [(f"{key}[{place}]", each) for place, each in enumerate(found, 1)]

    def _anchor(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or programme_days.understand_anchor(value) is None:
            self._wrong(key, value, _("the name of a day like lmp, or edd-280d"))
        return str(value)

    def _at(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or programme_days.understand(value) is None:
            self._wrong(key, value, _("a day like 42d, 3m, 4y, ga84d, lunar:08-15, solar:10-01, value:next_on, year:1"))
            return "0d"
        return value

    def _condition(self, told: Mapping[str, Any], where: str) -> str:
        value = told.get("when", "")
        if value != "" and not (isinstance(value, str) and is_condition(value)):
            self._wrong(
                f"{where}.when", value, _("a condition like high_risk, param:name=1, value:name=1|2, known:lmp")
            )
            return ""
        return str(value)

    def _words(self, told: Mapping[str, Any], where: str, key: str, *, needed: bool = False) -> Mapping[str, str]:
        value = told.get(key, {})
        path = _path(where, key)
        if (
            not isinstance(value, dict)
            or value.keys() - set(_LANGUAGES)
            or not all(_is_words(each) for each in value.values())
        ):
            self._wrong(path, value, _("words in zh and en"))
            return {}
        if (needed or value) and value.keys() != set(_LANGUAGES):
            self._wrong(path, _listed(sorted(value)), _("words in zh and en"))
        for word in _NOT_SAID:
            if any(word in words for words in value.values()):
                self._wrong(path, word, _("plain words that leave the choice to the person"))
        return dict(value)

    def _wrong(self, key: str, value: Any, wish: str) -> None:
        told = value.isoformat() if isinstance(value, date) else str(value)
        self.problems.append(
            _("{file}, {key} = “{value}”: expected {wish}.").format(file=self._file, key=key, value=told, wish=wish)
        )


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _listed(names: Any) -> str:
    return ", ".join(sorted(str(each) for each in names))
