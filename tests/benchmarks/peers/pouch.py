"""PouchDB with express-pouchdb on leveldb, as a peer: the engine of the Community Health Toolkit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from tests.benchmarks import processes
from tests.benchmarks.peers import install
from tests.benchmarks.peers.install import Place
from tests.benchmarks.peers.peer import Answer, Peer

HERE = Path(__file__).parent


class Pouch(Peer):
    """One record is one document."""

    name: ClassVar[str] = "pouchdb"
    suffix: ClassVar[str] = ""
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "W up": ("push",),
        "W down": ("pull",),
        "settle": ("sync",),
        "D up": ("push",),
        "D down": ("pull",),
        "nothing": ("sync",),
        "D again and again": ("retry",),
        "W again and again": ("retry",),
    }

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._modules = str(install.pouch(place))

    def client(self, *words: str) -> Answer:
        control = "" if self.line is None else str(self.line.control)
        environment = {"LINE_CONTROL": control, "NODE_PATH": self._modules}
        return processes.ask(["node", str(HERE / "pouch_client.js"), *words], environment)

    def address(self) -> str:
        return f"{super().address()}/v"

    def command(self, port: int, folder: Path) -> tuple[Sequence[str], dict[str, str]]:
        command = ["node", str(HERE / "pouch_server.js"), str(port), str(folder)]
        return command, {**os.environ, "NODE_PATH": self._modules}
