"""The workload is the same bytes as ever."""

from __future__ import annotations

from tests.benchmarks import workload


def test_the_workload_never_changes():
    made = workload.build()
    assert workload.checksum(made.village) == "b07741fed7351c33"
    assert workload.checksum(made.week) == "f598affa4274987c"
    assert (len(made.households), len(made.persons), len(made.visits), len(made.week)) == (800, 2600, 12000, 100)
