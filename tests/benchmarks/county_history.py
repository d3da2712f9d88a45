"""What one exchange costs a county that already holds the history of 10, 100 and 1,000 villages.

Ten laptops exchange a week of work again and again, one after the other, by HTTP against one server process and
PostgreSQL; the other villages are copies of the rows of one.
"""

from __future__ import annotations

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from psycopg import Connection, connect

from tests.benchmarks import processes
from tests.benchmarks.serving import Figures, Server, Taken, county_of, exchange_all, simulated_laptops, spread
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
    """Exchanges of the same ten laptops, as more and more other villages have a history beside them."""
    simulated = simulated_laptops(MEASURED)
    for laptop in simulated:
        laptop.history(HISTORY_WEEKS)
    url = cluster.new_database()
    county = county_of(url, simulated)
    chance, at, villages = random.Random(7), {}, MEASURED
    with Server.on(url, cluster.folder) as server, ThreadPoolExecutor(1) as hand:
        for laptop in simulated:
            exchange_all(server, hand, [(laptop, request) for request in laptop.ready()], Taken())
        for count in HISTORIES:
            with connect(url, autocommit=True) as admin:
                villages = _clone(admin, simulated[0].laptop.village, villages, count)
                changes = admin.execute("SELECT count(*) FROM change_log").fetchone()
            taken = Taken()
            for _exchange in range(EXCHANGES):
                chance.shuffle(simulated)
                for laptop in simulated:
                    laptop.week()
                exchange_all(server, hand, [(one, ready) for one in simulated for ready in one.ready()], taken)
                taken.check()
            assert changes is not None
            at[str(count)] = {
                "changes_in_the_store": changes[0],
                "exchanges": len(taken.seconds),
                **spread(taken.seconds),
            }
        memory = processes.peak_mb(server.pid)
    county.close()
    return {
        "villages": at,
        "p95_at_1000_to_10": round(at["1000"]["p95"] / at["10"]["p95"], 3),
        "server_peak_mb": memory,
    }


def _clone(admin: Connection[Any], source: bytes, villages: int, up_to: int) -> int:
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
    return up_to


if __name__ == "__main__":
    sys.exit(main())
