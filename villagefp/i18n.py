"""Words for people: `_()` translates whole English sentences by the built gettext catalogue, Chinese first."""

from __future__ import annotations

import gettext
import os
import re
from functools import cache

from villagefp import paths

LANGUAGES = ("zh_CN", "en")
_DOMAIN = "villagefp"


_SLOT = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile("“[^”]*”")
_HAN = re.compile("[\u4e00-\u9fff]")
_ENGLISH = re.compile("[a-z]+ [a-z]+")
_LETTERS = 4
"""A sentence with fewer letters of its own, such as {month}/{day}, fits anything and is not known by them."""


class _Words:
    """The language in use; one object, since a program speaks one language at a time."""

    language = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def set_language(language: str) -> None:
    """Speak `zh_CN` or `en` from now on; English is the source and needs no catalogue."""
    _Words.language = language
    if language == "en":
        _Words.catalogue = gettext.NullTranslations()
    else:
        _Words.catalogue = gettext.translation(_DOMAIN, paths.built_dir() / "locale", [language])


def language() -> str:
    """The language in use, `zh_CN` or `en`."""
    return _Words.language


def preferred_language() -> str:
    """The language to start with: `VILLAGEFP_LANG`, else Chinese."""
    told = os.environ.get("VILLAGEFP_LANG", "")
    return told if told in LANGUAGES else LANGUAGES[0]


def _(message: str) -> str:
    """The message in the language in use; placeholders are filled by the caller with `.format(name=…)`."""
    return _Words.catalogue.gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of the message that fits `number`, in the language in use."""
    # The built catalogue holds each form as a sentence of its own: Chinese has one, English is the source.
    return _(singular if number == 1 else plural)


def said_again(sentence: str) -> str:
    """A sentence that was kept in the language of its day, in the language in use; what is not ours stays as it is.

    The catalogue leads back from a sentence to its message and values, so that none of them need be kept beside it.
    """
    outside = _QUOTED.sub("", sentence)
    chinese = _HAN.search(outside) is not None
    if not chinese if language() == "en" else chinese and not _ENGLISH.search(outside):
        return sentence
    most, found = 0, sentence
    for made, own, letters, message in _spoken(language()):
        if letters <= most or not sentence.startswith(own[0]) or not sentence.endswith(own[-1]):
            continue
        if (told := re.fullmatch(made, sentence, re.DOTALL)) is not None:
            pieces = _SLOT.split(message)  # text and names of values by turns
            most, found = letters, "".join(told[each] if place % 2 else each for place, each in enumerate(pieces))
    return found


@cache
def _spoken(wanted: str) -> list[tuple[str, list[str], int, str]]:
    """Each message as the other language says it: a pattern, the text before, between and after its values, how many
    letters that is, and how the wanted language says it.
    """
    chinese = gettext.translation(_DOMAIN, paths.built_dir() / "locale", ["zh_CN"])
    found = []
    for english in vars(chinese)["_catalog"]:  # gettext has no other way to ask for all of its messages
        both = (english, chinese.gettext(english)) if isinstance(english, str) and english else ("", "")
        made, message = both if wanted == "zh_CN" else both[::-1]
        pieces = _SLOT.split(made)
        own, names = pieces[::2], pieces[1::2]
        letters = sum(sign.isalpha() for text in own for sign in text)
        if letters < _LETTERS or set(names) != set(_SLOT.findall(message)) or "{" in "".join(own):
            continue
        pattern = re.escape(own[0])
        for place, name in enumerate(names):
            pattern += f"(?P={name})" if name in names[:place] else f"(?P<{name}>.*)"
            pattern += re.escape(own[place + 1])
        found.append((pattern, own, letters, message))
    return found
