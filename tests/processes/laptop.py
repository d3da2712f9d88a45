"""A laptop as it runs: a store that somebody works in, and `villagefp exchange` as a process that may be killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.conftest import CHEAP, PASSPHRASE
from tests.processes.office import VILLAGE, VILLAGE_NAME, CountyOffice
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Household, Membership, Person, Phone, RecordId
from villagefp.paths import root_dir
from villagefp.storage import records
from villagefp.storage.store import Store, create_store, open_store
from villagefp.sync import enrol, enrol_new
from villagefp.sync.enrol_new import NewStore
from villagefp.sync.http import HttpRoad

SECONDS = 240
_ENVIRONMENT = {**os.environ, "VILLAGEFP_PASSPHRASE": PASSPHRASE, "LANGUAGE": "en"}


@dataclass(frozen=True)
class Exchanged:
    """How a command ended."""

    code: int
    told: dict[str, Any]
    said: str

    @property
    def done(self) -> bool:
        """Whether everything went through."""
        return self.code == 0


class RunningLaptop:
    """One laptop of the village: works, exchanges, and remembers what it has saved."""

    def __init__(self, name: str, folder: Path, seed: int) -> None:
        self.name, self.folder = name, folder
        self.saved: dict[RecordId, type[Any]] = {}
        self.chance = random.Random(seed)

    @classmethod
    def founding(cls, name: str, folder: Path, office: CountyOffice, url: str) -> RunningLaptop:
        """The first laptop of the village, which had a store of its own before the county knew it."""
        laptop = cls(name, folder, 1)
        store = create_store(
            folder,
            village_code=VILLAGE,
            village_name=VILLAGE_NAME,
            worker_name="王秀兰",
            passphrase=PASSPHRASE,
            ambient=Ambient(),
            cost=CHEAP,
        ).store
        with HttpRoad(url) as road:
            enrol.by_network(store, road.enrol, office.code(name), url)
        store.close()
        return laptop

    @classmethod
    def joining(cls, name: str, folder: Path, office: CountyOffice, url: str) -> RunningLaptop:
        """A further laptop, whose store is made by its enrolment."""
        new = NewStore(folder=folder, worker_name="李芳", passphrase=PASSPHRASE, ambient=Ambient(), cost=CHEAP)
        with HttpRoad(url) as road:
            made, _told = enrol_new.by_network(new, road.enrol, office.code(name), url)
        made.store.close()
        return cls(name, folder, 2)

    def opened(self) -> Store:
        """The store, as its window has it open."""
        return open_store(self.folder, PASSPHRASE, Ambient())

    def work(self, saves: int, *, note: int = 40) -> None:
        """Families entered, people and phones edited; `note` bytes of each person do not pack."""
        store = self.opened()
        try:
            for _save in range(saves):
                if self.saved and self.chance.random() < 0.3:
                    self._edit(store)
                else:
                    self._enter(store, note)
        finally:
            store.close()

    def _enter(self, store: Store, note: int) -> None:
        new_id = store.ambient.new_id
        home = Household(id=new_id(), household_no=f"{self.name}{self.chance.randrange(10**6)}")
        person = Person(id=new_id(), name=self.chance.choice("张王李赵") + "芳", note=self.chance.randbytes(note).hex())
        member = Membership(id=new_id(), person=person.id, household=home.id)
        phone = Phone(id=new_id(), person=person.id, number=f"139{self.chance.randrange(10**8):08}")
        with store.save() as save:
            save.add_many([home, person, member, phone])
        self.saved |= {one.id: type(one) for one in (home, person, member, phone)}

    def _edit(self, store: Store) -> None:
        with store.read() as connection:
            people = sorted(one.id for one in records.where(connection, Person))
            person = records.get(connection, Person, self.chance.choice(people))
        assert person is not None
        with store.save() as save:
            save.change(replace(person, note=self.chance.randbytes(8).hex()))

    def start(self, *road: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """An exchange in a process of its own, under way."""
        return subprocess.Popen(
            [sys.executable, "-m", "villagefp", "exchange", "--data", str(self.folder), "--json", *road],
            cwd=root_dir(),
            env=_ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=before,  # noqa: PLW1509  no threads are under way that it could meet
        )

    def exchange(self, *road: str, before: Callable[[], None] | None = None) -> Exchanged:
        """An exchange to its end, good or not."""
        return ended(self.start(*road, before=before))

    def through(self, url: str, presses: int = 12) -> list[Exchanged]:
        """Press the button until everything is through; fails where it never is."""
        tries: list[Exchanged] = []
        while len(tries) < presses:
            tries.append(self.exchange("--county", url))
            if tries[-1].done:
                return tries
        raise AssertionError(f"{self.name} does not get through: {[(one.told, one.said) for one in tries]}")


def ended(process: subprocess.Popen[str]) -> Exchanged:
    """What a command said when it ended; the last line of its output is its JSON."""
    out, said = process.communicate(timeout=SECONDS)
    lines = out.strip().splitlines()
    told = json.loads(lines[-1]) if lines and process.returncode in {0, 1} else {}
    return Exchanged(process.returncode, told, said)


def kill(processes: Sequence[subprocess.Popen[str]]) -> None:
    """As a power cut does."""
    for process in processes:
        process.send_signal(signal.SIGKILL)
        process.communicate()
