"""Several processes on one store: positions stay gapless in the order of commits, and nothing is taken twice."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess

from tests.county.conftest import Opening
from tests.county.laptops import VILLAGE, Laptop, busy, positions
from tests.county.reading import in_force, stored
from villagefp.county import streams
from villagefp.county.accept import accept_batch
from villagefp.county.engine import postgres_engine
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.wire.cursor import Stream, next_chain, start
from villagefp.wire.scopes import EVERY, GENERAL

ENOUGH = 60.0


def test_a_reader_skips_nothing_while_others_write(opening: Opening) -> None:
    """Whoever reads from a position on sees, in whatever moment, all that stands before what it sees."""
    first = opening()
    laptops = [Laptop(seed).enrolled(first) for seed in range(30, 34)]
    for laptop in laptops:
        list(busy(laptop, 40))
    done = threading.Event()
    reading = opening()
    followed: list[int] = []

    def follow() -> None:
        of, cursor = Stream(VILLAGE, GENERAL), start(Stream(VILLAGE, GENERAL))
        last_round = False
        while not last_round:
            last_round = done.is_set()
            with reading.read() as connection:
                page = streams.read(connection, of, cursor.position, 7)
            for placed in page:
                followed.append(placed.place.position)
                chain = next_chain(cursor.chain, placed.delivered.link)
                assert chain == placed.place.chain
                cursor = cursor._replace(position=placed.place.position, chain=chain)
            last_round = last_round and not page

    def write(laptop: Laptop) -> None:
        mine = opening()
        groups = sorted({one.change.group for one in laptop.log})
        for begin, end in zip(groups[::3], [*groups[3::3], len(laptop.log) + 1], strict=True):
            accept_batch(mine, laptop.batch(begin, end - 1))

    with ThreadPoolExecutor(5) as pool:
        follower = pool.submit(follow)
        for written in [pool.submit(write, laptop) for laptop in laptops]:
            written.result(ENOUGH)
        done.set()
        follower.result(ENOUGH)
    assert followed == [*range(1, len(followed) + 1)]
    assert followed == [*positions(first, VILLAGE, GENERAL)]
    assert stored(first, VILLAGE) == in_force(laptops)


def test_a_later_number_cannot_be_seen_before_an_earlier_one(opening: Opening) -> None:
    """Two transactions number at once: the second has to wait for the first one's commit, so it cannot come first."""
    one, other = opening(), opening()
    laptop, late = Laptop(40).enrolled(one), Laptop(41).enrolled(one)
    laptop.save(laptop.person("先"))
    late.save(late.person("后"))
    with ThreadPoolExecutor(1) as pool:
        with one.numbering(VILLAGE):
            second = pool.submit(accept_batch, other, late.batch())
            with one.read() as connection:
                seen = streams.read(connection, Stream(VILLAGE, GENERAL), 0, 10)
            assert seen == []
            assert not second.done()
        second.result(ENOUGH)
    accept_batch(one, laptop.batch())
    assert [*positions(one, VILLAGE, GENERAL)] == [1, 2]


def test_villages_do_not_wait_for_each_other_on_postgres(opening: Opening) -> None:
    one, other = opening(), opening()
    elsewhere = bytes(15) + b"\x02"
    laptop, far = Laptop(42).enrolled(one), Laptop(43, village=elsewhere)
    one.found_village(elsewhere, "990101101202", "杨家坪村")
    far.enrolled(one)
    far.save(far.person())
    laptop.save(laptop.person())
    if one.engine.dialect.name == "sqlite":  # one file, one writer: there the second comes after the first
        accept_batch(one, laptop.batch())
        accept_batch(other, far.batch())
    else:
        with one.numbering(VILLAGE):
            accept_batch(other, far.batch())
        accept_batch(one, laptop.batch())
    assert [*positions(one, elsewhere, GENERAL)] == [1]
    assert [*positions(one, VILLAGE, GENERAL)] == [1]


def test_one_batch_given_to_many_at_once_is_taken_once(opening: Opening) -> None:
    first = opening()
    laptop = Laptop(44).enrolled(first)
    list(busy(laptop, 20))
    batch = laptop.batch()
    with ThreadPoolExecutor(4) as pool:
        outcomes = [each.result(ENOUGH) for each in [pool.submit(accept_batch, opening(), batch) for _ in range(4)]]
    assert {outcome.accepted for outcome in outcomes} == {len(laptop.log)}
    assert sum(outcome.numbered for outcome in outcomes) == len(laptop.log)
    assert stored(first, VILLAGE) == in_force([laptop])


def _deliver(url: str, batches: list[bytes]) -> None:
    county = County(postgres_engine(url, pool_size=1), Ambient())
    for batch in batches:
        accept_batch(county, batch)
    county.close()


def test_several_processes_number_one_village(cluster_url: str) -> None:
    county = County(postgres_engine(cluster_url), Ambient())
    laptops = [Laptop(seed).enrolled(county) for seed in range(50, 53)]
    processes: list[BaseProcess] = []
    spawn = multiprocessing.get_context("spawn")
    for laptop in laptops:
        list(busy(laptop, 30))
        groups = sorted({one.change.group for one in laptop.log})
        pairs = zip(groups, [*groups[1:], len(laptop.log) + 1], strict=True)
        batches = [laptop.batch(begin, end - 1) for begin, end in pairs]
        # Each is given to two processes: the same one comes twice, at once and late.
        processes += [spawn.Process(target=_deliver, args=(cluster_url, batches)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(ENOUGH)
    assert [process.exitcode for process in processes] == [0] * len(processes)
    for scope in EVERY:
        found = positions(county, VILLAGE, scope)
        assert [*found] == [*range(1, len(found) + 1)]
    assert stored(county, VILLAGE) == in_force(laptops)
    county.close()
