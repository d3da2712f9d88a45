"""`county init`: the store, the county's keys in their slots, and the vault key that is carried away."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Engine

from villagefp.cli.opening import AMBIENT, passphrase
from villagefp.cli.output import Output
from villagefp.county import office_values
from villagefp.county.engine import WRITES, sqlite_engine
from villagefp.county.keys import SECRET_BYTES
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.office_values import VAULT
from villagefp.county.vault import new_vault, to_text
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.opening import engine_of, shown, slot_keys, where
from villagefp.reasons import reason
from villagefp.storage import keyslots
from villagefp.storage.files import make_private, sync_folder, write_durably
from villagefp.storage.keyslots import RECOVERY, WORKER, Cost, Keys
from villagefp.storage.passphrase import check_passphrase
from villagefp.storage.recovery_code import new_code, read_code

VAULT_FILE = "vault-key.txt"


@dataclass(frozen=True)
class _Founded:
    """What was made anew, to be shown once."""

    recovery_code: str = ""
    vault: Path | None = None


def init(told: argparse.Namespace, output: Output, cost: Cost) -> int:
    """Make the county's store with its keys, or bring an older one up to date."""
    founded = _sqlite(told, cost) if told.sqlite is not None else _postgres(told, cost)
    lines = [_("The county's store is ready in {place}.").format(place=shown(told))]
    data: dict[str, object] = {"store": shown(told)}
    if founded.recovery_code:
        lines.append(_("Recovery code, shown only now; write it down: {code}").format(code=founded.recovery_code))
        data["recovery_code"] = founded.recovery_code
    if founded.vault is not None:
        lines.append(
            _(
                "The vault key is in {file}. It opens the sealed fields of every village and must not stay here: copy "
                "it to two sticks, lock them away in two places, and delete it from this computer."
            ).format(file=founded.vault)
        )
        data["vault"] = str(founded.vault)
    output.tell("\n".join(lines), data)
    return 0


def _sqlite(told: argparse.Namespace, cost: Cost) -> _Founded:
    path = Path(told.sqlite)
    folder = path.resolve().parent
    if path.exists():
        with engine_of(told, slot_keys(told, folder).store) as engine:
            bring_up_to_date(engine)
            return _Founded(vault=_make_vault(told, engine, folder))
    secret = passphrase(_("New passphrase (ten characters or more): "))
    _check_folder(folder, secret)
    fresh = path.with_name(path.name + ".new")
    for left in folder.glob(f"{fresh.name}*"):  # of a creation that was cut short
        left.unlink()
    keys = _new_keys()
    make_private(fresh)
    engine = sqlite_engine(fresh, keys.store)
    try:
        bring_up_to_date(engine)
        vault = _make_vault(told, engine, folder)
    finally:
        engine.dispose()
    code = _make_slots(folder, secret, keys, cost)
    fresh.replace(path)
    sync_folder(folder)
    return _Founded(code, vault)


def _postgres(told: argparse.Namespace, cost: Cost) -> _Founded:
    folder = where(told)
    with engine_of(told, b"") as engine:
        bring_up_to_date(engine)
        if folder is None:  # the tables alone; keys come with --keys
            return _Founded()
        if folder.is_dir() and any(folder.glob(keyslots.FILES)):
            slot_keys(told, folder)
            return _Founded(vault=_make_vault(told, engine, folder))
        secret = passphrase(_("New passphrase (ten characters or more): "))
        _check_folder(folder, secret)
        code = _make_slots(folder, secret, _new_keys(), cost)
        return _Founded(code, _make_vault(told, engine, folder))


def _new_keys() -> Keys:
    """The key of the database, used by SQLite alone, and the secret of the county's own keys."""
    return Keys(AMBIENT.random(32), AMBIENT.random(SECRET_BYTES), AMBIENT.new_id())


def _check_folder(folder: Path, secret: str) -> None:
    check_passphrase(secret)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.glob(keyslots.FILES)):
        raise UserError(
            _("In {folder} there are the keys of another store. Take a folder of its own for the county.").format(
                folder=folder
            )
        )


def _make_slots(folder: Path, secret: str, keys: Keys, cost: Cost) -> str:
    """Wrap the keys by passphrase and recovery code; returns the code."""
    code = new_code(AMBIENT.random)
    slots = (
        keyslots.make_slot(WORKER, secret, keys, cost, AMBIENT.random),
        keyslots.make_slot(RECOVERY, read_code(code), replace(keys, worker=None), cost, AMBIENT.random),
    )
    keyslots.write_slots(folder, slots)
    return code


def _make_vault(told: argparse.Namespace, engine: Engine, folder: Path) -> Path | None:
    """Make a vault key where the store has none: first the file is on the disk, then its public part in the store."""
    with engine.connect() as connection:
        if office_values.get(connection, VAULT) is not None:
            return None
    path = Path(told.vault) if told.vault is not None else folder / VAULT_FILE
    if path.exists():
        raise UserError(
            _(
                "{file} is there already and is not overwritten: it may be a vault key. Name another with --vault."
            ).format(file=path)
        )
    vault = new_vault(AMBIENT.random)
    try:
        write_durably(path, to_text(vault).encode("utf-8"))
    except OSError as error:
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=path.name, reason=reason(error))
        ) from error
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        office_values.put(connection, VAULT, vault.public)
    return path
