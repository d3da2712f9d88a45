"""The revision of the county's tables: making them, and bringing an older store up to date."""

from __future__ import annotations

from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from villagefp import paths
from villagefp.county.engine import WRITES, is_postgres
from villagefp.errors import UserError
from villagefp.i18n import _

_LOCK = 0x76667063
"""Two processes that start at once must not both migrate: PostgreSQL's advisory lock of this number."""


def scripts_dir() -> Path:
    """Where the migrations of the county's store are."""
    return paths.root_dir() / "migrations" / "county"


def revision_of(engine: Engine) -> str | None:
    """The revision of a store, or None where it has no tables of ours."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def bring_up_to_date(engine: Engine, scripts: Path | None = None) -> None:
    """Make the tables or take the steps that are missing, all of them or none; UserError where the store is newer."""
    config = Config()
    config.set_main_option("script_location", str(scripts or scripts_dir()).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        _alone(connection)
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and present not in known:
            raise UserError(
                _(
                    "The county's store is of revision {revision}, which this program does not know: a newer version "
                    "wrote it. Install that version."
                ).format(revision=present)
            )
        config.attributes["connection"] = connection
        upgrade(config, "head")


def _alone(connection: Connection) -> None:
    if is_postgres(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
