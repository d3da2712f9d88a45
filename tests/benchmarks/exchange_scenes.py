"""What becomes of records where two laptops or a backup disagree: scenes in which the peers lose some."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.benchmarks import village
from tests.benchmarks.measured_county import FIRST, SECOND, MeasuredCounty
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Person, RecordId
from villagefp.storage import decisions, records
from villagefp.storage.store import open_store

Figures = dict[str, Any]


def play(county: MeasuredCounty, state: str) -> Figures:
    """All scenes, each from a state in which both laptops and the county have the same."""
    return {
        "two laptops, different fields of one person": _different_fields(county, state),
        "two laptops, the same field of one person": _same_field(county, state),
        "county put back to before D": _put_back(county),
    }


def _different_fields(county: MeasuredCounty, state: str) -> Figures:
    county.put_back(state)
    person = _somebody(county)
    _change(county, FIRST, person, occupation="1")
    _change(county, SECOND, person, education="20")
    _all_exchange(county)
    seen = [_person(county, name, person) for name in (FIRST, SECOND)]
    kept = sum(all(getattr(one, field) == value for one in seen)
               for field, value in (("occupation", "1"), ("education", "20")))  # fmt: skip
    return {"values_kept_of_2": kept}


def _same_field(county: MeasuredCounty, state: str) -> Figures:
    county.put_back(state)
    person = _somebody(county)
    before = [_decisions(county, name) for name in (FIRST, SECOND)]
    _change(county, FIRST, person, name="张一")
    _change(county, SECOND, person, name="张二")
    _all_exchange(county)
    after = [_decisions(county, name) for name in (FIRST, SECOND)]
    return {"both_shown_on_laptops_of_2": sum(new > old for old, new in zip(before, after, strict=True))}


def _put_back(county: MeasuredCounty) -> Figures:
    """The county has taken D; then its database alone is put back to before that, and nobody is told."""
    county.put_back("D to give")
    with county.serving():
        county.exchange(FIRST)
    county.put_back("D to give", laptops=False)
    with county.serving():
        first = county.exchange(FIRST)
        county.exchange(SECOND)
        counted = [county.do("count", name) for name in (FIRST, SECOND)]
    net = first["net"]
    return {
        "came_back_in_the_next_exchange": counted[0]["hash"] == counted[1]["hash"],
        "bytes": net["up"] + net["down"],
        "requests": net["requests"],
    }


def _all_exchange(county: MeasuredCounty) -> None:
    with county.serving():
        for name in (FIRST, SECOND, FIRST):
            county.exchange(name)


def _somebody(county: MeasuredCounty) -> RecordId:
    store = open_store(county.store(FIRST), village.PASSPHRASE, Ambient())
    with store.read() as connection:
        found = min(person.id for person in records.where(connection, Person))
    store.close()
    return found


def _person(county: MeasuredCounty, name: str, person: RecordId) -> Person:
    store = open_store(county.store(name), village.PASSPHRASE, Ambient())
    with store.read() as connection:
        found = records.get(connection, Person, person)
    store.close()
    assert found is not None
    return found


def _change(county: MeasuredCounty, laptop: str, person: RecordId, **fields: Any) -> None:
    before = _person(county, laptop, person)
    store = open_store(county.store(laptop), village.PASSPHRASE, Ambient())
    with store.save() as save:
        save.change(replace(before, **fields))
    store.close()


def _decisions(county: MeasuredCounty, name: str) -> int:
    store = open_store(county.store(name), village.PASSPHRASE, Ambient())
    with store.read() as connection:
        waiting = decisions.count(connection)
    store.close()
    return waiting
