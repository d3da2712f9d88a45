"""Records what SQLite and our own file handling ask of the disk, step by step, so that a power cut can be played.

SQLite is listened to at its VFS: every file it opens gets a copy of its method table in which write, truncate and
sync first tell us and then do as before. Our own Python files are seen by their changes and by `os.fsync`,
`os.replace` and `os.unlink`.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlcipher3 import _sqlite3

Pointer = ctypes.c_void_p
_INT, _LONG, _TEXT = ctypes.c_int, ctypes.c_int64, ctypes.c_char_p


@dataclass(frozen=True)
class Write:
    path: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    path: str
    size: int


@dataclass(frozen=True)
class Sync:
    path: str


@dataclass(frozen=True)
class SyncFolder:
    """Names made, changed or removed so far are on the disk."""


@dataclass(frozen=True)
class Create:
    path: str


@dataclass(frozen=True)
class Rename:
    path: str
    to: str


@dataclass(frozen=True)
class Unlink:
    path: str


@dataclass(frozen=True)
class Told:
    """What the program has confirmed by now."""

    word: str


Step = Write | Truncate | Sync | SyncFolder | Create | Rename | Unlink | Told


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", _INT),
        ("file_size", _INT),
        ("longest_path", _INT),
        ("next", Pointer),
        ("name", _TEXT),
        ("data", Pointer),
        ("open", Pointer),
        ("delete", Pointer),
    )


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", _INT),
        ("close", Pointer),
        ("read", Pointer),
        ("write", Pointer),
        ("truncate", Pointer),
        ("sync", Pointer),
        ("others", Pointer * 13),
    )


class _File(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


# Names stay pointers: SQLite keeps them, and reads what stands behind their end.
_OPEN = ctypes.CFUNCTYPE(_INT, Pointer, Pointer, ctypes.POINTER(_File), _INT, ctypes.POINTER(_INT))
_DELETE = ctypes.CFUNCTYPE(_INT, Pointer, Pointer, _INT)
_WRITE = ctypes.CFUNCTYPE(_INT, Pointer, Pointer, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, Pointer, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, Pointer, _INT)
_WAL_FILE = 0x00080000


class Trace:
    """The steps so far of what happens in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self._of_sqlite: dict[int, str] = {}  # open files by address
        self._wal: set[str] = set()
        self._seen = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
        self._keep: list[Any] = []  # callbacks live as long as somebody may call them

    def tell(self, word: str) -> None:
        """The program confirms something here."""
        self._look()
        self.steps.append(Told(word))

    # --- our own files

    def _look(self) -> None:
        """Files that were changed by Python since the last step: their content is not synced yet."""
        if not self.folder.exists():
            return
        for path in sorted(self.folder.iterdir()):
            if (path.name.startswith("store.db") and "before" not in path.name) or path.name == "lock":
                continue
            content = path.read_bytes()
            before = self._seen.get(path.name)
            if content == before:
                continue
            if before is None:
                self.steps.append(Create(path.name))
            elif not content.startswith(before):
                self.steps.append(Truncate(path.name, 0))
            self.steps.append(Write(path.name, 0, content))
            self._seen[path.name] = content

    def fsync(self, handle: int) -> None:
        """`os.fsync` of a file or folder."""
        self._look()
        target = Path(f"/proc/self/fd/{handle}").readlink()
        if target == self.folder and stat.S_ISDIR(os.fstat(handle).st_mode):
            self.steps.append(SyncFolder())
        elif target.parent == self.folder:
            self.steps.append(Sync(target.name))

    def replace(self, path: Path, to: Path) -> None:
        """`os.replace` in the folder."""
        self._look()
        if Path(path).parent == self.folder:
            self.steps.append(Rename(Path(path).name, Path(to).name))
            self._seen[Path(to).name] = self._seen.pop(Path(path).name, b"")

    def unlink(self, path: Path) -> None:
        """`os.unlink` in the folder."""
        self._look()
        if Path(path).parent == self.folder and os.path.lexists(path):
            self.steps.append(Unlink(Path(path).name))
            self._seen.pop(Path(path).name, None)

    # --- SQLite's files

    def opened(self, address: int, path: str, flags: int) -> None:
        """SQLite has opened a file, which is new where nobody has heard of it."""
        self._of_sqlite[address] = path
        known = path in self._seen or any(getattr(step, "path", None) == path for step in self.steps)
        if not known or self._is_gone(path):
            self.steps.append(Create(path))
        if flags & _WAL_FILE:
            self._wal.add(path)

    def _is_gone(self, path: str) -> bool:
        for step in reversed(self.steps):
            if (isinstance(step, Create) and step.path == path) or (isinstance(step, Rename) and step.to == path):
                return False
            if isinstance(step, Unlink | Rename) and step.path == path:
                return True
        return path not in self._seen

    def deleted(self, path: str) -> None:
        """SQLite has removed a file."""
        self.steps.append(Unlink(path))

    def written(self, address: int, offset: int, data: bytes) -> None:
        """SQLite has written a piece of a file."""
        self.steps.append(Write(self._of_sqlite[address], offset, data))

    def truncated(self, address: int, size: int) -> None:
        """SQLite has cut a file."""
        self.steps.append(Truncate(self._of_sqlite[address], size))

    def synced(self, address: int) -> None:
        """SQLite has synced a file; the first sync of a new write-ahead log syncs its name too (os_unix.c, DIRSYNC)."""
        path = self._of_sqlite[address]
        self.steps.append(Sync(path))
        if path in self._wal:
            self._wal.remove(path)
            self.steps.append(SyncFolder())


