"""A laptop that has nothing takes a seed: in order, over any line, of use after the register, equal at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storage.laptops import get
from tests.sync.offices import Line, Office, Side, cut_at, many
from tests.sync.test_stick import answered
from villagefp.county import seeding
from villagefp.domain.records import Event, Person
from villagefp.storage import seeds, standing
from villagefp.sync import incoming, stick
from villagefp.sync.disk import Disk
from villagefp.sync.outcome import Note, Progress, Stopped
from villagefp.wire.receipt import State


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed for a village of two hundred changes as well."""
    monkeypatch.setattr(seeding, "_FRESH", 200)


def a_village(side: Side, line: Line) -> list[Person]:
    """People, and a visit to each."""
    people = many(side.store, side.ambient, 300)
    with side.store.save() as save:
        save.add_many(
            Event(
                id=side.ambient.new_id(),
                person=person.id,
                event_type="visit",
                form="antenatal_visit",
                form_version="1",
                occurred_on="2026-11-20",
                answers=person.id * 6,
            )
            for person in people
        )
    side.exchange(line)
    return people


def alike(one: Side, other: Side, line: Line) -> None:
    """Both have the same: the county compares what the digests say."""
    for side in (one, other):
        done = side.exchange(line)
        assert done.notes <= {Note.CLOCK}
        assert done.requests == 1
    kinds = "person", "event", "household", "village", "worker"
    for kind in kinds:
        rows = []
        for side in (one, other):
            with side.store.read() as connection:
                rows.append(connection.exec_driver_sql(f"SELECT id, heads FROM {kind} ORDER BY id").all())
        assert [tuple(row) for row in rows[0]] == [tuple(row) for row in rows[1]]


def test_a_new_laptop_takes_a_seed(make: Callable[..., Side], line: Line) -> None:
    one, new = make(), make()
    people = a_village(one, line)
    mine = new.person("新来的")
    done = new.exchange(line)
    with new.store.read() as connection:
        progress = seeds.progress(connection)
        assert progress is not None
        assert progress.complete
        assert not standing.history_incomplete(connection)
    assert done.received >= 600
    assert new.state(mine) is State.RECEIVED
    assert get(new.store, people[7]).name == people[7].name
    one.exchange(line)
    alike(one, new, line)


def test_the_register_is_of_use_before_the_rest_has_come(
    make: Callable[..., Side], line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "STEP", 4000)
    one, new = make(), make()
    people = a_village(one, line)
    seen: list[bool] = []

    def look(_now: Progress) -> None:
        with new.store.read() as connection:
            progress = seeds.progress(connection)
        if progress is not None and progress.usable and not progress.complete:
            seen.append(all(get(new.store, person) is not None for person in people))

    new.exchange(line, progress=look)
    assert seen
    assert all(seen)


def test_the_register_is_taken_in_with_its_last_byte(
    make: Callable[..., Side], line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "LEAST", 100)
    one, new = make(), make()
    a_village(one, line)
    usable_after: list[int] = []
    whole: list[int] = []

    def look(now: Progress) -> None:
        with new.store.read() as connection:
            progress = seeds.progress(connection)
        if progress is not None and progress.usable and not progress.complete and not usable_after:
            usable_after.append(now.bytes_down)
        whole.append(now.bytes_down)

    new.exchange(line, progress=look)
    assert usable_after
    assert usable_after[0] < whole[-1] < incoming.STEP


def test_a_seed_over_a_line_that_is_cut_again_and_again(make: Callable[..., Side], line: Line) -> None:
    one, new = make(), make()
    a_village(one, line)
    line.answered.clear()
    line.after = cut_at(*[7000] * 200)
    done = new.exchange(line)
    assert len(line.answered) > 4
    assert done.bytes_down < 1.1 * max(map(len, line.answered))
    line.after = lambda data: data
    one.exchange(line)
    alike(one, new, line)


def test_a_seed_that_is_stopped_goes_on_after_a_restart(make: Callable[..., Side], line: Line) -> None:
    one, new = make(), make()
    a_village(one, line)
    asked = [0]

    def enough(_now: Progress) -> None:
        asked[0] += 1

    with pytest.raises(Stopped):
        new.exchange(line, progress=enough, cancelled=lambda: asked[0] > 20)
    new.again()
    new.exchange(line)
    one.exchange(line)
    alike(one, new, line)


def test_a_seed_by_stick(make: Callable[..., Side], line: Line, tmp_path: Path) -> None:
    one, new = make(), make()
    people = a_village(one, line)
    usb = tmp_path / "usb"
    usb.mkdir()
    office: Office = line.office
    for number in range(3):
        written = stick.write(new.store, Disk(), usb)
        stick.take(new.store, Disk(), answered(office, written.path, f"{number}.vfp"))
    assert get(new.store, people[-1]).name == people[-1].name
    one.exchange(line)
    new.exchange(line)
    alike(one, new, line)
