"""What the tests of the simulation share: run some seeds, and say how to run one that fails again."""

from __future__ import annotations

from collections import Counter

from tests.sync.simulation import faults
from tests.sync.simulation.soak import REPLAY
from tests.sync.simulation.world import run

PORTION = 25
"""Seeds in one test: enough that every kind of fault strikes in each."""


def holds(first: int) -> None:
    """No invariant is broken in these seeds, and every kind of fault struck."""
    happened: Counter[str] = Counter()
    for seed in range(first, first + PORTION):
        told = run(seed)
        assert told.complaints == [], f"seed {seed}; {REPLAY} {seed}"
        happened += told.happened
    assert set(faults.names()) - happened.keys() == set()
