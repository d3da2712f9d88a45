"""A batch: consecutive changes of one device in one village, packed, signed, and named by their hash.

What goes over the line are columns (`batch_rows`) and the keys of exactly those bodies that are in it. Commitments and
links are not sent: whoever unpacks works them out again, and the last link, which is signed, says if they are right.

A batch holds whole groups and at most 32 KiB. A group that is larger (the import of a roster) goes in several batches
of its own, each saying whether it goes on; it is applied when all of them are here, and has at most a million changes.
A single change that is larger (a form with its workbook) has a batch of its own of up to 4 MB: lines that break do not
care, since a transfer goes on at the byte where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from villagefp.wire import compression, links
from villagefp.wire.batch_faults import BatchError, Fault
from villagefp.wire.batch_header import (
    MAX_CHANGES,
    MAX_GROUP,
    MAX_PACKED,
    MAX_SINGLE,
    MAX_UNPACKED,
    Header,
    check_signature,
    content_of,
    read_header,
    sign,
)
from villagefp.wire.batch_rows import Unpacked, put_changes, take_changes
from villagefp.wire.change import LoggedChange
from villagefp.wire.change import pack_header as pack_change_header
from villagefp.wire.columns_ids import Ahead, NameOf, RecordOf, UnknownNameError
from villagefp.wire.compression import NotCompressedError
from villagefp.wire.links import Cover, Node
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.protocol import REGISTRY
from villagefp.wire.signing import SigningKey

_BUDGET = 3_000_000
"""Values that one batch may make: each of 16,384 changes may have 180."""

__all__ = [
    "Batch",
    "Packing",
    "TooManyError",
    "check_signature",
    "decode_batch",
    "encode_batch",
    "open_batch",
    "read_header",
]


@dataclass(frozen=True, kw_only=True)
class Packing:
    """What a sender packs with."""

    key: SigningKey
    cover_of: Callable[[int], Cover]  # the keys of a segment, as far as they were not destroyed
    dictionary: int = compression.NEWEST
    name_of: NameOf = lambda _record: None  # see `columns_ids`: what the other end knows need not travel whole


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch as it came out, its links and bodies verified."""

    header: Header
    changes: tuple[LoggedChange, ...]
    covers: Mapping[int, Cover]  # by segment, the keys of the bodies that are here


class TooManyError(Exception):
    """More changes than fit into one batch; whoever cuts takes fewer."""


def encode_batch(
    logged: Sequence[LoggedChange], link_before: bytes, packing: Packing, *, goes_on: bool = False
) -> bytes:
    """The signed batch of these consecutive changes; TooManyError where they do not fit.

    `goes_on` says that the one group they belong to has further changes, which follow in the next batch.
    """
    first, last = logged[0].change, logged[-1].change
    if not _whole_groups(logged, goes_on=goes_on):
        raise ValueError("A batch holds whole groups, or a part of one.")
    if len(logged) > MAX_CHANGES:
        raise TooManyError
    content = put_changes(logged, _earlier(packing.name_of, first.device, first.seq))
    for run_first, run_last in _runs([entry.change.seq for entry in logged if entry.body is not None]):
        _put_keys(content, packing.cover_of(links.segment_of(run_first)), run_first, run_last)
    content.dense += b"".join(entry.commitment for entry in logged if entry.body is None)
    if len(content.plain) > MAX_UNPACKED:
        raise TooManyError
    dictionary = compression.shipped_dictionary(packing.dictionary)
    if dictionary is None:
        raise ValueError(f"There is no dictionary {packing.dictionary}.")
    frame = compression.compress(bytes(content.plain), dictionary)
    header = Header(
        registry=REGISTRY,
        dictionary=packing.dictionary,
        village=first.village,
        device=first.device,
        first=first.seq,
        count=len(logged),
        link_before=link_before,
        last_link=logged[-1].link,
        began_before=first.group < first.seq,
        goes_on=goes_on,
        dense=len(content.dense),
        frame=len(frame),
        plain=len(content.plain),
    )
    if last.seq != header.last or header.length > (MAX_PACKED if len(logged) > 1 else MAX_SINGLE):
        raise TooManyError
    return sign(header, bytes(content.dense) + frame, packing.key)


def _earlier(name_of: NameOf, device: bytes, first: int) -> NameOf:
    """Names of changes that the other end can have: none of this batch or of one behind it."""

    def name(record: bytes) -> tuple[bytes, int] | None:
        found = name_of(record)
        return None if found is None or (found[0] == device and found[1] >= first) else found

    return name


