"""One village on one laptop: its store, what it saved, and what becomes of its disk."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import PASSPHRASE
from tests.sync.simulation import model
from tests.sync.simulation.machines import Clock, Power, PowerCut
from tests.sync.simulation.model import COLUMNS, Row, Told
from villagefp.domain.ambient import Ambient
from villagefp.storage import identity, sending
from villagefp.storage.store import Store, open_store

Files = dict[str, bytes]


@dataclass
class Village:
    """A village, as the simulation knows it."""

    number: int
    id: bytes
    template: Path  # the store as it was founded
    founder: bytes  # the device that founded it
    told: Told = field(default_factory=Told)


@dataclass(eq=False)
class Desk:
    """One village on one laptop."""

    label: str  # as "B2": laptop B, village 2
    village: Village
    folder: Path
    outside: Path  # where a machine keeps what does not lie in the store's folder
    clock: Clock
    chance: random.Random
    role: str
    machine: bytes
    complaints: list[str]
    power: Power = field(default_factory=Power)
    copies: list[Files] = field(default_factory=list)
    revoked: bool = False
    moved_role: bool = False
    revoked_at: model.Name | None = None  # the device that was, and what the county had of it then
    renamed: int = 0
    _store: Store | None = None
    _seen: int = 0
    _was: bytes = b""  # the device under which the last look found it
    _had: Counter[model.Key] = field(default_factory=Counter)

    @property
    def store(self) -> Store:
        """The store, opened where it is not."""
        if self._store is None:
            ambient = Ambient(now=self.clock, random=self.chance.randbytes)
            self._store = open_store(self.folder, PASSPHRASE, ambient)
            self.power.watch(self._store._engine)
        return self._store

    @property
    def device(self) -> bytes:
        return self.store.origin.device

    def make_sure(self) -> None:
        """What the program does before anything leaves: look whether it is a copy of itself.

        It cannot know what the other one has given or will give, so what no receipt confirms may come twice then, under
        two names and with one content: equal heads, which are no conflict.
        """
        if identity.make_sure(self.store, self.outside, self.machine):
            for row in self.mine():
                if row.key in self.village.told.writes:
                    self.village.told.writes[row.key].times += 1

    def close(self) -> None:
        """The worker goes home."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def drop(self) -> None:
        """The machine is off: nothing is folded in, nothing committed."""
        if self._store is not None:
            self._store._engine.dispose()
            self._store._opening.lock.release()
            self._store = None
        self.power.on()

    def powered(self, act: Callable[[], str], where: str) -> str:
        """Do something during which power may fail; what was kept all the same counts."""
        self.store  # noqa: B018  it is opened while there is power
        self.power.begin()
        try:
            return act()
        except PowerCut:
            self.drop()
            self.note(where)
            return "power cut"
        finally:
            self.power.on()

    def note(self, where: str) -> int:
        """Remember what was saved since the last look; how many writes that were."""
        if self._was and self.device != self._was:
            self._rename(where)
        with self.store.read() as connection:
            found = connection.exec_driver_sql(
                f"SELECT {COLUMNS} FROM change_log WHERE village = ? AND device = ? AND seq > ? ORDER BY seq",
                (self.village.id, self.device, self._seen),
            )
            fresh = model.rows(found)
            before: dict[model.Name, Row] = {}
            for record in sorted({row.record for row in fresh}):
                of = connection.exec_driver_sql(f"SELECT {COLUMNS} FROM change_log WHERE record = ?", (record,))
                before |= {row.name: row for row in model.rows(of)}
        for row in fresh:
            before.pop(row.name, None)
        self._was = self.device
        if fresh:
            self._seen = fresh[-1].seq
            self.complaints += self.village.told.add(fresh, before, where)
        return len(fresh)

    def _rename(self, where: str) -> None:
        """The laptop took a new identity: what it wrote before must be there as before, whatever it is called now."""
        self.renamed += 1
        known = self.village.told.writes
        lost = [key for key in self._had - self.keys() if (known[key].kind, known[key].record) not in self.erased()]
        self.complaints += [f"{where}: a new identity, and a write of {known[key].where} is gone" for key in lost]
        self.read_on()

    def erased(self) -> set[tuple[int, bytes]]:
        """What this desk holds to be erased."""
        with self.store.read() as connection:
            return set(map(tuple, connection.exec_driver_sql("SELECT kind, record FROM erased_record")))

    def before_exchange(self) -> None:
        """Remember what is here, should the laptop come back under another name."""
        self._had = self.keys()

    def log(self) -> list[Row]:
        """The whole log of this store."""
        with self.store.read() as connection:
            return model.rows(connection.exec_driver_sql(f"SELECT {COLUMNS} FROM change_log ORDER BY device, seq"))

    def mine(self) -> list[Row]:
        """What this laptop wrote under its present name."""
        return [row for row in self.log() if row.device == self.device]

    def read_on(self) -> None:
        """After the log changed under the simulation's hands: what is there now has been seen."""
        with self.store.read() as connection:
            query = "SELECT coalesce(max(seq), 0) FROM change_log WHERE device = ?"
            self._seen = connection.exec_driver_sql(query, (self.device,)).scalar_one()
        self._was = self.device

    def keys(self) -> Counter[model.Key]:
        """What the log says, however it is named."""
        return Counter(row.key for row in self.log() if row.key is not None)

    def status(self) -> tuple[int, int, int, int]:
        """What the worker is shown: waiting, on its way, received, returned."""
        with self.store.read() as connection:
            shown = sending.progress(connection, self.store.origin)
        return shown.waiting, shown.on_its_way, shown.received, shown.returned

    def received(self) -> Iterator[tuple[Row, bool]]:
        """What the worker is told the county has, and whether it was returned."""
        with self.store.read() as connection:
            upto = sending.received(connection, self.store.origin)
            back = [one.group for one in sending.returned_groups(connection) if one.origin == self.store.origin]
        for row in self.mine():
            if row.seq <= upto:
                yield row, any(group.first <= row.seq <= group.last for group in back)

    def files(self) -> Files:
        """A copy of the store's folder, as somebody makes who copies it."""
        self.store.rest()
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir()) if path.name != "lock"}

    def put_back(self, files: Files) -> None:
        """The folder is as it was when it was copied."""
        self.close()
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        self.read_on()
