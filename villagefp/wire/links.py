"""The chain of a device's changes, and the keys that let one body be destroyed while the chain still holds.

A change's commitment is a keyed hash of its body, a link covers header and commitment. The keys of a segment of 1,024
seqs are the leaves of a hash tree (Goldreich, Goldwasser, Micali): whoever has a node has all leaves under it and
no other. A device keeps a *cover*, at first the root alone; puncturing a leaf leaves a cover of all others, and then
nobody can tell any more whether a guessed body is the one that was committed to.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from villagefp.wire.values import pack, unpack

DEPTH = 10
SEGMENT = 1 << DEPTH
KEY_BYTES = 32
_LINK = blake2b(digest_size=32, person=b"vfp link")
"""Where every link begins: a copy of it is made faster than another one."""


class Node(NamedTuple):
    """A node of the tree: its depth (0 is the root), its place from the left at that depth, and its key."""

    depth: int
    place: int
    key: bytes

    def holds(self, leaf: int) -> bool:
        """Whether the leaf hangs under this node."""
        return leaf >> (DEPTH - self.depth) == self.place


Cover = tuple[Node, ...]


def segment_of(seq: int) -> int:
    """The segment a seq belongs to."""
    return seq >> DEPTH


def leaf_of(seq: int) -> int:
    """The place of a seq in its segment."""
    return seq & (SEGMENT - 1)


def whole_segment(root: bytes) -> Cover:
    """The cover of a segment that begins: its root."""
    return (Node(0, 0, root),)


def _child_keys(key: bytes) -> tuple[bytes, bytes]:
    """The keys of both children, hashes of 0 and 1 under this key; one that has begun is soon copied."""
    left = blake2b(key=key, digest_size=KEY_BYTES, person=b"vfp tree")
    right = left.copy()
    left.update(b"0")
    right.update(b"1")
    return left.digest(), right.digest()


def _children(node: Node) -> tuple[Node, Node]:
    left, right = _child_keys(node.key)
    return Node(node.depth + 1, 2 * node.place, left), Node(node.depth + 1, 2 * node.place + 1, right)


def leaf_key(cover: Cover, leaf: int) -> bytes | None:
    """The key of a leaf, or None where it has been punctured."""
    return leaf_keys(cover, leaf, leaf).get(leaf)


def leaf_keys(cover: Cover, first: int = 0, last: int = SEGMENT - 1) -> dict[int, bytes]:
    """The keys of the leaves from `first` to `last` that the cover still holds, in order.

    All at once they take two hashes a leaf, one by one twenty.
    """
    leaves: dict[int, bytes] = {}
    for node in cover:
        begin, end = max(first, _first_leaf(node)), min(last, _last_leaf(node))
        if begin <= end:
            leaves.update(enumerate(_keys_under(node, begin, end), begin))
    return leaves


def _keys_under(node: Node, first: int, last: int) -> list[bytes]:
    """The keys of these leaves, which all hang under the node; of every level only what lies above them is kept."""
    keys, left = [node.key], node.place
    for above in reversed(range(DEPTH - node.depth)):
        begin, end = first >> above, last >> above
        below = [child for key in keys for child in _child_keys(key)]
        keys, left = below[begin - 2 * left : end + 1 - 2 * left], begin
    return keys


def _first_leaf(node: Node) -> int:
    return node.place << (DEPTH - node.depth)


def _last_leaf(node: Node) -> int:
    return ((node.place + 1) << (DEPTH - node.depth)) - 1


def narrowed(cover: Cover, first: int, last: int) -> Cover:
    """The fewest nodes that have these leaves as far as the cover holds them, and no other leaf."""
    return tuple(part for node in cover for part in _within(node, first, last))


def _within(node: Node, first: int, last: int) -> Iterator[Node]:
    begin, end = _first_leaf(node), _last_leaf(node)
    if first <= begin and end <= last:
        yield node
    elif begin <= last and first <= end:
        for child in _children(node):
            yield from _within(child, first, last)


def places(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Depth and place of the fewest nodes that have these leaves and no other, from the left."""
    leaf = first
    while leaf <= last:
        height = highest(leaf, last)
        yield DEPTH - height, leaf >> height
        leaf += 1 << height


def highest(leaf: int, last: int) -> int:
    """How far above the leaves the largest node stands that begins with this one and holds none behind the last."""
    height = (leaf & -leaf).bit_length() - 1 if leaf else DEPTH
    while leaf + (1 << height) - 1 > last:
        height -= 1
    return height


def puncture(cover: Cover, leaf: int) -> Cover:
    """The cover of all leaves but this one; the old cover must be destroyed wherever it is kept."""
    kept: list[Node] = []
    for node in cover:
        if not node.holds(leaf):
            kept.append(node)
            continue
        on_path = node
        while on_path.depth < DEPTH:
            left, right = _children(on_path)
            on_path, beside = (left, right) if left.holds(leaf) else (right, left)
            kept.append(beside)
    return tuple(sorted(kept, key=_last_leaf))


def pack_cover(cover: Cover) -> bytes:
    """A cover as it is kept beside the log."""
    return pack([list(node) for node in cover])


def unpack_cover(packed: bytes) -> Cover:
    """A cover as it was kept."""
    return tuple(Node(*node) for node in unpack(packed))


def commitment(key: bytes, body: bytes) -> bytes:
    """Binds a change to its body; without the key it tells nothing of it."""
    return blake2b(body, key=key, digest_size=32, person=b"vfp commitment").digest()


def first_link(village: bytes, device: bytes) -> bytes:
    """What the chain of a device begins with."""
    return blake2b(village + device, digest_size=32, person=b"vfp chain").digest()


def next_link(before: bytes, header: bytes, committed: bytes) -> bytes:
    """The link of a change: covers everything before it, its header and its commitment."""
    link = _LINK.copy()
    link.update(before + committed + header)
    return link.digest()
