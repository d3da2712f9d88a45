"""Keeps what laptops and a county of this version write: `python -m tests.data.make_release`, once a release.

A laptop's store with something unsent, a county's store that knows it, and everything that passed between them byte for
byte, with the keys to read it. Invented people. Later programs are held against it, so a release is never made again.
Envelopes and fresh pages of SQLite hold chance; all else comes from seeds.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.data import frozen, released
from tests.data.released import INDEX, MESSAGES, REGISTRY, RELEASES, Release
from tests.sync.offices import Line, Office, Waits
from villagefp import __version__
from villagefp.county import enrolment, envelopes, exchange, keys, said, seeding
from villagefp.county.engine import sqlite_engine
from villagefp.county.enrolment import Place
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.county.vault import Vault
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Alias, Consent, Episode, Event, Household, IdStatus, Membership, Person, Phone
from villagefp.services.privacy import erase_person
from villagefp.storage import device_key, due_plans, exchange_facts, log, outbox
from villagefp.storage.keyslots import Cost
from villagefp.storage.store import Store, create_store
from villagefp.sync import brought, engine, enrol, enrol_new, granted, outgoing, stick
from villagefp.sync.disk import Disk
from villagefp.sync.enrol_new import NewStore
from villagefp.sync.outgoing import Wishes
from villagefp.wire.frames import pack_answer
from villagefp.wire.seal import Contents, Part, write_envelope
from villagefp.wire.statements import Sort, Statement, compressed, sign_statement

CODE, NAME = "990101101201", "柳树湾村"
PASSPHRASE = "a released village"
SECRET, COUNTY_KEY, VAULT_KEY = b"k" * 32, bytes(range(32)), b"v" * 32
CHEAP = Cost(passes=1, memory=8192)
ADDRESS = "https://county.example"


class Clock:
    """Moves on by a second at each look."""

    def __init__(self) -> None:
        self.seconds = 0

    def __call__(self) -> datetime:
        self.seconds += 1
        return datetime.fromtimestamp(datetime(2026, 11, 22, 1, tzinfo=UTC).timestamp() + self.seconds, UTC)


@dataclass
class Making:
    """A release while it is made."""

    folder: Path
    base: Path
    clock: Clock = field(default_factory=Clock)
    told: list[dict[str, str]] = field(default_factory=list)
    laptops: dict[str, Store] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "recorded").mkdir(parents=True)
        (self.folder / "county").mkdir()
        self.engine = sqlite_engine(self.folder / "county" / "county.db", COUNTY_KEY)
        bring_up_to_date(self.engine)
        beside = self.folder / "county" / "erasures.vfpe"
        self.office = Office(County(self.engine, self.ambient("county"), beside), keys.of_secret(SECRET))

    def ambient(self, name: str) -> Ambient:
        """Chance of its own for everybody."""
        return Ambient(now=self.clock, random=random.Random(f"release {name}").randbytes)

    def keep(self, sort: str, by: str, data: bytes, **told: str) -> str:
        """Record a message; its name."""
        name = f"{len(self.told) + 1:02}-{by}-{sort}"
        (self.folder / "recorded" / name).write_bytes(data)
        self.told.append({"file": name, "sort": sort, "by": by, **told})
        return name

    # what happens

    def founder(self) -> Store:
        """A laptop that lived alone, and then is enrolled."""
        store = create_store(
            self.folder / "laptop",
            village_code=CODE,
            village_name=NAME,
            worker_name="王秀兰",
            passphrase=PASSPHRASE,
            ambient=self.ambient("founder"),
            cost=CHEAP,
        ).store
        with store.save() as save:
            due_plans.rebuild(save.connection, store.due_entry())
        self.laptops["founder"] = store
        offered = self._offer("founder")
        enrol.by_network(store, self._claiming("founder", offered.code), offered.code, ADDRESS)
        return store

    def joined(self, name: str) -> Store:
        """A new laptop of the village."""
        offered = self._offer(name)
        self._keep_file(name, offered)
        new = NewStore(
            folder=self.base / name,
            worker_name="赵小云",
            passphrase=PASSPHRASE,
            ambient=self.ambient(name),
            cost=CHEAP,
        )
        created, _told = enrol_new.by_network(new, self._claiming(name, offered.code), offered.code, ADDRESS)
        self.laptops[name] = created.store
        return created.store

    def _offer(self, label: str) -> enrolment.Offered:
        place = Place(village_code=CODE, village_name=NAME, role="village_doctor", label=label, address=ADDRESS)
        return enrolment.offer(self.office.county, self.office.keys, Vault(VAULT_KEY), place)

    def _keep_file(self, name: str, offered: enrolment.Offered) -> None:
        file = BytesIO()
        part = Part(contents=Contents.ENROLMENT, village=offered.village, recipient=offered.seal, plain=offered.told)
        write_envelope(file, [part])
        self.keep("offer", name, file.getvalue(), code=offered.code)

    def _claiming(self, name: str, code: str) -> granted.Ask:
        def ask(told: bytes) -> bytes:
            answer = enrolment.claim(self.office.county, self.office.keys, told)
            claim = self.keep("claim", name, told, code=code)
            self.keep("grant", name, answer, code=code, answers=claim)
            return answer

        return ask

    def exchange(self, name: str) -> None:
        """By network; every request and answer is recorded."""
        line = Line(self.office)
        engine.exchange(
            self.laptops[name], line, patience=Waits(), progress=lambda _told: None, cancelled=lambda: False
        )
        for asked, answered in zip(line.asked, line.answered, strict=True):
            request = self.keep("request", name, asked)
            self.keep("answer", name, answered, answers=request)

    def by_stick(self, name: str) -> None:
        """There and back in a file."""
        store, folder = self.laptops[name], self.base / "stick"
        folder.mkdir()
        up = stick.write(store, Disk(), folder).path.read_bytes()
        self.keep("up", name, up)
        file = BytesIO(up)
        taken = envelopes.take(self.office.county, self.office.keys, file, envelopes.look(file, self.office.keys))
        down = folder / "down.vfp"
        with down.open("w+b") as out:
            write_envelope(out, taken.answers)
        self.keep("down", name, down.read_bytes())
        brought.take(store, Disk(), down)

    def unheard(self, name: str) -> None:
        """A request that the county of this release never hears."""
        outbox.fill(self.laptops[name])
        asking = outgoing.make_request(self.laptops[name], Wishes())
        self.keep("request", name, asking.data, unheard="yes")

    def seed(self, name: str) -> None:
        """What a laptop that wishes for a seed asks and gets; it does not take it."""
        asking = outgoing.make_request(self.laptops[name], Wishes(seed=True))
        request = self.keep("request", name, asking.data)
        seeding._FRESH, before = 5, seeding._FRESH  # a village of ten people is read change by change else
        try:
            heard = exchange.hear(self.office.county, self.office.keys, asking.hello, asking.pieces)
        finally:
            seeding._FRESH = before
        self.keep("answer", name, pack_answer(heard.answer, heard.following), answers=request)

    def publish(self) -> None:
        """Something that the county says."""
        statement = Statement(
            sort=Sort.PARAMS,
            name="county",
            version="1",
            serial=1,
            from_on="2026-12-01",
            packed=compressed({"params": b'hotline = "12356"\n'}),
        )
        village = self.laptops["founder"].origin.village
        told = sign_statement(statement, self.office.keys.sign)
        said.say(self.office.county, village, told, sort="params", name="county", serial=1)

    # what is written down

    def index(self) -> dict[str, Any]:
        """Everything it takes to read the rest."""
        founder = self.laptops["founder"]
        return {
            "version": __version__,
            "day": self.clock().isoformat(),
            "passphrase": PASSPHRASE,
            "county_secret": SECRET.hex(),
            "county_key": COUNTY_KEY.hex(),
            "vault_key": VAULT_KEY.hex(),
            "village": founder.origin.village.hex(),
            "laptops": {name: _keys(store) for name, store in self.laptops.items()},
            "log": _log(founder),
            "recorded": self.told,
        }


def _keys(store: Store) -> dict[str, str]:
    with store.save() as save:
        seal = exchange_facts.make_seal_key(save.connection, store.ambient.random)
    public = device_key.own_key(store).public
    return {"id": store.origin.device.hex(), "public": public.hex(), "seal": seal.secret.hex()}


def _log(store: Store) -> list[list[Any]]:
    with store.read() as connection:
        return [
            [one.change.device.hex(), one.change.seq, one.change.record.hex(), one.link.hex()]
            for one in log.logged_changes(connection)
        ]


def fill(store: Store) -> Person:
    """A small village, some visits, something sealed; returns somebody who is going to be erased."""
    new_id = store.ambient.new_id
    head = Person(id=new_id(), name="王大山", sex="1", birth_date="1960-03-02")
    wife = Person(id=new_id(), name="李芳", sex="2", id_no="990101199001012229", id_status=IdStatus.PRESENT)
    gone = Person(id=new_id(), name="要删去的人", legacy_method=store.seal(b"21"), legacy_method_status="unverified")
    home = Household(id=new_id(), household_no="12", group_no="3", head=head.id)
    consent = Consent(id=new_id(), person=wife.id, programme="anc", given_on="2026-11-20", how="signed")
    with store.save() as save:
        save.add_many([head, wife, gone, home, consent, Alias(id=new_id(), person=wife.id, name="王家二嫂")])
        save.add_many([Membership(id=new_id(), person=one.id, household=home.id) for one in (head, wife, gone)])
        save.add(Phone(id=new_id(), person=wife.id, number="13800001111", may_mention_health=True))
        save.add(
            Episode(
                id=new_id(), person=wife.id, programme="anc", opened_on="2026-11-20", consent=consent.id,
                lmp="2026-09-01",
            )
        )  # fmt: skip
    with store.save("told at the door") as save:
        save.change(replace(head, note="住在村口"))
        for form in ("household_visit", "anc_followup"):
            save.add(
                Event(
                    id=new_id(), person=wife.id, household=home.id, event_type="visit", form=form, form_version="1",
                    occurred_on="2026-11-20",
                )
            )  # fmt: skip
    return gone


def happen(making: Making) -> None:
    """A few days of a village."""
    founder = making.founder()
    gone = fill(founder)
    making.exchange("founder")
    second = making.joined("second")
    making.exchange("second")
    with second.save() as save:
        save.add(Person(id=second.ambient.new_id(), name="赵六", sex="1"))
    making.by_stick("second")
    making.publish()
    erase_person(founder, gone.id)
    making.exchange("founder")
    making.unheard("second")
    making.exchange("second")
    making.joined("third")
    making.seed("third")
    making.unheard("third")
    with founder.save() as save:
        save.add(Person(id=founder.ambient.new_id(), name="还没有交的人", sex="2"))
    making.unheard("founder")


def make(folder: Path) -> None:
    """Make a release in a folder that is not there yet."""
    with tempfile.TemporaryDirectory() as base:
        making = Making(folder, Path(base))
        happen(making)
        index = making.index()
        for store in making.laptops.values():
            store.close()
        making.engine.dispose()
    (folder / "laptop" / "lock").unlink()
    _write(folder / INDEX, index)
    _write(folder / MESSAGES, frozen.definitions())
    _write(folder / REGISTRY, frozen.registry())
    kept = Release(folder, index, frozen.definitions(), frozen.registry())
    for one in making.told:
        one["says"] = released.summary(kept, one)
    _write(folder / INDEX, index)


def _write(path: Path, told: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def main() -> None:
    """The folder of this version; it must not be there yet."""
    folder = RELEASES / __version__
    if folder.exists():
        raise SystemExit(f"{folder} is kept already; a release is never made again.")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    make(unfinished)
    unfinished.rename(folder)


if __name__ == "__main__":
    main()
