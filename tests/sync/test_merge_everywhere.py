"""Any order, any repetition, any cut, erasures at any time: a fold, a laptop and the county end with the same.

What should come out is told by a model of its own (`tests.wire.merge_model`). `make soak` lets it look at more worlds:
`EXAMPLES=300 pytest tests/sync/test_merge_everywhere.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Steps
from tests.county.laptops import Laptop
from tests.county.reading import stored
from tests.storage.laptops import assert_sound, contents
from tests.sync.everywhere import Erased, History, authors, batches, delivery, histories, portions
from tests.sync.offices import Line, Office, Side, side
from tests.wire.histories import UNION
from tests.wire.merge_model import Told, merged
from villagefp.county import devices, erasing, erasure_deciding, erasure_wishes, keys, receipts, seeding, streams
from villagefp.county.accept import accept_batch
from villagefp.county.delivery import Forked
from villagefp.county.devices import NewDevice
from villagefp.county.doubts import Sort
from villagefp.county.engine import sqlite_engine
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.storage import cursors, digests, erasures, exchange_facts, log
from villagefp.storage.codec import BY_KIND
from villagefp.storage.foreign import Result
from villagefp.storage.opened import Store
from villagefp.wire import declared
from villagefp.wire.change import WITHDRAWN, Change
from villagefp.wire.cursor import Stream, start
from villagefp.wire.declared import DECLARED
from villagefp.wire.digest import EMPTY, Digest
from villagefp.wire.erasure import Erasure, Erasures, RecordName, fold_erased, sign_erasure
from villagefp.wire.heads import pack_heads
from villagefp.wire.kinds import Kind, Travel
from villagefp.wire.scopes import EVERY
from villagefp.wire.values import in_order, pack

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
KEY = bytes(range(32))
ASKED = int(os.environ.get("EXAMPLES", "0"))
FEW = 3
SHRINKS = bool(os.environ.get("SHRINK"))  # each try is a whole world: minutes
everywhere = settings(
    max_examples=ASKED or FEW,
    derandomize=not ASKED,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink] if SHRINKS else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class World:
    """One county, a laptop that exchanges with it, and one that is given everything by hand."""

    office: Office
    line: Line
    reader: Side
    taker: Side
    newcomer: Side

    def comes(self) -> None:
        """The newcomer exchanges; where it has nothing yet, it takes a seed."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(seeding, "_FRESH", 1)
            self.newcomer.exchange(self.line)


@contextmanager
def world(templates: tuple[Path, Path]) -> Iterator[World]:
    """A county and two laptops as they were founded, gone afterwards."""
    shm = Path("/dev/shm")  # noqa: S108  a folder of its own is made in it
    with tempfile.TemporaryDirectory(prefix="villagefp-", dir=shm if shm.is_dir() else None) as base:
        store_template, county_template = templates
        path = Path(base) / "county.db"
        shutil.copyfile(county_template, path)
        engine = sqlite_engine(path, KEY)
        office = Office(County(engine, Ambient(Steps(NOW), random.Random(1).randbytes)), keys.of_secret(bytes(32)))
        reader, taker = (side(store_template, Path(base) / name, 0, NOW) for name in ("reader", "taker"))
        newcomer = side(store_template, Path(base) / "newcomer", 1, NOW)
        for each in (reader, newcomer):
            office.enrol(each.store)
        yield World(office, Line(office), reader, taker, newcomer)
        for each in (reader, taker, newcomer):
            each.store.close()
        engine.dispose()


@pytest.fixture(scope="module")
def templates(store_template: Path, county_template: Path) -> tuple[Path, Path]:
    return store_template, county_template


# what is told to whom


