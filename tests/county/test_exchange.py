"""One exchange as the county hears it: what is taken, what is answered, and what an ordinary day costs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.county.conftest import Opening
from tests.county.laptops import VILLAGE, WHO, Laptop, Write, busy
from tests.county.peers import KEYS, Peer
from tests.county.reading import in_force, stored
from villagefp.county import devices, lineage, prefixes, said, streams
from villagefp.county.exchange import UnknownDeviceError, broke_off, hear
from villagefp.county.store import County
from villagefp.wire.batch import Packing
from villagefp.wire.cursor import Cursor
from villagefp.wire.cut import cut
from villagefp.wire.erasure import Erasure, open_erasure, sign_erasure
from villagefp.wire.frames import Piece, RequestReader
from villagefp.wire.hello import Offer, Request, SeedAt, Sort, name_of, open_answer, tag_of
from villagefp.wire.page import MAX_PACKED, open_page
from villagefp.wire.receipt import Reason, Wish
from villagefp.wire.scopes import GENERAL, SENSITIVE
from villagefp.wire.seed import open_part
from villagefp.wire.signed import ExchangeError
from villagefp.wire.signing import SigningKey
from villagefp.wire.succession import sign_succession
from villagefp.wire.values import Value


def pair(county: County, seed: int = 500) -> tuple[Peer, Peer]:
    return Peer(Laptop(seed).enrolled(county)), Peer(Laptop(seed + 1).enrolled(county))


def work(peer: Peer, saves: int) -> None:
    list(busy(peer.laptop, saves))


def entries(county: County, table: str = "change_log") -> int:
    with county.read() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_a_day_is_one_round_trip_and_the_next_laptop_reads_it_in_one(county: County) -> None:
    one, other = pair(county)
    work(one, 20)
    (answer,) = one.exchange(county)
    assert one.receipt.accepted == len(one.laptop.log)
    assert not answer.coming
    assert sum(cursor.position for cursor in one.cursors.values()) == len(one.laptop.log)
    (answer,) = other.exchange(county)
    assert {coming.sort for coming in answer.coming} == {Sort.PAGE}
    assert other.read.keys() == {entry.change.name for entry in one.laptop.log}
    assert [other.read[entry.change.name].body for entry in one.laptop.log] == [one.body for one in one.laptop.log]
    assert other.cursors == one.cursors


def test_laptops_that_take_turns_all_end_with_everything(county: County) -> None:
    peers = [*pair(county), Peer(Laptop(510).enrolled(county))]
    chance = random.Random(3)
    for _turn in range(25):
        peer = chance.choice(peers)
        work(peer, chance.randrange(6))
        peer.exchange(county)
    for peer in peers:
        peer.exchange(county)
    names = {entry.change.name for peer in peers for entry in peer.laptop.log}
    for peer in peers:
        assert peer.cursors == peers[0].cursors
        assert peer.read.keys() | {entry.change.name for entry in peer.laptop.log} == names
    assert stored(county, VILLAGE) == in_force([peer.laptop for peer in peers])


@contextmanager
def spoken(county: County) -> Iterator[list[str]]:
    """The statements that the store gets."""
    heard: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    event.listen(county.engine, "before_cursor_execute", note)
    yield heard
    heard[:] = [told for told in heard if not told.startswith(("PRAGMA", "BEGIN"))]
    assert all(told.startswith("SELECT") for told in heard)
    event.remove(county.engine, "before_cursor_execute", note)


def test_a_quiet_exchange_writes_nothing_and_is_short(county: County) -> None:
    one, other = pair(county)
    work(one, 20)
    one.exchange(county)
    other.exchange(county)
    for peer in (one, other):
        hello = peer.hello(digest=tag_of(digests(county)))
        with spoken(county) as statements:
            heard = hear(county, KEYS, hello, ())
        assert all("FOR UPDATE" not in told for told in statements)
        assert len(statements) <= 4
        assert not heard.following
        assert open_answer(heard.answer, hello, KEYS.signs).requests == 0
        assert len(hello) + len(heard.answer) <= 235


def test_a_quiet_exchange_of_a_successor_asks_for_its_past_and_writes_nothing(county: County) -> None:
    one, _other = pair(county)
    one.laptop.save(one.laptop.person("李芳", sex=2))
    one.exchange(county)
    new = Laptop(520)
    told = sign_succession(
        VILLAGE, one.laptop.device, new.device, new.key.public, bytes(32), one.laptop.key, new.key, 1
    )
    lineage.succeed(county, told)
    peer = Peer(new)
    peer.exchange(county)
    assert [group.reason for former in peer.receipt.former for group in former.returned] == [Reason.MALFORMED]
    with spoken(county) as statements:
        hear(county, KEYS, peer.hello(), ())
    assert len(statements) <= 4


def digests(county: County) -> dict[int, bytes]:
    with county.read() as connection:
        return {scope: digest.to_bytes() for scope, digest in streams.digests(connection, VILLAGE).items()}


def test_villages_cost_nothing_to_one_another(county: County) -> None:
    """The same look-ups, however many villages there are: each of them names one village."""
    one, _other = pair(county)
    work(one, 5)
    one.exchange(county)
    hello = one.hello()
    with spoken(county) as alone:
        hear(county, KEYS, hello, ())
    for number in range(30):
        village = bytes(14) + number.to_bytes(2, "big") + b""
        if village != VILLAGE:
            county.found_village(village, f"9901011{number:05}", f"村{number}")
    with spoken(county) as among_many:
        hear(county, KEYS, hello, ())
    assert among_many == alone
    assert all(".village = " in told for told in alone)


def test_who_is_not_known_and_who_did_not_sign_get_the_same(county: County) -> None:
    one, _other = pair(county)
    stranger = Peer(Laptop(777))
    forged = bytearray(one.hello())
    forged[80] ^= 1
    for told in (stranger.hello(), bytes(forged), one.hello()[:-1], b"x" * 200, b""):
        with pytest.raises(UnknownDeviceError) as refused:
            hear(county, KEYS, told, ())
        assert str(refused.value) == str(UnknownDeviceError())
    # The key that is tried for a stranger is no secret: what it signs is refused all the same.
    stranger.laptop.key = SigningKey(bytes(32))
    with pytest.raises(UnknownDeviceError):
        hear(county, KEYS, stranger.hello(), ())


def test_a_line_that_is_cut_loses_nothing_and_goes_on_where_it_stopped(county: County) -> None:
    length, number = 10**6, 0
    while number < length:
        peer = Peer(Laptop(10_000 + number).enrolled(county))
        peer.laptop.save(peer.laptop.person("张三"))
        peer.laptop.save(peer.laptop.person("李四"))
        offers = [peer.laptop.batch(1, 1), peer.laptop.batch(2, 2)]
        request = peer.request(offers)
        length = len(request)
        reader = RequestReader()
        reader.feed(request[:number])
        if reader.hello is not None:
            broke_off(county, KEYS, reader.hello, reader.pieces, reader.broken_off())
        came = max(number - (length - sum(map(len, offers))), 0)
        hello = peer.hello(offers)
        answer = peer.take(hello, hear(county, KEYS, hello, ()))
        held = [answer.offsets.get(place, len(data)) for place, data in enumerate(offers)]
        assert came - 20 <= sum(held) <= number
        left = [offers[place] for place in sorted(answer.offsets)]
        starts = [answer.offsets[place] for place in sorted(answer.offsets)]
        rest = [Piece(place, start, data[start:]) for place, (start, data) in enumerate(zip(starts, left, strict=True))]
        hello = peer.hello(left)
        answer = peer.take(hello, hear(county, KEYS, hello, rest))
        assert (peer.receipt.accepted, answer.offsets) == (2, {})
        number += 29
    assert entries(county, "prefix") == 0


def test_an_answer_cut_at_every_byte_goes_on_where_it_stopped(county: County) -> None:
    one, other = pair(county)
    work(one, 3)
    one.exchange(county)
    hello = other.hello()
    heard = hear(county, KEYS, hello, ())
    for came in range(len(heard.answer) + 2, len(heard.answer) + 2 + sum(map(len, heard.following))):
        reader = Peer(other.laptop)
        reader.take(hello, heard, came)
        again = reader.hello()
        rest = hear(county, KEYS, again, ())
        already = sum(len(data) for data in reader.prefixes.values())
        assert sum(map(len, rest.following)) <= sum(map(len, heard.following)) - already
        reader.take(again, rest)
        assert reader.read.keys() == {entry.change.name for entry in one.laptop.log}


def test_one_bad_batch_stands_in_nobodys_way(county: County) -> None:
    one, other = pair(county)
    for number in range(4):
        one.laptop.save(one.laptop.person(f"张{number}"))
    good = [one.laptop.batch(seq, seq) for seq in range(1, 5)]
    forged = good[0][:-1] + bytes([good[0][-1] ^ 1])
    work(other, 2)
    offers = [
        forged,
        good[0],
        b"vb nothing of the kind",
        other.laptop.batches()[0],
        good[1],
        b"neither page nor erasure",
    ]
    hello = one.hello(offers)
    answer = one.take(hello, hear(county, KEYS, hello, [Piece(place, 0, data) for place, data in enumerate(offers)]))
    assert one.receipt.accepted == 2
    assert sorted(answer.again) == [0, 2, 3, 5]
    one.exchange(county)
    assert one.receipt.accepted == 4


def test_bytes_that_are_not_what_their_name_says_are_dropped(county: County) -> None:
    one, _other = pair(county)
    one.laptop.save(one.laptop.person())
    data = one.laptop.batch()
    hello = one.hello([data])
    wrong = bytes([data[0] ^ 1]) + data[1:50]
    broke_off(county, KEYS, hello, (), Piece(0, 0, wrong))
    assert entries(county, "prefix") == 1
    hello = one.hello([data])
    answer = one.take(hello, hear(county, KEYS, hello, [Piece(0, 50, data[50:])]))
    assert answer.offsets == {0: 0}
    assert entries(county, "prefix") == 0
    assert one.exchange(county)[-1].offsets == {}
    assert one.receipt.accepted == 1


def test_a_batch_that_speaks_of_what_is_not_here_is_to_be_cut_anew(county: County) -> None:
    one, _other = pair(county)
    person = one.laptop.person()
    one.laptop.save(person)
    one.exchange(county)
    one.laptop.save(Write("phone", one.laptop.id(), {"person": person.record, "number": "13900000000"}))
    packing = Packing(
        key=one.laptop.key, cover_of=one.laptop.covers.__getitem__, name_of=lambda _record: (bytes(16), 1)
    )
    (named,) = cut(one.laptop.log[1:], one.laptop.log[0].link, packing)
    hello = one.hello([named])
    answer = one.take(hello, hear(county, KEYS, hello, [Piece(0, 0, named)]))
    assert answer.again == (0,)
    one.exchange(county)
    assert one.receipt.accepted == 2


def test_a_copied_laptop_is_told_the_first_seq_that_differs(county: County) -> None:
    one, _other = pair(county)
    work(one, 3)
    one.exchange(county)
    twin = Peer(one.laptop.copy(9))
    one.laptop.save(one.laptop.person("甲"))
    one.exchange(county)
    twin.laptop.save(twin.laptop.person("乙"))
    offers = [twin.laptop.batch(len(twin.laptop.log))]
    hello = twin.hello(offers)
    heard = hear(county, KEYS, hello, [Piece(0, 0, offers[0])])
    assert open_answer(heard.answer, hello, KEYS.signs).fork == len(twin.laptop.log)


def test_what_comes_too_early_is_kept_and_counts_when_the_gap_is_filled(county: County) -> None:
    one, _other = pair(county)
    for number in range(3):
        one.laptop.save(one.laptop.person(f"张{number}"))
    first, *later = [one.laptop.batch(seq, seq) for seq in range(1, 4)]
    for offers, accepted in ((later[::-1], 0), ([first], 3)):
        hello = one.hello(offers)
        one.take(hello, hear(county, KEYS, hello, [Piece(place, 0, data) for place, data in enumerate(offers)]))
        assert one.receipt.accepted == accepted


def test_a_revoked_laptop_delivers_and_gets_receipts_only(county: County) -> None:
    one, other = pair(county)
    work(other, 5)
    other.exchange(county)
    devices.revoke(county, VILLAGE, one.laptop.device, WHO)
    one.laptop.save(one.laptop.person())
    hello = one.hello(one.waiting())
    heard = hear(county, KEYS, hello, [Piece(0, 0, one.waiting()[0])])
    answer = one.take(hello, heard)
    assert answer.asks(Request.RECEIPTS_ONLY)
    assert not heard.following
    assert not answer.placed
    assert [group.reason for group in one.receipt.returned] == [Reason.UNAUTHORISED]


def test_a_cadre_gets_the_general_stream_alone(county: County) -> None:
    doctor, cadre = Peer(Laptop(520).enrolled(county)), Peer(Laptop(521, role="village_cadre").enrolled(county))
    work(doctor, 30)
    doctor.exchange(county)
    cadre.exchange(county)
    assert set(cadre.cursors) == {GENERAL}
    assert cadre.cursors[GENERAL] == doctor.cursors[GENERAL]
    assert doctor.cursors[SENSITIVE].position > 0
    assert len(cadre.read) == doctor.cursors[GENERAL].position


def test_statements_come_in_their_order_as_room_allows_and_then_no_more(county: County) -> None:
    one, _other = pair(county)
    for serial, name in enumerate(("visit", "anc", "tcm"), 1):
        said.say(county, VILLAGE, f"{name} {serial}".encode() * 300, sort="form", name=name, serial=serial)
    said.say(county, VILLAGE, b"params", sort="params", name="county", serial=4)
    work(_other, 3)
    _other.exchange(county)
    asked = 0
    while True:
        hello = one.hello()
        answer = one.take(hello, hear(county, KEYS, hello, (), room=2000))
        one.statements = {"form": sum(told.startswith((b"visit", b"anc", b"tcm")) for _sort, told in one.told)}
        one.statements["params"] = 4 * any(told == b"params" for _sort, told in one.told)
        asked += 1
        if not answer.asks(Request.MORE):
            break
    assert [told[:3] for _sort, told in one.told] == [b"vis", b"anc", b"tcm", b"par"]
    assert asked > 2
    assert one.read
    hello = one.hello()
    assert not hear(county, KEYS, hello, ()).following


def test_an_erasure_of_the_village_becomes_one_of_the_county(county: County) -> None:
    one, other = pair(county)
    person = one.laptop.person()
    one.laptop.save(person)
    one.exchange(county)
    other.exchange(county)
    kind = one.laptop.log[0].change.kind
    told = sign_erasure(Erasure(village=VILLAGE, serial=7, records=((kind, person.record),)), one.laptop.key)
    for _twice in range(2):
        hello = one.hello([told])
        answer = one.take(hello, hear(county, KEYS, hello, [Piece(0, 0, told)]))
        assert not answer.offsets
        assert not answer.again
    assert entries(county, "erasure") == 1
    other.exchange(county)
    ((sort, statement),) = other.told
    assert sort is Sort.ERASURE
    assert open_erasure(statement, KEYS.signs, VILLAGE).records == ((kind, person.record),)
    late = Peer(Laptop(530).enrolled(county))
    late.exchange(county)
    assert [one.body for one in late.read.values()] == [None]


def test_nobody_erases_what_he_may_not_write_or_for_another(county: County) -> None:
    doctor, cadre = Peer(Laptop(520).enrolled(county)), Peer(Laptop(521, role="village_cadre").enrolled(county))
    visit = Write("event", doctor.laptop.id(), {"form": "postpartum_visit", "outcome": "done"})
    doctor.laptop.save(visit)
    doctor.laptop.save(doctor.laptop.person())
    doctor.exchange(county)
    kind = doctor.laptop.log[0].change.kind
    named = Erasure(village=VILLAGE, serial=1, records=((kind, visit.record),))
    for key, again in ((doctor.laptop.key, (0,)), (cadre.laptop.key, ()), (cadre.laptop.key, ())):
        told = sign_erasure(named, key)
        hello = cadre.hello([told])
        answer = cadre.take(hello, hear(county, KEYS, hello, [Piece(0, 0, told)]))
        assert (answer.offsets, answer.again) == ({}, again)
        assert cadre.receipt.wishes == (() if again else (Wish(name_of(told)),))
    assert (entries(county, "erasure"), entries(county, "erasure_wish")) == (0, 1)
    with county.read() as connection:
        assert connection.exec_driver_sql("SELECT count(body) FROM change_log").scalar_one() == 2
    hello = cadre.hello(digest=tag_of(digests(county)))
    with spoken(county) as statements:
        hear(county, KEYS, hello, ())
    assert len(statements) <= 4


def test_a_digest_that_differs_is_asked_for_in_full_and_kept_as_evidence(county: County) -> None:
    one, other = pair(county)
    work(one, 5)
    one.exchange(county)
    other.exchange(county)
    hello = other.hello(digest=bytes(8))
    answer = other.take(hello, hear(county, KEYS, hello, ()))
    assert answer.asks(Request.DIGESTS)
    hello = other.hello(digest=bytes(8), digests={GENERAL: bytes(32), SENSITIVE: bytes(32)})
    answer = other.take(hello, hear(county, KEYS, hello, ()))
    assert answer.digests == digests(county)
    with county.read() as connection:
        noted = connection.exec_driver_sql("SELECT what FROM audit").scalars().all()
    assert noted.count("digest differs") == 1
    hello = other.hello(digest=tag_of(digests(county)))
    assert not other.take(hello, hear(county, KEYS, hello, ())).requests


def test_pages_are_the_same_bytes_for_the_same_positions_and_bounded(county: County) -> None:
    one, other = pair(county)
    for number in range(400):
        answers = one.laptop.chance.randbytes(600)
        visit: dict[str, Value] = {"form": "postpartum_visit", "outcome": "done", "answers": answers}
        one.laptop.save(Write("event", one.laptop.id(), visit), one.laptop.person(f"张{number}"))
    one.exchange(county)
    hello = other.hello()
    heard = hear(county, KEYS, hello, ())
    assert len(heard.following) > 4
    assert hear(county, KEYS, hello, ()).following == heard.following
    for told in heard.following:
        assert len(open_page(told, KEYS.signs).packed) <= MAX_PACKED
    answers = other.exchange(county, room=100_000)
    assert len(answers) > 2
    assert other.kept.keys() == {name_of(told) for told in heard.following}
    assert other.cursors == one.cursors


def test_a_stick_carries_everything_at_once_whatever_was_held(county: County) -> None:
    one, other = pair(county)
    work(one, 30)
    one.exchange(county)
    other.exchange(county)
    fresh = Peer(other.laptop)
    fresh.epoch, fresh.receipts = other.epoch, other.receipts
    hello = fresh.hello(held=dict.fromkeys(other.kept, 5))
    heard = hear(county, KEYS, hello, (), everything=True)
    answer = fresh.take(hello, heard)
    assert all(not coming.offset for coming in answer.coming)
    assert answer.receipt
    assert fresh.cursors == one.cursors


def test_hostile_requests_change_nothing(county: County) -> None:
    one, _other = pair(county)
    work(one, 10)
    one.exchange(county)
    before = entries(county)
    work(one, 3)
    offers = one.waiting()
    request = one.request(offers)
    chance = random.Random(5)
    for _try in range(300):
        data = bytearray(request)
        for _bit in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        data = data[: chance.randrange(1, len(data) + 1)] + chance.randbytes(chance.choice((0, 0, 5)))
        reader = RequestReader()
        try:
            reader.feed(bytes(data))
            if reader.hello is not None:
                hear(county, KEYS, reader.hello, reader.pieces)
        except (ExchangeError, UnknownDeviceError):
            pass
    assert entries(county) in {before, len(one.laptop.log)}
    one.exchange(county)
    assert one.receipt.accepted == len(one.laptop.log)
    assert stored(county, VILLAGE) == in_force([one.laptop])


def test_beginnings_are_bounded_and_forgotten(opening: Opening) -> None:
    county = opening()
    one, other = pair(county)
    who = VILLAGE, one.laptop.device
    with county.write() as connection:
        for number in range(3):
            offer = Offer(bytes([number]) * 16, prefixes.MAX_BYTES)
            prefixes.keep(connection, *who, {offer: bytes(prefixes.MAX_BYTES // 2)}, 1000 + number)
        assert set(prefixes.held(connection, *who)) == {b"\1" * 16, b"\2" * 16}
        assert (
            prefixes.keep(connection, *who, {Offer(b"x" * 16, 99999999): bytes(prefixes.MAX_BYTES + 1)}, 1010) == set()
        )
        small = {Offer(number.to_bytes(16, "big"), 9): b"1" for number in range(prefixes.MAX_COUNT + 9)}
        assert len(prefixes.keep(connection, *who, small, 1020)) == prefixes.MAX_COUNT
        prefixes.keep(connection, VILLAGE, other.laptop.device, {Offer(b"y" * 16, 9): b"1"}, 1021 + prefixes.SECONDS)
        assert not prefixes.held(connection, *who)


def test_a_new_laptop_of_a_large_village_takes_a_seed_and_reads_on_behind_it(county: County) -> None:
    one, other = pair(county)
    for number in range(1100):
        one.laptop.save(one.laptop.person(f"张{number}"))
    one.exchange(county)
    hello = other.hello()
    answer = other.take(hello, hear(county, KEYS, hello, ()))
    assert answer.asks(Request.SEED)
    assert not answer.coming
    parts: list[bytes] = []
    at = SeedAt(bytes(16), 0)
    for _time in range(20):
        hello = other.hello(seed=at)
        answer = other.take(hello, hear(county, KEYS, hello, (), room=20_000))
        parts = [told for sort, told in other.told if sort is Sort.SEED]
        last = open_part(parts[-1], KEYS.signs, VILLAGE)
        at = SeedAt(last.seed.seed, last.number)
        if last.number == last.seed.total:
            break
    assert [open_part(told, KEYS.signs, VILLAGE).number for told in parts] == list(range(1, len(parts) + 1))
    by_stick = hear(county, KEYS, Peer(other.laptop).hello(), (), everything=True)
    assert list(by_stick.following)[: len(parts)] == parts
    work(one, 2)
    one.exchange(county)
    for scope, position, chain in last.seed.positions:
        other.cursors[scope] = Cursor(position, chain)
    other.exchange(county)
    assert other.cursors == one.cursors


def test_where_the_log_was_trimmed_a_laptop_reads_up_to_there_and_is_told_to_take_a_seed(county: County) -> None:
    one, other = pair(county)
    for number in range(12):
        one.laptop.save(one.laptop.person(f"张{number}"))
    one.exchange(county)
    with county.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM change_log WHERE scope = {GENERAL} AND position = 6")
    other.epoch = one.epoch
    other.cursors[GENERAL] = Cursor(2, one.chains[GENERAL][2])
    hello = other.hello()
    answer = other.take(hello, hear(county, KEYS, hello, ()))
    assert answer.asks(Request.SEED)
    assert other.cursors[GENERAL] == Cursor(5, one.chains[GENERAL][5])


def test_of_a_request_cut_at_every_byte_all_that_came_is_put_together_again() -> None:
    peer = Peer(Laptop(550))
    offers = []
    for number in range(3):
        peer.laptop.save(peer.laptop.person(f"张{number}"))
        offers.append(peer.laptop.batch(number + 1, number + 1))
    named = [Offer(name_of(data), len(data)) for data in offers]
    request = peer.request(offers)
    head = len(request) - sum(map(len, offers)) - 3 * 4
    for came in range(len(request) + 1):
        reader = RequestReader()
        reader.feed(request[:came])
        broken = reader.broken_off()
        kept = prefixes.put_together(named, [*reader.pieces, *([broken] if broken else [])], {})
        assert sum(map(len, kept.values())) >= came - head - 3 * 4
        starts = [len(kept.get(place, b"")) for place in range(3)]
        rest = [Piece(place, starts[place], data[starts[place] :]) for place, data in enumerate(offers)]
        by_name = {named[place].name: data for place, data in kept.items()}
        assert prefixes.put_together(named, rest, by_name) == dict(enumerate(offers))
