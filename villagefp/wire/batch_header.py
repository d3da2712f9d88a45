"""The head of a batch: all that has to be known before a byte of its content is looked at.

It stays for ever, also after an erasure has destroyed a body: signature, header and the hash of the content prove the
last link, and the links prove every header and commitment before it. The keys are in the content, so that they can go.

    "vb", protocol, flags | registry, dictionary | village 16, device 16 | first seq, how many | link before 32,
    last link 32 | lengths: dense, frame, what the frame holds                             numbers as in `packing`
    signature 64 | dense bytes | frame
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from villagefp.wire.batch_faults import BatchError, Fault
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.protocol import PROTOCOL
from villagefp.wire.signing import SIGNATURE_BYTES, SigningKey, is_signed

MAX_PACKED = 32 * 1024
"""Bytes of a batch of several changes."""
MAX_SINGLE = 4_200_000
"""Bytes of a batch of one change: a package of a form may alone be larger than other batches."""
MAX_CHANGES = 1 << 14
MAX_GROUP = 1_000_000
"""Changes of one group, which may go in many batches: a roster of a large township."""
MAX_UNPACKED = 8_000_000
MAX_SEQ = (1 << 62) - 1
HEADER_MOST = 192
"""No header is longer."""

_MAGIC = b"vb"
_CONTEXT = b"villagefp batch 1\0"
"""Stands before what is signed, so that a signature made for something else never fits a batch."""
_ID, _LINK = 16, 32
_BEGAN_BEFORE, _GOES_ON = 1, 2


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a batch says of itself."""

    registry: int
    dictionary: int
    village: bytes
    device: bytes
    first: int  # seq of its first change
    count: int
    link_before: bytes  # of the change before the first
    last_link: bytes
    began_before: bool  # its one group began in an earlier batch
    goes_on: bool  # its one group goes on in the next batch, and may be applied only with it
    dense: int  # bytes that are not compressed
    frame: int  # compressed bytes
    plain: int  # what they become

    @property
    def last(self) -> int:
        """Seq of its last change."""
        return self.first + self.count - 1

    @property
    def length(self) -> int:
        """Bytes of the whole batch."""
        return len(pack_header(self)) + SIGNATURE_BYTES + self.dense + self.frame


def pack_header(header: Header) -> bytes:
    """The head as it travels."""
    writer = Writer()
    flags = _BEGAN_BEFORE * header.began_before | _GOES_ON * header.goes_on
    writer.plain += _MAGIC + bytes((PROTOCOL, flags))
    writer.number(header.registry)
    writer.number(header.dictionary)
    writer.plain += header.village + header.device
    writer.number(header.first)
    writer.number(header.count)
    writer.plain += header.link_before + header.last_link
    for length in (header.dense, header.frame, header.plain):
        writer.number(length)
    return bytes(writer.plain)


def read_header(data: bytes) -> Header:
    """The head, from the first bytes of a batch; BatchError where they are none, or too many would follow."""
    if data[:2] != _MAGIC:
        raise BatchError(Fault.NO_BATCH)
    if len(data) < 4:
        raise BatchError(Fault.TRUNCATED)
    if data[2] != PROTOCOL:
        raise BatchError(Fault.NEWER if data[2] > PROTOCOL else Fault.NO_BATCH)
    try:
        header = _read(Reader(data[4:HEADER_MOST], b"", 0), data[3])
    except MalformedError as error:
        raise BatchError(Fault.TRUNCATED if len(data) < HEADER_MOST else Fault.NO_BATCH) from error
    if data[3] & ~(_BEGAN_BEFORE | _GOES_ON) or not header.count or not 0 < header.first <= header.last <= MAX_SEQ:
        raise BatchError(Fault.NO_BATCH)
    most = MAX_PACKED if header.count > 1 else MAX_SINGLE
    if header.count > MAX_CHANGES or header.length > most or header.plain > MAX_UNPACKED:
        raise BatchError(Fault.TOO_LARGE)
    return header


def _read(reader: Reader, flags: int) -> Header:
    return Header(
        registry=reader.number(),
        dictionary=reader.number(),
        village=reader.take(_ID),
        device=reader.take(_ID),
        first=reader.number(),
        count=reader.number(),
        link_before=reader.take(_LINK),
        last_link=reader.take(_LINK),
        began_before=bool(flags & _BEGAN_BEFORE),
        goes_on=bool(flags & _GOES_ON),
        dense=reader.number(),
        frame=reader.number(),
        plain=reader.number(),
    )


def sign(header: Header, content: bytes, key: SigningKey) -> bytes:
    """The whole batch."""
    head = pack_header(header)
    return head + key.sign(_signed(head, content)) + content


def check_signature(data: bytes, public: bytes) -> Header:
    """The head of a whole batch that this device signed; BatchError where a byte is missing, more or other."""
    header = read_header(data)
    if len(data) < header.length:
        raise BatchError(Fault.TRUNCATED)
    head = pack_header(header)
    signature, content = data[len(head) :][:SIGNATURE_BYTES], data[len(head) + SIGNATURE_BYTES :]
    if not data.startswith(head) or not is_signed(_signed(head, content), signature, public):
        raise BatchError(Fault.WRONG_SIGNATURE)
    return header


def _signed(head: bytes, content: bytes) -> bytes:
    return _CONTEXT + head + content_hash(content)


def content_hash(content: bytes) -> bytes:
    """What the signature covers of the content: kept with head and signature, it still proves them without it."""
    return blake2b(content, digest_size=32, person=b"vfp content").digest()


def content_of(data: bytes, header: Header) -> tuple[bytes, bytes]:
    """Dense bytes and frame of a whole batch; BatchError where it is shorter or longer than its head says."""
    if len(data) != header.length:
        raise BatchError(Fault.TRUNCATED if len(data) < header.length else Fault.DAMAGED)
    start = len(data) - header.frame - header.dense
    return data[start : start + header.dense], data[start + header.dense :]


def batch_name(data: bytes) -> bytes:
    """The name of a batch: the hash of the whole."""
    return blake2b(data, digest_size=32, person=b"vfp batch").digest()
