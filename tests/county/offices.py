"""An office with its store on either database, spoken to by the words of its commands, and laptops beside it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHEAP, PASSPHRASE, Steps
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Person
from villagefp.office import run_county
from villagefp.storage.keyslots import Cost
from villagefp.storage.store import Store, create_store
from villagefp.sync import brought, enrol_new, stick
from villagefp.sync.disk import Disk
from villagefp.sync.enrol_new import NewStore


@dataclass(frozen=True)
class Office:
    """The words that lead to one county's store."""

    place: tuple[str, ...]
    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def vault(self) -> Path:
        return self.folder / "vault-key.txt"

    def say(self, action: str, *words: object) -> tuple[int, Any]:
        """Exit code and answer of one command."""
        code = run_county([action, *self.place, "--json", *map(str, words)], CHEAP)
        return code, json.loads(self.capsys.readouterr().out.splitlines()[-1])

    def done(self, action: str, *words: object) -> Any:
        """The answer of a command that has to work."""
        code, told = self.say(action, *words)
        assert code == 0, told
        return told

    def refused(self, action: str, *words: object) -> str:
        """The sentence of a command that has to be refused."""
        code, told = self.say(action, *words)
        assert code == 1, told
        return str(told["error"])

    def slip(self, out: Path, *words: object) -> dict[str, Any]:
        """A code for the village, with its file."""
        place = ("--village", "990101101201", "--village-name", "柳树湾村")
        told = self.done("enrol", "--vault", self.vault, *place, "--out", out, *words)
        return dict(told[0])


@dataclass
class Village:
    """What a worker has: laptops with real stores, and a stick."""

    folder: Path
    ambient: Ambient
    made: list[Store]

    def new(self, name: str, slip: dict[str, Any]) -> Store:
        """A new laptop, enrolled from its file."""
        wanted = NewStore(
            folder=self.folder / name, worker_name="王秀兰", passphrase=PASSPHRASE, ambient=self.ambient, cost=CHEAP
        )
        with Path(slip["file"]).open("rb") as file:
            created, _told = enrol_new.from_file(wanted, file, slip["code"])
        self.made.append(created.store)
        return created.store

    def alone(self, name: str, cost: Cost = CHEAP) -> Store:
        """A laptop that founded its village by itself."""
        store = create_store(
            self.folder / name,
            village_code="990101101201",
            village_name="柳树湾村",
            worker_name="王秀兰",
            passphrase=PASSPHRASE,
            ambient=self.ambient,
            cost=cost,
        ).store
        self.made.append(store)
        return store

    def person(self, store: Store, name: str = "李芳") -> bytes:
        """Somebody new in the register."""
        person = Person(id=self.ambient.new_id(), name=name, sex="2", birth_date="1990-05-01")
        with store.save() as save:
            save.add(person)
        return person.id


def write(store: Store, folder: Path) -> stick.Written:
    """What waits, on the stick."""
    return stick.write(store, Disk(), folder)


def take(store: Store, folder: Path) -> list[brought.Brought]:
    """What lies on the stick for this laptop."""
    return [one for one in brought.take(store, Disk(), folder) if one.what is brought.What.TAKEN]


def village_of(folder: Path) -> Village:
    clock = Steps(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))
    return Village(folder, Ambient(clock, random.Random(41).randbytes), [])


Making = Callable[[], Office]
