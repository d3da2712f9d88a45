"""A real PostgreSQL server of one's own, under an unprivileged user, reachable by a socket in its folder alone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from psycopg import connect, sql

_PLACES = ("/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin")
_MISSING = (
    "The county's tests need PostgreSQL 15: no initdb was found. "
    "On Debian: sudo apt-get install --no-install-recommends postgresql-15"
)
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""These clusters live for a test run. What must survive a crash is tested on one that was started durable."""


class Cluster:
    """A running server; `started` makes one and ends it."""

    def __init__(self, programs: Path, user: str | None, settings: Sequence[str]) -> None:
        self.folder = Path(mkdtemp(prefix="vfp-pg-"))  # not pytest's: a socket's path may have 107 bytes
        self._programs = programs
        self._user = user
        self._settings = settings
        self._names = count(1)
        if user is not None:
            owner = pwd.getpwnam(user)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)

    @classmethod
    @contextmanager
    def started(cls, *, durable: bool = False) -> Iterator[Cluster]:
        """A new cluster; nothing is left of it after the block."""
        cluster = cls(_programs(), "postgres" if os.getuid() == 0 else None, () if durable else _QUICK)
        try:
            cluster.run("initdb", "-D", cluster.data, "-U", "county", "-A", "trust", "-E", "UTF8", "--no-sync")
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
            shutil.rmtree(cluster.folder)

    @contextmanager
    def copied(self) -> Iterator[Cluster]:
        """A second server with all that this one holds now; it does not follow."""
        copy = Cluster(self._programs, self._user, self._settings)
        try:
            self.run("pg_basebackup", "-D", copy.data, "-c", "fast", "--no-sync", folder=copy.folder)
            copy.start()
            yield copy
        finally:
            copy.stop()
            shutil.rmtree(copy.folder)

    @property
    def data(self) -> str:
        """The folder of the cluster's files."""
        return str(self.folder / "data")

    def start(self) -> None:
        """Start the server; it answers when this returns."""
        told = ["listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=60", *self._settings]
        words = " ".join(f"-c {setting}" for setting in told)
        self.run("pg_ctl", "-D", self.data, "-l", str(self.folder / "log"), "-o", words, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is as a crash."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def url(self, database: str) -> str:
        """How a program names a database of it."""
        return f"postgresql://county@/{database}?host={self.folder}"

    def new_database(self, name: str | None = None, template: str = "template0") -> str:
        """The URL of a new database, made from a template."""
        name = name or f"county_{next(self._names)}"
        with connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        with connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def run(self, program: str, *words: str, folder: Path | None = None) -> None:
        """Run one of PostgreSQL's programs as the cluster's user."""
        command = [str(self._programs / program), *words]
        if self._user is not None:
            command = ["setpriv", "--reuid", self._user, "--regid", self._user, "--init-groups", *command]
        environment = {"PATH": os.defpath, "LC_ALL": "C", "PGHOST": str(self.folder), "PGUSER": "county"}
        ran = subprocess.run(
            command,
            cwd=folder or self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if ran.returncode:
            raise RuntimeError(f"{program}: {ran.stderr.decode(errors='replace')}{ran.stdout.decode(errors='replace')}")


def _programs() -> Path:
    """Where PostgreSQL's programs are."""
    for place in _PLACES:
        if (Path(place) / "initdb").exists():
            return Path(place)
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError(_MISSING)
    return Path(found).resolve().parent
