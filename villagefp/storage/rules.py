"""The programmes and county parameters that count on a day: those shipped, and in their place those published since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache

from msgspec import Struct
from sqlalchemy import Connection

from villagefp.domain.programme_texts import shipped_texts
from villagefp.storage import published

_PLANNER = 1
"""Goes up when the planner itself changes, so that what it made before is made anew."""


class RuleTexts(Struct, frozen=True):
    """What the rules of follow-ups are told, as it was written."""

    programmes: Mapping[str, str]
    params: Mapping[str, str]
    digest: bytes  # another one as soon as anything of it differs


def in_force(connection: Connection, on: date) -> RuleTexts:
    """What counts on this day."""
    texts = tuple(sorted(published.programme_texts(connection, on).items()))
    return _rules(texts, tuple(sorted(published.params(connection, on).items())))


@cache
def _rules(texts: tuple[tuple[str, str], ...], params: tuple[tuple[str, str], ...]) -> RuleTexts:
    programmes = {**shipped_texts(), **dict(texts)}
    told = hashlib.blake2b(f"{_PLANNER} ".encode(), digest_size=16)
    for name, text in (*sorted(programmes.items()), *params):
        told.update(f"{len(name)} {len(text)} {name}{text}".encode())
    return RuleTexts(programmes, dict(params), told.digest())
