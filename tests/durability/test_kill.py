"""A program that is killed at any moment has lost no save that it had confirmed, and kept no half of one."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from tests.conftest import PASSPHRASE
from villagefp import paths
from villagefp.storage import rebuild

SAVER = "tests.durability.saver"
SAVES = 200
ROUNDS = 12


def saves_until_killed(folder: Path, seed: int, confirmed_before_kill: int, further_bytes: int) -> list[int]:
    """Runs the saver, kills it after so many confirmations and some more work; returns what it confirmed."""
    command = [sys.executable, "-m", SAVER, str(folder), PASSPHRASE, str(seed), str(SAVES)]
    with subprocess.Popen(command, cwd=paths.root_dir(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        told = [process.stdout.readline() for _ in range(confirmed_before_kill)]
        # A spin of random length, not a sleep: the kill may come at any moment of the save that follows.
        for _ in range(further_bytes):
            pass
        process.kill()
        told += process.stdout.readlines()
    confirmed = [int(line) for line in told if line.endswith(b"\n")]
    assert len(confirmed) >= confirmed_before_kill  # it did not end by itself
    return confirmed


def test_no_confirmed_save_is_lost_whenever_it_is_killed(store, open_again):
    rng = random.Random(9)
    expected_groups: list[int] = []
    for seed in range(ROUNDS):
        with store.read() as connection:
            groups = (
                connection.exec_driver_sql("SELECT count(*) FROM change_log GROUP BY grp ORDER BY grp").scalars().all()
            )
        store.close()
        confirmed = saves_until_killed(store.folder, seed, rng.randrange(SAVES // ROUNDS * 2), rng.randrange(200_000))
        expected_groups = [*groups, *confirmed]

        store = open_again()
        with store.read() as connection:
            kept = (
                connection.exec_driver_sql("SELECT count(*) FROM change_log GROUP BY grp ORDER BY grp").scalars().all()
            )
            assert rebuild.broken_links(connection) == []
            assert rebuild.differences(connection) == []
        assert kept[: len(expected_groups)] == expected_groups
        under_way = kept[len(expected_groups) :]  # what was not yet told may have made it, but only whole
        assert len(under_way) <= 1
        assert all(count % 2 == 1 for count in under_way)
    with store.read() as connection:
        assert rebuild.search_differences(connection) == []
    assert len(expected_groups) > SAVES // 2
    store.close()
