from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.printing.fonts import load_fonts
from villagefp.printing.inline import BOX, Kind, Line, Piece, Setter, split_words

SETTER = Setter(load_fonts())


def said(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(piece.text for _, piece in line.pieces) for line in lines]


def test_a_line_begins_with_no_comma_and_ends_with_no_opening_bracket() -> None:
    lines = said(SETTER.flow(SETTER.words("一二三四五，六七八（九十）"), 60))
    assert lines == ["一二三四", "五，六七八", "（九十）"]


def test_words_and_numbers_stay_whole_and_what_no_line_holds_is_broken() -> None:
    assert split_words("拨打 12345 或 call me") == ["拨", "打", " ", "12345", " ", "或", " ", "call", " ", "me"]
    lines = said(SETTER.flow(SETTER.words("电话 13900001234567890"), 70))
    assert "".join(lines).replace(" ", "") == "电话13900001234567890"
    assert len(lines) > 1


def test_an_option_wider_than_its_cell_is_broken_between_words() -> None:
    option = SETTER.piece("3 Does not look at faces")
    assert [line.strip() for line in said(SETTER.flow([(option,)], 70))] == ["3 Does not", "look at", "faces"]


def test_code_boxes_stand_at_the_right_end_or_on_a_line_of_their_own() -> None:
    boxes = SETTER.boxes(["1", ""])
    one = SETTER.flow(SETTER.words("1 无  2 有"), 200, boxes)
    assert len(one) == 1
    assert one[0].width == pytest.approx(200)
    two = SETTER.flow(SETTER.words("1 无  2 有"), 60, boxes)
    assert len(two) == 2
    assert [piece.kind for _, piece in two[1].pieces if piece.kind is not Kind.SPACE] == [Kind.BOX, Kind.TEXT, Kind.BOX]


def test_a_box_is_big_enough_to_write_in() -> None:
    assert BOX >= 5 * 72 / 25.4


def test_labels_are_broken_into_even_lines() -> None:
    assert said(SETTER.balanced("新生儿听力筛查", 80)) == ["新生儿听", "力筛查"]
    assert said(SETTER.balanced("短", 80)) == ["短"]


@given(st.text(alphabet="中文，。（）《》a1 \n、%", max_size=120), st.integers(min_value=30, max_value=300))
def test_no_line_is_wider_than_its_cell_and_nothing_is_lost(text: str, width: int) -> None:
    lines = SETTER.flow(SETTER.words(text), width)
    assert all(line.width <= width + 0.01 for line in lines)
    assert "".join(said(lines)).replace(" ", "") == text.replace("\n", "").replace(" ", "")


@given(st.text(alphabet="中文，。a1", min_size=1, max_size=60), st.integers(min_value=60, max_value=300))
def test_an_answer_on_a_writing_line_is_never_cut(text: str, width: int) -> None:
    lines = SETTER.flow([*SETTER.words("1 无"), *SETTER.blank(40, text, grows=50)], width, SETTER.boxes(["1"]))
    assert all(line.width <= width + 0.01 for line in lines)
    assert text in "".join(said(lines))


def test_labels_are_broken_where_their_meaning_allows() -> None:
    assert said(SETTER.balanced("结果（照单抄录）", 80)) == ["结果", "（照单抄录）"]
    assert said(SETTER.balanced("村医/村专干签名", 80)) == ["村医/", "村专干签名"]
    assert said(SETTER.balanced("家族史：兄弟姐妹", 80)) == ["家族史：", "兄弟姐妹"]
    assert said(SETTER.balanced("Result (copied)", 60)) == ["Result", "(copied)"]


def test_no_line_begins_with_the_blank_between_two_words() -> None:
    assert said(SETTER.flow(SETTER.words("one two three"), 45)) == ["one ", "two ", "three"]


def test_an_exponent_is_raised_since_no_font_here_has_it() -> None:
    ten, nine, litre = SETTER.unit("×10^9/L")
    assert (ten.text, nine.text, litre.text) == ("×10", "9", "/L")
    assert nine.rise > 0
    assert nine.size < ten.size == litre.size


def test_boxes_to_tick_do_not_touch_those_of_the_next_line() -> None:
    tick = (Piece(Kind.TICK, BOX),)
    assert SETTER.flow([tick], 100)[0].height >= BOX + 3
