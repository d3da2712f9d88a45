"""Files that the office writes for others: whole on the disk under their last name, or not there at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.sync.disk import Disk, writing_in_words
from villagefp.wire.seal import EnvelopeError, Part, open_envelope, write_envelope

_UNFINISHED = ".part"
_OVERHEAD = 256
"""Bytes that an envelope adds to a part, and more."""


def put_parts(folder: Path, name: str, parts: Sequence[Part]) -> tuple[Path, bytes]:
    """Write an envelope and read it back; returns where it is and its hash. UserError where the disk refuses it."""
    files, path = Disk(), folder / name
    fresh = path.with_name(path.name + _UNFINISHED)
    needed = sum(len(part.plain) + _OVERHEAD for part in parts)
    with writing_in_words(folder, needed, lambda: files.free(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        with _or_nothing(files, fresh):
            hash_ = files.write(fresh, lambda file: write_envelope(file, parts))
            try:
                if files.read(fresh, open_envelope).hash != hash_:
                    raise _unsound(path)
            except EnvelopeError as error:
                raise _unsound(path) from error
            files.rename(fresh, path)
    return path, hash_


def put_file(folder: Path, name: str, content: bytes) -> Path:
    """Write a file whole, in place of what bore its name."""
    files, path = Disk(), folder / name
    fresh = path.with_name(path.name + _UNFINISHED)
    with writing_in_words(folder, len(content), lambda: files.free(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        with _or_nothing(files, fresh):
            files.write(fresh, lambda file: file.write(content))
            files.rename(fresh, path)
    return path


@contextmanager
def _or_nothing(files: Disk, fresh: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            files.remove(fresh)
        raise


def _unsound(path: Path) -> UserError:
    return UserError(
        _("What was written to {file} is not what can be read there. Take another stick; nothing is lost.").format(
            file=path.name
        )
    )