def into_a_laptop(store: Store, history: History, laptops: list[Laptop], chance: Random) -> None:
    """Deliveries by hand, in any portions and order, several in one transaction, erasures among them."""
    known = Erased()
    rest: list[Any] = [(laptop, *each) for laptop in laptops for each in portions(laptop, chance)]
    rest += [*history.erased_records, *history.erased_changes]
    chance.shuffle(rest)
    rest += [(laptop, 1, len(laptop.log)) for laptop in laptops]  # whatever was refused for a missing erasure
    while rest:
        size = chance.randint(1, len(rest))
        portion, rest = rest[:size], rest[size:]
        if chance.random() < 0.3:
            store.rest()
        with store.taking() as taking:
            for told in portion:
                if len(told) == 3:
                    laptop, first, last = told
                    whose = known if chance.random() < 0.5 else None
                    taken = taking.take(delivery(laptop, first, last, whose))
                    assert taken.result in (Result.APPLIED, Result.KEPT_ASIDE, Result.REPEATED), taken
                else:
                    named = _named(told)
                    erasures.note_beside(store.folder, named)
                    taking.erase(named)
                    known.records |= named.records
                    known.changes |= named.changes


def _named(told: tuple[Any, Any]) -> Erasures:
    if isinstance(told[0], int):
        return Erasures(records=frozenset({told}))
    return Erasures(changes=frozenset({told}))


def into_the_county(here: World, history: History, laptops: list[Laptop], chance: Random, reads: bool) -> None:
    """Batches in any order and cut anyhow, and a laptop that reads in between; erasures by anybody.

    What a laptop may only ask for (what another one has yet to send) waits until the office decides, at any time.
    """
    county, village = here.office.county, here.reader.store.origin.village
    for laptop in laptops:
        new = NewDevice(laptop.device, laptop.key.public, laptop.device.hex()[-4:], "village_doctor")
        devices.enrol(county, village, new, "clerk")
    rest: list[Any] = [batch for laptop in laptops for _twice in range(2) for batch in batches(laptop, chance)]
    rest += [*history.erased_records, *history.erased_changes]
    rest += [None] * (2 * reads)
    chance.shuffle(rest)
    rest += [batch for laptop in laptops for batch in batches(laptop, chance)]
    for serial, told in enumerate(rest, 1):
        if told is None:
            here.office.room = chance.choice((1, 200, 2000, 4 << 20))
            if chance.random() < 0.3:
                read_again(here.reader.store)
            here.reader.exchange(here.line)
            if chance.random() < 0.2:
                here.comes()
        elif isinstance(told, bytes):
            assert not isinstance(accept_batch(county, told), Forked)
        else:
            _erase(here, _named(told), chance.choice([None, *laptops]), 1000 * serial)
        if chance.random() < 0.1:
            _decide(here, granted=chance.random() < 0.5)
    _decide(here, granted=True)
    for laptop in laptops:
        receipt = receipts.receipt(county, village, laptop.device)
        assert (receipt.accepted, receipt.returned) == (len(laptop.log), ())


def read_again(store: Store) -> None:
    """Read all pages anew, as after a digest that differed."""
    with store.save() as save:
        for scope in EVERY:
            cursors.jump(save.connection, scope, start(Stream(store.origin.village, scope)))


def _erase(here: World, named: Erasures, by: Laptop | None, serial: int) -> None:
    village = here.reader.store.origin.village
    records, changes = tuple(sorted(named.records)), tuple(sorted(named.changes))
    erasure = Erasure(village=village, serial=serial, records=records, changes=changes)
    if by is None:
        told = sign_erasure(erasure, here.office.keys.sign)
        assert erasing.apply(here.office.county, village, told, here.office.keys.signs)
        return
    with here.office.county.read() as connection:
        device = devices.known(connection, village, by.device)
        accepted = {writer: devices.known(connection, village, writer).accepted for writer, _seq in changes}
        before = erasure_wishes.of_village(connection, village)
    ahead = any(writer != by.device and seq > accepted[writer] for writer, seq in changes)
    assert erasing.of_device(here.office.county, device, sign_erasure(erasure, by.key), here.office.keys)
    with here.office.county.read() as connection:
        assert len(erasure_wishes.of_village(connection, village)) == len(before) + ahead


