"""`person change`: what is on file about a person is put right from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from villagefp.domain import resident_id


def number(birth: str = "19900312", order: str = "002") -> str:
    told = f"990101{birth}{order}"
    return told + resident_id.check_digit(told)


@pytest.fixture
def woman(village: Call) -> str:
    """李芳 of the practice roster."""
    found = village("person", "find", "李芳", "--json").json
    return next(str(each["id"]) for each in found if each["name"] == "李芳")


def shown(village: Call, person: str) -> Any:
    return village("person", "show", person, "--reveal", "--json").json


def test_number_sex_and_birth_date_are_put_right_in_one_call(village: Call, woman: str) -> None:
    right = number("19910405", "014")
    told = village("person", "change", woman, "--id-no", right, "--sex", "女", "--birth", "1991年4月5日", "--json")
    assert told.code == 0
    assert right not in told.out
    assert {"field": "birth_date", "old": shown_before(told.json), "new": "1991-04-05"} in told.json["changes"]
    now = shown(village, woman)
    assert (now["id_no"], now["sex"], now["birth_date"], now["id_status"]) == (right, "2", "1991-04-05", "present")


def shown_before(answer: dict[str, Any]) -> object:
    return next(each["old"] for each in answer["changes"] if each["field"] == "birth_date")


def test_the_answer_says_what_was_and_what_is_with_numbers_masked(village: Call, woman: str) -> None:
    old = shown(village, woman)["id_no"]
    told = village("person", "change", woman, "--id-no", number("19910405", "014"), "--birth", "1991-04-05")
    assert f"ID number: {resident_id.mask(old)} → 9901**********014" in told.out
    assert "1991-04-05" in told.out
    assert old not in told.out
    again = village("person", "change", woman, "--birth", "1991-04-05")
    assert (again.code, again.out) == (0, "All this is on file already; nothing was changed.\n")


def test_what_is_doubtful_is_kept_only_when_it_is_confirmed(village: Call, woman: str) -> None:
    right = number("19910405", "014")
    wrong = right[:17] + ("1" if right[17] != "1" else "2")
    told = village("person", "change", woman, "--id-no", wrong)
    assert told.code == 1
    assert "--confirm" in told.err
    assert wrong not in told.err
    assert shown(village, woman)["id_no"] != wrong
    kept = village("person", "change", woman, "--id-no", wrong, "--confirm", "--json").json
    assert "id_checksum" in {mark["kind"] for mark in kept["marks"]}
    assert shown(village, woman)["id_status"] == "unclear"
    settled = village("person", "change", woman, "--id-no", right, "--birth", "1991-04-05", "--json").json
    assert settled["marks_settled"] >= 1
    assert "id_checksum" not in {mark["kind"] for mark in settled["marks"]}


def test_a_month_from_the_basic_record_is_completed_and_a_contradiction_names_both(
    village: Call, woman: str, tmp_path: Path
) -> None:
    coarse = village("person", "change", woman, "--no-id", "not_told", "--birth", "1990-03")
    assert (coarse.code, shown(village, woman)["birth_date"]) == (0, "1990-03"), coarse.err
    answers = tmp_path / "answers.json"

    def basic(birth: str) -> Any:
        answers.write_text(json.dumps({"outcome": "done", "answers": {"birth_date": birth}}), encoding="utf-8")
        return village("visit", "add", "--person", woman, "--form", "person_basic", "--answers", answers)

    refused = basic("1990-04-15")
    assert refused.code == 1
    assert "1990-03," in refused.err
    assert "1990-04-15" in refused.err
    assert basic("1990-03-15").code == 0
    assert shown(village, woman)["birth_date"] == "1990-03-15"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say what is to be put right"),
        (("--sex", "x"), "“x” is no code of a sex"),
        (("--birth", "85.3.4"), "“85.3.4”"),
        (("--id-no", "12345"), "this has 5"),
    ],
)
def test_what_cannot_be_is_refused_with_its_value(
    village: Call, woman: str, words: tuple[str, ...], sentence: str
) -> None:
    told = village("person", "change", woman, *words)
    assert (told.code, told.out) == (1, "")
    assert sentence in told.err


def test_a_number_and_no_number_exclude_each_other(village: Call, woman: str) -> None:
    assert village("person", "change", woman, "--id-no", number(), "--no-id", "none").code == 2
