"""A county whose store was put back to an earlier state, by whatever means: it notices, and nothing stays lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.county.cluster import Cluster
from tests.county.conftest import KEY, Opening
from tests.county.laptops import VILLAGE, Laptop, busy
from tests.county.reading import in_force, stored
from villagefp.county import receipts, streams
from villagefp.county.accept import accept_batch
from villagefp.county.delivery import Taken
from villagefp.county.engine import postgres_engine, sqlite_engine
from villagefp.county.store import County
from villagefp.county.streams import Shown, Told, compare
from villagefp.domain.ambient import Ambient
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.hello import Known, tag_of
from villagefp.wire.receipt import Receipt
from villagefp.wire.scopes import EVERY, GENERAL

Checkpoints = dict[int, dict[int, bytes]]


class Lost:
    """A county with two laptops; a backup is made, more is received, and the backup comes back."""

    def __init__(self, county: County) -> None:
        self.one, self.other = Laptop(60).enrolled(county), Laptop(61).enrolled(county)
        self.later: list[Receipt] = []

    def morning(self, county: County) -> None:
        """What the backup holds."""
        for laptop in (self.one, self.other):
            list(busy(laptop, 30))
            accept_batch(county, laptop.batch())
        receipts.receipt(county, VILLAGE, self.one.device)

    def afternoon(self, county: County) -> tuple[Told, Checkpoints]:
        """What it lacks; returns what a laptop that has read it tells at the next hello."""
        for laptop in (self.one, self.other):
            list(busy(laptop, 5))
            accept_batch(county, laptop.batch())
        return self.told(county, self.one), self.checkpoints(county)

    def told(self, county: County, laptop: Laptop) -> Told:
        """What a laptop that has read everything tells."""
        receipt = receipts.receipt(county, VILLAGE, laptop.device)
        with county.read() as connection:
            at = streams.cursors(connection, VILLAGE)
        return told(at, Known(receipt.epoch, receipt.serial))

    def checkpoints(self, county: County) -> Checkpoints:
        """What a laptop that has read everything keeps of each stream."""
        with county.read() as connection:
            return {scope: streams.checkpoints(connection, Stream(VILLAGE, scope)) for scope in EVERY}


def told(at: dict[int, Cursor], known: Known | None) -> Told:
    chains = {scope: cursor.chain for scope, cursor in at.items()}
    return Told({scope: cursor.position for scope, cursor in at.items()}, tag_of(chains), known)


@pytest.fixture(params=["pg_restore", "pg_basebackup", "copied file"])
def lost(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Lost, Told, Checkpoints, County]]:
    """What the laptops know, and the county that was put back."""
    means = {"pg_restore": _by_dump, "pg_basebackup": _by_base_backup, "copied file": _by_file}[request.param]
    yield from means(request, tmp_path)


def _by_dump(request: pytest.FixtureRequest, _folder: Path) -> Iterator[tuple[Lost, Told, Checkpoints, County]]:
    cluster: Cluster = request.getfixturevalue("cluster")
    url = request.getfixturevalue("cluster_url")
    name = str(make_url(url).database)
    dump = str(cluster.folder / f"{name}.dump")
    with closing(County(postgres_engine(url), Ambient())) as county:
        story = Lost(county)
        story.morning(county)
        cluster.run("pg_dump", "--format=custom", "-f", dump, name)
        known, kept = story.afternoon(county)
    cluster.drop_database(name)
    cluster.new_database(name)
    cluster.run("pg_restore", "-d", name, dump)
    with closing(County(postgres_engine(url), Ambient())) as county:
        yield story, known, kept, county


def _by_base_backup(request: pytest.FixtureRequest, _folder: Path) -> Iterator[tuple[Lost, Told, Checkpoints, County]]:
    """A copy of the whole cluster, as a replica is that no longer follows, takes over."""
    cluster: Cluster = request.getfixturevalue("cluster")
    url = request.getfixturevalue("cluster_url")
    name = str(make_url(url).database)
    with closing(County(postgres_engine(url), Ambient())) as county:
        story = Lost(county)
        story.morning(county)
        with cluster.copied() as copy:
            known, kept = story.afternoon(county)
            with closing(County(postgres_engine(copy.url(name)), Ambient())) as put_back:
                yield story, known, kept, put_back


def _by_file(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Lost, Told, Checkpoints, County]]:
    path, copy = folder / "county.db", folder / "copy.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    with closing(County(sqlite_engine(path, KEY), Ambient())) as county:
        story = Lost(county)
        story.morning(county)
    shutil.copyfile(path, copy)
    with closing(County(sqlite_engine(path, KEY), Ambient())) as county:
        known, kept = story.afternoon(county)
    shutil.copyfile(copy, path)
    with closing(County(sqlite_engine(path, KEY), Ambient())) as county:
        yield story, known, kept, county


def test_a_county_put_back_notices_it_before_it_numbers_anything(
    lost: tuple[Lost, Told, Checkpoints, County],
) -> None:
    story, known, kept, county = lost
    assert known.known is not None
    seen = compare(county, VILLAGE, story.one.device, known)
    assert seen.raised is Shown.BEYOND
    assert seen.epoch.counter == known.known.epoch.counter + 1
    assert not seen.agrees
    with county.read() as connection:
        heads = streams.cursors(connection, VILLAGE)
        for scope in EVERY:
            common = streams.common(connection, Stream(VILLAGE, scope), kept[scope])
            behind = known.positions[scope] - heads[scope].position
            assert heads[scope].position - common < 2 * max(behind, 1)
    # The second laptop knows the older epoch: it shows nothing that was not known, and is sent back all the same.
    other = compare(county, VILLAGE, story.other.device, known)
    assert (other.raised, other.epoch, other.agrees) == (None, seen.epoch, False)
    for laptop in (story.other, story.one):
        outcome = accept_batch(county, laptop.batch())
        assert isinstance(outcome, Taken)
        assert outcome.accepted == len(laptop.log)
        receipt = receipts.receipt(county, VILLAGE, laptop.device)
        assert (receipt.epoch, receipt.serial) == (seen.epoch, 1)
    assert stored(county, VILLAGE) == in_force([story.one, story.other])


def test_a_county_that_went_on_after_it_was_put_back_is_noticed_by_its_chain(
    lost: tuple[Lost, Told, Checkpoints, County],
) -> None:
    """Others numbered so much meanwhile that no cursor lies beyond the end."""
    story, known, kept, county = lost
    third = Laptop(62).enrolled(county)
    list(busy(third, 150))
    accept_batch(county, third.batch())
    seen = compare(county, VILLAGE, story.one.device, known)
    assert seen.raised is Shown.CHAIN
    with county.read() as connection:
        of = Stream(VILLAGE, GENERAL)
        assert 0 < streams.common(connection, of, kept[GENERAL]) < known.positions[GENERAL]
    for laptop in (story.one, story.other):
        accept_batch(county, laptop.batch())
    assert stored(county, VILLAGE) == in_force([story.one, story.other, third])


def test_a_laptop_that_agrees_or_is_behind_raises_nothing(opening: Opening) -> None:
    county = opening()
    story = Lost(county)
    story.morning(county)
    before = story.told(county, story.one)
    assert compare(county, VILLAGE, story.one.device, before).agrees
    story.afternoon(county)
    behind = compare(county, VILLAGE, story.one.device, before)
    assert (behind.raised, behind.agrees) == (None, True)
    new = compare(county, VILLAGE, story.one.device, Told({}, tag_of({})))
    assert (new.raised, new.agrees) == (None, True)


def test_a_later_receipt_or_epoch_alone_shows_it_too(opening: Opening) -> None:
    county = opening()
    story = Lost(county)
    story.morning(county)
    told_now = story.told(county, story.one)
    assert told_now.known is not None
    known = told_now.known
    later = Told(told_now.positions, told_now.tag, Known(known.epoch, known.serial + 1))
    assert compare(county, VILLAGE, story.one.device, later).raised is Shown.RECEIPT
    now = story.told(county, story.one)
    assert now.known is not None
    twin = type(now.known.epoch)(now.known.epoch.counter, b"otherone")
    seen = compare(county, VILLAGE, story.one.device, Told(now.positions, now.tag, Known(twin, 1)))
    assert (seen.raised, seen.epoch.counter) == (Shown.EPOCH, twin.counter + 1)
    with county.read() as connection:
        epochs = connection.exec_driver_sql("SELECT counter, shown_by FROM epoch ORDER BY counter").all()
    assert [tuple(row) for row in epochs] == [(1, "founded"), (2, "receipt"), (3, "epoch")]
