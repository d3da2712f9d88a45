"""What this laptop keeps of its exchanges: where it stands, what came in pieces, pages for a county that lost them."""

from __future__ import annotations

import pytest

from tests.storage.laptops import add, give
from villagefp.domain.records import Person
from villagefp.services import privacy
from villagefp.services.sending import state_of
from villagefp.storage import arriving, cursors, exchange_facts, kept_pages, log
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.log import Origin
from villagefp.wire.cursor import Cursor, Epoch, Stream, advance, kept_positions, start
from villagefp.wire.hello import MAX_COMING, name_of
from villagefp.wire.page import Origin as Place
from villagefp.wire.page import make_page, sign_page
from villagefp.wire.receipt import Receipt, Receipts, State
from villagefp.wire.scopes import EVERY, GENERAL, SENSITIVE
from villagefp.wire.signing import SigningKey

AT = "2026-11-22T09:00:00+08:00"
FIRST, SECOND = Epoch(1, bytes(8)), Epoch(2, b"\1" * 8)
KEY = SigningKey(b"county's key".ljust(32))
LINKS = [bytes([number]) * 32 for number in range(1, 21)]


def receipt(store, accepted, epoch=FIRST, serial=1):
    return Receipt(village=store.origin.village, device=store.origin.device, epoch=epoch, serial=serial,
                   accepted=accepted, link=bytes(8))  # fmt: skip


# --- cursors


def test_a_stream_is_followed_from_its_start_with_sparse_checkpoints(store):
    with store.taking() as taking:
        begun = cursors.read(taking.connection, EVERY)
        assert begun == {scope: start(Stream(store.origin.village, scope)) for scope in EVERY}
        cursors.move(taking.connection, GENERAL, LINKS[:7])
        moved = cursors.move(taking.connection, GENERAL, LINKS[7:])
    assert moved == advance(begun[GENERAL], LINKS)
    with store.read() as connection:
        assert cursors.read(connection, EVERY) == {GENERAL: moved, SENSITIVE: begun[SENSITIVE]}
        noted = cursors.checkpoints(connection, GENERAL)
        assert cursors.checkpoints(connection, SENSITIVE) == {0: begun[SENSITIVE].chain}
    assert noted.keys() == kept_positions(20)
    assert all(chain == advance(begun[GENERAL], LINKS[:place]).chain for place, chain in noted.items())


def test_after_a_county_was_put_back_a_stream_goes_on_from_the_last_common_position(store):
    with store.taking() as taking:
        cursors.move(taking.connection, GENERAL, LINKS)
        common = cursors.checkpoints(taking.connection, GENERAL)[16]
        cursors.put_back(taking.connection, GENERAL, 16, common)
    begun = start(Stream(store.origin.village, GENERAL))
    with store.read() as connection:
        assert cursors.read(connection, [GENERAL]) == {GENERAL: advance(begun, LINKS[:16])}
        assert max(cursors.checkpoints(connection, GENERAL)) == 16
        assert exchange_facts.common_positions(connection) == {GENERAL: 16}
    with store.taking() as taking:
        assert cursors.move(taking.connection, GENERAL, LINKS[:3]) == advance(advance(begun, LINKS[:16]), LINKS[:3])
        cursors.jump(taking.connection, GENERAL, Cursor(400, bytes(32)))
        assert cursors.checkpoints(taking.connection, GENERAL) == {400: bytes(32)}


def test_a_cursor_moves_with_what_came_or_not_at_all(store):
    with pytest.raises(RuntimeError, match="cut"), store.taking() as taking:  # noqa: PT012  the block is what is tested
        cursors.move(taking.connection, GENERAL, LINKS)
        arriving.keep(taking.connection, bytes(16), b"begun")
        raise RuntimeError("cut")
    with store.read() as connection:
        assert cursors.read(connection, [GENERAL])[GENERAL].position == 0
        assert arriving.held(connection) == {}


# --- pages that are kept


def page(store, scope, first, count, *, device=bytes(16), seq=1):
    before = Cursor(first - 1, bytes(32))
    places = [Place(device, seq + place, bytes(32)) for place in range(count)]
    made = make_page(before, Stream(store.origin.village, scope), places, LINKS[:count], b"packed")
    return made, sign_page(made, KEY)


