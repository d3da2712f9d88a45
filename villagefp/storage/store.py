"""Making a village's store, and opening it by passphrase or by recovery code."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Village, Worker
from villagefp.domain.village_code import read as read_village_code
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import keyslots, local, migrate, trust
from villagefp.storage.engine import WRITES, make_engine
from villagefp.storage.files import ERASED, make_private, sync_folder
from villagefp.storage.keyslots import RECOVERY, WORKER, Cost, Keys, Slot
from villagefp.storage.lock import FolderLock
from villagefp.storage.log import Origin, read_tail
from villagefp.storage.opened import DEVICE_KEY, VILLAGE_KEY, WORKER_KEY, Opening, Store
from villagefp.storage.passphrase import check_passphrase
from villagefp.storage.recovery_code import new_code, read_code
from villagefp.storage.refusals import opening_in_words, refusing_in_words
from villagefp.storage.unit_of_work import Entry, UnitOfWork
from villagefp.wire.signing import SigningKey

__all__ = [
    "CreatedStore",
    "Joining",
    "Store",
    "change_passphrase",
    "create_store",
    "open_store",
    "open_with_recovery",
    "store_exists",
]

DATABASE = "store.db"
_UNFINISHED = "store.db.new"


class CreatedStore(Struct, frozen=True):
    """A new store, and the recovery code that is shown once and printed."""

    store: Store
    recovery_code: str


class Joining(Struct, frozen=True):
    """What a laptop takes with it that was enrolled before it had a store: its county knows it by this."""

    village: bytes
    device: bytes
    key: SigningKey
    also: Callable[[Connection, Keys], None]  # what else is kept in the very first save


def store_exists(folder: Path) -> bool:
    """Whether a store was made in this folder."""
    return (folder / DATABASE).exists()


def create_store(
    folder: Path,
    *,
    village_code: str,
    village_name: str,
    worker_name: str,
    passphrase: str,
    ambient: Ambient,
    cost: Cost | None = None,
    joining: Joining | None = None,
) -> CreatedStore:
    """Make the store of a village for its first worker; it is there when this returns, or not at all.

    `joining` is of a laptop that was enrolled first; without it the store founds a village of its own.
    """
    check_passphrase(passphrase)
    village = Village(
        id=joining.village if joining else ambient.new_id(),
        code=read_village_code(village_code).code,
        name=_named(village_name),
    )
    worker = Worker(id=ambient.new_id(), name=_named(worker_name))
    with ExitStack() as undo:
        undo.enter_context(refusing_in_words(folder))
        lock = FolderLock(folder)
        undo.callback(lock.release)
        if store_exists(folder):
            raise UserError(
                _("There is already a store in {folder}. Open it, or choose another folder.").format(folder=folder)
            )
        keys = Keys(ambient.random(32), ambient.random(32), worker.id)
        code = new_code(ambient.random)
        undo.callback(_remove, folder, f"{_UNFINISHED}*")
        _found(folder, keys, (village, worker), ambient, joining)
        dear = cost or Cost()
        slots = (
            keyslots.make_slot(WORKER, passphrase, keys, dear, ambient.random),
            keyslots.make_slot(RECOVERY, read_code(code), replace(keys, worker=None), dear, ambient.random),
        )
        keyslots.forget_slots(folder)
        undo.callback(_remove, folder, keyslots.FILES)
        keyslots.write_slots(folder, slots)
        # The name under which a store is found comes last: a creation that was cut short is as if it had never begun.
        (folder / _UNFINISHED).replace(folder / DATABASE)
        undo.callback(_remove, folder, DATABASE, f"{DATABASE}-*")  # nobody has seen its recovery code
        sync_folder(folder)
        store = _opened(folder, keys, lock, ambient)
        undo.pop_all()
    return CreatedStore(store, code)


def _named(name: str) -> str:
    if not name.strip():
        raise UserError(_("The name of the village and of the worker are needed: they stand on every sheet."))
    return name.strip()


def _found(folder: Path, keys: Keys, owners: tuple[Village, Worker], ambient: Ambient, joining: Joining | None) -> None:
    """The database with its tables and its first save: the village and the worker."""
    _remove(folder, f"{_UNFINISHED}*")
    make_private(folder / _UNFINISHED)
    engine = make_engine(folder / _UNFINISHED, keys.store)
    village, worker = owners
    origin = Origin(village.id, joining.device if joining else ambient.new_id())
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            migrate.create_tables(connection)
            for key, value in ((VILLAGE_KEY, village.id), (DEVICE_KEY, origin.device), (WORKER_KEY, worker.id)):
                local.put(connection, key, value)
            tail = read_tail(connection, origin)
            entry = Entry(origin, tail, worker.id, ambient.milliseconds(), ambient.random, None)
            unit = UnitOfWork(connection, entry)
            unit.add_many([village, worker])
            unit.finish()
            if joining is None:
                trust.make_key(connection, ambient.random)
            else:
                trust.put_key(connection, joining.key)
                joining.also(connection, keys)
    finally:
        engine.dispose()  # the last connection folds the write-ahead log in, syncs, and removes it


def _remove(folder: Path, *patterns: str) -> None:
    for pattern in patterns:
        for left in folder.glob(pattern):
            left.unlink()


def open_store(folder: Path, passphrase: str, ambient: Ambient) -> Store:
    """Open the store with a worker's passphrase."""
    return _enter(folder, ambient, lambda slots: _keys_of_passphrase(slots, passphrase)[1])


