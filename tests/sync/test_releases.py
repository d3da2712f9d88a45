"""What earlier releases left behind: their stores are brought up to date, their messages read, their laptops answered.

Every folder of `tests/data/releases` is a release as `tests.data.make_release` kept it.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import CHEAP, Steps
from tests.data import frozen, released
from tests.data.released import Release, split_request
from tests.storage.laptops import assert_sound, contents
from tests.sync.offices import Line, Office, Side
from tests.sync.old_client import OldClient
from villagefp.county import enrolment, exchange, streams
from villagefp.county.engine import sqlite_engine
from villagefp.county.enrolment import Place
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.county.vault import Vault
from villagefp.domain.ambient import Ambient
from villagefp.services import doctor
from villagefp.storage import device_key, digests, exchange_facts, log
from villagefp.storage.store import open_store
from villagefp.sync import enrol_new
from villagefp.sync.enrol_new import NewStore
from villagefp.wire.frames import pack_answer

WIDENED: Mapping[tuple[str, str, str], str] = {}
"""Release, message and field of a type that allows more by now, with the reason why no old program is told it."""
ADDED = ["what nobody knows yet", {7: b"\x00"}, None]


@pytest.fixture(params=released.every(), ids=lambda release: release.told["version"])
def release(request: pytest.FixtureRequest) -> Release:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def later(release: Release) -> Steps:
    """A week after the release was kept."""
    return Steps(datetime.fromisoformat(release.told["day"]) + timedelta(days=7))


@pytest.fixture
def office(release: Release, later: Steps, tmp_path: Path) -> Iterator[Office]:
    """The county of the release, brought up to date."""
    shutil.copytree(release.folder / "county", tmp_path / "county")
    engine = sqlite_engine(tmp_path / "county" / "county.db", bytes.fromhex(release.told["county_key"]))
    bring_up_to_date(engine)
    ambient = Ambient(later, random.Random("county").randbytes)
    yield Office(County(engine, ambient, tmp_path / "county" / "erasures.vfpe"), release.county)
    engine.dispose()


@pytest.fixture
def founder(release: Release, later: Steps, tmp_path: Path) -> Iterator[Side]:
    """The laptop of the release, brought up to date."""
    folder = tmp_path / "laptop"
    shutil.copytree(release.folder / "laptop", folder)
    ambient = Ambient(later, random.Random("founder").randbytes)
    side = Side(open_store(folder, release.told["passphrase"], ambient), later, ambient, folder)
    yield side
    assert_sound(side.store)
    side.store.close()


@pytest.fixture
def newcomer(release: Release, office: Office, later: Steps, tmp_path: Path) -> Iterator[Side]:
    """A laptop of today that joins the village."""
    ambient = Ambient(later, random.Random("newcomer").randbytes)
    wanted = NewStore(
        folder=tmp_path / "newcomer", worker_name="钱七", passphrase="a newer laptop", ambient=ambient, cost=CHEAP
    )
    place = Place(village_code="990101101201", village_name="柳树湾村", role="village_doctor", label="newcomer")
    offered = enrolment.offer(office.county, office.keys, Vault(bytes.fromhex(release.told["vault_key"])), place)

    def ask(told: bytes) -> bytes:
        return enrolment.claim(office.county, office.keys, told)

    created, _told = enrol_new.by_network(wanted, ask, offered.code, "https://county.example")
    yield Side(created.store, later, ambient, wanted.folder)
    assert_sound(created.store)
    created.store.close()


def old_client(release: Release) -> OldClient:
    return OldClient(release.definitions, release.county.sign.public)


def links_of(side: Side) -> dict[tuple[bytes, int], bytes]:
    with side.store.read() as connection:
        return {one.change.name: one.link for one in log.logged_changes(connection)}


# stores


def test_laptop_and_county_of_a_release_go_on_with_todays_and_lose_nothing(
    release: Release, office: Office, founder: Side, newcomer: Side
) -> None:
    kept = {(bytes.fromhex(device), seq): bytes.fromhex(link) for device, seq, _record, link in release.told["log"]}
    assert links_of(founder) == kept
    assert founder.stands().not_received == 1
    assert doctor.examine(founder.store).problems == ()
    line = Line(office)
    newcomer.person("新来的人")
    for each in (founder, newcomer, founder, newcomer):
        each.exchange(line)
    assert founder.stands().not_received == 0
    assert kept.items() <= links_of(founder).items()
    assert links_of(newcomer) == links_of(founder)
    assert contents(newcomer.store) == contents(founder.store)
    with office.county.read() as connection:
        counted = streams.digests(connection, release.village)
    for each in (founder, newcomer):
        assert digests.bring_up_to_date(each.store) == counted
        quiet = each.exchange(line)
        assert (quiet.requests, quiet.sent, quiet.received) == (1, 0, 0)
        with each.store.read() as connection:
            assert exchange_facts.evidence(connection) == []


def test_what_a_release_sealed_can_be_opened_by_a_laptop_of_today(founder: Side, newcomer: Side) -> None:
    sealed = founder.store.seal(b"told in confidence")
    assert newcomer.store.unseal(sealed) == b"told in confidence"


# messages


def test_every_recorded_message_says_what_it_said(release: Release) -> None:
    sorts = {one["sort"] for one in release.recorded}
    assert sorts == {"request", "answer", "claim", "grant", "offer", "up", "down"}
    for one in release.recorded:
        assert released.summary(release, one) == one["says"], one["file"]


def test_what_followed_the_answers_is_of_every_sort(release: Release) -> None:
    client, sorts = old_client(release), set()
    for one in release.recorded:
        if one["sort"] == "answer":
            hello, _pieces = split_request(release.data(one["answers"]))
            sorts |= {sort for sort, _thing in client.answer(hello, release.data(one["file"]))[1]}
    assert sorts == {1, 2, 3, 4, 5}


def test_messages_have_only_grown_at_their_ends(release: Release) -> None:
    today = frozen.definitions()
    for name, old in release.definitions.items():
        new = today[name]
        assert {key: new.get(key) for key in ("array", "tuple")} == {key: old.get(key) for key in ("array", "tuple")}
        for before, after in zip(old["fields"], new["fields"], strict=False):
            assert (before[0], before[2]) == (after[0], after[2]), f"{name}: a default or a place has changed"
            widened = (release.told["version"], name, before[0]) in WIDENED
            assert before[1] == after[1] or widened, f"{name}.{before[0]} is of another type"
        added = new["fields"][len(old["fields"]) :]
        assert len(new["fields"]) >= len(old["fields"]), f"{name} has lost a field"
        assert not added or old["grows"], f"{name} is refused by old programs when it grows"
        assert all(default is not None for _name, _type, default in added), f"{name}: what is new has a default"


def test_kinds_and_fields_are_what_they_were(release: Release) -> None:
    today = frozen.registry()
    for number, kind in release.registry.items():
        assert today[number]["name"] == kind["name"]
        retired = {str(each) for each in frozen.retired(int(number))}
        for field, told in kind["fields"].items():
            assert field in retired or today[number]["fields"][field] == told, f"{kind['name']}.{told[0]}"


def every_message(told: Any, names: Mapping[type, str]) -> Iterator[tuple[str, Any]]:
    """All messages that are part of what was decoded."""
    if type(told) in names:
        yield names[type(told)], told
        parts: Any = [getattr(told, name) for name in type(told).__annotations__]
    elif isinstance(told, Mapping):
        parts = told.values()
    else:
        parts = told if isinstance(told, list | tuple) else ()
    for part in parts:
        yield from every_message(part, names)


def test_what_a_newer_peer_adds_at_the_end_is_ignored_by_old_and_new(release: Release) -> None:
    client = old_client(release)
    today = frozen.messages()
    names = {kind: name for name, kind in today.items()}
    seen = set()
    for one in release.recorded:
        for name, message in every_message(released.decoded(release, one), names):
            if name not in release.definitions or not release.definitions[name]["grows"]:
                continue
            seen.add(name)
            packed = msgspec.msgpack.encode(message)
            longer = msgspec.msgpack.encode([*msgspec.msgpack.decode(packed, strict=False), *ADDED])
            assert msgspec.msgpack.decode(longer, type=today[name]) == message
            told = client.decode(name, longer)
            assert msgspec.structs.astuple(told) == msgspec.structs.astuple(client.decode(name, packed))
    assert {"hello.Hello", "hello.Answer", "receipt.Receipt", "erasure.Erasure", "seed.Seed"} <= seen
    assert {"enrolment.Claim", "enrolment.Grant", "cursor.Epoch"} <= seen


# an old laptop and the county of today


def test_an_old_laptop_understands_todays_county(release: Release, office: Office) -> None:
    client = old_client(release)
    came = set()
    for one in release.recorded:
        if one["sort"] != "request":
            continue
        hello, pieces = split_request(release.data(one["file"]))
        heard = exchange.hear(office.county, office.keys, hello, pieces)
        answer, things = client.answer(hello, pack_answer(heard.answer, heard.following))
        assert not answer.fork
        assert not answer.again
        came |= {sort for sort, _thing in things}
        receipts = [thing for sort, thing in things if sort == 5]
        offered = [piece for piece in pieces if piece.data[:2] == b"vb"]
        if one.get("unheard") and offered:
            own = release.laptop(one["by"])["id"]
            (receipt,) = receipts
            assert receipt.device == own
            assert receipt.accepted >= len(offered)
            assert receipt.returned == ()
            assert answer.placed or answer.coming
    assert came >= {1, 3, 4, 5}


def test_an_old_laptop_enrols_at_todays_county(release: Release, office: Office) -> None:
    client = old_client(release)
    for one in release.recorded:
        if one["sort"] != "claim":
            continue
        told = enrolment.claim(office.county, office.keys, release.data(one["file"]))
        assert told[:2] == b"g\x01"
        grant = client.decode("enrolment.Grant", told[2 + 32 :])
        assert grant.village == release.village
        assert release.county.sign.public in grant.sign_keys
        assert grant.role == "village_doctor"


def test_a_county_of_the_release_understands_what_todays_laptops_say(
    release: Release, office: Office, founder: Side, newcomer: Side
) -> None:
    client, line = old_client(release), Line(office)
    newcomer.person("新来的人")
    for each in (founder, newcomer, founder):
        each.exchange(line)
        hello, pieces = split_request(line.asked[-1])
        told = client.hello(hello, device_key.own_key(each.store).public)
        assert set(told.positions) == {1, 2}
        assert told.oldest == 1
        assert len(told.offers) >= len(pieces)
        for piece in pieces:
            assert piece.data[:3] == b"vb\x01"
