from __future__ import annotations

from dataclasses import replace

from tests.printing.reading import plain, text_of
from tests.printing.samples import RARE_NAME, newborn
from villagefp.printing.fonts import load_fonts, missing_glyphs
from villagefp.printing.render import render


def test_names_beyond_the_basic_plane_can_be_copied_out_of_the_pdf() -> None:
    text = plain(text_of(render(newborn(name=RARE_NAME)).pdf))
    assert RARE_NAME in text
    assert "面色1红润2黄染3其他" in text


def test_many_characters_in_one_sheet_keep_their_text() -> None:
    # more than 256 of them need several subsets of the font, and each its own map back to text
    many = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 700)) + "𬱖𬭎𫘧"
    text = plain(text_of(render(newborn(referral_reason=many)).pdf))
    assert set(many) <= set(text)


def test_a_character_without_a_glyph_is_named_before_anything_is_printed() -> None:
    job = newborn(name="李𡋾之女", referral_reason="😀")
    told = render(job)
    assert told.pdf == b""
    assert told.missing == ("😀", "𡋾")
    assert missing_glyphs("王秀兰 𡋾 2026 ℃ ×") == ["𡋾"]
    assert missing_glyphs(RARE_NAME) == []


def test_a_missing_character_leaves_its_box_and_no_rubbish_in_the_text() -> None:
    told = render(replace(newborn(name="李𡋾之女"), leave_blank=True))
    text = plain(text_of(told.pdf))
    assert told.missing == ("𡋾",)
    assert "姓名李之女" in text
    assert not [char for char in text if char == "\ufffd" or ord(char) < 32 or 0xE000 <= ord(char) <= 0xF8FF]


def test_what_a_name_needs_is_also_missed_in_a_repeat_and_in_a_household_sheet() -> None:
    from tests.printing.samples import household  # noqa: PLC0415

    assert render(household(members=(("户主", "李𡋾"),))).missing == ("𡋾",)


def test_widths_leave_room_for_the_box_of_a_missing_character() -> None:
    fonts = load_fonts()
    assert fonts.width("李𡋾", 12) == 24
