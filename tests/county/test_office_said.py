"""What the county's commands say to a clerk: in her language, by names, by the clock on her wall."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE
from tests.county.offices import Village, village_of, write
from villagefp.domain import roles
from villagefp.i18n import set_language
from villagefp.office import run_county
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
