"""The keys of the log as they are kept: covers of other laptops' segments, and the destruction of single keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection

from villagefp.storage.log import Origin
from villagefp.wire import links
from villagefp.wire.links import Cover, Node

_READ = "SELECT cover FROM key_segment WHERE village = ? AND device = ? AND segment = ?"
_WRITE = "INSERT OR REPLACE INTO key_segment (village, device, segment, cover) VALUES (?, ?, ?, ?)"


def join_cover(connection: Connection, origin: Origin, segment: int, cover: Cover) -> None:
    """Keep the keys that came with changes beside those that are here; none of an erased change comes back."""
    place = (origin.village, origin.device, segment)
    here = connection.exec_driver_sql(_READ, place).scalar()
    joined = joined_cover(links.unpack_cover(here) if here is not None else (), cover)
    for leaf in _destroyed(connection, origin, segment):
        joined = links.puncture(joined, leaf)
    connection.exec_driver_sql(_WRITE, (*place, links.pack_cover(joined)))


def joined_cover(one: Cover, other: Cover) -> Cover:
    """All that two covers hold, without nodes that hang under another one."""
    by_place = {(node.depth, node.place): node for node in (*one, *other)}
    return tuple(
        sorted(
            (node for node in by_place.values() if not any(above in by_place for above in _above(node))),
            key=lambda node: node.place << (links.DEPTH - node.depth),
        )
    )


def _above(node: Node) -> Iterable[tuple[int, int]]:
    return ((node.depth - up, node.place >> up) for up in range(1, node.depth + 1))


def _destroyed(connection: Connection, origin: Origin, segment: int) -> list[int]:
    first = segment << links.DEPTH
    bodies = connection.exec_driver_sql(
        "SELECT seq FROM change_log WHERE village = ? AND device = ? AND seq BETWEEN ? AND ? AND body IS NULL",
        (origin.village, origin.device, first, first + links.SEGMENT - 1),
    )
    named = connection.exec_driver_sql(
        "SELECT seq FROM erased_change WHERE device = ? AND seq BETWEEN ? AND ?",
        (origin.device, first, first + links.SEGMENT - 1),
    )
    return sorted({links.leaf_of(row.seq) for row in (*bodies, *named)})


def destroy_keys(connection: Connection, names: Iterable[tuple[bytes, bytes, int]]) -> None:
    """Destroy the keys of these changes, named by village, device and seq: nobody can test a guess any more."""
    by_segment: dict[tuple[bytes, bytes, int], list[int]] = defaultdict(list)
    for village, device, seq in names:
        by_segment[village, device, links.segment_of(seq)].append(links.leaf_of(seq))
    for place, leaves in by_segment.items():
        here = connection.exec_driver_sql(_READ, place).scalar()
        if here is None:
            continue
        cover = links.unpack_cover(here)
        for leaf in leaves:
            cover = links.puncture(cover, leaf)
        connection.exec_driver_sql(_WRITE, (*place, links.pack_cover(cover)))


def cut_off(connection: Connection, origin: Origin, up_to: int) -> None:
    """Destroy the keys of a device above a seq, those of changes that nobody made yet among them."""
    last = links.segment_of(up_to)
    connection.exec_driver_sql(
        "DELETE FROM key_segment WHERE village = ? AND device = ? AND segment > ?",
        (origin.village, origin.device, last),
    )
    place = (origin.village, origin.device, last)
    here = connection.exec_driver_sql(_READ, place).scalar()
    if here is not None:
        kept = links.narrowed(links.unpack_cover(here), 0, links.leaf_of(up_to))
        connection.exec_driver_sql(_WRITE, (*place, links.pack_cover(kept)))
