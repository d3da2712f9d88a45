"""Laptops of one village, to exchange with each other; at the end each must be sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.storage.laptops import Laptop, assert_sound, laptop
from villagefp.storage.store import Store

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def make(tmp_path: Path, store_template: Path) -> Iterator[Callable[..., Laptop]]:
    """Makes laptops, each with a clock of its own."""
    made: list[Laptop] = []

    def one_more(now: datetime | None = None) -> Laptop:
        later = NOW + len(made) * timedelta(minutes=5)  # whoever is made later has the later clock
        made.append(laptop(store_template, tmp_path / f"laptop {len(made)}", len(made), now or later))
        return made[-1]

    yield one_more
    for each in made:
        if not each.store.closed:
            assert_sound(each.store)
            each.store.close()


@pytest.fixture
def two(make: Callable[..., Laptop]) -> tuple[Store, Store]:
    """Two laptops."""
    return make().store, make().store
