"""The tables of the county's store: what the migrations make is what the program reads, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from tests.county.conftest import KEY
from villagefp.county import migrate, office_tables, tables
from villagefp.county.engine import postgres_engine, sqlite_engine
from villagefp.errors import UserError


def test_the_migrations_make_the_tables_that_the_program_knows(engines: Callable[[], Engine]) -> None:
    with engines().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, office_tables.METADATA) == []
        assert context.get_current_revision() == tables.REVISION


def test_every_key_begins_with_the_village(engines: Callable[[], Engine]) -> None:
    seen = inspect(engines())
    for name in seen.get_table_names():
        if name == "alembic_version":
            continue
        assert seen.get_pk_constraint(name)["constrained_columns"][0] == "village", name
        for index in seen.get_indexes(name):
            assert index["column_names"][0] == "village", index


def test_a_store_of_a_newer_program_is_refused_and_left_alone(engines: Callable[[], Engine]) -> None:
    engine = engines()
    with engine.connect().execution_options(villagefp_writes=True) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UserError, match="9999"):
        migrate.bring_up_to_date(engine)
    assert migrate.revision_of(engine) == "9999"


def test_bringing_up_to_date_twice_is_harmless(engines: Callable[[], Engine]) -> None:
    engine = engines()
    migrate.bring_up_to_date(engine)
    assert migrate.revision_of(engine) == tables.REVISION


def test_a_url_of_another_database_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="postgresql://"):
        postgres_engine("mysql://somewhere/else")
    with pytest.raises(UserError, match="no url"):
        postgres_engine("no url")


def test_nothing_of_the_file_is_readable_without_its_key(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "county.db", KEY)
    migrate.bring_up_to_date(engine)
    engine.dispose()
    content = (tmp_path / "county.db").read_bytes()
    assert b"SQLite format" not in content
    assert b"change_log" not in content
