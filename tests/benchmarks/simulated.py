"""Laptops without a screen or a disk, many of them in one process: what a county sees of a morning.

Each has a village of its own, a log that is chained, committed to and signed as a real one's, and says hello with its
real position. A week is D in the product's kinds: 60 visits, 30 edits of persons, 10 household sheets, in one batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.county.laptops import Laptop, Write
from villagefp.county import devices
from villagefp.county.devices import NewDevice
from villagefp.county.store import County
from villagefp.wire.batch import Packing
from villagefp.wire.change import ChangeName
from villagefp.wire.cursor import Cursor, Stream, advance, start
from villagefp.wire.cut import cut
from villagefp.wire.frames import AnswerReader, Piece, pack_request
from villagefp.wire.hello import Answer, Hello, Known, Offer, name_of, open_answer, sign_hello, tag_of
from villagefp.wire.receipt import open_receipt
from villagefp.wire.scopes import EVERY, scope_of, scope_of_kind

PEOPLE = 120
VISITS, EDITS, SHEETS = 60, 30, 10
WEEK = VISITS + EDITS + SHEETS


@dataclass(frozen=True)
class Ready:
    """A week as one request."""

    body: bytes
    hello: bytes
    last: int


class SimulatedLaptop:
    """One laptop in a village of its own."""

    def __init__(self, number: int, county_key: bytes) -> None:
        self.laptop = Laptop(number, village=number.to_bytes(16, "big"))
        self._county_key = county_key
        self._made: dict[bytes, ChangeName] = {}
        self._phone: dict[bytes, ChangeName] = {}
        self._scope: dict[bytes, int] = {}
        self._known: Known | None = None
        self._cursors: dict[int, Cursor] = {scope: start(Stream(self.laptop.village, scope)) for scope in EVERY}
        self._offered = 0
        self._people = [self.laptop.id() for _ in range(PEOPLE)]
        for place, person in enumerate(self._people):
            self._save("person", person, {"name": f"张{place}", "name_status": "own", "sex": "2"})
        self._phones = [self.laptop.id() for _ in self._people]
        for place, phone in enumerate(self._phones):
            self._save("phone", phone, {"person": self._people[place], "number": f"139{place:08}"})

    def enrolled(self, county: County) -> None:
        """Put it and its village into the county's list."""
        number = int.from_bytes(self.laptop.village, "big")
        county.found_village(self.laptop.village, f"9901{number:08}", f"第{number}村")
        told = NewDevice(self.laptop.device, self.laptop.key.public, f"laptop {number}", self.laptop.role)
        devices.enrol(county, self.laptop.village, told, "clerk")

    def history(self, weeks: int) -> None:
        """So many weeks that are past."""
        for _week in range(weeks):
            self.week()

    def week(self) -> None:
        """D, each visit and each edit a save of its own."""
        chance = self.laptop.chance
        for number in range(WEEK):
            if number % 5 < 3:
                self._save("event", self.laptop.id(), self._visit(chance.choice(self._people)))
            elif number % 10 == 9:
                self._save("event", self.laptop.id(), self._sheet())
            else:
                phone = chance.choice(self._phones)
                self._save("phone", phone, {"number": f"150{chance.randrange(10**8):08}"}, self._phone[phone])

    def ready(self, batches_of: int = WEEK) -> list[Ready]:
        """What was not offered yet, as requests of about so many changes each, to be sent in their order."""
        requests = []
        while self._offered < len(self.laptop.log):
            last = min(self._offered + batches_of, len(self.laptop.log))
            requests.append(self._request(self._offered + 1, last))
        return requests

    def heard(self, request: Ready, told: bytes) -> Answer:
        """Check an answer: signed for this hello, with a receipt for all that was sent."""
        reader = AnswerReader()
        reader.feed(told)
        assert reader.answer is not None
        answer = open_answer(reader.answer, request.hello, [self._county_key])
        receipt = open_receipt(answer.receipt, [self._county_key], self.laptop.village, self.laptop.device)
        assert receipt.accepted == request.last
        assert not receipt.returned
        return answer

    def _request(self, first: int, last: int) -> Ready:
        (batch,) = self.batches(first, last)
        hello = Hello(
            nonce=self.laptop.chance.randbytes(8),
            positions={scope: cursor.position for scope, cursor in self._cursors.items()},
            tag=tag_of({scope: cursor.chain for scope, cursor in self._cursors.items()}),
            offers=(Offer(name_of(batch), len(batch)),),
        )
        told = sign_hello(hello, self.laptop.village, self.laptop.device, self.laptop.key)
        for scope, cursor in self._cursors.items():
            links = [one.link for one in self.laptop.log[first - 1 : last] if self._scope[one.change.record] == scope]
            self._cursors[scope] = advance(cursor, links)
        self._offered = last
        return Ready(pack_request(told, [Piece(0, 0, batch)]), told, last)

    def batches(self, first: int, last: int) -> Sequence[bytes]:
        """These changes as a laptop packs them for a county that knows the earlier ones."""
        packing = Packing(key=self.laptop.key, cover_of=self.laptop.covers.__getitem__, name_of=self._made.get)
        return list(cut(self.laptop.log[first - 1 : last], self.laptop._link_before(first), packing))

    def _save(self, kind: str, record: bytes, fields: dict[str, object], before: ChangeName | None = None) -> None:
        replaces = dict.fromkeys(fields, (before,)) if before is not None else {}
        (name,) = self.laptop.save(Write(kind, record, fields, replaces))  # type: ignore[arg-type]
        change = self.laptop.log[-1].change
        if before is None:
            self._made[record] = name
            self._scope[record] = scope_of(change) if kind == "event" else scope_of_kind(change.kind)
        if kind == "phone":
            self._phone[record] = name

    def _visit(self, person: bytes) -> dict[str, object]:
        chance = self.laptop.chance
        return {
            "person": person,
            "event_type": "workload_visit",
            "form": "workload_visit",
            "form_version": "1",
            "occurred_on": f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "place": "home",
            "source": "person_told",
            "author_role": "village_doctor",
            "created_at": "2026-11-22T09:00:00+08:00",
            "answers": chance.randbytes(20) + "血压一百二十 情况良好 ".encode(),
        }

    def _sheet(self) -> dict[str, object]:
        return {**self._visit(self.laptop.chance.choice(self._people)), "form": "household_visit"}
