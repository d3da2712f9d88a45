"""What the county's commands say to a clerk: in her language, by names, by the clock on her wall."""

from __future__ import annotations

import errno
import re
import socket
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine

from tests.conftest import CHEAP, PASSPHRASE
from tests.county.cluster import Cluster
from tests.county.offices import Village, village_of, write
from villagefp.cli.opening import AMBIENT
from villagefp.county.engine import WRITES
from villagefp.domain import roles
from villagefp.errors import UserError
from villagefp.i18n import set_language
from villagefp.office import backing_up, opening, run_county
from villagefp.sync.disk import Disk
from villagefp.wire.scopes import ROLES

Say = Callable[..., str]
CODE = "990101101201"


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Says words to an office in one file; returns all that a clerk reads."""
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    file = tmp_path / "office" / "county.db"

    def told(action: str, *words: object, code: int = 0) -> str:
        assert run_county([action, "--sqlite", str(file), *map(str, words)], CHEAP) == code
        said = capsys.readouterr()
        return (said.out + said.err).strip()

    told("init")
    return told


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return village_of(tmp_path)


def _enrol(say: Say, tmp_path: Path, *words: object) -> str:
    return say("enrol", "--vault", tmp_path / "office" / "vault-key.txt", "--village", CODE, *words)


def _slip(said: str, folder: Path) -> dict[str, str]:
    """Code and newest file of what `enrol` said."""
    files = sorted(folder.glob("*.vfp"), key=lambda each: each.stat().st_mtime_ns)
    return {"code": re.findall("[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}", said)[0], "file": str(files[-1])}


def test_a_second_laptop_of_a_village_needs_no_name_of_it(say: Say, tmp_path: Path) -> None:
    assert "--village-name" in say("enrol", "--village", CODE, code=1)
    assert "柳树村（1号电脑）" in _enrol(say, tmp_path, "--village-name", "柳树村")
    assert "柳树村（2号电脑）" in _enrol(say, tmp_path)
    assert "柳树村（书记的电脑）" in _enrol(say, tmp_path, "--label", "书记的电脑")
    assert "柳树村（3号电脑）" in _enrol(say, tmp_path)


def test_roles_are_said_and_written_as_people_call_them(
    say: Say, village: Village, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    said = _enrol(say, tmp_path, "--village-name", "柳树村", "--role", "村专干", "--out", tmp_path / "slips")
    laptop = village.new("one", _slip(said, tmp_path / "slips"))
    write(laptop, usb)
    assert "柳树村的1号电脑已登记" in say("inbox", usb)
    assert "1号电脑（村专干）" in say("status")
    assert "村医" in say("assign", "--laptop", "柳树村 1号电脑", "--role", "村医")
    assert "1号电脑（村医）" in say("status")
    with pytest.raises(SystemExit):
        _enrol(say, tmp_path, "--role", "boss")
    refused = capsys.readouterr().err
    assert "村医" in refused
    assert "village_" not in refused
    laptop.close()


def test_each_role_has_words() -> None:
    set_language("zh_CN")
    assert {roles.read(roles.in_words(role)) for role in ROLES} == set(ROLES)
    assert not {roles.in_words(role) for role in ROLES} & set(ROLES)


def test_status_shows_names_and_the_time_on_the_wall(say: Say, village: Village, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    for name in ("one", "two"):
        said = _enrol(say, tmp_path, "--village-name", "柳树村", "--label", "王秀兰", "--out", tmp_path / "slips")
        write(village.new(name, _slip(said, tmp_path / "slips")), usb)
        if name == "one":
            say("inbox", usb)
            (line,) = say("status").splitlines()
            assert "+00:00" not in line
            assert village.made[0].origin.device.hex() not in line
    say("inbox", usb)
    ids = {each.origin.device.hex() for each in village.made}
    assert {line.split()[-1] for line in say("status").splitlines()} == ids  # two of one name are told apart
    for each in village.made:
        each.close()


def _one_answer_waits(say: Say, village: Village, tmp_path: Path) -> Path:
    usb = tmp_path / "usb"
    usb.mkdir()
    said = _enrol(say, tmp_path, "--village-name", "柳树村", "--out", tmp_path / "slips")
    write(village.new("one", _slip(said, tmp_path / "slips")), usb)
    return usb


def test_a_full_stick_gets_its_answer_when_there_is_room(
    say: Say, village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usb = _one_answer_waits(say, village, tmp_path)
    (usb / "坏.vfp").write_bytes(b"damaged")

    def full(_disk: Disk, path: Path, _fill: Callable[[BinaryIO], bytes]) -> bytes:
        path.write_bytes(b"a beginning")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Disk, "write", full)
        told = say("inbox", usb, code=1)
    assert "县里已经收下" in told
    assert "坏.vfp" in told  # the others are told all the same
    assert "No space" not in told
    assert not list(usb.glob("*.part"))
    assert "回执：柳树村回执" in say("inbox", usb, code=1)
    assert list(usb.glob("柳树村回执*"))
    village.made[0].close()


def test_a_stick_that_can_only_be_read_is_no_obstacle_to_what_was_taken_before(
    say: Say, village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usb = _one_answer_waits(say, village, tmp_path)
    (envelope,) = usb.iterdir()
    again = envelope.read_bytes()
    say("inbox", usb)
    envelope.write_bytes(again)
    with monkeypatch.context() as patched:

        def read_only(*_told: object, **_named: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        patched.setattr(Path, "replace", read_only)
        assert "已经收过" in say("inbox", usb)
    village.made[0].close()


def test_an_answer_for_a_laptop_of_two_villages_is_told_with_the_right_one(
    say: Say, village: Village, tmp_path: Path
) -> None:
    usb = _one_answer_waits(say, village, tmp_path)
    say("inbox", usb)
    other = tmp_path / "other"
    other.mkdir()
    vault = tmp_path / "office" / "vault-key.txt"
    place = ("--village", "990101101202", "--village-name", "下柳村")
    said = say("enrol", "--vault", vault, *place, "--out", other)
    write(village.new("two", _slip(said, other)), other)
    say("inbox", other)
    say("assign", "--laptop", "柳树村1号电脑", "--village", "990101101202")
    assert "这是给柳树村的电脑“1号电脑”的" in say("inbox", usb)
    for each in village.made:
        each.close()


def test_a_copy_for_which_there_is_no_room_leaves_nothing(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = tmp_path / "copies"

    def full(*_told: object) -> None:
        raise sqlcipher.OperationalError("database or disk is full")

    monkeypatch.setattr(backing_up, "_copy_pages", full)
    told = say("backup", copies / "copy.db", code=1)
    assert "磁盘已满" in told
    assert list(copies.iterdir()) == []


def test_a_full_disk_is_not_taken_for_a_broken_store(tmp_path: Path) -> None:
    set_language("zh_CN")
    with pytest.raises(UserError, match="满了"), opening.sqlite(tmp_path / "county.db", bytes(32)) as engine:
        _overfill(engine)


def _overfill(engine: Engine) -> None:
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE kept (what BLOB)")
        connection.exec_driver_sql("PRAGMA max_page_count = 10")
        connection.exec_driver_sql("INSERT INTO kept VALUES (zeroblob(1000000))")


def test_a_port_in_use_and_a_key_that_does_not_fit_are_sentences(say: Say, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "别的程序正在用" in say("serve", "--port", port, code=1)
    for host, wrong in (("127.0.0.1", 99999), ("192.0.2.1", 0), ("no.such.host.invalid", 0)):
        told = say("serve", "--host", host, "--port", wrong, code=1)
        assert "系统错误" not in told
        assert "bind" not in told
    nonsense = tmp_path / "cert.pem"
    nonsense.write_text("nonsense", encoding="ascii")
    assert "不是一套证书和密钥" in say("serve", "--port", 0, "--certificate", nonsense, code=1)


def test_why_a_server_does_not_let_an_office_in_is_told_without_its_english(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    for url, words in (
        (cluster.url("no_such_county"), "没有这个数据库"),
        (cluster.url("postgres").replace("county@", "nobody@"), "没有这个数据库，或没有这个用户"),
        (f"postgresql://county@/county?host={tmp_path}", "没有应答"),
    ):
        assert run_county(["init", "--db", url], CHEAP) == 1
        told = capsys.readouterr().err
        assert words in told
        for english in ("connection", "the server", "FATAL", "exist"):
            assert english not in told


def test_a_record_that_nothing_waits_for_is_told_so_in_words(say: Say, village: Village, tmp_path: Path) -> None:
    usb = _one_answer_waits(say, village, tmp_path)
    say("inbox", usb)
    record = str(uuid.UUID(bytes=village.person(village.made[0])))
    told = say("look", record, "--village", CODE, "--who", "张科长", "--cause", "conflict", code=1)
    assert "两台电脑" in told
    assert "conflict" not in told
    village.made[0].close()


def test_a_code_that_nobody_could_use_is_not_given_out(say: Say) -> None:
    for days in (0, -3, 100_000):
        told = say("enrol", "--village", CODE, "--village-name", "柳树村", "--days", days, code=1)
        assert "1 到 366 天" in told


def test_an_answer_never_takes_the_place_of_another_one(say: Say, village: Village, tmp_path: Path) -> None:
    usb = _one_answer_waits(say, village, tmp_path)
    today = AMBIENT.today()
    taken = [usb / f"柳树村回执_{day}_{number}.vfp" for day in (today, today + timedelta(1)) for number in (1, 2)]
    for path in taken:
        path.write_bytes(b"of before the store was put back")
    assert "_3.vfp" in say("inbox", usb, code=1)
    assert all(path.read_bytes() == b"of before the store was put back" for path in taken)
    village.made[0].close()
