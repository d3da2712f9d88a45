"""What an exchange did, in numbers and in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from villagefp.i18n import ngettext
from villagefp.services import returned
from villagefp.services.exchange_words import in_words
from villagefp.services.returned import ReturnedLine
from villagefp.storage import decisions, exchange_facts, local
from villagefp.storage import standing as records_standing
from villagefp.sync.outcome import Note, Outcome
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.store import Store
    from villagefp.wire.receipt import Wish

_REFUSALS = "refusals told"
"""The erasures of which it was said here that the county did not agree to them."""


@dataclass(frozen=True)
class Done:
    """What an exchange did, in numbers and words."""

    sent: int = 0  # own changes that the county confirmed
    received: int = 0  # changes of others
    returned: tuple[ReturnedLine, ...] = ()  # all that is with the county and waits for a correction
    conflicts: int = 0  # decisions that wait
    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    slip: str | None = None  # of a file that was written: the county's slip must equal it
    path: Path | None = None  # that file
    written: int = 0  # changes that are on their way with it
    remarks: tuple[str, ...] = ()  # sentences beside it

    def to_json(self) -> dict[str, Any]:
        """As scripts get it."""
        return {
            "sent": self.sent,
            "received": self.received,
            "returned": [{"who": line.who, "reason": line.reason} for line in self.returned],
            "conflicts": self.conflicts,
            "requests": self.requests,
            "bytes_up": self.bytes_up,
            "bytes_down": self.bytes_down,
            "slip": self.slip,
            "file": None if self.path is None else str(self.path),
            "written": self.written,
            "remarks": list(self.remarks),
        }


def done_by(store: Store, outcome: Outcome, refused: tuple[str, ...]) -> Done:
    """What an exchange came to, with what waits for somebody afterwards; `refused` are sentences of what it brought."""
    with store.read() as connection:
        lines = returned.returned_lines(connection)
        conflicts = decisions.count(connection)
        incomplete = records_standing.history_incomplete(connection)
        wishes = exchange_facts.wishes(connection, store.origin)
    notes = [*outcome.notes, *([Note.INCOMPLETE] if incomplete else [])]
    return Done(
        sent=outcome.sent,
        received=outcome.received,
        returned=lines,
        conflicts=conflicts,
        requests=outcome.requests,
        bytes_up=outcome.bytes_up,
        bytes_down=outcome.bytes_down,
        remarks=(*(in_words(note, outcome) for note in sorted(notes)), *_of_wishes(store, wishes), *refused),
    )


def _of_wishes(store: Store, wishes: Sequence[Wish]) -> Iterator[str]:
    """What became of erasures that only the county can do; what it refused is said once."""
    waiting = sum(not wish.refused for wish in wishes)
    if waiting:
        yield ngettext(
            "{count} erasure waits for the county's decision: this laptop may not erase all of it by itself. Here it "
            "is erased; there is nothing to do.",
            "{count} erasures wait for the county's decision: this laptop may not erase all of them by itself. Here "
            "they are erased; there is nothing to do.",
            waiting,
        ).format(count=waiting)
    refused = {wish.name for wish in wishes if wish.refused}
    if not refused:
        return
    with store.read() as connection:
        kept = local.get(connection, _REFUSALS)
    said = set() if kept is None else set(unpack(kept))
    if refused - said:
        with store.save() as save:
            local.put(save.connection, _REFUSALS, pack(sorted(refused)))
        yield ngettext(
            "The county did not agree to {count} erasure. It stays erased on this laptop and is kept elsewhere. Ask "
            "the county why, and tell the person.",
            "The county did not agree to {count} erasures. They stay erased on this laptop and are kept elsewhere. Ask "
            "the county why, and tell the persons.",
            len(refused - said),
        ).format(count=len(refused - said))
