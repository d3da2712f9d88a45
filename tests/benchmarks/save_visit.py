"""Saving one visit in a village of W: rows, log, links, what is due, durable; beside a bare sqlite3 insert of the same.

`python -m tests.benchmarks.save_visit [TIMES]`: TIMES 4 is ten years of log. Ours and the bare one take turns, so that
what else the machine does falls on both.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from tests.benchmarks import village, workload
from tests.benchmarks.workload import Rec
from tests.durability.traced import Sync, Write, traced
from villagefp.domain.records import Outcome
from villagefp.services import due, visits
from villagefp.storage.store import Store, open_store

ROUNDS = 1000
FORM_ROUNDS = 300
COUNTED = 20
Save = Callable[[Rec], None]


def main(times: int = 1) -> int:
    """Prints one JSON object."""
    made = workload.build()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = village.new_store(folder / "store")
        village.fill(store, made, times=times)
        due.refresh(store, store.ambient.today())  # as a first page does; from here on each save keeps the list up
        bare = Bare(folder / "bare.db", made.village)
        ours_ms, bare_ms = _take_turns(made.visits[:ROUNDS], _saver(store), bare.save)
        form_ms, beside_ms = _through_the_form(store, bare, made)
        changes = _changes(store)
        ambient = store.ambient
        store.close()
        syncs, kilobytes = _counted(
            folder / "store", lambda: open_store(folder / "store", village.PASSPHRASE, ambient), made
        )
    print(
        json.dumps(
            {
                "changes_in_the_log": changes,
                "ours_ms": _spread(ours_ms),
                "bare_sqlite3_ms": _spread(bare_ms),
                "ratio_median": round(median(ours_ms) / median(bare_ms), 2),
                "ratio_p99": round(_p99(ours_ms) / _p99(bare_ms), 2),
                "validated_by_the_form_ms": _spread(form_ms),
                "validated_ratio_median": round(median(form_ms) / median(beside_ms), 2),
                "validated_ratio_p99": round(_p99(form_ms) / _p99(beside_ms), 2),
                "budget": {"ratio_median": 8, "ratio_p99": 12, "syncs_a_save": 1},
                "syncs_a_save": syncs,
                "written_kb_a_save": kilobytes,
            }
        )
    )
    return 0


class Bare:
    """The same records in plain SQLite with the same promises: write-ahead log, every commit on the disk."""

    def __init__(self, path: Path, records: list[Rec]) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 0"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE record (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
        self._connection.execute("BEGIN")
        rows = [(record["id"], json.dumps(record, ensure_ascii=False)) for record in records]
        self._connection.executemany("INSERT INTO record VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._saved = 0

    def save(self, record: Rec) -> None:
        """One insert, one commit."""
        self._saved += 1
        row = f"{record['id']}-{self._saved}", json.dumps(record, ensure_ascii=False)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO record VALUES (?, ?)", row)
        self._connection.execute("COMMIT")


def _saver(store: Store) -> Save:
    def save_visit(record: Rec) -> None:
        event = village.visit(record, store.ambient.new_id())
        with store.save() as save:
            save.add(event)

    return save_visit


def _take_turns(records: list[Rec], ours: Save, bare: Save) -> tuple[list[float], list[float]]:
    taken: tuple[list[float], list[float]] = ([], [])
    for save in (ours, bare):
        save(records[0])  # statements are compiled and caches are warm on both sides
    for record in records:
        for save, times in zip((ours, bare), taken, strict=True):
            start = time.perf_counter()
            save(record)
            times.append((time.perf_counter() - start) * 1000)
    return taken


def _through_the_form(store: Store, bare: Bare, made: workload.Workload) -> tuple[list[float], list[float]]:
    """The Save of a household visit as the window does it: checked by its form, its draft dropped in the same save."""
    form_ms: list[float] = []
    bare_ms: list[float] = []
    for number in range(FORM_ROUNDS):
        home = UUID(made.households[number]["id"]).bytes
        visit = visits.start_visit(store, "household_visit", household_id=home, on=store.ambient.today())
        visit.session.set_answer("/data/signatures/household_signed", "2")
        visits.keep_draft(store, visit)
        start = time.perf_counter()
        visits.save_visit(store, visit, Outcome.DONE)
        saved = time.perf_counter()
        bare.save(made.visits[number])
        form_ms.append((saved - start) * 1000)
        bare_ms.append((time.perf_counter() - saved) * 1000)
    return form_ms, bare_ms


def _changes(store: Store) -> int:
    with store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one())


def _counted(folder: Path, opened: Callable[[], Store], made: workload.Workload) -> tuple[float, float]:
    """What one save asks of the disk: syncs, and kilobytes written."""
    with traced(folder) as trace:
        store = opened()
        save = _saver(store)
        save(made.visits[0])
        before = len(trace.steps)
        for record in made.visits[:COUNTED]:
            save(record)
        steps = trace.steps[before:]
        store.close()
    syncs = sum(isinstance(step, Sync) for step in steps) / COUNTED
    written = sum(len(step.data) for step in steps if isinstance(step, Write)) / COUNTED
    return syncs, round(written / 1000, 1)


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[98]


def _spread(times: list[float]) -> dict[str, float]:
    return {"median": round(median(times), 3), "p99": round(_p99(times), 3)}


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
