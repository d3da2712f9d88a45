"""What one exchange costs a county that already holds the history of 10, 100 and 1,000 villages.

Ten laptops exchange a week of work again and again by HTTP, each request with three counties in turns: a server process
and a database each, which differ in how many other villages they hold. Those are copies of the rows of one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from psycopg import Connection, connect

from tests.benchmarks import processes
from tests.benchmarks.serving import Figures, Server, Taken, county_of, exchange_all, simulated_laptops, spread
from tests.benchmarks.simulated import SimulatedLaptop
from tests.county.cluster import Cluster
from villagefp.county.tables import change_log, device, key_segment, record, stream, village

HISTORIES = (10, 100, 1000)
MEASURED, HISTORY_WEEKS, EXCHANGES = 10, 20, 40
BUDGET = {"p95_at_1000_to_10": 1.2}


def main() -> int:
    """Prints one JSON object."""
    with Cluster.started(durable=True) as cluster:
        figures = measure(cluster)
    met = figures["p95_at_1000_to_10"] <= BUDGET["p95_at_1000_to_10"]
    print(json.dumps({**figures, "budget": BUDGET, "met": met}))
    return 0


def measure(cluster: Cluster) -> Figures:
    """The same exchanges with three counties in turns, so that what else the machine does falls on all of them."""
    simulated = simulated_laptops(MEASURED)
    for laptop in simulated:
        laptop.history(HISTORY_WEEKS)
    small = cluster.new_database("villages_10")
    county_of(small, simulated).close()
    with Server.on(small, cluster.folder) as server, ThreadPoolExecutor(1) as hand:
        for laptop in simulated:
            exchange_all(server, hand, [(laptop, request) for request in laptop.ready()], Taken())
    changes = {count: _grown(cluster, simulated[0].laptop.village, count) for count in HISTORIES}
    with ExitStack() as running:
        servers = {
            count: running.enter_context(Server.on(cluster.url(f"villages_{count}"), cluster.folder))
            for count in HISTORIES
        }
        taken = _in_turns(servers, simulated)
        memory = {str(count): processes.peak_mb(server.pid) for count, server in servers.items()}
    at = {str(count): {"changes_in_the_store": changes[count], **spread(taken[count].seconds)} for count in HISTORIES}
    return {
        "exchanges": len(taken[HISTORIES[0]].seconds),
        "villages": at,
        "p50_at_1000_to_10": round(at["1000"]["p50"] / at["10"]["p50"], 3),
        "p95_at_1000_to_10": round(at["1000"]["p95"] / at["10"]["p95"], 3),
        "server_peak_mb": memory,
    }


def _grown(cluster: Cluster, source: bytes, count: int) -> int:
    """A database like that of the ten villages, grown to so many; how many changes it holds."""
    name = f"villages_{count}"
    if count != MEASURED:
        cluster.new_database(name, template=f"villages_{MEASURED}")
    with connect(cluster.url(name), autocommit=True) as admin:
        _clone(admin, source, MEASURED, count)
        found = admin.execute("SELECT count(*) FROM change_log").fetchone()
    assert found is not None
    return int(found[0])


def _in_turns(servers: Mapping[int, Server], simulated: Sequence[SimulatedLaptop]) -> dict[int, Taken]:
    taken = {count: Taken() for count in servers}
    order = list(servers)
    with ThreadPoolExecutor(1) as hand:
        for _week in range(EXCHANGES):
            for laptop in simulated:
                laptop.week()
                for request in laptop.ready():
                    for count in order:
                        exchange_all(servers[count], hand, [(laptop, request)], taken[count])
                    order = [*order[1:], order[0]]
    for each in taken.values():
        each.check()
    return taken


def _clone(admin: Connection[Any], source: bytes, villages: int, up_to: int) -> None:
    """More villages with the rows of one, until there are so many; statistics are as autovacuum leaves them."""
    for number in range(villages + 1, up_to + 1):
        copy = (number + 1_000_000).to_bytes(16, "big")
        for table in (village, device, change_log, key_segment, record, stream):
            names = [column.name for column in table.columns if column.name != "village"]
            told = ", ".join("%(code)s" if name == "code" else name for name in names)
            admin.execute(
                f"INSERT INTO {table.name} (village, {', '.join(names)}) SELECT %(copy)s, {told} FROM {table.name} "
                "WHERE village = %(source)s",
                {"copy": copy, "source": source, "code": f"9909{number:08}"},
            )
    admin.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    sys.exit(main())
