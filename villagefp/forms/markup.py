"""Labels as plain words: what XLSForm lets authors write for emphasis has no place on these screens and sheets."""

from __future__ import annotations

import re

_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|font|small|big|center|p|h[1-6]|a|div)(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((?:https?://|mailto:|tel:|#)[^()\s]*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_STRESSED = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_\n]*?)(?<=[^\s*_\\])\1(?![\w*])", re.ASCII)
_ESCAPED = re.compile(r"\\([*_#\[\]<>\\])")


def plain(text: str) -> str:
    """The words without emphasis, headings, links and tags; lines stay lines, and a lone star stays a star."""
    if not any(mark in text for mark in "*_#<[\\"):
        return text
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _LINK.sub(r"\1", _HEADING.sub("", text))
    text = _STRESSED.sub(r"\2", _STRONG.sub(_bare, text))
    return _ESCAPED.sub(r"\1", text)


def _bare(found: re.Match[str]) -> str:
    return found[2] if found[2].strip("*_") else found[0]  # a line to write on is no emphasis