def _decide(here: World, *, granted: bool) -> None:
    """The office decides what waits; what it refused it may grant later."""
    village = here.reader.store.origin.village
    with here.office.county.read() as connection:
        waiting = erasure_wishes.of_village(connection, village)
    for one in waiting:
        erasure_deciding.decide(here.office.county, here.office.keys, village, one.name, granted=granted, who="office")


# what came of it


def expected(history: History, founding: list[Change]) -> Mapping[RecordName, Told]:
    """Every record as the model has it, those with which the village was founded included."""
    changes = [*history.changes, *founding]
    names = history.names | {(one.kind, one.record) for one in founding}
    kinds = {**declared.BY_NUMBER, **history.kinds}
    return {
        (kind, record): merged(
            kinds[kind], record, [one for one in changes if one.kind == kind],
            history.erased_records, history.erased_changes,
        )
        for kind, record in sorted(names)
    }  # fmt: skip


def digest_of(told: Mapping[RecordName, Told], history: History, kinds: Mapping[int, Kind]) -> Digest:
    """Over all scopes together."""
    digest = EMPTY
    for name, one in told.items():
        if name in history.erased_records:
            digest = digest.erase(*name, None) if name[0] in kinds else digest
        elif name[0] in kinds:
            digest = digest.put(*name, None, pack_heads(one.heads))
    return digest


def together(scoped: Mapping[int, Digest]) -> Digest:
    """Of all scopes; modulo 2^256 as each of them is."""
    joined = reduce(Digest.joined, scoped.values())
    return Digest(joined.total % (1 << 256), joined.records)


def check_fold(history: History, told: Mapping[RecordName, Told]) -> None:
    named = Erasures(frozenset(history.erased_records), frozenset(history.erased_changes))
    for kind, record in history.names:
        mine = [one for one in history.changes if (one.kind, one.record) == (kind, record)]
        folded = fold_erased(history.kinds[kind], record, mine, named)
        one = told[kind, record]
        assert (folded.values, folded.heads, list(folded.conflicts), folded.withdrawn) == (
            one.values, one.heads, one.conflicts, one.withdrawn,
        )  # fmt: skip


def check_laptop(store: Store, history: History, told: Mapping[RecordName, Told]) -> None:
    with store.read() as connection:
        for (number, record), one in told.items():
            kind = declared.BY_NUMBER.get(number)
            if kind is None:
                continue
            columns = [field for field in kind.fields if field.travel is not Travel.LOCAL]
            query = f'SELECT withdrawn, heads, {", ".join(field.name for field in columns)} FROM "{kind.name}"'
            hidden, heads, *row = connection.exec_driver_sql(f"{query} WHERE id = ?", (record,)).one()
            assert heads == pack_heads(one.heads)
            assert row == [one.values.get(field.number) for field in columns]
            codec = BY_KIND[kind.name]
            lacking = any(one.values.get(needed) is None for needed in codec._needed)
            assert bool(hidden) == (one.withdrawn or lacking)
            asked = set() if lacking and not one.withdrawn else set(one.conflicts)
            asked &= {WITHDRAWN} if one.withdrawn else asked
            query = "SELECT field FROM conflict WHERE record = ? AND kind = ?"
            assert set(connection.exec_driver_sql(query, (record, number)).scalars()) == asked
        bodies = {row.change.name: row.body for row in log.logged_changes(connection)}
        noted = connection.exec_driver_sql("SELECT count(*) FROM not_understood WHERE kind = 999").scalar_one()
    assert {name for name, body in bodies.items() if body is None} == {
        one.name
        for one in history.changes
        if one.name in history.erased_changes or (one.kind, one.record) in history.erased_records
    }
    assert {one.name for one in history.changes} <= bodies.keys()
    assert noted == len({name for name in history.names if name[0] == 999})
    assert together(digests.bring_up_to_date(store)) == digest_of(told, history, declared.BY_NUMBER)
    assert_sound(store)


