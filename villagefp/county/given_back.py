"""Pages that the county signed, lost when its store was put back, and now gets back from whoever read them.

A page holds changes of one stream, a device's changes lie in several: so all pages that are here are put together, by
device, and taken as far as they follow without a gap. The rest is kept until what lies between has come, from another
page or from the device itself; it is dropped when all of it is here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, select

from villagefp.county import devices, pen
from villagefp.county.accept import accept
from villagefp.county.bulk import Rows
from villagefp.county.delivery import Delivery, Forked
from villagefp.county.devices import Device
from villagefp.county.pen import is_pen
from villagefp.county.store import County
from villagefp.county.tables import given_page
from villagefp.wire import links
from villagefp.wire.change import LoggedChange
from villagefp.wire.erasure import SegmentName
from villagefp.wire.hello import name_of
from villagefp.wire.links import Cover
from villagefp.wire.page import Page, open_page
from villagefp.wire.page_changes import unpack_changes
from villagefp.wire.signed import ExchangeError, Fault

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of pages of one village that wait: what is more is not kept, and a laptop offers it again."""

_ROWS = Rows(given_page, replacing=True)


def keep(county: County, village: bytes, signs: Iterable[bytes], told: bytes) -> bool:
    """Keep a page that was given back until it can be taken; False where there is no room for it now.

    ExchangeError where no key of the county signed it, or it is of another village.
    """
    if open_page(told, signs).stream.village != village:
        raise ExchangeError(Fault.FOREIGN)
    with county.numbering(village) as (connection, _standing):
        query = select(func.coalesce(func.sum(given_page.c.length), 0)).where(given_page.c.village == village)
        if connection.execute(query).scalar_one() + len(told) > MAX_BYTES:
            return False
        _ROWS.put(connection, [(village, name_of(told), len(told), told)])
    return True


def waiting(connection: Connection, village: bytes) -> bool:
    """Whether pages of a village wait for others."""
    return (
        connection.execute(select(given_page.c.name).where(given_page.c.village == village).limit(1)).first()
        is not None
    )


def take(county: County, village: bytes, signs: Iterable[bytes]) -> None:
    """Take what follows without a gap from what is here, of all pages that wait."""
    keys = tuple(signs)
    while _once(county, village, keys):
        pass


def _once(county: County, village: bytes, keys: tuple[bytes, ...]) -> bool:
    """Whether something was taken, so that more may follow now."""
    with county.read() as connection:
        pages = _pages(connection, village, keys)
        given = _Given()
        for page in pages.values():
            given.add(page)
        unknown = [name for name in given.changes if is_pen(name) and devices.find(connection, village, name) is None]
    for name in unknown:  # the county itself wrote it, and has lost it with what it wrote
        pen.known_again(county, village, name)
    with county.read() as connection:
        here = {name: devices.find(connection, village, name) for name in given.changes}
    known = {name: device for name, device in here.items() if device is not None}
    accepted = {name: device.accepted for name, device in known.items()}
    moved = False
    for name, device in known.items():
        delivery = _next(device, given)
        if delivery is not None and _accepted(county, delivery):
            accepted[name] = delivery.last
            moved = True
    _drop(county, village, [told for told, page in pages.items() if _all_here(page, accepted)])
    return moved


def _pages(connection: Connection, village: bytes, keys: tuple[bytes, ...]) -> dict[bytes, Page]:
    query = select(given_page.c.name, given_page.c.told).where(given_page.c.village == village)
    return {name: open_page(told, keys) for name, told in connection.execute(query.order_by(given_page.c.name))}


@dataclass
class _Given:
    """The changes of all pages that are here, by device and seq."""

    changes: dict[bytes, dict[int, LoggedChange]] = field(default_factory=lambda: defaultdict(dict))
    covers: dict[SegmentName, set[Cover]] = field(default_factory=lambda: defaultdict(set))

    def add(self, page: Page) -> None:
        try:
            unpacked = unpack_changes(page)
        except ExchangeError:
            return  # signed once, and yet nobody can read it: it says nothing
        for one in unpacked.changes:
            self.changes[one.change.device][one.change.seq] = one
        for segment, cover in unpacked.covers.items():
            self.covers[segment].add(cover)


def _next(device: Device, given: _Given) -> Delivery | None:
    """What follows without a gap on what is here of a device."""
    theirs = given.changes[device.device]
    changes: list[LoggedChange] = []
    seq = device.accepted + 1
    while seq in theirs:
        changes.append(theirs[seq])
        seq += 1
    if not changes:
        return None
    covers = _covers(given, device.device, device.accepted + 1, seq - 1)
    return Delivery(
        village=device.village, device=device.device, link_before=device.link, changes=tuple(changes), covers=covers
    )


def _covers(given: _Given, device: bytes, first: int, last: int) -> dict[int, Cover]:
    """The keys of these changes and of no others: those of an erased one must not come back with a page."""
    covers: dict[int, Cover] = {}
    for segment in range(links.segment_of(first), links.segment_of(last) + 1):
        start = segment << links.DEPTH
        begin, end = max(first - start, 0), min(last - start, links.SEGMENT - 1)
        those = given.covers.get((device, segment), ())
        nodes = {node[:2]: node for cover in those for node in links.narrowed(cover, begin, end)}
        covers[segment] = tuple(nodes[place] for place in sorted(nodes))
    return covers


def _accepted(county: County, delivery: Delivery) -> bool:
    try:
        return not isinstance(accept(county, delivery), Forked)
    except ExchangeError:
        return False  # it does not follow from what is here: another change stands under that name


def _all_here(page: Page, accepted: Mapping[bytes, int]) -> bool:
    return all(seq <= accepted.get(device, 0) for device, seq in page.names())


def _drop(county: County, village: bytes, names: Iterable[bytes]) -> None:
    gone = sorted(names)
    if gone:
        with county.write() as connection:
            connection.execute(delete(given_page).where(given_page.c.village == village, given_page.c.name.in_(gone)))
