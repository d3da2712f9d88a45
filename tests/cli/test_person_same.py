"""`person same|different|duplicates|match-founding|move|moves|stay` on a real roster."""

from __future__ import annotations

import uuid

from tests.cli.conftest import Call


def _two(village: Call) -> tuple[str, str]:
    first, second, *_rest = sorted(person["id"] for person in village("person", "list", "--json").json)
    return first, second


def test_two_are_said_to_be_one_and_two_again(village: Call) -> None:
    one, other = _two(village)
    before = len(village("person", "list", "--json").json)
    said = village("person", "same", other, one, "--reason", "seen at the door", "--json")
    assert (said.code, said.json) == (0, {"same": True, "id": one})
    assert len(village("person", "list", "--json").json) == before - 1
    assert village("person", "show", other, "--json").json["id"] == one
    assert village("person", "different", one, other).code == 0
    assert len(village("person", "list", "--json").json) == before


def test_the_same_entry_twice_is_refused(village: Call) -> None:
    one, _other = _two(village)
    told = village("person", "same", one, one)
    assert (told.code, told.out) == (1, "")
    assert "one entry, not two" in told.err
    assert "no person's id" in village("person", "same", one, "zzz").err


def test_duplicates_are_named_with_masked_numbers(village: Call) -> None:
    told = village("person", "duplicates")
    assert told.code == 0
    for found in village("person", "duplicates", "--json").json:
        assert found["why"] in {"id_no", "name_and_birth"}
        assert len(found["persons"]) > 1
        assert all(person in told.out for person in found["persons"])


def test_a_village_founded_once_has_nothing_to_match(village: Call) -> None:
    told = village("person", "match-founding", "--json").json
    assert (told["said"], told["persons"], told["households"]) == (False, [], [])
    assert village("person", "match-founding", "--confirm").code == 0
    assert len(village("person", "list", "--json").json) > 100


def test_a_move_is_asked_for_listed_and_taken_back(village: Call) -> None:
    person, _other = _two(village)
    asked = village("person", "move", person, "--to-village", "990101102203", "--consent", "spoken", "--json")
    assert (asked.code, asked.json["state"]) == (0, "asked")
    (line,) = village("person", "moves", "--json").json
    assert (line["move_id"], line["person_id"], line["to_village"]) == (asked.json["move_id"], person, "990101102203")
    assert "waits for the county" in village("person", "moves").out
    assert village("person", "stay", asked.json["move_id"]).code == 0
    assert village("person", "moves").out == "Nobody is moving.\n"
    assert village("person", "stay", uuid.UUID(int=1)).code == 1


def test_without_consent_nobody_moves(village: Call) -> None:
    person, _other = _two(village)
    assert village("person", "move", person, "--to-village", "990101102203").code == 2
    assert village("person", "moves", "--json").json == []