def check_county(here: World, history: History, told: Mapping[RecordName, Told]) -> None:
    village = here.reader.store.origin.village
    records = stored(here.office.county, village)
    assert set(records) == {name for name in told if name[0] in declared.BY_NUMBER}
    for name, kept in records.items():
        one = told[name]
        erased = name in history.erased_records
        assert kept.heads == (b"" if erased else pack_heads(one.heads))
        assert kept.fields == pack(in_order(one.values))
        assert kept.withdrawn == one.withdrawn
        assert [doubt.field for doubt in kept.doubts if doubt.sort is Sort.CONFLICT] == one.conflicts
    with here.office.county.read() as connection:
        assert together(streams.digests(connection, village)) == digest_of(told, history, declared.BY_NUMBER)


def check_agreement(here: World, store: Store) -> None:
    """A laptop and the county count the same in each stream, and never counted differently."""
    with here.office.county.read() as connection:
        theirs = streams.digests(connection, store.origin.village)
    assert digests.bring_up_to_date(store) == theirs
    with store.read() as connection:
        assert exchange_facts.evidence(connection) == []


def standing(store: Store, history: History, told: Mapping[RecordName, Told]) -> dict[str, Any]:
    """What stands, is asked and not understood, whether it came change by change or as a seed.

    What erasures left nothing of is in no seed.
    """
    found = {name: rows for name, rows in contents(store).items() if name not in ("change_log", "erased_record")}
    there = {record for (_kind, record), one in told.items() if one.heads}
    gone = set(history.erased_changes)
    found["not_understood"] = [
        (kind, field, record)
        for kind, field, record in found["not_understood"]
        if (not field and record in there) or set(told[kind, record].heads.get(field, ())) - gone
    ]
    return found | {name: [row for row in found[name] if row[0] in there] for name in BY_KIND}


def founding_of(store: Store) -> list[Change]:
    with store.read() as connection:
        return [one.change for one in log.logged_changes(connection)]


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.name)
def test_every_road_ends_with_the_same(kind: Kind, templates: tuple[Path, Path]) -> None:
    @everywhere
    @given(history=histories(kind), chance=st.randoms(use_true_random=False))
    def holds(history: History, chance: Random) -> None:
        with world(templates) as here:
            told = expected(history, founding_of(here.taker.store))
            laptops = authors(history, here.taker.store.origin.village)
            check_fold(history, told)
            into_a_laptop(here.taker.store, history, laptops, chance)
            check_laptop(here.taker.store, history, told)
            here.reader.exchange(here.line)  # the founding
            into_the_county(here, history, laptops, chance, reads=True)
            check_county(here, history, told)
            here.office.room = 4 << 20
            here.reader.exchange(here.line)
            check_laptop(here.reader.store, history, told)
            assert contents(here.reader.store) == contents(here.taker.store)
            here.comes()
            assert standing(here.newcomer.store, history, told) == standing(here.reader.store, history, told)
            assert_sound(here.newcomer.store)
            check_agreement(here, here.reader.store)
            check_agreement(here, here.newcomer.store)

    holds()


def test_elements_of_a_set_merge_the_same_at_the_county(
    templates: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No declared kind has a union yet, and no table of a laptop could hold one."""
    monkeypatch.setitem(declared.BY_NUMBER, UNION.number, UNION)

    @everywhere
    @given(history=histories(UNION), chance=st.randoms(use_true_random=False))
    def holds(history: History, chance: Random) -> None:
        with world(templates) as here:
            told = expected(history, [])
            check_fold(history, told)
            into_the_county(here, history, authors(history, here.reader.store.origin.village), chance, reads=False)
            check_county(here, history, told)

    holds()
