"""Words for people: `_()` translates whole English sentences by the built gettext catalogue, Chinese first."""

from __future__ import annotations

import gettext
import os

from villagefp import paths

LANGUAGES = ("zh_CN", "en")
_DOMAIN = "villagefp"


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
