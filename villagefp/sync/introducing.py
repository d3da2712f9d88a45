"""Who speaks: the county is told before it is asked, and a laptop that is a copy goes on under another name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from villagefp.storage import identity, log
from villagefp.sync import enrol, granted
from villagefp.sync.outgoing import link_of
from villagefp.wire.enrolment import open_succeeded, pack_succession

if TYPE_CHECKING:
    from villagefp.storage.opened import Store


def introduce(store: Store, ask: Callable[[bytes], bytes]) -> None:
    """Tell the county what it has not heard: a claim that waits, and for whom this laptop goes on."""
    with store.read() as connection:
        claim = granted.waiting(connection)
        successions = identity.successions(connection)
    if claim is not None:
        enrol.answered(store, claim, ask(claim))
    for told in successions:
        packed = pack_succession(told)
        heard(store, packed, ask(packed))


def heard(store: Store, packed: bytes, answer: bytes) -> None:
    """The county's answer to a packed succession; EnrolmentError or ExchangeError where it did not take it."""
    with store.read() as connection:
        open_succeeded(answer, packed, link_of(connection).sign_keys)
    with store.save() as save:
        identity.succession_told(save.connection, packed[1:])


def become_another(store: Store, common: int) -> None:
    """Take a new identity; up to `common`, an own seq, the county has the same changes."""
    with store.read() as connection:
        tail = log.read_tail(connection, store.origin).seq
    identity.take_new(store, min(common, tail))
