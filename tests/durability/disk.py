"""A disk that loses power: plays recorded steps and says what may be found afterwards.

What was not synced may be there, not be there, be there in part, or be there without what was written before it.
Names are kept in order, as a journalling file system does, but only as far as the folder was synced for certain.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from tests.durability.traced import Create, Rename, Step, Sync, SyncFolder, Told, Truncate, Unlink, Write


class Luck(Enum):
    """What becomes of writes that were not synced."""

    ALL_LOST = "all lost"
    ALL_KEPT = "all kept"
    SOME_TORN = "some kept, one torn"


@dataclass
class _Content:
    """A file's bytes: what is on the disk for certain, and what was written since."""

    certain: bytearray = field(default_factory=bytearray)
    since: list[Write | Truncate] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.since:
            _apply(self.certain, change)
        self.since.clear()

    def found(self, luck: Luck, rng: random.Random) -> bytes:
        content = bytearray(self.certain)
        for change in self._kept(luck, rng):
            _apply(content, change)
        return bytes(content)

    def _kept(self, luck: Luck, rng: random.Random) -> Iterator[Write | Truncate]:
        if luck is Luck.ALL_LOST:
            return
        torn = rng.randrange(len(self.since)) if luck is Luck.SOME_TORN and self.since else -1
        for place, change in enumerate(self.since):
            if place == torn and isinstance(change, Write):
                yield Write(change.path, change.offset, change.data[: rng.randrange(len(change.data) + 1)])
            elif luck is Luck.ALL_KEPT or rng.random() < 0.6:
                yield change


def _apply(content: bytearray, change: Write | Truncate) -> None:
    if isinstance(change, Truncate):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
    else:
        content.extend(bytes(max(0, change.offset - len(content))))
        content[change.offset : change.offset + len(change.data)] = change.data


class Disk:
    """A folder on a disk, step by step."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._certain = {name: _Content(bytearray(content)) for name, content in files.items()}
        self._names = dict(self._certain)
        self._since: list[Create | Rename | Unlink] = []
        self._made: dict[int, _Content] = {}
        self.told: list[str] = []

    def step(self, step: Step) -> None:
        """One recorded step."""
        if isinstance(step, Told):
            self.told.append(step.word)
        elif isinstance(step, Write | Truncate):
            self._names[step.path].since.append(step)
        elif isinstance(step, Sync):
            self._names[step.path].sync()
        elif isinstance(step, SyncFolder):
            self._certain = dict(self._names)
            self._since.clear()
        else:
            if isinstance(step, Create):
                self._made[id(step)] = _Content()
            self._rename(self._names, step)
            self._since.append(step)

    def _rename(self, names: dict[str, _Content], step: Create | Rename | Unlink) -> None:
        if isinstance(step, Create):
            names[step.path] = self._made[id(step)]
        elif isinstance(step, Unlink):
            names.pop(step.path, None)
        else:
            names[step.to] = names.pop(step.path)

    def cut(self, luck: Luck, rng: random.Random) -> dict[str, bytes]:
        """The files that are found when power comes back."""
        reached = {Luck.ALL_LOST: 0, Luck.ALL_KEPT: len(self._since)}.get(luck, rng.randint(0, len(self._since)))
        names = dict(self._certain)
        for step in self._since[:reached]:
            self._rename(names, step)
        return {name: content.found(luck, rng) for name, content in names.items()}


@dataclass(frozen=True)
class Cut:
    """One power cut: after which step, with which luck, what is left and what had been confirmed."""

    number: int
    luck: Luck
    files: dict[str, bytes]
    told: tuple[str, ...]

    def put(self, folder: Path) -> None:
        """Lay what is left into an empty folder."""
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def cuts(before: dict[str, bytes], steps: list[Step], seed: int) -> Iterator[Cut]:
    """A cut after every single step: with luck, without, and in between."""
    rng = random.Random(seed)
    disk = Disk(before)
    for number, step in enumerate(steps):
        disk.step(step)
        kinds = list(Luck) if isinstance(step, Sync | SyncFolder | Rename | Unlink | Told) else [rng.choice(list(Luck))]
        for luck in kinds:
            yield Cut(number, luck, disk.cut(luck, rng), tuple(disk.told))


def files_in(folder: Path) -> dict[str, bytes]:
    """What lies in a folder now, taken for certain."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
