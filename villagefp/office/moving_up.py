"""`county to-server`: all that an office kept in one file goes into a PostgreSQL database, and its keys with it.

Positions, chains and epochs stay as they are, so laptops notice nothing but the new address.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from shutil import copyfile

from sqlalchemy import Connection, Table, func, select

from villagefp.cli.output import Output
from villagefp.county import erasure_list
from villagefp.county.bulk import Rows
from villagefp.county.engine import WRITES
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.tables import METADATA, alembic_version, village
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.opening import opened, postgres, shown
from villagefp.reasons import reason
from villagefp.storage import keyslots
from villagefp.storage.files import sync_file, sync_folder

MOVED = ".moved"
_PORTION = 2_000
"""Rows that are held at a time."""


def to_server(told: argparse.Namespace, output: Output) -> int:
    """Copy the file's rows in one transaction, count them, and put the file aside, so that nobody goes on with it."""
    path, folder = Path(told.sqlite), Path(told.keys).resolve()
    place = shown(argparse.Namespace(db=told.to, sqlite=None))
    here = argparse.Namespace(sqlite=path, db=None, keys=None)
    with opened(here) as office, postgres(told.to) as engine:
        bring_up_to_date(engine)
        with (
            office.county.read() as source,
            engine.connect().execution_options(**{WRITES: True}) as target,
            target.begin(),
        ):
            if target.execute(select(func.count()).select_from(village)).scalar_one():
                raise UserError(
                    _("{place} holds a county's store already. Name an empty database.").format(place=place)
                )
            rows = sum(
                _copied(source, target, table) for table in METADATA.sorted_tables if table is not alembic_version
            )
            _take_keys(office.folder, folder)
    aside = path.with_name(path.name + MOVED)
    path.replace(aside)
    sync_folder(path.resolve().parent)
    output.tell(
        _(
            "The county's store is in {place} now, with {rows} rows and its keys in {folder}. The file is kept as "
            "{file}; do not go on with it. Tell the laptops the new address; nothing else changes for them."
        ).format(place=place, rows=rows, folder=folder, file=aside.name),
        {"store": place, "rows": rows, "keys": str(folder), "before": str(aside)},
    )
    return 0


def _copied(source: Connection, target: Connection, table: Table) -> int:
    """All rows of a table; how many they are, on both sides."""
    goes_in, count = Rows(table, replacing=False), 0
    found = source.execute(select(*table.columns))
    while portion := found.fetchmany(_PORTION):
        goes_in.put(target, [tuple(row) for row in portion])
        count += len(portion)
    arrived = target.execute(select(func.count()).select_from(table)).scalar_one()
    if arrived != count:
        raise RuntimeError(f"{arrived} of {count} rows of {table.name} arrived.")
    return count


def _take_keys(before: Path, after: Path) -> None:
    """The key slots and the list of erasures, on the disk where they are wanted from now on."""
    if before == after:
        return
    try:
        after.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(after.glob(keyslots.FILES)):
            raise UserError(
                _("In {folder} there are the keys of another store. Take a folder of its own for the county.").format(
                    folder=after
                )
            )
        for file in (*before.glob(keyslots.FILES), before / erasure_list.NAME):
            if file.exists():
                copyfile(file, after / file.name)
                (after / file.name).chmod(0o600)
                sync_file(after / file.name)
        sync_folder(after)
    except OSError as error:
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=after, reason=reason(error))
        ) from error
