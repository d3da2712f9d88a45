"""What came by stick, mail or chat: any file under any name, taken where it is for this laptop, else named in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import Connection

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import exchange_facts, local
from villagefp.sync import enrol, seed_file
from villagefp.sync.applying import Took
from villagefp.sync.disk import Files, reading_in_words
from villagefp.sync.engine import one_at_a_time
from villagefp.sync.incoming import take_answer
from villagefp.sync.introducing import become_another, heard
from villagefp.sync.outgoing import ASKED, link_of
from villagefp.wire.carried import unpack_down
from villagefp.wire.enrolment import SUCCESSION
from villagefp.wire.envelope_name import SUFFIX, read_file_name
from villagefp.wire.frames import AnswerReader
from villagefp.wire.seal import Contents, Envelope, SealKey, mark_of, open_envelope, read_part, slip_code
from villagefp.wire.signed import ExchangeError, Fault
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

_TAKEN = "envelopes taken"
_REMEMBERED = 500


class What(StrEnum):
    """What a file is."""

    TAKEN = "taken"
    ALREADY = "already"  # taken before, as this copy or another one
    FOR_COUNTY = "for_county"  # written in a village, for the county to read
    OTHER_LAPTOP = "other_laptop"  # of this village
    OTHER_VILLAGE = "other_village"
    REFUSED = "refused"  # damaged, altered, of another program: the sentence says it


@dataclass(frozen=True)
class Brought:
    """One file, and what became of it."""

    name: str
    what: What
    sentence: str
    slip: str = ""
    took: tuple[Took, ...] = ()
    new_identity: bool = False


def take(store: Store, files: Files, path: Path) -> tuple[Brought, ...]:
    """Take a file, or all envelopes in a folder, as far as they are for this laptop; the others are named.

    UserError where the path cannot be read, or another exchange is under way.
    """
    with one_at_a_time(store):
        with reading_in_words(path):
            paths = _envelopes(files, path) if files.is_folder(path) else [path]
        return tuple(_one(store, files, each) for each in paths)


def _envelopes(files: Files, folder: Path) -> list[Path]:
    """Files that may be envelopes, by their names and those that chat programs gave them, oldest number first."""
    names = [name for name in files.names(folder) if SUFFIX in name.lower()]

    def age(name: str) -> tuple[bool, object, str]:
        read = read_file_name(name)
        return read is None, (read.day, read.number) if read is not None else (), name

    return [folder / name for name in sorted(names, key=age)]


def _one(store: Store, files: Files, path: Path) -> Brought:
    try:
        with reading_in_words(path):
            return files.read(path, lambda file: _opened(store, path.name, file))
    except UserError as refusal:
        return Brought(path.name, What.REFUSED, str(refusal))


def _opened(store: Store, name: str, file: BinaryIO) -> Brought:
    envelope = open_envelope(file)
    slip = slip_code(envelope.hash)
    with store.read() as connection:
        keys = exchange_facts.seal_keys(connection)
        county = link_of(connection).seal_key
        known = _known(connection, envelope.hash)
    if known:
        return Brought(
            name, What.ALREADY, _("{file} was taken before. There is nothing to do.").format(file=name), slip
        )
    marks = {mark_of(key.public) for key in keys}
    places = [place for place, entry in enumerate(envelope.entries) if entry.mark in marks]
    if not places:
        what = _whose(envelope, store.origin.village, mark_of(county))
        return Brought(name, what, _named(what, name), slip)
    return _take_parts(store, name, (file, envelope), keys, places)


def _take_parts(
    store: Store, name: str, opened: tuple[BinaryIO, Envelope], keys: Sequence[SealKey], places: Sequence[int]
) -> Brought:
    file, envelope = opened
    order = sorted(places, key=lambda place: (envelope.entries[place].contents is not Contents.ENROLMENT, place))
    took: list[Took] = []
    new_identity = False
    seed = [place for place in order if envelope.entries[place].contents is Contents.SEED]
    if seed:
        seed_file.take(store, (read_part(file, envelope, place, keys) for place in seed))
    for place in order:
        contents = envelope.entries[place].contents
        if contents is Contents.ENROLMENT:
            _introduced(store, *unpack_down(read_part(file, envelope, place, keys)))
        elif contents is Contents.DOWN:
            took.append(_answered(store, *unpack_down(read_part(file, envelope, place, keys))))
            if took[-1].common is not None:
                become_another(store, took[-1].common)
                new_identity = True
    with store.save() as save:
        _remember(save.connection, envelope.hash)
        requests = next((one.answer.requests for one in reversed(took) if one.answer is not None), None)
        if requests is not None:
            local.put(save.connection, ASKED, requests.to_bytes(4, "big"))
    sentence = (
        _("{file} was taken, but something that comes before it is missing. Open the earlier file, or exchange again.")
        if any(one.followed.off for one in took)
        else _("{file} was taken.")
    )
    return Brought(name, What.TAKEN, sentence.format(file=name), slip_code(envelope.hash), tuple(took), new_identity)


def _answered(store: Store, hello: bytes, answer: bytes) -> Took:
    reader = AnswerReader()
    reader.feed(answer)
    took = take_answer(store, hello, reader)
    if took.answer is None or not took.whole:
        raise ExchangeError(Fault.DAMAGED)
    return took


def _introduced(store: Store, asked: bytes, answer: bytes) -> None:
    """What the county says to a claim or succession that was carried to it."""
    if asked[:1] == SUCCESSION:
        heard(store, asked, answer)
    else:
        enrol.answered(store, asked, answer)


def _whose(envelope: Envelope, village: bytes, county: bytes) -> What:
    if any(entry.mark == county or entry.contents is Contents.UP for entry in envelope.entries):
        return What.FOR_COUNTY
    ours = any(entry.village == village for entry in envelope.entries)
    return What.OTHER_LAPTOP if ours else What.OTHER_VILLAGE


def _named(what: What, name: str) -> str:
    sentences = {
        What.FOR_COUNTY: _(
            "{file} was written in a village for the county. Nothing was changed. Hand it to the county; its answer "
            "comes in a file of its own."
        ),
        What.OTHER_LAPTOP: _("{file} is for another laptop of this village. Nothing was changed. Open it there."),
        What.OTHER_VILLAGE: _(
            "{file} is for another village. Nothing was changed. Leave it on the stick for the one it is meant for."
        ),
    }
    return sentences[what].format(file=name)


def _known(connection: Connection, hash_: bytes) -> bool:
    kept = local.get(connection, _TAKEN)
    return kept is not None and hash_ in unpack(kept)


def _remember(connection: Connection, hash_: bytes) -> None:
    kept = local.get(connection, _TAKEN)
    before = [] if kept is None else list(unpack(kept))
    local.put(connection, _TAKEN, pack([*before, hash_][-_REMEMBERED:]))
