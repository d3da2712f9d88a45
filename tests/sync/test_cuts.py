"""Lines that break at byte after byte, processes that die at every step: nothing is lost, doubled, said too early."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.storage.laptops import contents, get
from tests.sync.offices import Died, Line, Office, Side, cut_at, dying, many
from villagefp.domain.records import Person
from villagefp.storage import arriving, cursors, exchange_facts, kept_pages, local, outbox, sending
from villagefp.storage.taking import Taking
from villagefp.sync.outcome import Stopped
from villagefp.sync.outgoing import LARGEST
from villagefp.sync.road import LineError, Why
from villagefp.wire.frames import AnswerReader
from villagefp.wire.receipt import State


def count(office: Office) -> int:
    with office.county.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one())


def test_a_cut_at_every_byte_of_the_request(laptop: Side, line: Line) -> None:
    """One engine, one county, one save a time: the request is cut at each of its bytes in turn."""
    laptop.exchange(line)
    entered = count(line.office)
    at = 0
    while True:
        person = laptop.person(f"张{at}")
        line.asked.clear()
        line.before = cut_at(at)
        laptop.exchange(line)
        assert laptop.state(person) is State.RECEIVED
        assert laptop.stands().not_received == 0
        entered += 2
        if at >= len(line.asked[0]):
            break
        assert len(line.asked) >= 2
        at += 13 if at > 40 else 1  # every byte of the head, then every so-many-th of hello and batch
    assert count(line.office) == entered


def test_a_cut_at_every_byte_of_the_answer(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    other.exchange(line)
    at = 0
    while True:
        person = one.person(f"张{at}")
        one.exchange(Line(line.office))
        line.answered.clear()
        line.after = cut_at(at)
        other.exchange(line)
        assert get(other.store, person) is not None
        if at >= len(line.answered[0]):
            break
        at += 13 if at > 40 else 1  # every byte of the head, then every so-many-th of what follows
    assert contents(one.store) == contents(other.store)


def test_the_answer_is_lost_after_the_county_has_taken_everything(laptop: Side, line: Line) -> None:
    person = laptop.person("张三")
    line.after = cut_at(0, 0, 0)
    done = laptop.exchange(line)
    assert laptop.state(person) is State.RECEIVED
    assert done.sent == laptop.stands().received == count(line.office)


def test_what_came_up_before_a_cut_does_not_go_up_again(laptop: Side, line: Line) -> None:
    many(laptop.store, laptop.ambient, 400)
    whole = laptop.waiting()
    assert whole > 40_000
    line.before = cut_at(*[9000, 100_000] * 20)  # every second one is the question how much arrived
    done = laptop.exchange(line)
    assert laptop.stands().not_received == 0
    assert done.bytes_up < 1.15 * whole


def test_what_came_down_before_a_cut_does_not_come_again(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    many(one.store, one.ambient, 400)
    one.exchange(line)
    line.answered.clear()
    line.after = cut_at(*[9000] * 20)
    done = other.exchange(line)
    whole = len(line.answered[0])
    assert whole > 40_000
    assert done.bytes_down < 1.15 * whole
    assert contents(one.store) == contents(other.store)


def test_what_came_before_a_cut_survives_a_restart(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    many(one.store, one.ambient, 100)
    one.exchange(line)
    line.after = lambda answer: answer[:5000]

    def once(data: bytes) -> bytes:
        if len(line.asked) > 1:
            raise LineError(Why.NO_LINE)
        return data

    line.before = once
    line.asked.clear()
    with pytest.raises(Stopped):
        other.exchange(line)
    other.again()
    line.before = line.after = lambda data: data
    done = other.exchange(line)
    assert done.bytes_down < len(line.answered[1]) - 4000
    assert contents(one.store) == contents(other.store)


def test_a_beginning_that_is_never_ended_is_let_go(make: Callable[..., Side], line: Line) -> None:
    """The page was cut, and is another one by the time the laptop comes back: its stream has grown."""
    one, other = make(), make()
    many(one.store, one.ambient, 100)
    one.exchange(line)

    def once(data: bytes) -> bytes:
        if len(line.asked) > 1:
            raise LineError(Why.NO_LINE)
        return data

    line.asked.clear()
    line.before, line.after = once, lambda answer: answer[:3000]
    with pytest.raises(Stopped):
        other.exchange(line)
    line.before = line.after = lambda data: data
    one.person("李四")
    one.exchange(line)
    with other.store.read() as connection:
        assert arriving.held(connection)
    other.exchange(line)
    with other.store.read() as connection:
        assert arriving.held(connection) == {}
    assert contents(one.store) == contents(other.store)


def test_a_proxy_that_keeps_a_request_until_it_has_all_of_it(laptop: Side, line: Line) -> None:
    """Where a cut line brings nothing at all there, the portions become smaller until they get through, then larger."""
    many(laptop.store, laptop.ambient, 150)
    whole = laptop.waiting()
    sizes = []

    def buffered(data: bytes) -> bytes:
        sizes.append(len(data))
        if len(data) > 4000:
            raise SwallowedError(len(data))
        return data

    line.before = buffered
    road = Swallowing(line)
    laptop.exchange(road)
    assert laptop.stands().not_received == 0
    assert max(sizes[3:]) < 2 * 4000 + 1000  # it grows again, and finds the border again
    assert len(sizes) < 3 * whole / 1024


class SwallowedError(Exception):
    """So many bytes were taken by a proxy, and no county has seen them."""


class Swallowing:
    """A line behind a buffering proxy."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def ask(self, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]) -> None:
        try:
            self.line.ask(request, came, sent)
        except SwallowedError as swallowed:
            sent(swallowed.args[0])
            raise LineError(Why.CUT) from None

    def enrol(self, told: bytes) -> bytes:
        return self.line.enrol(told)


