"""Texts: cut, join, search, encode."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from uuid import UUID

from villagefp.forms.patterns import pattern_of
from villagefp.forms.xpath_engine import Focus, Function
from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_values import Value, number_text, to_number, to_string
from villagefp.i18n import _

_LONGEST_TOKEN = 1_000
_SPACES = re.compile(r"[ \t\r\n]+")
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _string(focus: Focus, value: Value | None = None) -> Value:
    return to_string([focus.node] if value is None else value)


def _joined(parts: tuple[Value, ...]) -> list[str]:
    texts = []
    for part in parts:
        texts += [node.value() for node in part] if isinstance(part, list) else [to_string(part)]
    return texts


def _substring(_focus: Focus, value: Value, start: Value, length: Value | None = None) -> Value:
    """XPath's own: positions count from 1 and are rounded."""
    text, first = to_string(value), to_number(start)
    last = math.inf if length is None else _rounded(first) + _rounded(to_number(length))
    first = _rounded(first)
    return "".join(letter for place, letter in enumerate(text, start=1) if place >= first and place < last)


def _rounded(number: float) -> float:
    return float(math.floor(number + 0.5)) if math.isfinite(number) else number


def _substr(_focus: Focus, value: Value, start: Value, end: Value | None = None) -> Value:
    """ODK's own: from the start, counted from 0, up to but without the end."""
    text = to_string(value)
    last = len(text) if end is None else _index(end, len(text))
    return text[_index(start, len(text)) : last]


def _index(value: Value, length: int) -> int:
    """A place in a text, from its end where negative, and never outside it."""
    number = to_number(value)
    if math.isnan(number):
        return 0
    number = min(max(number, -length), length)
    return int(number) + (length if number < 0 and int(number) < 0 else 0)


def _normalized(text: str) -> str:
    return _SPACES.sub(" ", text.strip(" \t\r\n"))


def _translate(_focus: Focus, value: Value, old: Value, new: Value) -> Value:
    letters, into = to_string(old), to_string(new)
    table: dict[int, str | None] = {}
    for place, letter in enumerate(letters):
        table.setdefault(ord(letter), into[place] if place < len(into) else None)
    return to_string(value).translate(table)


def _after(_focus: Focus, value: Value, mark: Value) -> Value:
    text, found = to_string(value), to_string(mark)
    return text.partition(found)[2] if found else text


def _before(_focus: Focus, value: Value, mark: Value) -> Value:
    text, found = to_string(value), to_string(mark)
    return text.partition(found)[0] if found and found in text else ""


def _regex(_focus: Focus, value: Value, pattern: Value) -> Value:
    """Whether the whole text fits the pattern."""
    return pattern_of(to_string(pattern)).fits(to_string(value))


def _digest(_focus: Focus, value: Value, algorithm: Value, encoding: Value = "base64") -> Value:
    name = _HASHES.get(to_string(algorithm).upper())
    if name is None:
        raise XPathError(_("digest() does not know “{name}”").format(name=to_string(algorithm)[:40]))
    raw = hashlib.new(name, to_string(value).encode(), usedforsecurity=False).digest()
    if to_string(encoding).lower() == "hex":
        return raw.hex()
    if to_string(encoding).lower() != "base64":
        raise XPathError(_("digest() does not write “{name}”").format(name=to_string(encoding)[:40]))
    return base64.b64encode(raw).decode("ascii")


def _base64_decode(_focus: Focus, value: Value) -> Value:
    try:
        return base64.b64decode(to_string(value), validate=True).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""


def _uuid(focus: Focus, length: Value | None = None) -> Value:
    random = focus.scope.random
    if length is None:
        return str(UUID(bytes=bytes(int(random() * 256) for _place in range(16)), version=4))
    count = to_number(length)
    if not 0 <= count <= _LONGEST_TOKEN:
        raise XPathError(_("uuid() does not make {count} characters").format(count=number_text(count)))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(letters[int(random() * len(letters))] for _place in range(int(count)))


def _itext(focus: Focus, name: Value) -> Value:
    return focus.scope.text(to_string(name))


FUNCTIONS: dict[str, Function] = {
    "string": Function(_string, 0, 1),
    "concat": Function(lambda _focus, *parts: "".join(_joined(parts)), 0, None),
    "join": Function(lambda _focus, glue, *parts: to_string(glue).join(_joined(parts)), 1, None),
    "contains": Function(lambda _focus, text, part: to_string(part) in to_string(text), 2, 2),
    "starts-with": Function(lambda _focus, text, part: to_string(text).startswith(to_string(part)), 2, 2),
    "ends-with": Function(lambda _focus, text, part: to_string(text).endswith(to_string(part)), 2, 2),
    "substring": Function(_substring, 2, 3),
    "substr": Function(_substr, 2, 3),
    "substring-before": Function(_before, 2, 2),
    "substring-after": Function(_after, 2, 2),
    "string-length": Function(lambda focus, *value: float(len(to_string(_string(focus, *value)))), 0, 1),
    "normalize-space": Function(lambda focus, *value: _normalized(to_string(_string(focus, *value))), 0, 1),
    "translate": Function(_translate, 3, 3),
    "regex": Function(_regex, 2, 2),
    "digest": Function(_digest, 2, 3),
    "base64-decode": Function(_base64_decode, 1, 1),
    "uuid": Function(_uuid, 0, 1),
    "jr:itext": Function(_itext, 1, 1),
}
