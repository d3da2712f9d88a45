"""Bugs that are put into the program on purpose, one at a time: the simulation has to find each of them.

Some are the classics of `sync.md`, some are bugs that the simulation found when it was new, put back. `SEEDS` says for
each bug a seed that is known to find it; where the plan of runs changes, `make soak-planted` tells the new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest.mock import patch

import msgspec

from villagefp.county import accept, answering, devices, erasing, log, pages, receipts, streams
from villagefp.county.devices import Device
from villagefp.storage import (
    digest_rows,
    erased,
    exchange_facts,
    folding,
    identity,
    kept_pages,
    outbox,
    outbox_rows,
    sending,
    taking,
    unit_of_work,
)
from villagefp.storage import log as store_log
from villagefp.sync import applying, arrival, confirming, engine, following
from villagefp.wire import heads, receipt
from villagefp.wire.receipt import Receipts
from villagefp.wire.scopes import EVERY

Sowing = Callable[[ExitStack], None]


def _put(stack: ExitStack, where: ModuleType | type, name: str, new: Any) -> None:
    stack.enter_context(patch.object(where, name, new))


def outbox_skips_the_last(stack: ExitStack) -> None:
    """`>` for `>=`: a batch of one more change is not offered."""
    real = outbox_rows.waiting
    for where in (outbox_rows, outbox):
        _put(stack, where, "waiting", lambda connection, origin, above: real(connection, origin, above + 1))


def received_when_sent(stack: ExitStack) -> None:
    """What was given to the line counts as received, whatever became of it."""

    def take_back(connection: Any, origin: Any, road: str) -> None:
        mine = (origin.village, origin.device)
        last = connection.exec_driver_sql(
            "SELECT max(last) FROM given_away WHERE village = ? AND device = ? AND road = ?", (*mine, road)
        ).scalar()
        if last:
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO sending (village, device, received, safe, told_at) VALUES (?, ?, 0, 0, '')", mine
            )
            connection.exec_driver_sql(
                "UPDATE sending SET received = max(received, ?) WHERE village = ? AND device = ?", (last, *mine)
            )

    _put(stack, sending, "take_back", take_back)


def receipt_for_more_than_came(stack: ExitStack) -> None:
    """The receipt is written before what it is about: it speaks of one change more."""
    real = receipts.said

    def said(connection: Any, standing: Any, device: Device) -> Any:
        told = real(connection, standing, device)
        return msgspec.structs.replace(told, accepted=told.accepted + 1) if told.accepted else told

    _put(stack, receipts, "said", said)
    _put(stack, confirming, "_is_own", lambda *_told: True)


def lost_head(stack: ExitStack) -> None:
    """Of several heads of a field only the last one is kept."""
    real = heads._heads_of
    _put(stack, heads, "_heads_of", lambda field, number, by_name: real(field, number, by_name)[-1:])


def stale_epoch_believed(stack: ExitStack) -> None:
    """A receipt of an older epoch counts on when the county was put back."""

    def accepted(self: Receipts) -> int:
        return max((each.accepted if each else 0 for each in self.by_epoch.values()), default=0)

    def joined(self: Receipts, other: Receipts) -> Receipts:
        newest = max({*self.by_epoch, *other.by_epoch}, default=None)
        known = [each for each in (*self.by_epoch.values(), *other.by_epoch.values()) if each]
        best = max(known, key=lambda each: each.accepted, default=None)
        return Receipts() if newest is None else Receipts({newest: best})

    _put(stack, Receipts, "accepted", property(accepted))
    _put(stack, Receipts, "joined", joined)


def erased_body_offered_again(stack: ExitStack) -> None:
    """Batches that hold what was erased stay in the outbox, and the county takes it back in."""
    _put(stack, outbox_rows, "destroy", lambda _connection, _names: None)
    _put(stack, erasing, "without_erased", lambda _connection, _standing, changes: tuple(changes))


def erased_body_stays_in_the_outbox(stack: ExitStack) -> None:
    """Batches that hold what was erased stay where they lie."""
    _put(stack, outbox_rows, "destroy", lambda _connection, _names: None)


def erased_body_stays_in_a_page(stack: ExitStack) -> None:
    """Pages that hold what was erased stay where they lie."""
    _put(stack, kept_pages, "destroy", lambda _connection, _names: None)


def old_page_kept_after_an_erasure(stack: ExitStack) -> None:
    """A page by stick that is older than an erasure is kept as it came."""
    _put(stack, following.Streams, "_shows_erased", lambda _self, _found: False)


def cursor_without_its_page(stack: ExitStack) -> None:
    """The cursor moves on while the changes of the page are not taken in."""
    _put(stack, following.Streams, "_delivered", lambda _self, _delivery, _scope, _told: True)


def prefix_of_another_joined(stack: ExitStack) -> None:
    """The beginning of one page is put before the rest of another, and nobody looks at the name."""
    _put(stack, arrival, "name_of", lambda _data: b"")
    real = arrival.Arrival._put_together

    def put_together(self: arrival.Arrival, one: Any, came: bytes) -> bytes | None:
        before = next(iter(sorted(self._held.values())), b"")[: one.offset]
        return before + came if len(before) == one.offset else real(self, one, came)

    _put(stack, arrival.Arrival, "_put_together", put_together)


def fork_not_noticed(stack: ExitStack) -> None:
    """The county takes what goes on from another past than the one it has."""
    _put(stack, accept, "_fork", lambda _connection, _device, _delivery: None)


def twins_receipt_believed(stack: ExitStack) -> None:
    """A copy of a laptop takes for its own what was said to the other one."""
    _put(stack, confirming, "_is_own", lambda _connection, _origin, _receipt: True)


def held_counts_as_received(stack: ExitStack) -> None:
    """What the county returned is shown as received."""
    real = sending.note_receipts

    def note(connection: Any, origin: Any, told: Receipts, at: str) -> None:
        plain = {epoch: each and msgspec.structs.replace(each, returned=()) for epoch, each in told.by_epoch.items()}
        real(connection, origin, Receipts(plain), at)

    _put(stack, sending, "note_receipts", note)


def stamps_without_a_limit(stack: ExitStack) -> None:
    """A stamp of 2036 is adopted by everybody."""
    _put(stack, taking.stamp, "adopt", lambda last, foreign, _county: max(last, foreign))


def roll_back_not_noticed(stack: ExitStack) -> None:
    """The county does not see that it was put back, and numbers on."""
    _put(stack, streams, "_shown", lambda *_told, **_named: None)


def new_identity_loses_one(stack: ExitStack) -> None:
    """Off by one: the first change that the county does not have is not issued again."""
    real = store_log.changes_between

    def between(connection: Any, origin: Any, first: int, last: int) -> Any:
        found = real(connection, origin, first, last)
        return found[1:] if last == identity._ALL else found

    _put(stack, identity.log, "changes_between", between)


def issued_again_as_it_was(stack: ExitStack) -> None:
    """What is issued again under a new name still says the old names of what it overwrites."""
    real = identity.renamed

    def renamed(dropped: Any, origin: Any, gone: Any) -> Any:
        fresh, names, groups = real(dropped, origin, gone)
        old = [msgspec.structs.replace(one, replaces={}) for one in fresh]
        return old, names, groups

    _put(stack, identity, "renamed", renamed)


def issued_twice(stack: ExitStack) -> None:
    """A new identity issues again what the county has already."""
    real = engine.become_another
    _put(stack, engine, "become_another", lambda store, common: real(store, max(common - 3, 0)))


def conflict_not_shown(stack: ExitStack) -> None:
    """Two values of a field stand, and nobody is asked."""
    _put(stack, folding, "conflicts_in", lambda *_told: iter(()))


def edit_overwrites_one_head(stack: ExitStack) -> None:
    """An edit of a field with two values overwrites the one and leaves the other."""
    real = unit_of_work.UnitOfWork._log

    def log_(self: Any, *told: Any) -> Any:
        codec, record, fields, replaces, reason = told
        return real(self, codec, record, fields, {number: names[:1] for number, names in replaces.items()}, reason)

    _put(stack, unit_of_work.UnitOfWork, "_log", log_)


def erasure_not_passed_on(stack: ExitStack) -> None:
    """What one laptop erased the others never hear of."""
    _put(stack, answering.erasing, "since", lambda _connection, _village, _serial: [])


def erased_body_taken_late(stack: ExitStack) -> None:
    """A change of an erased record that comes late is kept as it came."""
    _put(stack, taking.Erasures, "takes", lambda _self, _change: False)


def digest_not_kept_up(stack: ExitStack) -> None:
    """Records that came from elsewhere are not counted."""
    _put(stack, digest_rows, "touch", lambda _connection, _names: None)
    for where in (folding, erased):
        if hasattr(where, "touch"):
            _put(stack, where, "touch", lambda _connection, _names: None)


def scope_of_a_withdrawn_visit(stack: ExitStack) -> None:
    """A visit is counted where its form says, wherever the county has it."""
    _put(stack, digest_rows, "learn_scope", lambda _connection, _scope, _changes: None)


def released_without_a_place(stack: ExitStack) -> None:
    """A group that is mended comes into force and into no stream."""
    _put(stack, log, "release", lambda _connection, _changes, _places: None)


def cadre_gets_everything(stack: ExitStack) -> None:
    """The county gives every laptop every stream, whatever its role."""
    real = exchange_facts.county_link
    _put(stack, Device, "scopes", property(lambda _self: EVERY))

    def link(connection: Any) -> Any:
        found = real(connection)
        return found and msgspec.structs.replace(found, role="village_doctor")

    _put(stack, exchange_facts, "county_link", link)


def erasures_not_given_back(stack: ExitStack) -> None:
    """A county that was put back to before an erasure never hears of it again."""
    _put(stack, applying.outbox, "county_lost_erasures", lambda _connection: None)


def successions_told_once(stack: ExitStack) -> None:
    """A county that was put back to before a succession never learns who goes on for whom."""
    _put(stack, identity, "tell_successions_again", lambda _connection: False)


def role_not_told(stack: ExitStack) -> None:
    """A laptop never hears that it was given another role."""
    _put(stack, applying.Applying, "_take_role", lambda _self, _connection, _role: None)


def pages_not_given_back(stack: ExitStack) -> None:
    """What a county lost comes back from its author or not at all."""
    _put(stack, kept_pages, "to_give_back", lambda _connection, _epoch, _above: [])


def places_left_out(stack: ExitStack) -> None:
    """The county does not say where a laptop's own changes stand."""
    real = pages._rising
    _put(stack, pages, "_rising", lambda rows: max(real(rows) - 1, 1))


