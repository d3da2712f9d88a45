"""Sticks: folders in memory that can be pulled out at any byte, carry many villages' files, and forget nothing."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from tests.sync.simulation.office import Office
from villagefp.county import envelopes
from villagefp.errors import UserError
from villagefp.wire.envelope_name import file_name
from villagefp.wire.seal import write_envelope

T = TypeVar("T")
PLACE = Path("/stick")
_MOST = 24


class _Pulled(io.BytesIO):
    """A file of which only so many bytes reach the stick."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self._left = left

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if len(data) > self._left:
            super().write(data[: self._left])
            raise OSError(errno.EIO, "the stick is gone")
        self._left -= len(data)
        return super().write(data)


class Stick:
    """A stick, as `sync.disk.Files` asks for it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ever: list[tuple[str, bytes]] = []
        self.pulled_after: int | None = None  # bytes of the next file

    def names(self, _folder: Path) -> list[str]:
        return sorted(self.files)

    def is_folder(self, path: Path) -> bool:
        return path == PLACE

    def free(self, _folder: Path) -> int:
        return 1 << 30

    def write(self, path: Path, fill: Callable[[BinaryIO], T]) -> T:
        left, self.pulled_after = self.pulled_after, None
        file = io.BytesIO() if left is None else _Pulled(left)
        try:
            return fill(file)
        finally:
            self.files[path.name] = file.getvalue()

    def read(self, path: Path, look: Callable[[BinaryIO], T]) -> T:
        if path.name not in self.files:
            raise OSError(errno.ENOENT, "no such file")
        return look(io.BytesIO(self.files[path.name]))

    def rename(self, old: Path, new: Path) -> None:
        self.files[new.name] = self.files.pop(old.name)
        self.keep(new.name)

    def remove(self, path: Path) -> None:
        self.files.pop(path.name, None)

    def keep(self, name: str) -> None:
        """A file is whole: it may turn up again one day, here or as a copy."""
        self.ever.append((name, self.files[name]))
        while len(self.files) > _MOST:
            del self.files[min(self.files)]

    def taken_by_county(self, office: Office, day: str) -> str:
        """The county reads all that lies here, and puts its answers beside it."""
        taken = answers = refused = 0
        parts = []
        for name in sorted(self.files):
            file = io.BytesIO(self.files[name])
            try:
                opened = envelopes.look(file, office.keys)
                if envelopes.taken_at(office.county, opened.envelope.hash) is not None:
                    continue
                found = envelopes.take(office.county, office.keys, file, opened)
            except UserError:
                refused += 1
                continue
            taken += 1
            parts += found.answers
        if parts:
            number = envelopes.next_number(office.county, parts[0].village)
            written = io.BytesIO()
            write_envelope(written, parts)
            name = file_name(f"县{day}", office.county.ambient.today(), number)
            self.files[name] = written.getvalue()
            self.keep(name)
            answers = len(parts)
        return f"{taken} files taken, {refused} refused, {answers} answers"
