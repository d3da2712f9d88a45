"""Sticks that are pulled out while they are written, at any byte, and carried twice and in the wrong order."""

from __future__ import annotations

import random
from pathlib import Path

from tests.processes.laptop import kill
from tests.processes.village import Village


def carried(village: Village, stick: Path) -> list[dict[str, object]]:
    """What the county says of the files on a stick."""
    told: list[dict[str, object]] = village.office.command("inbox", str(stick))
    return told


def test_a_stick_that_was_pulled_out_is_named_and_the_next_one_brings_everything(village: Village) -> None:
    stick = village.folder / "stick"
    stick.mkdir()
    village.first.work(30)
    assert village.first.exchange("--usb", str(stick)).done
    (whole,) = stick.rglob("*.vfp")
    data, chance = whole.read_bytes(), random.Random(7)
    for length in (0, 1, len(data) // 2, len(data) - 1, *(chance.randrange(len(data)) for _ in range(3))):
        whole.write_bytes(data[:length])
        (told,) = carried(village, stick)
        assert told["what"] == "refused", told
        assert told["sentence"]
    whole.write_bytes(data)
    assert [one["what"] for one in carried(village, stick)] == ["taken"]
    assert village.first.exchange("--usb", str(stick)).done  # the answer, and what waits: nothing
    for laptop in village.laptops:
        assert laptop.exchange("--usb", str(stick)).done
    carried(village, stick)
    assert village.second.exchange("--usb", str(stick)).done
    village.rest_and_check()


def test_a_laptop_that_is_killed_while_it_writes_a_stick_leaves_nothing_that_harms(village: Village) -> None:
    stick = village.folder / "killed"
    stick.mkdir()
    village.first.work(30)
    for _try in range(4):
        going = village.first.start("--usb", str(stick))
        while going.poll() is None and not any(stick.iterdir()):
            pass  # until the first name appears: then it writes, syncs, reads back and renames
        kill([going])
    assert {one["what"] for one in carried(village, stick)} <= {"taken", "already", "refused"}
    village.first.work(2)
    assert village.first.exchange("--usb", str(stick)).done
    assert "taken" in {one["what"] for one in carried(village, stick)}
    assert village.first.exchange("--usb", str(stick)).done
    village.rest_and_check()


def test_the_same_stick_twice_and_an_older_one_after_a_newer_change_nothing(village: Village) -> None:
    older, newer = village.folder / "older", village.folder / "newer"
    for stick in (older, newer):
        stick.mkdir()
        village.first.work(5)
        assert village.first.exchange("--usb", str(stick)).done
    kept = {path.name: path.read_bytes() for path in older.rglob("*.vfp")}
    assert {one["what"] for one in carried(village, newer)} == {"taken"}
    assert {one["what"] for one in carried(village, older)} <= {"taken", "already"}
    for name, data in kept.items():
        (older / name).write_bytes(data)
    told = [one["what"] for one in carried(village, older) if one["file"] in kept]
    assert told == ["already"]
    village.rest_and_check()
