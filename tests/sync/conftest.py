"""A county on SQLCipher and laptops of its village; at the end each store must be sound."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import Steps
from tests.storage.laptops import assert_sound
from tests.sync.offices import Line, Office, Side, side
from villagefp.county import keys
from villagefp.county.engine import sqlite_engine
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient

KEY = bytes(range(32))
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def county_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("county template") / "county.db"
    engine = sqlite_engine(path, KEY)
    bring_up_to_date(engine)
    engine.dispose()
    return path


@pytest.fixture
def office(tmp_path: Path, county_template: Path) -> Iterator[Office]:
    path = tmp_path / "county.db"
    shutil.copyfile(county_template, path)
    engine: Engine = sqlite_engine(path, KEY)
    chance = random.Random(f"county {os.environ.get('PYTEST_XDIST_WORKER', '')}")
    yield Office(County(engine, Ambient(Steps(NOW), chance.randbytes)), keys.of_secret(bytes(32)))
    engine.dispose()


@pytest.fixture
def line(office: Office) -> Line:
    return Line(office)


@pytest.fixture
def make(tmp_path: Path, store_template: Path, office: Office) -> Iterator[Callable[..., Side]]:
    """Makes enrolled laptops, each with a clock of its own."""
    made: list[Side] = []

    def one_more(role: str = "village_doctor") -> Side:
        number = len(made)
        made.append(side(store_template, tmp_path / f"laptop {number}", number, NOW + number * timedelta(minutes=5)))
        office.enrol(made[-1].store, role)
        return made[-1]

    yield one_more
    for each in made:
        if not each.store.closed:
            assert_sound(each.store)
            each.store.close()


@pytest.fixture
def laptop(make: Callable[..., Side]) -> Side:
    return make()
