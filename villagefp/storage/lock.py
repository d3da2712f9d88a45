"""One program at a time writes a folder: a lock that the system takes back when a process dies, however it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.reasons import reason

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """Held from opening a store to closing it. The file stays: what counts is the system's lock on it."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as refused:
            raise UserError(
                _("The folder {folder} cannot be written: {reason}. Choose another one, or ask who set it up.").format(
                    folder=folder, reason=reason(refused)
                )
            ) from refused
        try:
            _take(self._handle)
        except OSError as refused:
            os.close(self._handle)
            raise UserError(
                _(
                    "The folder {folder} is already open in another window of this program. "
                    "Go on there, or close it and try again."
                ).format(folder=folder)
            ) from refused

    def release(self) -> None:
        """Let another program open the folder."""
        os.close(self._handle)
