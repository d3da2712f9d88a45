"""Sticks: what is written is there, whole, and only then said to be; what comes is taken or named, whatever it is."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.conftest import PASSPHRASE
from tests.storage.laptops import contents, get
from tests.sync.offices import Line, Office, Side
from villagefp.county import envelopes
from villagefp.errors import UserError
from villagefp.storage import exchange_facts, sending
from villagefp.storage.store import open_store
from villagefp.sync import stick
from villagefp.sync.brought import What
from villagefp.sync.disk import Disk
from villagefp.wire.envelope_name import read_file_name
from villagefp.wire.receipt import State
from villagefp.wire.seal import Contents, Part, slip_code, write_envelope

DISK = Disk()


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def answered(office: Office, path: Path, name: str = "答复_2026-11-22_1.vfp") -> Path:
    """The county takes a file and writes its answer beside it."""
    with path.open("rb") as file:
        taken = envelopes.take(office.county, office.keys, file, envelopes.look(file, office.keys))
    answer = path.with_name(name)
    with answer.open("w+b") as file:
        write_envelope(file, taken.answers)
    return answer


def test_a_stick_goes_there_and_back(laptop: Side, office: Office, usb: Path) -> None:
    person = laptop.person("张三")
    written = stick.write(laptop.store, DISK, usb)
    assert laptop.state(person) is State.ON_ITS_WAY
    assert [path.name for path in usb.iterdir()] == [written.path.name]
    read = read_file_name(written.path.name)
    assert read is not None
    assert (read.village, read.number) == ("柳树湾村", 1)
    with written.path.open("rb") as file:
        assert written.slip == slip_code(envelopes.look(file, office.keys).envelope.hash)
    (took,) = stick.take(laptop.store, DISK, answered(office, written.path))
    assert took.what is What.TAKEN
    assert laptop.state(person) is State.RECEIVED
    assert laptop.stands().not_received == 0
    assert written.changes == laptop.stands().received


def test_a_file_is_hardly_larger_than_the_request(laptop: Side, line: Line, usb: Path) -> None:
    laptop.exchange(line)
    laptop.person("张三")
    written = stick.write(laptop.store, DISK, usb)
    assert written.bytes < laptop.waiting() + 512


def test_both_roads_at_once_carry_the_same_and_nothing_is_doubled(
    make: Callable[..., Side], line: Line, usb: Path
) -> None:
    one, other = make(), make()
    other.person("李四")
    other.exchange(line)
    person = one.person("张三")
    written = stick.write(one.store, DISK, usb)
    one.exchange(line)
    before = contents(one.store)
    (took,) = stick.take(one.store, DISK, answered(line.office, written.path))
    assert took.what is What.TAKEN
    assert contents(one.store) == before
    assert one.state(person) is State.RECEIVED
    other.exchange(line)
    assert contents(one.store) == contents(other.store)


def test_all_of_a_village_comes_by_stick_alone(make: Callable[..., Side], line: Line, usb: Path) -> None:
    one, other = make(), make()
    person = one.person("张三")
    one.exchange(line)
    stick.take(other.store, DISK, answered(line.office, stick.write(other.store, DISK, usb).path))
    assert get(other.store, person).name == "张三"
    stick.take(other.store, DISK, answered(line.office, stick.write(other.store, DISK, usb).path, "再.vfp"))
    one.exchange(line)
    assert contents(one.store) == contents(other.store)


def test_the_same_file_twice_is_known(laptop: Side, office: Office, usb: Path) -> None:
    laptop.person("张三")
    answer = answered(office, stick.write(laptop.store, DISK, usb).path)
    shutil.copy(answer, usb / "答复_2026-11-22_1 (1).vfp")
    stick.take(laptop.store, DISK, answer)
    before = contents(laptop.store)
    (took,) = stick.take(laptop.store, DISK, usb / "答复_2026-11-22_1 (1).vfp")
    assert took.what is What.ALREADY
    assert contents(laptop.store) == before


def test_an_older_answer_after_a_newer_one_changes_nothing(laptop: Side, office: Office, usb: Path) -> None:
    laptop.person("张三")
    first = answered(office, stick.write(laptop.store, DISK, usb).path)
    laptop.person("李四")
    second = answered(office, stick.write(laptop.store, DISK, usb).path, "二.vfp")
    stick.take(laptop.store, DISK, second)
    before, stands = contents(laptop.store), laptop.stands()
    stick.take(laptop.store, DISK, first)
    assert (contents(laptop.store), laptop.stands()) == (before, stands)
    assert stands.not_received == 0


def test_a_stick_with_many_files_gives_each_its_name(make: Callable[..., Side], office: Office, usb: Path) -> None:
    one, other = make(), make()
    mine = one.person("张三")
    answered(office, stick.write(one.store, DISK, usb).path, "我的答复.VFP")
    answered(office, stick.write(other.store, DISK, usb).path, "另一台_2026-11-22_1.vfp")
    with (usb / "别村_2026-11-22_1.vfp").open("w+b") as file:
        part = Part(contents=Contents.DOWN, village=bytes(16), recipient=b"\x07" * 32, plain=b"x")
        write_envelope(file, [part])
    (usb / "照片.jpg").write_bytes(b"\xff\xd8")
    (usb / "坏了.vfp").write_bytes((usb / "我的答复.VFP").read_bytes()[:-1])
    (usb / "空的.vfp").write_bytes(b"")
    told = {each.name: each.what for each in stick.take(one.store, DISK, usb)}
    assert told.pop("我的答复.VFP") is What.TAKEN
    assert told.pop("另一台_2026-11-22_1.vfp") is What.OTHER_LAPTOP
    assert told.pop("别村_2026-11-22_1.vfp") is What.OTHER_VILLAGE
    assert told.pop("坏了.vfp") is told.pop("空的.vfp") is What.REFUSED
    assert set(told.values()) == {What.FOR_COUNTY}
    assert len(told) == 2
    assert one.state(mine) is State.RECEIVED


@pytest.mark.parametrize("name", ["download", "柳树湾村_2026-11-22_1.vfp - 副本", "a(1).VFP.tmp"])
def test_any_name_will_do(laptop: Side, office: Office, usb: Path, name: str) -> None:
    person = laptop.person("张三")
    answer = answered(office, stick.write(laptop.store, DISK, usb).path)
    stick.take(laptop.store, DISK, answer.rename(usb / name))
    assert laptop.state(person) is State.RECEIVED


def test_a_file_that_was_cut_or_altered_anywhere_changes_nothing(laptop: Side, office: Office, usb: Path) -> None:
    laptop.person("张三")
    answer = answered(office, stick.write(laptop.store, DISK, usb).path)
    whole, before, stands = answer.read_bytes(), contents(laptop.store), laptop.stands()
    for at in range(0, len(whole), 3):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            answer.write_bytes(damaged)
            (took,) = stick.take(laptop.store, DISK, answer)
            assert took.what is What.REFUSED
            assert "nothing is lost" in took.sentence.lower()
    assert (contents(laptop.store), laptop.stands()) == (before, stands)
    answer.write_bytes(whole)
    stick.take(laptop.store, DISK, answer)
    assert laptop.stands().not_received == 0


class Stick(Disk):
    """A stick that fails at one of its doings."""

    def __init__(self, fails: str, code: int, room: int = 10**9) -> None:
        self.fails, self.code, self.room = fails, code, room

    def _maybe(self, doing: str) -> None:
        if self.fails == doing:
            raise OSError(self.code, "as the system says")

    def names(self, folder: Path) -> list[str]:
        self._maybe("names")
        return super().names(folder)

    def free(self, folder: Path) -> int:
        self._maybe("free")
        return min(self.room, super().free(folder))

    def write(self, path: Path, fill: Callable[[BinaryIO], Any]) -> Any:
        with path.open("wb") as file:
            file.write(b"half")
        self._maybe("write")
        return super().write(path, fill)

    def read(self, path: Path, look: Callable[[BinaryIO], Any]) -> Any:
        self._maybe("read")
        if self.fails == "lie":
            path.write_bytes(path.read_bytes()[:-7] + b"broken!")
        return super().read(path, look)

    def rename(self, old: Path, new: Path) -> None:
        self._maybe("rename")
        super().rename(old, new)


@pytest.mark.parametrize("fails", ["names", "free", "write", "read", "rename"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.ENODEV, errno.EINVAL])
def test_a_stick_that_refuses_is_named_and_nothing_has_left(laptop: Side, usb: Path, fails: str, code: int) -> None:
    person = laptop.person("张三")
    with pytest.raises(UserError) as refused:
        stick.write(laptop.store, Stick(fails, code), usb)
    assert "nothing is lost" in str(refused.value).lower()
    assert laptop.state(person) is State.WAITING
    assert list(usb.iterdir()) == []


def test_a_stick_that_gives_back_something_else_is_not_believed(laptop: Side, usb: Path) -> None:
    person = laptop.person("张三")
    with pytest.raises(UserError, match="broken"):
        stick.write(laptop.store, Stick("lie", 0), usb)
    assert laptop.state(person) is State.WAITING
    assert list(usb.iterdir()) == []


def test_a_full_stick_says_how_much_is_needed(laptop: Side, usb: Path) -> None:
    laptop.person("张三")
    with pytest.raises(UserError, match=r"is full: \d+ kB are needed, 1 kB are free"):
        stick.write(laptop.store, Stick("", 0, room=1000), usb)


def test_a_stick_that_was_pulled_while_it_is_read(laptop: Side, usb: Path) -> None:
    (usb / "a.vfp").write_bytes(b"x")
    (took,) = stick.take(laptop.store, Stick("read", errno.EIO), usb / "a.vfp")
    assert took.what is What.REFUSED
    with pytest.raises(UserError, match="nothing is lost"):
        stick.take(laptop.store, Stick("names", errno.ENODEV), usb)


def test_names_on_a_stick_are_never_taken_twice(laptop: Side, usb: Path) -> None:
    first = stick.write(laptop.store, DISK, usb).path
    second = stick.write(laptop.store, DISK, usb).path
    (usb / second.name.replace("_2.", "_3.")).write_bytes(b"somebody else's")
    third = stick.write(laptop.store, DISK, usb).path
    assert [read_file_name(path.name).number for path in (first, second, third)] == [1, 2, 4]  # type: ignore[union-attr]


def test_a_copy_is_told_by_stick_as_well(make: Callable[..., Side], office: Office, usb: Path, tmp_path: Path) -> None:
    one = make()
    one.person("张三")
    one.exchange(Line(office))
    one.store.close()
    shutil.copytree(one.folder, tmp_path / "copy")
    one.again()
    twin = Side(open_store(tmp_path / "copy", PASSPHRASE, one.ambient), one.clock, one.ambient, tmp_path / "copy")
    mine, theirs = one.person("李四"), twin.person("王五")
    one.exchange(Line(office))
    (took,) = stick.take(twin.store, DISK, answered(office, stick.write(twin.store, DISK, usb).path))
    assert took.new_identity
    assert twin.state(theirs) is State.WAITING
    stick.take(twin.store, DISK, answered(office, stick.write(twin.store, DISK, usb).path, "二.vfp"))
    assert twin.state(theirs) is State.RECEIVED
    assert get(twin.store, mine).name == "李四"
    one.exchange(Line(office))
    assert contents(one.store) == contents(twin.store)
    twin.store.close()


def test_a_county_that_was_put_back_is_mended_by_stick(
    make: Callable[..., Side], office: Office, usb: Path, tmp_path: Path
) -> None:
    one = make()
    one.exchange(Line(office))
    office.county.engine.dispose()
    backup = (tmp_path / "county.db").read_bytes()
    person = one.person("张三")
    one.exchange(Line(office))
    office.county.engine.dispose()
    for side in ("-wal", "-shm"):
        (tmp_path / f"county.db{side}").unlink(missing_ok=True)
    (tmp_path / "county.db").write_bytes(backup)
    for number in range(3):
        stick.take(one.store, DISK, answered(office, stick.write(one.store, DISK, usb).path, f"{number}.vfp"))
    assert one.state(person) is State.RECEIVED
    with office.county.read() as connection:
        query = "SELECT count(*) FROM change_log WHERE record = ?"
        assert connection.exec_driver_sql(query, (person.id,)).scalar_one()


def test_a_lost_stick_is_sent_again_by_any_road(laptop: Side, line: Line, usb: Path) -> None:
    person = laptop.person("张三")
    stick.write(laptop.store, DISK, usb).path.unlink()
    assert laptop.state(person) is State.ON_ITS_WAY
    laptop.exchange(line)
    assert laptop.state(person) is State.RECEIVED
    with laptop.store.read() as connection:
        assert sending.progress(connection, laptop.store.origin).on_its_way == 0
        assert exchange_facts.receipts(connection, laptop.store.origin).newest is not None
