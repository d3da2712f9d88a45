"""What a newer program wrote is kept untouched, passed on, and folded in by the program that knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text

from tests.storage.laptops import add, assert_sound, change, contents, get, give
from villagefp.domain.records import Person, Record
from villagefp.storage import codec as codecs
from villagefp.storage.codec import Codec
from villagefp.wire import declared
from villagefp.wire.declaring import field
from villagefp.wire.kinds import Base, FieldType, Kind

FACILITY = Kind(
    number=99,
    name="facility",
    fields=(field(1, "name", FieldType.TEXT, Base.ORGANISATION, "test"),),
)


@dataclass(frozen=True, kw_only=True)
class Facility(Record):
    """A kind that only a newer program has."""

    KIND: ClassVar[str] = "facility"
    name: str


@dataclass(frozen=True, kw_only=True)
class NewerPerson(Person):
    """A person with a field that only a newer program has."""

    nickname: str | None = None


class Program:
    """Which kinds and fields the program knows; one process has to play the newer and the older one in turn."""

    def __init__(self, patch):
        self._patch = patch

    def newer(self, *stores):
        self._known(FACILITY, Facility)
        person = declared.BY_NAME["person"]
        nickname = field(90, "nickname", FieldType.TEXT, Base.DUTY, "test")
        self._known(replace(person, fields=(*person.fields, nickname)), NewerPerson)
        self._patch.delitem(codecs.CODECS, Person)
        for store in stores:
            with store.save() as save:  # what a migration does
                facility = Table(
                    "facility",
                    MetaData(),
                    Column("id", LargeBinary, primary_key=True),
                    Column("name", Text),
                    Column("heads", LargeBinary),
                    Column("withdrawn", LargeBinary),
                )
                facility.create(save.connection)
                save.connection.exec_driver_sql("ALTER TABLE person ADD COLUMN nickname TEXT")

    def _known(self, kind, record_type):
        self._patch.setitem(declared.BY_NAME, kind.name, kind)
        self._patch.setitem(declared.BY_NUMBER, kind.number, kind)
        made = Codec(record_type)
        self._patch.setitem(codecs.CODECS, record_type, made)
        self._patch.setitem(codecs.BY_KIND, kind.name, made)
        self._patch.setitem(codecs.BY_NUMBER, kind.number, made)

    def older(self):
        self._patch.undo()


@pytest.fixture
def program():
    with pytest.MonkeyPatch.context() as patch:
        yield Program(patch)


def noted(store):
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT kind, field, record FROM not_understood ORDER BY kind, field")
        return [tuple(row) for row in rows]


def test_a_kind_and_a_field_of_a_newer_program(make, program):
    here, there, third = make(), make(), make()
    program.newer(here.store)
    clinic = add(here.store, Facility(id=here.ambient.new_id(), name="镇卫生院"))
    person = add(here.store, NewerPerson(id=here.ambient.new_id(), name="李芳", nickname="阿芳"))
    everything = contents(here.store)["change_log"]
    program.older()

    give(here.store, there.store)
    known = Person(id=person.id, name="李芳")
    assert get(there.store, known) == known
    assert noted(there.store) == [(5, 90, person.id), (99, 0, clinic.id)]
    change(there.store, replace(known, note="written by the older program"))
    assert_sound(there.store)
    give(there.store, third.store)  # passed on by somebody who does not know it
    assert (
        contents(third.store)["change_log"][: len(everything)] == contents(there.store)["change_log"][: len(everything)]
    )
    assert noted(third.store) == noted(there.store)

    program.newer(third.store)
    third.again()
    assert get(third.store, clinic) == clinic
    shown = get(third.store, person)
    assert (shown.nickname, shown.note) == ("阿芳", "written by the older program")
    assert noted(third.store) == []
    assert_sound(third.store)
    for laptop in (here, third):
        laptop.store.close()  # they know more than this process will at the end
    program.older()
