"""The county as an author in a village: what it decides is written into the village's log as a laptop's entries are.

Each writing is a device of its own, with a chain that begins and ends in one transaction. So nothing of it has to be
kept, two processes never write under one name, and a store that is put back cannot fork what it wrote before: the
laptops give those pages back, and a pen they name is known by its id.

Its changes come as an accepted delivery, with commitments and keys. No key signs them but the county's own on every
page: the public key in the device's row is one of which nobody has the other half.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import Connection

from villagefp.county import devices
from villagefp.county.accept import accept_within
from villagefp.county.delivery import Delivery, Taken
from villagefp.county.devices import NewDevice
from villagefp.county.store import Act, County, Standing, note
from villagefp.wire import links
from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_body, pack_header
from villagefp.wire.scopes import COUNTY
from villagefp.wire.signing import SigningKey
from villagefp.wire.stamp import next_stamp
from villagefp.wire.values import Value, in_order

_MARK = blake2b(digest_size=8, person=b"vfp county pen").digest()
"""How the id of a pen begins; the rest is chance."""
_SEED_BYTES = 32


def new_pen(random: Callable[[int], bytes]) -> bytes:
    """The id of a device under which the county writes once."""
    return _MARK + random(8)


def is_pen(device: bytes) -> bool:
    """Whether a device is the county itself."""
    return device.startswith(_MARK)


@dataclass(frozen=True, kw_only=True)
class Write:
    """What the county writes to one record."""

    kind: int
    record: bytes
    fields: Mapping[int, Value]
    replaces: Mapping[int, tuple[ChangeName, ...]] = field(default_factory=dict)
    stamp: int | None = None  # of the change that it stands for
    author: bytes | None = None  # the same
    reason: str | None = None


class Pen:
    """Writes into one village, whose lock is held; what it wrote is in force when the block of `writing` ends."""

    def __init__(self, county: County, connection: Connection, standing: Standing) -> None:
        self.connection = connection
        self.village = standing.village
        self.device = new_pen(county.ambient.random)
        self._milliseconds = county.ambient.milliseconds()
        self._random = county.ambient.random
        self._changes: list[Change] = []

    def save(self, *writes: Write) -> list[ChangeName]:
        """One group: in force as a whole."""
        group = len(self._changes) + 1
        return [self._write(write, group) for write in writes]

    def after(self, stamps: Sequence[int]) -> int:
        """A stamp behind these and not before now, so that a decision stands over what it was made of."""
        return next_stamp(max(stamps, default=0), self._milliseconds)

    def _write(self, write: Write, group: int) -> ChangeName:
        change = Change(
            village=self.village,
            device=self.device,
            seq=len(self._changes) + 1,
            group=group,
            stamp=self.after(()) if write.stamp is None else write.stamp,
            author=write.author or self.device,
            kind=write.kind,
            record=write.record,
            fields=in_order(write.fields),
            replaces={number: names for number, names in sorted(write.replaces.items()) if names},
            reason=write.reason,
        )
        self._changes.append(change)
        return change.name

    def delivery(self) -> Delivery | None:
        """All that was written, chained and committed to; nothing where nothing was."""
        if not self._changes:
            return None
        covers = self._covers()
        before = link = links.first_link(self.village, self.device)
        logged = []
        for change in self._changes:
            body = pack_body(change.fields, change.reason)
            key = links.leaf_key(covers[links.segment_of(change.seq)], links.leaf_of(change.seq))
            if key is None:
                raise ValueError("The cover of a pen holds the keys of all that it wrote.")
            committed = links.commitment(key, body)
            link = links.next_link(link, pack_header(change), committed)
            logged.append(LoggedChange(change, body, committed, link))
        return Delivery(
            village=self.village, device=self.device, link_before=before, changes=tuple(logged), covers=covers
        )

    def _covers(self) -> dict[int, links.Cover]:
        """The keys of exactly what was written: no later change will ever take another leaf."""
        leaves: dict[int, list[int]] = defaultdict(list)
        for change in self._changes:
            leaves[links.segment_of(change.seq)].append(links.leaf_of(change.seq))
        return {
            segment: links.narrowed(links.whole_segment(self._random(links.KEY_BYTES)), min(those), max(those))
            for segment, those in leaves.items()
        }


@contextmanager
def writing(county: County, village: bytes, act: Act) -> Iterator[Pen]:
    """Write into a village in one transaction, with the act in its audit; an error leaves nothing of it."""
    with county.numbering(village) as (connection, standing):
        pen = Pen(county, connection, standing)
        yield pen
        delivery = pen.delivery()
        if delivery is None:
            note(connection, standing, act)
            return
        known = add(county, connection, standing, pen.device, act)
        outcome = accept_within(act.at, connection, known, delivery)
        if not isinstance(outcome, Taken) or outcome.held:
            raise ValueError(f"What the county wrote was not taken: {outcome}")


def add(county: County, connection: Connection, standing: Standing, device: bytes, act: Act) -> Standing:
    """Let a pen be known in a village; the caller holds its lock."""
    public = SigningKey(county.ambient.random(_SEED_BYTES)).public  # its other half is forgotten here
    return devices.add(connection, standing, NewDevice(device, public, COUNTY, COUNTY), act)


def known_again(county: County, village: bytes, device: bytes) -> None:
    """Let a pen be known whose row was lost, so that what it wrote can be given back; harmless where it is known."""
    with county.numbering(village) as (connection, standing):
        if devices.find(connection, village, device) is None:
            add(
                county,
                connection,
                standing,
                device,
                Act(county.now(), "county", "what the county wrote comes back", device),
            )
