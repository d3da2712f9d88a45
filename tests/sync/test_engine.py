"""The engine: an ordinary day, and what a county, a copy and a clock do to it."""

from __future__ import annotations

from collections.abc import Callable

from tests.storage.laptops import contents, get
from tests.sync.offices import Line, Side


def test_an_ordinary_day_is_one_request(laptop: Side, line: Line) -> None:
    laptop.person("张三")
    done = laptop.exchange(line)
    assert done.requests == 1
    assert laptop.stands().not_received == 0
    assert done.sent == laptop.stands().received > 0
    assert laptop.exchange(line).requests == 1


def test_what_one_enters_the_other_reads(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    person = one.person("张三")
    one.exchange(line)
    done = other.exchange(line)
    assert done.received > 0
    assert get(other.store, person).name == "张三"
    assert one.exchange(line).received > 0
    assert contents(one.store) == contents(other.store)
