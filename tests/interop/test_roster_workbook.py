"""Reading workbooks: real .xlsx and .xls; whatever else is given is refused with one sentence that names the file."""

from __future__ import annotations

import random
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from villagefp.domain.checks import CheckKind
from villagefp.domain.roster.told import RosterIssue
from villagefp.errors import UserError
from villagefp.interop.roster_workbook import read_sheets, write_issue_report

ROSTERS = Path(__file__).parents[1] / "data" / "rosters"


def _refused(path: Path) -> str:
    with pytest.raises(UserError) as refused:
        read_sheets(path)
    sentence = str(refused.value)
    assert path.name in sentence
    assert sentence.endswith(".")
    assert "Please" in sentence or "please" in sentence or "close it" in sentence
    return sentence


def test_an_xls_of_excel_97_is_read_with_its_merged_cells() -> None:
    (sheet,) = read_sheets(ROSTERS / "ledger-97.xls")
    assert sheet.name == "1组"
    assert sheet.rows[3][1] == "李芳"
    assert (3, 0, 5, 0) in sheet.merged


def test_errors_in_an_xls_of_excel_97_are_told(tmp_path: Path) -> None:
    """Records of the saved workbook are replaced by others of the same length: two errors, and a formula's error."""
    content = bytearray((ROSTERS / "ledger-97.xls").read_bytes())
    number = content.index(struct.pack("<HHHH", 0x027E, 10, 3, 5))
    errors = b"".join(struct.pack("<HHHHHBB", 0x0205, 8, 3, column, 17, 0x2A, 1) for column in (5, 6))
    content[number : number + 28] = errors + struct.pack("<HH", 0x00EF, 0)
    text = content.index(struct.pack("<HHHH", 0x00FD, 10, 4, 2))
    result = bytes((2, 0, 0x17, 0, 0, 0, 0xFF, 0xFF))
    formula = struct.pack("<HHHHH8sHIHBB", 0x0006, 24, 4, 2, 17, result, 0, 0, 2, 0x1C, 0x17)
    content[text : text + 28] = formula
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    (sheet,) = read_sheets(path)
    assert sheet.unread == {(3, 5): "#N/A", (3, 6): "#N/A", (4, 2): "#REF!"}
    assert [sheet.rows[row][column] for row, column in sheet.unread] == ["", "", ""]
    assert read_sheets(ROSTERS / "ledger-97.xls")[0].unread == {}


def test_the_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    disguised = tmp_path / "花名册.doc"
    disguised.write_bytes((ROSTERS / "ledger-97.xls").read_bytes())
    assert read_sheets(disguised)[0].name == "1组"


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("现在").write(0, 0, "姓名")
        old = book.add_worksheet("旧")
        old.write(0, 0, "姓名")
        old.hide()
    assert [sheet.name for sheet in read_sheets(path)] == ["现在"]


def test_a_protected_workbook() -> None:
    assert "password" in _refused(ROSTERS / "protected.xlsx")


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("空.xlsx", b"", "empty"),
        ("文件.xlsx", b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        ("照片.xls", b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        ("名册.csv", "姓名,性别\n李芳,女\n".encode(), "text"),
        ("名册.xls", "<html><table><tr><td>姓名</td></tr></table>".encode("gb18030"), "web page"),
        ("坏.xlsx", b"PK\x03\x04" + b"\x00" * 60, "damaged"),
        ("坏.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 600, "damaged"),
        ("乱.xlsx", bytes(range(256)) * 4, "damaged"),
    ],
)
def test_other_files(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert word in _refused(path)


def test_a_text_document_with_the_name_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("word/document.xml", "<w:document/>")
    assert "not a workbook" in _refused(path)


def test_a_workbook_without_a_filled_cell(tmp_path: Path) -> None:
    path = tmp_path / "空表.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet()
    assert "no filled cells" in _refused(path)


def test_a_file_that_is_not_there_and_a_folder(tmp_path: Path) -> None:
    assert "no file" in _refused(tmp_path / "没有.xlsx")
    (tmp_path / "夹").mkdir()
    assert "folder" in _refused(tmp_path / "夹")


def test_an_archive_that_unpacks_to_far_too_much(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "<workbook/>")
        with parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _part in range(513):
                sheet.write(bytes(2**20))
    assert "damaged" in _refused(path)


def test_mangled_workbooks_never_crash(tmp_path: Path) -> None:
    """Cut anywhere, or with bytes turned over: it reads or it is refused with a sentence."""
    chance = random.Random(20261122)
    for original in (ROSTERS / "roster-flat.xlsx", ROSTERS / "ledger-97.xls"):
        whole = original.read_bytes()
        for turn in range(40):
            mangled = bytearray(whole)
            if turn % 2:
                del mangled[chance.randrange(1, len(mangled)) :]
            else:
                for _flip in range(10):
                    mangled[chance.randrange(8, len(mangled))] ^= chance.randrange(1, 256)
            path = tmp_path / f"坏{original.suffix}"
            path.write_bytes(mangled)
            try:
                read_sheets(path)
            except UserError as refused:
                assert path.name in str(refused)  # noqa: PT017  it may read as well


def test_the_report_of_issues_is_a_workbook(tmp_path: Path) -> None:
    issues = [
        RosterIssue("1组", 5, "身份证号", CheckKind.ID_CHECKSUM, "Please compare it.", "990101199005060209"),
        RosterIssue("2组", 7, "", CheckKind.ROW_UNCLEAR, "=1+1", "=cmd"),
    ]
    path = tmp_path / "问题.xlsx"
    write_issue_report(path, issues, str.upper)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Sheet", "Row", "Column", "Kind", "What to do", "Value"]
    assert rows[1] == ["1组", 5, "身份证号", "ID_CHECKSUM", "Please compare it.", "990101199005060209"]
    assert rows[2][4:] == ["=1+1", "=cmd"], "text of a roster is never a formula"


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_issue_report(tmp_path / "没有" / "问题.xlsx", [], str)
