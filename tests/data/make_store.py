"""Makes the saved store of today's revision, once a revision: `python -m tests.data.make_store`. Invented people."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import structs

from villagefp.domain.ambient import Ambient
from villagefp.domain.package_records import CountyParam, StoredFormPackage, StoredProgrammePackage
from villagefp.domain.person_records import SameAs, Transfer
from villagefp.domain.records import (
    Access,
    Alias,
    BenefitCase,
    Consent,
    Episode,
    Event,
    Household,
    HukouBook,
    IdStatus,
    Membership,
    NameStatus,
    Person,
    Phone,
    Precision,
    Presence,
    Referral,
)
from villagefp.domain.same import in_order, pair_id
from villagefp.domain.supply_records import Appointment, StockItem, StockMove
from villagefp.storage import (
    arriving,
    cursors,
    digests,
    erasures,
    exchange_facts,
    identity,
    kept_pages,
    outbox,
    sending,
)
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.foreign import Delivery
from villagefp.storage.keyslots import Cost
from villagefp.storage.log import Origin
from villagefp.storage.revision import REVISION
from villagefp.storage.store import Store, create_store
from villagefp.wire import links
from villagefp.wire.change import Change, LoggedChange, pack_body, pack_header
from villagefp.wire.cursor import Epoch, Stream, start
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import Erasures
from villagefp.wire.page import Origin as Place
from villagefp.wire.page import make_page, sign_page
from villagefp.wire.scopes import GENERAL
from villagefp.wire.signing import SigningKey

_PERSON, _ALIAS = BY_NAME["person"].number, BY_NAME["alias"].number
FOLDER = Path(__file__).parent / "stores" / REVISION


def main() -> None:
    """Make the folder; it must not be there yet, since a saved store is never made again."""
    ambient = Ambient(now=lambda: datetime(2026, 11, 22, 1, 0, tzinfo=UTC), random=random.Random(REVISION).randbytes)
    store = create_store(
        FOLDER,
        village_code="990101101201",
        village_name="柳树湾村",
        worker_name="王秀兰",
        passphrase="a saved village",
        ambient=ambient,
        cost=Cost(passes=1, memory=8192),
    ).store
    fill(store)
    store.close()
    (FOLDER / "lock").unlink()


def fill(store: Store) -> None:
    """One record of every kind and every way of writing at least."""
    new_id = store.ambient.new_id
    head = Person(id=new_id(), name="王大山", sex="1", birth_date="1960-03", birth_precision=Precision.MONTH)
    wife = Person(id=new_id(), name="李芳", sex="2", id_no="990101199001012229", id_status=IdStatus.PRESENT)
    child = Person(id=new_id(), name="李芳之女(大)", name_status=NameStatus.PROVISIONAL, mother=wife.id)
    other = Person(id=new_id(), name="吕𬱖", legacy_method=store.seal(b"21"), legacy_method_status="unverified")
    home = Household(id=new_id(), household_no="12", group_no="3", head=head.id)
    book = HukouBook(id=new_id(), book_no="0012", head=head.id)
    visit = Event(
        id=new_id(),
        household=home.id,
        event_type="visit",
        form="household_visit",
        form_version="1",
        occurred_on="2026-11-20",
    )
    with store.save() as save:
        save.add_many([head, wife, child, other, home, book, visit])
        for person, relation in ((head, "02"), (wife, "12"), (child, "30")):
            save.add(Membership(id=new_id(), person=person.id, household=home.id, relation=relation))
        save.add(Membership(id=new_id(), person=other.id, hukou_book=book.id))
        save.add(Alias(id=new_id(), person=wife.id, name="王家二嫂"))
        phone = Phone(id=new_id(), person=wife.id, number="13800001111", may_mention_health=True)
        save.add(phone)
        away = Membership(id=new_id(), person=other.id, household=home.id, presence=Presence.AWAY)
        save.add(away)
        save.add(Access(id=new_id(), worker=store.worker.id, person=wife.id, day="2026-11-20", action="opened"))
    fill_programmes(store, wife.id)
    fill_days(store, home.id, visit.id)
    with store.save("told on the phone") as save:
        save.change(structs.replace(head, birth_date="1960-03-02", birth_precision=Precision.DAY))
        save.withdraw(Phone, phone.id, "no longer in use")
    fill_persons(store, (head.id, other.id), (wife.id, child.id))
    fill_exchange(store, wife)
    fill_carried(store, wife)


def fill_persons(store: Store, same: tuple[bytes, bytes], different: tuple[bytes, bytes]) -> None:
    """What revision 0007 added: a pair that is one, a pair that is two, and a wish to move."""
    with store.save() as save:
        for pair, one in ((same, True), (different, False)):
            first, second = in_order(*pair)
            save.add(SameAs(id=pair_id(*pair), first=first, second=second, same=one))
        save.add(
            Transfer(
                id=store.ambient.new_id(),
                person=different[0],
                from_village=store.village.code,
                to_village="990101102203",
                asked_on="2026-11-20",
                consent_on="2026-11-20",
                consent_how="spoken",
            )
        )


def fill_programmes(store: Store, person: bytes) -> None:
    """The kinds that revision 0002 added."""
    new_id = store.ambient.new_id
    consent = Consent(id=new_id(), person=person, programme="anc", given_on="2026-11-20", how="signed")
    private = store.seal(b"\x81\xa9programme\xa3iud")
    with store.save() as save:
        save.add(consent)
        save.add(
            Episode(
                id=new_id(),
                person=person,
                programme="anc",
                opened_on="2026-11-20",
                consent=consent.id,
                lmp="2026-09-01",
            )
        )
        save.add(Episode(id=new_id(), person=person, programme="private", opened_on="2026-11-20", private=private))
        save.add(Referral(id=new_id(), person=person, given_on="2026-11-20", reason=store.seal(b"\xa19")))
        save.add(BenefitCase(id=new_id(), person=person, benefit="jiangfu", opened_on="2026-11-20"))


def fill_days(store: Store, household: bytes, event: bytes) -> None:
    """The kinds that revision 0003 added."""
    new_id = store.ambient.new_id
    item = StockItem(id=new_id(), item_code="folic_acid", product="斯利安", unit="6", days_per_unit=31)
    with store.save() as save:
        save.add(item)
        for direction, quantity in (("in", 24), ("out", -1)):
            save.add(
                StockMove(
                    id=new_id(),
                    item=item.id,
                    direction=direction,
                    quantity=quantity,
                    batch_no="A1",
                    expiry="2028-06",
                    moved_on="2026-11-20",
                    event=event if direction == "out" else None,
                )
            )
        save.add(Appointment(id=new_id(), household=household, wished_on="2026-12-01", part="morning"))
        save.add(StoredFormPackage(id=new_id(), form="visit", version="2", from_on="2027-01-01", body=b"form"))
        save.add(StoredProgrammePackage(id=new_id(), programme="iud", version="2", from_on="2027-01-01", body=b"text"))
        save.add(CountyParam(id=new_id(), name="hotline", value="12356"))


def fill_exchange(store: Store, person: Person) -> None:
    """What revision 0004 added: another laptop's changes, a conflict, what is not understood, waits, was erased."""
    new_id = store.ambient.new_id
    called = Alias(id=new_id(), person=person.id, name="被删去的名字")
    with store.save() as save:
        save.change(structs.replace(person, sex="2"))
        save.add(called)
    written = [
        (_PERSON, person.id, {3: "1"}),
        (999, new_id(), {1: "of a newer program"}),
        (_PERSON, person.id, {18: "has not come yet"}),
        (_PERSON, person.id, {18: "waits"}),
    ]
    device = new_id()
    whole = _of_another_laptop(store, device, written)
    with store.taking() as taking:
        taking.take(replace(whole, changes=whole.changes[:2]))
        taking.take(replace(whole, link_before=whole.changes[2].link, changes=whole.changes[3:]))
        sending.give_away(taking.connection, store.origin, range(1, 9), "http", "2026-11-22T09:00:00+08:00")
    erasures.erase(store, Erasures(records=frozenset({(_ALIAS, called.id)})))


