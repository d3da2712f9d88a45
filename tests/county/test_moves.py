"""A person moves to another village: her record goes along, late changes follow once, and only if she agreed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.county.laptops import VILLAGE, WHO, Laptop, Write
from tests.county.reading import stored
from villagefp.county import carrying, devices, moves, tickets
from villagefp.county.accept import accept_batch
from villagefp.county.pen import is_pen
from villagefp.county.store import County
from villagefp.county.tables import audit, change_log, device, moved
from villagefp.county.tickets import Cause, Ticket
from villagefp.domain.same import in_order, pair_id
from villagefp.errors import UserError
from villagefp.wire.change import ChangeName
from villagefp.wire.declared import BY_NAME
from villagefp.wire.heads import unpack_heads
from villagefp.wire.values import Value, unpack

THERE, BEYOND = bytes(15) + b"\x02", bytes(15) + b"\x03"
CODES = {VILLAGE: "990101101201", THERE: "990101102203", BEYOND: "990101103204"}


class Villages:
    """A county with three villages, a laptop in each."""

    def __init__(self, county: County) -> None:
        self.county = county
        for village, code in CODES.items():
            county.found_village(village, code, f"village {code[-3:]}")
        self.laptops = {village: self.laptop(village) for village in CODES}

    def laptop(self, village: bytes, seed: int | None = None) -> Laptop:
        return Laptop(village[-1] if seed is None else seed, village).enrolled(self.county)

    def give(self, laptop: Laptop, *writes: Write, stamp: int | None = None) -> list[ChangeName]:
        """Save and deliver; then the county copies what is to be copied, as after every exchange."""
        first = len(laptop.log) + 1
        names = laptop.save(*writes, stamp=stamp)
        accept_batch(self.county, laptop.batch(first))
        carrying.carry(self.county, laptop.village)
        return names

    def ask(self, person: bytes, here: bytes = VILLAGE, there: bytes = THERE, **told: Value) -> bytes:
        """A person's wish with consent."""
        laptop = self.laptops[here]
        fields: dict[str, Value] = {
            "person": person, "from_village": CODES[here], "to_village": CODES[there], "asked_on": "2026-11-20",
            "consent_on": "2026-11-20", "consent_how": "spoken", "state": "asked", "agreed": None,
            "state_on": "2026-11-20",
        }  # fmt: skip
        transfer = laptop.id()
        self.give(laptop, Write("transfer", transfer, fields | told))
        return transfer

    def values(self, village: bytes, kind: str, record: bytes) -> Mapping[str, Any] | None:
        """A record as it stands in a village."""
        registry = BY_NAME[kind]
        kept = stored(self.county, village).get((registry.number, record))
        if kept is None:
            return None
        return {registry.by_number[number].name: value for number, value in unpack(kept.fields).items()}

    def doubts(self, village: bytes, kind: str, record: bytes) -> int:
        return len(stored(self.county, village)[BY_NAME[kind].number, record].doubts)


@pytest.fixture
def villages(county: County) -> Villages:
    return Villages(county)


@pytest.fixture
def family(villages: Villages) -> dict[str, Write]:
    """李芳 with a phone, a home, a visit, a private programme and a neighbour."""
    laptop = villages.laptops[VILLAGE]
    person, neighbour = laptop.person("李芳", birth_date="1990-01-01"), laptop.person("赵六")
    home = laptop.id()
    told = {
        "person": person,
        "neighbour": neighbour,
        "phone": Write("phone", laptop.id(), {"person": person.record, "number": "13800001111"}),
        "home": Write("membership", laptop.id(), {"person": person.record, "household": home, "presence": "1"}),
        "visit": Write(
            "event",
            laptop.id(),
            {
                "person": person.record, "household": home, "form": "postpartum_visit", "outcome": "done",
                "occurred_on": "2026-11-01", "answers": b"open", "answers_sealed": b"sealed",
            },
        ),
        "private": Write(
            "episode", laptop.id(), {"person": person.record, "programme": "private", "private": b"sealed"}
        ),
        "at_neighbour": Write("phone", laptop.id(), {"person": neighbour.record, "number": "13900002222"}),
    }  # fmt: skip
    villages.give(laptop, *told.values())
    return told


def decide(villages: Villages, transfer: bytes, here: bytes = VILLAGE, *, agreed: bool = True) -> moves.Decided:
    return moves.decide_transfer(villages.county, here, transfer, agreed=agreed, who=WHO)


