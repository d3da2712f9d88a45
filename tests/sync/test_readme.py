"""What the table of the fifty faults names is there: every test, every fault and every sort of work."""

from __future__ import annotations

import re

from tests.sync.simulation import faults, work
from villagefp import paths

TESTS = paths.root_dir() / "tests"
ROW = re.compile(r"\| (\d+) \|[^|]*\|([^|]*)\|")


def rows() -> dict[int, set[str]]:
    """By number of the fault the names that hold it."""
    text = (TESTS / "sync" / "README.md").read_text(encoding="utf-8")
    return {int(number): set(re.findall(r"`(\w+)`", held)) for number, held in ROW.findall(text)}


def test_each_of_the_fifty_faults_is_held_by_something_that_exists():
    there = {
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    there |= set(faults.names()) | {each.__name__ for each, _weight in work.OFTEN}
    found = rows()
    assert sorted(found) == list(range(1, 51))
    assert {number: names - there for number, names in found.items() if not names or names - there} == {}


def test_every_fault_of_the_simulation_stands_in_the_table():
    named = set().union(*rows().values())
    assert set(faults.names()) - named == {"buffering", "county_clock", "little_room"}  # ways in which others happen
