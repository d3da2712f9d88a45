"""What the product must not be able to express: a requirement with a test, not a mood.

Searched as whole identifiers in what is kept and asked (kinds, tables, forms, code lists, settings, command line) and
as words in everything that is shown to people. `only_child_fee`, `fee_free` and `feeding` are no hits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from villagefp import paths, settings
from villagefp.domain.kept import KINDS

IDENTIFIERS = frozenset(
    {
        "fetal_sex", "foetal_sex", "sex_of_fetus", "in_policy", "out_of_policy", "policy_status", "policy_flag", "fee",
        "fine", "penalty", "remedy", "informer", "pregnancy_found_by", "checked_quarter", "party_rank", "rank",
        "ranking", "household_score", "score", "quota", "target", "pregnancy_disappeared", "not_yet_checked",
        "hbv_result", "syphilis_result", "hiv_result", "risk_purple", "uncooperative", "eugenics",
    }
)  # fmt: skip
WORDS = (
    "胎儿性别", "政策内", "政策外", "计划外", "社会抚养费", "一票否决", "应检未检", "孕情消失", "孕情排查", "举报奖励",
    "三查", "四术", "补救措施", "排名", "考核得分", "不配合", "必须落实", "应当落实", "黄牌",
)  # fmt: skip
ROOT = paths.root_dir()


def _forms() -> list[Path]:
    return sorted((paths.resources_dir() / "forms").glob("*.md"))


def _names_of_forms() -> Iterator[tuple[str, str]]:
    for file in _forms():
        for name in re.findall(r"\|\s*([a-z][a-z0-9_]+)\s*(?=\|)", file.read_text(encoding="utf-8")):
            yield file.name, name


def _names_of_migrations() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "migrations").rglob("*.py")):
        for name in re.findall(r"""["']([a-z][a-z0-9_]+)["']""", file.read_text(encoding="utf-8")):
            yield file.name, name


def test_no_kind_or_field_can_hold_it() -> None:
    names = {kind.KIND for kind in KINDS}
    names |= {name for kind in KINDS for name in kind.__struct_fields__}
    names |= {setting.key for setting in settings.TABLE}
    assert not names & IDENTIFIERS


def test_no_table_or_column_can_hold_it() -> None:
    found = list(_names_of_migrations())
    assert len(found) > 50, "the migrations were not found"
    assert not [(file, name) for file, name in found if name in IDENTIFIERS]


def test_no_form_asks_for_it() -> None:
    found = list(_names_of_forms())
    assert len(found) > 100, "the forms were not found"
    assert not [(file, name) for file, name in found if name in IDENTIFIERS]


@pytest.mark.parametrize("folder", ["forms", "codes", "locale", "programmes", "sheets"])
def test_no_text_for_people_says_it(folder: str) -> None:
    for file in (paths.resources_dir() / folder).rglob("*"):
        if file.suffix in {".md", ".json", ".po", ".toml", ".txt"}:
            text = file.read_text(encoding="utf-8")
            assert not [word for word in WORDS if word in text], file.name


def test_the_code_knows_these_words_only_to_drop_them() -> None:
    allowed = {"dropped_columns.py"}
    for file in (ROOT / "villagefp").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if file.name not in allowed:
            assert not [word for word in WORDS if word in text], file.name
            assert not re.findall(r"\b(?:fetal_sex|out_of_policy|pregnancy_found_by|household_score)\b", text), (
                file.name
            )


def test_every_form_can_end_in_a_refusal() -> None:
    """The outcome is no question of a form: any form ends in any outcome, so none can make a refusal impossible."""
    for file in _forms():
        assert not re.search(r"\|\s*outcome\s*\|", file.read_text(encoding="utf-8")), file.name
