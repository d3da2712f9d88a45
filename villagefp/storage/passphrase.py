"""What a passphrase must be, and passphrases to offer."""

from __future__ import annotations

import unicodedata

from villagefp.errors import UserError
from villagefp.i18n import _

SHORTEST = 10


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that could be guessed too soon."""
    count = len(unicodedata.normalize("NFKC", passphrase).strip())
    if count < SHORTEST:
        raise UserError(
            _("The passphrase has {count} characters. Take at least {shortest}, a short sentence for example.").format(
                count=count, shortest=SHORTEST
            )
        )
