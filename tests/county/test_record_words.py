"""What the office reads of records: words, never the program's own names, nor bytes."""

from __future__ import annotations

import uuid

import pytest

from villagefp import i18n
from villagefp.office.record_words import field_words, kind_words, record_words, value_words
from villagefp.wire.declared import DECLARED
from villagefp.wire.kinds import Travel

SHOWN = [
    (kind.name, field.name)
    for kind in DECLARED
    for field in kind.fields
    if field.travel is Travel.OPEN and kind.name != "access"
]


@pytest.mark.parametrize(("kind", "field"), SHOWN)
def test_every_open_field_has_a_word(kind: str, field: str) -> None:
    i18n.set_language("zh_CN")
    for told in (kind_words(kind), field_words(kind, field)):
        assert not told.isascii(), (kind, field)


def test_values_are_words_and_records_are_ids() -> None:
    i18n.set_language("zh_CN")
    mother = uuid.UUID(int=7)
    told = {"name": "李芳", "sex": "2", "mother": mother.bytes, "ethnic": "01", "died_on": None}
    assert record_words("person", told) == f"姓名: 李芳  性别: 女性  母亲: {mother}  民族: 汉族  死亡日期: —"
    assert value_words("transfer", "agreed", value=True) == "是"
    assert value_words("event", "answers", b"\x81") == "（此处不显示的内容）"
    assert value_words("person", "sex", "7") == "7"  # of a newer program
    assert (kind_words("facility"), field_words("facility", "beds")) == ("facility", "beds")
