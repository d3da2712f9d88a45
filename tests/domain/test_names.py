"""Names: typing dirt goes, every character stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.domain import names
from villagefp.domain.records import NameStatus

HAN = st.text(
    st.sampled_from("王李张欧阳㛃龑䶮𬱖𫍽𬭎𫘧喆堃") | st.characters(min_codepoint=0x20000, max_codepoint=0x2FA1F),
    min_size=2,
    max_size=4,
)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("王秀兰", "王秀兰"),
        ("于  志", "于志"),
        ("侯\u3000燕", "侯燕"),
        (" 王一文 ", "王一文"),
        ("王一文\n", "王一文"),
        ("李 小 明", "李小明"),
        ("欧阳 兰福", "欧阳兰福"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("买买提 艾力江", "买买提 艾力江"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ\u3000Ｓｍｉｔｈ", "John Smith"),
        ("李芳之女（大）", "李芳之女(大)"),
        ("冯涵䶮", "冯涵䶮"),
        ("陆𫍽", "陆𫍽"),
        ("陆  𫍽", "陆𫍽"),
        ("\ufeff王\u200b秀兰", "王秀兰"),
        ("李\ue863", "李\ue863"),
    ],
)
def test_names_as_people_type_them(told: str, kept: str) -> None:
    assert names.normalise(told) == kept


@pytest.mark.parametrize("rare", ["\uf900", "\ufa0e", "\U0002f800", "\U0002cc56", "葛\U000e0100"])
def test_no_character_is_turned_into_another(rare: str) -> None:
    """Unicode's normal forms would make 豈 of U+F900: the name on the ID card would no longer be this one."""
    assert names.normalise(f"王{rare}") == f"王{rare}"


@pytest.mark.parametrize("told", ["", " ", "\u3000", "无", "不详", "未取名", "—", "/", "？", "XX", "×××"])
def test_what_says_that_there_is_no_name(told: str) -> None:
    assert names.read(told) == names.NameReading("", NameStatus.MISSING)


@pytest.mark.parametrize(
    "told", ["李芳之女", "李芳之子(大)", "李芳之女（小）", "李芳男婴", "新生儿", "王宝宝", "李芳之二子"]
)
def test_a_newborn_may_have_a_name_that_stands_in(told: str) -> None:
    expected = NameStatus.GIVEN if told == "李芳之二子" else NameStatus.PROVISIONAL
    assert names.read(told).status is expected


@pytest.mark.parametrize("told", ["张子之", "王婴宁", "李宝儿", "何之"])
def test_real_names_are_no_stand_ins(told: str) -> None:
    assert names.read(told).status is NameStatus.GIVEN


def test_a_stand_in_name_tells_the_mother() -> None:
    assert names.mother_in("李芳之女(大)") == "李芳"
    assert names.mother_in("李芳") is None
    assert names.mother_in("何之") is None


@given(HAN)
def test_every_character_is_kept(name: str) -> None:
    assert names.normalise(name) == name


@given(HAN, st.sampled_from([" ", "  ", "\u3000", " \u3000"]))
def test_spaces_that_line_up_a_column_go(name: str, space: str) -> None:
    assert names.normalise(space.join(name)) == name


@given(st.text(max_size=30))
def test_doing_it_twice_changes_nothing(told: str) -> None:
    once = names.normalise(told)
    assert names.normalise(once) == once
