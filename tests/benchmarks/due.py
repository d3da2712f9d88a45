"""What is due in a village of W whose people take part in programmes: from nothing, after one visit, and as a list.

`python -m tests.benchmarks.due`. W's visits are household visits, so programmes are added: every child under seven was
seen once, every third woman has a method with follow-up, thirty are expecting.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from tests.benchmarks import village, workload
from tests.benchmarks.workload import Workload
from villagefp.domain.records import Consent, Episode, Event, Outcome, Record
from villagefp.services import due, episodes
from villagefp.storage import due_plans
from villagefp.storage.store import Store
from villagefp.wire.declared_programmes import PRIVATE

TODAY = date(2026, 11, 22)
ROUNDS = 200
EXPECTING = 30


def main() -> int:
    """Prints one JSON object."""
    made = workload.build()
    with tempfile.TemporaryDirectory() as name:
        store = village.new_store(Path(name) / "store")
        village.fill(store, made)
        with store.save() as save:
            save.add_many(programmes(store, made))
        nothing_ms = [_rebuilt(store) for _ in range(5)]
        due.refresh(store, TODAY)
        visit_ms = _after_visits(store, made)
        start = time.perf_counter()
        lines = due.due_on(store, TODAY)
        list_ms = (time.perf_counter() - start) * 1000
        store.close()
    print(
        json.dumps(
            {
                "from_nothing_ms": round(median(nothing_ms), 1),
                "after_one_visit_ms": {"median": round(median(visit_ms), 2), "p95": round(_p95(visit_ms), 2)},
                "list_of_a_day_ms": round(list_ms, 1),
                "lines": len(lines),
                "budget": {"from_nothing_ms": 500, "after_one_visit_ms": 2},
            }
        )
    )
    return 0


def programmes(store: Store, made: Workload) -> Iterator[Record]:
    """Consents, episodes and visits of the village's programmes."""
    new_id, women = store.ambient.new_id, 0
    for record in made.persons:
        person, born = UUID(record["id"]).bytes, date.fromisoformat(record["birth"])
        years = (TODAY - born).days // 365
        if years < 7:
            on = min(TODAY, born + timedelta(days=100)).isoformat()
            yield Event(
                id=new_id(),
                person=person,
                event_type="child_1_8m",
                form="child_1_8m",
                form_version="1",
                occurred_on=on,
                outcome=Outcome.DONE,
                created_at=on,
            )
        if record["sex"] == "2" and 20 <= years < 45:
            women += 1
            if women <= EXPECTING:
                lmp = (TODAY - timedelta(days=5 * women)).isoformat()
                yield from _episode(store, person, "anc", lmp=lmp)
            elif women % 3 == 0:
                yield from _episode(store, person, "iud", placed_on=(TODAY - timedelta(days=women)).isoformat())


def _episode(store: Store, person: bytes, programme: str, **days: str) -> Iterator[Record]:
    hidden = "placed_on" in days
    sealed = episodes.seal(store, {"programme": programme, **days}) if hidden else None
    shown = PRIVATE if hidden else programme
    on = next(iter(days.values()))
    consent = Consent(id=store.ambient.new_id(), person=person, programme=shown, given_on=on, private=sealed)
    yield consent
    yield Episode(
        id=store.ambient.new_id(),
        person=person,
        programme=shown,
        opened_on=on,
        consent=consent.id,
        private=sealed,
        lmp=days.get("lmp"),
    )


def _rebuilt(store: Store) -> float:
    with store.save() as save:
        start = time.perf_counter()
        due_plans.rebuild(save.connection, store.due_entry(TODAY))
        return (time.perf_counter() - start) * 1000


def _after_visits(store: Store, made: Workload) -> list[float]:
    """What a save spends on the list: a visit is kept for one person after another, and the rows made anew."""
    taken = []
    for record in made.persons[:ROUNDS]:
        event = village.visit({**made.visits[0], "person": record["id"]}, store.ambient.new_id())
        with store.save() as save:
            save.add(event)
            start = time.perf_counter()
            due_plans.refresh(save.connection, save.changed, store.due_entry(TODAY))
            taken.append((time.perf_counter() - start) * 1000)
    return taken


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


if __name__ == "__main__":
    raise SystemExit(main())
