"""A store is used by several threads at once: reads see one state, saves come one after another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from villagefp.domain.records import Person
from villagefp.storage import records


def test_saves_of_several_threads_are_all_kept(store):
    def save_some(number: int) -> None:
        for _ in range(10):
            with store.save() as save:
                save.add(Person(id=store.ambient.new_id(), name=f"{number}"))
            with store.read() as connection:
                assert len(records.where(connection, Person, name=f"{number}")) > 0

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save_some, range(4)))
    with store.read() as connection:
        assert len(records.where(connection, Person)) == 40
        seqs = connection.exec_driver_sql("SELECT seq FROM change_log ORDER BY seq").scalars().all()
    assert seqs == list(range(1, 43))


def test_a_reader_sees_one_state_while_others_save(store):
    with store.read() as connection:
        before = len(records.where(connection, Person))
        with store.save() as save:
            save.add(Person(id=store.ambient.new_id(), name="王芳"))
        assert len(records.where(connection, Person)) == before
        store.rest()  # does not wait for the reader, and takes nothing from it
        assert len(records.where(connection, Person)) == before
    with store.read() as connection:
        assert len(records.where(connection, Person)) == before + 1


def test_a_reading_connection_writes_nothing(store):
    with store.read() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("UPDATE worker SET name = 'x'")
