"""The county's commands: make a store, open it, see which laptop exchanged last."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE
from tests.county.cluster import Cluster
from tests.county.laptops import Laptop
from villagefp.__main__ import main
from villagefp.county.accept import accept_batch
from villagefp.county.engine import postgres_engine
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.office import run_county

Told = Callable[[list[str]], object]


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, object]]:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)

    def ask(*words: str) -> tuple[int, object]:
        code = run_county([*words, "--json"], CHEAP)
        return code, json.loads(capsys.readouterr().out)

    return ask


def test_an_office_with_one_computer_has_an_encrypted_file(
    asked: Callable[..., tuple[int, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "office" / "county.db"
    code, told = asked("status", "--sqlite", str(path))
    assert code == 1
    code, told = asked("init", "--sqlite", str(path))
    assert code == 0
    assert isinstance(told, dict)
    assert told["recovery_code"]
    assert asked("status", "--sqlite", str(path)) == (0, [])
    assert asked("init", "--sqlite", str(path)) == (0, {"store": str(path)})  # again: up to date, nothing made anew
    code, told = asked("init", "--sqlite", str(path.with_name("second.db")))
    assert (code, path.with_name("second.db").exists()) == (1, False)
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", "一个完全不对的口令")
    assert asked("status", "--sqlite", str(path))[0] == 1
    assert b"villag" not in path.read_bytes()


def test_a_file_and_keys_that_do_not_belong_together_are_told_in_words(
    asked: Callable[..., tuple[int, object]], tmp_path: Path
) -> None:
    one, other = tmp_path / "one" / "county.db", tmp_path / "other" / "county.db"
    asked("init", "--sqlite", str(one))
    asked("init", "--sqlite", str(other))
    one.write_bytes(other.read_bytes())
    code, told = asked("status", "--sqlite", str(one))
    assert code == 1
    assert isinstance(told, dict)
    assert "one backup" in told["error"] or "同一份备份" in told["error"]


def test_a_server_lists_its_laptops_and_when_they_exchanged_last(
    asked: Callable[..., tuple[int, object]], cluster: Cluster
) -> None:
    url = cluster.new_database()
    assert asked("status", "--db", url)[0] == 1
    assert asked("init", "--db", url)[0] == 0
    county = County(postgres_engine(url), Ambient())
    laptop, other = Laptop(90).enrolled(county), Laptop(91).enrolled(county)
    laptop.save(laptop.person())
    accept_batch(county, laptop.batch())
    county.close()
    code, lines = asked("status", "--db", url)
    assert code == 0
    assert isinstance(lines, list)
    assert [line["laptop"] for line in lines] == sorted(f"laptop {one.device.hex()[-4:]}" for one in (laptop, other))
    assert {line["laptop"][-4:]: line["last_exchange"] is not None for line in lines} == {
        laptop.device.hex()[-4:]: True,
        other.device.hex()[-4:]: False,
    }


def test_a_server_that_does_not_answer_is_told_in_words_without_the_password(
    asked: Callable[..., tuple[int, object]], tmp_path: Path
) -> None:
    code, told = asked("status", "--db", f"postgresql://county:geheim@/county?host={tmp_path}")
    assert code == 1
    assert "geheim" not in str(told)


def test_the_first_word_leads_here(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["county", "--help"])
    assert ended.value.code == 0
    assert "status" in capsys.readouterr().out
