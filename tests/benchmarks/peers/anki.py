"""Anki's sync server and client library, as a peer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from tests.benchmarks import processes
from tests.benchmarks.peers import install
from tests.benchmarks.peers.install import Place
from tests.benchmarks.peers.peer import Answer, Peer

MODULE = "tests.benchmarks.peers.anki_client"


class Anki(Peer):
    """One record is one note with one card; media are off. The login is not counted: a configured client keeps it."""

    name: ClassVar[str] = "anki"
    suffix: ClassVar[str] = ".anki2"
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "W up": ("sync", "up"),
        "W down": ("sync", "down"),
        "D up": ("sync",),
        "D down": ("sync",),
        "nothing": ("sync",),
        "nothing, another synced": ("sync",),
        "D again and again": ("retry",),
        "W again and again": ("retry", "up"),
    }

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._python = str(install.anki(place))
        self._key = ""

    def client(self, *words: str) -> Answer:
        if words[0] in {"sync", "retry"} and not self._key:
            self._key = self._login()
        control = "" if self.line is None else str(self.line.control)
        environment = {"LINE_CONTROL": control, "HOST_KEY": self._key, "RUST_LOG": "error"}
        return processes.ask([self._python, "-m", MODULE, *words], environment)

    def _login(self) -> str:
        assert self.line is not None
        answer = self.client("login", str(self.path("login")), self.address())
        if "key" not in answer:
            raise RuntimeError(f"Anki's login: {answer}")
        return str(answer["key"])

    def address(self) -> str:
        return f"{super().address()}/"

    def command(self, port: int, folder: Path) -> tuple[Sequence[str], dict[str, str]]:
        told = {"SYNC_USER1": "u:p", "SYNC_BASE": str(folder), "SYNC_HOST": "127.0.0.1", "SYNC_PORT": str(port)}
        return [self._python, "-m", "anki.syncserver"], {**os.environ, **told, "RUST_LOG": "anki=error"}
