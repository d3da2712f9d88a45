"""The code lists: each of its shape, complete as the standards have it, and words found."""

from __future__ import annotations

import json

import pytest

from villagefp.domain import codes

WANTED = {
    "sex": "0 1 2 9",
    "marital_gb": "10 20 21 22 23 30 40 90",
    "work_status": "11 13 17 21 24 27 31 37 51 54 70 80 90",
    "education_gb": "10 20 30 40 60 70 80 90",
    "occupation": "0 1 2 3 4 5 6 7 8",
    "abo": "1 2 3 4 5",
    "rh": "1 2 3",
    "id_type": "01 02 03 04 05 06 07 11 99",
    "delivery_mode": "1 11 12 2 21 22 23 3 31 32 33 9",
    "feeding": "1 2 3",
    "pregnancy_outcome": "1 2 3 4 5 6 7 8 9",
    "outcome": "accepted done not_this_time declined postponed withdrawn unreachable moved transferred "
    "not_applicable deceased",
    "ethnic": " ".join([f"{n:02}" for n in range(1, 57)] + ["97", "98"]),
    "relation": "01 02 10 11 12 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 "
    "40 41 42 43 44 45 46 47 48 49 "
    "50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 70 71 72 73 74 75 76 77 78 79 80 97 99",
    "presence": "1 2 3 4 5 6",
    "method_code": "cu_iud lng_iud iud_inert iud_unk implant inj_dmpa inj_neten inj_comb coc pop ecp ring patch "
    "condom_m condom_f spermicide ster_f ster_m lam fab withdrawal none_wish none_pregnant "
    "none_other not_asked declined",
}


@pytest.mark.parametrize("name", codes.names())
def test_a_file_has_its_shape(name: str) -> None:
    told = json.loads((codes.folder() / f"{name}.json").read_text(encoding="utf-8"))
    assert set(told) == {"list", "zh", "en", "version", "source", "codes"}
    assert told["list"] == name
    assert all(told[key] for key in told)
    for code in told["codes"]:
        assert {"code", "zh", "en", "map"} <= set(code) <= {"code", "zh", "en", "map", "also", "hidden", "note"}
        assert all(isinstance(code[key], str) and code[key] for key in ("code", "zh", "en"))
        for value in code["map"].values():
            assert isinstance(value, str) or all(isinstance(one, str) for one in value)
    assert len({code["code"] for code in told["codes"]}) == len(told["codes"])


@pytest.mark.parametrize("name", codes.names())
def test_every_word_leads_to_one_code(name: str) -> None:
    words: dict[str, str] = {}
    for code in codes.load(name):
        for word in (code.zh, *code.also):
            assert words.setdefault(word.lower(), code.code) == code.code, word


@pytest.mark.parametrize(("name", "wanted"), WANTED.items())
def test_every_code_of_the_standard_is_there(name: str, wanted: str) -> None:
    assert [code.code for code in codes.load(name)] == wanted.split()


def test_labels_and_words() -> None:
    relation = codes.load("relation")
    assert relation.label("02") == "户主"
    assert relation.label("02", "en") == "Head of household"
    assert relation.label(None) is None
    assert relation.label("xx") is None
    assert relation.code_of("户主") == relation.code_of(" 户 主 ") == relation.code_of("02") == "02"
    assert relation.code_of("没有这个词") is None
    assert "02" in relation
    assert codes.load("ethnic").code_of("汉") == codes.load("ethnic").code_of("汉族") == "01"


def test_a_code_that_stands_for_little_schooling_says_so() -> None:
    """The paper form's 9 文盲或半文盲 has no code of its own, and nobody should read of a person what is not so."""
    education = codes.load("education_gb")
    assert {education.code_of(word) for word in ("文盲", "半文盲", "文盲或半文盲", "不识字", "其他", "other")} == {"90"}
    assert education.label("90") == "文盲及其他"
    assert education.label("90", "en") == "Little or no schooling, or other"


def test_order_of_birth_is_never_offered() -> None:
    offered = {code.code for code in codes.load("relation").offered()}
    assert not offered & {"21", "22", "23", "31", "32", "33"}
    assert {"20", "27", "30", "37"} <= offered


def test_the_short_list_of_relations_is_covered() -> None:
    shorts = {code.map["one_digit"] for code in codes.load("relation")}
    assert shorts == set("012345678")


def test_old_methods_stand_for_methods_of_today() -> None:
    listed = codes.load("method_code")
    for code in codes.load("legacy_method"):
        assert "product" not in code.map or code.map["product"] in listed
        assert not code.code.startswith("E")
    assert "A95" not in codes.load("legacy_method")


def test_what_is_not_confirmed_says_so() -> None:
    assert "[K]" in codes.load("education_gb").source
    assert "[K]" in codes.load("delivery_mode").source
