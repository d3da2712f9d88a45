"""Older stores are brought up to date, newer ones refused, and a fresh one is what all migrations make."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PASSPHRASE
from villagefp.domain.records import Person
from villagefp.errors import UserError
from villagefp.services import doctor
from villagefp.storage import migrate, records, revision
from villagefp.storage.engine import WRITES, connect, make_engine
from villagefp.storage.store import open_store

KEY = bytes(32)
SAVED = Path(__file__).parent.parent / "data" / "stores"

# A step as a later release may have it: the table is made anew, which in batch mode loses whatever is not said again.
INVENTED = f'''
"""Invented."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "invented", "{revision.REVISION}", None, None

def upgrade():
    op.create_table("invented", sa.Column("id", sa.LargeBinary, primary_key=True))
    with op.batch_alter_table("alias", recreate="always", table_kwargs={{"sqlite_with_rowid": False}}) as batch:
        batch.add_column(sa.Column("invented", sa.Text))
'''
FAILING = INVENTED + '    op.execute("SELECT * FROM nowhere")\n'


@pytest.fixture
def engine(tmp_path):
    engine = make_engine(tmp_path / "bare.db", KEY)
    yield engine
    engine.dispose()


@pytest.fixture
def scripts(tmp_path):
    """The migrations with an invented third step; returns where it goes."""
    shutil.copytree(migrate.scripts_dir(), tmp_path / "scripts")
    return tmp_path / "scripts"


def schema(engine):
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").all()
    return [(*row[:3], re.sub(r"\s+", " ", row.sql or "")) for row in rows]


def make_fresh(engine):
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        migrate.create_tables(connection)


def test_a_fresh_store_is_what_the_migrations_make(engine, tmp_path):
    make_fresh(engine)
    migrated = make_engine(tmp_path / "migrated.db", KEY)
    steps = migrate.Migrations(migrate.scripts_dir())
    steps.run(migrated)
    assert schema(engine) == schema(migrated)
    assert migrate.revision_of(migrated) == migrate.revision_of(engine) == revision.REVISION == steps.latest
    migrated.dispose()


def test_a_step_keeps_the_records_and_a_copy_of_the_file(engine, scripts, tmp_path):
    (scripts / "versions" / "invented.py").write_text(INVENTED)
    make_fresh(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.exec_driver_sql("INSERT INTO alias (id, name, heads) VALUES (x'01', '二哥', x'90')")
    before = schema(engine)
    migrate.bring_up_to_date(engine, tmp_path / "bare.db", scripts)
    assert migrate.revision_of(engine) == "invented"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name, invented FROM alias").all() == [("二哥", None)]
    after = {row[1]: row[3] for row in schema(engine)}
    assert "WITHOUT ROWID" in after["alias"]
    assert after["alias_person"] == next(row[3] for row in before if row[1] == "alias_person")
    copy = make_engine(tmp_path / f"bare.db.before-{revision.REVISION}", KEY)
    assert schema(copy) == before
    with copy.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM alias").scalar_one() == "二哥"
    copy.dispose()


def test_a_step_that_fails_leaves_the_store_as_it_was(engine, scripts, tmp_path):
    (scripts / "versions" / "invented.py").write_text(FAILING)
    make_fresh(engine)
    before = schema(engine)
    with pytest.raises(Exception, match="no such table: nowhere"):
        migrate.bring_up_to_date(engine, tmp_path / "bare.db", scripts)
    assert schema(engine) == before
    assert migrate.revision_of(engine) == revision.REVISION


def test_a_newer_store_is_refused_and_left_alone(store, ambient):
    store.close()
    connection = connect(store.folder / "store.db", store.keys_for(None).store)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(UserError, match="newer version of this program"):
        open_store(store.folder, PASSPHRASE, ambient)
    connection = connect(store.folder / "store.db", store.keys_for(None).store)
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision.REVISION,))
    connection.close()


@pytest.mark.parametrize("bare", [False, True], ids=["empty", "without tables"])
def test_a_file_without_a_store_in_it_is_damaged_not_newer(store, ambient, bare):
    """Nought bytes are what a laptop leaves that lost its power while a file was copied; they stay as they are."""
    store.close()
    database = store.folder / "store.db"
    whole = database.read_bytes()
    database.write_bytes(b"")
    if bare:
        connection = connect(database, store.keys_for(None).store)
        connection.execute("CREATE TABLE stray (x)")
        connection.close()
    found = database.read_bytes()
    with pytest.raises(UserError, match="damaged and cannot be read") as refused:
        open_store(store.folder, PASSPHRASE, ambient)
    assert str(database) in str(refused.value)
    assert database.read_bytes() == found
    database.write_bytes(whole)


def test_opening_a_store_of_today_does_not_load_the_migrations(store):
    store.close()
    opening = (
        "import sys; from pathlib import Path; from villagefp.domain.ambient import Ambient;"
        "from villagefp.storage.store import open_store;"
        "open_store(Path(sys.argv[1]), sys.argv[2], Ambient()).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", opening, store.folder, PASSPHRASE], capture_output=True, check=True)
    assert done.stdout == b"False\n"


@pytest.mark.parametrize("saved", sorted(SAVED.iterdir()), ids=lambda path: path.name)
def test_a_store_of_each_earlier_revision_opens_with_all_its_records(saved, tmp_path, ambient):
    shutil.copytree(saved, tmp_path / "saved")
    store = open_store(tmp_path / "saved", "a saved village", ambient)
    with store.read() as connection:
        assert migrate.revision_of(store._engine) == revision.REVISION
        names = {person.name for person in records.where(connection, Person)}
    assert names == {"王大山", "李芳", "李芳之女(大)", "吕𬱖"}
    assert doctor.examine(store).problems == ()
    store.close()
