"""The whole of it: a county, a line, two laptops of one village."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from tests.benchmarks.line import Line, Stats
from tests.county.cluster import Cluster
from tests.processes import truth
from tests.processes.laptop import RunningLaptop
from tests.processes.office import CountyOffice

PATIENCE = 60.0


@dataclass
class Village:
    """A county and its two laptops."""

    office: CountyOffice
    line: Line
    first: RunningLaptop
    second: RunningLaptop
    folder: Path

    @classmethod
    @contextmanager
    def running(cls, cluster: Cluster, folder: Path) -> Iterator[Village]:
        """With a few families entered, which everybody has."""
        with CountyOffice.serving(cluster, folder / "county") as office, Line.to(office.port) as line:
            first = RunningLaptop.founding("甲", folder / "a", office, line.url)
            second = RunningLaptop.joining("乙", folder / "b", office, line.url)
            village = cls(office, line, first, second, folder)
            first.work(3)
            first.through(line.url)
            second.through(line.url)
            yield village

    @property
    def laptops(self) -> tuple[RunningLaptop, RunningLaptop]:
        """Both."""
        return self.first, self.second

    def rest_and_check(self) -> None:
        """The line is whole again, everybody exchanges, and everything is compared."""
        self.line.set()
        truth.come_to_rest(self.laptops, self.line.url)
        truth.check(self.laptops, self.office)

    def serve_again(self) -> None:
        """The county's server, started again; the line leads to it."""
        self.office.start()
        self.line.lead_to(self.office.port)

    def wait_until(self, passed: Callable[[Stats], bool], process: Popen[str]) -> bool:
        """Return when the line has carried so much, or the process has ended: whether the former came first."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if passed(self.line.stats()):
                return True
            if process.poll() is not None:
                return False
        raise AssertionError(f"Nothing moves: {self.line.stats()}")
