"""What the measurements of a county's load share: a server process, simulated laptops, and exchanges with it."""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.benchmarks import processes
from tests.benchmarks.line import LOOPBACK, free_port
from tests.benchmarks.simulated import Ready, SimulatedLaptop
from villagefp.county.engine import postgres_engine
from villagefp.county.keys import of_secret
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient

SECRET = bytes(range(32))
Figures = dict[str, Any]


@dataclass
class Server:
    """One process that serves a county."""

    port: int
    pid: int

    @classmethod
    @contextmanager
    def on(cls, url: str, folder: Path, tls: Path | None = None) -> Iterator[Server]:
        """Serving a database until the block ends; by TLS with the certificate in a folder."""
        port, log = free_port(), folder / "serve.log"
        command = [sys.executable, "-m", "tests.benchmarks.serve_county", url, SECRET.hex(), str(port)]
        command += [] if tls is None else [str(tls)]
        process = processes.start(command, log, cwd=Path(__file__).resolve().parents[2])
        try:
            processes.wait_for_port(port, process, log)
            yield cls(port, process.pid)
        finally:
            processes.stop(process)

    def ask(self, connection: http.client.HTTPConnection, body: bytes) -> bytes:
        """One exchange."""
        connection.request("POST", "/v1/x", body)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"The county answers {answer.status}: {told!r}")
        return told


@dataclass
class Taken:
    """What exchanges took."""

    seconds: list[float] = field(default_factory=list)
    answers: list[tuple[SimulatedLaptop, Ready, bytes]] = field(default_factory=list)

    def check(self) -> None:
        """Every answer is a receipt for what was sent."""
        for laptop, request, told in self.answers:
            laptop.heard(request, told)
        self.answers.clear()


def simulated_laptops(laptops: int) -> list[SimulatedLaptop]:
    """So many laptops of a county whose secret is `SECRET`, each in a village of its own."""
    key = of_secret(SECRET).sign.public
    return [SimulatedLaptop(number + 1, key) for number in range(laptops)]


def county_of(url: str, simulated: Sequence[SimulatedLaptop]) -> County:
    """A new store in an empty database, with these laptops enrolled."""
    engine = postgres_engine(url)
    bring_up_to_date(engine)
    county = County(engine, Ambient())
    for laptop in simulated:
        laptop.enrolled(county)
    return county


def exchange_all(
    server: Server, crew: ThreadPoolExecutor, requests: Sequence[tuple[SimulatedLaptop, Ready]], taken: Taken
) -> None:
    """All of these, as many at once as there are hands; each laptop once."""

    def work(mine: Sequence[tuple[SimulatedLaptop, Ready]]) -> None:
        connection = http.client.HTTPConnection(LOOPBACK, server.port)
        for laptop, request in mine:
            start = time.perf_counter()
            told = server.ask(connection, request.body)
            taken.seconds.append(time.perf_counter() - start)
            taken.answers.append((laptop, request, told))
        connection.close()

    hands = crew._max_workers
    for done in [crew.submit(work, requests[hand::hands]) for hand in range(hands)]:
        done.result()


def spread(seconds: Sequence[float]) -> Figures:
    """Milliseconds: the middle, one in twenty, one in a hundred."""
    cuts = quantiles(seconds, n=100)
    return {name: round(value * 1000, 1) for name, value in
            (("p50", median(seconds)), ("p95", cuts[94]), ("p99", cuts[98]))}  # fmt: skip
