"""What the county answers to one laptop, as its store stands: a receipt, and what follows where the laptop stands.

In this order: the receipt, erasures, statements, parts of a seed, pages. What has no room comes at the next asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from villagefp.county import erasing, pages, said, seeding, streams
from villagefp.county.devices import Device
from villagefp.county.hearing import Asker
from villagefp.county.keys import CountyKeys
from villagefp.county.offers import Took
from villagefp.county.parcel import Parcel
from villagefp.county.seeding import Seeding
from villagefp.county.store import Standing
from villagefp.county.streams import Heads
from villagefp.wire.cursor import TAG_BYTES, Stream, start
from villagefp.wire.hello import MAX_INLINE, Answer, Placed, Request, Sort, sign_answer, tag_of
from villagefp.wire.protocol import REGISTRY
from villagefp.wire.receipt import Receipt, sign_receipt

ERASURE = "erasure"
"""How a hello names the serial of erasures beside those of statements."""


@dataclass(frozen=True)
class Now:
    """The store as it stands, and what has just become of what the laptop gave."""

    connection: Connection
    device: Device
    standing: Standing
    heads: Heads
    receipt: Receipt  # written down already
    agrees: bool  # the laptop's cursors are the county's own
    took: Took
    seeding: Seeding | None = None  # while the laptop takes a seed


@dataclass(frozen=True)
class Told:
    """An answer that is signed, and what follows it."""

    answer: bytes
    following: tuple[bytes, ...]
    differs: bool  # digests of the same positions do: to be kept as evidence
    wants_seed: bool  # the laptop has to take one


class Answering:
    """The answer to one hello while it is put together."""

    def __init__(self, keys: CountyKeys, asker: Asker, now: Now, parcel: Parcel) -> None:
        self._keys = keys
        self._asker = asker
        self._hello = asker.hello
        self._now = now
        self._parcel = parcel
        self._requests = Request(0)
        self._checkpoints: dict[int, dict[int, bytes]] = {}
        self._digests: dict[int, bytes] = {}

    def told(self, seconds: int, *, repeating: bool = False) -> Told:
        """The answer; `repeating` says again what the laptop has said that it knows, as what goes by stick does."""
        epoch, known = self._now.standing.epoch, self._hello.known
        new_epoch = known is None or known.epoch != epoch
        if known is not None and new_epoch:
            self._requests |= Request.SEND_AGAIN
        said_before = not new_epoch and known is not None and known.serial == self._now.receipt.serial
        receipt = b"" if said_before and not repeating else sign_receipt(self._now.receipt, self._keys.sign)
        if len(receipt) > MAX_INLINE:
            self._parcel.add(Sort.RECEIPT, receipt)
            receipt = b""
        if self._now.device.scopes:
            self._down()
        else:
            self._requests |= Request.RECEIPTS_ONLY
        role = self._other_role()
        if self._parcel.full or role:
            self._requests |= Request.MORE
        answer = Answer(
            time=seconds,
            requests=int(self._requests),
            receipt=receipt,
            epoch=epoch if new_epoch or repeating else None,
            placed=tuple(self._parcel.placed),
            coming=tuple(self._parcel.coming),
            offsets=self._now.took.offsets,
            fork=self._now.took.fork,
            again=tuple(self._now.took.again),
            checkpoints=self._checkpoints,
            digests=self._digests,
            role=role,
        )
        signed = sign_answer(answer, self._asker.told, self._keys.sign, self._asker.protocol)
        wants_seed = Request.SEED in self._requests
        return Told(signed, tuple(self._parcel.following), bool(self._digests), wants_seed)

    def _other_role(self) -> str:
        """The laptop's role, where it reads other scopes than those: it was given another one since it was enrolled."""
        scopes = self._now.device.scopes
        return self._now.device.role if scopes and self._hello.positions.keys() != set(scopes) else ""

    def _down(self) -> None:
        positions = self._positions()
        if not self._said() or positions is None:
            return
        if self._seed():
            return
        if not any(positions.values()) and self._had_better_take_a_seed(positions):
            self._requests |= Request.SEED
            return
        try:
            self._pages(positions)
        except pages.TrimmedError:
            self._requests |= Request.SEED
        self._compare_digests(positions)

    def _seed(self) -> bool:
        """The parts of a seed that the laptop lacks, and nothing else; False where it lacks none."""
        kept, at = self._now.seeding, self._hello.seed
        if kept is None:
            return False
        applied = at.applied if at is not None and at.seed == kept.seed else 0
        parts = kept.parts[applied:]
        if self._parcel.add_all(Sort.SEED, parts) and parts:
            self._requests |= Request.MORE  # pages follow on it
        return bool(parts)

    def _had_better_take_a_seed(self, positions: Mapping[int, int]) -> bool:
        device = self._now.device
        ends = (cursor.position for cursor in self._now.heads.cursors.values())
        return any(ends) and seeding.wanted(self._now.connection, device, positions)

    def _said(self) -> bool:
        """Erasures, then statements; False where not all have room: then nothing may come before the rest of them."""
        connection, village = self._now.connection, self._now.device.village
        if self._now.standing.erasures:
            erasures = erasing.since(connection, village, self._hello.statements.get(ERASURE, 0))
            if not self._parcel.add_all(Sort.ERASURE, erasures):
                return False
        return self._parcel.add_all(Sort.STATEMENT, said.after(connection, village, self._hello.statements))

    def _positions(self) -> dict[int, int] | None:
        """From where on the laptop reads; nothing before it is known up to where both have the same."""
        told, scopes = self._hello.positions, self._now.device.scopes
        if self._now.agrees:
            return {scope: told.get(scope, 0) for scope in scopes}
        if not self._hello.checkpoints:
            self._requests |= Request.CHECKPOINTS
            return None
        positions = {}
        for scope in scopes:
            of = Stream(self._now.device.village, scope)
            positions[scope] = streams.common(self._now.connection, of, self._hello.checkpoints.get(scope, {}))
            chain = streams.chains_at(self._now.connection, of, [positions[scope]])[positions[scope]]
            self._checkpoints[scope] = {positions[scope]: chain[:TAG_BYTES]}
        return positions

    def _pages(self, positions: Mapping[int, int]) -> None:
        now = self._now
        for scope, position in sorted(positions.items()):
            of = Stream(now.device.village, scope)
            head = now.heads.cursors.get(scope, start(of)).position
            if head == position:
                continue
            reader = pages.Reader(now.connection, of, now.device.device, self._keys.sign)
            for one in pages.after(reader, position, head):
                fits = self._parcel.place(one.told) if isinstance(one.told, Placed) else self._page(one.told)
                if not fits:
                    return

    def _page(self, told: bytes) -> bool:
        return self._parcel.add(Sort.PAGE, told)

    def _compare_digests(self, positions: Mapping[int, int]) -> None:
        """Where both have the same, nothing waits and nothing is apart, both must have made the same of it."""
        hello, now = self._hello, self._now
        at_end = all(
            position == (now.heads.cursors[scope].position if scope in now.heads.cursors else 0)
            for scope, position in positions.items()
        )
        alike = hello.registry == REGISTRY and hello.positions.keys() == positions.keys()
        apart = now.device.held or now.receipt.former or now.receipt.wishes  # the laptop has it, or has it no more
        comparable = at_end and alike and not self._parcel.coming and not apart
        if not comparable or hello.offers or not (hello.digest or hello.digests):
            return
        ours = {scope: now.heads.digest(scope).to_bytes() for scope in sorted(positions)}
        if hello.digest and hello.digest != tag_of(ours):
            self._requests |= Request.DIGESTS
        if hello.digests and dict(hello.digests) != ours:
            self._digests = ours