def kept(store, *pages, epoch=FIRST):
    with store.taking() as taking:
        for made, told in pages:
            kept_pages.keep(taking.connection, made, told, epoch)
    return [name_of(told) for _made, told in pages]


def given(store, epoch, above):
    with store.read() as connection:
        return [name for name, told in kept_pages.to_give_back(connection, epoch, above) if name == name_of(told)]


def test_what_a_county_lost_is_given_back_once_and_in_order(store):
    names = kept(store, page(store, GENERAL, 5, 4), page(store, GENERAL, 1, 4), page(store, SENSITIVE, 1, 3))
    late, early, other = names
    kept(store, page(store, GENERAL, 5, 4))  # once more by stick
    assert given(store, FIRST, {GENERAL: 0, SENSITIVE: 0}) == []
    assert given(store, SECOND, {GENERAL: 0, SENSITIVE: 0}) == [early, late, other]
    assert given(store, SECOND, {GENERAL: 4}) == [late]
    assert given(store, SECOND, {GENERAL: 6, SENSITIVE: 3}) == [late]
    assert given(store, SECOND, {}) == []
    with store.read() as connection:
        assert kept_pages.data(connection, late) == page(store, GENERAL, 5, 4)[1]
    with store.taking() as taking:
        kept_pages.given_back(taking.connection, late)
    assert given(store, SECOND, {GENERAL: 4}) == []
    with store.read() as connection, pytest.raises(LookupError):
        kept_pages.data(connection, late)


def test_safe_pages_go_but_never_those_that_the_county_lost(store):
    pages = [page(store, GENERAL, first, 4) for first in (1, 5, 9)]
    kept(store, *pages)
    with store.taking() as taking:
        kept_pages.forget(taking.connection, {GENERAL: 7, SENSITIVE: 100})
    with store.taking() as taking:
        cursors.put_back(taking.connection, GENERAL, 8, bytes(32))
        kept_pages.forget(taking.connection, {GENERAL: 100})  # positions of its new life
    assert given(store, SECOND, {GENERAL: 100}) == [name_of(pages[2][1])]


def test_a_page_with_an_erased_change_is_not_kept_any_longer(two):
    here, there = two
    gone, stays = (add(there, Person(id=there.ambient.new_id(), name=name)) for name in ("吕小芳", "李芳"))
    give(there, here)
    device = there.origin.device
    kept(here, page(here, GENERAL, 1, 1, device=device, seq=1), page(here, GENERAL, 2, 1, device=device, seq=2))
    with here.taking() as taking:
        arriving.keep(taking.connection, bytes(16), "the beginning of a page, 吕小芳".encode())
    privacy.erase_person(here, gone.id)
    assert given(here, SECOND, {GENERAL: 0}) == [name_of(page(here, GENERAL, 2, 1, device=device, seq=2)[1])]
    with here.read() as connection:
        assert arriving.held(connection) == {}
        assert log.have(connection, Origin(here.origin.village, device)) == 2
        assert stays.id in {row.id for row in connection.exec_driver_sql("SELECT id FROM person")}


# --- what arrives in pieces


def test_beginnings_survive_a_restart_and_the_rest_follows(make):
    laptop = make()
    name = name_of(b"a page")
    with laptop.store.taking() as taking:
        arriving.keep(taking.connection, name, b"a p")
        arriving.keep(taking.connection, bytes(16), b"another")
    here = laptop.again()
    with here.read() as connection:
        assert arriving.held(connection) == {name: 3, bytes(16): 7}
        assert arriving.take(connection, name) == b"a p"
        assert arriving.take(connection, b"\1" * 16) == b""
    with here.taking() as taking:
        arriving.keep(taking.connection, name, b"a pag")
        assert arriving.held(taking.connection)[name] == 5
        arriving.forget(taking.connection, [name, b"\1" * 16])
    with here.read() as connection:
        assert list(arriving.held(connection)) == [bytes(16)]


