"""Whether a store is sound: file, chain, records, clock, disk, and what waits."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from villagefp.i18n import _, ngettext
from villagefp.storage import drafts, due_plans, rebuild, sending
from villagefp.storage.opened import Store

_LEAST_FREE = 500 * 1024 * 1024
"""Bytes below which the disk counts as nearly full: room for a backup and a year's work."""
_NAMED = 5
"""Findings of one sort that are named; of more only the number is told."""


@dataclass(frozen=True)
class Report:
    """What was found; `problems` are sentences for the worker, each with what to do."""

    integrity: str  # ok, damaged
    chain: str  # ok, broken
    clock: str  # ok, behind
    disk: str  # ok, low
    backup: str  # none: no backup was made of this store by this program
    waiting: int  # changes of this laptop that no receipt has confirmed, or that came back
    drafts: int
    free_bytes: int
    problems: tuple[str, ...]


def examine(store: Store) -> Report:
    """Look at everything; reads only, and takes a second for a village."""
    free = shutil.disk_usage(store.folder).free
    behind = store.clock_behind
    with store.read() as connection:
        try:
            damage = _damage(connection)
            differing = rebuild.differences(connection) + rebuild.search_differences(connection)
            if not damage:  # of altered bytes nothing can be worked out again
                differing += due_plans.differences(connection, store.due_entry())
            broken = rebuild.broken_links(connection)
            waiting = sending.progress(connection, store.origin).not_received
            unfinished = len(drafts.drafts(connection))
        except DatabaseError as unreadable:  # a page that cannot be read: nothing else can be said of the store
            damage, differing, broken, waiting, unfinished = [str(unreadable.orig)], [], [], 0, 0
    problems = [
        *_told(damage, _("The database file is damaged: {what}. Restore the latest backup.")),
        *_told(differing, _("A record is not what the log says: {what}. Tell the county office.")),
        *_told(broken, _("The change log does not hold together: {what}. Tell the county office.")),
        *_clock(behind),
        *_disk(free),
    ]
    return Report(
        integrity="damaged" if damage or differing else "ok",
        chain="broken" if broken else "ok",
        clock="behind" if behind else "ok",
        disk="low" if free < _LEAST_FREE else "ok",
        backup="none",
        waiting=waiting,
        drafts=unfinished,
        free_bytes=free,
        problems=tuple(problems),
    )


def to_json(report: Report) -> dict[str, Any]:
    """The report as scripts read it."""
    return {**asdict(report), "problems": list(report.problems)}


def _damage(connection: Connection) -> list[str]:
    """What SQLCipher says of pages that were altered, and SQLite of their order."""
    altered = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
    if altered:
        return altered
    return [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]


def _told(findings: Sequence[str], sentence: str) -> list[str]:
    told = [sentence.format(what=what) for what in findings[:_NAMED]]
    more = len(findings) - len(told)
    if more > 0:
        told.append(
            ngettext("There is {more} more of this sort.", "There are {more} more of this sort.", more).format(
                more=more
            )
        )
    return told


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
