"""The county as an author: in force like a laptop's entries, under a name of its own, not lost with its store."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from tests.county.conftest import KEY
from tests.county.laptops import VILLAGE, Laptop
from tests.county.peers import Peer
from tests.county.reading import stored
from villagefp.county import pen
from villagefp.county.engine import sqlite_engine
from villagefp.county.pen import Write, is_pen
from villagefp.county.store import Act, County
from villagefp.domain.ambient import Ambient
from villagefp.wire.declared import BY_NAME
from villagefp.wire.values import unpack

PERSON = BY_NAME["person"]


def opened(path: Path) -> County:
    return County(sqlite_engine(path, KEY), Ambient())


def note(county: County, record: bytes, text: str) -> None:
    """The county writes a person's note."""
    with pen.writing(county, VILLAGE, Act(county.now(), "clerk", "test", record)) as writer:
        writer.save(Write(kind=PERSON.number, record=record, fields={PERSON.by_name["note"].number: text}))


def told(county: County, record: bytes) -> object:
    kept = stored(county, VILLAGE)[PERSON.number, record]
    return unpack(kept.fields).get(PERSON.by_name["note"].number)


def test_what_the_county_writes_is_in_force_and_numbered_like_any_change(county: County) -> None:
    laptop = Laptop(1).enrolled(county)
    record = laptop.id()
    for text in ("一", "二"):
        note(county, record, text)
    assert told(county, record) == "二"


def broken_off(county: County, record: bytes) -> None:
    with pen.writing(county, VILLAGE, Act(county.now(), "clerk", "test")) as writer:
        writer.save(Write(kind=PERSON.number, record=record, fields={PERSON.by_name["note"].number: "x"}))
        raise RuntimeError("in the middle")


def test_an_error_leaves_nothing_of_it(county: County) -> None:
    laptop = Laptop(1).enrolled(county)
    with pytest.raises(RuntimeError, match="in the middle"):
        broken_off(county, laptop.id())
    assert stored(county, VILLAGE) == {}


def test_no_laptop_has_the_id_of_a_pen(county: County) -> None:
    assert is_pen(pen.new_pen(county.ambient.random))
    assert not is_pen(Ambient().new_id())


def test_what_it_wrote_before_its_store_was_put_back_comes_back_from_who_read_it(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """The copy knows neither the change nor that the county ever wrote: a laptop gives the signed page back."""
    path, copy = tmp_path / "county.db", tmp_path / "copy.db"
    shutil.copyfile(sqlite_template, path)
    with closing(opened(path)) as county:
        peer = Peer(Laptop(704).enrolled(county))
        person = peer.laptop.person()
        peer.laptop.save(person)
        peer.exchange(county)
    shutil.copyfile(path, copy)
    with closing(opened(path)) as county:
        note(county, person.record, "decided")
        peer.exchange(county)
    shutil.copyfile(copy, path)
    with closing(opened(path)) as county:
        note(county, person.record, "and written again before anybody was heard")
        for _time in range(3):
            peer.exchange(county)
        heads = stored(county, VILLAGE)[PERSON.number, person.record].heads
        assert sum(is_pen(device) for device, _seq, _numbers in unpack(heads)) == 2
        assert peer.receipts.accepted == len(peer.laptop.log)
