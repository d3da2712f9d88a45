"""Lines that are slow, that break off again and again, and that are open but dead."""

from __future__ import annotations

import pytest

from tests.benchmarks.line import VILLAGE_LINE
from tests.processes.village import Village

FAMILIES = 100
"""Some 12 kB of batches: a long week of work."""


def test_a_week_goes_through_a_slow_line_in_one_request(village: Village) -> None:
    village.first.work(FAMILIES)
    village.line.set(**VILLAGE_LINE)
    village.line.reset()
    (done,) = village.first.through(village.line.url)
    stats = village.line.stats()
    assert done.told["sent"] > FAMILIES
    assert stats["requests"] == 1
    village.rest_and_check()


@pytest.mark.parametrize(("kilobytes", "tries"), [(8, 4), (4, 12)])
def test_a_line_that_breaks_every_few_kilobytes_brings_everything_there(
    village: Village, kilobytes: int, tries: int
) -> None:
    village.first.work(FAMILIES)
    village.second.work(3)
    village.line.set(kbit=256, rtt_ms=100, cut_kb=kilobytes)
    village.line.reset()
    presses = village.first.through(village.line.url)
    stats = village.line.stats()
    assert stats["cuts"] > 0
    assert len(presses) == 1
    assert stats["requests"] <= tries
    village.rest_and_check()


def test_a_dead_line_that_comes_back_later_loses_nothing(village: Village) -> None:
    """The connection stays open and nothing passes; then the modem dials again and the old connection is reset."""
    village.first.work(FAMILIES)
    village.line.set(kbit=256, rtt_ms=100, dead_kb=3)
    village.line.reset()
    going = village.first.start("--county", village.line.url)
    assert village.wait_until(lambda stats: stats["up"] >= 3_000, going)
    assert going.poll() is None  # it waits
    village.line.set()
    village.line.cut()
    out, said = going.communicate(timeout=60)
    assert going.returncode == 0, (out, said)
    village.rest_and_check()
