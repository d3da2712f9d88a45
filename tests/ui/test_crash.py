"""Bugs are told by their place and never by what was in their hands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from villagefp.errors import UserError
from villagefp.ui import crash

NAME = "李芳 990101199001011234"


@pytest.fixture
def told() -> Iterator[dict[str, list[str]]]:
    before = sys.excepthook
    heard: dict[str, list[str]] = {"refusals": [], "reports": []}
    crash.install(heard["refusals"].append, heard["reports"].append)
    yield heard
    sys.excepthook = before


def fail(value: str) -> None:
    raise ValueError(f"cannot keep {value}")


def caught(value: str) -> BaseException:
    try:
        fail(value)
    except ValueError as error:
        return error
    raise AssertionError


def test_a_report_names_the_place_and_not_the_person(told: dict[str, list[str]], tmp_path: Path) -> None:
    crash.start_log(tmp_path)
    error = caught(NAME)
    sys.excepthook(type(error), error, error.__traceback__)
    crash.stop_log()
    assert "test_crash.py" in told["reports"][0]
    assert "ValueError" in told["reports"][0]
    written = (tmp_path / crash.LOG_FILE).read_text(encoding="utf-8")
    for text in (told["reports"][0], written):
        assert "李芳" not in text
        assert "990101" not in text


def test_a_refusal_is_shown_as_it_stands(told: dict[str, list[str]]) -> None:
    refusal = UserError("The stick is full: 3 MB needed, 1 MB free.")
    sys.excepthook(type(refusal), refusal, None)
    assert told == {"refusals": [str(refusal)], "reports": []}


def test_a_large_log_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / crash.LOG_FILE
    file.write_bytes(b"x" * 300_000)
    crash.start_log(tmp_path)
    crash.LOG.info("begins")
    crash.stop_log()
    assert file.stat().st_size < 1000
    assert file.with_suffix(".old.log").stat().st_size == 300_000
