"""Programmes of follow-up visits: read from their files, and which version counts on a day.

One file a programme in `resources/programmes`; the county can publish a changed one with a first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from villagefp.domain.programme_file import read_programme
from villagefp.domain.programme_records import About, Join, Point, Programme, Repeat, Trigger
from villagefp.domain.programme_texts import shipped_texts
from villagefp.errors import UserError
from villagefp.i18n import _

__all__ = [
    "About",
    "Join",
    "Point",
    "Programme",
    "Repeat",
    "Trigger",
    "check_replacement",
    "in_force",
    "read_all",
    "read_programme",
    "shipped",
    "shipped_texts",
]


@cache
def _read(text: str, name: str) -> Programme:
    return read_programme(text, name)


def read_all(texts: Mapping[str, str]) -> dict[str, Programme]:
    """The programmes of these files, by name; a file that was read before is not read again."""
    return {name: _read(text, f"{name}.toml") for name, text in texts.items()}


def shipped() -> dict[str, Programme]:
    """The programmes that come with the program, by name."""
    return read_all(shipped_texts())


def check_replacement(new: Programme, old: Programme) -> None:
    """UserError where a published programme would start otherwise than the one it replaces, or tell more of it.

    How a programme starts is no matter of taste: what needs a yes first never becomes an offer.
    """
    for key, told, before in (
        ("programme", new.programme, old.programme),
        ("join", new.join.value, old.join.value),
        ("trigger", new.trigger.value, old.trigger.value),
        ("about", new.about.value, old.about.value),
        ("private", str(new.private).lower(), str(new.private or old.private).lower()),
    ):
        if told != before:
            raise UserError(
                _("{file}, {key} = “{value}”: expected {wish}.").format(
                    file=new.programme, key=key, value=told, wish=before
                )
            )


def in_force(
    built_in: Mapping[str, Programme], published: Iterable[tuple[date, Programme]], on: date
) -> Mapping[str, Programme]:
    """What counts on a day: of each programme the version published last of those begun, else the built-in one."""
    begun = sorted(
        ((first, each) for first, each in published if first <= on), key=lambda told: (told[0], told[1].version)
    )
    return {**built_in, **{each.programme: each for _first, each in begun}}
