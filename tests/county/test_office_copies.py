"""Copies of the county's store: what a verified one lets laptops forget, and how life goes on after one is put back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from tests.conftest import PASSPHRASE
from tests.county.cluster import Cluster
from tests.county.offices import Office, Village, take, village_of, write
from villagefp.county import erasure_list, exchange
from villagefp.county.engine import sqlite_engine
from villagefp.domain.records import Person
from villagefp.services import doctor, privacy
from villagefp.storage import exchange_facts, keyslots, records
from villagefp.storage.store import Store


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    made = village_of(tmp_path / "laptops")
    yield made
    for store in made.made:
        assert doctor.examine(store).problems == ()
        store.close()


def founded(folder: Path, place: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> Office:
    made = Office(place, folder, capsys)
    made.done("init")
    return made


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    folder = tmp_path / "office"
    return founded(folder, ("--sqlite", str(folder / "county.db")), capsys)


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def round_trip(office: Office, store: Store, usb: Path) -> None:
    """There and back by stick."""
    write(store, usb)
    office.done("inbox", usb)
    take(store, usb)


def safe(store: Store) -> int:
    with store.read() as connection:
        return exchange_facts.receipts(connection, store.origin).safe_seq


def accepted(store: Store) -> int:
    with store.read() as connection:
        return exchange_facts.receipts(connection, store.origin).accepted


def named(store: Store, person: bytes) -> str | None:
    with store.read() as connection:
        found = records.get(connection, Person, person)
    return None if found is None else found.name


def test_a_copy_that_was_read_back_is_told_to_the_laptops(
    sqlite: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    store = village.new("one", sqlite.slip(tmp_path / "slips"))
    village.person(store)
    round_trip(sqlite, store, usb)
    assert safe(store) == 0
    copy = tmp_path / "copies" / "monday.db"
    told = sqlite.done("backup", copy)
    assert (told["villages"], told["laptops"], told["differing"]) == (1, 1, 0)
    before = accepted(store)
    village.person(store, "张伟")
    round_trip(sqlite, store, usb)
    assert safe(store) == before < accepted(store)
    with store.read() as connection:
        receipts = exchange_facts.receipts(connection, store.origin)
    assert receipts.safe_position(1) > 0
    assert sqlite.refused("backup", copy)  # nothing is overwritten
    assert sqlite.done("backup", "--verified", copy)["laptops"] == 1
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    assert sqlite.refused("backup", "--verified", copy)
    assert safe(store) == before


def test_a_copy_of_another_store_covers_nothing(sqlite: Office, village: Village, usb: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    store = village.new("one", sqlite.slip(tmp_path / "slips"))
    round_trip(sqlite, store, usb)
    shutil.copy(sqlite.folder / "county.db", tmp_path / "young.db")
    village.person(store)
    round_trip(sqlite, store, usb)
    sqlite.done("backup", copy)
    shutil.copy(tmp_path / "young.db", sqlite.folder / "county.db")  # put back by hand, and nobody was told
    for side in ("-wal", "-shm"):
        (sqlite.folder / f"county.db{side}").unlink(missing_ok=True)
    code, told = sqlite.say("backup", "--verified", copy)
    assert (code, told["differing"], told["laptops"]) == (1, 1, 0)


def test_what_was_erased_stays_erased_and_what_was_lost_comes_again(
    sqlite: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", sqlite.slip(tmp_path / "slips"))
    gone, kept = village.person(one, "李芳"), village.person(one, "张伟")
    round_trip(sqlite, one, usb)
    copy = tmp_path / "copy.db"
    sqlite.done("backup", copy)
    privacy.erase_person(one, gone)
    late = village.person(one, "王芳")
    round_trip(sqlite, one, usb)
    assert len(erasure_list.read(sqlite.folder / erasure_list.NAME)) == 1
    told = sqlite.done("restore", copy)
    assert (told["villages"], told["erased_again"]) == (1, 1)
    assert Path(told["before"]).exists()
    two = village.new("two", sqlite.slip(tmp_path / "slips"))
    for _turn in range(3):
        round_trip(sqlite, one, usb)
        round_trip(sqlite, two, usb)
    assert (named(two, kept), named(two, late)) == ("张伟", "王芳")
    assert named(two, gone) is None
    with two.read() as connection:
        assert "李芳" not in [person.name for person in records.where(connection, Person)]


def test_a_copy_that_is_damaged_is_not_put_back(sqlite: Office, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    sqlite.done("backup", copy)
    before = (sqlite.folder / "county.db").read_bytes()
    content = bytearray(copy.read_bytes())
    content[-2000] ^= 1
    copy.write_bytes(content)
    assert sqlite.refused("restore", copy)
    assert sqlite.refused("restore", tmp_path / "nothing.db")
    assert (sqlite.folder / "county.db").read_bytes() == before


def test_a_store_that_somebody_works_with_is_not_replaced(sqlite: Office, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    sqlite.done("backup", copy)
    path = sqlite.folder / "county.db"
    slots = keyslots.open_slots(keyslots.read_slots(sqlite.folder), keyslots.WORKER, PASSPHRASE)
    assert slots is not None
    engine = sqlite_engine(path, slots[1].store)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM village").scalar()
        assert "serve" in sqlite.refused("restore", copy)
    engine.dispose()
    path.write_bytes(b"what a broken disk left" * 4000)
    assert sqlite.done("restore", copy)["villages"] == 0
    assert sqlite.done("status") == []


def test_a_server_is_copied_and_put_back_with_its_own_tools(  # noqa: PLR0917  fixtures
    cluster: Cluster,
    village: Village,
    usb: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    folder, name = tmp_path / "office", "office_of_copies"
    url = cluster.new_database(name)
    office = founded(folder, ("--db", url, "--keys", str(folder)), capsys)
    store = village.new("one", office.slip(tmp_path / "slips"))
    kept = village.person(store)
    round_trip(office, store, usb)
    assert office.refused("backup", tmp_path / "copy.db")
    copy = cluster.new_database(None, name)
    assert office.done("backup", "--verified", copy)["laptops"] == 1
    late = village.person(store, "张伟")
    round_trip(office, store, usb)
    assert safe(store) > 0
    back = replace(office, place=("--db", copy, "--keys", str(folder)))
    assert back.done("restore")["villages"] == 1
    two = village.new("two", back.slip(tmp_path / "slips"))
    for _turn in range(3):
        round_trip(back, store, usb)
        round_trip(back, two, usb)
    assert (named(two, kept), named(two, late)) == ("李芳", "张伟")


def test_what_was_overwritten_is_let_go_of_once_a_backup_holds_it_and_everybody_has_read_it(
    sqlite: Office, village: Village, usb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "READ_ON", 1)
    one, two = (village.new(name, sqlite.slip(tmp_path / name)) for name in ("one", "two"))
    kept = village.person(one)
    for name in ("李芬", "李方", "李枋"):
        with one.save() as save:
            person = save.get(Person, kept)
            assert person is not None
            save.change(structs.replace(person, name=name))
    round_trip(sqlite, one, usb)
    assert sqlite.done("trim") == {"changes": 0, "villages": 0}  # no backup holds it
    sqlite.done("backup", tmp_path / "monday.db")
    assert sqlite.done("trim")["changes"] == 0  # the second laptop has not read it
    for _turn in range(2):  # what comes with the second turn tells what the first has brought
        for store in (two, one):
            village.person(store, "张伟")
            round_trip(sqlite, store, usb)
    assert sqlite.done("trim")["changes"] == 2
    three = village.new("three", sqlite.slip(tmp_path / "three"))
    for _turn in range(2):
        round_trip(sqlite, three, usb)
    assert {named(store, kept) for store in (one, two, three)} == {"李枋"}


def test_an_office_with_one_computer_moves_up_to_a_server_and_laptops_notice_nothing(
    sqlite: Office, cluster: Cluster, village: Village, usb: Path, tmp_path: Path
) -> None:
    store = village.new("one", sqlite.slip(tmp_path / "slips"))
    kept = village.person(store)
    round_trip(sqlite, store, usb)
    waiting = village.person(store, "张伟")
    write(store, usb)  # an envelope that is on its way meanwhile
    url, folder = cluster.new_database("moved_up"), tmp_path / "server"
    told = sqlite.done("to-server", "--to", url, "--keys", folder)
    assert told["rows"] > 10
    path = Path(sqlite.place[1])
    assert not path.exists()
    assert path.with_name("county.db.moved").exists()
    server = replace(sqlite, place=("--db", url, "--keys", str(folder)))
    server.done("inbox", usb)
    take(store, usb)
    two = village.new("two", server.slip(tmp_path / "slips"))
    round_trip(server, two, usb)
    round_trip(server, store, usb)
    assert (named(two, kept), named(two, waiting)) == ("李芳", "张伟")
    with store.read() as connection:
        (only,) = exchange_facts.receipts(connection, store.origin).by_epoch
        assert only.counter == 1  # it was never put back
    again = replace(sqlite, place=("--sqlite", str(path.with_name("county.db.moved"))))
    assert "已经有县数据库" in again.refused("to-server", "--to", url, "--keys", tmp_path / "third")


def test_a_torn_end_of_the_list_of_erasures_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / erasure_list.NAME
    erasure_list.keep(path, b"v" * 16, b"first")
    whole = path.read_bytes()
    erasure_list.keep(path, b"v" * 16, b"second")
    for cut in range(len(whole), path.stat().st_size):
        path.write_bytes(path.read_bytes()[:cut] if cut else b"")
        assert erasure_list.read(path) == [(b"v" * 16, b"first")]
        erasure_list.keep(path, b"v" * 16, b"second")
        assert erasure_list.read(path) == [(b"v" * 16, b"first"), (b"v" * 16, b"second")]
    erasure_list.keep(None, b"v" * 16, b"nobody keeps a list")
