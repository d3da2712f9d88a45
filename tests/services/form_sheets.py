"""Form sheets as a county writes them, for tests: a shipped one changed a little, and new ones."""

from __future__ import annotations

from pathlib import Path

from villagefp import paths

NEED = "need_record"
FERRY = "ferry_wish"


def changed(folder: Path, version: str, *edits: tuple[str, str], form_id: str = NEED) -> Path:
    """The shipped sheet as a later version, with these words put in place of others."""
    text = (paths.resources_dir() / "forms" / f"{form_id}.md").read_text(encoding="utf-8")
    for old, new in ((f"| {form_id} | 1 |", f"| {form_id} | {version} |"), *edits):
        assert old in text, f"the shipped sheet has no {old!r}"
        text = text.replace(old, new)
    path = folder / f"{form_id}-{version}.md"
    path.write_text(text, encoding="utf-8")
    return path


def without_option(label: str) -> tuple[str, str]:
    """An edit that takes an option out of need_record's list of needs, found by its label."""
    text = (paths.resources_dir() / "forms" / f"{NEED}.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("| | need_code") and f"| {label} |" in line)
    return line + "\n", ""


def ferry(folder: Path, version: str = "1", *, sealed: bool = False) -> Path:
    """A form that no release has: who wishes to be taken over the river."""
    settings = {
        "form_title": "渡河意愿", "caption::English (en)": "Wish for the ferry", "form_id": FERRY, "version": version,
        "default_language": "Chinese (zh)", "print::title": "渡河意愿表", "print::subject": "person",
        "print::neutral_title": "服务记录" if sealed else "渡河意愿",
    }  # fmt: skip
    rows = [
        "| survey |",
        "| | type | name | label::Chinese (zh) | label::English (en) | sealed | calculation |",
        "| | text | name | 姓名 | Name | | instance('person')/root/name |",
        f"| | select_one bank | bank | 到哪边 | To which bank | {'yes' if sealed else ''} | |",
        "| | integer | seats | 座位 | Seats | | |",
        "| choices |",
        "| | list_name | name | label::Chinese (zh) | label::English (en) |",
        "| | bank | 1 | 东岸 | East |",
        "| | bank | 2 | 西岸 | West |",
        "| settings |",
        "| | " + " | ".join(settings) + " |",
        "| | " + " | ".join(settings.values()) + " |",
    ]
    path = folder / f"{FERRY}-{version}.md"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