@contextmanager
def traced(folder: Path) -> Iterator[Trace]:
    """Record the steps in a folder; every store in it must be opened and closed inside."""
    trace = Trace(folder)
    with ExitStack() as undo:
        undo.enter_context(_listening_to_sqlite(trace))
        for name, listener in (("fsync", trace.fsync), ("replace", trace.replace), ("unlink", trace.unlink)):
            undo.enter_context(patch.object(os, name, _after(listener, getattr(os, name))))
        yield trace


def _after(listener: Callable[..., None], call: Callable[..., Any]) -> Callable[..., Any]:
    def both(*told: Any, **named: Any) -> Any:
        listener(*told)
        return call(*told, **named)

    return both


@contextmanager
def _listening_to_sqlite(trace: Trace) -> Iterator[None]:
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    open_before, delete_before = vfs.open, vfs.delete
    real_open, real_delete = _OPEN(open_before), _DELETE(delete_before)
    tables: dict[int, Any] = {}

    def opening(vfs_: int, name: int | None, file: Any, flags: int, out: Any) -> int:
        answer = real_open(vfs_, name, file, flags, out)
        path = Path(ctypes.string_at(name).decode() if name else "")
        if answer == 0 and path.parent == trace.folder:
            methods = file.contents.methods
            key = ctypes.addressof(methods.contents)
            if key not in tables:
                tables[key] = _listening_methods(trace, methods.contents)
            file.contents.methods = ctypes.pointer(tables[key])
            trace.opened(ctypes.addressof(file.contents), path.name, flags)
        return answer

    def deleting(vfs_: int, name: int, sync_folder: int) -> int:
        path = Path(ctypes.string_at(name).decode())
        answer = real_delete(vfs_, name, sync_folder)
        if answer == 0 and path.parent == trace.folder:
            trace.deleted(path.name)
        return answer

    callbacks = _OPEN(opening), _DELETE(deleting)
    vfs.open, vfs.delete = (ctypes.cast(callback, Pointer).value for callback in callbacks)
    try:
        yield
    finally:
        vfs.open, vfs.delete = open_before, delete_before


def _listening_methods(trace: Trace, methods: _Methods) -> _Methods:
    copy = _Methods.from_buffer_copy(methods)
    real_write, real_truncate, real_sync = _WRITE(methods.write), _TRUNCATE(methods.truncate), _SYNC(methods.sync)

    def writing(file: int, data: int, size: int, offset: int) -> int:
        trace.written(file, offset, ctypes.string_at(data, size))
        return real_write(file, data, size, offset)

    def truncating(file: int, size: int) -> int:
        trace.truncated(file, size)
        return real_truncate(file, size)

    def syncing(file: int, flags: int) -> int:
        answer = real_sync(file, flags)
        trace.synced(file)
        return answer

    callbacks = _WRITE(writing), _TRUNCATE(truncating), _SYNC(syncing)
    trace._keep.extend(callbacks)
    copy.write, copy.truncate, copy.sync = (ctypes.cast(callback, Pointer).value for callback in callbacks)
    return copy
