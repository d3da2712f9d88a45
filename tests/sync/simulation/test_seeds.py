"""The three hundred seeds that are run with every change; `make soak` runs as many as you like."""

from __future__ import annotations

import pytest

from tests.sync.simulation.holding import PORTION, holds


@pytest.mark.parametrize("first", range(0, 300, PORTION))
def test_no_invariant_is_broken(first):
    holds(first)
