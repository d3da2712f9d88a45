"""Compression with a dictionary that is shipped, so that both ends know the words before the first batch.

Dictionaries are numbered and never changed: a batch made with an old one can be read for ever. Which bytes come out may
differ from one version of zstd to the next; a batch is named by its bytes, and nothing else depends on them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache

from villagefp import paths

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NONE = 0
"""The number that stands for no dictionary."""
NEWEST = 1
"""The dictionary that new batches are made with."""

Dictionaries = Callable[[int], bytes | None]
"""A dictionary by its number; nothing where it is not known here."""

_LEVEL = 19
_MAGIC = b"\x28\xb5\x2f\xfd"
"""What every zstd frame begins with; it need not travel."""
_WINDOW_LOG = 23
"""8 MB: more is never asked for, and a frame that asks for more is refused."""


class NotCompressedError(Exception):
    """Bytes that nobody compressed, or not with this dictionary, or that are longer than was said."""


def shipped_dictionary(number: int) -> bytes | None:
    """A dictionary as it is shipped in `resources/wire`."""
    if number == NONE:
        return b""
    return _shipped(number) if 0 < number <= NEWEST else None


@lru_cache(maxsize=4)
def _shipped(number: int) -> bytes:
    return (paths.resources_dir() / "wire" / f"dictionary.{number}.zstd").read_bytes()


@lru_cache(maxsize=4)
def _loaded(dictionary: bytes) -> zstd.ZstdDict:
    return zstd.ZstdDict(dictionary)


def compress(data: bytes, dictionary: bytes) -> bytes:
    """The data as one frame, without the bytes that every frame has."""
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {
        parameter.compression_level: _LEVEL,
        parameter.window_log: max(10, min(_WINDOW_LOG, len(data).bit_length())),
        parameter.content_size_flag: 0,
        parameter.checksum_flag: 0,
        parameter.dict_id_flag: 0,
    }
    known = _loaded(dictionary).as_undigested_dict if dictionary else None
    return zstd.compress(data, options=options, zstd_dict=known)[len(_MAGIC) :]


def trained(samples: Sequence[bytes], size: int) -> bytes:
    """A new dictionary of about this size, made of what was compressed without one."""
    return zstd.finalize_dict(zstd.train_dict(samples, size), samples, size, _LEVEL).dict_content


def decompress(frame: bytes, length: int, dictionary: bytes) -> bytes:
    """The data, which has to have this length; NotCompressedError at once where it would become longer."""
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
    known = _loaded(dictionary) if dictionary else None
    opener = zstd.ZstdDecompressor(options=options, zstd_dict=known)
    try:
        data = opener.decompress(_MAGIC + frame, max_length=length + 1)
    except zstd.ZstdError as error:
        raise NotCompressedError(str(error)) from error
    if len(data) != length or not opener.eof or opener.unused_data:
        raise NotCompressedError("another length than was said")
    return data
