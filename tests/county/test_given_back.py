"""A county whose store is put back gets everything again: own batches, and its own pages from whoever read them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.county.conftest import KEY
from tests.county.laptops import VILLAGE, Laptop, busy
from tests.county.peers import KEYS, Peer
from tests.county.reading import in_force, stored
from villagefp.county import given_back
from villagefp.county.engine import sqlite_engine
from villagefp.county.exchange import hear
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.wire.frames import Piece
from villagefp.wire.signed import ExchangeError

_STEPS = 8


@pytest.fixture
def office(sqlite_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "county.db"
    shutil.copyfile(sqlite_template, path)
    return path


def opened(path: Path) -> County:
    return County(sqlite_engine(path, KEY), Ambient())


@pytest.mark.parametrize("point", range(_STEPS))
def test_a_store_put_back_to_any_point_gets_everything_again(office: Path, tmp_path: Path, point: int) -> None:
    copy = tmp_path / "copy.db"
    with closing(opened(office)) as county:
        one, other = Peer(Laptop(700).enrolled(county)), Peer(Laptop(701).enrolled(county))
    for step in range(_STEPS):
        if step == point:
            shutil.copyfile(office, copy)
        with closing(opened(office)) as county:
            peer = one if step % 2 else other
            list(busy(peer.laptop, 6))
            peer.exchange(county)
    shutil.copyfile(copy, office)
    with closing(opened(office)) as county:
        for peer in (other, one, other, one):
            list(busy(peer.laptop, 2))
            peer.exchange(county)
        other.exchange(county)
        assert stored(county, VILLAGE) == in_force([one.laptop, other.laptop])
        assert one.cursors == other.cursors
        assert one.receipts.accepted == len(one.laptop.log)


def test_what_a_laptop_that_is_lost_had_given_comes_back_from_the_one_that_read_it(
    office: Path, tmp_path: Path
) -> None:
    """Its changes lie in two streams, and the pages come one by one, in the worst order."""
    copy = tmp_path / "copy.db"
    with closing(opened(office)) as county:
        lost, reader = Peer(Laptop(702).enrolled(county)), Peer(Laptop(703).enrolled(county))
    shutil.copyfile(office, copy)
    with closing(opened(office)) as county:
        for _time in range(4):
            list(busy(lost.laptop, 5))
            lost.exchange(county)
            reader.exchange(county)
    shutil.copyfile(copy, office)
    pages = [told for _page, told, _epoch in reader.kept.values()]
    assert len({page.stream for page, _told, _epoch in reader.kept.values()}) == 2
    with closing(opened(office)) as county:
        for told in reversed(pages):
            hello = reader.hello([told])
            hear(county, KEYS, hello, [Piece(0, 0, told)])
        assert stored(county, VILLAGE) == in_force([lost.laptop])
        with county.read() as connection:
            assert not given_back.waiting(connection, VILLAGE)


def test_pages_of_nobody_or_of_another_village_are_not_taken(opening: Callable[[], County]) -> None:
    county = opening()
    one, other = Peer(Laptop(704).enrolled(county)), Peer(Laptop(705).enrolled(county))
    list(busy(one.laptop, 3))
    one.exchange(county)
    other.exchange(county)
    ((_page, told, _epoch), *_rest) = other.kept.values()
    with pytest.raises(ExchangeError):
        given_back.keep(county, VILLAGE, [one.laptop.key.public], told)
    with pytest.raises(ExchangeError):
        given_back.keep(county, bytes(16), KEYS.signs, told)
    assert given_back.keep(county, VILLAGE, KEYS.signs, told)
    given_back.take(county, VILLAGE, KEYS.signs)
    with county.read() as connection:
        assert not given_back.waiting(connection, VILLAGE)
