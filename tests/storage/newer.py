"""A newer program beside the older one in one process: it knows one kind and one field more."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text

from villagefp.county import answering
from villagefp.domain.records import Person, Record
from villagefp.storage import codec as codecs
from villagefp.storage.codec import Codec
from villagefp.wire import batch, declared, hello, protocol, scopes
from villagefp.wire.declaring import field
from villagefp.wire.kinds import Base, FieldType, Kind
from villagefp.wire.protocol import REGISTRY

FACILITY = Kind(
    number=99,
    name="facility",
    fields=(field(1, "name", FieldType.TEXT, Base.ORGANISATION, "test"),),
)


class Facility(Record, frozen=True, kw_only=True, gc=False):
    """A kind that only a newer program has."""

    KIND: ClassVar[str] = "facility"
    name: str


class NewerPerson(Person, frozen=True, kw_only=True, gc=False):
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
        for module in (protocol, hello, batch, answering):
            self._patch.setattr(module, "REGISTRY", REGISTRY + 3)
        # The older program takes what it does not know for sensitive.
        self._patch.setattr(scopes, "_GENERAL_KINDS", scopes._GENERAL_KINDS | {FACILITY.number})
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
