"""A county as it runs: a PostgreSQL database, and `villagefp county serve` as a process that may be killed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from tests.benchmarks.line import free_port
from tests.benchmarks.processes import stop, wait_for_port
from tests.conftest import CHEAP
from tests.county.cluster import Cluster
from villagefp.office.commands import run_county
from villagefp.paths import root_dir

SECRET = "县里的口令 十个字以上"
VILLAGE, VILLAGE_NAME = "990101101201", "柳树湾村"


class CountyOffice:
    """The county's database, keys and server process."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.cluster = cluster
        self.url = cluster.new_database()
        self._folder = folder
        self._log = folder / "serve.log"
        self._server: subprocess.Popen[bytes] | None = None
        self._vault = folder / "vault.txt"
        self.port = 0
        self.command("init", "--vault", str(self._vault))

    @classmethod
    @contextmanager
    def serving(cls, cluster: Cluster, folder: Path) -> Iterator[CountyOffice]:
        """A county that answers; nothing of it runs after the block."""
        office = cls(cluster, folder)
        try:
            office.start()
            yield office
        finally:
            office.end()

    def command(self, action: str, *words: str) -> Any:
        """What `villagefp county …` says as JSON; a refusal fails the test."""
        told = io.StringIO()
        before = os.environ.get("VILLAGEFP_PASSPHRASE")
        os.environ["VILLAGEFP_PASSPHRASE"] = SECRET
        try:
            with contextlib.redirect_stdout(told):
                code = run_county([action, *self._store(), "--json", *words], CHEAP)
        finally:
            if before is None:
                del os.environ["VILLAGEFP_PASSPHRASE"]
            else:
                os.environ["VILLAGEFP_PASSPHRASE"] = before
        answer = json.loads(told.getvalue())
        assert code == 0 or action == "inbox", answer
        return answer

    def start(self, port: int | None = None) -> None:
        """Begin to answer, on a port of its own where none is told; it listens when this returns."""
        self.port = port or free_port()
        with self._log.open("ab") as said:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "villagefp", "county", "serve", *self._store(), "--port", str(self.port)],
                cwd=root_dir(),
                env={**os.environ, "VILLAGEFP_PASSPHRASE": SECRET},
                stdout=said,
                stderr=said,
            )
        wait_for_port(self.port, self._server, self._log)

    def kill(self) -> None:
        """End the server as a power cut does."""
        assert self._server is not None
        self._server.send_signal(signal.SIGKILL)
        self._server.wait()

    def end(self) -> None:
        """End the server as an operator does."""
        if self._server is not None:
            stop(self._server)

    def code(self, label: str) -> str:
        """A code with which a laptop of the village enrols."""
        words = ("--vault", str(self._vault), "--village", VILLAGE, "--village-name", VILLAGE_NAME, "--label", label)
        (made,) = self.command("enrol", *words)
        return str(made["code"])

    def dump(self, path: Path) -> None:
        """A backup by PostgreSQL's own program, while the county answers."""
        self.cluster.run("pg_dump", "--format=custom", f"--file={path}", self.url)

    def put_back(self, path: Path) -> None:
        """The backup in the database's place; nobody tells the program. The server is started again."""
        self.kill()
        name = make_url(self.url).database
        assert name is not None
        self.cluster.drop_database(name)
        self.cluster.new_database(name)
        self.cluster.run("pg_restore", f"--dbname={self.url}", "--no-owner", str(path))
        self.start()

    def said(self) -> str:
        """What the server wrote into its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _store(self) -> list[str]:
        return ["--db", self.url, "--keys", str(self._folder)]
