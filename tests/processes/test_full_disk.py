"""Disks that are full, of a laptop and of the county: a sentence, nothing half done, everything later."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.disks import SmallDisk
from tests.processes.village import Village

MEGABYTES = 6
LEFT = 40_960


@pytest.fixture
def disk(village: Village) -> Iterator[SmallDisk]:
    """The second laptop's folder lies on a small disk for the length of a test."""
    place = village.folder / "small"
    home = village.second.folder
    with SmallDisk.mounted(place, MEGABYTES) as disk:
        shutil.copytree(home, place / "store")
        village.second.folder = place / "store"
        yield disk
        village.second.folder = home
        shutil.rmtree(home)
        shutil.copytree(place / "store", home)
    shutil.rmtree(place, ignore_errors=True)


def test_a_laptop_whose_disk_is_full_says_so_and_takes_everything_in_later(village: Village, disk: SmallDisk) -> None:
    village.first.work(250, note=400)
    village.first.through(village.line.url)
    disk.fill(LEFT)
    refused = village.second.exchange("--county", village.line.url, before=disk.before(LEFT))
    assert refused.code == 1, refused
    assert refused.told["error"], refused
    assert "Traceback" not in refused.said
    disk.make_room()
    village.second.work(3)
    village.rest_and_check()


def test_a_stick_that_is_full_is_refused_and_leaves_nothing_half_written(village: Village, tmp_path: Path) -> None:
    village.first.work(60, note=400)
    with SmallDisk.mounted(tmp_path / "stick", 1) as stick:
        (stick.folder / "photo.jpg").write_bytes(bytes(1000))
        stick.fill(8192)
        refused = village.first.exchange("--usb", str(stick.folder), before=stick.before(8192))
        assert refused.code == 1, refused
        assert refused.told["error"], refused
        assert [path.name for path in stick.folder.rglob("*.vfp")] == []
        stick.make_room()
        assert village.first.exchange("--usb", str(stick.folder)).done
        assert len(list(stick.folder.rglob("*.vfp"))) == 1
    village.rest_and_check()
