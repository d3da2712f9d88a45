"""The server that these tests stand on: durable where it is told to be, and missed in words where it is not there."""

from __future__ import annotations

import pytest

from tests.county import cluster as cluster_module
from tests.county.cluster import Cluster
from tests.county.laptops import VILLAGE, Laptop, busy
from tests.county.reading import in_force, stored
from villagefp.county.accept import accept_batch
from villagefp.county.engine import postgres_engine
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient


def test_without_postgres_the_tests_fail_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_PLACES", ())
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RuntimeError, match="apt-get install --no-install-recommends postgresql-15"), Cluster.started():
        pass


def test_what_was_accepted_survives_a_crash_of_the_server() -> None:
    with Cluster.started(durable=True) as cluster:
        county = County(postgres_engine(cluster.new_database("county")), Ambient())
        bring_up_to_date(county.engine)
        laptop = Laptop(95).enrolled(county)
        list(busy(laptop, 30))
        accept_batch(county, laptop.batch())
        cluster.stop("immediate")
        cluster.start()
        county.engine.dispose()  # the connections were to the server that is gone
        assert stored(county, VILLAGE) == in_force([laptop])
        county.close()
