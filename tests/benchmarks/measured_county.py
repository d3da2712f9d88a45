"""A county and two laptops of one village to measure: a real server process on PostgreSQL, real stores, a line between.

Every operation of a laptop is a process of its own. States are kept by copying: the database as a template, the
laptops' folders to and from the same place.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks import processes, village
from tests.benchmarks.kept import KeptVillage
from tests.benchmarks.line import Line
from tests.benchmarks.serving import SECRET, Server
from tests.benchmarks.workload import Workload
from tests.county.cluster import Cluster
from villagefp.county import enrolment
from villagefp.county.engine import postgres_engine
from villagefp.county.keys import of_secret
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.county.vault import Vault
from villagefp.domain.ambient import Ambient
from villagefp.storage.store import open_store
from villagefp.sync import enrol, enrol_new
from villagefp.sync.enrol_new import NewStore
from villagefp.sync.http import HttpRoad

Figures = dict[str, Any]
CLIENT = "tests.benchmarks.exchange_client"
FIRST, SECOND = "a", "b"
TLS = Path(__file__).parents[1] / "data" / "tls"
"""A certificate of elliptic curves that signed itself: with a chain of two the county would say 2 kB more."""


class MeasuredCounty:
    """The county, its line, and what can be done with both."""

    def __init__(self, cluster: Cluster, line: Line, folder: Path) -> None:
        self._cluster, self._folder = cluster, folder
        self.line = line
        self._vault = Vault(SECRET)
        self._keys = of_secret(SECRET)
        self._database = "measured"
        self._server_pid = 0
        self._tls = False
        cluster.new_database(self._database)
        engine = postgres_engine(self.url)
        bring_up_to_date(engine)
        engine.dispose()

    @property
    def url(self) -> str:
        """The database."""
        return self._cluster.url(self._database)

    @contextmanager
    def serving(self, *, tls: bool = False) -> Iterator[None]:
        """A server process on the database, with the line leading to it."""
        with Server.on(self.url, self._folder, TLS if tls else None) as server:
            self.line.lead_to(server.port)
            self._server_pid = server.pid
            self._tls = tls
            yield
            self._tls = False

    def store(self, name: str) -> Path:
        """Where a laptop has its data."""
        return self._folder / name / "store"

    def code(self, label: str) -> str:
        """A code for a laptop of the village."""
        engine = postgres_engine(self.url)
        place = enrolment.Place(
            village_code="990101101201", village_name="柳树湾村", role="village_doctor", label=label
        )
        code = enrolment.offer(County(engine, Ambient()), self._keys, self._vault, place).code
        engine.dispose()
        return code

    def lived(self, workload: Workload) -> KeptVillage:
        """The first laptop with W, enrolled; its store is closed."""
        kept = KeptVillage(self.store(FIRST), workload)
        kept.live()
        with HttpRoad(self.line.url) as road:
            enrol.by_network(kept.store, road.enrol, self.code("一号机"), self.line.url)
        kept.store.close()
        return kept

    @contextmanager
    def opened(self, kept: KeptVillage) -> Iterator[KeptVillage]:
        """The first laptop at work, by the workload's clock."""
        kept.reopened(open_store(self.store(FIRST), village.PASSPHRASE, kept.ambient))
        yield kept
        kept.store.close()

    def joined(self, name: str = SECOND) -> None:
        """Another laptop of the village, enrolled by a code, with nothing on it yet."""
        shutil.rmtree(self.store(name).parent, ignore_errors=True)
        new = NewStore(
            folder=self.store(name),
            worker_name="李芳",
            passphrase=village.PASSPHRASE,
            ambient=Ambient(),
            cost=village.CHEAP,
        )
        with HttpRoad(self.line.url) as road:
            made, _told = enrol_new.by_network(new, road.enrol, self.code("二号机"), self.line.url)
        made.store.close()

    def do(self, operation: str, name: str, *words: str) -> Figures:
        """One operation of a laptop, with the server's share of it."""
        used = processes.cpu_s_of(self._server_pid)
        command = [sys.executable, "-m", CLIENT, operation, str(self.store(name)), *words]
        environment = {"LINE_CONTROL": str(self.line.control), "SSL_CERT_FILE": str(TLS / "certificate.pem")}
        answer = processes.ask(command, environment, seconds=1200)
        if "crash" in answer:
            raise RuntimeError(f"{operation} of {name}: {answer['crash']}")
        return {**answer, "server_cpu_s": processes.cpu_s_of(self._server_pid) - used}

    def exchange(self, name: str, times: int = 1, **line: float) -> Figures:
        """One exchange over a line; afterwards the line is fast and whole."""
        self.line.set(**line)
        url = self.line.url.replace("http://127.0.0.1", "https://localhost") if self._tls else self.line.url
        answer = self.do("exchange", name, url, str(times))
        self.line.set()
        return answer

    def keep(self, state: str) -> None:
        """Remember the county and the laptops as they are now; nobody may be serving."""
        self._cluster.new_database(state, template=self._database)
        for name in (FIRST, SECOND):
            if self.store(name).exists():
                shutil.copytree(self.store(name), self._kept(state, name), dirs_exist_ok=True)

    def put_back(self, state: str, *, laptops: bool = True) -> None:
        """Make them as they were, or the county alone; nobody may be serving."""
        self._cluster.drop_database(self._database)
        self._cluster.new_database(self._database, template=state)
        for name in (FIRST, SECOND) if laptops else ():
            shutil.rmtree(self.store(name), ignore_errors=True)
            if self._kept(state, name).exists():
                shutil.copytree(self._kept(state, name), self.store(name))

    def _kept(self, state: str, name: str) -> Path:
        return self._folder / f"kept-{state}" / name
