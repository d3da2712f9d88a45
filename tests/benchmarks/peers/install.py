"""The programs that the exchange is measured beside, from the ordinary package clients into a folder of the run.

Nothing of them is part of the program or its tests. Where one cannot be had, its figures are missing and the reason
stands in their place.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.workload import Rec, Workload

ANKI = ("anki==26.9.3",)
POUCH = ("pouchdb@9.0.0", "express-pouchdb@4.2.0", "express@4.22.1")
"""With express 5 express-pouchdb 4.2.0 answers 500 to every pull."""
MINUTES = 10


class MissingError(Exception):
    """A peer cannot be installed here; says why."""


@dataclass(frozen=True)
class Place:
    """Where one run keeps peers, records and logs."""

    folder: Path

    @property
    def village(self) -> Path:
        """W, a record a line."""
        return self.folder / "w.jsonl"

    @property
    def week(self) -> Path:
        """D, a record a line."""
        return self.folder / "d.jsonl"

    def write(self, workload: Workload) -> None:
        """Lay the records down as the peers read them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.village.write_text(_lines(workload.village), encoding="utf-8")
        self.week.write_text(_lines(workload.week), encoding="utf-8")


def anki(place: Place) -> Path:
    """Anki's Python; raises MissingError."""
    python = place.folder / "anki" / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(place.folder / "anki")], place.folder)
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *ANKI], place.folder)
    return python


def pouch(place: Place) -> Path:
    """PouchDB's node_modules; raises MissingError."""
    node = place.folder / "node"
    if not (node / "node_modules" / "express-pouchdb").exists():
        node.mkdir(parents=True, exist_ok=True)
        (node / "package.json").write_text('{"private": true}', encoding="utf-8")
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", *POUCH], node)
    return node / "node_modules"


def _run(command: Sequence[str], folder: Path) -> None:
    if shutil.which(command[0]) is None:
        raise MissingError(f"{Path(command[0]).name} is not installed here.")
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60 * MINUTES)
    except subprocess.TimeoutExpired as waited:
        raise MissingError(f"{command[0]} was not done after {MINUTES} minutes.") from waited
    except subprocess.CalledProcessError as failed:
        said = (failed.stderr or failed.stdout).strip().splitlines()
        raise MissingError(f"{Path(command[0]).name}: {said[-1] if said else failed.returncode}") from failed


def _lines(records: Sequence[Rec]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
