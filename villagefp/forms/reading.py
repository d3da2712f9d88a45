"""Reads what people type as the answer to a question, or says in one sentence why it cannot be read."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from villagefp.forms.xpath_values import to_moment
from villagefp.i18n import _

MAX_TEXT = 10_000
_STOPS = str.maketrans({"。": ".", "．": ".", "，": ",", "、": ",", "：": ":", "－": "-", "—": "-", "–": "-"})
_WHOLE = re.compile(r"[-+]?\d+(?:\.0*)?")
_DECIMAL = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)")
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?")
_YES = {"ok", "1", "yes", "true", "是", "y"}
_NO = {"", "0", "no", "false", "否", "n"}

Typed = object
"""What an answer may come as: text, number, truth, date, list of codes, None for no answer."""


class UnreadError(ValueError):
    """What was typed is no answer to this kind of question; the message is a whole sentence."""


def read(kind: str, typed: Typed, *, label: str, unit: str = "") -> str:
    """The answer as a form keeps it: `kind` is the question's type; UnreadError where it cannot be read."""
    if typed is None:
        return ""
    if kind in {"select_multiple", "rank"}:
        return _codes(typed, label)
    if kind == "acknowledge":
        return _tick(typed, label)
    text = _as_text(typed, label)
    if len(text) > MAX_TEXT:
        raise UnreadError(
            _("“{label}”: {length} characters are too long, at most {most} are kept.").format(
                label=label, length=len(text), most=MAX_TEXT
            )
        )
    if kind in {"text", "barcode", "hidden", "calculate", "note", "image", "audio", "video", "file"}:
        return text.strip() if kind != "text" else text.strip("\n\r\t ")
    return _measure(kind, _plain(text, unit), label, text)


def _measure(kind: str, plain: str, label: str, typed: str) -> str:
    reader = _MEASURES.get(kind)
    return plain if plain == "" or reader is None else reader(plain, label, typed)


def _as_text(typed: Typed, label: str) -> str:
    if isinstance(typed, str):
        return "".join(letter for letter in typed if letter in "\n\t" or not _is_control(letter))
    if isinstance(typed, bool):
        return "true" if typed else "false"
    if isinstance(typed, (int, float)):
        return format(Decimal(repr(typed)), "f").removesuffix(".0") if math.isfinite(typed) else str(typed)
    if isinstance(typed, (datetime, date, time)):
        return typed.isoformat()
    raise UnreadError(_("“{label}”: one answer is wanted here, not several.").format(label=label))


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"}


def _plain(text: str, unit: str) -> str:
    """Full-width digits and stops as plain ones, without spaces and the unit."""
    plain = unicodedata.normalize("NFKC", text.translate(_STOPS)).translate(_STOPS)
    plain = "".join(plain.split()) if ":" not in plain else plain.strip()
    told = unicodedata.normalize("NFKC", unit)
    return plain.removesuffix(told) if told else plain


def _integer(plain: str, label: str, typed: str) -> str:
    if not _WHOLE.fullmatch(plain) or len(plain) > 18:
        if _DECIMAL.fullmatch(plain) and len(plain) <= 18:
            raise UnreadError(_("“{label}”: “{value}” is no whole number.").format(label=label, value=typed.strip()))
        raise _no_number(label, typed)
    return str(int(Decimal(plain)))


def _decimal(plain: str, label: str, typed: str) -> str:
    if not _DECIMAL.fullmatch(plain) or len(plain) > 25:
        raise _no_number(label, typed)
    number = Decimal(plain)
    text = format(number.normalize(), "f")
    return "0" if number == 0 else text


def _no_number(label: str, typed: str) -> UnreadError:
    return UnreadError(
        _("“{label}”: “{value}” is no number. Digits and a point are wanted, such as 36.8.").format(
            label=label, value=typed.strip()[:40]
        )
    )


def _date(plain: str, label: str, typed: str) -> str:
    found = _DATE.fullmatch(plain[:10] if "T" in plain else plain)
    try:
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3]))
            if 1850 <= day.year <= 2200:
                return day.isoformat()
    except ValueError:
        found = None
    raise UnreadError(
        _("“{label}”: “{value}” is no date. Year, month and day are wanted, such as 2026-03-12.").format(
            label=label, value=typed.strip()[:40]
        )
    )


def _time(plain: str, label: str, typed: str) -> str:
    found = _TIME.fullmatch(plain)
    if found and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60:
        return f"{int(found[1]):02}:{found[2]}" + (f":{found[3]}" if found[3] and found[3] != "00" else "")
    raise UnreadError(
        _("“{label}”: “{value}” is no time of day. Hours and minutes are wanted, such as 08:30.").format(
            label=label, value=typed.strip()[:40]
        )
    )


def _date_time(plain: str, label: str, typed: str) -> str:
    moment = to_moment(plain.replace(" ", "T", 1))
    if not isinstance(moment, datetime):
        raise UnreadError(
            _("“{label}”: “{value}” is no date with a time, such as 2026-03-12 08:30.").format(
                label=label, value=typed.strip()[:40]
            )
        )
    return moment.isoformat(timespec="seconds")


def _codes(typed: Typed, label: str) -> str:
    if isinstance(typed, str):
        codes: Sequence[object] = typed.split()
    elif isinstance(typed, (list, tuple, set, frozenset)):
        codes = list(typed)
    else:
        codes = [typed]
    texts = [_as_text(code, label).strip() for code in codes]
    if any(len(text.split()) != 1 for text in texts):
        raise UnreadError(_("“{label}”: “{value}” is no list of codes.").format(label=label, value=str(typed)[:40]))
    return " ".join(dict.fromkeys(texts))


def _tick(typed: Typed, label: str) -> str:
    text = _as_text(typed, label).strip().lower()
    if text in _YES:
        return "OK"
    if text in _NO:
        return ""
    raise UnreadError(_("“{label}”: “{value}” is neither yes nor no.").format(label=label, value=text[:40]))


_MEASURES: dict[str, Callable[[str, str, str], str]] = {
    "integer": _integer,
    "decimal": _decimal,
    "range": _decimal,
    "date": _date,
    "today": _date,
    "time": _time,
    "dateTime": _date_time,
    "start": _date_time,
    "end": _date_time,
}
