"""A hundred seeds of the simulation; the others stand in files of their own, so that several processes share them."""

from __future__ import annotations

import pytest

from tests.sync.simulation.holding import PORTION, holds


@pytest.mark.parametrize("first", range(0, 0 + 100, PORTION))
def test_no_invariant_is_broken(first):
    holds(first)
