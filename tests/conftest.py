"""What every test of records stands on: a fixed clock, seeded chance, and a real store that is checked at the end."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from villagefp import i18n
from villagefp.cli.prepare import prepare
from villagefp.domain.ambient import Ambient
from villagefp.storage import due_plans, rebuild
from villagefp.storage.keyslots import Cost
from villagefp.storage.store import Store, create_store, open_store

PASSPHRASE = "柳树湾 十个字以上的口令"
CHEAP = Cost(passes=1, memory=8192)


class Steps:
    """A clock that moves on by a second at each look, and can be set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


_ALONE = "tests/sync/simulation/test_seeds.py"

LANGUAGE = i18n.language()
"""As the suite began."""


@pytest.fixture(autouse=True)
def one_language() -> Iterator[None]:
    """Every test begins in one language, whatever another one spoke or a fixture of a whole file does."""
    i18n.set_language(LANGUAGE)
    yield
    i18n.set_language(LANGUAGE)


def pytest_configure(config: pytest.Config) -> None:
    """Forms and catalogues are built once, before any test and before the workers start, and never while they run."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if not hasattr(config, "workerinput"):
        prepare()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Tests of one file share what is dear to make and stay in one process, but for those that take a minute each."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415  where several processes run them

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith(_ALONE) else super()._split_scope(nodeid)

    return Scheduling(config, log)


@pytest.fixture
def clock() -> Steps:
    return Steps(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))


@pytest.fixture
def ambient(clock: Steps) -> Ambient:
    return Ambient(now=clock, random=random.Random(20261122).randbytes)


@pytest.fixture(scope="session")
def store_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "store"
    ambient = Ambient(now=Steps(datetime(2026, 11, 1, 1, 0, tzinfo=UTC)), random=random.Random(20261101).randbytes)
    store = create_store(
        folder,
        village_code="990101101201",
        village_name="柳树湾村",
        worker_name="王秀兰",
        passphrase=PASSPHRASE,
        ambient=ambient,
        cost=CHEAP,
    ).store
    with store.save() as save:  # from here on every save keeps up what is due
        due_plans.rebuild(save.connection, store.due_entry())
    store.close()
    return folder


@pytest.fixture
def open_again(tmp_path: Path, store_template: Path, ambient: Ambient) -> Callable[[], Store]:
    """Opens the test's store; closing it first, as a restart does, is the test's business."""
    folder = tmp_path / "store"
    shutil.copytree(store_template, folder)
    return lambda: open_store(folder, PASSPHRASE, ambient)


@pytest.fixture
def store(open_again: Callable[[], Store]) -> Iterator[Store]:
    """A fresh store; when the test is over, log, links, records, search keys and what is due must agree."""
    store = open_again()
    yield store
    if store.closed:
        store = open_again()
    with store.read() as connection:
        assert rebuild.differences(connection) == []
        assert rebuild.broken_links(connection) == []
        assert rebuild.search_differences(connection) == []
        assert due_plans.differences(connection, store.due_entry()) == []
    store.close()
