"""The search box over 50,000 persons, by every key; beside plain SQLite's LIKE over one column of the same rows."""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks import village
from tests.benchmarks.workload import SEED, Draws
from villagefp.domain import pinyin
from villagefp.domain.records import Alias, Household, Membership, Person, Phone, Record
from villagefp.storage import people, search
from villagefp.storage.store import Store, open_store

PERSONS = 50_000
QUERIES = 60
COLD = 7


def main() -> int:
    """Prints one JSON object."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = village.new_store(folder / "store")
        _fill(store)
        plain = _plain(folder / "plain.db", store)
        asked = _queries(store)
        ours_ms, lines_ms, plain_ms = _take_turns(store, plain, [query for kind in asked.values() for query in kind])
        by_kind = {kind: round(median(_times(_finder(store), queries)), 2) for kind, queries in asked.items()}
        ambient = store.ambient
        store.close()
        cold_ms = [_cold(folder / "store", ambient, queries[0]) for queries in asked.values() for _ in range(COLD // 3)]
    print(
        json.dumps(
            {
                "persons": PERSONS,
                "found_ms": _spread(ours_ms),
                "found_with_their_lines_ms": _spread(lines_ms),
                "plain_like_ms": _spread(plain_ms),
                "ratio_p95": round(_p95(ours_ms) / _p95(plain_ms), 2),
                "ratio_p95_with_lines": round(_p95(lines_ms) / _p95(plain_ms), 2),
                "median_ms_by_key": by_kind,
                "cold_ms": {"median": round(median(cold_ms), 1), "worst": round(max(cold_ms), 1)},
                "budget": {"ratio_p95": 1.5, "cold_ms": 20},
            },
            ensure_ascii=False,
        )
    )
    return 0


def _fill(store: Store) -> None:
    draws = Draws(random.Random(SEED))
    new_id = store.ambient.new_id
    homes = [Household(id=new_id(), household_no=str(number), group_no="1") for number in range(1, PERSONS // 3)]
    records: list[Record] = list(homes)
    for number in range(PERSONS):
        id_no = f"99082319{draws.rng.randrange(10**6):06}{draws.rng.randrange(10**4):04}"
        person = Person(id=new_id(), name=draws.name(), sex="1", birth_date="1980-01-01", id_no=id_no)
        home = Membership(id=new_id(), person=person.id, household=homes[number % len(homes)].id)
        records += [person, home]
        if draws.rng.random() < 0.6:
            records.append(Phone(id=new_id(), person=person.id, number=draws.phone()))
        if draws.rng.random() < 0.2:
            records.append(Alias(id=new_id(), person=person.id, name=draws.name()))
    with store.save() as save:
        save.add_many(records)
    store.rest()


def _plain(path: Path, store: Store) -> sqlite3.Connection:
    """The same rows in plain SQLite."""
    with store.read() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql("SELECT person, keys FROM person_search")]
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE person_search (person BLOB PRIMARY KEY, keys TEXT NOT NULL) WITHOUT ROWID")
    plain.executemany("INSERT INTO person_search VALUES (?, ?)", rows)
    plain.commit()
    plain.execute("PRAGMA cache_size = -8192")
    return plain


def _queries(store: Store) -> dict[str, list[str]]:
    """What people type, by the sort of key, taken from persons who are there."""
    rng = random.Random(SEED)
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, name, id_no FROM person ORDER BY id").all()
        phones = connection.exec_driver_sql("SELECT number FROM phone ORDER BY id").scalars().all()
        aliases = connection.exec_driver_sql("SELECT name FROM alias ORDER BY id").scalars().all()
    some = rng.sample(rows, QUERIES)
    return {
        "name": [row.name for row in some],
        "surname": [row.name[0] for row in some],
        "also_known_as": rng.sample(aliases, QUERIES),
        "pinyin": [pinyin.readings(row.name)[0] for row in some],
        "initials": [pinyin.readings(row.name)[1] for row in some],
        "phone": rng.sample(phones, QUERIES),
        "phone_tail": [number[-4:] for number in rng.sample(phones, QUERIES)],
        "id_tail": [row.id_no[-4:] for row in some],
        "nobody": [f"查无此人{number}" for number in range(QUERIES)],
    }


def _finder(store: Store) -> Callable[[str], object]:
    def find(text: str) -> object:
        with store.read() as connection:
            return search.find(connection, text)

    return find


def _lister(store: Store) -> Callable[[str], object]:
    def find(text: str) -> object:
        with store.read() as connection:
            return people.find_persons(connection, text)

    return find


def _take_turns(
    store: Store, plain: sqlite3.Connection, queries: Sequence[str]
) -> tuple[list[float], list[float], list[float]]:
    def like(text: str) -> object:
        return plain.execute("SELECT person FROM person_search WHERE keys LIKE ? LIMIT 50", (f"%{text}%",)).fetchall()

    finders = (_finder(store), _lister(store), like)
    taken: tuple[list[float], list[float], list[float]] = ([], [], [])
    for find in finders:
        find("查无此人")
    for query in queries:
        for find, times in zip(finders, taken, strict=True):
            times.extend(_times(find, [query]))
    return taken


def _times(find: Callable[[str], object], queries: Sequence[str]) -> list[float]:
    taken = []
    for query in queries:
        start = time.perf_counter()
        find(query)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _cold(folder: Path, ambient: object, query: str) -> float:
    """The first search after opening: nothing is in the page cache of the program, though it may be in the system's."""
    store = open_store(folder, village.PASSPHRASE, ambient)
    (taken,) = _times(_lister(store), [query])
    store.close()
    return taken


def _p95(times: list[float]) -> float:
    return quantiles(times, n=100)[94]


def _spread(times: list[float]) -> dict[str, float]:
    return {"median": round(median(times), 2), "p95": round(_p95(times), 2)}


if __name__ == "__main__":
    sys.exit(main())
