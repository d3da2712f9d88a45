"""Power is cut after every step that a save, a creation, a migration or a change of passphrase asks of the disk.

Whatever was confirmed before the cut is there when the store is opened again, and nothing is there by half.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE
from tests.durability.disk import Cut, cuts, files_in
from tests.durability.traced import traced
from villagefp.domain.records import Event, Household, Person
from villagefp.errors import UserError
from villagefp.storage import migrate, rebuild, revision
from villagefp.storage.engine import WRITES, make_engine
from villagefp.storage.store import (
    Store,
    change_passphrase,
    create_store,
    open_store,
    open_with_recovery,
    store_exists,
)

OTHER = "another passphrase"
INVENTED = f'''
"""Invented."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "invented", "{revision.REVISION}", None, None

def upgrade():
    with op.batch_alter_table("alias", recreate="always", table_kwargs={{"sqlite_with_rowid": False}}) as batch:
        batch.add_column(sa.Column("invented", sa.Text))
'''


def save_visit(store: Store) -> None:
    with store.save() as save:
        save.add(
            Event(
                id=store.ambient.new_id(),
                event_type="visit",
                form="f",
                form_version="1",
                occurred_on="2026-11-22",
                answers=store.ambient.random(300),
            )
        )


def save_import(store: Store) -> None:
    new_id = store.ambient.new_id
    with store.save() as save:
        save.add_many(Person(id=new_id(), name="张三丰") for _ in range(60))
        save.add(Household(id=new_id(), household_no="1"))


def groups(store: Store) -> list[int]:
    with store.read() as connection:
        assert rebuild.differences(connection) == []
        assert rebuild.broken_links(connection) == []
        assert rebuild.search_differences(connection) == []
        rows = connection.exec_driver_sql("SELECT count(*) FROM change_log GROUP BY grp ORDER BY grp")
        return list(rows.scalars())


@pytest.fixture
def after(tmp_path):
    """Lays what a cut has left into a folder of its own."""

    def lay(cut: Cut) -> Path:
        folder = tmp_path / f"after {cut.number} {cut.luck.name}"
        cut.put(folder)
        return folder

    return lay


def test_saves_and_the_folding_in_of_their_log(open_again, ambient, after):
    store = open_again()
    folder = store.folder
    store.close()
    before = files_in(folder)
    with traced(folder) as trace:
        store = open_again()
        expected = groups(store)
        for action in (save_visit, save_visit, save_import, Store.rest, save_visit):
            action(store)
            if action is not Store.rest:
                expected.append(61 if action is save_import else 1)
            trace.tell(str(len(expected)))
        store.close()

    for cut in cuts(before, trace.steps, seed=1):
        found_in = after(cut)
        again = open_store(found_in, PASSPHRASE, ambient)
        found = groups(again)
        save_visit(again)
        again.close()
        confirmed = int(cut.told[-1]) if cut.told else 1
        assert found in (expected[:confirmed], expected[: confirmed + 1]), cut.number
        shutil.rmtree(found_in)


def test_a_change_of_passphrase(open_again, ambient, after):
    store = open_again()
    folder = store.folder
    change_passphrase(store, PASSPHRASE, OTHER, CHEAP)
    change_passphrase(store, OTHER, PASSPHRASE, CHEAP)  # from now on there is a generation to drop
    before = files_in(folder)
    with traced(folder) as trace:
        change_passphrase(store, PASSPHRASE, OTHER, CHEAP)
        trace.tell("changed")
    store.close()

    for cut in cuts(before, trace.steps, seed=2):
        found_in = after(cut)
        opened = [passphrase for passphrase in (PASSPHRASE, OTHER) if opens(found_in, passphrase, ambient)]
        assert opened == [OTHER] if cut.told else opened in ([PASSPHRASE], [OTHER]), cut.number
        shutil.rmtree(found_in)


def opens(folder: Path, passphrase: str, ambient) -> bool:
    try:
        open_store(folder, passphrase, ambient).close()
    except UserError:
        return False
    return True


def test_the_making_of_a_store(tmp_path, ambient, after):
    folder = tmp_path / "new"
    village = {
        "village_code": "990101101201",
        "village_name": "柳树湾村",
        "worker_name": "王秀兰",
        "passphrase": PASSPHRASE,
        "ambient": ambient,
        "cost": CHEAP,
    }
    with traced(folder) as trace:
        created = create_store(folder, **village)
        trace.tell("created")
        created.store.close()

    for cut in cuts({}, trace.steps, seed=3):
        found_in = after(cut)
        if cut.told:
            assert store_exists(found_in), cut.number
        if store_exists(found_in):
            store = open_store(found_in, PASSPHRASE, ambient)
            assert groups(store) == [2]
            store.close()
            open_with_recovery(found_in, created.recovery_code, OTHER, ambient, CHEAP).close()
        else:
            create_store(found_in, **village).store.close()
        shutil.rmtree(found_in)


def test_a_migration(tmp_path, after):
    folder = tmp_path / "old"
    folder.mkdir()
    shutil.copytree(migrate.scripts_dir(), tmp_path / "scripts")
    (tmp_path / "scripts" / "versions" / "invented.py").write_text(INVENTED)
    key = bytes(32)
    old = make_engine(folder / "store.db", key)
    with old.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        migrate.create_tables(connection)
        connection.exec_driver_sql("INSERT INTO alias (id, name, heads) VALUES (x'01', '二哥', x'90')")
    old.dispose()
    before = files_in(folder)
    with traced(folder) as trace:
        engine = make_engine(folder / "store.db", key)
        migrate.bring_up_to_date(engine, folder / "store.db", tmp_path / "scripts")
        trace.tell("invented")
        engine.dispose()

    for cut in cuts(before, trace.steps, seed=4):
        found_in = after(cut)
        engine = make_engine(found_in / "store.db", key)
        found = migrate.revision_of(engine)
        assert found == "invented" if cut.told else found in (revision.REVISION, "invented"), cut.number
        if found == "invented":
            copy = make_engine(found_in / f"store.db.before-{revision.REVISION}", key)
            assert migrate.revision_of(copy) == revision.REVISION, cut.number
            copy.dispose()
        migrate.bring_up_to_date(engine, found_in / "store.db", tmp_path / "scripts")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT name, invented FROM alias").all() == [("二哥", None)]
        engine.dispose()
        shutil.rmtree(found_in)
