"""Makes the dictionary that batches are packed with: `python -m tests.benchmarks.wire_dictionary NUMBER [BYTES]`.

It is trained on what compressors get to see of invented weeks: those of other villages of the workload (other seeds
than the one that is measured), and of a practice village in which every form of the product was filled several times.
A dictionary that has been shipped is never made again: a better one gets the next number.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from tests.benchmarks import history, village, workload
from tests.forms.filler import fill
from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Household, Membership, Outcome, Person, Phone, Precision, Presence, RecordId
from villagefp.forms import library
from villagefp.services import visits
from villagefp.storage import log
from villagefp.storage.store import Store
from villagefp.wire.batch_rows import put_changes
from villagefp.wire.change import LoggedChange
from villagefp.wire.compression import trained

SEEDS = (1, 2, 3)
FILLED = 4
"""How often each form is filled."""
SIZE = 40_000
ON = date(2026, 11, 20)
FAMILIES = (("李芳", "2", "1995-03-04"), ("王建国", "1", "1958-07-12"), ("张小红", "2", "2025-02-01"))


def main(number: int, size: int = SIZE) -> int:
    """Writes the dictionary to its place, unless one of this number is there."""
    place = paths.resources_dir() / "wire" / f"dictionary.{number}.zstd"
    if place.exists():
        sys.stderr.write(f"{place} is there already: give the new one the next number.\n")
        return 1
    samples = [*_of_workloads(), *_of_forms()]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(trained(samples, size))
    print(f"{place}: {len(samples)} samples, {sum(map(len, samples))} bytes")
    return 0


def _of_workloads() -> Iterator[bytes]:
    for seed in SEEDS:
        made = history.of_workload(workload.build(seed))
        visited = made.village[-workload.VISITS :]
        imported = made.village[: -workload.VISITS]
        yield from _samples(made.week, made.history.made, 100)
        yield from _samples(visited, made.history.made, 60)
        yield from _samples(imported, made.history.made, 400)


def _samples(logged: Sequence[LoggedChange], made: dict[RecordId, tuple[bytes, int]], size: int) -> Iterator[bytes]:
    for start in range(0, len(logged), size):
        some = logged[start : start + size]
        first = some[0].change.seq

        def known(record: bytes, first: int = first) -> tuple[bytes, int] | None:
            name = made.get(record)
            return name if name and name[1] < first else None

        yield bytes(put_changes(some, known).plain)


def _of_forms() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        store = village.new_store(Path(folder) / "store")
        homes = [_family(store, *person) for person in FAMILIES]
        chance = random.Random(20261122)
        forms = sorted(path.stem for path in (paths.resources_dir() / "forms").glob("*.md"))
        tasks = [(form, seed) for form in forms for seed in range(FILLED)]
        chance.shuffle(tasks)
        for form, seed in tasks:
            _fill(store, form, chance.choice(homes), seed)
        with store.read() as connection:
            logged = list(log.logged_changes(connection))
        store.close()
    made: dict[RecordId, tuple[bytes, int]] = {}
    for entry in logged:
        made.setdefault(entry.change.record, entry.change.name)
    for size in (8, 40, 120):
        yield from _samples(logged, made, size)


def _family(store: Store, name: str, sex: str, born: str) -> tuple[RecordId, RecordId]:
    ambient: Ambient = store.ambient
    person = Person(id=ambient.new_id(), name=name, sex=sex, birth_date=born, birth_precision=Precision.DAY)
    household = Household(id=ambient.new_id(), household_no="0012", head=person.id, address="3组12号")
    member = Membership(
        id=ambient.new_id(), person=person.id, household=household.id, relation="02", presence=Presence.RESIDENT
    )
    with store.save() as save:
        save.add_many([person, household, member, Phone(id=ambient.new_id(), person=person.id, number="13900000001")])
    return person.id, household.id


def _fill(store: Store, form: str, home: tuple[RecordId, RecordId], seed: int) -> None:
    """A form filled and kept; one that does not fit the person ends without an answer."""
    subject = library.load(form).settings.get("print::subject", "person")
    about = {"person": {"person_id": home[0]}, "household": {"household_id": home[1]}}.get(subject, {})
    visit = visits.start_visit(store, form, on=ON, **about)
    fill(visit.session, seed, ON)
    outcome = Outcome.NOT_THIS_TIME if visit.session.problems() else Outcome.DONE
    visits.save_visit(store, visit, outcome)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
