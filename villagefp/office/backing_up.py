"""`county backup`: a copy of the store that was read back, and the note of it that laptops get with their receipts."""

from __future__ import annotations

import argparse
import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine

from villagefp.cli.output import Output
from villagefp.county import covering, erasure_list
from villagefp.county.covering import Covered
from villagefp.county.engine import sqlite_engine
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.enrolling import WHO
from villagefp.office.opening import Office, opened, postgres, slot_keys, sqlite
from villagefp.reasons import reason
from villagefp.storage import keyslots
from villagefp.storage.files import make_private, sync_file, sync_folder, write_durably


def backup(told: argparse.Namespace, output: Output) -> int:
    """Copy a file store, read the copy back and note what it covers; or note a copy that was made in another way."""
    if (told.file is None) == (told.verified is None):
        raise UserError(_("Name the file for the copy, or with --verified a copy that can be read."))
    with opened(told) as office:
        if told.file is not None:
            place = str(_copied(told, office, Path(told.file)))
        else:
            place = "" if "://" in told.verified else told.verified
        with _copy(told, office) as engine:
            covered = covering.cover(office.county, engine, WHO)
    lines = [_("The copy is in {file}, and it can be read.").format(file=place)] if told.file is not None else []
    lines.append(
        _("It holds {villages} villages and all that {laptops} laptops had delivered by then; they are told.").format(
            villages=covered.villages, laptops=covered.laptops
        )
    )
    if covered.differing:
        lines.append(
            _("In {count} villages it is not a copy of this store. Nothing is noted of what differs.").format(
                count=covered.differing
            )
        )
    output.tell("\n".join(lines), _json(place, covered))
    return 1 if covered.differing else 0


def _json(place: str, covered: Covered) -> dict[str, object]:
    return {
        "file": place,
        "villages": covered.villages,
        "laptops": covered.laptops,
        "differing": covered.differing,
    }


@contextmanager
def _copy(told: argparse.Namespace, office: Office) -> Iterator[Engine]:
    """The copy, opened for reading and found sound."""
    if told.verified is not None and "://" in told.verified:
        with postgres(told.verified) as engine:
            yield engine
        return
    path = Path(str(told.file or told.verified))
    if not path.is_file():
        raise UserError(_("There is no file {place}. Check its name.").format(place=path))
    with sqlite(path, slot_keys(told, office.folder).store) as engine:
        check_sound(engine, path)
        yield engine


def check_sound(engine: Engine, path: Path) -> None:
    """UserError where a file is not whole, every page of it."""
    with engine.connect() as connection:
        altered = connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchall()
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    if altered or found != "ok":
        raise UserError(_("The copy {file} is damaged. Make another one, on another disk.").format(file=path))


def _copied(told: argparse.Namespace, office: Office, path: Path) -> Path:
    """A copy of the file as one moment had it, with the keys and the list of erasures beside it."""
    if told.sqlite is None:
        raise UserError(
            _(
                "A PostgreSQL database is copied with its own tools (pg_dump). Put the copy back into another database "
                "and say: backup --verified URL"
            )
        )
    if path.exists():
        raise UserError(_("{file} is there already and is not overwritten. Choose another name.").format(file=path))
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(fresh)
        _copy_pages(office.county.engine, fresh, slot_keys(told, office.folder).store)
        sync_file(fresh)
        for kept in (*office.folder.glob(keyslots.FILES), office.folder / erasure_list.NAME):
            beside = path.parent / kept.name
            if kept.exists() and not (beside.exists() and beside.samefile(kept)):
                write_durably(beside, kept.read_bytes())
        fresh.replace(path)
        sync_folder(path.parent)
    except (OSError, sqlcipher.DatabaseError) as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        why = reason(error if isinstance(error, OSError) else _as_of_a_file(error))
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=path.name, reason=why)
        ) from error
    return path


def _as_of_a_file(error: sqlcipher.DatabaseError) -> OSError:
    """What SQLite met on the disk, as the system names it."""
    return OSError(errno.ENOSPC if "full" in str(error) else errno.EIO, "")


def _copy_pages(source: Engine, fresh: Path, key: bytes) -> None:
    """SQLite's own way: whoever writes meanwhile is waited for, and the copy is of one moment."""
    target = sqlite_engine(fresh, key)
    try:
        into, from_ = target.raw_connection(), source.raw_connection()
        try:
            copying: Any = from_.driver_connection
            copying.backup(into.driver_connection)
        finally:
            from_.close()
            into.close()
    finally:
        target.dispose()
