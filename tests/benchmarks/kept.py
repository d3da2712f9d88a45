"""W and D kept by the program's own unit of work in an encrypted store: the laptop that the exchange is measured on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tests.benchmarks import history, village
from tests.benchmarks.history import FIRST_DAY, Register
from tests.benchmarks.workload import Workload
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Record, RecordId
from villagefp.storage.store import Store


class KeptVillage:
    """A store that lives through the workload at the workload's own times, as its stamps say afterwards."""

    def __init__(self, folder: Path, workload: Workload) -> None:
        self._now = FIRST_DAY
        self._workload = workload
        self._known: set[RecordId] = set()
        self.ambient = Ambient(now=lambda: self._now)
        self.store: Store = village.new_store(folder, self.ambient)
        self.worker = self.store.worker.id
        self._register: Register | None = None

    def live(self) -> None:
        """W: a register imported in one save, every visit saved by itself."""
        self._register = history.live(self, self._workload)

    def work(self) -> None:
        """D, each visit and each edit in a save of its own."""
        assert self._register is not None
        history.work(self, self._register, self._workload)

    def reopened(self, store: Store) -> None:
        """Go on in the same store, opened again by somebody with this village's `ambient`."""
        self.store = store

    def set_clock(self, now: datetime) -> None:
        """The village's clock says so from here on."""
        self._now = now

    def save(self, now: datetime, records: Iterable[Record]) -> None:
        """Keep records that are new or differ from what was kept."""
        self._now = now
        with self.store.save() as save:
            fresh = []
            for record in records:
                if record.id in self._known:
                    save.change(record)
                else:
                    fresh.append(record)
            save.add_many(fresh)
        self._known.update(record.id for record in fresh)
