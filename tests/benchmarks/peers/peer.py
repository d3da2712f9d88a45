"""What a peer can do, in the same words for both, so that one run measures them alike."""

from __future__ import annotations

import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from tests.benchmarks import processes
from tests.benchmarks.line import Line, free_port
from tests.benchmarks.peers.install import Place

Answer = dict[str, Any]


class Peer(ABC):
    """A program that carries records between two clients and a server."""

    name: ClassVar[str]
    words: ClassVar[dict[str, tuple[str, ...]]]
    """By what is measured the client's words; the collection and the server's address come after the first."""
    suffix: ClassVar[str]

    def __init__(self, place: Place) -> None:
        self.place = place
        self.line: Line | None = None
        self.pid = 0

    @abstractmethod
    def client(self, *words: str) -> Answer:
        """Run the client with these words."""

    @abstractmethod
    def command(self, port: int, folder: Path) -> tuple[Sequence[str], dict[str, str]]:
        """How its server is started, and with which environment."""

    def address(self) -> str:
        """Where the server is, through the line."""
        assert self.line is not None
        return self.line.url

    def path(self, name: str) -> Path:
        """Where a collection lies."""
        return self.place.folder / f"{self.name}-{name}{self.suffix}"

    def full(self) -> Path:
        """A collection that holds W; made once."""
        path = self.path("full")
        if not path.exists():
            self.client("build", str(path), str(self.place.village))
        return path

    def fresh(self, source: Path | None, name: str) -> Path:
        """A copy of a collection, or an empty one."""
        path = self.path(name)
        for old in path.parent.glob(f"{path.name}*"):
            _remove(old)
        if source is not None:
            _copy(source, path)
        return path

    def week(self, path: Path) -> None:
        """Put D into a collection."""
        self.client("delta", str(path), str(self.place.week))

    def do(self, what: str, path: Path, *more: str) -> Answer:
        """Measure one thing; `more` comes last."""
        operation, *words = self.words[what]
        return self.client(operation, str(path), self.address(), *more, *words)

    @contextmanager
    def server(self, source: Path | None = None) -> Iterator[Path]:
        """A server on a copy of a folder or an empty one, with the line leading to it; the folder."""
        folder, port = self.place.folder / f"{self.name}-server", free_port()
        _remove(folder)
        if source is not None:
            shutil.copytree(source, folder)
        command, environment = self.command(port, folder)
        log = self.place.folder / f"{self.name}.log"
        process = processes.start(command, log, env=environment)
        try:
            processes.wait_for_port(port, process, log)
            self.pid = process.pid
            assert self.line is not None
            self.line.lead_to(port)
            yield folder
        finally:
            processes.stop(process)


def _copy(source: Path, path: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, path)
    else:
        shutil.copy(source, path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def version_of(command: Sequence[str]) -> str:
    """What a program says of its version."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