def test_her_open_record_is_there_and_her_home_here_has_ended(villages: Villages, family: dict[str, Write]) -> None:
    person = family["person"].record
    transfer = villages.ask(person)
    (wish,) = moves.waiting(villages.county)
    assert (wish.village, wish.transfer, wish.to_village, wish.to_name) == (
        VILLAGE,
        transfer,
        CODES[THERE],
        "village 203",
    )
    decided = decide(villages, transfer)
    assert (decided.agreed, decided.sealed) == (True, 2)
    assert "stays in the old village" in moves.words(decided)
    for kind, name in (("person", "person"), ("phone", "phone")):
        here = villages.values(VILLAGE, kind, family[name].record)
        assert villages.values(THERE, kind, family[name].record) == here
    visit = villages.values(THERE, "event", family["visit"].record)
    assert visit is not None
    assert (visit["answers"], visit["occurred_on"]) == (b"open", "2026-11-01")
    assert not {"answers_sealed", "household"} & visit.keys()
    for kind, name in (
        ("episode", "private"),
        ("membership", "home"),
        ("person", "neighbour"),
        ("phone", "at_neighbour"),
    ):
        assert villages.values(THERE, kind, family[name].record) is None, name
    ended = villages.values(VILLAGE, "membership", family["home"].record)
    assert ended is not None
    assert (ended["left_on"], ended["left_why"], ended["household"]) == (
        "2026-11-22", moves.MOVED, family["home"].fields["household"]
    )  # fmt: skip
    for village in (VILLAGE, THERE):
        told = villages.values(village, "transfer", transfer)
        assert told is not None
        assert (told["state"], told["agreed"]) == ("arrived", True)
    assert moves.waiting(villages.county) == []
    assert villages.values(VILLAGE, "person", person) is not None  # nothing was deleted here


def test_heads_keep_stamp_and_author_so_both_villages_decide_alike(
    villages: Villages, family: dict[str, Write]
) -> None:
    other = villages.laptop(VILLAGE, 50)
    for laptop, name, stamp in ((villages.laptops[VILLAGE], "李方", 500), (other, "李芬", 400)):
        before = ((villages.laptops[VILLAGE].device, 1),)
        told = {"name": name, "name_status": "own"}
        villages.give(laptop, Write("person", family["person"].record, told, dict.fromkeys(told, before)), stamp=stamp)
    assert villages.doubts(VILLAGE, "person", family["person"].record) > 0
    decide(villages, villages.ask(family["person"].record))
    there = villages.values(THERE, "person", family["person"].record)
    assert there is not None
    assert there["name"] == "李方"
    assert villages.doubts(THERE, "person", family["person"].record) > 0


def test_a_late_change_is_numbered_here_and_follows_her_once(villages: Villages, family: dict[str, Write]) -> None:
    person, laptop = family["person"].record, villages.laptops[VILLAGE]
    decide(villages, villages.ask(person))
    late = Write("event", laptop.id(), {"person": person, "form": "postpartum_visit", "outcome": "done"})
    name = {"name": ((laptop.device, 1),), "name_status": ((laptop.device, 1),)}
    rename = Write("person", person, {"name": "李方", "name_status": "own"}, name)
    villages.give(laptop, late, rename)
    assert villages.values(THERE, "event", late.record) == villages.values(VILLAGE, "event", late.record)
    there = villages.values(THERE, "person", person)
    assert there is not None
    assert there["name"] == "李方"
    assert villages.doubts(THERE, "person", person) == 0  # it stands in place of the copy of what it overwrote
    before = _log(villages.county, THERE)
    for _again in range(3):
        assert carrying.carry(villages.county, VILLAGE) == 0
        assert moves.finish(villages.county, VILLAGE) == 0
    assert _log(villages.county, THERE) == before


def test_what_was_written_there_meanwhile_is_no_silent_loss(villages: Villages, family: dict[str, Write]) -> None:
    person, here, there = family["person"].record, villages.laptops[VILLAGE], villages.laptops[THERE]
    decide(villages, villages.ask(person))
    head = _heads(villages.county, THERE, person)[1][0]
    villages.give(there, _renamed(person, "李芬", head))
    villages.give(here, _renamed(person, "李方", (here.device, 1)))
    assert villages.doubts(THERE, "person", person) > 0
    assert villages.doubts(VILLAGE, "person", person) == 0