def fill_carried(store: Store, person: Person) -> None:
    """What revision 0005 added: batches, cursors, pages, beginnings, digests, evidence, and a second identity."""
    device = store.ambient.new_id()
    county = SigningKey(store.ambient.random(32))
    page = make_page(start(Stream(store.origin.village, GENERAL)), Stream(store.origin.village, GENERAL),
                     [Place(device, 1, bytes(32))], [bytes(32)], b"packed")  # fmt: skip
    link = CountyLink("https://county.example", (county.public,), bytes(32), "village_doctor")
    outbox.fill(store)
    with store.taking() as taking:
        connection = taking.connection
        cursors.move(connection, GENERAL, [bytes(32)])
        kept_pages.keep(connection, page, sign_page(page, county), Epoch(1, bytes(8)))
        arriving.keep(connection, bytes(16), b"the beginning of something")
        exchange_facts.put_county_link(connection, link)
        exchange_facts.make_seal_key(connection, store.ambient.random)
        exchange_facts.keep_evidence(connection, "2026-11-22T09:00:00+08:00", "digest", bytes(32))
    digests.bring_up_to_date(store)
    identity.take_new(store, 3)
    with store.save() as save:
        save.change(structs.replace(person, note="under another name"))
    outbox.fill(store)


def _of_another_laptop(store: Store, device: bytes, written: list[tuple[int, bytes, dict[int, Any]]]) -> Delivery:
    """These writes, each a save of its own, as another laptop would give them."""
    origin = Origin(store.origin.village, device)
    cover = links.whole_segment(store.ambient.random(links.KEY_BYTES))
    before = link = links.first_link(origin.village, device)
    logged = []
    for seq, (kind, record, fields) in enumerate(written, 1):
        change = Change(
            village=origin.village,
            device=device,
            seq=seq,
            group=seq,
            stamp=store.ambient.milliseconds() << 16,
            author=store.worker.id,
            kind=kind,
            record=record,
            fields=fields,
        )
        body = pack_body(fields, None)
        committed = links.commitment(links.leaf_keys(cover)[seq], body)
        link = links.next_link(link, pack_header(change), committed)
        logged.append(LoggedChange(change, body, committed, link))
    return Delivery(origin=origin, link_before=before, changes=tuple(logged), covers={0: cover})


if __name__ == "__main__":
    main()
