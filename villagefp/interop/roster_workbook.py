"""Roster workbooks: reading the cells of .xlsx, .xls and .ods, and writing the list of issues as .xlsx."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from villagefp.domain.roster.tables import SheetCells
from villagefp.domain.roster.told import RosterIssue
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.interop import unread_cells, unread_cells_xls
from villagefp.interop.unread_cells import Unread
from villagefp.reasons import reason

_LARGEST = 64 * 2**20
_LARGEST_UNPACKED = 512 * 2**20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_OTHERS = ((b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"Rar!", "RAR"))
_TEXT_BYTES = 2048


def read_sheets(path: Path) -> tuple[SheetCells, ...]:
    """The cells of every visible sheet; a file that is no readable workbook is refused with what to do about it."""
    content = _content(path)
    _refuse_others(path, content)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        unread = _unread(path, content)
        sheets = tuple(_sheet(workbook, name, unread.get(name, {})) for name in _visible(workbook))
    except PasswordError as protected:
        raise _encrypted(path) from protected
    except CalamineError as unreadable:
        raise _unreadable(path) from unreadable
    except BaseException as crashed:
        # The reader is a compiled library: where it gives up on a mangled file, it raises outside of Exception.
        if type(crashed).__name__ != "PanicException":
            raise
        raise _unreadable(path) from None
    if not any(cell not in ("", None) for sheet in sheets for row in sheet.rows for cell in row):
        raise UserError(
            _("“{file}” has no filled cells. Please choose the workbook that holds the roster.").format(file=path.name)
        )
    return sheets


def _unread(path: Path, content: bytes) -> Mapping[str, unread_cells.Unread]:
    """What the reader gives as empty although something stands there; a damaged archive is refused."""
    if not content.startswith(_ZIP):
        return unread_cells_xls.of_sheets(content)
    try:
        return unread_cells.of_sheets(content)
    except unread_cells.DAMAGED as damaged:
        raise _unreadable(path) from damaged


def check_report_place(place: Path, roster: Path) -> None:
    """UserError where no report can be written, said before anything is imported; leaves everything as it was."""
    if place.resolve() == roster.resolve():
        raise UserError(_("“{file}” is the roster itself. Choose another name for the report.").format(file=place.name))
    there = place.exists()
    try:
        with place.open("ab"):
            pass
        if not there:
            place.unlink()
    except OSError as refused:
        raise _no_report(place, refused) from refused


def _no_report(place: Path, refused: OSError) -> UserError:
    return UserError(
        _("The report cannot be written to “{file}”: {why}. Please close it elsewhere or choose another name.").format(
            file=place.name, why=reason(refused)
        )
    )


def write_issue_report(path: Path, issues: Sequence[RosterIssue], kind_label: Callable[[str], str]) -> None:
    """The issues as a workbook to work through: sheet, row, column, kind, message, value."""
    import xlsxwriter  # noqa: PLC0415  60 ms that only a report needs

    try:
        with (
            path.open("wb") as file,
            xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book,
        ):
            bold = book.add_format({"bold": True, "bg_color": "#E3F1EF", "border": 1})
            wrap = book.add_format({"text_wrap": True, "valign": "top"})
            sheet = book.add_worksheet(_("Issues"))
            sheet.freeze_panes(1, 0)
            for place, (title, width) in enumerate(_titles()):
                sheet.set_column(place, place, width)
                sheet.write_string(0, place, title, bold)
            for line, issue in enumerate(issues, 1):
                sheet.write_string(line, 0, issue.sheet)
                sheet.write_number(line, 1, issue.row)
                told = (issue.column, kind_label(issue.kind), issue.message, issue.value)
                for place, text in enumerate(told, 2):
                    sheet.write_string(line, place, text, wrap)
            sheet.autofilter(0, 0, max(len(issues), 1), len(_titles()) - 1)
    except OSError as refused:
        raise _no_report(path, refused) from refused


def _titles() -> tuple[tuple[str, int], ...]:
    return (
        (_("Sheet"), 12),
        (_("Row"), 8),
        (_("Column"), 16),
        (_("Kind"), 18),
        (_("What to do"), 70),
        (_("Value"), 24),
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise UserError(
                _("“{file}” is larger than {limit} MB. A roster is far smaller: please choose the right file.").format(
                    file=path.name, limit=_LARGEST // 2**20
                )
            )
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise UserError(
            _("There is no file “{file}”. Please choose the roster workbook.").format(file=path.name)
        ) from missing
    except IsADirectoryError as folder:
        raise UserError(
            _("“{file}” is a folder. Please choose the roster workbook inside it.").format(file=path.name)
        ) from folder
    except OSError as refused:
        raise UserError(
            _("“{file}” cannot be read: {why}. If it is open in WPS or Excel, close it there and try again.").format(
                file=path.name, why=reason(refused)
            )
        ) from refused


def _refuse_others(path: Path, content: bytes) -> None:
    """A sentence for what is no workbook, whatever its name ends in."""
    if not content:
        raise UserError(_("“{file}” is empty. Please copy it again from where it came from.").format(file=path.name))
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise _encrypted(path)
        return
    if content.startswith(_ZIP):
        _refuse_other_zip(path, content)
        return
    sort = next((name for start, name in _OTHERS if content.startswith(start)), None)
    if sort is not None:
        raise UserError(
            _("“{file}” is a {sort} file, not a workbook. Please choose the roster as .xlsx or .xls.").format(
                file=path.name, sort=sort
            )
        )
    if b"\x00" not in content[:_TEXT_BYTES]:
        raise UserError(
            _(
                "“{file}” is a text or web page, not a workbook. Please open it in WPS or Excel, save it as .xlsx, "
                "with ID numbers as text, and choose that file."
            ).format(file=path.name)
        )


def _refuse_other_zip(path: Path, content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            names = set(parts.namelist())
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as broken:
        raise _unreadable(path) from broken
    if not names.intersection(_PARTS):
        raise UserError(
            _("“{file}” is not a workbook, whatever its name says. Please choose the roster as .xlsx or .xls.").format(
                file=path.name
            )
        )
    if unpacked > _LARGEST_UNPACKED:
        raise _unreadable(path)


def _visible(workbook: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]


def _sheet(workbook: CalamineWorkbook, name: str, unread: Unread) -> SheetCells:
    sheet = workbook.get_sheet_by_name(name)
    merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())
    return SheetCells(name, sheet.to_python(skip_empty_area=False), merged, unread)


def _encrypted(path: Path) -> UserError:
    return UserError(
        _(
            "“{file}” is protected by a password. Please open it in WPS or Excel, save it without one, and try again."
        ).format(file=path.name)
    )


def _unreadable(path: Path) -> UserError:
    return UserError(
        _(
            "“{file}” is damaged and cannot be read. Please copy it again, or open it in WPS or Excel and save it anew."
        ).format(file=path.name)
    )
