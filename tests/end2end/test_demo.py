"""The main job end to end, as a process of its own: what `make demo` runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parents[2]
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


@dataclass(frozen=True)
class Demo:
    """A finished run: its folder, the folder it had for temporary files, and what it said."""

    out: Path
    temporary: Path
    said: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    out, temporary = tmp_path_factory.mktemp("demo") / "out", tmp_path_factory.mktemp("temporary")
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "TMPDIR": str(temporary),
        "HOME": str(temporary),
        "XDG_DATA_HOME": str(temporary / "data"),
    }
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "villagefp", "demo", "--headless", "--out", str(out)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert not run.stderr, run.stderr
    return Demo(out, temporary, run.stdout)


@pytest.fixture(scope="module")
def people() -> list[tuple[str, str, str]]:
    """Name, ID number and phone of everybody in the practice roster, as digits and characters alone."""
    workbook = CalamineWorkbook.from_path(str(ROOT / "resources" / "practice" / "roster.xlsx"))
    rows = [row for sheet in workbook.sheet_names for row in workbook.get_sheet_by_name(sheet).to_python()]
    header = next(row for row in rows if "姓名" in row)
    top = rows[rows.index(header) - 1]
    name = header.index("姓名")
    number = next(at for at, (one, two) in enumerate(zip(top, header, strict=True)) if "身份证" in f"{one}{two}")
    phone = next(at for at, (one, two) in enumerate(zip(top, header, strict=True)) if "电话" in f"{one}{two}")
    found = [
        (_plain(row[name]), _plain(row[number]), _plain(row[phone]))
        for row in rows[rows.index(header) + 1 :]
        if _plain(row[name])
    ]
    assert len(found) > 100
    return found


def _plain(cell: object) -> str:
    return "".join(str(cell).split()).strip("'")


def test_the_summary_tells_what_was_done(demo: Demo) -> None:
    steps = {step["step"]: step for step in json.loads((demo.out / "summary.json").read_text(encoding="utf-8"))}
    assert steps["roster import"]["persons"] > 100
    assert steps["visits"]["kept"] == 3
    assert steps["visits"]["prompts"] >= 1
    assert steps["sheets"]["pdfs"] == 6
    assert all(step["seconds"] >= 0 for step in steps.values())


def test_the_demo_speaks_the_workers_language(demo: Demo) -> None:
    told = demo.said.replace(str(demo.out), "").replace("summary.json", "")
    assert {letter for letter in told if letter.isascii() and letter.isalpha()} <= set("PDFs")
    assert "花名册已导入" in told


def test_every_screen_has_its_picture(demo: Demo) -> None:
    pictures = sorted((demo.out / "screens").glob("*.png"))
    assert len(pictures) >= 8
    assert all(picture.stat().st_size > 5_000 for picture in pictures)


def test_the_sheets_can_be_read(demo: Demo) -> None:
    texts = {}
    for file in (demo.out / "sheets").glob("*.pdf"):
        document = pypdfium2.PdfDocument(file)
        texts[file.stem] = "".join(page.get_textpage().get_text_range() for page in document)
        document.close()
    assert "李芳之女" in texts["newborn-filled"]
    assert "37.8" in texts["newborn-filled"]
    assert "李芳之女" in texts["newborn-half"]
    assert "37.8" not in texts["newborn-half"]
    assert "李芳" not in texts["newborn-elsewhere"]
    assert "李芳" in texts["household-0012"]


def test_nothing_that_was_typed_can_be_read_on_the_disk(demo: Demo) -> None:
    """What the demo answers in its forms, in its kept visits and in the draft that the pictures leave open."""
    typed = ("孩子打疫苗要带什么", "带上出生医学证明和预防接种证", "柳树湾村", "王秀兰", "李芳之女")
    files = [file for folder in (demo.out / "village", demo.temporary) for file in folder.rglob("*") if file.is_file()]
    readable = [
        (file.name, word)
        for file in files
        for word in typed
        for encoding in ENCODINGS
        if word.encode(encoding) in file.read_bytes()
    ]
    assert readable == []


def test_nothing_of_the_roster_can_be_read_on_the_disk(demo: Demo, people: list[tuple[str, str, str]]) -> None:
    numbers = {word for _name, number, phone in people for word in (number, phone) if len(word) >= 11}
    assert len(numbers) > 100
    files = [file for folder in (demo.out / "village", demo.temporary) for file in folder.rglob("*") if file.is_file()]
    assert len(files) >= 2
    for file in files:
        content = file.read_bytes()
        for encoding in ENCODINGS:
            found = [word for word in numbers if word.encode(encoding) in content]
            assert not found, f"{file.name} holds {len(found)} ID or phone numbers in {encoding}"
            # Four random bytes of an encrypted file may spell one short name; three different ones are a leak.
            names = {name for name, _number, _phone in people if name.encode(encoding) in content}
            assert len(names) < 3, f"{file.name} holds {len(names)} names in {encoding}"