def test_she_moves_back_and_finds_her_record_with_what_was_added(villages: Villages, family: dict[str, Write]) -> None:
    person, there = family["person"].record, villages.laptops[THERE]
    decide(villages, villages.ask(person))
    villages.give(there, _renamed(person, "李芬", _heads(villages.county, THERE, person)[1][0]))
    visit = Write("event", there.id(), {"person": person, "form": "postpartum_visit", "outcome": "done"})
    villages.give(there, visit)
    decide(villages, villages.ask(person, THERE, VILLAGE), THERE)
    back = villages.values(VILLAGE, "person", person)
    assert back is not None
    assert back["name"] == "李芬"
    assert villages.doubts(VILLAGE, "person", person) == 0
    assert villages.values(VILLAGE, "event", visit.record) is not None
    late = Write("event", there.id(), {"person": person, "form": "postpartum_visit", "outcome": "done"})
    villages.give(there, late)  # from where she was last
    assert villages.values(VILLAGE, "event", late.record) is not None
    home = Write("event", villages.laptops[VILLAGE].id(), {"person": person, "form": "postpartum_visit"})
    villages.give(villages.laptops[VILLAGE], home)
    assert villages.values(THERE, "event", home.record) is None  # she lives here again


def test_she_moves_on_and_late_changes_follow_through(villages: Villages, family: dict[str, Write]) -> None:
    person, laptop = family["person"].record, villages.laptops[VILLAGE]
    decide(villages, villages.ask(person))
    decide(villages, villages.ask(person, THERE, BEYOND), THERE)
    late = Write("event", laptop.id(), {"person": person, "form": "postpartum_visit", "outcome": "done"})
    villages.give(laptop, late)
    assert villages.values(BEYOND, "event", late.record) is not None
    decide(villages, villages.ask(person, BEYOND, VILLAGE), BEYOND)  # and home by another way
    assert villages.doubts(VILLAGE, "person", person) == 0
    rows = _log(villages.county, VILLAGE)
    assert sum(row.record == late.record for row in rows) == 1


