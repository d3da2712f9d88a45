"""What the county's office keeps is for its own account alone, from the moment it is made."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE
from villagefp.county import erasure_list
from villagefp.office import run_county
from villagefp.storage.files import write_durably


@pytest.fixture(autouse=True)
def anybody_may_read() -> Iterator[None]:
    """As on most machines: a new file may be read by everybody unless its maker says otherwise."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _readable_by_others(folder: Path) -> list[str]:
    return [each.name for each in sorted(folder.iterdir()) if stat.S_IMODE(each.stat().st_mode) & 0o077]


def test_store_keys_and_vault_key_are_for_the_office_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    office, copies = tmp_path / "office", tmp_path / "copies"
    copies.mkdir()  # an older folder that anybody may look into
    assert run_county(["init", "--sqlite", str(office / "county.db"), "--json"], CHEAP) == 0
    erasure_list.keep(office / erasure_list.NAME, bytes(16), b"a statement")
    assert run_county(["backup", "--sqlite", str(office / "county.db"), str(copies / "copy.db"), "--json"], CHEAP) == 0
    assert run_county(["restore", "--sqlite", str(office / "county.db"), str(copies / "copy.db"), "--json"], CHEAP) == 0
    capsys.readouterr()
    assert stat.S_IMODE(office.stat().st_mode) == 0o700
    assert {"vault-key.txt", "keys-00000001.vfpk", "county.db", erasure_list.NAME} <= {
        each.name for each in office.iterdir()
    }
    assert (_readable_by_others(office), _readable_by_others(copies)) == ([], [])


def test_nobody_else_can_read_a_key_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    sync = os.fsync

    def looked_at(handle: int) -> None:
        seen.extend(_readable_by_others(tmp_path))
        sync(handle)

    monkeypatch.setattr(os, "fsync", looked_at)
    (tmp_path / "key.new").write_bytes(b"left of an earlier try, for everybody to read")
    write_durably(tmp_path / "key", b"a secret")
    assert (seen, _readable_by_others(tmp_path)) == ([], [])
    assert (tmp_path / "key").read_bytes() == b"a secret"
