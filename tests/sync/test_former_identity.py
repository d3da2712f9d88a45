"""What came back under an identity that a laptop no longer has: counted, shown, and mended under the new one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tests.conftest import PASSPHRASE
from tests.storage.laptops import contents, get
from tests.sync.offices import Line, Side
from villagefp.county.judging import MAX_BODY
from villagefp.domain.records import Person
from villagefp.services import exchange
from villagefp.services.exchange_done import done_by
from villagefp.services.returned import returned_lines
from villagefp.storage import identity
from villagefp.storage.store import open_store
from villagefp.wire.receipt import State

FAR_TOO_LONG = "长" * MAX_BODY


def came_back(side: Side, line: Line) -> Person:
    """A person whose note the county returns, and an entry that waits for it."""
    person = side.person("张三")
    side.exchange(line)
    note(side, person, FAR_TOO_LONG)
    renamed(side, person, "张山")
    side.exchange(line)
    assert side.stands().returned == 2
    return person


def note(side: Side, person: Person, text: str) -> None:
    with side.store.save() as save:
        found = save.get(Person, person.id)
        assert found is not None
        save.change(replace(found, note=text))


def renamed(side: Side, person: Person, name: str) -> None:
    with side.store.save() as save:
        found = save.get(Person, person.id)
        assert found is not None
        save.change(replace(found, name=name))


def becomes_another(side: Side) -> None:
    before = side.store.origin
    identity.take_new(side.store, side.stands().received + side.stands().returned)
    assert side.store.origin != before


def test_what_came_back_under_a_former_identity_is_counted_and_shown(laptop: Side, line: Line) -> None:
    person = came_back(laptop, line)
    becomes_another(laptop)
    for _time in range(2):  # before the county was heard and after
        assert laptop.stands().returned == 2
        assert laptop.stands().not_received == 2
        assert laptop.state(person) is State.RETURNED
        assert exchange.standing(laptop.store).returned == 2
        with laptop.store.read() as connection:
            assert [line.person_id for line in returned_lines(connection)] == [person.id] * 2
        laptop.exchange(line)
    assert len(done_by(laptop.store, laptop.exchange(line), ()).to_json()["returned"]) == 2


def test_it_is_mended_under_the_new_identity_and_what_waited_comes_with_it(
    make: Callable[..., Side], line: Line
) -> None:
    one, other = make(), make()
    person = came_back(one, line)
    becomes_another(one)
    one.exchange(line)
    other.exchange(line)
    assert get(other.store, person).name == "张三"
    note(one, person, "住在河边")
    one.exchange(line)
    assert one.stands().returned == 0
    assert one.state(person) is State.RECEIVED
    one.exchange(line)
    other.exchange(line)
    assert (get(other.store, person).name, get(other.store, person).note) == ("张山", "住在河边")
    assert contents(one.store) == contents(other.store)


def test_it_is_mended_after_two_new_identities(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    person = came_back(one, line)
    becomes_another(one)
    one.exchange(line)
    one.person("李四")
    becomes_another(one)
    one.exchange(line)
    assert one.stands().returned == 2
    note(one, person, "住在河边")
    one.exchange(line)
    other.exchange(line)
    assert one.stands().returned == 0
    assert get(other.store, person).name == "张山"


def test_either_of_a_laptop_and_its_copy_mends_what_both_have(
    make: Callable[..., Side], line: Line, tmp_path: Path
) -> None:
    one = make()
    person = came_back(one, line)
    one.store.close()
    shutil.copytree(one.folder, tmp_path / "copy")
    one.again()
    twin = Side(open_store(tmp_path / "copy", PASSPHRASE, one.ambient), one.clock, one.ambient, tmp_path / "copy")
    becomes_another(twin)
    twin.exchange(line)
    renamed(twin, person, "张珊")
    twin.exchange(line)
    assert twin.stands().returned == 3, "what rests on it waits with it"
    note(one, person, "住在河边")
    one.exchange(line)
    assert one.stands().returned == 0
    twin.exchange(line)
    assert twin.stands().returned == 0
    one.exchange(line)
    assert get(one.store, person).name == "张珊"
    assert contents(one.store) == contents(twin.store)
    twin.store.close()
