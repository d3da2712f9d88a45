"""`enrol` and `exchange` from the command line, against the county's own program and files."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.sync.conftest import county_template, office
from tests.sync.offices import Office
from tests.sync.test_http import served
from tests.sync.test_stick import answered
from villagefp.cli import exchange as commands
from villagefp.county import enrolment
from villagefp.county.enrolment import Place
from villagefp.county.vault import Vault
from villagefp.domain.ambient import Ambient
from villagefp.sync.outcome import Progress, Step

__all__ = ["county_template", "office"]  # fixtures of the exchange's own tests

FIELDS = {"sent", "received", "returned", "conflicts", "requests", "bytes_up", "bytes_down", "slip"}


@pytest.fixture
def code(office: Office, ambient: Ambient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A code that the county gave out for this village."""
    monkeypatch.setenv("VILLAGEFP_STATE", str(tmp_path / "marks"))
    monkeypatch.setattr(commands, "AMBIENT", ambient)
    place = Place(village_code="990101101201", village_name="柳树湾村", role="village_doctor", label="村医的电脑")
    return enrolment.offer(office.county, office.keys, Vault(b"v" * 32), place).code


def test_a_laptop_is_enrolled_and_exchanges_by_network(call: Call, office: Office, code: str) -> None:
    with served(office) as address:
        enrolled = call("enrol", "--county", address, "--code", code, "--json")
        assert enrolled.code == 0
        assert (enrolled.json["label"], enrolled.json["role"], enrolled.json["confirmed"]) == (
            "村医的电脑", "village_doctor", True,
        )  # fmt: skip
        done = call("exchange", "--county", address, "--json").json
        assert done.keys() >= FIELDS
        assert (done["requests"], done["returned"], done["conflicts"], done["slip"]) == (1, [], 0, None)
        assert done["sent"] > 0
        again = call("exchange", "--county", "--json").json  # the address that it was enrolled at
        assert (again["requests"], again["sent"]) == (1, 0)
        assert again["bytes_up"] + again["bytes_down"] < 240


def test_a_laptop_without_a_store_gets_one(bare: Call, office: Office, code: str, tmp_path: Path) -> None:
    with served(office) as address:
        words = ("enrol", "--county", address, "--code", code, "--data", tmp_path / "new")
        assert "--worker" in bare(*words).err
        made = bare(*words, "--worker", "李明", "--json")
        assert made.code == 0
        assert made.json["recovery_code"]
        assert bare("exchange", "--county", address, "--data", tmp_path / "new", "--json").json["sent"] > 0


def test_by_stick_there_and_back(call: Call, office: Office, code: str, tmp_path: Path) -> None:
    with served(office) as address:
        call("enrol", "--county", address, "--code", code)
    usb = tmp_path / "usb"
    usb.mkdir()
    written = call("exchange", "--usb", usb, "--json").json
    assert written["written"] > 0
    assert (written["sent"], len(written["slip"])) == (0, 9)
    answer = answered(office, Path(written["file"]))
    taken = call("exchange", "--file", answer, "--json").json
    assert taken["sent"] == written["written"]
    told = call("exchange", "--usb", usb)
    assert (told.code, "taken before" in told.out, "for the county" in told.out) == (0, True, True)


def test_a_store_that_was_copied_goes_on_as_another_laptop(
    call: Call, bare: Call, office: Office, code: str, folder: Path
) -> None:
    copy = folder.with_name("copy")
    with served(office) as address:
        call("enrol", "--county", address, "--code", code)
        call("exchange", "--county", address)
        shutil.copytree(folder, copy)
        told = bare("exchange", "--county", address, "--data", copy, "--json").json
        assert any("a copy or an older state" in remark for remark in told["remarks"])
        again = bare("exchange", "--county", address, "--data", copy, "--json").json
        assert again["remarks"] == []
    with office.county.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM device").scalar_one() == 2


def test_what_refuses_is_a_sentence_and_code_1(call: Call, office: Office, code: str, tmp_path: Path) -> None:
    before = call("exchange", "--county", "https://county.invalid")
    assert (before.code, "not enrolled" in before.err) == (1, True)
    with served(office) as address:
        wrong = call("enrol", "--county", address, "--code", code[:-1] + ("A" if code[-1] != "A" else "B"))
        assert (wrong.code, bool(wrong.err)) == (1, True)
        call("enrol", "--county", address, "--code", code)
    gone = call("exchange", "--county", "--json")
    assert gone.code == 1
    assert "cannot be reached" in gone.json["error"]
    assert call("exchange", "--county", "ftp://x").code == 1
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"\xff\xd8")
    assert "not an exchange file" in call("exchange", "--file", picture).err
    assert call("exchange", "--file", tmp_path / "nowhere.vfp").code == 1
    assert call("exchange", "--usb", tmp_path / "nowhere").code == 1
    assert call("exchange").code == 2


def test_stopped_by_the_keyboard_nothing_is_lost(
    call: Call, office: Office, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(office) as address:
        call("enrol", "--county", address, "--code", code)

        def interrupted(*_told: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr("villagefp.sync.http.HttpRoad.ask", interrupted)
            stopped = call("exchange", "--county", address)
        assert (stopped.code, "nothing is lost" in stopped.err) == (1, True)
        assert call("exchange", "--county", address, "--json").json["sent"] > 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Terminal()
    monkeypatch.setattr("sys.stderr", seen)
    shown = commands._Shown()
    shown(Progress(Step.ASKING, 1, 500, 70))
    shown(Progress(Step.WAITING, 1, 500, 70, wait=3.7))
    shown.end()
    assert "500 B up, 70 B down" in seen.getvalue()
    assert "next try in 4 s" in seen.getvalue()
    assert seen.getvalue().count("\n") == 1
