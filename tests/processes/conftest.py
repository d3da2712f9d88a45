"""A county and two laptops as processes, with a line between them that can be anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.county.cluster import Cluster
from tests.processes.village import Village


@pytest.fixture(scope="session")
def durable_cluster() -> Iterator[Cluster]:
    """PostgreSQL with every commit on the disk, as a county has it: it may be killed."""
    with Cluster.started(durable=True) as running:
        yield running


@pytest.fixture(scope="session")
def village(durable_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """A county that answers and two laptops; every test leaves them at rest, and the next one goes on with them."""
    with Village.running(durable_cluster, tmp_path_factory.mktemp("village")) as running:
        yield running
