"""`person list|find|show`: who is in the register, with ID numbers masked unless somebody asks to see them."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.conftest import PASSPHRASE
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Access
from villagefp.storage import records
from villagefp.storage.store import open_store

KEYS = {
    "id", "household_no", "group_no", "name", "sex", "sex_text", "birth_date", "birth_precision", "id_no", "id_status",
    "relation", "relation_text", "ethnic", "ethnic_text", "education", "education_text", "marital", "marital_text",
    "phone", "residence", "residence_text",
}  # fmt: skip
WHOLE = re.compile(r"\d{17}[\dX]")


def looks(folder: Path, ambient: Ambient) -> list[Access]:
    store = open_store(folder, PASSPHRASE, ambient)
    with store.read() as connection:
        found = records.where(connection, Access)
    store.close()
    return found


def test_the_list_holds_everybody_with_codes_and_words(village: Call) -> None:
    people = village("person", "list", "--json").json
    assert len(people) > 100
    assert all(set(person) == KEYS for person in people)
    assert {person["sex"] for person in people} <= {"1", "2", "9", None}
    assert all(str(uuid.UUID(person["id"])) == person["id"] for person in people)


@pytest.mark.parametrize("words", [("list",), ("find", "李芳"), ("show",)])
def test_id_numbers_are_masked_and_nothing_is_logged(
    village: Call, tmp_path: Path, ambient: Ambient, words: tuple[str, ...]
) -> None:
    before = looks(tmp_path / "village", ambient)
    chosen = (*words, village("person", "find", "李芳", "--json").json[0]["id"]) if words == ("show",) else words
    for told in (village("person", *chosen), village("person", *chosen, "--json")):
        assert told.code == 0
        assert "李芳" in told.out
        assert not WHOLE.search(told.out)
    assert looks(tmp_path / "village", ambient) == before


def test_a_look_at_whole_numbers_is_logged_for_each_person(village: Call, tmp_path: Path, ambient: Ambient) -> None:
    before = len(looks(tmp_path / "village", ambient))
    shown = village("person", "find", "李芳", "--reveal", "--json").json
    assert any(WHOLE.fullmatch(person["id_no"] or "") for person in shown)
    logged = looks(tmp_path / "village", ambient)[before:]
    assert {str(uuid.UUID(bytes=look.person)) for look in logged} == {person["id"] for person in shown}


@pytest.mark.parametrize("text", ["李芳", "lifang", "lf", "0012"])
def test_a_person_is_found_by_name_pinyin_initials_and_household(village: Call, text: str) -> None:
    assert "李芳" in {person["name"] for person in village("person", "find", text, "--json").json}


def test_nobody_found_is_an_answer(village: Call) -> None:
    told = village("person", "find", "没有这个人")
    assert (told.code, told.out) == (0, "Nobody found. Try fewer characters.\n")
    assert village("person", "find", "没有这个人", "--json").json == []


def test_a_person_is_shown_with_what_happened(village: Call, tmp_path: Path) -> None:
    (person,) = [each for each in village("person", "find", "李芳", "--json").json if each["name"] == "李芳"]
    (tmp_path / "answers.json").write_text('{"outcome": "not_this_time"}', encoding="utf-8")
    added = village("visit", "add", "--person", person["id"], "--form", "newborn_home_visit",
                    "--answers", tmp_path / "answers.json", "--json").json  # fmt: skip
    page = village("person", "show", person["id"], "--json").json
    assert set(page) == KEYS | {"aliases", "phones", "marks", "timeline"}
    assert [(entry["event_id"], entry["form"], entry["outcome"]) for entry in page["timeline"]] == [
        (added["event_id"], "newborn_home_visit", "not_this_time")
    ]
    assert village("person", "show", person["id"]).out.rstrip().endswith("Not this time")


@pytest.mark.parametrize(("word", "sentence"), [("zzz", "zzz is no person's id"), (uuid.UUID(int=1), "not here")])
def test_an_id_that_is_none_is_refused(village: Call, word: object, sentence: str) -> None:
    told = village("person", "show", word)
    assert (told.code, told.out) == (1, "")
    assert sentence in told.err
    assert "error" in village("person", "show", word, "--json").json
