"""The road by stick, mail or chat: what waits goes into one sealed file, and what the county gave comes out of one.

It is said to be done only when the file was written, synced, read back and found whole, under its last name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import exchange_facts, identity, local, outbox, sending
from villagefp.sync import granted, own_files
from villagefp.sync.brought import take
from villagefp.sync.disk import Files, full, writing_in_words
from villagefp.sync.engine import one_at_a_time
from villagefp.sync.outgoing import ASKED, Asking, Wishes, anything_waits, link_of, make_request
from villagefp.sync.own_files import OwnFile
from villagefp.wire.enrolment import pack_succession
from villagefp.wire.envelope_name import file_name
from villagefp.wire.hello import MAX_OFFERS, Request
from villagefp.wire.seal import MAX_PART, Contents, EnvelopeError, Part, open_envelope, slip_code, write_envelope

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

__all__ = ["Written", "take", "write"]

NUMBER = "envelope number"
"""Of the last file that this laptop wrote."""
_UNFINISHED = ".part"
_ROOM = MAX_PART - 64 * 1024
_MOST_PARTS = 32
_SPARE = 64 * 1024
"""Bytes that a file system needs beside those of a file."""


@dataclass(frozen=True)
class Written:
    """A file that is on the stick, whole."""

    path: Path
    slip: str  # the county's slip has to show the same
    changes: int
    bytes: int


def write(store: Store, files: Files, folder: Path) -> Written:
    """Put everything that waits into one file, for the county's eyes only.

    UserError where the stick does not take it; then nothing has changed, here or there but for the stick's own faults.
    """
    with one_at_a_time(store):
        outbox.fill(store)
        asked = list(_requests(store))
        parts = tuple(_parts(store, asked))
        with store.save() as save:
            outbox.offered(save.connection, [offer.name for one in asked for offer in one.offers if offer.last])
        name, number = _free_name(store, files, folder)
        hash_, size = _put(files, folder / name, parts)
        own = OwnFile(
            hash=hash_,
            device=store.origin.device,
            last=max((one.seqs.stop - 1 for one in asked if one.seqs), default=0),
            introduces=any(part.contents is Contents.ENROLMENT for part in parts),
            other=any(not offer.last for one in asked for offer in one.offers),
        )
        changes = _given(store, asked, name, number, own)
        return Written(folder / name, slip_code(hash_), changes, size)


def _requests(store: Store) -> Iterator[Asking]:
    """As many requests as it takes; one at least, since it also asks for what there is."""
    with store.read() as connection:
        told = Request(int.from_bytes(local.get(connection, ASKED) or b"", "big"))
    wishes = Wishes(
        room=_ROOM,
        checkpoints=Request.CHECKPOINTS in told,
        digests=Request.DIGESTS in told,
        seed=Request.SEED in told,
    )
    while True:
        asking = make_request(store, wishes)
        yield asking
        wishes.skip |= {offer.name for offer in asking.offers}
        if not asking.offers or len(wishes.skip) >= _MOST_PARTS * MAX_OFFERS or not anything_waits(store, wishes):
            return


def _parts(store: Store, asked: list[Asking]) -> Iterator[Part]:
    with store.read() as connection:
        county = link_of(connection).seal_key
        claim = granted.waiting(connection)
        successions = identity.successions(connection)
    village = store.origin.village
    told = [*([claim] if claim is not None else []), *map(pack_succession, successions)]
    for each in told:
        yield Part(contents=Contents.ENROLMENT, village=village, recipient=county, plain=each)
    for one in asked:
        yield Part(contents=Contents.UP, village=village, recipient=county, plain=one.data)


def _free_name(store: Store, files: Files, folder: Path) -> tuple[str, int]:
    """A name that nothing on the stick has, with a number that rises."""
    with store.read() as connection:
        number = int.from_bytes(local.get(connection, NUMBER) or b"", "big")
    with writing_in_words(folder, 0, lambda: files.free(folder)):
        taken = set(files.names(folder))
    while True:
        number += 1
        name = file_name(store.village.name or "", store.ambient.today(), number)
        if name not in taken:
            return name, number


def _put(files: Files, path: Path, parts: tuple[Part, ...]) -> tuple[bytes, int]:
    """The file under its last name, read back; its hash and length."""
    needed = sum(len(part.plain) for part in parts) + _SPARE
    unfinished = path.with_name(path.name + _UNFINISHED)
    with writing_in_words(path.parent, needed, lambda: files.free(path.parent)):
        room = files.free(path.parent)
        if room < needed:
            raise full(path.parent, needed, room)
        try:
            hash_ = files.write(unfinished, lambda file: write_envelope(file, parts))
            back, size = files.read(unfinished, _read_back)
            _check(back == hash_, path.parent)
            files.rename(unfinished, path)
        except BaseException:
            with suppress(OSError):
                files.remove(unfinished)
            raise
    return hash_, size


def _check(sound: bool, folder: Path) -> None:
    if not sound:
        raise UserError(
            _(
                "What was written to {folder} comes back otherwise: the stick is broken. Nothing is lost: what was to "
                "go with it still waits here. Take another stick."
            ).format(folder=folder)
        )


def _read_back(file: BinaryIO) -> tuple[bytes, int]:
    try:
        return open_envelope(file).hash, file.seek(0, 2)
    except EnvelopeError:
        return b"", 0


def _given(store: Store, asked: list[Asking], name: str, number: int, own: OwnFile) -> int:
    """Note what left with the file, now that it is there; how many changes that are."""
    at = store.ambient.now().isoformat(timespec="seconds")
    with store.save() as save:
        local.put(save.connection, NUMBER, number.to_bytes(8, "big"))
        own_files.note(save.connection, own)
        for one in asked:
            if one.seqs:
                sending.give_away(save.connection, store.origin, one.seqs, name, at)
        accepted = exchange_facts.receipts(save.connection, store.origin).accepted
    return sum(max(one.seqs.stop - max(one.seqs.start, accepted + 1), 0) for one in asked)