@pytest.mark.parametrize("cut", range(6))
def test_a_decision_that_is_cut_short_anywhere_is_gone_on_with(
    villages: Villages, family: dict[str, Write], monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    """The county's process ends after any of the transactions of a decision."""
    person = family["person"].record
    transfer = villages.ask(person)
    whole, writes = villages.county.write, iter(range(100))

    class Cut(Exception):  # noqa: N818
        pass

    def write() -> Any:
        if next(writes) == cut + 1:
            raise Cut
        return whole()

    with monkeypatch.context() as patched:
        patched.setattr(villages.county, "write", write)
        with suppress(Cut):
            decide(villages, transfer)
    if moves.waiting(villages.county):
        decide(villages, transfer)
    moves.finish(villages.county, VILLAGE)
    carrying.carry(villages.county, VILLAGE)
    told = villages.values(THERE, "transfer", transfer)
    assert told is not None
    assert told["state"] == "arrived"
    assert villages.values(THERE, "person", person) == villages.values(VILLAGE, "person", person)
    rows = _log(villages.county, THERE)
    assert len({(row.record, row.stamp, row.author, row.body) for row in rows}) == len(rows)  # each was copied once


def test_a_store_that_was_put_back_learns_from_the_decisions_who_moved(
    villages: Villages, family: dict[str, Write]
) -> None:
    person, laptop = family["person"].record, villages.laptops[VILLAGE]
    decide(villages, villages.ask(person))
    assert moves.go_on(villages.county) == 0
    with villages.county.write() as connection:
        connection.execute(delete(moved))
    late = Write("event", laptop.id(), {"person": person, "form": "postpartum_visit", "outcome": "done"})
    villages.give(laptop, late)
    assert villages.values(THERE, "event", late.record) is None
    assert moves.go_on(villages.county) == 1
    assert villages.values(THERE, "event", late.record) is not None
    before = _log(villages.county, THERE)
    assert moves.go_on(villages.county) == 0
    assert _log(villages.county, THERE) == before


def test_whoever_came_home_has_not_moved_when_moves_are_gone_on_with(
    villages: Villages, family: dict[str, Write]
) -> None:
    person = family["person"].record
    decide(villages, villages.ask(person))
    decide(villages, villages.ask(person, THERE, VILLAGE), THERE)
    with villages.county.write() as connection:
        connection.execute(delete(moved))
    moves.go_on(villages.county)
    home = Write("event", villages.laptops[VILLAGE].id(), {"person": person, "form": "postpartum_visit"})
    villages.give(villages.laptops[VILLAGE], home)
    assert villages.values(THERE, "event", home.record) is None


@pytest.mark.parametrize("told", [{"consent_on": None}, {"consent_how": None}, {"to_village": "990101999999"}])
def test_without_consent_or_village_nothing_moves(
    villages: Villages, family: dict[str, Write], told: dict[str, Value]
) -> None:
    transfer = villages.ask(family["person"].record, **told)
    with pytest.raises(UserError, match=r"consent is not on record|No other village"):
        decide(villages, transfer)
    assert villages.values(THERE, "person", family["person"].record) is None
    assert not decide(villages, transfer, agreed=False).agreed


def test_what_is_decided_is_decided_once(villages: Villages, family: dict[str, Write]) -> None:
    no = villages.ask(family["person"].record)
    assert not decide(villages, no, agreed=False).agreed
    told = villages.values(VILLAGE, "transfer", no)
    assert told is not None
    assert (told["state"], told["agreed"]) == ("decided", False)
    home = villages.values(VILLAGE, "membership", family["home"].record)
    assert home is not None
    assert "left_on" not in home
    with pytest.raises(UserError, match="wait for a decision"):
        decide(villages, no)


def test_two_entries_of_one_person_go_together(villages: Villages, family: dict[str, Write]) -> None:
    laptop, person = villages.laptops[VILLAGE], family["person"].record
    twin = laptop.person("李芳芳")
    phone = Write("phone", laptop.id(), {"person": twin.record, "number": "13700003333"})
    first, second = in_order(person, twin.record)
    same = Write("same_as", pair_id(first, second), {"sort": "person", "first": first, "second": second, "same": True})
    villages.give(laptop, twin, phone, same)
    decide(villages, villages.ask(person))
    for kind, write in (("person", twin), ("phone", phone), ("same_as", same)):
        assert villages.values(THERE, kind, write.record) == villages.values(VILLAGE, kind, write.record), kind


def test_every_look_and_every_decision_is_in_the_audit(villages: Villages, family: dict[str, Write]) -> None:
    transfer = villages.ask(family["person"].record)
    decide(villages, transfer)
    with villages.county.read() as connection:
        acts = [
            (row.who, row.what)
            for row in connection.execute(select(audit).where(audit.c.about == transfer).order_by(audit.c.serial))
        ]
    assert acts == [(WHO, "ticket transfer"), (WHO, "transfer agreed"), ("county", "transfer arrived")]
    opened = tickets.open_record(villages.county, Ticket(WHO, Cause.TRANSFER, VILLAGE, family["person"].record))
    assert opened.values["name"] == "李芳"


def test_the_county_is_no_laptop_in_any_list(villages: Villages, family: dict[str, Write]) -> None:
    decide(villages, villages.ask(family["person"].record))
    assert {line.role for line in devices.lines(villages.county)} == {"village_doctor"}
    with villages.county.read() as connection:
        pens = [row.device for row in connection.execute(select(device).where(device.c.role == "county"))]
    assert len(pens) >= 2
    assert all(map(is_pen, pens))


def test_any_order_of_late_changes_and_copies_ends_with_the_same_record(
    villages: Villages, family: dict[str, Write]
) -> None:
    """Two laptops of the old village work on for a while; whenever the county copies, the new village ends equal."""
    person, first, second = family["person"].record, villages.laptops[VILLAGE], villages.laptop(VILLAGE, 60)
    decide(villages, villages.ask(person))
    chance = random.Random(11)
    for step in range(30):
        laptop = chance.choice((first, second))
        seen = tuple(sorted(chance.sample(_heads(villages.county, VILLAGE, person)[1], 1)))
        told = {"name": f"李{step}", "name_status": "own"}
        write = Write("person", person, told, dict.fromkeys(told, seen))
        start = len(laptop.log) + 1
        laptop.save(write, stamp=1000 + chance.randrange(100))
        accept_batch(villages.county, laptop.batch(start))
        if chance.random() < 0.4:
            carrying.carry(villages.county, VILLAGE)
    carrying.carry(villages.county, VILLAGE)
    assert villages.values(THERE, "person", person) == villages.values(VILLAGE, "person", person)
    here, there = (_heads(villages.county, village, person)[1] for village in (VILLAGE, THERE))
    assert len(here) == len(there)


def _renamed(person: bytes, name: str, before: ChangeName) -> Write:
    told = {"name": name, "name_status": "own"}
    return Write("person", person, told, dict.fromkeys(told, (before,)))


def _heads(county: County, village: bytes, person: bytes) -> Mapping[int, tuple[ChangeName, ...]]:
    return unpack_heads(stored(county, village)[BY_NAME["person"].number, person].heads)


def _log(county: County, village: bytes) -> list[Any]:
    with county.read() as connection:
        query = select(change_log).where(change_log.c.village == village)
        return list(connection.execute(query.order_by(change_log.c.device, change_log.c.seq)).all())
