"""Golden pages: what a sheet looks like changes only when somebody has looked at it.

`python -m tests.printing.contact_sheet FOLDER` renders all of them; with `--accept` they become the new golden pages.
"""

from __future__ import annotations

import json

import pytest

from tests.printing.contact_sheet import GOLDEN, HASHES, golden_jobs, hash_of
from villagefp.printing.render import render

JOBS = golden_jobs()
ACCEPTED = json.loads(HASHES.read_text(encoding="ascii"))


@pytest.mark.parametrize("name", JOBS)
def test_a_sheet_is_as_it_was_accepted(name: str) -> None:
    assert hash_of(JOBS[name]) == ACCEPTED.get(name), (
        f"{name} has changed: look at the pages (python -m tests.printing.contact_sheet FOLDER), then accept them"
    )


def test_every_accepted_page_has_a_picture() -> None:
    pictures = {f"{name}-{number}.png" for name, job in JOBS.items() for number in range(1, render(job).pages + 1)}
    assert {file.name for file in GOLDEN.glob("*.png")} == pictures
    assert set(ACCEPTED) == set(JOBS)


def test_the_pictures_stay_small() -> None:
    sizes = [file.stat().st_size for file in GOLDEN.glob("*.png")]
    assert max(sizes) <= 60_000
    assert sum(sizes) < 4_000_000