def test_a_portion_is_never_larger_than_what_proxies_take(laptop: Side, line: Line) -> None:
    many(laptop.store, laptop.ambient, 9000)
    laptop.exchange(line)
    assert max(map(len, line.asked)) < LARGEST + 40_000
    assert laptop.stands().not_received == 0


@pytest.mark.parametrize("every", [3000, 5000, 12_000])
def test_a_line_that_is_cut_for_ever_ends_all_the_same(make: Callable[..., Side], line: Line, every: int) -> None:
    one, other = make(), make()
    many(one.store, one.ambient, 120)
    left = [every]

    def through(data: bytes) -> bytes:
        passed = data[: left[0]]
        left[0] = every if len(passed) < len(data) else left[0] - len(passed)
        return passed

    line.before = line.after = through
    one.exchange(line)
    other.exchange(line)
    assert contents(one.store) == contents(other.store)
    assert one.stands().not_received == 0


def test_a_line_that_lets_nothing_through_but_the_head_of_an_answer_is_given_up(
    make: Callable[..., Side], line: Line
) -> None:
    one, other = make(), make()
    many(one.store, one.ambient, 50)
    one.exchange(line)

    def head(answer: bytes) -> bytes:
        reader = AnswerReader()
        for at in range(len(answer)):
            reader.feed(answer[at : at + 1])
            if reader.answer is not None:
                return answer[: at + 1]
        return answer

    line.after = head
    line.asked.clear()
    with pytest.raises(Stopped) as stopped:
        other.exchange(line)
    assert stopped.value.why is Why.CUT
    assert len(line.asked) < 10


def test_the_same_request_twice_at_once_is_taken_once(laptop: Side, line: Line) -> None:
    person = laptop.person("张三")

    def twice(data: bytes) -> bytes:
        assert line.office.hear(data)
        return data

    line.before = twice
    laptop.exchange(line)
    assert laptop.state(person) is State.RECEIVED
    assert count(line.office) == laptop.stands().received


def test_an_old_request_and_an_old_answer_change_nothing(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    one.person("张三")
    one.exchange(line)
    old = line.asked[0]
    other.person("李四")
    other.exchange(line)
    one.exchange(line)
    before, entered = contents(one.store), count(line.office)
    line.office.hear(old)
    one.exchange(line)
    assert (contents(one.store), count(line.office)) == (before, entered)
    line.after = lambda _answer: line.answered[0]  # one that answers another hello
    with pytest.raises(Stopped) as stopped:
        one.exchange(line)
    assert stopped.value.why is Why.OTHER_COUNTY
    assert contents(one.store) == before


STEPS: list[tuple[Any, str]] = [
    (outbox, "fill"),
    (outbox, "offered"),
    (sending, "give_away"),
    (exchange_facts, "put_receipts"),
    (exchange_facts, "put_county_clock"),
    (cursors, "move"),
    (kept_pages, "keep"),
    (arriving, "forget"),
    (arriving, "keep"),
    (Taking, "take"),
    (Taking, "finish"),
    (local, "put"),
    (sending, "take_back"),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[1]}")
def test_a_process_may_die_at_every_step(make: Callable[..., Side], line: Line, step: tuple[Any, str]) -> None:
    one, other = make(), make()
    seen: list[bool] = []
    for at in range(1, 40):
        mine, theirs = one.person(f"张{at}"), other.person(f"李{at}")
        other.exchange(Line(line.office))
        try:
            with dying(at, *step) as calls:
                one.exchange(line)
        except Died:
            one.again()
            true_now(one, line.office, mine)
            seen.append(True)
            one.exchange(line)
        assert one.state(mine) is State.RECEIVED
        assert get(one.store, theirs) is not None
        if calls[0] < at:
            break
    other.exchange(line)
    assert contents(one.store) == contents(other.store)
    assert seen or step[1] == "keep"


def true_now(laptop: Side, office: Office, person: Person) -> None:
    """Nothing is said to be received that the county does not have."""
    if laptop.state(person) is State.RECEIVED:
        with office.county.read() as connection:
            query = "SELECT count(*) FROM change_log WHERE record = ?"
            assert connection.exec_driver_sql(query, (person.id,)).scalar_one()


def test_what_is_on_its_way_is_taken_back_when_the_next_one_begins(laptop: Side, line: Line) -> None:
    person = laptop.person("张三")
    with pytest.raises(Died), dying(1, Line, "ask"):
        laptop.exchange(line)
    laptop.again()
    assert laptop.state(person) is not State.RECEIVED
    laptop.exchange(line)
    assert laptop.state(person) is State.RECEIVED


def test_two_laptops_with_cut_lines_end_alike(make: Callable[..., Side], line: Line) -> None:
    """Random cuts both ways, seeded, with work in between."""
    chance = random.Random(11)
    laptops = [make(), make(), make()]
    for round_ in range(12):
        for number, each in enumerate(laptops):
            each.person(f"人{round_}{number}")
            road = Line(line.office)
            road.before = cut_at(*[chance.randrange(1200) for _ in range(chance.randrange(3))])
            road.after = cut_at(*[chance.randrange(1200) for _ in range(chance.randrange(3))])
            each.exchange(road)
    for each in laptops:
        each.exchange(line)
    assert contents(laptops[0].store) == contents(laptops[1].store) == contents(laptops[2].store)
