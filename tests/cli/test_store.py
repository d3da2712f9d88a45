"""`init` and `doctor`, the ways a store stays shut, and calls that are off."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.conftest import PASSPHRASE
from villagefp.domain.ambient import Ambient
from villagefp.storage.recovery_code import read_code
from villagefp.storage.store import open_store

INIT = ("init", "--village", "990101101201", "--village-name", "柳树湾村", "--worker", "王秀兰")
DOCTOR_KEYS = {
    "integrity", "chain", "clock", "disk", "backup", "waiting", "drafts", "free_bytes", "problems", "findings",
}  # fmt: skip


def test_a_store_is_made_once_and_its_recovery_code_is_told(bare: Call, tmp_path: Path) -> None:
    told = bare(*INIT, "--data", tmp_path / "new", "--json")
    assert told.code == 0
    assert set(told.json) == {"folder", "recovery_code"}
    assert read_code(told.json["recovery_code"])
    assert bare("person", "list", "--data", tmp_path / "new", "--json").json == []
    again = bare(*INIT, "--data", tmp_path / "new")
    assert again.code == 1
    assert "already a store" in again.err


@pytest.mark.parametrize(
    ("passphrase", "village", "sentence"),
    [("short", "990101101201", "has 5 characters"), (PASSPHRASE, "12", "not a village code")],
)
def test_a_store_is_not_made_of_bad_words(
    bare: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, passphrase: str, village: str, sentence: str
) -> None:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", passphrase)
    told = bare(*INIT, "--village", village, "--data", tmp_path / "new")
    assert told.code == 1
    assert sentence in told.err
    assert not (tmp_path / "new" / "store.db").exists()


def test_the_doctor_finds_a_store_sound(village: Call) -> None:
    told = village("doctor", "--json")
    assert set(told.json) == DOCTOR_KEYS
    assert (told.json["integrity"], told.json["chain"], told.json["clock"]) == ("ok", "ok", "ok")
    assert told.code == bool(told.json["problems"])


def test_the_doctor_says_that_there_is_no_backup_and_what_to_do(village: Call, tmp_path: Path) -> None:
    told = village("doctor")
    assert "There is no backup" in told.out
    assert f"copy the whole folder {tmp_path / 'village'} to a stick" in told.out


def test_whichever_page_was_altered_it_is_named(village: Call, tmp_path: Path) -> None:
    """Opening refuses what it has to read; the doctor finds the rest."""
    database = tmp_path / "village" / "store.db"
    sound = database.read_bytes()
    by_doctor = 0
    for place in range(2000, len(sound), len(sound) // 12):
        database.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        told = village("doctor", "--json")
        assert told.code == 1
        by_doctor += told.json.get("integrity") == "damaged"
        assert "damaged" in (told.json.get("problems") or [told.json["error"]])[0]
    assert by_doctor


@pytest.mark.parametrize(
    "words",
    [
        ("person", "list"),
        ("doctor",),
        ("import-roster", "roster.xlsx"),
        ("print", "household-sheet", "--household", "1", "--out", "x.pdf"),
        ("visit", "add", "--household", "1", "--form", "household_visit", "--answers", "{answers}"),
    ],
)
class TestShut:
    def test_a_wrong_passphrase_is_refused(
        self, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
    ) -> None:
        monkeypatch.setenv("VILLAGEFP_PASSPHRASE", "not this one")
        told = call(*self._with_answers(words, tmp_path))
        assert (told.code, told.out) == (1, "")
        assert "passphrase is not right" in told.err

    def test_a_folder_without_a_store_is_refused(self, bare: Call, tmp_path: Path, words: tuple[str, ...]) -> None:
        told = bare(*self._with_answers(words, tmp_path), "--data", tmp_path / "empty")
        assert (told.code, told.out) == (1, "")
        assert "There is no store in" in told.err

    def test_nobody_to_ask_is_said(
        self, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
    ) -> None:
        monkeypatch.delenv("VILLAGEFP_PASSPHRASE")
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        told = call(*self._with_answers(words, tmp_path))
        assert (told.code, told.out) == (1, "")
        assert "VILLAGEFP_PASSPHRASE" in told.err

    @staticmethod
    def _with_answers(words: tuple[str, ...], folder: Path) -> list[str]:
        file = folder / "answers.json"
        file.write_text('{"outcome": "done"}', encoding="utf-8")
        return [str(file) if word == "{answers}" else word for word in words]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("sing",),
        ("person",),
        ("person", "list", "--colour"),
        ("visit", "add", "--person", "1", "--household", "2", "--form", "x", "--answers", "y"),
        ("visit", "add", "--form", "x", "--answers", "y"),
        ("visit", "add", "--person", "1", "--form", "x", "--answers", "y", "--on", "yesterday"),
        ("print", "form", "newborn_home_visit", "--person", "1"),
        ("init", "--village", "990101101201"),
    ],
)
def test_a_call_that_is_off_ends_with_two(bare: Call, words: tuple[str, ...]) -> None:
    told = bare(*(words or ("--nothing",)))
    assert (told.code, told.out) == (2, "")
    assert "usage: villagefp" in told.err


@pytest.mark.parametrize(
    "words",
    [("due", "--on", "2026-13-01"), ("sing",), ("person",), ("init", "--village", "990101101201"), ("person", "show")],
)
def test_a_call_that_is_off_is_said_in_whole_chinese_sentences(
    bare: Call, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    told = bare(*words)
    assert told.code == 2
    assert told.err.endswith("什么也没有做，请改正后再运行。\n")
    assert "。。" not in told.err


def test_help_names_every_word(bare: Call) -> None:
    told = bare("--help")
    assert told.code == 0
    for word in ("demo", "init", "doctor", "import-roster", "person", "visit", "print", "forms", "prepare"):
        assert re.search(rf"\n    {word}\s", told.out), word


def run(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "villagefp", *map(str, words)],
        env=os.environ | {"VILLAGEFP_LANG": "zh_CN", "VILLAGEFP_PASSPHRASE": PASSPHRASE} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_second_process_is_refused_while_the_first_has_the_store(folder: Path, ambient: Ambient) -> None:
    store = open_store(folder, PASSPHRASE, ambient)
    try:
        second = run("person", "list", "--data", folder)
    finally:
        store.close()
    assert (second.returncode, second.stdout) == (1, "")
    assert "另一个窗口" in second.stderr
    assert run("person", "list", "--data", folder, "--json").stdout == "[]\n"


def test_a_process_in_a_console_of_another_code_page_speaks_chinese(folder: Path) -> None:
    told = run("doctor", "--data", folder, PYTHONIOENCODING="ascii", VILLAGEFP_PASSPHRASE="不是这个口令啊啊啊啊")
    assert (told.returncode, told.stdout) == (1, "")
    assert "口令不对" in told.stderr
