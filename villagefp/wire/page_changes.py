"""The changes of a page: the same columns as in a batch, over changes of several devices, and the keys of their bodies.

Page and columns together say everything: which changes they are stands in the runs of the page, commitments and links
are worked out again. The changes stand in the columns by device and seq, whatever their positions, since those of one
device go together. A cover at the county has the nodes that came with batches, and a page may begin where no batch
did, so each key tells how much finer it is than the largest node that could stand there: nearly always not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from villagefp.wire import links
from villagefp.wire.batch import TooManyError
from villagefp.wire.batch_header import MAX_UNPACKED
from villagefp.wire.batch_rows import Unpacked, put_changes, take_changes
from villagefp.wire.change import ChangeName, LoggedChange, pack_header
from villagefp.wire.columns_ids import UnknownNameError
from villagefp.wire.columns_numbers import put_numbers, take_numbers
from villagefp.wire.compression import NotCompressedError
from villagefp.wire.erasure import SegmentName
from villagefp.wire.links import Cover, Node
from villagefp.wire.packed_columns import close_columns, open_columns
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.page import MAX_CHANGES, Page, most_packed
from villagefp.wire.signed import ExchangeError, Fault

CoversOf = Callable[[bytes, int], Cover]
"""The keys of a device's segment, as far as they are kept."""

_BUDGET = 1_000_000
"""Values that one page may make: each of 4,096 changes may have 240."""


@dataclass(frozen=True)
class PageChanges:
    """What a page brings, its bodies and links worked out; whether they hold is for chain and log to say."""

    changes: tuple[LoggedChange, ...]  # in the order of positions
    covers: Mapping[SegmentName, Cover]  # the keys of exactly the bodies that are here


def pack_changes(changes: Sequence[LoggedChange], covers_of: CoversOf) -> bytes:
    """What `page.make_page` takes as packed: the changes of a page, which come in the order of positions.

    TooManyError where they are more than a page holds, ValueError where the key of a body that is here was destroyed.
    """
    ordered = sorted(changes, key=lambda one: one.change.name)
    content = put_changes(ordered, lambda _record: None)
    _put_keys(content, [one.change.name for one in ordered if one.body is not None], covers_of)
    content.dense += b"".join(one.commitment for one in ordered if one.body is None)
    if len(content.plain) > MAX_UNPACKED or len(changes) > MAX_CHANGES:
        raise TooManyError
    packed = close_columns(content)
    if len(packed) > most_packed(len(changes)):
        raise TooManyError
    return packed


def _runs(names: Sequence[ChangeName]) -> Iterator[tuple[SegmentName, int, int]]:
    """First and last leaf of consecutive seqs of one device, broken where a segment of keys ends."""
    start = 0
    for place in range(1, len(names) + 1):
        device, seq = names[place - 1]
        if place == len(names) or names[place] != (device, seq + 1) or not links.leaf_of(seq + 1):
            yield (device, links.segment_of(seq)), links.leaf_of(names[start][1]), links.leaf_of(seq)
            start = place


def _put_keys(writer: Writer, names: Sequence[ChangeName], covers_of: CoversOf) -> None:
    finer: list[int] = []
    keys: list[bytes] = []
    for segment, first, last in _runs(names):
        leaf = first
        for node in links.narrowed(covers_of(*segment), first, last):
            height = links.DEPTH - node.depth
            if node.place << height != leaf:
                break
            finer.append(links.highest(leaf, last) - height)
            keys.append(node.key)
            leaf += 1 << height
        if leaf != last + 1:
            raise ValueError("The key of a body that is here was destroyed.")
    writer.number(len(finer))
    put_numbers(writer, finer)
    writer.dense += b"".join(keys)


def _take_keys(reader: Reader, names: Sequence[ChangeName]) -> dict[SegmentName, Cover]:
    count = reader.number()
    if count > len(names):
        raise MalformedError("more keys than bodies")
    finer = iter(take_numbers(reader, count))
    covers: dict[SegmentName, list[Node]] = {}
    for segment, first, last in _runs(names):
        leaf, nodes = first, covers.setdefault(segment, [])
        while leaf <= last:
            height = links.highest(leaf, last) - next(finer, -1)
            if not 0 <= height <= links.highest(leaf, last):
                raise MalformedError("a key that fits nowhere")
            nodes.append(Node(links.DEPTH - height, leaf >> height, reader.take_dense(links.KEY_BYTES)))
            leaf += 1 << height
    if next(finer, None) is not None:
        raise MalformedError("a key of no body")
    return {segment: tuple(nodes) for segment, nodes in covers.items()}


def unpack_changes(page: Page) -> PageChanges:
    """What a page brings, with keys and links; ExchangeError where it cannot be read."""
    try:
        return _unpacked(page)
    except (MalformedError, NotCompressedError, UnknownNameError, OverflowError, RecursionError) as error:
        raise ExchangeError(Fault.DAMAGED) from error


def _unpacked(page: Page) -> PageChanges:
    count = page.last - page.first + 1
    written = sorted(set(page.names())) if count <= MAX_CHANGES else []
    if len(written) != count:
        raise MalformedError("too many changes, or one that stands twice in a page")
    reader = open_columns(page.packed, _BUDGET)
    unpacked = take_changes(reader, page.stream.village, written, lambda _name: None)
    if any(not 0 < one.change.group <= one.change.seq for one in unpacked):
        raise MalformedError("a change of a save that comes after it")
    covers = _take_keys(reader, [one.change.name for one in unpacked if one.body is not None])
    committed = reader.take_dense(links.KEY_BYTES * sum(one.body is None for one in unpacked))
    reader.finish()
    commitments = _commitments(unpacked, covers, committed)
    by_name = {one.change.name: one for one in unpacked}
    return PageChanges(tuple(_linked(page, by_name, commitments)), covers)


def _commitments(
    unpacked: Sequence[Unpacked], covers: Mapping[SegmentName, Cover], committed: bytes
) -> dict[ChangeName, bytes]:
    """By change what was committed to; of a destroyed body the commitment has come along."""
    keys: dict[SegmentName, dict[int, bytes]] = {}
    found: dict[ChangeName, bytes] = {}
    gone = 0
    for one in unpacked:
        device, seq = one.change.name
        segment = device, links.segment_of(seq)
        if one.body is None:
            found[device, seq] = committed[gone : gone + links.KEY_BYTES]
            gone += links.KEY_BYTES
            continue
        if segment not in keys:
            keys[segment] = links.leaf_keys(covers[segment])
        found[device, seq] = links.commitment(keys[segment][links.leaf_of(seq)], one.body)
    return found


def _linked(
    page: Page, unpacked: Mapping[ChangeName, Unpacked], commitments: Mapping[ChangeName, bytes]
) -> Iterator[LoggedChange]:
    for run in page.runs:
        link, device = run.link_before, page.devices[run.device]
        for seq in range(run.first, run.first + run.count):
            one, committed = unpacked[device, seq], commitments[device, seq]
            link = links.next_link(link, pack_header(one.change), committed)
            yield LoggedChange(one.change, one.body, committed, link)
