"""The doors to a store. Everything heavy is imported here at call time, so that the sign-in screen is painted first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.reasons import reason

if TYPE_CHECKING:
    from villagefp.storage.store import CreatedStore, Store

DATABASE = "store.db"
"""As `storage.store` names it; told here again because importing that takes longer than the first paint."""

PRACTICE_FOLDER = "practice"


@dataclass(frozen=True)
class Founding:
    """What is asked when a village is founded."""

    village_code: str
    village_name: str
    worker_name: str
    passphrase: str


def practice_folder(folder: Path) -> Path:
    """Where the practice village lives: a store of its own beside the real one."""
    return folder / PRACTICE_FOLDER


def exists(folder: Path) -> bool:
    """True if there is a store in the folder."""
    return (folder / DATABASE).exists()


def enter_practice(folder: Path, ambient: Ambient) -> Store:
    """Open the practice village; the first time it is made from the workbook that is shipped for it."""
    from villagefp.services.practice import open_practice  # noqa: PLC0415

    return open_practice(folder, ambient)


def found(folder: Path, told: Founding, ambient: Ambient) -> CreatedStore:
    """Make the encrypted store of a village."""
    from villagefp.storage.store import create_store  # noqa: PLC0415  0.3 s that the first paint can do without

    return create_store(
        folder, village_code=told.village_code, village_name=told.village_name, worker_name=told.worker_name,
        passphrase=told.passphrase, ambient=ambient,
    )  # fmt: skip


def enter(folder: Path, passphrase: str, ambient: Ambient) -> Store:
    """Open the store with a worker's passphrase."""
    from villagefp.storage.store import open_store  # noqa: PLC0415

    return open_store(folder, passphrase, ambient)


def prove(folder: Path, passphrase: str) -> None:
    """Unlock a screen: UserError unless the passphrase is the worker's; the store stays open meanwhile."""
    from villagefp.storage import keyslots  # noqa: PLC0415

    if keyslots.open_slots(keyslots.read_slots(folder), keyslots.WORKER, passphrase) is None:
        raise UserError(_("This is not the right passphrase. Please try again."))


def recover(folder: Path, recovery_code: str, passphrase: str, ambient: Ambient) -> Store:
    """Open the store with the printed recovery code and set a new passphrase."""
    from villagefp.storage.store import open_with_recovery  # noqa: PLC0415

    return open_with_recovery(folder, recovery_code, passphrase, ambient)


def keep_code(file: Path, sheet: str) -> None:
    """Write the recovery sheet where the worker chose; only ever by choice."""
    try:
        file.write_text(sheet, encoding="utf-8")
    except OSError as error:
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=file.name, reason=reason(error))
        ) from error