def unknown_field_forgotten(stack: ExitStack) -> None:
    """What a newer program wrote does not count among the heads."""
    real = heads._heads
    _put(stack, heads, "_heads", lambda *told: {number: names for number, names in real(*told).items() if number < 90})


def revoked_writes_on(stack: ExitStack) -> None:
    """What a revoked laptop delivers comes into force like anybody's."""
    real = devices.find

    def find(connection: Any, village: bytes, device: bytes) -> Device | None:
        found = real(connection, village, device)
        return found and replace(found, revoked=False)

    _put(stack, devices, "find", find)


def receipt_without_its_groups(stack: ExitStack) -> None:
    """A receipt that names returned groups is taken for one that does not."""
    _put(stack, receipt.Receipts, "group_of", lambda _self, _seq: None)
    _put(stack, sending, "returned_groups", lambda _connection: [])


BUGS: dict[str, Sowing] = {
    each.__name__: each
    for each in (
        outbox_skips_the_last, received_when_sent, receipt_for_more_than_came, lost_head, stale_epoch_believed,
        erased_body_offered_again, erased_body_stays_in_the_outbox, erased_body_stays_in_a_page,
        old_page_kept_after_an_erasure,
        cursor_without_its_page, prefix_of_another_joined, fork_not_noticed, twins_receipt_believed,
        held_counts_as_received, stamps_without_a_limit, roll_back_not_noticed, new_identity_loses_one,
        issued_again_as_it_was, issued_twice, conflict_not_shown, edit_overwrites_one_head, erasure_not_passed_on,
        erased_body_taken_late, digest_not_kept_up, scope_of_a_withdrawn_visit, released_without_a_place,
        cadre_gets_everything, erasures_not_given_back, successions_told_once, role_not_told, pages_not_given_back,
        places_left_out, unknown_field_forgotten, revoked_writes_on, receipt_without_its_groups,
    )
}  # fmt: skip


@contextmanager
def sown(bug: str | None) -> Iterator[None]:
    """The program with one of these bugs, or as it is."""
    with ExitStack() as stack:
        if bug is not None:
            BUGS[bug](stack)
        yield
