"""The county's store for tests: a PostgreSQL cluster of its own, and a SQLCipher file; every test runs on both."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import Steps
from tests.county.cluster import Cluster
from villagefp.county.engine import postgres_engine, sqlite_engine
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient

KEY = bytes(range(32))
KINDS = ("postgres", "sqlite")
Opening = Callable[[], County]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A cluster that nobody else uses, on a socket in a folder of its own; it is gone after the tests."""
    with Cluster.started() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster) -> str:
    """A database with all tables, to be copied."""
    engine = postgres_engine(cluster.new_database("template_county"))
    bring_up_to_date(engine)
    engine.dispose()
    return "template_county"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("county") / "county.db"
    engine = sqlite_engine(path, KEY)
    bring_up_to_date(engine)
    engine.dispose()
    return path


@pytest.fixture(params=KINDS)
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Opens a new store again and again, as several processes do."""
    opened: list[Engine] = []
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.new_database(None, request.getfixturevalue("postgres_template"))

        def make() -> Engine:
            return postgres_engine(url)
    else:
        path = tmp_path / "county.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)

        def make() -> Engine:
            return sqlite_engine(path, KEY)

    def opening() -> Engine:
        opened.append(make())
        return opened[-1]

    yield opening
    for engine in opened:
        engine.dispose()


@pytest.fixture
def opening(engines: Callable[[], Engine]) -> Opening:
    """The store of a county, once more at each call: what one process wrote another one sees."""
    seeds = iter(range(1000))

    def opened() -> County:
        chance = random.Random(f"county {next(seeds)} {os.environ.get('PYTEST_XDIST_WORKER', '')}")
        return County(engines(), Ambient(Steps(datetime(2026, 11, 22, 1, 0, tzinfo=UTC)), chance.randbytes))

    return opened


@pytest.fixture
def county(opening: Opening) -> County:
    return opening()


@pytest.fixture
def cluster_url(cluster: Cluster, postgres_template: str) -> str:
    """The URL of a new store on PostgreSQL, for what only that can do."""
    return cluster.new_database(None, postgres_template)
