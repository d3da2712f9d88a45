"""Seeds that the county makes of its log, and what stays of a log that is trimmed."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.county.laptops import VILLAGE, Laptop, Write, busy
from villagefp.county import devices, erasing, log, merging, seed_making, seeding, streams, trimming
from villagefp.county.accept import accept_batch
from villagefp.county.delivery import Taken
from villagefp.county.tables import change_log, record, seed_part
from villagefp.wire.batch import Packing, encode_batch
from villagefp.wire.batch_faults import BatchError, Fault
from villagefp.wire.cursor import Stream
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import Erasure, sign_erasure
from villagefp.wire.hello import SeedAt, name_of
from villagefp.wire.scopes import EVERY, GENERAL, SENSITIVE
from villagefp.wire.seed import Stage, open_part
from villagefp.wire.seed_records import SeqRange, is_covered
from villagefp.wire.signing import SigningKey

KEY = SigningKey(bytes(range(32)))
PERSON = BY_NAME["person"]


def give(county, laptop, first=1):
    for batch in laptop.batches(first):
        assert isinstance(accept_batch(county, batch), Taken)


def opened(seeded):
    return [open_part(told, [KEY.public], VILLAGE) for told in seeded.parts]


def contents(parts):
    known, told = {}, []
    for part in parts:
        told.append(part.content(known.get))
        known |= {head.name: each.record for each in told[-1].records for head in each.heads}
    return told


def heads_of(seeded):
    """By record what the parts say of it."""
    return {each.record: each.heads for told in contents(opened(seeded)) for each in told.records}


def seed(county, laptop, at=None):
    return seeding.seed_for(county, KEY, VILLAGE, laptop.device, at)


def rows_of(county):
    """Every record as the store has it."""
    with county.read() as connection:
        return sorted(map(tuple, connection.execute(select(record))))


@pytest.fixture
def two(county):
    """Two laptops, one of which has worked for a while."""
    one, other = Laptop(1).enrolled(county), Laptop(2).enrolled(county)
    for _names in busy(one, 60):
        pass
    give(county, one)
    return one, other


def test_a_seed_holds_what_stands_of_every_record_in_the_order_of_use(county, two):
    one, other = two
    seeded = seed(county, other)
    parts = opened(seeded)
    assert [part.stage for part in parts] == [Stage.REGISTER, Stage.HISTORY]
    assert list(seeded.part_names) == [name_of(told) for told in seeded.parts]
    assert [seeded.data(number) for number in range(1, len(parts) + 1)] == list(seeded.parts)
    with county.read() as connection:
        assert parts[0].seed.cursors() == {
            Stream(VILLAGE, scope): cursor for scope, cursor in streams.cursors(connection, VILLAGE).items()
        }
        heads = dict(map(tuple, connection.execute(select(record.c.record, record.c.heads))))
    first = contents(parts)[0]
    assert first.covered == {one.device: [SeqRange(1, len(one.log))]}
    told = heads_of(seeded)
    assert told.keys() == heads.keys()
    for name, those in told.items():
        kind = BY_NAME["person"] if those[0].kind == PERSON.number else None
        if kind is not None:
            folded = merging.fold_all(kind, [entry for entry in one.log if entry.change.record == name])
            assert {head.name for head in those} == {each for names in folded.heads.values() for each in names}


def test_the_same_state_gives_the_same_bytes_and_is_kept(county, opening, two):
    _one, other = two
    first = seed(county, other)
    assert seed(opening(), other) == first
    with county.write() as connection:
        connection.execute(seed_part.delete())
    again = seed(county, other)
    assert (again.seed, again.parts) == (first.seed, first.parts)


def test_whoever_was_cut_off_goes_on_and_whoever_begins_gets_what_is_not_too_old(county, two, monkeypatch):
    one, other = two
    first = seed(county, other)
    before = len(one.log)
    one.save(one.person("王明"))
    give(county, one, before + 1)
    assert seed(county, other) == first, "the rest follows in a page"
    monkeypatch.setattr(seeding, "_FOLLOW", 0)
    second = seed(county, other)
    assert second.seed != first.seed
    assert seed(county, other, SeedAt(first.seed, 1)) == first
    assert seed(county, other, SeedAt(bytes(16), 0)) == second
    county.ambient.now.now += timedelta(days=31)
    third = seed(county, other)
    assert third.parts == second.parts, "made anew of the same state"
    with county.read() as connection:
        assert set(connection.execute(select(seed_part.c.seed)).scalars()) == {second.seed}, "older ones are dropped"


def test_a_device_gets_the_scopes_of_its_role(county, two):
    one, _other = two
    cadre = Laptop(3, role="village_cadre").enrolled(county)
    parts = opened(seed(county, cadre))
    assert {stream.scope for stream in parts[0].seed.cursors()} == {GENERAL}
    covered = contents(parts)[0].covered
    visits = [entry.change.name for entry in one.log if entry.change.kind == BY_NAME["event"].number]
    assert visits
    assert not any(is_covered(covered, name) for name in visits)
    assert all(is_covered(covered, entry.change.name) for entry in one.log if entry.change.name not in visits)
    assert (
        not {entry.change.record for entry in one.log if entry.change.name in visits}
        & heads_of(seed(county, cadre)).keys()
    )


def test_what_is_held_apart_is_in_no_seed_and_not_covered(county, two):
    _one, other = two
    bad = Laptop(4).enrolled(county)
    bad.save(bad.person("张伟"))
    bad.save(Write("person", bad.id(), {"name": 7}))
    bad.save(bad.person("李芳"))
    give(county, bad)
    told = contents(opened(seed(county, other)))
    assert told[0].covered[bad.device] == [SeqRange(1, 1), SeqRange(3, 3)]
    assert bad.log[1].change.record not in heads_of(seed(county, other))


def test_an_erasure_drops_every_seed_and_is_in_the_first_part_of_the_next(county, two):
    one, other = two
    gone = next(entry.change.record for entry in one.log if entry.change.kind == PERSON.number)
    assert gone in heads_of(seed(county, other))
    statement = sign_erasure(Erasure(village=VILLAGE, serial=1, records=((PERSON.number, gone),)), KEY)
    erasing.apply(county, VILLAGE, statement, [KEY.public])
    with county.read() as connection:
        assert connection.execute(select(seed_part.c.seed)).all() == []
    after = seed(county, other)
    assert gone not in heads_of(after)
    assert contents(opened(after))[0].erasures == (statement,)


def test_an_erased_write_still_overwrites(county, two):
    one, other = two
    names = [entry.change.name for entry in one.log if entry.change.kind == PERSON.number and entry.change.replaces]
    statement = sign_erasure(Erasure(village=VILLAGE, serial=1, changes=(names[0],)), KEY)
    erasing.apply(county, VILLAGE, statement, [KEY.public])
    told = {head.name: head for heads in heads_of(seed(county, other)).values() for head in heads}
    erased = told.get(names[0])
    assert erased is None or dict(erased.fields) == {}


def positions(county):
    with county.read() as connection:
        return {scope: cursor.position for scope, cursor in streams.cursors(connection, VILLAGE).items()}


def wanted(county, laptop, at):
    with county.read() as connection:
        return seeding.wanted(connection, devices.known(connection, VILLAGE, laptop.device), at)


def test_who_needs_a_seed(county, two, monkeypatch):
    one, other = two
    nothing, here = dict.fromkeys(EVERY, 0), positions(county)
    assert not wanted(county, other, nothing), "so few changes are read one by one"
    monkeypatch.setattr(seeding, "_FRESH", 20)
    assert wanted(county, other, nothing)
    assert not wanted(county, one, nothing), "it wrote all of that itself"
    assert not wanted(county, other, {GENERAL: 1, SENSITIVE: 0}), "it has begun to read"
    assert not wanted(county, other, here)


def test_what_was_overwritten_goes_and_everything_stands_as_before(county, two):
    one, other = two
    before, seeded, here = rows_of(county), heads_of(seed(county, other)), positions(county)
    count = trimming.trim(county, VILLAGE, here)
    assert count > 3
    assert rows_of(county) == before
    with county.write() as connection:
        connection.execute(seed_part.delete())
    after = seed(county, other)
    assert heads_of(after) == seeded
    assert contents(opened(after))[0].covered == {one.device: [SeqRange(1, len(one.log))]}
    assert trimming.trim(county, VILLAGE, here) == 0
    assert wanted(county, other, dict.fromkeys(EVERY, 0))
    assert not wanted(county, other, here)
    with county.read() as connection:
        left = connection.execute(select(change_log.c.seq)).scalars().all()
        assert len(left) == len(one.log) - count
        assert len(one.log) in left, "the last link of each laptop is kept"


def test_a_corrected_name_leaves_the_headers_of_those_before_and_later_nothing(county):
    one = Laptop(1).enrolled(county)
    person = one.person("王一", sex="1")
    (first,) = one.save(person)
    name = first
    for number in range(30):
        told = {"name": f"王{number}", "name_status": "own"}
        (name,) = one.save(Write("person", person.record, told, dict.fromkeys(told, (name,))))
    give(county, one)
    before = rows_of(county)
    trimmed = trimming.trim(county, VILLAGE, positions(county))
    assert trimmed > 10
    with county.read() as connection:
        rows = connection.execute(select(change_log.c.seq, change_log.c.position, change_log.c.body)).all()
    assert len(rows) == len(one.log)
    hidden = [row.seq for row in rows if row.position < 0]
    assert len(hidden) == trimmed
    assert all((row.body is None) is (row.position < 0) for row in rows)
    assert rows_of(county) == before
    (heads,) = heads_of(seed(county, one)).values()
    assert {head.name for head in heads} == {first, name}
    one.save(Write("person", person.record, {"sex": "2"}, {"sex": (first,)}))
    give(county, one, len(one.log))
    before = rows_of(county)
    assert trimming.trim(county, VILLAGE, positions(county)) >= len(hidden)
    assert rows_of(county) == before
    with county.read() as connection:
        left = set(connection.execute(select(change_log.c.seq)).scalars())
    assert not left & set(hidden), "nothing that they overwrote is there any more"


def test_nothing_above_the_positions_is_trimmed_and_pages_can_be_read_from_there(county, two):
    one, other = two
    here = positions(county)
    below = {scope: position // 2 for scope, position in here.items()}
    assert trimming.trim(county, VILLAGE, below) > 0
    assert not wanted(county, other, below)
    assert wanted(county, other, dict.fromkeys(EVERY, 0))
    with county.read() as connection:
        for scope, position in below.items():
            of = Stream(VILLAGE, scope)
            assert [placed.place.position for placed in streams.read(connection, of, position, 1000)] == [
                *range(position + 1, here[scope] + 1)
            ]
            assert position in streams.chains_at(connection, of, [position])
            seqs = {placed.delivered.change.seq for placed in streams.read(connection, of, position, 1000)}
            found = log.links_at(connection, VILLAGE, one.device, {seq - 1 for seq in seqs} - {0})
            assert found.keys() == {seq - 1 for seq in seqs} - {0}, "a page can say the link before each of its changes"


def test_work_goes_on_over_a_trimmed_log(county, two):
    one, other = two
    trimming.trim(county, VILLAGE, positions(county))
    with county.read() as connection:
        left = set(connection.execute(select(change_log.c.seq)).scalars())
    assert left < {entry.change.seq for entry in one.log}
    give(county, one)  # all of it again does no harm
    before = len(one.log)
    for _names in busy(one, 20):
        pass
    give(county, one, before + 1)
    twin = Laptop(9).enrolled(county)
    for _names in busy(twin, 10):
        pass
    give(county, twin)
    told = heads_of(seed(county, other))
    for name, heads in told.items():
        mine = [entry for entry in (*one.log, *twin.log) if entry.change.record == name]
        kind = next(kind for kind in BY_NAME.values() if kind.number == heads[0].kind)
        assert {head.name for head in heads} == {
            each for names in merging.fold_all(kind, mine).heads.values() for each in names
        }


def test_a_batch_that_names_what_was_trimmed_is_cut_again(county, two):
    one, _other = two
    trimming.trim(county, VILLAGE, positions(county))
    with county.read() as connection:
        left = set(connection.execute(select(change_log.c.seq)).scalars())
    gone = next(entry.change for entry in one.log if entry.change.seq not in left)
    one.save(Write("phone", one.id(), {"person": gone.record, "number": "1"}))
    packing = Packing(key=one.key, cover_of=one.covers.__getitem__, name_of={gone.record: gone.name}.get)
    batch = encode_batch(one.log[-1:], one.log[-2].link, packing)
    with pytest.raises(BatchError) as refused:
        accept_batch(county, batch)
    assert refused.value.fault is Fault.UNKNOWN_REFERENCE
    assert isinstance(accept_batch(county, one.batch(len(one.log))), Taken)


def test_a_record_of_a_newer_peer_travels_too(county, two):
    _one, other = two
    newer = Laptop(5).enrolled(county)
    newer.save(newer.person("张伟"))
    give(county, newer)
    with county.write() as connection:
        connection.execute(update(change_log).where(change_log.c.device == newer.device).values(kind=999))
        connection.execute(record.delete().where(record.c.record == newer.log[0].change.record))
    (head,) = heads_of(seed(county, other))[newer.log[0].change.record]
    assert (head.kind, dict(head.fields)) == (999, dict(newer.log[0].change.fields))


@pytest.mark.parametrize("chance", range(4))
def test_trimming_at_any_point_leaves_every_record_as_it_was(county, chance):
    rng = random.Random(chance)
    pair = [Laptop(10 + number).enrolled(county) for number in range(2)]
    works = [busy(laptop, 80) for laptop in pair]
    for _ in range(6):
        for laptop, work in zip(pair, works, strict=True):
            first = len(laptop.log) + 1
            for _save in range(rng.randrange(1, 12)):
                next(work, None)
            if len(laptop.log) >= first:
                give(county, laptop, first)
        before = rows_of(county)
        trimming.trim(county, VILLAGE, {scope: rng.randrange(last + 1) for scope, last in positions(county).items()})
        assert rows_of(county) == before
        with county.read() as connection:
            made = {ones[0].change.record: folded for folded, ones in seed_making.records(connection, VILLAGE, EVERY)}
            for name, heads in connection.execute(select(record.c.record, record.c.heads)):
                assert merging.pack_heads(made[name].heads) == heads
