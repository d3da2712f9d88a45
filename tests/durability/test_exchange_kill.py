"""A program that is killed while it cuts batches or becomes another device leaves nothing half done."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from tests.conftest import PASSPHRASE
from tests.storage.test_outbox import assert_holds_the_log, filled
from villagefp import paths
from villagefp.storage import digests, identity, log, outbox, rebuild, sending
from villagefp.storage.log import Origin

ROUNDS = 10


def words_until_killed(folder: Path, seed: int, steps: int, further: int) -> list[str]:
    """Runs the program, kills it after so many steps and some more work; what it had done for certain."""
    command = [sys.executable, "-m", "tests.durability.exchanger", str(folder), PASSPHRASE, str(seed)]
    with subprocess.Popen(command, cwd=paths.root_dir(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        told = [process.stdout.readline() for _ in range(steps)]
        for _ in range(further):  # a spin of random length: the kill may come at any moment of the next step
            pass
        process.kill()
        told += process.stdout.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


def test_whenever_it_is_killed_it_is_one_device_with_all_its_records(store, open_again):
    rng = random.Random(10)
    became = 0
    for seed in range(ROUNDS):
        with store.read() as connection:
            persons = connection.exec_driver_sql("SELECT count(*) FROM person").scalar_one()
            before = len(identity.lineage(connection))
        store.close()
        words = words_until_killed(store.folder, seed, rng.randrange(4, 20), rng.randrange(200_000))
        store = open_again()
        with store.read() as connection:
            lineage = identity.lineage(connection)
            assert len(lineage) - before - words.count("another") in (0, 1)
            assert len(identity.successions(connection)) == len(lineage)
            assert store.origin.device not in lineage
            assert connection.exec_driver_sql("SELECT count(*) FROM person").scalar_one() >= persons
            received = sending.received(connection, store.origin)
            for device in lineage:
                left = Origin(store.origin.village, device)
                assert all(each.last <= log.have(connection, left) for each in outbox.waiting(connection, left, 0))
            assert rebuild.broken_links(connection) == []
            assert rebuild.differences(connection) == []
        assert_holds_the_log(store, filled(store, received), received)
        with store.read() as connection:
            anew = digests.made_anew(connection)
        assert digests.bring_up_to_date(store) == anew
        became += words.count("another")
    assert became > ROUNDS
    store.close()
