"""A county of an ordinary size: many laptops at once by HTTP, against one server process and PostgreSQL.

`python -m tests.benchmarks.county_load [LAPTOPS [WEEKS]]`. How many weeks of work (D, 100 changes, one batch, one
request) go through a second, end to end: hello, signature, unpacking, links, lock, numbering, merge, receipt, signed
answer; beside psycopg's executemany of the same rows into the same two tables with the same indexes, with one commit
for each 100 changes on both sides, in turns. All rows are counted afterwards. Laptops, server and PostgreSQL share the
processors. `county_history` is the other half: what one exchange costs beside the history of 1,000 villages.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from psycopg import Connection, connect

from tests.benchmarks import processes
from tests.benchmarks.serving import Figures, Server, Taken, county_of, exchange_all, simulated_laptops, spread
from tests.benchmarks.simulated import WEEK, SimulatedLaptop
from tests.county.cluster import Cluster
from villagefp.county.accept import accept_batch
from villagefp.county.engine import postgres_engine
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.county.tables import change_log, record

LAPTOPS, WEEKS = 24, 10
AT_ONCE = 8
BUDGET = {"ratio": 0.3}
TABLES = (change_log, record)
Rows = dict[str, list[tuple[Any, ...]]]


def main(laptops: int = LAPTOPS, weeks: int = WEEKS) -> int:
    """Prints one JSON object."""
    with Cluster.started(durable=True) as cluster:
        figures = measure(cluster, laptops, weeks)
    print(json.dumps({**figures, "budget": BUDGET, "met": figures["ratio"] >= BUDGET["ratio"]}))
    return 0


def measure(cluster: Cluster, laptops: int, weeks: int) -> Figures:
    """Weeks of all laptops, round by round, beside the same rows by executemany."""
    simulated = simulated_laptops(laptops)
    for laptop in simulated:
        laptop.history(weeks)
    requests = [laptop.ready() for laptop in simulated]
    rounds = [[(laptop, of[number]) for laptop, of in zip(simulated, requests, strict=True)]
              for number in range(len(requests[0]))]  # fmt: skip
    rows = _dry(cluster, simulated)
    url, beside = cluster.new_database(), cluster.new_database()
    county = county_of(url, simulated)
    bring_up_to_date(postgres_engine(beside))
    bare = connect(beside)
    taken, ours_s, bare_s = Taken(), [], []
    with Server.on(url, cluster.folder) as server, \
            ThreadPoolExecutor(AT_ONCE) as crew:  # fmt: skip
        for number, of_round in enumerate(rounds):
            start = time.perf_counter()
            exchange_all(server, crew, of_round, taken)
            between = time.perf_counter()
            _insert_all(bare, rows, number, len(rounds), laptops)
            ours_s.append(between - start)
            bare_s.append(time.perf_counter() - between)
        memory, used = processes.peak_mb(server.pid), processes.cpu_s_of(server.pid)
    taken.check()
    sent = sum(len(laptop.laptop.log) for laptop in simulated)
    counted = _counted(county)
    _same_rows(county, bare, rows)
    assert counted["change_log"] == sent
    assert counted["positions"] == sent
    bare.close()
    county.close()
    return {
        "laptops": laptops,
        "at_once": AT_ONCE,
        "exchanges": len(taken.seconds),
        "changes": sent,
        "rows": counted,
        "exchanges_a_second": round(len(taken.seconds) / sum(ours_s), 1),
        "changes_a_second": round(sent / sum(ours_s)),
        "executemany_changes_a_second": round(sent / sum(bare_s)),
        "ratio": round(sum(bare_s) / sum(ours_s), 3),
        "ratio_of_medians": round(median(bare_s) / median(ours_s), 3),
        "ms": spread(taken.seconds),
        "server_peak_mb": memory,
        "server_cpu_ms_an_exchange": round(used / len(taken.seconds) * 1000, 1),
    }


def _dry(cluster: Cluster, simulated: Sequence[SimulatedLaptop]) -> Rows:
    """What the two tables hold in the end: what both sides are to write."""
    county = county_of(cluster.new_database(), simulated)
    for laptop in simulated:
        last = len(laptop.laptop.log)
        for first in range(1, last + 1, WEEK):
            for batch in laptop.batches(first, min(first + WEEK - 1, last)):
                accept_batch(county, batch)
    rows = _rows(county)
    county.close()
    return rows


def _rows(county: County) -> Rows:
    with county.read() as connection:
        logged = connection.execute(change_log.select().order_by(change_log.c.seq, change_log.c.village)).all()
        records = connection.execute(record.select().order_by(record.c.record)).all()
    return {change_log.name: [tuple(row) for row in logged], record.name: [tuple(row) for row in records]}


def _insert_all(bare: Connection[Any], rows: Rows, number: int, of: int, commits: int) -> None:
    """The same share of the rows by executemany, in as many commits as there were exchanges."""
    for commit in range(commits):
        for table in TABLES:
            share = _portion(rows[table.name], number * commits + commit, of * commits)
            marks = ", ".join(["%b"] * len(table.columns))
            with bare.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", share)
        bare.commit()


def _portion(rows: Sequence[tuple[Any, ...]], number: int, of: int) -> Sequence[tuple[Any, ...]]:
    return rows[len(rows) * number // of : len(rows) * (number + 1) // of]


def _counted(county: County) -> Figures:
    with county.read() as connection:
        counted = {
            table.name: int(connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one())
            for table in TABLES
        }
        places = connection.exec_driver_sql("SELECT sum(position) FROM stream").scalar_one()
    return {**counted, "positions": int(places)}


def _same_rows(county: County, bare: Connection[Any], rows: Rows) -> None:
    """Both sides hold what the dry run held, but for the order in which villages came."""
    assert _rows(county) == rows
    for table in TABLES:
        found = bare.execute(f"SELECT count(*) FROM {table.name}").fetchone()
        assert found is not None
        assert found[0] == len(rows[table.name])


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
