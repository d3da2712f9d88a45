"""Names are read as people read them, surnames first."""

from __future__ import annotations

import pytest

from villagefp.domain import pinyin


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("王芳", "wangfang", "wf"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("曾梅", "zengmei", "zm"),
        ("仇和", "qiuhe", "qh"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("区兰", "oulan", "ol"),
        ("查良镛", "zhaliangyong", "zly"),
        ("任华", "renhua", "rh"),
        ("盖叫天", "gejiaotian", "gjt"),
        ("尉迟芳", "yuchifang", "ycf"),
        ("欧阳修", "ouyangxiu", "oyx"),
        ("王单", "wangdan", "wd"),  # not as a surname
        ("吕绿", "lvlv", "ll"),
        ("李芳之女(大)", "lifangzhinvda", "lfznd"),
        ("Ann Lee", "annlee", "annlee"),
        ("吕𬱖", "lvdi", "ld"),  # beyond the BMP
        ("", "", ""),
        ("?！", "", ""),
    ],
)
def test_a_name_is_read(name, full, initials):
    assert pinyin.readings(name) == (full, initials)


def test_the_table_is_the_same_whenever_it_is_built(tmp_path):
    pinyin.build(tmp_path / "pinyin")
    assert (tmp_path / "pinyin").read_bytes() == pinyin.table_file().read_bytes()
    assert (tmp_path / "pinyin").stat().st_size < 400_000
