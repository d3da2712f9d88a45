"""The cells of an Excel 97 workbook that hold errors, which the reader of workbooks gives as empty ones."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

_END = 0xFFFFFFFA  # this and all above are no sectors
_ENTRY = 128
_MINI_SECTOR = 64
_BOUNDSHEET, _BOOLERR, _FORMULA, _EOF = 0x0085, 0x0205, 0x0006, 0x000A
_WORDS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


def of_sheets(content: bytes) -> Mapping[str, Mapping[tuple[int, int], str]]:
    """By the name of the sheet, row and column from 0: the word of the error.

    A file that is put together otherwise than Microsoft's [MS-CFB] and [MS-XLS] say tells nothing.
    """
    try:
        stream = _workbook(content)
        return {name: dict(_errors(stream, begin)) for name, begin in _sheets(stream)}
    except (struct.error, IndexError, ValueError):
        return {}


def _workbook(content: bytes) -> bytes:
    """The stream of the workbook's records, of which a small one lies in the stream of small ones."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    first_directory, cutoff, first_mini = struct.unpack_from("<I4xII", content, 48)
    fat = [
        link
        for sector in struct.unpack_from("<109I", content, 76)
        if sector < _END
        for link in struct.unpack_from(f"<{size // 4}I", content, (sector + 1) * size)
    ]

    def read(first: int) -> bytes:
        return b"".join(content[(one + 1) * size : (one + 2) * size] for one in _chain(fat, first))

    directory = read(first_directory)
    root = struct.unpack_from("<I", directory, 116)[0]
    for place in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length = struct.unpack_from("<H", directory, place + 64)[0]
        if directory[place : place + max(length - 2, 0)].decode("utf-16-le", "replace") in ("Workbook", "Book"):
            first, total = struct.unpack_from("<II", directory, place + 116)
            if total >= cutoff:
                return read(first)[:total]
            mini_fat = struct.unpack(f"<{len(read(first_mini)) // 4}I", read(first_mini))
            small = read(root)
            sectors = (small[one * _MINI_SECTOR : (one + 1) * _MINI_SECTOR] for one in _chain(mini_fat, first))
            return b"".join(sectors)[:total]
    return b""


def _chain(links: list[int] | tuple[int, ...], first: int) -> Iterator[int]:
    """The sectors of a stream in their order; a ring of them is damaged."""
    for _step in links:
        if first >= _END:
            return
        yield first
        first = links[first]
    if first < _END:
        raise ValueError(first)


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for sort, body in _records(stream, 0):
        if sort == _BOUNDSHEET:
            begin, length, wide = struct.unpack_from("<I2xBB", body)
            name = body[8 : 8 + length * (2 if wide & 1 else 1)]
            yield name.decode("utf-16-le" if wide & 1 else "latin-1"), begin


def _errors(stream: bytes, begin: int) -> Iterator[tuple[tuple[int, int], str]]:
    for sort, body in _records(stream, begin):
        if sort == _BOOLERR and body[7]:
            yield struct.unpack_from("<HH", body), _WORDS.get(body[6], "#")
        elif sort == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            yield struct.unpack_from("<HH", body), _WORDS.get(body[8], "#")


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """From the BOF at `place` to the next EOF: of a sheet, all its cells, since charts in it come after them."""
    while place + 4 <= len(stream):
        sort, length = struct.unpack_from("<HH", stream, place)
        yield sort, stream[place + 4 : place + 4 + length]
        if sort == _EOF:
            return
        place += 4 + length
