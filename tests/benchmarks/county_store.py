"""Changes a second that the county's store accepts, beside psycopg's executemany of the same rows into the same tables.

`python -m tests.benchmarks.county_store [CHANGES]`. A PostgreSQL cluster of its own, durable: every commit is on the
disk. Both sides commit once every 100 changes and end with the same rows, which are counted. Ours reads signed batches:
signature, unpacking, links and commitments, lock, numbering and merge are all in it. Both take turns batch by batch, so
that what else the machine does falls on both.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from psycopg import Connection, connect

from tests.county.cluster import Cluster
from tests.county.laptops import Laptop, Write, busy
from villagefp.county.accept import accept_batch
from villagefp.county.engine import postgres_engine
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.county.tables import change_log, record
from villagefp.domain.ambient import Ambient

CHANGES = 8_000
A_COMMIT = 100
TABLES = (change_log, record)
Rows = dict[str, list[tuple[Any, ...]]]


def main(changes: int = CHANGES) -> int:
    """Prints one JSON object."""
    laptops = {"new_records": laptop_of_visits(changes), "with_edits": laptop_of_mornings(changes)}
    figures = {name: _measured(laptop) for name, laptop in laptops.items()}
    print(json.dumps({**figures, "budget": {"ratio": 0.3}}))
    return 0


def laptop_of_visits(changes: int) -> Laptop:
    """Visits, as nearly all changes of a village are."""
    laptop = Laptop(1)
    people = [laptop.id() for _ in range(2600)]
    while len(laptop.log) < changes:
        answers = laptop.chance.randbytes(20) + "血压一百二十 情况良好 ".encode() * 6
        told = {
            "person": laptop.chance.choice(people),
            "event_type": "visit",
            "form": "postpartum_visit",
            "form_version": "2026.1",
            "occurred_on": f"2026-{laptop.chance.randrange(1, 13):02}-{laptop.chance.randrange(1, 29):02}",
            "place": "home",
            "outcome": "done",
            "created_at": "2026-11-22T09:00:00+08:00",
            "answers": answers,
        }
        laptop.save(Write("event", laptop.id(), told))
    return laptop


def laptop_of_mornings(changes: int) -> Laptop:
    """New people, visits with a phone number, and corrections of the same records again and again."""
    laptop = Laptop(2)
    saves = busy(laptop, changes)
    while len(laptop.log) < changes:
        next(saves)
    return laptop


def _measured(laptop: Laptop) -> dict[str, object]:
    batches = cut_by_hundreds(laptop)
    with Cluster.started(durable=True) as cluster:
        rows = rows_of(take_all(empty_county(cluster, laptop), batches))  # what both sides are to end with
        county = empty_county(cluster, laptop)
        bare = connect(cluster.new_database("bare"))
        bring_up_to_date(postgres_engine(cluster.url("bare")))
        ours_s, bare_s = [], []
        gc.freeze()  # the laptop in this process, with its whole log, is none of the county's
        for number, batch in enumerate(batches):
            start = time.perf_counter()
            accept_batch(county, batch)
            between = time.perf_counter()
            insert_bare(bare, {name: portion_of(of, number, len(batches)) for name, of in rows.items()})
            ours_s.append(between - start)
            bare_s.append(time.perf_counter() - between)
        assert rows_of(county) == rows
        counted = {table.name: _count(bare, table.name) for table in TABLES}
        county.close()
        bare.close()
    assert counted == {name: len(of) for name, of in rows.items()}
    assert counted[change_log.name] == len(laptop.log)
    return {
        "changes": len(laptop.log),
        "records": counted[record.name],
        "commits": len(batches),
        "ours_changes_a_second": round(len(laptop.log) / sum(ours_s)),
        "ours_ms_a_commit": round(median(ours_s) * 1000, 2),
        "executemany_changes_a_second": round(len(laptop.log) / sum(bare_s)),
        "executemany_ms_a_commit": round(median(bare_s) * 1000, 2),
        "ratio": round(sum(bare_s) / sum(ours_s), 2),
        "ratio_of_medians": round(median(bare_s) / median(ours_s), 2),
    }


def empty_county(cluster: Cluster, laptop: Laptop) -> County:
    """An empty store that knows the laptop."""
    engine = postgres_engine(cluster.new_database())
    bring_up_to_date(engine)
    county = County(engine, Ambient())
    laptop.enrolled(county)
    return county


def take_all(county: County, batches: Sequence[bytes]) -> County:
    """A county that has these."""
    for batch in batches:
        accept_batch(county, batch)
    return county


def cut_by_hundreds(laptop: Laptop) -> list[bytes]:
    """About a hundred changes each, at the border of a group."""
    batches, begin = [], 1
    while begin <= len(laptop.log):
        end = min(begin + A_COMMIT, len(laptop.log) + 1)
        while end <= len(laptop.log) and laptop.log[end - 1].change.group != end:
            end += 1
        batches += [laptop.batch(begin, end - 1)]
        begin = end
    return batches


def rows_of(county: County) -> Rows:
    """What the store holds in the end: changes as they came, records in the order of their making."""
    with county.read() as connection:
        logged = connection.execute(change_log.select().order_by(change_log.c.seq)).all()
        records = connection.execute(record.select().order_by(record.c.record)).all()
    return {change_log.name: [tuple(row) for row in logged], record.name: [tuple(row) for row in records]}


def portion_of(rows: Sequence[tuple[Any, ...]], number: int, of: int) -> Sequence[tuple[Any, ...]]:
    """The rows of one of so many commits."""
    return rows[len(rows) * number // of : len(rows) * (number + 1) // of]


def insert_bare(connection: Connection[Any], rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
    """One commit of the bare side."""
    for table in TABLES:
        marks = ", ".join(["%b"] * len(table.columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows[table.name])
    connection.commit()


def _count(connection: Connection[Any], table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
