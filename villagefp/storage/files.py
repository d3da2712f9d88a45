"""Files that survive a power cut: written new, synced, renamed, and the folder synced."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ERASED = "erased.vfpe"
"""The name of the list of what was erased, beside database and backups."""
_PRIVATE = 0o600


def write_durably(path: Path, content: bytes) -> None:
    """Put a file in place whole or not at all, for its owner alone; when this returns it is on the disk."""
    fresh = path.with_name(path.name + ".new")
    make_private(fresh)
    with fresh.open("r+b") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def make_private(path: Path) -> None:
    """Make a file anew, empty, that nobody but its owner may read: whatever is written into it stays so."""
    path.unlink(missing_ok=True)  # what an earlier try left may be open to everybody
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))


def sync_file(path: Path) -> None:
    """Make sure that what was written to a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that names made, changed or removed in a folder are on the disk."""
    if sys.platform == "win32":
        return  # Windows has no such call: NTFS keeps its own journal of names
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
