"""`county restore`: put a copy back, or say that one was put back; what was erased stays erased."""

from __future__ import annotations

import argparse
from pathlib import Path
from shutil import copyfile

import sqlcipher3.dbapi2 as sqlcipher

from villagefp.cli.output import Output
from villagefp.county import erasure_list, moves, putting_back
from villagefp.county.engine import sqlite_engine
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.backing_up import check_sound
from villagefp.office.enrolling import WHO
from villagefp.office.opening import opened, slot_keys, sqlite
from villagefp.reasons import reason
from villagefp.storage.files import make_private, sync_file, sync_folder


def restore(told: argparse.Namespace, output: Output) -> int:
    """Put a copy of a file store in place, then erase again and begin new epochs, before anybody reads it."""
    aside = None
    if told.file is not None:
        if told.sqlite is None:
            raise UserError(
                _(
                    "A PostgreSQL database is put back with its own tools (pg_restore). "
                    "Say “restore” without a file after that."
                )
            )
        aside = _put_back(told, Path(told.file))
    with opened(told) as office:
        erased = putting_back.erase_again(office.county, office.folder / erasure_list.NAME, office.keys.signs)
        villages = putting_back.begin_epochs(office.county, WHO)
        moves.go_on(office.county)
    lines = [
        _("The store is put back: {villages} villages begin anew, {erased} erasures were done again.").format(
            villages=villages, erased=erased
        ),
        _("Laptops send by themselves what it has lost, with their next exchange."),
    ]
    if aside is not None:
        lines.append(_("The file as it was before is {file}.").format(file=aside))
    output.tell(
        "\n".join(lines),
        {"villages": villages, "erased_again": erased, "before": None if aside is None else str(aside)},
    )
    return 0


def _put_back(told: argparse.Namespace, copy: Path) -> Path | None:
    """The copy takes the file's place once it was read; the file itself is kept beside."""
    path = Path(told.sqlite)
    if not copy.is_file():
        raise UserError(_("There is no file {place}. Check its name.").format(place=copy))
    folder = path.resolve().parent
    key = slot_keys(argparse.Namespace(sqlite=copy), folder).store
    with sqlite(copy, key) as engine:
        check_sound(engine, copy)
    if path.exists() and _is_used(path, key):
        raise UserError(
            _("Another program works with {file}, such as “county serve”. Stop it, and say it again.").format(file=path)
        )
    aside = None
    try:
        fresh = path.with_name(path.name + ".new")
        make_private(fresh)
        copyfile(copy, fresh)
        sync_file(fresh)
        if path.exists():
            aside = _free_name(path)
            path.replace(aside)
            for side in ("-wal", "-shm"):  # what is not folded in yet belongs to the file that was put aside
                beside = path.with_name(path.name + side)
                if beside.exists():
                    beside.replace(aside.with_name(aside.name + side))
        fresh.replace(path)
        sync_folder(folder)
    except OSError as error:
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=path.name, reason=reason(error))
        ) from error
    return aside


def _is_used(path: Path, key: bytes) -> bool:
    """Whether somebody else has the file open; where nobody has, what was written beside it is folded in."""
    engine = sqlite_engine(path, key)
    try:
        pooled = engine.raw_connection()
        try:
            cursor = pooled.cursor()
            cursor.execute("PRAGMA busy_timeout = 0")
            cursor.execute("PRAGMA journal_mode = DELETE")  # which SQLite does for the only one at the file
        finally:
            pooled.close()
    except sqlcipher.DatabaseError as error:  # damaged, as what is to be replaced may well be
        return "locked" in str(error)
    finally:
        engine.dispose()
    return False


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.before-{number}")).exists():
        number += 1
    return name
