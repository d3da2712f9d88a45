"""First loads and laptops that were away for very long: a seed by the same road as everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.storage.laptops import change, contents, get
from tests.sync.offices import Line, Office, Side, cut_at, many
from villagefp.county import seeding, streams, trimming
from villagefp.services.privacy import erase_person
from villagefp.storage import digests, seeds, standing


@pytest.fixture(autouse=True)
def _seeds_for_the_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Villages of tests are small, and would be read change by change."""
    monkeypatch.setattr(seeding, "_FRESH", 5)


def told(side: Side) -> dict[str, Any]:
    return {name: rows for name, rows in contents(side.store).items() if name not in {"change_log", "erased_record"}}


def complete(side: Side) -> bool:
    with side.store.read() as connection:
        progress = seeds.progress(connection)
    return progress is not None and progress.complete


def assert_agree(office: Office, line: Line, *sides: Side) -> None:
    """Everybody has the same, the county counts the same, and nothing is left to say."""
    for _round in range(2):
        for each in sides:
            each.exchange(line)
    with office.county.read() as connection:
        counted = streams.digests(connection, sides[0].store.origin.village)
    for each in sides:
        assert told(each) == told(sides[0])
        assert digests.bring_up_to_date(each.store) == counted
        quiet = each.exchange(line)
        assert (quiet.requests, quiet.sent, quiet.received) == (1, 0, 0)


def trim(office: Office, side: Side) -> int:
    """Trim all that anybody who is up to date has read."""
    village = side.store.origin.village
    with office.county.read() as connection:
        ends = {scope: cursor.position for scope, cursor in streams.cursors(connection, village).items()}
    return trimming.trim(office.county, village, ends)


def test_a_new_laptop_takes_the_village_as_a_seed(office: Office, make: Callable[..., Side], line: Line) -> None:
    one, new = make(), make()
    person = one.person("张三")
    change(one.store, replace(person, name="李四"))
    many(one.store, one.ambient, 20)
    one.exchange(line)
    assert not complete(one), "it wrote all of that itself"
    new.exchange(line)
    assert complete(new)
    assert get(new.store, person).name == "李四"
    new.person("王五")
    one.person("赵六")
    assert_agree(office, line, one, new)


def test_a_line_that_breaks_again_and_again_brings_the_seed_all_the_same(
    office: Office, make: Callable[..., Side], line: Line
) -> None:
    one, new = make(), make()
    many(one.store, one.ambient, 300)
    one.exchange(line)
    line.after = cut_at(*[6000] * 4)
    new.exchange(line)
    line.after = lambda data: data
    assert_agree(office, line, one, new)
    assert complete(new)


def test_whoever_was_away_while_the_log_was_trimmed_sends_what_it_has_and_takes_a_seed(
    office: Office, make: Callable[..., Side], line: Line
) -> None:
    one, away = make(), make()
    person = one.person("张三")
    for each in (one, away, one):
        each.exchange(line)
    for name in ("李四", *map(str, range(40)), "赵六"):
        change(one.store, replace(get(one.store, person), name=name))
    one.exchange(line)
    assert trim(office, one) > 0
    unsent = away.person("孙七")
    change(away.store, replace(get(away.store, person), sex="2"))
    away.exchange(line)
    assert complete(away)
    assert get(away.store, unsent).name == "孙七"
    assert_agree(office, line, one, away)
    assert (get(away.store, person).name, get(away.store, person).sex) == ("赵六", "2")


def test_what_was_erased_before_the_seed_is_nowhere_after_it(make: Callable[..., Side], line: Line) -> None:
    one, new = make(), make()
    person = one.person("张三")
    many(one.store, one.ambient, 20)
    one.exchange(line)
    erase_person(one.store, person.id)
    one.exchange(line)
    new.exchange(line)
    assert get(new.store, person) is None
    with new.store.read() as connection:
        assert standing.changes_of(connection, person.id) == []