def test_beginnings_take_no_more_room_than_is_meant_for_them(store):
    large = bytes(arriving.MAX_BYTES // 2)
    names = [bytes([number]) * 16 for number in range(1, 4)]
    with store.taking() as taking:
        for name in names:
            arriving.keep(taking.connection, name, large)
        assert list(arriving.held(taking.connection)) == names[1:]
        for number in range(MAX_COMING + 3):
            arriving.keep(taking.connection, number.to_bytes(16, "big"), b"1")
        held = arriving.held(taking.connection)
    assert len(held) == MAX_COMING
    assert (MAX_COMING + 2).to_bytes(16, "big") in held
    assert not set(names) & held.keys()


# --- facts


def test_the_county_is_pinned_and_remembered(store):
    link = CountyLink("https://county.example", (KEY.public,), bytes(32), "village_doctor")
    with store.save() as save:
        assert exchange_facts.county_link(save.connection) is None
        exchange_facts.put_county_link(save.connection, link)
        assert exchange_facts.county_link(save.connection) == link
        assert exchange_facts.county_clock(save.connection) is None
        exchange_facts.put_county_clock(save.connection, -42)
        assert exchange_facts.county_clock(save.connection) == -42


def test_receipts_are_joined_and_shown(store):
    person = add(store, Person(id=store.ambient.new_id(), name="李芳"))
    with store.read() as connection:
        last = log.read_tail(connection, store.origin).seq
    with store.taking() as taking:
        put = exchange_facts.put_receipts
        put(taking.connection, store.origin, Receipts().got(receipt(store, last, serial=2)), AT)
        put(taking.connection, store.origin, Receipts().got(receipt(store, 1)), AT)  # an older one, by stick
    with store.read() as connection:
        assert exchange_facts.receipts(connection, store.origin) == Receipts().got(receipt(store, last, serial=2))
        assert exchange_facts.receipts(connection, Origin(store.origin.village, bytes(16))) == Receipts()
    assert state_of(store, person.id) is State.RECEIVED
    with store.taking() as taking:
        joined = put(taking.connection, store.origin, Receipts().heard(SECOND), AT)
        assert joined == exchange_facts.receipts(taking.connection, store.origin) == Receipts({SECOND: None})
    assert state_of(store, person.id) is State.WAITING


def test_a_seal_key_is_made_once_and_earlier_ones_still_open(store):
    with store.save() as save:
        with pytest.raises(LookupError):
            exchange_facts.seal_key(save.connection)
        made = exchange_facts.make_seal_key(save.connection, store.ambient.random)
        assert exchange_facts.make_seal_key(save.connection, store.ambient.random).secret == made.secret
        fresh = exchange_facts.renew_seal_key(save.connection, store.ambient.random)
        assert exchange_facts.seal_key(save.connection).secret == fresh.secret != made.secret
        assert [key.secret for key in exchange_facts.seal_keys(save.connection)] == [fresh.secret, made.secret]


def test_serials_of_statements_only_rise(store):
    with store.save() as save:
        assert exchange_facts.statement_serials(save.connection) == {}
        for sort, serial in (("form", 3), ("erasure", 1), ("form", 2), ("form", 4)):
            exchange_facts.note_statement(save.connection, sort, serial)
        assert exchange_facts.statement_serials(save.connection) == {"erasure": 1, "form": 4}


def test_evidence_is_kept_and_bounded(store):
    with store.save() as save:
        for number in range(205):
            exchange_facts.keep_evidence(save.connection, AT, "digest", bytes([number]))
        exchange_facts.keep_evidence(save.connection, AT, "receipt", bytes(10**6))
        found = exchange_facts.evidence(save.connection)
    assert len(found) == 200
    assert found[0] == (AT, "digest", bytes([6]))
    assert (found[-1].sort, len(found[-1].told)) == ("receipt", 64 * 1024)


def test_none_of_it_is_in_the_change_log(store):
    with store.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one()
    with store.taking() as taking:
        cursors.move(taking.connection, GENERAL, LINKS)
        exchange_facts.put_receipts(taking.connection, store.origin, Receipts().got(receipt(store, 1)), AT)
        arriving.keep(taking.connection, bytes(16), b"1")
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one() == before
