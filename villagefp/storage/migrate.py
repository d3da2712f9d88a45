"""The revision of a store's tables: making them, recognising them, and bringing an older store up to date."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

from sqlalchemy import Connection, Engine

from villagefp import paths
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage.engine import WRITES
from villagefp.storage.files import make_private, sync_file, sync_folder
from villagefp.storage.refusals import damaged_store
from villagefp.storage.revision import REVISION


def create_tables(connection: Connection) -> None:
    """The tables of a new store; the same as all migrations make, without importing Alembic (0.3 s, 37 MB)."""
    from villagefp.storage.tables import METADATA, alembic_version  # noqa: PLC0415  8 ms that an opening can do without

    METADATA.create_all(connection)
    connection.execute(alembic_version.insert().values(version_num=REVISION))


def revision_of(engine: Engine) -> str | None:
    """The revision of a store, or None where it has no tables of ours."""
    with engine.connect() as connection:
        if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first():
            return None
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def scripts_dir() -> Path:
    """Where the migrations of a village's store are."""
    return paths.root_dir() / "migrations" / "village"


def bring_up_to_date(engine: Engine, database: Path, scripts: Path | None = None) -> None:
    """Migrate an older store after copying its file; refuse a newer one. Either all steps are kept or none.

    UserError too for a file in which no store is: that is damage, and no program made it so.
    """
    if not database.stat().st_size:  # asked before anything connects, which would write into it
        raise damaged_store(database)
    present = revision_of(engine)
    if present is None:
        raise damaged_store(database)
    if present == REVISION and scripts is None:
        return
    steps = Migrations(scripts or scripts_dir())
    if present not in steps.known:
        raise UserError(
            _(
                "The store {database} was written by a newer version of this program. "
                "Install that version and open it again."
            ).format(database=database)
        )
    if present != steps.latest:
        _copy(engine, database, present)
        steps.run(engine)


class Migrations:
    """The migrations of a folder. Alembic is imported here and nowhere else: hardly ever needed, and dear."""

    def __init__(self, scripts: Path) -> None:
        from alembic.config import Config  # noqa: PLC0415
        from alembic.script import ScriptDirectory  # noqa: PLC0415

        self._config = Config()
        self._config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        directory = ScriptDirectory.from_config(self._config)
        self.known = {script.revision for script in directory.walk_revisions()}
        self.latest = directory.get_current_head()

    def run(self, engine: Engine) -> None:
        """Take all steps that are missing, in one transaction."""
        from alembic.command import upgrade  # noqa: PLC0415

        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            self._config.attributes["connection"] = connection
            upgrade(self._config, "head")


def _copy(engine: Engine, database: Path, revision: str) -> None:
    """A copy of the encrypted file beside it, whole and on the disk before the first step."""
    pooled = engine.raw_connection()
    try:
        cursor = pooled.cursor()
        busy, _pages, _done = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    finally:
        pooled.close()
    if busy:
        raise UserError(
            _("The store {database} is in use. Close the other program and try again.").format(database=database)
        )
    kept = database.with_name(f"{database.name}.before-{revision}")
    fresh = kept.with_name(kept.name + ".new")
    make_private(fresh)
    copyfile(database, fresh)
    sync_file(fresh)
    fresh.replace(kept)
    sync_folder(database.parent)
