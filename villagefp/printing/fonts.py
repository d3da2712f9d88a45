"""The typefaces of paper: Noto Sans SC, embedded as subsets, and optional fonts for rare characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from villagefp import paths

REGULAR = "NotoSansSC-Regular"
BOLD = "NotoSansSC-Bold"
FALLBACK_FOLDER = "fallback"
"""Where an optional font package lies: its fonts are asked, in the order of their file names, for what Noto lacks."""
_ENTRIES_A_BLOCK = 100  # the most that one beginbfchar block may hold (PDF 32000-1, 9.10.3)


class SheetFont(TTFont):  # type: ignore[misc]  # reportlab ships no types
    """A TrueType font whose text can be copied and searched, characters beyond the BMP included.

    reportlab writes their ToUnicode entries as five hex digits where UTF-16BE is asked for, so that 𬱖 comes back as
    another character; the map is written anew once reportlab has made its objects.
    """

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name, str(file), asciiReadable=False, shapable=False)
        face = self.face
        whole = face.get_table
        outlines = _Outlines(face._ttf_data, face.get_table_pos("glyf")[0])
        face.get_table = lambda tag: outlines if tag == "glyf" else whole(tag)

    def addObjects(self, doc: Any) -> None:  # noqa: N802  reportlab's name
        """Add the font's objects to the document, with the right map back to text."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = (SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX).decode("ascii")
            doc.idToObject["toUnicodeCMap:" + name].content = unicode_map(name, subset)


@dataclass(frozen=True)
class _Outlines:
    """The outlines of a font, sliced in place: reportlab would copy all 10 MB of them for every sheet."""

    data: bytes
    start: int

    def __getitem__(self, part: slice) -> bytes:
        return self.data[self.start + part.start : self.start + part.stop]


def unicode_map(font_name: str, subset: list[int]) -> str:
    """The ToUnicode CMap of one subset: code → UTF-16BE of its character."""
    entries = [f"<{code:02X}> <{chr(char).encode('utf-16-be').hex().upper()}>" for code, char in enumerate(subset)]
    lines = [
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap", "/CIDSystemInfo",
        f"<< /Registry ({font_name})", f"/Ordering ({font_name})", "/Supplement 0", ">> def",
        f"/CMapName /{font_name} def", "/CMapType 2 def",
        "1 begincodespacerange", f"<00> <{len(subset) - 1:02X}>", "endcodespacerange",
    ]  # fmt: skip
    for start in range(0, len(entries), _ENTRIES_A_BLOCK):
        block = entries[start : start + _ENTRIES_A_BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*lines, "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])


@dataclass(frozen=True, eq=False)
class Fonts:
    """The fonts of a process: what a text is drawn with, how wide it is, and what no font here can draw."""

    regular: tuple[SheetFont, ...]  # first the main font, then the fallbacks
    bold: tuple[SheetFont, ...]

    def runs(self, text: str, *, bold: bool = False) -> Iterator[tuple[str | None, str]]:
        """The text cut into runs of one font; the name is None for characters that no font has."""
        chain = self.bold if bold else self.regular
        if all(ord(char) in chain[0].face.charToGlyph for char in text):
            if text:
                yield chain[0].fontName, text
            return
        current: str | None = None
        run = ""
        for char in text:
            name = next((font.fontName for font in chain if ord(char) in font.face.charToGlyph), None)
            if run and name != current:
                yield current, run
                run = ""
            current, run = name, run + char
        if run:
            yield current, run

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide the text is; a missing character takes the square that is left for it."""
        return self._units(text, bold) * size / 1000

    @lru_cache(maxsize=4096)  # noqa: B019  the fonts of a process live as long as it does
    def _units(self, text: str, bold: bool) -> float:
        main = (self.bold if bold else self.regular)[0].face.charWidths
        try:
            return float(sum([main[ord(char)] for char in text]))
        except KeyError:
            return sum(self._char_width(char, bold=bold) for char in text)

    def _char_width(self, char: str, *, bold: bool) -> float:
        for font in self.bold if bold else self.regular:
            if ord(char) in font.face.charToGlyph:
                return float(font.face.getCharWidth(ord(char)))
        return 1000.0

    def missing(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The characters of these texts that no font has, each once, in order of code point."""
        chars = {char for text in texts for char in text if char not in "\n\t"}
        return tuple(sorted(char for char in chars if not any(ord(char) in f.face.charToGlyph for f in self.regular)))


@cache
def load_fonts(folder: Path | None = None) -> Fonts:
    """Read the fonts once a process and make them known to reportlab (0.1 s)."""
    rl_config.useA85 = 0  # printers and readers take binary streams; writing them as text costs a tenth of the time
    folder = folder or paths.resources_dir() / "fonts"
    regular, bold = (_register(name, folder / f"{name}.ttf") for name in (REGULAR, BOLD))
    fallbacks = tuple(_register(file.stem, file) for file in sorted((folder / FALLBACK_FOLDER).glob("*.ttf")))
    return Fonts((regular, *fallbacks), (bold, *fallbacks))


def _register(name: str, file: Path) -> SheetFont:
    font = SheetFont(name, file)
    pdfmetrics.registerFont(font)
    return font


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that cannot be printed with the fonts that are here."""
    return list(load_fonts().missing([text]))
