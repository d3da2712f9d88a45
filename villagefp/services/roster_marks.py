"""The marks that an import leaves on persons, and those of earlier imports that it settles."""

from __future__ import annotations

from collections.abc import Callable

from villagefp.domain import checks
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import IdStatus, Person, RecordId
from villagefp.domain.roster.writes import Writes
from villagefp.i18n import _
from villagefp.storage import marks
from villagefp.storage.marks import Mark
from villagefp.storage.unit_of_work import UnitOfWork

_DERIVED = frozenset(
    (
        CheckKind.ID_CHECKSUM, CheckKind.ID_DIGITS_LOST, CheckKind.ID_STRUCTURE, CheckKind.ID_DUPLICATE,
        CheckKind.NAME_MISSING, CheckKind.BIRTH_UNREADABLE, CheckKind.BIRTH_MISMATCH, CheckKind.SEX_MISMATCH,
    )
)  # fmt: skip
"""Kinds of marks that follow from the record itself, so that a record set right settles them."""


def keep(save: UnitOfWork, writes: Writes, new_id: Callable[[], RecordId]) -> None:
    """Marks for what is to be looked at; those of earlier imports are settled where the record has been set right."""
    of_person: dict[RecordId, set[str]] = {}
    fresh = []
    open_before: dict[RecordId, set[str]] = {}
    if writes.created < len(writes.persons):
        for mark in marks.open_marks(save.connection):
            if mark.person_id is not None:
                open_before.setdefault(mark.person_id, set()).add(mark.kind)
    for issue in writes.issues:
        if issue.person is None:
            continue
        person = writes.persons[issue.person]
        of_person.setdefault(person, set()).add(issue.kind)
        if issue.kind not in open_before.get(person, ()):
            where = _("Sheet “{sheet}”, row {row}").format(sheet=issue.sheet, row=issue.row)
            fresh.append(Mark(new_id(), person, issue.kind.value, issue.message, where))
    marks.add(save.connection, fresh)
    for person in open_before.keys() & set(writes.persons):
        for kind in open_before[person] - of_person.get(person, set()):
            if _is_settled(save, person, kind):
                marks.settle_kind(save.connection, person, kind)


def _is_settled(save: UnitOfWork, person_id: RecordId, kind: str) -> bool:
    person = save.get(Person, person_id)
    if person is None or kind not in _DERIVED:
        return kind in set(CheckKind)
    still = {found.kind.value for found in checks.of_person(person)}
    if kind == CheckKind.ID_DUPLICATE:
        return person.id_status is IdStatus.PRESENT
    return kind not in still
