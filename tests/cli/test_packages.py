"""`forms publish|list|export|import`, `programmes …` and `param …`, as the county and a village call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Answer, Call
from tests.conftest import PASSPHRASE
from tests.printing.reading import plain, text_of
from tests.services.form_sheets import FERRY, NEED, changed, ferry, without_option
from tests.services.test_programme_packages import changed as changed_programme
from villagefp.cli import opening
from villagefp.storage import device_key
from villagefp.storage.store import open_store


@pytest.fixture
def woman(village: Call) -> str:
    return str(next(one["id"] for one in village("person", "find", "李芳", "--json").json if one["name"] == "李芳"))


def answers(folder: Path, **told: object) -> Path:
    path = folder / "answers.json"
    path.write_text(json.dumps({"outcome": "done", "answers": told}), encoding="utf-8")
    return path


def test_a_new_form_from_the_sheet_to_paper(village: Call, woman: str, tmp_path: Path) -> None:
    told = village("forms", "publish", ferry(tmp_path), "--from", "2026-11-10", "--json")
    assert told.code == 0
    assert told.json == {
        "sort": "form", "name": FERRY, "version": "1", "from_on": "2026-11-10", "serial": 1, "already": False,
        "retired": [],
    }  # fmt: skip
    (line,) = [one for one in village("forms", "list", "--json").json if one["form"] == FERRY]
    assert (line["version"], line["from_on"], line["signed_by"], line["in_force"]) == (
        "1", "2026-11-10", "this_laptop", True,
    )  # fmt: skip
    visit = village(
        "visit", "add", "--person", woman, "--form", FERRY, "--answers", answers(tmp_path, bank="2", seats=3), "--json"
    )
    assert visit.code == 0
    out = tmp_path / "ferry.pdf"
    event = visit.json["event_id"]
    assert village("print", "form", FERRY, "--person", woman, "--event", event, "--out", out).code == 0
    paper = plain(text_of(out.read_bytes()))
    assert "Wishfortheferry" in paper
    assert "Seats3" in paper
    early = village(
        "visit", "add", "--person", woman, "--form", FERRY, "--answers", answers(tmp_path, bank="2"),
        "--on", "2026-11-09",
    )  # fmt: skip
    assert early.code == 1
    assert "2026-11-10" in early.err


def test_a_changed_form_says_which_options_it_retires(village: Call, tmp_path: Path) -> None:
    told = village("forms", "publish", changed(tmp_path, "2", without_option("心理支持")), "--from", "2026-12-01")
    assert told.code == 0
    assert "Version 2 of the form “need_record” is asked from 2026-12-01 on." in told.out
    assert "the option 11 Somebody to talk to is not offered any more" in told.out
    lines = [line for line in village("forms", "list").out.splitlines() if NEED in line]
    assert [line[0] for line in lines] == ["*", " "], "the first of December is still to come"
    assert "built in" in lines[0]
    assert "signed on this laptop" in lines[1]


def test_a_wrong_sheet_is_refused_with_everything_at_once(village: Call, tmp_path: Path) -> None:
    path = tmp_path / "wrong.md"
    path.write_text(
        "| survey |\n| | type | name | label |\n| | geopoint | a | A |\n| | nosuch | b | B |\n", encoding="utf-8"
    )
    told = village("forms", "publish", path, "--from", "2026-12-01", "--json")
    assert told.code == 1
    assert [(one["sheet"], one["row"]) for one in told.json["problems"]] == [("survey", 2), ("survey", 3)]
    checked = village("forms", "check", path, "--json")
    assert checked.json == told.json
    twice = changed(tmp_path, "2")
    assert village("forms", "publish", twice, "--from", "2026-12-01").code == 0
    again = village("forms", "publish", twice, "--from", "2026-12-01")
    assert again.code == 1
    assert "version 2" in again.err
    assert village("forms", "publish", tmp_path / "nothing.xlsx", "--from", "2026-12-01").code == 1
    assert village("forms", "publish", twice, "--from", "soon").code == 2


def test_a_package_is_carried_as_a_file(bare: Call, village: Call, tmp_path: Path) -> None:
    """Pinning a key has no command of its own: it comes with enrolment."""
    folder = tmp_path / "county"

    def call(*words: object) -> Answer:
        return bare(*words, "--data", folder)

    assert call("init", "--village", "990101101202", "--village-name", "县里", "--worker", "张县").code == 0
    package = tmp_path / "ferry.vfpkg"
    assert call("forms", "publish", ferry(tmp_path), "--from", "2026-11-10").code == 0
    told = call("forms", "export", FERRY, "--out", package, "--json")
    assert told.json == {"file": str(package), "bytes": package.stat().st_size}
    county = open_store(folder, PASSPHRASE, opening.AMBIENT)
    key = device_key.own_key(county).public
    county.close()
    foreign = village("forms", "import", package)
    assert foreign.code == 1
    assert "does not know" in foreign.err
    store = open_store(tmp_path / "village", PASSPHRASE, opening.AMBIENT)
    device_key.pin_key(store, key)
    store.close()
    assert village("forms", "import", package, "--json").json["version"] == "1"
    assert "already" in village("forms", "import", package).out
    (line,) = [one for one in village("forms", "list", "--json").json if one["form"] == FERRY]
    assert line["signed_by"] == "known_key"
    damaged = tmp_path / "damaged.vfpkg"
    damaged.write_bytes(package.read_bytes()[:-5])
    assert "damaged" in village("forms", "import", damaged).err
    assert village("forms", "export", NEED, "--out", package).code == 1
    assert village("forms", "export", FERRY, "--out", tmp_path).code == 1


def test_programmes_are_published_and_listed(village: Call, tmp_path: Path) -> None:
    path = changed_programme(tmp_path, "2", ("grace_days = 2", "grace_days = 5"))
    told = village("programmes", "publish", path, "--from", "2026-11-10", "--json")
    assert (told.json["sort"], told.json["name"], told.json["serial"]) == ("programme", "newborn", 1)
    lines = [one for one in village("programmes", "list", "--json").json if one["programme"] == "newborn"]
    assert [(one["version"], one["signed_by"], one["in_force"]) for one in lines] == [
        ("1", "built_in", False), ("2", "this_laptop", True),
    ]  # fmt: skip
    again = village("programmes", "publish", path, "--from", "2026-11-10")
    assert again.code == 1
    assert "higher" in again.err
    assert "newborn" in village("programmes", "list").out


def test_parameters_are_decided_and_listed(village: Call) -> None:
    assert village("param", "set", "hotline_county", "0990-1234567", "--from", "2026-11-10").code == 0
    assert village("param", "set", "danger_signs_signed", "yes").code == 0
    values = {one["name"]: one["value"] for one in village("param", "list", "--json").json}
    assert (values["hotline_county"], values["danger_signs_signed"]) == ("0990-1234567", "1")
    before = village("param", "list", "--on", "2026-11-09", "--json").json
    assert {one["name"]: one["value"] for one in before}["hotline_county"] == ""
    assert "hotline_county  0990-1234567" in village("param", "list").out
    unknown = village("param", "set", "quota", "3")
    assert unknown.code == 1
    assert "hotline_county" in unknown.err, "the refusal names what there is"
    assert village("param", "set", "danger_signs_signed", "maybe").code == 1
