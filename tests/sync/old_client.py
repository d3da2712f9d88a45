"""A program of an earlier release as far as its messages go: it reads them with the definitions of that release.

Nothing here comes from the messages of today: framing, signatures and fields are those that the release wrote down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from nacl.signing import VerifyKey

from tests.data import frozen

_PURPOSES = {1: "page", 2: "seed", 4: "erasure", 5: "receipt"}
_BODIES = {1: "page._Body", 2: "seed._Body", 4: "erasure.Erasure", 5: "receipt.Receipt"}
_STATEMENT = 3


class OldClient:
    """Reads what a county says."""

    def __init__(self, definitions: Mapping[str, Any], county: bytes) -> None:
        self.messages = frozen.of_release(definitions)
        self._county = VerifyKey(county)

    def decode(self, name: str, body: bytes) -> Any:
        """A message of this name; msgspec.ValidationError where it is none for this release."""
        return msgspec.msgpack.decode(body, type=self.messages[name])

    def opened(self, purpose: str, told: bytes, bound: bytes = b"", public: bytes | None = None) -> bytes:
        """The body of something that the county signed, or the owner of this key."""
        version, signature, body = told[:1], told[1:65], told[65:]
        assert version == b"\x01"
        text = b"villagefp " + purpose.encode() + b"\0" + version + len(bound).to_bytes(4, "big") + bound + body
        (self._county if public is None else VerifyKey(public)).verify(text, signature)
        return body

    def answer(self, hello: bytes, data: bytes) -> tuple[Any, list[tuple[int, Any]]]:
        """An answer and all that follows it, by sort."""
        length, at = _number(data)
        answer = self.decode("hello.Answer", self.opened("answer", data[at : at + length], hello))
        at += length
        things: list[tuple[int, Any]] = []
        if answer.receipt:
            things.append((5, self.decode("receipt.Receipt", self.opened("receipt", answer.receipt))))
        for coming in answer.coming:
            told = data[at : at + coming.length - coming.offset]
            at += len(told)
            things += self._thing(coming, told)
        assert at == len(data)
        return answer, things

    def hello(self, told: bytes, public: bytes) -> Any:
        """What a laptop says first."""
        return self.decode("hello.Hello", self.opened("hello", told, public=public)[32:])

    def _thing(self, coming: Any, told: bytes) -> Iterator[tuple[int, Any]]:
        assert not coming.offset
        if coming.sort == _STATEMENT:
            outer = self.decode("statements._Outer", told)
            VerifyKey(outer.signer).verify(b"villagefp statement 1\0" + outer.body, outer.signature)
            yield coming.sort, self.decode("statements._Body", outer.body)
        else:
            body = self.opened(_PURPOSES[coming.sort], told)
            yield coming.sort, self.decode(_BODIES[coming.sort], body)


def _number(data: bytes) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(data[:9]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, place + 1
    raise AssertionError("no number")