def open_with_recovery(
    folder: Path, recovery_code: str, new_passphrase: str, ambient: Ambient, cost: Cost | None = None
) -> Store:
    """Open the store with the printed code and give the worker a new passphrase; the code stays good."""
    code = read_code(recovery_code)
    check_passphrase(new_passphrase)
    opened: list[tuple[Slot, ...]] = []

    def keys_of(slots: tuple[Slot, ...]) -> Keys:
        opened.append(slots)
        found = keyslots.open_slots(slots, RECOVERY, code)
        if found is None:
            raise UserError(_("This recovery code does not belong to the store in {folder}.").format(folder=folder))
        return found[1]

    store = _enter(folder, ambient, keys_of)
    try:
        keys = store.keys_for(store.worker.id)
        fresh = keyslots.make_slot(WORKER, new_passphrase, keys, cost or Cost(), ambient.random)
        others = tuple(slot for slot in opened[0] if slot.sort != WORKER)
        with refusing_in_words(folder):
            keyslots.write_slots(folder, (*others, fresh))
    except BaseException:
        store.close()
        raise
    return store


def change_passphrase(store: Store, old: str, new: str, cost: Cost | None = None) -> None:
    """Let the worker in by a new passphrase and no longer by the old one; nothing is encrypted anew."""
    check_passphrase(new)
    slots = keyslots.read_slots(store.folder)
    before, keys = _keys_of_passphrase(slots, old)
    fresh = keyslots.make_slot(WORKER, new, keys, cost or Cost(), store.ambient.random)
    with refusing_in_words(store.folder):
        keyslots.write_slots(store.folder, tuple(fresh if slot is before else slot for slot in slots))


def _keys_of_passphrase(slots: tuple[Slot, ...], passphrase: str) -> tuple[Slot, Keys]:
    found = keyslots.open_slots(slots, WORKER, passphrase)
    if found is None:
        raise UserError(_("The passphrase is not right. Try again, or open the store with the printed recovery code."))
    return found


def _enter(folder: Path, ambient: Ambient, keys_of: Callable[[tuple[Slot, ...]], Keys]) -> Store:
    if not store_exists(folder):
        raise UserError(
            _("There is no store in {folder}. Make one first, or choose another folder.").format(folder=folder)
        )
    with ExitStack() as undo:
        lock = FolderLock(folder)
        undo.callback(lock.release)
        store = _opened(folder, keys_of(keyslots.read_slots(folder)), lock, ambient)
        undo.pop_all()
    return store


def _opened(folder: Path, keys: Keys, lock: FolderLock, ambient: Ambient) -> Store:
    database = folder / DATABASE
    engine = make_engine(database, keys.store)
    try:
        with opening_in_words(database):
            migrate.bring_up_to_date(engine, database)
            store = Store(Opening(folder, database, engine, lock, keys, ambient))
            _catch_up(store)
            return store
    except BaseException:
        engine.dispose()
        raise


def _catch_up(store: Store) -> None:
    """End what an erasure began, and fold in what a newer program wrote; hardly ever is there anything of either."""
    with store.read() as connection:
        waiting = local.anything_to_catch_up(connection)
    if not waiting and not (store.folder / ERASED).exists():
        return
    from villagefp.storage import apply, erasures  # noqa: PLC0415  the parts of the exchange, 20 ms of an opening

    erasures.catch_up(store)
    apply.fold_in_what_is_known(store)
