"""Exchanging with the county, by network or by stick: what window and command line call, and what they may tell."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from villagefp.errors import UserError
from villagefp.i18n import _, ngettext
from villagefp.services import packages
from villagefp.services.exchange_done import Done, done_by
from villagefp.services.exchange_words import files_in_words, in_words
from villagefp.storage import decisions, exchange_facts, identity, local, sending, stated
from villagefp.storage import standing as records_standing
from villagefp.sync import engine, told_laptop
from villagefp.sync.brought import Brought, What
from villagefp.sync.disk import Disk, Files
from villagefp.sync.outcome import Note, Outcome, Progress, Stopped
from villagefp.sync.road import Refused, Road, Why
from villagefp.wire.statements import Sort, read_intact

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_LAST = "last exchange"
"""When the last exchange went through, as text."""


class Will:
    """Somebody's wish to stop: an exchange waits by it, and is told by it when it is to end."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the exchange soon; from any thread."""
        self._stopped.set()

    def stopped(self) -> bool:
        """Whether it is to end."""
        return self._stopped.is_set()

    def wait(self, seconds: float) -> None:
        """Come back after so many seconds, or when it is to end."""
        self._stopped.wait(seconds)


@dataclass(frozen=True)
class Here:
    """The place where a store is used, so that a copy of it, or an older state, is known as such."""

    marks: Path  # folder outside of the store's own
    machine: bytes  # says which computer and folder it is


def here(folder: Path, marks: Path) -> Here:
    """This computer and folder."""
    known = Path("/etc/machine-id")
    name = known.read_text("ascii").strip() if known.exists() else platform.node()
    return Here(marks, f"{name} {folder.resolve()}".encode())


@dataclass(frozen=True)
class Standing:
    """Where this laptop stands with its county."""

    enrolled: bool
    address: str = ""  # empty where everything goes by stick
    sending: sending.Progress = field(default_factory=lambda: sending.Progress(0, 0, 0, 0))
    returned: int = 0
    conflicts: int = 0
    last: str | None = None  # when an exchange went through last, as ISO text
    history_incomplete: bool = False  # a first load is under way: nothing may be called overdue


def standing(store: Store) -> Standing:
    """Where this laptop stands with its county, for the page and the line at the bottom."""
    with store.read() as connection:
        link = exchange_facts.county_link(connection)
        last = local.get(connection, _LAST)
        return Standing(
            enrolled=link is not None,
            address=link.address if link is not None else "",
            sending=sending.progress(connection, store.origin),
            returned=len(sending.returned_groups(connection)) if local.anything_returned(connection) else 0,
            conflicts=decisions.count(connection),
            last=None if last is None else last.decode("ascii"),
            history_incomplete=records_standing.history_incomplete(connection),
        )


