"""What publishing a form and publishing a programme share: serials, first days, and what is told afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from villagefp.errors import UserError
from villagefp.forms.succession import Retired
from villagefp.i18n import _
from villagefp.storage.published import Kept
from villagefp.wire.statements import Sort, Statement


@dataclass(frozen=True)
class Published:
    """What was taken in: which version of what, from which day on, and the options that it retires."""

    sort: Sort
    name: str
    version: str
    from_on: date
    serial: int
    retired: tuple[Retired, ...] = ()
    already: bool = False  # these very bytes were here before; nothing was changed


def told(statement: Statement, retired: tuple[Retired, ...] = (), *, already: bool = False) -> Published:
    """The statement as those who published it are told of it."""
    from_on = date.fromisoformat(statement.from_on)
    return Published(
        statement.sort, statement.name, statement.version, from_on, statement.serial, retired, already=already
    )


def next_serial(kept: Iterable[Kept]) -> int:
    """The serial of the next statement about the same thing."""
    return 1 + max((one.statement.serial for one in kept if one.trusted), default=0)


def check_from(from_on: date, kept: Iterable[Kept]) -> None:
    """UserError where a version would begin before the one it follows."""
    begins = [one.statement.from_on for one in kept if one.trusted]
    if begins and from_on.isoformat() < max(begins):
        raise UserError(
            _("The version before begins on {last}, so this one cannot begin on {day}. Choose {last} or later.").format(
                last=max(begins), day=from_on.isoformat()
            )
        )
