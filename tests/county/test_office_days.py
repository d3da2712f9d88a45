"""Days of an office with real laptops: enrolling by file, sticks in and out, importing, publishing, serving."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from tests.conftest import PASSPHRASE
from tests.county.cluster import Cluster
from tests.county.offices import Office, Village, take, village_of, write
from villagefp import paths
from villagefp.domain.records import Household, Person
from villagefp.errors import UserError
from villagefp.office import importing
from villagefp.services import doctor, exchange
from villagefp.storage import exchange_facts, records
from villagefp.storage.store import Store
from villagefp.storage.village_keys import SealedElsewhereError
from villagefp.sync import enrol, granted
from villagefp.sync.http import HttpRoad

ROSTER = paths.resources_dir() / "practice" / "roster.xlsx"
PROGRAMME = paths.resources_dir() / "programmes" / "newborn.toml"


@pytest.fixture(params=["postgres", "sqlite"])
def office(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Office:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    folder = tmp_path / "office"
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("cluster")
        place: tuple[str, ...] = ("--db", cluster.new_database(), "--keys", str(folder))
    else:
        place = ("--sqlite", str(folder / "county.db"))
    made = Office(place, folder, capsys)
    told = made.done("init")
    assert told["recovery_code"]
    assert told["vault"] == str(made.vault)
    return made


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    made = village_of(tmp_path / "laptops")
    yield made
    for store in made.made:
        assert doctor.examine(store).problems == ()
        store.close()


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def test_a_stick_goes_round_two_laptops_of_a_village(office: Office, village: Village, usb: Path) -> None:
    one = village.new("one", office.slip(usb))
    first = village.person(one)
    written = write(one, usb)
    (told,) = [each for each in office.done("inbox", usb) if each["what"] == "taken"]
    assert told["slip"] == written.slip
    assert [laptop["changes"] for laptop in told["laptops"]] == [0, written.changes]
    assert written.changes > 0
    assert (usb / "已收" / written.path.name).exists()
    assert len(take(one, usb)) == 1
    with one.read() as connection:
        assert granted.waiting(connection) is None
        assert exchange_facts.receipts(connection, one.origin).accepted == written.changes
    two = village.new("two", office.slip(usb))
    write(two, usb)
    office.done("inbox", usb)
    assert len(take(two, usb)) == 1
    with two.read() as connection:
        person = records.get(connection, Person, first)
    assert person is not None
    assert person.name == "李芳"
    assert len(office.done("status")) == 2


def test_files_in_any_order_and_under_any_name_are_taken_once(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    first = write(one, usb).path  # with the claim
    village.person(one)
    second = write(one, usb).path
    first.rename(usb / "z 微信文件(1).vfp")  # so that it is read last, were names what counts
    second.rename(usb / "a.vfp(2)")
    shutil.copy(usb / "a.vfp(2)", usb / "b 副本.vfp")
    (usb / "照片.jpg").write_bytes(b"\xff\xd8\xff not an envelope")
    told = {each["file"]: each for each in office.done("inbox", usb)}
    assert {name: each["what"] for name, each in told.items()} == {
        "z 微信文件(1).vfp": "taken",
        "a.vfp(2)": "taken",
        "b 副本.vfp": "already",
    }
    assert (usb / "照片.jpg").exists()
    assert sorted(each.name for each in (usb / "已收").iterdir()) == ["a.vfp(2)", "b 副本.vfp", "z 微信文件(1).vfp"]
    again = office.done("inbox", usb)
    assert {each["what"] for each in again} == {"answer"}  # its own, for the laptop
    assert all("柳树湾村" in each["sentence"] for each in again)


def test_what_is_no_whole_envelope_for_this_county_is_named_and_changes_nothing(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    content = write(one, tmp_path).path.read_bytes()
    (usb / "half.vfp").write_bytes(content[: len(content) // 2])
    (usb / "bent.vfp").write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    (usb / "letter.vfp").write_bytes(b"dear county")
    shutil.copy(office.slip(tmp_path / "slips")["file"], usb / "登记.vfp")  # sealed to a code
    code, told = office.say("inbox", usb)
    assert code == 1
    what = {each["file"]: each["what"] for each in told}
    assert what == {"half.vfp": "refused", "bent.vfp": "refused", "letter.vfp": "refused", "登记.vfp": "enrolment"}
    assert len({each["sentence"] for each in told}) == 4
    assert sorted(each.name for each in usb.iterdir()) == ["bent.vfp", "half.vfp", "letter.vfp", "登记.vfp"]
    assert office.done("status") == []


def test_an_envelope_of_a_laptop_that_was_never_enrolled_is_refused(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    with one.read() as connection:
        claim = granted.waiting(connection)
    assert claim is not None
    with one.save() as save:  # as if the claim had been lost with another stick
        save.connection.exec_driver_sql("DELETE FROM local_value WHERE key = 'enrolment to be carried'")
    path = write(one, usb).path
    code, told = office.say("inbox", usb)
    assert (code, told[0]["what"]) == (1, "refused")
    assert path.exists()
    assert office.done("status") == []


def test_a_list_of_villages_becomes_slips_and_files(office: Office, village: Village, tmp_path: Path) -> None:
    sheet = tmp_path / "villages.xlsx"
    workbook = xlsxwriter.Workbook(str(sheet))
    page = workbook.add_worksheet()
    for row, cells in enumerate(
        [("村名", "代码", "角色"), ("柳树湾村", "990101101201", "村医"), ("石桥村", 990101101202, "村专干")]
    ):
        page.write_row(row, 0, cells)
    workbook.close()
    out = tmp_path / "slips"
    told = office.done("enrol", "--vault", office.vault, "--list", sheet, "--out", out)
    assert [(each["village_name"], each["role"]) for each in told] == [
        ("柳树湾村", "village_doctor"),
        ("石桥村", "village_cadre"),
    ]
    for each in told:
        assert Path(each["slip"]).read_bytes().startswith(b"%PDF")
    store = village.new("bridge", told[1])
    assert (store.village.name, store.village.code) == ("石桥村", "990101101202")
    listed = tmp_path / "villages.csv"
    listed.write_bytes("990101101203,河口村\n".encode("gb18030"))
    assert office.done("enrol", "--vault", office.vault, "--list", listed)[0]["village_name"] == "河口村"
    listed.write_text("990101101203,\n", encoding="utf-8")
    assert "1" in office.refused("enrol", "--vault", office.vault, "--list", listed)
    assert office.refused("enrol", "--list", sheet)  # without the vault key


def test_another_countys_vault_key_is_refused(office: Office, tmp_path: Path) -> None:
    secret = office.vault.read_text(encoding="utf-8")
    digits = secret.strip().split("\n")[-1]
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(secret.replace(digits, digits[::-1]), encoding="utf-8")
    common = ("enrol", "--village", "990101101201", "--village-name", "柳树湾村", "--vault")
    assert office.refused(*common, wrong)
    wrong.write_text("a shopping list", encoding="utf-8")
    assert office.refused(*common, wrong)
    assert office.refused(*common, tmp_path / "nothing.txt")


def test_a_revoked_laptop_gets_receipts_only_and_a_role_may_change(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    write(one, usb)
    office.done("inbox", usb)
    (line,) = office.done("status")
    assert office.done("assign", "--laptop", line["id"][:12], "--role", "village_cadre")["role"] == "village_cadre"
    assert office.done("status")[0]["role"] == "village_cadre"
    assert office.done("revoke", "--laptop", line["laptop"])["revoked"] == [line["id"]]
    assert office.done("status")[0]["revoked"] is True
    assert office.refused("revoke", "--laptop", "没有这台")
    assert office.refused("assign", "--laptop", line["id"])


def test_a_laptop_hears_of_its_new_role_with_its_next_exchange(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    for role in ("village_doctor", "village_cadre"):
        exchange.by_stick(one, usb)
        office.done("inbox", usb)
        exchange.by_stick(one, usb)
        with one.read() as connection:
            link = exchange_facts.county_link(connection)
        assert link is not None
        assert link.role == role
        office.done("inbox", usb)
        office.done("assign", "--laptop", one.origin.device.hex(), "--role", "village_cadre")


def test_keys_that_came_later_reach_the_laptops_that_were_there_before(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    slips = [office.slip(tmp_path / name) for name in ("first", "second")]  # both before anybody enrolled
    alone = village.alone("alone")
    before = alone.seal(b"from before")
    with Path(slips[0]["file"]).open("rb") as file:
        enrol.from_file(alone, file, slips[0]["code"])
    exchange.by_stick(alone, usb)
    office.done("inbox", usb)
    exchange.by_stick(alone, usb)
    office.done("inbox", usb)
    with pytest.raises(UserError):  # the file says another id than the village has by now: told when it arrives
        _deliver(office, village.new("stale", slips[1]), usb)
    third = village.new("third", office.slip(tmp_path / "third"))
    assert third.unseal(before) == b"from before"
    assert office.refused("keys")
    told = office.done("keys", "--vault", office.vault)
    assert told["given"] == 1
    assert office.done("keys", "--vault", office.vault) == {"given": 0, "same": 1}
    assert alone.unseal(third.seal(b"back")) == b"back"


def _deliver(office: Office, store: Store, usb: Path) -> None:
    write(store, usb)
    code, told = office.say("inbox", usb)
    if code:
        raise UserError(next(each["sentence"] for each in told if each["what"] == "refused"))


def test_a_key_given_late_opens_what_was_sealed_with_it(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    exchange.by_stick(one, usb)
    office.done("inbox", usb)
    exchange.by_stick(one, usb)
    cadre = village.new("cadre", office.slip(tmp_path / "slips", "--role", "village_cadre"))
    sealed = cadre.seal(b"under its own key")  # it has no key of the village, and gives its own to the vault
    with pytest.raises(SealedElsewhereError):
        one.unseal(sealed)
    exchange.by_stick(cadre, usb)
    office.done("inbox", usb)
    assert office.done("keys", "--vault", office.vault)["given"] == 1  # the doctor's laptop alone
    for _turn in range(2):
        exchange.by_stick(one, usb)
        office.done("inbox", usb)
    exchange.by_stick(one, usb)
    assert one.unseal(sealed) == b"under its own key"
    with pytest.raises(SealedElsewhereError):
        cadre.unseal(one.seal(b"for doctors"))


def test_a_folder_of_workbooks_becomes_villages(office: Office, village: Village, usb: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rosters"
    folder.mkdir()
    shutil.copy(ROSTER, folder / "990101101201 柳树湾村.xlsx")
    shutil.copy(ROSTER, folder / "石桥村.xlsx")
    (folder / "990101101203 河口村.xlsx").write_bytes(b"no workbook")
    code, told = office.say("import", folder)
    assert code == 1
    by_file = {each["file"]: each for each in told}
    done = by_file["990101101201 柳树湾村.xlsx"]
    assert done["persons"] > 0
    assert "error" in by_file["石桥村.xlsx"]
    assert "error" in by_file["990101101203 河口村.xlsx"]
    (line,) = office.done("status")
    assert (line["village_name"], line["revoked"]) == ("柳树湾村", True)
    code, again = office.say("import", folder)
    assert "error" in {each["file"]: each for each in again}["990101101201 柳树湾村.xlsx"]
    store = village.new("laptop", office.slip(tmp_path / "slips"))
    for _turn in range(3):
        write(store, usb)
        office.done("inbox", usb)
        take(store, usb)
    with store.read() as connection:
        assert len(records.where(connection, Person)) == done["persons"]
        assert len(records.where(connection, Household)) == done["households"]
        methods = [one.legacy_method for one in records.where(connection, Person) if one.legacy_method]
    assert all(store.unseal(one) for one in methods)  # the import's own key came with the ring


def test_an_import_that_fails_leaves_nothing_and_can_be_repeated(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "rosters"
    folder.mkdir()
    shutil.copy(ROSTER, folder / "990101101201 柳树湾村.xlsx")

    def cut(*_told: object) -> None:
        raise UserError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "accept_batch", cut)
        code, told = office.say("import", folder)
    assert (code, told[0]["error"]) == (1, "The disk is full.")
    assert office.done("status") == []
    with monkeypatch.context() as broken:  # as when the power goes: nobody cleans up
        broken.setattr(importing, "accept_batch", cut)
        broken.setattr(importing, "_forget", lambda *_told: None)
        office.say("import", folder)
    assert len(office.done("status")) == 1
    assert office.done("import", folder)[0]["persons"] > 0
    assert [line["revoked"] for line in office.done("status")] == [True]


def test_a_seed_in_a_file_makes_a_new_laptop_ready(office: Office, village: Village, usb: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rosters"
    folder.mkdir()
    shutil.copy(ROSTER, folder / "990101101201 柳树湾村.xlsx")
    (imported,) = office.done("import", folder)
    store = village.new("laptop", office.slip(tmp_path / "slips"))
    mine = village.person(store, "早来的人")
    write(store, usb)
    office.done("inbox", usb)  # it is enrolled; its answer is left on the stick
    line = next(line for line in office.done("status") if not line["revoked"])
    seed = office.done("seed", "--laptop", line["id"], "--out", tmp_path / "seed")
    late = village.person(store, "晚来的人")
    assert len(take(store, Path(seed["file"]))) == 1
    with store.read() as connection:
        persons = {person.id: person.name for person in records.where(connection, Person)}
        assert len(records.where(connection, Household)) == imported["households"]
    assert len(persons) == imported["persons"] + 2
    assert (persons[mine], persons[late]) == ("早来的人", "晚来的人")
    assert doctor.examine(store).problems == ()
    for _turn in range(2):
        take(store, usb)
        write(store, usb)
        office.done("inbox", usb)
    other = village.new("other", office.slip(tmp_path / "slips"))
    for _turn in range(3):
        write(other, usb)
        office.done("inbox", usb)
        take(other, usb)
    with other.read() as connection:
        assert {person.id: person.name for person in records.where(connection, Person)} == persons
    with pytest.raises(AssertionError):
        assert take(other, Path(seed["file"]))  # for the first laptop alone
    revoked = next(line for line in office.done("status") if line["revoked"])
    assert office.refused("seed", "--laptop", revoked["id"], "--out", tmp_path)


def test_a_programme_goes_to_a_pilot_village_and_then_to_all(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    write(one, usb)
    office.done("inbox", usb)
    take(one, usb)
    other = office.done(
        "enrol", "--vault", office.vault, "--village", "990101101202", "--village-name", "石桥村",
        "--out", tmp_path / "slips",
    )[0]  # fmt: skip
    two = village.new("two", other)
    write(two, usb)
    office.done("inbox", usb)
    sheet = tmp_path / "newborn.toml"
    text = PROGRAMME.read_text(encoding="utf-8")
    assert 'version = "1"' in text
    sheet.write_text(text.replace('version = "1"', 'version = "2"'), encoding="utf-8")
    told = office.done("publish", sheet, "--from", "2026-12-01", "--village", "990101101201")
    assert told["villages"] == ["柳树湾村"]
    assert office.refused("publish", sheet, "--from", "2026-12-01")  # a version follows, it is not said twice
    (package,) = office.done("status", "--packages")
    assert (package["version"], package["villages"], len(package["not_yet"])) == ("2", ["柳树湾村"], 1)
    assert office.done("publish", "--again", "newborn", "2")["villages"] == ["石桥村"]
    assert office.refused("publish", "--again", "newborn", "2")
    (package,) = office.done("status", "--packages")
    assert package["villages"] == ["柳树湾村", "石桥村"]
    for _turn in range(2):
        write(one, usb)
        office.done("inbox", usb)
        take(one, usb)
    (package,) = office.done("status", "--packages")
    assert [each for each in package["not_yet"] if "柳树湾村" in each] == []
    broken = tmp_path / "broken.toml"
    broken.write_text("programme = 7", encoding="utf-8")
    assert office.refused("publish", broken, "--from", "2026-12-01")


def test_a_server_enrols_and_exchanges_until_it_is_stopped(office: Office, village: Village, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "villagefp", "county", "serve", *office.place, "--port", "0", "--json"]
    environment = {**os.environ, "VILLAGEFP_PASSPHRASE": PASSPHRASE}
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment, text=True, cwd=paths.root_dir()) as running:
        assert running.stdout is not None
        address = json.loads(running.stdout.readline())["address"]
        store = village.alone("alone")
        person = village.person(store)
        slip = office.slip(tmp_path / "slips", "--address", address)
        with HttpRoad(address) as road:
            told = enrol.by_network(store, road.enrol, slip["code"], address)
            assert (told.confirmed, told.address) == (True, address)
            done = exchange.over(store, road)
        assert done.sent == 3
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    assert office.done("status")[0]["last_exchange"] is not None
    other = village.new("other", office.slip(tmp_path / "slips"))
    usb = tmp_path / "usb"
    usb.mkdir()
    for _turn in range(2):
        write(other, usb)
        office.done("inbox", usb)
        take(other, usb)
    assert other.origin.village == store.origin.village
    with other.read() as connection:
        assert records.get(connection, Person, person) is not None


def test_a_port_that_is_taken_is_told(office: Office) -> None:
    assert office.refused("serve", "--host", "192.0.2.1", "--port", "1")
