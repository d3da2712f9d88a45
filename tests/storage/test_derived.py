"""What a service holds in memory for as long as a store is open: made once, and anew after a save that touches it."""

from __future__ import annotations

import pytest

from villagefp.domain.package_records import CountyParam
from villagefp.domain.records import Household
from villagefp.storage import device_key, records
from villagefp.storage.store import Store


class Names:
    """What was decided, read once."""

    made = 0

    def __init__(self, store: Store) -> None:
        Names.made += 1
        with store.read() as connection:
            self.names = [each.name for each in records.where(connection, CountyParam)]


@pytest.fixture(autouse=True)
def none_made_yet() -> None:
    Names.made = 0


def decide(store: Store, name: str) -> None:
    with store.save() as save:
        save.add(CountyParam(id=store.ambient.new_id(), name=name, value="1"))


def test_it_is_made_once_and_anew_after_a_save_of_its_kind(store: Store) -> None:
    first = store.derived(Names, "county_param")
    assert store.derived(Names, "county_param") is first
    with store.save() as save:
        save.add(Household(id=store.ambient.new_id(), household_no="0001"))
    assert store.derived(Names, "county_param") is first
    decide(store, "mec_signed")
    assert store.derived(Names, "county_param").names == ["mec_signed"]
    assert Names.made == 2


def test_a_save_that_fails_leaves_it(store: Store) -> None:
    first = store.derived(Names, "county_param")

    def cut_short() -> None:
        with store.save() as save:
            save.add(CountyParam(id=store.ambient.new_id(), name="mec_signed", value="1"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        cut_short()
    assert store.derived(Names, "county_param") is first


def test_a_key_that_is_pinned_makes_everything_anew(store: Store) -> None:
    first = store.derived(Names, "county_param")
    device_key.pin_key(store, bytes(range(32)))
    assert store.derived(Names, "county_param") is not first
    with store.read() as connection:
        assert bytes(range(32)) in device_key.trusted_keys(connection)
