"""What argparse says of the words of a call, in the worker's language.

argparse asks two functions of its module for each sentence, as gettext's manual has it. They are put in place here,
so that nothing has to be set in the environment, which helper processes would inherit.
"""

from __future__ import annotations

import argparse

from villagefp.i18n import _, ngettext


def speak_of_calls() -> None:
    """From now on argparse says its sentences in the language in use."""
    vars(argparse).update(_=in_words, ngettext=ngettext)


def in_words(message: str) -> str:
    """A sentence of argparse in the language in use; what only a mistake in our own parsers brings stays English."""
    return _known().get(message, message)


def _known() -> dict[str, str]:
    return {
        "usage: ": _("usage: "),
        "options": _("options"),
        "positional arguments": _("positional arguments"),
        "show this help message and exit": _("show this help message and exit"),
        "%(prog)s: error: %(message)s\n": _("%(prog)s: error: %(message)s\n"),
        "argument %(argument_name)s: %(message)s": _("argument %(argument_name)s: %(message)s"),
        "unrecognized arguments: %s": _("unrecognized arguments: %s"),
        "not allowed with argument %s": _("not allowed with argument %s"),
        "ignored explicit argument %r": _("ignored explicit argument %r"),
        "the following arguments are required: %s": _("the following arguments are required: %s"),
        "one of the arguments %s is required": _("one of the arguments %s is required"),
        "expected one argument": _("expected one argument"),
        "expected at most one argument": _("expected at most one argument"),
        "expected at least one argument": _("expected at least one argument"),
        "expected %s argument": ngettext("expected %s argument", "expected %s arguments", 1),
        "ambiguous option: %(option)s could match %(matches)s": _(
            "ambiguous option: %(option)s could match %(matches)s"
        ),
        "invalid %(type)s value: %(value)r": _("invalid %(type)s value: %(value)r"),
        "invalid choice: %(value)r (choose from %(choices)s)": _("invalid choice: %(value)r (choose from %(choices)s)"),
    }
