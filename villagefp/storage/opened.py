"""One opened, encrypted store: reads on connections of their own, saves one after another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace
from nacl.secret import SecretBox
from sqlalchemy import Connection, Engine

from villagefp.domain.ambient import Ambient
from villagefp.domain.records import RecordId, Village, Worker
from villagefp.storage import local, log, records, village_keys
from villagefp.storage.due_entry import DueEntry
from villagefp.storage.engine import BUSY_MILLISECONDS, WRITES
from villagefp.storage.keyslots import Keys
from villagefp.storage.lock import FolderLock
from villagefp.storage.log import Origin, Tail
from villagefp.storage.refusals import putting_off, reading_in_words, refusing_in_words
from villagefp.storage.unit_of_work import Entry, UnitOfWork
from villagefp.storage.village_keys import Key, Ring
from villagefp.wire import stamp

if TYPE_CHECKING:
    from villagefp.storage.taking import Taking

T = TypeVar("T")

VILLAGE_KEY, DEVICE_KEY, WORKER_KEY = local.VILLAGE_KEY, local.DEVICE_KEY, local.WORKER_KEY
_BIG_LOG = 64 * 1024 * 1024
"""Bytes of the write-ahead log from which on a save folds it in after its commit, where nobody ever rested."""


class Opening(Struct, frozen=True):
    """What it took to open a store, handed over to it."""

    folder: Path
    database: Path
    engine: Engine
    lock: FolderLock
    keys: Keys
    ambient: Ambient


class _Writing(Struct):
    """A transaction under way."""

    connection: Connection
    tail: Tail | None = None  # where the own log ends after it; none: the next save asks the log
    device: bytes | None = None  # under which this laptop goes on after it, where that is another one


class Store:
    """A village's records on this laptop, opened by one worker. Safe to use from several threads."""

    def __init__(self, opening: Opening) -> None:
        self.folder = opening.folder
        self.ambient = opening.ambient
        self.closed = False
        self._opening = opening
        self._engine = opening.engine
        self._saving = threading.Lock()
        self._saver: int | None = None
        self.exchanging = threading.Lock()  # held for the length of an exchange: one at a time
        self._deriving = threading.RLock()
        self._derived: dict[Callable[[Store], Any], tuple[frozenset[str], Any]] = {}
        self._ring: Ring | None = None
        with self.read() as connection:
            worker_id = local.get(connection, WORKER_KEY)
            if worker_id is None:
                raise ValueError("The store does not say which worker it is of.")
            self._origin = log.own_origin(connection)
            self._worker_id = opening.keys.worker or worker_id
            self._tail: Tail | None = log.read_tail(connection, self._origin)
            self._adopted = local.adopted_stamp(connection)
            self._load_owners(connection)

    def _load_owners(self, connection: Connection) -> None:
        village = records.get(connection, Village, self._origin.village)
        worker = records.get(connection, Worker, self._worker_id)
        if village is None or worker is None:
            raise ValueError("The records of village and worker are not in the store.")
        self.village: Village = village
        self.worker: Worker = worker

    @property
    def origin(self) -> Origin:
        """Village and device under which this laptop's changes are counted."""
        return self._origin

    @property
    def clock_behind(self) -> timedelta:
        """How far the laptop's clock stands behind the last save; zero where it does not. Work goes on either way."""
        tail = self._tail
        if tail is None:
            with self.read() as connection:
                tail = log.read_tail(connection, self._origin)
        behind = stamp.behind(tail.stamp, self.ambient.milliseconds())
        # A save after one of another laptop bears its time, which says nothing of this one's clock within a day.
        followed = stamp.milliseconds_of(tail.stamp) <= stamp.milliseconds_of(self._adopted)
        return timedelta() if followed and behind <= timedelta(days=1) else behind

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the store for as long as it is held."""
        with reading_in_words(self.folder), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def save(self, reason: str | None = None) -> Iterator[UnitOfWork]:
        """One user action: everything in it is kept and on the disk when the block ends, or nothing is."""
        with self._writing() as writing:
            unit = UnitOfWork(writing.connection, self._entry(writing.connection, reason))
            yield unit
            writing.tail = unit.finish()
        self._show(unit.changed)

    @contextmanager
    def taking(self, county_milliseconds: int | None = None) -> Iterator[Taking]:
        """One exchange: what other laptops wrote is in the records when the block ends, all of it or nothing.

        Without the county's time this laptop's own has to do.
        """
        from villagefp.storage.taking import Receiver, Taking  # noqa: PLC0415  not needed before an exchange

        with self._writing() as writing:
            county = self.ambient.milliseconds() if county_milliseconds is None else county_milliseconds
            taking = Taking(writing.connection, Receiver(self._origin, county, self._derive_due))
            yield taking
            taking.finish()
            adopted = local.adopted_stamp(writing.connection)
        self._adopted = adopted
        self._show(taking.changed)

    @contextmanager
    def becoming(self, device: bytes) -> Iterator[Taking]:
        """One transaction in which this laptop becomes another device: all of it, or it stays what it was.

        Its next save counts under the new id, and its stamps still never go back.
        """
        from villagefp.storage.taking import Receiver, Taking  # noqa: PLC0415  not needed before an exchange

        with self._writing() as writing:
            connection = writing.connection
            last = log.read_tail(connection, self._origin).stamp
            local.put_adopted_stamp(connection, max(last, local.adopted_stamp(connection)))
            origin = Origin(self._origin.village, device)
            taking = Taking(connection, Receiver(origin, self.ambient.milliseconds(), self._derive_due))
            yield taking
            local.put(connection, DEVICE_KEY, device)
            taking.finish()
            adopted = local.adopted_stamp(connection)
            writing.device = device
        self._adopted = adopted
        self._show(taking.changed)

    @contextmanager
    def _writing(self) -> Iterator[_Writing]:
        """One transaction at a time; whoever ends well may say where the own log ends then."""
        if self._saver == threading.get_ident():
            raise RuntimeError("A save was begun inside a save: hand the unit of work on instead.")
        with self._saving, self._engine.connect().execution_options(**{WRITES: True}) as connection:
            self._saver = threading.get_ident()
            writing = _Writing(connection)
            try:
                with refusing_in_words(self.folder), connection.begin():
                    if self._tail is None:  # what was cut short after its commit may have made another device of it
                        self._origin = log.own_origin(connection)
                    yield writing
                self._tail = writing.tail
                if writing.device is not None:
                    self._origin = Origin(self._origin.village, writing.device)
            except BaseException:
                self._tail = None  # whatever cut it short, even after its commit: the next save asks the log
                raise
            finally:
                self._saver = None

    def _show(self, changed: set[tuple[str, RecordId]]) -> None:
        """What memory holds of the records follows them once they are on the disk."""
        if any(kind in {"village", "worker"} for kind, _record in changed):
            with self.read() as fresh:
                self._load_owners(fresh)
        self.forget_derived(kind for kind, _record in changed)
        if self._log_bytes() > _BIG_LOG:
            self.rest()

    def derived(self, make: Callable[[Store], T], *kinds: str) -> T:
        """What `make` reads from the records of these kinds, held in memory until a save changes one of them.

        Decoded forms, say: too dear to be read for every visit, and there for as long as the store is open.
        """
        with self._deriving:
            if make not in self._derived:
                self._derived[make] = (frozenset(kinds), make(self))
            return cast("T", self._derived[make][1])

    def forget_derived(self, kinds: Iterable[str] | None = None) -> None:
        """Let go of what was derived from records of these kinds, or of everything."""
        with self._deriving:
            if not self._derived:
                return
            changed = None if kinds is None else set(kinds)
            for make, (of_kinds, _made) in list(self._derived.items()):
                if changed is None or not changed.isdisjoint(of_kinds):
                    del self._derived[make]

    def _entry(self, connection: Connection, reason: str | None) -> Entry:
        tail = self._tail or log.read_tail(connection, self._origin)
        return Entry(
            origin=self._origin,
            tail=replace(tail, stamp=max(tail.stamp, self._adopted)),
            author=self._worker_id,
            milliseconds=self.ambient.milliseconds(),
            random=self.ambient.random,
            reason=reason,
            derive=self._derive_due,
        )

    def _derive_due(self, connection: Connection, changed: set[tuple[str, RecordId]]) -> None:
        from villagefp.storage import due_plans  # noqa: PLC0415  the planner takes 40 ms, and opening does not need it

        due_plans.refresh(connection, changed, self.due_entry())

    def due_entry(self, today: date | None = None) -> DueEntry:
        """What the derived list of what is due is made with, as of today or another day."""
        return DueEntry(self.seal, self.unseal, today or self.ambient.today())

    def seal(self, plain: bytes) -> bytes:
        """Bytes for a sealed field, under the newest key of the village, or the store's own second one."""
        return self._village_ring().seal(plain, self.ambient.random(SecretBox.NONCE_SIZE))

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed, by whichever key; SealedElsewhereError, a UserError, where it is not here."""
        return self._village_ring().unseal(sealed)

    def add_village_keys(self, connection: Connection, keys: Iterable[Key]) -> None:
        """Take in keys of the village, within a save of this store; `forget_ring` is due after its commit."""
        village_keys.add(connection, self._opening.keys.sealed, keys, self.ambient.random)

    def forget_ring(self) -> None:
        """Read the keys of the village anew, and what was derived with those before."""
        with self._deriving:
            self._ring = None
        self.forget_derived()

    def _village_ring(self) -> Ring:
        ring = self._ring
        if ring is None:
            with self._deriving, self.read() as connection:
                ring = self._ring = village_keys.ring(connection, self._opening.keys.sealed)
        return ring

    def keys_for(self, worker: RecordId | None) -> Keys:
        """The store's keys, to be wrapped in a slot of this worker."""
        return replace(self._opening.keys, worker=worker)

    def rest(self) -> None:
        """Fold the write-ahead log into the database file; for when nobody waits, as after a minute without input.

        A disk that has no room for it is no matter: all that was kept is in the log, and is read from there.
        """
        with self._saving:
            pooled = self._engine.raw_connection()  # outside any transaction, which a checkpoint may not be in
            try:
                cursor = pooled.cursor()
                cursor.execute("PRAGMA busy_timeout = 0")  # what somebody still reads waits for the next rest
                with putting_off():
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
                cursor.close()
            finally:
                pooled.close()

    def _log_bytes(self) -> int:
        path = self._opening.database.with_name(self._opening.database.name + "-wal")
        return path.stat().st_size if path.exists() else 0

    def close(self) -> None:
        """Fold the log in, forget the connections and let another program open the folder; twice does no harm."""
        if self.closed:
            return
        self.rest()
        self.closed = True
        self._engine.dispose()
        self._opening.lock.release()
