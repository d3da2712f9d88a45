"""Renders every sheet and one picture of them all: `python -m tests.printing.contact_sheet FOLDER [--accept]`.

Look at the pictures before accepting: `--accept` makes them the golden pages that the tests hold the renderer to.
`--only NAME` does the same for the sheets whose name begins with NAME, and leaves the others as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from pathlib import Path

import pypdfium2
from PIL import Image

from tests.printing.representative import representative_jobs
from tests.printing.samples import all_jobs
from villagefp.printing.fonts import load_fonts
from villagefp.printing.jobs import SheetJob
from villagefp.printing.render import draw

GOLDEN = Path(__file__).parent / "golden"
HASHES = GOLDEN / "hashes.json"
DPI = 72
_GREYS = 4
_ACROSS, _DOWN = 5, 2


def golden_jobs() -> dict[str, SheetJob]:
    """Every sheet that has a golden page: each form filled, half-filled and blank, and some besides."""
    return representative_jobs() | all_jobs()


def plain_pdf(job: SheetJob) -> bytes:
    """The PDF without compression, so that its hash does not hang on the machine's zlib."""
    return draw(job, load_fonts(), compress=False).pdf()


def hash_of(job: SheetJob) -> str:
    """What a golden page is compared by."""
    return hashlib.sha256(plain_pdf(job)).hexdigest()


def pictures(pdf: bytes, dpi: int = DPI) -> list[Image.Image]:
    """The pages as grey pictures."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
    document.close()
    return pages


def png(picture: Image.Image) -> bytes:
    """A small PNG: four greys are enough for the eye."""
    out = io.BytesIO()
    picture.convert("L").quantize(_GREYS).save(out, "PNG", optimize=True)
    return out.getvalue()


def write(folder: Path, *, accept: bool, only: str = "") -> None:
    """All pages into `folder`, the contact sheet beside them; as golden pages where that is accepted."""
    folder.mkdir(parents=True, exist_ok=True)
    pages: list[Image.Image] = []
    jobs = {name: job for name, job in golden_jobs().items() if name.startswith(only)}
    hashes: dict[str, str] = json.loads(HASHES.read_text(encoding="ascii")) if only else {}
    if accept:
        GOLDEN.mkdir(exist_ok=True)
        for stale in GOLDEN.glob("*.png"):
            if not only or stale.stem.rpartition("-")[0] in jobs:
                stale.unlink()
    for name, job in jobs.items():
        hashes[name] = hash_of(job)
        for number, picture in enumerate(pictures(plain_pdf(job)), start=1):
            pages.append(picture)
            for place in (folder, GOLDEN) if accept else (folder,):
                (place / f"{name}-{number}.png").write_bytes(png(picture))
    if accept:
        HASHES.write_text(json.dumps(hashes, indent=1) + "\n", encoding="ascii")
    contact_sheet(pages, scale=0.5).save(folder / "contact-sheet.png")
    for first in range(0, len(pages), _ACROSS * _DOWN):
        some = pages[first : first + _ACROSS * _DOWN]
        contact_sheet(some, scale=0.75).save(folder / f"contact-sheet-{first // (_ACROSS * _DOWN) + 1:02}.png")


def contact_sheet(pages: list[Image.Image], *, scale: float) -> Image.Image:
    """Pages side by side."""
    size = (int(pages[0].width * scale), int(pages[0].height * scale))
    small = [page.resize(size, Image.Resampling.LANCZOS) for page in pages]
    width, height = small[0].size
    rows = -(-len(small) // _ACROSS)
    whole = Image.new("L", (_ACROSS * (width + 8) + 8, rows * (height + 8) + 8), 160)
    for number, page in enumerate(small):
        whole.paste(page, (8 + number % _ACROSS * (width + 8), 8 + number // _ACROSS * (height + 8)))
    return whole


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=Path("sheets-out"))
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    write(asked.folder, accept=asked.accept, only=asked.only)
