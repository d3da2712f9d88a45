"""How commands come to the store: the passphrase from a prompt or from VILLAGEFP_PASSPHRASE."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage.store import Store, open_store

AMBIENT = Ambient()
"""The machine's own time and chance: the command line is where they come in."""

_VARIABLE = "VILLAGEFP_PASSPHRASE"


def passphrase(prompt: str) -> str:
    """The worker's passphrase; UserError where nobody can be asked."""
    told = os.environ.get(_VARIABLE)
    if told is not None:
        return told
    if not sys.stdin.isatty():
        raise UserError(
            _("A passphrase is needed. Type it at a terminal, or set {variable}.").format(variable=_VARIABLE)
        )
    return getpass.getpass(prompt)


@contextmanager
def opened(told: argparse.Namespace) -> Iterator[Store]:
    """The store of the folder that the call names, open for the length of a command."""
    store = open_store(told.data, passphrase(_("Passphrase: ")), AMBIENT)
    try:
        yield store
    finally:
        store.close()


def day(text: str) -> date:
    """A day as YYYY-MM-DD, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("{value} is no date. Write it as 2026-11-22.").format(value=text)) from None
