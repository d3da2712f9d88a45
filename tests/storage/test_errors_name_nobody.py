"""An error of the database that rises as a bug tells the statement, and nothing of what was written."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DatabaseError

from villagefp.storage.store import Store


def test_no_value_stands_in_an_error_of_the_database(store: Store) -> None:
    with pytest.raises(DatabaseError) as caught, store.save() as save:
        save.connection.exec_driver_sql("INSERT INTO nowhere (name) VALUES (?)", ("张秀英",))
    assert "张秀英" not in str(caught.value)
    assert "nowhere" in str(caught.value)
