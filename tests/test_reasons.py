"""Why the system refuses a file, in the worker's language and not in the system's."""

from __future__ import annotations

import errno
import os

import pytest

from villagefp import i18n
from villagefp.reasons import reason


@pytest.mark.parametrize(
    "number",
    [
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EEXIST,
        errno.EACCES,
        errno.EROFS,
        errno.ENOSPC,
        errno.EIO,
        errno.ELOOP,
    ],
)
def test_no_word_of_the_system_reaches_the_worker(number: int) -> None:
    refused = OSError(number, os.strerror(number))
    i18n.set_language("zh_CN")
    try:
        told = reason(refused)
    finally:
        i18n.set_language("en")
    assert told
    assert not any(letter.isascii() and letter.isalpha() for letter in told)


def test_a_file_where_a_folder_is_wanted_is_told_in_words() -> None:
    assert str(errno.EEXIST) not in reason(OSError(errno.EEXIST, ""))


def test_the_same_file_is_refused_for_different_reasons() -> None:
    assert reason(OSError(errno.ENOSPC, "")) != reason(OSError(errno.EROFS, "")) != reason(OSError(errno.ENOENT, ""))
