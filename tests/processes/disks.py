"""Disks that are full: a real one of a few megabytes where this machine lets us mount it, else a limit on files."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_BLOCK = 4096


class SmallDisk:
    """A folder with little room; `fill` takes what is left of it."""

    def __init__(self, folder: Path, *, real: bool) -> None:
        self.folder = folder
        self.real = real

    @classmethod
    @contextmanager
    def mounted(cls, folder: Path, megabytes: int) -> Iterator[SmallDisk]:
        """A disk in memory of its own; where nobody may mount, `before` limits the files of whoever is started."""
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        real = subprocess.run(command, capture_output=True, check=False).returncode == 0
        try:
            yield cls(folder, real=real)
        finally:
            if real:
                subprocess.run(["umount", "--lazy", str(folder)], check=True)

    def fill(self, left: int) -> None:
        """Leave so many bytes."""
        if self.real:
            told = os.statvfs(self.folder)
            room = told.f_bavail * told.f_frsize
            (self.folder / "ballast").write_bytes(bytes(max(room - left, 0) // _BLOCK * _BLOCK))

    def make_room(self) -> None:
        """Throw away what `fill` put there."""
        (self.folder / "ballast").unlink(missing_ok=True)

    def before(self, left: int) -> Callable[[], None] | None:
        """What a process does before it begins, where the disk itself is not full: its files may grow by so much."""
        if self.real:
            return None
        largest = max(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest + left, largest + left))

        return limit
