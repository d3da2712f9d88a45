"""What the writers of a finished form share: the save, the visit, and what its earlier revisions wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from villagefp.domain.records import Event, Membership, Record, RecordId
from villagefp.services.revisions import Earlier
from villagefp.storage import records

if TYPE_CHECKING:
    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Told:
    """One row of the sheet `entities` as the answers decide it, or one instance of its repeat."""

    target: str
    programme: str
    creates: bool
    updates: bool
    closes: bool
    values: Mapping[str, str]  # empty ones left out
    index: int = 0  # which instance of the repeat, from 0
    asked: Mapping[str, str] = field(default_factory=dict)  # the question of each value that is the answer to one


@dataclass(frozen=True)
class Writing:
    """One save that writes back."""

    store: Store
    save: UnitOfWork
    event: Event
    before: Earlier

    @property
    def person(self) -> RecordId:
        """Whom the visit is about; forms about a household write through their members."""
        if self.event.person is None:
            raise ValueError(f"The form {self.event.form} is about nobody and cannot write to a person.")
        return self.event.person

    def keep(self, record_type: type[R], values: Mapping[str, Any], fits: Callable[[R], bool] = lambda _one: True) -> R:
        """Make a record, or take up again the one that an earlier revision of this visit made."""
        taken = self.before.take(record_type, fits)
        if taken is None:
            fresh = record_type(id=self.store.ambient.new_id(), **values)
            self.save.add(fresh)
            return fresh
        return self.before.revise(self.save, taken, record_type(id=taken.id, **values))


def memberships(writing: Writing, person: RecordId) -> list[Membership]:
    """The households and hukou books that a person is in now."""
    found = records.where(writing.save.connection, Membership, person=person)
    return [membership for membership in found if membership.left_on is None]
