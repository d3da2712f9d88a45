"""Reading what a release wrote down: every recorded message decoded by the program of today, as plain data."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tests.data import frozen
from villagefp.county import keys
from villagefp.county.keys import CountyKeys
from villagefp.wire import carried, enrolment, seal
from villagefp.wire.batch import open_batch
from villagefp.wire.change import ChangeName, LoggedChange
from villagefp.wire.enrolment_code import keys_of
from villagefp.wire.erasure import open_erasure
from villagefp.wire.frames import AnswerReader, Piece, RequestReader
from villagefp.wire.hello import Coming, Sort, open_answer, open_hello
from villagefp.wire.page import open_page
from villagefp.wire.page_changes import unpack_changes
from villagefp.wire.receipt import open_receipt
from villagefp.wire.seal import SealKey
from villagefp.wire.seed import open_part
from villagefp.wire.statements import open_statement
from villagefp.wire.village_ring import unwrap_under

RELEASES = Path(__file__).parent / "releases"
INDEX, MESSAGES, REGISTRY = "release.json", "messages.json", "registry.json"


@dataclass(frozen=True)
class Release:
    """A folder of what a release wrote."""

    folder: Path
    told: Mapping[str, Any]  # keys, laptops, the list of recorded messages
    definitions: Mapping[str, Any]
    registry: Mapping[str, Any]

    @property
    def county(self) -> CountyKeys:
        return keys.of_secret(bytes.fromhex(self.told["county_secret"]))

    @property
    def village(self) -> bytes:
        return bytes.fromhex(self.told["village"])

    def laptop(self, name: str) -> Mapping[str, bytes]:
        """Its id, public key and secret seal key."""
        return {key: bytes.fromhex(value) for key, value in self.told["laptops"][name].items()}

    @property
    def recorded(self) -> list[Mapping[str, str]]:
        return list(self.told["recorded"])

    def data(self, name: str) -> bytes:
        return (self.folder / "recorded" / name).read_bytes()


def every() -> list[Release]:
    """All releases that are kept, the oldest first."""
    return [
        Release(folder, *(json.loads((folder / name).read_text()) for name in (INDEX, MESSAGES, REGISTRY)))
        for folder in sorted(RELEASES.iterdir())
    ]


def decoded(release: Release, one: Mapping[str, str]) -> list[Any]:
    """What a recorded message says to the program of today."""
    return list(_READERS[one["sort"]](_Reading(release), release.data(one["file"]), one))


def read(release: Release, one: Mapping[str, str]) -> Any:
    """The same in the words of its release."""
    return frozen.as_plain(decoded(release, one), release.definitions)


def summary(release: Release, one: Mapping[str, str]) -> str:
    """A hash of what it says: all of it would be larger than the messages."""
    told = json.dumps(read(release, one), ensure_ascii=False, sort_keys=True)
    return blake2b(told.encode(), digest_size=16).hexdigest()


class _Reading:
    """With the keys of a release."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.names: dict[ChangeName, bytes] = {
            (bytes.fromhex(device), seq): bytes.fromhex(record) for device, seq, record, _link in release.told["log"]
        }

    def request(self, data: bytes, one: Mapping[str, str]) -> Iterator[Any]:
        hello, pieces = split_request(data)
        public = self.release.laptop(one["by"])["public"]
        said = open_hello(hello, [public])
        yield said.hello
        for piece in pieces:
            if piece.data[:2] == b"vb":
                yield _changes(open_batch(piece.data, public, record_of=self.names.get).changes)
            else:
                yield open_erasure(piece.data, [public], self.release.village)

    def answer(self, data: bytes, one: Mapping[str, str]) -> Iterator[Any]:
        hello, _pieces = split_request(self.release.data(one["answers"]))
        yield from self.answered(hello, data, self.release.laptop(one["by"])["id"])

    def answered(self, hello: bytes, data: bytes, device: bytes) -> Iterator[Any]:
        reader = AnswerReader()
        reader.feed(data)
        assert reader.answer is not None
        answer = open_answer(reader.answer, hello, self.release.county.signs)
        yield answer
        if answer.receipt:
            yield open_receipt(answer.receipt, self.release.county.signs, self.release.village, device)
        for coming, told in zip(answer.coming, reader.following(answer.coming), strict=True):
            assert len(told) == coming.length
            yield from self.thing(coming, told, device)

    def thing(self, coming: Coming, told: bytes, device: bytes) -> Iterator[Any]:
        signs, village = self.release.county.signs, self.release.village
        if coming.sort is Sort.PAGE:
            page = open_page(told, signs)
            yield [page.stream, page.first, page.chain]
            yield _changes(unpack_changes(page).changes)
        elif coming.sort is Sort.SEED:
            part = open_part(told, signs, village)
            content = part.content(self.names.get)
            yield [part.seed, part.number, int(part.stage)]
            yield [[head.name, head.fields, head.replaces] for each in content.records for head in each.heads]
            yield [list(content.erasures), content.covered]
        elif coming.sort is Sort.STATEMENT:
            statement = open_statement(told, signs)
            yield [statement.sort.value, statement.name, statement.version, statement.serial, statement.from_on]
            yield {name: statement.content(name) for name in statement.packed}
        elif coming.sort is Sort.ERASURE:
            yield open_erasure(told, signs, village)
        else:
            yield open_receipt(told, signs, village, device)

    def claim(self, data: bytes, one: Mapping[str, str]) -> Iterator[Any]:
        yield enrolment.open_claim(data, keys_of(one["code"]).proof)

    def grant(self, data: bytes, one: Mapping[str, str]) -> Iterator[Any]:
        secrets = keys_of(one["code"])
        claim = enrolment.open_claim(self.release.data(one["answers"]), secrets.proof)
        grant = enrolment.open_answer(data, secrets, enrolment.same_laptop(claim))
        yield grant
        yield unwrap_under(grant.ring, secrets.wrap)

    def offer(self, data: bytes, one: Mapping[str, str]) -> Iterator[Any]:
        secrets = keys_of(one["code"])
        (plain,) = opened(data, secrets.seal)
        yield enrolment.open_offer(plain, secrets)

    def up(self, data: bytes, one: Mapping[str, str]) -> Iterator[Any]:
        for plain in opened(data, self.release.county.seal):
            yield from self.request(plain, one)

    def down(self, data: bytes, one: Mapping[str, str]) -> Iterator[Any]:
        laptop = self.release.laptop(one["by"])
        for plain in opened(data, SealKey(laptop["seal"])):
            yield from self.answered(*carried.unpack_down(plain), laptop["id"])


_READERS: Mapping[str, Any] = {
    name: getattr(_Reading, name) for name in ("request", "answer", "claim", "grant", "offer", "up", "down")
}


def split_request(data: bytes) -> tuple[bytes, list[Piece]]:
    """Hello and pieces of a recorded request."""
    reader = RequestReader()
    reader.feed(data)
    assert reader.hello is not None
    assert reader.whole
    return reader.hello, reader.pieces


def opened(data: bytes, key: SealKey) -> list[bytes]:
    """What the parts of an envelope hold that are for this key."""
    file = io.BytesIO(data)
    envelope = seal.open_envelope(file)
    return [seal.read_part(file, envelope, place, [key]) for place in envelope.mine(key.public)]


def _changes(changes: tuple[LoggedChange, ...]) -> list[Any]:
    """Changes with their links, which bind all that they say."""
    return [[one.change.name, one.change.kind, one.change.record, one.link, one.body] for one in changes]
