"""Whatever is saved in whatever order, log, links, records and search keys agree: the fixture checks it at the end."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from villagefp.domain.records import Alias, Household, IdStatus, Membership, NameStatus, Person, Phone, Presence
from villagefp.storage import log, records
from villagefp.storage.store import Store
from villagefp.storage.unit_of_work import UnitOfWork
from villagefp.wire.change import pack_body
from villagefp.wire.values import in_order

KINDS = (Person, Household, Alias, Phone, Membership)


class Clerk:
    """Does anything that can be done, by seeded chance, and remembers what must be there."""

    def __init__(self, store: Store, seed: int) -> None:
        self.rng = random.Random(seed)
        self.new_id = store.ambient.new_id
        self.there = {}

    def act(self, save: UnitOfWork) -> None:
        """One of: new record, change, withdrawal."""
        present = [record for record in self.there.values() if record is not None]
        choice = self.rng.random()
        if choice < 0.5 or not present:
            record = self.new(self.rng.choice(KINDS))
            save.add(record)
            self.there[record.id] = record
        elif choice < 0.9:
            record = self.rng.choice(present)
            changed = self.changed(record)
            assert save.change(changed) == (changed != record)
            self.there[record.id] = changed
        else:
            record = self.rng.choice(present)
            save.withdraw(type(record), record.id, "by chance")
            self.there[record.id] = None

    def some(self, kind):
        """An id of that kind, or one that is not here."""
        ids = [record.id for record in self.there.values() if isinstance(record, kind)]
        return self.rng.choice([*ids, self.new_id()])

    def word(self) -> str:
        return "".join(self.rng.choice("王李芳伟单曾一二三") for _ in range(self.rng.randrange(1, 4)))

    def new(self, kind):
        if kind is Person:
            return Person(id=self.new_id(), name=self.word(), id_no=f"{self.rng.randrange(10**17):017}X")
        if kind is Household:
            return Household(id=self.new_id(), household_no=str(self.rng.randrange(20)))
        if kind is Alias:
            return Alias(id=self.new_id(), person=self.some(Person), name=self.word())
        if kind is Phone:
            return Phone(id=self.new_id(), person=self.some(Person), number=str(self.rng.randrange(10**6)))
        return Membership(id=self.new_id(), person=self.some(Person), household=self.some(Household))

    def changed(self, record):
        rng = self.rng
        if isinstance(record, Person):
            return rng.choice(
                [
                    replace(record, name=self.word(), name_status=rng.choice(list(NameStatus))),
                    replace(record, birth_told=rng.choice([None, "属马"])),
                    replace(record, id_no=None, id_status=IdStatus.NONE),
                    replace(record, legacy_method_status=rng.choice([None, "confirmed"])),
                ]
            )
        if isinstance(record, Household):
            return replace(record, household_no=str(rng.randrange(20)), head=self.some(Person))
        if isinstance(record, Alias):
            return replace(record, name=self.word())
        if isinstance(record, Phone):
            return replace(record, may_mention_health=rng.random() < 0.5)
        return replace(record, presence=rng.choice(list(Presence)), left_on=rng.choice([None, "2026-01-01"]))


@pytest.mark.parametrize("seed", range(6))
def test_log_and_records_agree_whatever_is_saved(store, open_again, seed):
    clerk = Clerk(store, seed)
    for number in range(60):
        with store.save("by chance") as save:
            for _ in range(clerk.rng.choice((1, 1, 2, 5))):
                clerk.act(save)
        if number == 30:
            store.close()
            store = open_again()
    with store.read() as connection:
        for kind in KINDS:
            there = {record.id: record for record in clerk.there.values() if isinstance(record, kind)}
            assert {record.id: record for record in records.where(connection, kind)} == there
        logged = list(log.logged_changes(connection))
        entries = connection.exec_driver_sql("SELECT seq, grp, stamp FROM change_log ORDER BY seq").all()
    assert [row.seq for row in entries] == list(range(1, len(entries) + 1))
    firsts = {row.grp for row in entries}
    assert all((row.grp == row.seq) == (row.seq in firsts) for row in entries)
    assert [row.stamp for row in entries] == sorted(row.stamp for row in entries)
    assert all(pack_body(in_order(one.change.fields), one.change.reason) == one.body for one in logged)
    store.close()
