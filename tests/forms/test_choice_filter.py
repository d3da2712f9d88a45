"""Options that depend on an answer: a path from the top names the form, also where a list is filtered."""

from __future__ import annotations

from pathlib import Path

from villagefp.domain.ambient import Ambient
from villagefp.forms.compile import compile_sheet
from villagefp.forms.session import FormSession

SHEET = """
| survey |
| | type | name | label | choice_filter |
| | select_one item | item | Item | |
| | select_multiple told | told | Told | selected(items, ${item}) |

| choices |
| | list_name | name | label | items |
| | item | pill | Pill | |
| | item | condom | Condom | |
| | told | smokes | Smokes | pill patch |
| | told | latex | Latex | condom |
"""


def test_options_follow_the_answer_they_are_filtered_by(tmp_path: Path) -> None:
    sheet = tmp_path / "filtered.md"
    sheet.write_text(SHEET, encoding="utf-8")
    session = FormSession(compile_sheet(sheet), ambient=Ambient())

    def offered() -> list[str]:
        return [choice.code for choice in session.node("/data/told").choices]

    assert offered() == []
    session.set_answer("/data/item", "pill")
    assert offered() == ["smokes"]
    session.set_answer("/data/item", "condom")
    assert offered() == ["latex"]
