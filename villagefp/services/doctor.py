"""Whether a store is sound: file, chain, records, clock, disk, and what waits."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from villagefp.i18n import _, ngettext
from villagefp.storage import drafts, due_plans, rebuild, sending
from villagefp.storage.opened import Store

_LEAST_FREE = 500 * 1024 * 1024
"""Bytes below which the disk counts as nearly full: room for a backup and a year's work."""
_PAGE = re.compile(r"\bpage (\d+)")
_NAMED = 5
"""Pages that are named; of more only the number is told."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Report:
    """What was found; `problems` are sentences for the worker, each with what to do.

    What could not be looked at is never called sound: `unknown` in words, None in numbers.
    """

    integrity: str  # ok, damaged
    chain: str  # ok, broken, unknown
    clock: str  # ok, behind
    disk: str  # ok, low
    backup: str  # none: no backup was made of this store by this program
    waiting: int | None  # changes of this laptop that no receipt has confirmed, or that came back
    drafts: int | None
    free_bytes: int
    problems: tuple[str, ...]
    findings: tuple[str, ...]  # in the words of database and program, for whoever repairs it; never what a record says


def examine(store: Store) -> Report:
    """Look at everything; reads only, and takes a second for a village."""
    free = shutil.disk_usage(store.folder).free
    behind = store.clock_behind
    damage = _looked_at(store, _damage)
    differing = _looked_at(store, lambda connection: _differing(store, connection, sound=damage == []))
    broken = _looked_at(store, rebuild.broken_links)
    waiting = _looked_at(store, lambda connection: sending.progress(connection, store.origin).not_received)
    unfinished = _looked_at(store, lambda connection: len(drafts.drafts(connection)))
    unread = None in (damage, differing, broken, waiting, unfinished)
    problems = [
        *_damaged(damage or [], store.folder, unread=unread),
        *_not_looked_at(differing, broken, waiting, unfinished),
        *_differing_told(differing or []),
        *_broken_told(broken or []),
        *_clock(behind),
        *_disk(free),
    ]
    return Report(
        integrity="damaged" if unread or damage or differing else "ok",
        chain="unknown" if broken is None else "broken" if broken else "ok",
        clock="behind" if behind else "ok",
        disk="low" if free < _LEAST_FREE else "ok",
        backup="none",
        waiting=waiting,
        drafts=unfinished,
        free_bytes=free,
        problems=tuple(problems),
        findings=(*(damage or ()), *(differing or ()), *(broken or ())),
    )


def backup_advice(folder: Path) -> str:
    """What a worker is told as long as no backup is made: that there is none, and what to do."""
    return _(
        "There is no backup: this program makes none yet. Close it and copy the whole folder {folder} to a stick now "
        "and then; keep the stick somewhere else."
    ).format(folder=folder)


def to_json(report: Report) -> dict[str, Any]:
    """The report as scripts read it."""
    return {**asdict(report), "problems": list(report.problems), "findings": list(report.findings)}


def _looked_at(store: Store, look: Callable[[Connection], _T]) -> _T | None:
    """What a look says; None where a page in its way cannot be read, which says nothing of what lies behind it."""
    with store.read() as connection:
        try:
            return look(connection)
        except DatabaseError:
            connection.invalidate()  # SQLCipher reads nothing more by a connection that met an altered page
            return None


def _damage(connection: Connection) -> list[str]:
    """What SQLCipher says of pages that were altered, and SQLite of their order."""
    altered = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
    if altered:
        return altered
    return [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]


def _differing(store: Store, connection: Connection, *, sound: bool) -> list[str]:
    """Where records, what is searched and what is due are not what the log makes of them."""
    differing = rebuild.differences(connection) + rebuild.search_differences(connection)
    if sound:  # of altered bytes nothing can be worked out again
        differing += due_plans.differences(connection, store.due_entry())
    return differing


def _damaged(damage: Sequence[str], folder: Path, *, unread: bool) -> list[str]:
    if not damage and not unread:
        return []
    told = [
        _(
            "The database file is damaged. Copy the folder {folder} to a safe place, then put back the latest copy you "
            "made of it or have the laptop enrolled anew: what the county received comes back from there."
        ).format(folder=folder)
    ]
    pages = list(dict.fromkeys(found[1] for line in damage if (found := _PAGE.search(line))))
    if pages:
        named = _(", ").join(pages[:_NAMED])
        told.append(
            ngettext(
                "{count} page of the file was altered or cannot be read: {pages}.",
                "{count} pages of the file were altered or cannot be read, such as: {pages}.",
                len(pages),
            ).format(count=len(pages), pages=named)
        )
    return told


def _not_looked_at(
    differing: Sequence[str] | None, broken: Sequence[str] | None, waiting: int | None, unfinished: int | None
) -> list[str]:
    """What stayed unseen behind a page that cannot be read."""
    parts = (
        (differing, _("Not looked at: whether the records are what the log says.")),
        (broken, _("Not looked at: whether the change log holds together.")),
        (waiting, _("Not looked at: how many changes the county has not received yet.")),
        (unfinished, _("Not looked at: how many drafts there are.")),
    )
    return [sentence for seen, sentence in parts if seen is None]


def _differing_told(differing: Sequence[str]) -> list[str]:
    if not differing:
        return []
    sentence = ngettext(
        "In {count} place a record is not what the log says. Tell the county office; `villagefp doctor --json` says "
        "where.",
        "In {count} places a record is not what the log says. Tell the county office; `villagefp doctor --json` says "
        "where.",
        len(differing),
    )
    return [sentence.format(count=len(differing))]


def _broken_told(broken: Sequence[str]) -> list[str]:
    if not broken:
        return []
    sentence = ngettext(
        "The change log does not hold together in {count} place. Tell the county office; `villagefp doctor --json` "
        "says where.",
        "The change log does not hold together in {count} places. Tell the county office; `villagefp doctor --json` "
        "says where.",
        len(broken),
    )
    return [sentence.format(count=len(broken))]


def _clock(behind: timedelta) -> list[str]:
    if not behind:
        return []
    minutes = max(1, round(behind / timedelta(minutes=1)))
    sentence = ngettext(
        "The laptop's clock is {minutes} minute behind the last entry. Set it right; nothing you enter is lost.",
        "The laptop's clock is {minutes} minutes behind the last entry. Set it right; nothing you enter is lost.",
        minutes,
    )
    return [sentence.format(minutes=minutes)]


def _disk(free: int) -> list[str]:
    if free >= _LEAST_FREE:
        return []
    return [
        _("The disk is nearly full: {free} MB are free. Make room, at least {least} MB.").format(
            free=free // 1024 // 1024, least=_LEAST_FREE // 1024 // 1024
        )
    ]
