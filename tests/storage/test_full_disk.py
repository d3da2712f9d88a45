"""A disk that is full when the write-ahead log is folded in: everything is in that log, so nothing has to be said."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from villagefp.domain.records import Person
from villagefp.storage import records


@contextmanager
def files_that_grow_no_more(folder: Path) -> Iterator[None]:
    """No file of this process may become longer than the database is now."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / "store.db").stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_store_rests_and_closes_on_a_full_disk_and_has_everything_when_it_is_opened_again(store, open_again):
    store.rest()
    people = [Person(id=store.ambient.new_id(), name="李芳", note="二" * 60) for _ in range(400)]
    with store.save() as save:
        save.add_many(people)
    with files_that_grow_no_more(store.folder):
        store.rest()
        store.close()
    assert store.closed
    again = open_again()
    with again.read() as connection:
        assert all(records.get(connection, Person, person.id) == person for person in people)
    again.rest()
    again.close()
