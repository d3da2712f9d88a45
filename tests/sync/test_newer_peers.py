"""Kinds and fields that only a newer program knows go through older laptops and an older county as they are.

Whoever is updated later folds them in then, the county as well, and everybody counts the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.storage.laptops import add, change, get
from tests.storage.newer import FACILITY, Facility, NewerPerson, Program
from tests.sync.offices import Line, Side
from villagefp.county import erasing, learning, streams
from villagefp.domain.records import Person
from villagefp.storage import digests, exchange_facts
from villagefp.wire.erasure import Erasure, sign_erasure

CHANGES = "SELECT device, seq, grp, stamp, author, kind, record, replaces, body, commitment, link FROM change_log"


@pytest.fixture
def program() -> Iterator[Program]:
    with pytest.MonkeyPatch.context() as patch:
        yield Program(patch)


def rows(connection: Any, device: bytes) -> list[tuple[Any, ...]]:
    """What a log holds of a laptop, byte for byte."""
    return [tuple(row) for row in connection.exec_driver_sql(f"{CHANGES} WHERE device = ? ORDER BY seq", (device,))]


def rows_of(side: Side, device: bytes) -> list[tuple[Any, ...]]:
    with side.store.read() as connection:
        return rows(connection, device)


def to_an_older_county(line: Line, program: Program) -> Line:
    """The line of a newer laptop: while the county hears it, the process is the older program."""

    def older(data: bytes) -> bytes:
        program.older()
        return data

    def newer(data: bytes) -> bytes:
        program.newer()
        return data

    return Line(line.office, older, newer)


def evidence(side: Side) -> list[Any]:
    with side.store.read() as connection:
        return list(exchange_facts.evidence(connection))


def test_what_is_newer_passes_through_older_ones_and_is_folded_in_after_their_update(
    make: Callable[..., Side], line: Line, program: Program
) -> None:
    here, there, third = make(), make(), make()
    village, county = here.store.origin.village, line.office.county
    program.newer(here.store)
    clinic = add(here.store, Facility(id=here.ambient.new_id(), name="镇卫生院"))
    gone = add(here.store, Facility(id=here.ambient.new_id(), name="要删去的"))
    person = add(here.store, NewerPerson(id=here.ambient.new_id(), name="李芳", nickname="阿芳"))
    here.exchange(to_an_older_county(line, program))
    assert here.stands().not_received == 0
    program.older()

    there.exchange(line)
    change(there.store, Person(id=person.id, name="李芳", note="written by the older program"))
    told = sign_erasure(
        Erasure(village=village, serial=1, records=((FACILITY.number, gone.id),)), line.office.keys.sign
    )
    erasing.apply(county, village, told, line.office.keys.signs)
    there.exchange(line)
    third.exchange(line)
    program.newer()
    here.exchange(to_an_older_county(line, program))
    program.older()
    written = rows_of(here, here.store.origin.device)
    assert rows_of(there, here.store.origin.device) == rows_of(third, here.store.origin.device) == written
    with county.read() as connection:
        assert rows(connection, here.store.origin.device) == written
    assert [evidence(each) for each in (here, there, third)] == [[], [], []]

    program.newer(third.store)
    third.again()
    assert get(third.store, clinic) == clinic
    assert get(third.store, gone) is None
    shown = get(third.store, person)
    assert (shown.nickname, shown.note) == ("阿芳", "written by the older program")
    add(third.store, NewerPerson(id=third.ambient.new_id(), name="张三", nickname="三儿"))
    third.exchange(to_an_older_county(line, program))
    assert third.stands().not_received == 0

    learning.fold_in_what_is_known(county)  # and now the county is updated too
    change(third.store, Facility(id=clinic.id, name="镇中心卫生院"))
    for each in (third, here, third):
        each.exchange(line)
    assert get(here.store, clinic).name == "镇中心卫生院"
    with county.read() as connection:
        counted = streams.digests(connection, village)
    for each in (here, third):
        assert digests.bring_up_to_date(each.store) == counted
        assert evidence(each) == []
        each.store.close()  # it knows more than this process will at the end
    program.older()
