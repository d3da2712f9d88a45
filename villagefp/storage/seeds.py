"""Taking a seed: the state of the village in parts, each of them applied whole within one exchange's transaction.

After the register the program can be used; after the last part the laptop stands in its streams where the seed was
made. What the seed covers it stands for from then on; what nobody else has had yet stays, and is still sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection

from villagefp.storage import cursors, exchange_facts, local, standing, trust
from villagefp.wire.erasure import NOTHING_ERASED, Erasures, open_erasure
from villagefp.wire.seed import Part, Progress, Seed
from villagefp.wire.signed import ExchangeError, Fault
from villagefp.wire.values import pack

if TYPE_CHECKING:
    from villagefp.storage.taking import Taking

_KEY = "seed progress"
_PROGRESS = msgspec.msgpack.Decoder(list[Progress])


def progress(connection: Connection) -> Progress | None:
    """How far the newest seed has come; nothing where none was ever begun."""
    return next(iter(_all(connection)), None)


def _all(connection: Connection) -> list[Progress]:
    kept = local.get(connection, _KEY)
    return [] if kept is None else _PROGRESS.decode(kept)


def _put(connection: Connection, kept: Sequence[Progress]) -> None:
    local.put(connection, _KEY, pack(list(kept)))
    standing.put_seeds(connection, [standing.Seed(each.seed.seed, each.complete) for each in kept])


def begin(taking: Taking, seed: Seed) -> None:
    """Begin a seed; one that was not taken to its end stays until this one is whole, so that nothing disappears."""
    connection = taking.connection
    before = _all(connection)
    kept = [each for each in before if each.seed.seed != seed.seed]
    if len(kept) < len(before):
        taking.refold(standing.names_of(connection, seed.seed))
        standing.drop(connection, seed.seed)
    _put(connection, [Progress(seed), *kept])


def apply_part(taking: Taking, part: Part) -> Progress:
    """Take in the next part; one that is here already changes nothing.

    ExchangeError where it is of another seed, where one before it is missing, or where it makes no sense.
    """
    connection = taking.connection
    kept = _all(connection)
    if not kept:
        raise ExchangeError(Fault.FORKED)
    before, after = kept[0], kept[0].after(part)
    if after == before:
        return after
    seed = part.seed.seed
    content = part.content(lambda name: standing.record_of(connection, seed, name))
    if content.erasures:
        _erase(taking, content.erasures, part.seed.village)
    standing.put_covered(connection, seed, content.covered.items())
    heads = [head for record in content.records for head in record.heads]
    standing.put(connection, seed, heads, taking.erasures)
    taking.adopt(head.stamp for head in heads)
    taking.refold((record.kind, record.record) for record in content.records)
    _put(connection, [after, *kept[1:]])
    if after.complete:
        _complete(taking, after)
    return after


def _erase(taking: Taking, statements: tuple[bytes, ...], village: bytes) -> None:
    """What is erased in the village goes before a record of the seed comes."""
    link = exchange_facts.county_link(taking.connection)
    keys = trust.trusted_keys(taking.connection) | set(link.sign_keys if link else ())
    named = NOTHING_ERASED
    for told in statements:
        named = named.with_statement(open_erasure(told, keys, village))
    here = taking.erasures
    missing = Erasures(named.records - here.records, named.changes - here.changes)
    if missing.records or missing.changes:
        taking.erase(missing)


def _complete(taking: Taking, whole: Progress) -> None:
    """From here on records stand on this seed alone, and the laptop stands in its streams where it was made."""
    connection, seed = taking.connection, whole.seed.seed
    taking.refold(standing.names_beside(connection, seed))
    standing.rest_on(connection, seed)
    _put(connection, [whole])
    for stream, cursor in whole.seed.cursors().items():
        cursors.jump(connection, stream.scope, cursor)


def abandon(taking: Taking) -> None:
    """Give up a seed that is not whole: its records stand again on what was there before."""
    connection = taking.connection
    kept = _all(connection)
    if kept and not kept[0].complete:
        taking.refold(standing.names_of(connection, kept[0].seed.seed))
        standing.drop(connection, kept[0].seed.seed)
        _put(connection, kept[1:])
