"""The county's store: transactions of one village each, and the lock under which its changes are numbered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from villagefp.county.engine import WRITES, is_postgres
from villagefp.county.tables import audit, epoch, village
from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.cursor import EPOCH_BYTES, Epoch

_ISOLATED = {"isolation_level": "REPEATABLE READ"}


@dataclass(frozen=True)
class Standing:
    """What a village's row says to the one who holds its lock."""

    village: bytes
    epoch: Epoch
    audited: int
    erasures: int


@dataclass(frozen=True)
class Act:
    """Who did what at the county, for the audit; never a name of a served person."""

    at: str
    who: str
    what: str
    about: bytes | None = None  # an id


class County:
    """The store of a county; it keeps nothing in memory, so that any number of processes can work on one database."""

    def __init__(self, engine: Engine, ambient: Ambient, erasures: Path | None = None) -> None:
        self.engine = engine
        self.ambient = ambient
        self.erasures = erasures  # the file beside the store in which erasures are kept as well

    def now(self) -> str:
        """The time as it is written down."""
        return self.ambient.now().isoformat(timespec="seconds")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the store for the whole of its block."""
        isolated = _ISOLATED if self.engine.dialect.name == "postgresql" else {}
        with self.engine.connect().execution_options(**isolated) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block and rolled back by an error."""
        with self.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection

    @contextmanager
    def numbering(self, in_village: bytes) -> Iterator[tuple[Connection, Standing]]:
        """One transaction that holds the village's lock until its commit.

        Positions are given under it alone. So they are without gaps and in the order of commits: a reader that sees a
        position sees all before it. LookupError where there is no such village.
        """
        with self.write() as connection:
            yield connection, lock(connection, in_village)

    def found_village(self, village_id: bytes, code: str, name: str) -> None:
        """Take a village in; UserError where it is here already."""
        with self.write() as connection:
            if connection.execute(select(village.c.village).where(village.c.village == village_id)).first():
                raise UserError(_("The village {name} is in the county's store already.").format(name=name))
            self.found_within(connection, village_id, code, name)

    def found_within(self, connection: Connection, village_id: bytes, code: str, name: str) -> None:
        """Take a village in that is not here yet, within the caller's transaction."""
        first = Epoch(1, self.ambient.random(EPOCH_BYTES))
        connection.execute(
            village.insert().values(
                village=village_id,
                code=code,
                name=name,
                epoch_counter=first.counter,
                epoch_random=first.random,
                audited=0,
                erasures=0,
            )
        )
        note_epoch(connection, village_id, first, self.now(), "founded")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def lock(connection: Connection, in_village: bytes) -> Standing:
    """Hold the village's row until the end of the transaction; LookupError where there is none."""
    return _standing(connection, in_village, holding=is_postgres(connection))


def standing(connection: Connection, in_village: bytes) -> Standing:
    """The same without holding anything: for whoever only reads."""
    return _standing(connection, in_village, holding=False)


def _standing(connection: Connection, in_village: bytes, *, holding: bool) -> Standing:
    query = select(*STANDING).where(village.c.village == in_village)
    row = connection.execute(query.with_for_update() if holding else query).first()
    if row is None:
        raise LookupError("There is no such village in the county's store.")
    return standing_of(in_village, row)


STANDING = (village.c.epoch_counter, village.c.epoch_random, village.c.audited, village.c.erasures)


def standing_of(in_village: bytes, row: Sequence[Any]) -> Standing:
    """What a village's row says, by the columns of `STANDING`."""
    counter, random, audited, erasures = row
    return Standing(in_village, Epoch(counter, random), audited, erasures)


def note_epoch(connection: Connection, in_village: bytes, began: Epoch, at: str, shown_by: str) -> None:
    """Write down when an epoch began, and why."""
    connection.execute(
        epoch.insert().values(
            village=in_village, counter=began.counter, random=began.random, began_at=at, shown_by=shown_by
        )
    )


def note(connection: Connection, standing: Standing, act: Act) -> Standing:
    """Write into the village's audit who did what; the caller holds its lock."""
    serial = standing.audited + 1
    connection.execute(
        audit.insert().values(
            village=standing.village, serial=serial, at=act.at, who=act.who, what=act.what, about=act.about
        )
    )
    connection.execute(update(village).where(village.c.village == standing.village).values(audited=serial))
    return replace(standing, audited=serial)