def by_network(
    store: Store,
    address: str = "",
    *,
    plain: bool = False,
    where: Here | None = None,
    will: Will | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Done:
    """Exchange with the county at an address, or at the one that it gave at enrolment.

    UserError (`sync.outcome.Stopped`) where it ends before everything is through: the sentence says why, and what came
    through is kept. `plain` allows http to another machine.
    """
    from villagefp.sync.http import HttpRoad  # noqa: PLC0415  requests takes 60 ms, and an opening does not need it

    told = address or standing(store).address
    if not told:
        raise Refused(
            Why.ADDRESS,
            _("This laptop knows no address of its county. Exchange by stick, or ask the county for its address."),
        )
    with HttpRoad(told, plain=plain) as road, _known_here(store, where) as anew:
        return _also(over(store, road, will=will, progress=progress), anew)


def over(
    store: Store, road: Road, *, will: Will | None = None, progress: Callable[[Progress], None] | None = None
) -> Done:
    """Exchange over a road."""
    wish = will or Will()
    try:
        outcome = engine.exchange(store, road, patience=wish, progress=progress or _nobody, cancelled=wish.stopped)
    except Stopped:
        publish_what_came(store)
        raise
    _note_last(store)
    refused = publish_what_came(store)
    return done_by(store, outcome, refused)


@contextmanager
def _known_here(store: Store, where: Here | None) -> Iterator[bool]:
    """Where the store is a copy it goes on as another laptop from here; afterwards it is noted how far it is."""
    if where is None:
        yield False
        return
    yield identity.make_sure(store, where.marks, where.machine)
    identity.mark(store, where.marks)


def _also(done: Done, anew: bool) -> Done:
    sentence = in_words(Note.NEW_IDENTITY, Outcome())
    return replace(done, remarks=(sentence, *done.remarks)) if anew and sentence not in done.remarks else done


def by_stick(store: Store, folder: Path, files: Files | None = None, where: Here | None = None) -> Done:
    """Take what lies on a stick for this laptop, and put everything on it that waits for the county."""
    from villagefp.sync import own_files, stick  # noqa: PLC0415  sealing is not needed before

    disk = files or Disk()
    with _known_here(store, where) as anew:
        taken = stick.take(store, disk, folder)
        done = _also(_of_files(store, taken), anew)
        written = stick.write(store, disk, folder)
        gone = own_files.take_off(store, disk, folder, written.path)
    told = _("{file} is written and read back. Slip: {slip}, {changes} changes.").format(
        file=written.path.name, slip=written.slip, changes=written.changes
    )
    tidied = ngettext(
        "An earlier file of this laptop was taken off the stick: the county has everything that was in it.",
        "{count} earlier files of this laptop were taken off the stick: the county has everything that was in them.",
        gone,
    ).format(count=gone)
    return replace(
        done,
        slip=written.slip,
        path=written.path,
        written=written.changes,
        bytes_up=written.bytes,
        remarks=(*done.remarks, told, *([tidied] if gone else ())),
    )


def take_file(store: Store, path: Path, files: Files | None = None) -> Done:
    """Take a file that came from the county; UserError where it is none for this laptop."""
    from villagefp.sync import stick  # noqa: PLC0415  sealing is not needed before

    taken = stick.take(store, files or Disk(), path)
    if len(taken) == 1 and taken[0].what not in {What.TAKEN, What.ALREADY}:
        raise UserError(taken[0].sentence)
    return _of_files(store, taken)


def publish_what_came(store: Store) -> tuple[str, ...]:
    """Take over forms and programmes that the county published; the sentences about those that could not be.

    They lie in the store from the exchange that brought them, so nothing is lost where this is cut short.
    """
    with store.read() as connection:
        waiting = stated.waiting(connection)
    refused = []
    for told in waiting:
        try:
            if read_intact(told).sort is Sort.LAPTOP:
                told_laptop.take(store, told)
            else:
                packages.import_package(store, told)
        except UserError as refusal:
            refused.append(str(refusal))
        with store.save() as save:
            stated.done(save.connection, told)
    return tuple(refused)


def _of_files(store: Store, taken: Iterable[Brought]) -> Done:
    files = tuple(taken)
    with suppress(StopIteration):
        next(one for one in files if one.what is What.TAKEN)
        _note_last(store)
    refused = publish_what_came(store)
    took = [each for one in files for each in one.took]
    outcome = Outcome(
        sent=sum(one.confirmed for one in took),
        received=sum(one.followed.applied + one.received for one in took),
        notes=frozenset({Note.NEW_IDENTITY} if any(one.new_identity for one in files) else ()),
    )
    done = done_by(store, outcome, refused)
    return replace(done, remarks=(*files_in_words(files), *done.remarks))


def _note_last(store: Store) -> None:
    with store.save() as save:
        local.put(save.connection, _LAST, store.ambient.now().isoformat(timespec="seconds").encode("ascii"))


def _nobody(_told: Progress) -> None:
    """Nobody looks at the progress."""