def _whole_groups(changes: Sequence[LoggedChange] | Sequence[Unpacked], *, goes_on: bool) -> bool:
    """Whether groups are whole, or all is one group that began before or goes on."""
    groups = [(entry.change.seq, entry.change.group) for entry in changes]
    for (_, before), (seq, group) in pairwise(groups):
        if group not in {before, seq}:
            return False
    seq, group = groups[0]
    if not max(0, seq - MAX_GROUP) < group <= seq:
        return False
    return group == groups[-1][1] or not (group < seq or goes_on)


def _runs(seqs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of consecutive seqs, broken where a segment of keys ends."""
    start = 0
    for place in range(1, len(seqs) + 1):
        if place == len(seqs) or seqs[place] != seqs[place - 1] + 1 or not links.leaf_of(seqs[place]):
            yield seqs[start], seqs[place - 1]
            start = place


def _put_keys(writer: Writer, cover: Cover, first: int, last: int) -> None:
    nodes = links.narrowed(cover, links.leaf_of(first), links.leaf_of(last))
    wanted = list(links.places(links.leaf_of(first), links.leaf_of(last)))
    if [(node.depth, node.place) for node in nodes] != wanted:
        raise ValueError("The key of a body that is here was destroyed.")
    writer.dense += b"".join(node.key for node in nodes)


def open_batch(
    data: bytes,
    public: bytes,
    dictionaries: compression.Dictionaries = compression.shipped_dictionary,
    record_of: RecordOf = lambda _name: None,
) -> Batch:
    """The batch that the owner of this key signed; BatchError says why it is not taken."""
    check_signature(data, public)
    return decode_batch(data, dictionaries, record_of)


def decode_batch(
    data: bytes,
    dictionaries: compression.Dictionaries = compression.shipped_dictionary,
    record_of: RecordOf = lambda _name: None,
    ahead: Ahead = lambda _names: None,
) -> Batch:
    """What a batch holds, whoever signed it: `check_signature` comes first. BatchError where it does not hold."""
    header = read_header(data)
    dense, frame = content_of(data, header)
    dictionary = dictionaries(header.dictionary)
    if dictionary is None:
        raise BatchError(Fault.UNKNOWN_DICTIONARY)
    try:
        plain = compression.decompress(frame, header.plain, dictionary)
        return _decoded(header, plain, dense, record_of, ahead)
    except UnknownNameError as error:
        raise BatchError(Fault.UNKNOWN_REFERENCE) from error
    except (MalformedError, NotCompressedError, OverflowError, RecursionError) as error:
        raise BatchError(Fault.DAMAGED) from error


def _decoded(header: Header, plain: bytes, dense: bytes, record_of: RecordOf, ahead: Ahead) -> Batch:
    reader = Reader(plain, dense, _BUDGET)
    written = [(header.device, seq) for seq in range(header.first, header.last + 1)]
    unpacked = take_changes(reader, header.village, written, record_of, ahead)
    covers = _take_covers(reader, [entry.change.seq for entry in unpacked if entry.body is not None])
    committed = reader.take_dense(links.KEY_BYTES * sum(entry.body is None for entry in unpacked))
    reader.finish()
    if header.began_before != (unpacked[0].change.group < header.first):
        raise BatchError(Fault.GROUPS)
    if not _whole_groups(unpacked, goes_on=header.goes_on):
        raise BatchError(Fault.GROUPS)
    changes = tuple(_linked(header, unpacked, covers, committed))
    if changes[-1].link != header.last_link:
        raise BatchError(Fault.LINKS)
    return Batch(header=header, changes=changes, covers=covers)


def _take_covers(reader: Reader, seqs: Sequence[int]) -> dict[int, Cover]:
    covers: dict[int, list[Node]] = {}
    for first, last in _runs(seqs):
        nodes = covers.setdefault(links.segment_of(first), [])
        for depth, place in links.places(links.leaf_of(first), links.leaf_of(last)):
            nodes.append(Node(depth, place, reader.take_dense(links.KEY_BYTES)))
    return {segment: tuple(nodes) for segment, nodes in covers.items()}


def _linked(
    header: Header, unpacked: Sequence[Unpacked], covers: Mapping[int, Cover], committed: bytes
) -> Iterator[LoggedChange]:
    """The changes with commitments and links, worked out anew; of a destroyed body the commitment has come along."""
    link, gone = header.link_before, 0
    keys: dict[int, dict[int, bytes]] = {}
    for entry in unpacked:
        seq = entry.change.seq
        segment = links.segment_of(seq)
        if entry.body is None:
            commitment = committed[gone : gone + links.KEY_BYTES]
            gone += links.KEY_BYTES
        else:
            if segment not in keys:
                keys[segment] = links.leaf_keys(covers[segment])
            commitment = links.commitment(keys[segment][links.leaf_of(seq)], entry.body)
        link = links.next_link(link, pack_change_header(entry.change), commitment)
        yield LoggedChange(entry.change, entry.body, commitment, link)
