"""Processes that are killed: a laptop's, the county's, PostgreSQL's; at any moment of an exchange."""

from __future__ import annotations

import random
import signal

from tests.processes.laptop import ended, kill
from tests.processes.village import Village

FAMILIES = 40
A_LINE = {"kbit": 512, "rtt_ms": 40}


def test_a_laptop_that_is_killed_while_it_exchanges_goes_on(village: Village) -> None:
    chance = random.Random(1)
    killed = 0
    for number in range(4):
        laptop = village.laptops[number % 2]
        laptop.work(FAMILIES // 4)
        village.line.set(**A_LINE)
        village.line.reset()
        after = chance.randrange(100, 6_000)
        going = laptop.start("--county", village.line.url)
        killed += village.wait_until(lambda stats: stats["up"] + stats["down"] >= after, going)  # noqa: B023
        kill([going])
    assert killed
    village.rest_and_check()


def test_a_county_that_is_killed_while_it_is_told_something_has_it_or_gets_it_again(village: Village) -> None:
    chance = random.Random(3)
    for laptop in village.laptops:
        laptop.work(FAMILIES // 4)
        village.line.set(**A_LINE)
        village.line.reset()
        after = chance.randrange(100, 5_000)
        going = laptop.start("--county", village.line.url)
        village.wait_until(lambda stats: stats["up"] + stats["down"] >= after, going)  # noqa: B023
        village.office.kill()
        village.serve_again()
        told = ended(going)
        assert told.code in {0, 1}
    village.rest_and_check()


def test_a_database_that_crashes_is_an_error_of_the_county_and_nothing_is_lost(village: Village) -> None:
    village.first.work(FAMILIES)
    village.line.set(**A_LINE)
    village.line.reset()
    going = village.first.start("--county", village.line.url)
    village.wait_until(lambda stats: stats["up"] >= 2_000, going)
    village.office.cluster.stop("immediate")
    village.wait_until(lambda stats: stats["down"] >= 20, going)
    village.office.cluster.start()
    going.send_signal(signal.SIGINT)  # the county asks to come back in half a minute, and the worker does not wait
    told = ended(going)
    assert told.code in {0, 1}, told
    village.rest_and_check()
