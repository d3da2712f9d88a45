"""The same seed gives the same run, in another process with another order of its hash tables too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.sync.simulation.office import KEY
from tests.sync.simulation.world import run
from villagefp import paths
from villagefp.county.engine import sqlite_engine

FULL = 2
"""What SQLite answers to `PRAGMA synchronous` where a commit is on the disk before it is told."""

LOGS = """
import sys
from tests.sync.simulation.world import run
sys.stdout.reconfigure(encoding="utf-8")
print(run(int(sys.argv[1])).log, end="")
"""


@pytest.mark.parametrize("seed", [3, 14])
def test_the_same_seed_gives_the_same_run_byte_for_byte(seed):
    elsewhere = subprocess.run(
        [sys.executable, "-c", LOGS, str(seed)],
        cwd=paths.root_dir(),
        env={**os.environ, "PYTHONHASHSEED": str(seed + 1)},
        capture_output=True,
        check=True,
    )
    assert elsewhere.stdout.decode("utf-8") == run(seed).log


def test_a_step_that_is_left_out_leaves_the_chance_of_the_others():
    whole, shorter = run(5, steps=30), run(5, steps=30, without=frozenset({4, 17}))
    assert [line for line in whole.lines if line.startswith("5 000")] == shorter.lines[:1]


def test_whoever_is_tested_after_a_run_waits_for_the_disk_as_before_it(open_again, tmp_path):
    run(5, steps=30)
    store, county = open_again(), sqlite_engine(tmp_path / "county.db", KEY)
    with store.read() as here, county.connect() as there:
        assert [each.exec_driver_sql("PRAGMA synchronous").scalar_one() for each in (here, there)] == [FULL, FULL]
    store.close()
    county.dispose()
