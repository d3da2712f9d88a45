"""Ways into a store: passphrase, recovery code, and the sentences for those that are shut."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from tests.conftest import CHEAP, PASSPHRASE
from villagefp.errors import UserError
from villagefp.storage import keyslots, migrate, refusals
from villagefp.storage.store import (
    change_passphrase,
    create_store,
    open_store,
    open_with_recovery,
    store_exists,
)

OTHER = "another passphrase"


def create(folder, ambient, **told):
    usual = {
        "village_code": "990101101201",
        "village_name": "柳树湾村",
        "worker_name": "王秀兰",
        "passphrase": PASSPHRASE,
    }
    return create_store(folder, **(usual | told), ambient=ambient, cost=CHEAP)


@pytest.fixture
def created(tmp_path, ambient):
    made = create(tmp_path / "new", ambient)
    made.store.close()
    return made


def test_a_new_store_knows_its_village_and_worker(created, ambient):
    folder = created.store.folder
    assert store_exists(folder)
    store = open_store(folder, PASSPHRASE, ambient)
    assert (store.village.code, store.village.name, store.worker.name) == ("990101101201", "柳树湾村", "王秀兰")
    store.close()


def test_a_wrong_passphrase_is_refused_in_words(created, ambient):
    with pytest.raises(UserError, match="passphrase is not right"):
        open_store(created.store.folder, "wrong passphrase", ambient)
    open_store(created.store.folder, PASSPHRASE, ambient).close()


def test_a_passphrase_typed_in_full_width_is_the_same(tmp_path, ambient):
    create(tmp_path / "new", ambient, passphrase="abcdefgh-2026").store.close()
    open_store(tmp_path / "new", "ａｂｃｄｅｆｇｈ-２０２６", ambient).close()


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"passphrase": "123456789"}, "has 9 characters"),
        ({"passphrase": "a         "}, "has 1 characters"),
        ({"village_code": "12"}, "“12” is not a village code"),
        ({"village_name": " "}, "name of the village"),
        ({"worker_name": ""}, "name of the village"),
    ],
)
def test_a_store_is_not_made_of_bad_input(tmp_path, ambient, told, sentence):
    with pytest.raises(UserError, match=sentence):
        create(tmp_path / "new", ambient, **told)
    assert not store_exists(tmp_path / "new")
    create(tmp_path / "new", ambient).store.close()


def test_a_store_is_not_made_twice(created, ambient):
    with pytest.raises(UserError, match="already a store"):
        create(created.store.folder, ambient)


def test_a_folder_that_cannot_be_one_is_refused_in_words(tmp_path, ambient):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="cannot be written"):
        create(tmp_path / "file" / "new", ambient)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "is full"), (errno.EIO, "cannot be written"), (errno.EROFS, "cannot be written")],
)
def test_a_disk_that_refuses_the_key_file_is_said(created, ambient, monkeypatch, number, sentence):
    def refuse(*_told):
        raise OSError(number, "refused")

    folder = created.store.folder
    store = open_store(folder, PASSPHRASE, ambient)
    with monkeypatch.context() as patched:
        patched.setattr(keyslots, "write_durably", refuse)
        with pytest.raises(UserError, match=sentence):
            change_passphrase(store, PASSPHRASE, OTHER, CHEAP)
        store.close()
        with pytest.raises(UserError, match=sentence):
            open_with_recovery(folder, created.recovery_code, OTHER, ambient, CHEAP)
        with pytest.raises(UserError, match=sentence):
            create(folder.parent / "second", ambient)
    open_store(folder, PASSPHRASE, ambient).close()
    create(folder.parent / "second", ambient).store.close()


def test_a_folder_without_a_store_is_said_to_be_one(tmp_path, ambient):
    with pytest.raises(UserError, match="There is no store in"):
        open_store(tmp_path, PASSPHRASE, ambient)


def test_a_damaged_database_is_said_to_be_one(created, ambient):
    database = created.store.folder / "store.db"
    database.write_bytes(b"x" * 8192)
    with pytest.raises(UserError, match="damaged"):
        open_store(created.store.folder, PASSPHRASE, ambient)


SQLITE_CORRUPT, SQLITE_IOERR, SQLITE_FULL = 11, 10, 13


@pytest.mark.parametrize(
    ("code", "free", "sentence"),
    [
        (SQLITE_IOERR, 16 * 1024, r"is full, 16 kB are free: the store cannot be opened.*nothing is lost"),
        (SQLITE_IOERR | 3 << 8, 0, r"is full, 0 kB are free"),
        (SQLITE_FULL, 3 * 1024 * 1024, r"is full, 3 MB are free"),
        (SQLITE_IOERR, 3 * 1024 * 1024, r"cannot be read or written"),
        (SQLITE_CORRUPT, 16 * 1024, r"is damaged"),
    ],
)
def test_only_a_damaged_store_is_called_damaged(created, ambient, monkeypatch, *, code, free, sentence):
    """What SQLite says on a full disk is "disk I/O error"; the free space tells the two apart."""

    def refuse(*_told):
        refused = sqlite3.OperationalError("disk I/O error")
        refused.sqlite_errorcode = code
        raise OperationalError("PRAGMA", {}, refused)

    with monkeypatch.context() as patched:
        patched.setattr(migrate, "bring_up_to_date", refuse)
        patched.setattr(refusals.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free))
        with pytest.raises(UserError, match=sentence):
            open_store(created.store.folder, PASSPHRASE, ambient)
    open_store(created.store.folder, PASSPHRASE, ambient).close()


@pytest.mark.parametrize("step", ["create_tables", "write_slots", "bring_up_to_date"])
def test_a_store_that_could_not_be_made_leaves_no_files(tmp_path, ambient, monkeypatch, step):
    """Half a store would keep the room that the worker is asked to make, and nobody has seen its recovery code."""

    def refuse(*_told):
        if step == "write_slots":
            (tmp_path / "new" / "keys-00000001.vfpk.new").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "refused")

    with monkeypatch.context() as patched:
        patched.setattr(keyslots if step == "write_slots" else migrate, step, refuse)
        with pytest.raises(UserError, match="is full"):
            create(tmp_path / "new", ambient)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["lock"]
    create(tmp_path / "new", ambient).store.close()


def test_the_recovery_code_gives_a_new_passphrase(created, ambient):
    folder = created.store.folder
    store = open_with_recovery(folder, created.recovery_code.lower().replace("-", " "), OTHER, ambient, CHEAP)
    assert store.worker.name == "王秀兰"
    store.close()
    with pytest.raises(UserError, match="not right"):
        open_store(folder, PASSPHRASE, ambient)
    open_store(folder, OTHER, ambient).close()
    open_with_recovery(folder, created.recovery_code, PASSPHRASE, ambient, CHEAP).close()


def test_the_code_of_another_store_opens_nothing(created, ambient, tmp_path):
    other = create(tmp_path / "other", ambient)
    other.store.close()
    with pytest.raises(UserError, match="does not belong to the store"):
        open_with_recovery(created.store.folder, other.recovery_code, OTHER, ambient, CHEAP)
    open_store(created.store.folder, PASSPHRASE, ambient).close()


def test_changing_the_passphrase_lets_in_by_the_new_one_only(created, ambient):
    folder = created.store.folder
    store = open_store(folder, PASSPHRASE, ambient)
    with pytest.raises(UserError, match="not right"):
        change_passphrase(store, "not the old one", OTHER, CHEAP)
    change_passphrase(store, PASSPHRASE, OTHER, CHEAP)
    sealed = store.seal(b"x")
    store.close()
    with pytest.raises(UserError, match="not right"):
        open_store(folder, PASSPHRASE, ambient)
    again = open_store(folder, OTHER, ambient)
    assert again.unseal(sealed) == b"x"
    again.close()
    open_with_recovery(folder, created.recovery_code, PASSPHRASE, ambient, CHEAP).close()


def test_a_torn_key_file_falls_back_to_the_generation_before(created, ambient):
    folder = created.store.folder
    store = open_store(folder, PASSPHRASE, ambient)
    change_passphrase(store, PASSPHRASE, OTHER, CHEAP)
    change_passphrase(store, OTHER, PASSPHRASE, CHEAP)
    store.close()
    kept = sorted(folder.glob("keys-*.vfpk"))
    assert [path.name for path in kept] == ["keys-00000002.vfpk", "keys-00000003.vfpk"]
    kept[1].write_bytes(kept[1].read_bytes()[:-20])
    open_store(folder, OTHER, ambient).close()
    kept[0].write_bytes(b"")
    with pytest.raises(UserError, match=r"key file in .* is missing or damaged"):
        open_store(folder, OTHER, ambient)


def test_no_key_or_name_stands_in_the_key_file(created):
    content = b"".join(path.read_bytes() for path in created.store.folder.glob("keys-*"))
    keys = created.store.keys_for(None)
    for secret in (keys.store, keys.sealed, PASSPHRASE.encode(), created.recovery_code.encode(), "王秀兰".encode()):
        assert secret not in content


def test_the_price_of_a_guess_is_kept_with_the_slot(created):
    slots = keyslots.read_slots(created.store.folder)
    assert {(slot.passes, slot.memory) for slot in slots} == {(CHEAP.passes, CHEAP.memory)}
    assert keyslots.Cost() == keyslots.Cost(passes=3, memory=64 * 1024 * 1024)


def test_two_programs_do_not_open_one_folder(created, ambient):
    folder = created.store.folder
    store = open_store(folder, PASSPHRASE, ambient)
    with pytest.raises(UserError, match="already open in another window"):
        open_store(folder, PASSPHRASE, ambient)
    store.close()
    open_store(folder, PASSPHRASE, ambient).close()


def test_the_lock_of_a_killed_program_does_not_stay(created, ambient):
    folder = created.store.folder
    holder = (
        "import sys, time; from pathlib import Path; from villagefp.storage.lock import FolderLock;"
        "lock = FolderLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(UserError, match="already open"):
            open_store(folder, PASSPHRASE, ambient)
        process.kill()
        process.wait()
    open_store(folder, PASSPHRASE, ambient).close()
