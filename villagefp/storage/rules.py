"""The programmes and county parameters that count on a day: those shipped, and in their place those published since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Connection

from villagefp.domain.programmes import Programme, read_programme, shipped, shipped_texts
from villagefp.storage import published

_PLANNER = 1
"""Goes up when the planner itself changes, so that what it made before is made anew."""


@dataclass(frozen=True)
class Rules:
    """What the rules of follow-ups are told."""

    programmes: Mapping[str, Programme]
    params: Mapping[str, str]
    digest: bytes  # another one as soon as anything of it differs


def in_force(connection: Connection, on: date) -> Rules:
    """What counts on this day."""
    texts = tuple(sorted(published.programme_texts(connection, on).items()))
    return _rules(texts, tuple(sorted(published.params(connection, on).items())))


@cache
def _rules(texts: tuple[tuple[str, str], ...], params: tuple[tuple[str, str], ...]) -> Rules:
    told = hashlib.blake2b(f"{_PLANNER} ".encode(), digest_size=16)
    for name, text in (*sorted({**shipped_texts(), **dict(texts)}.items()), *params):
        told.update(f"{len(name)} {len(text)} {name}{text}".encode())
    return Rules({**shipped(), **{name: read_programme(text) for name, text in texts}}, dict(params), told.digest())
