"""Why the system refuses a file, in our own words: its sentences come in its own language and for engineers."""

from __future__ import annotations

import errno
import sys

from villagefp.i18n import _


def reason(refused: OSError) -> str:
    """The part of a sentence that says why; the error's number where we have no words for it."""
    told = {
        errno.ENOENT: _("there is no such file or folder"),
        errno.ENOTDIR: _("a part of its path is no folder"),
        errno.EISDIR: _("it is a folder"),
        errno.EEXIST: _("something else already has this name"),
        errno.EACCES: _("you may not write or read there"),
        errno.EPERM: _("you may not write or read there"),
        errno.EROFS: _("the disk is read-only"),
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("the disk is full"),
        errno.EIO: _("the disk does not answer properly"),
        errno.EBUSY: _("another program has it open"),
        errno.ETXTBSY: _("another program has it open"),
        errno.ENAMETOOLONG: _("its name is too long"),
        errno.EADDRINUSE: _("another program uses it"),
        errno.EADDRNOTAVAIL: _("this computer has no such address"),
    }
    line = sys.modules.get("socket")  # not imported for this: whoever asked for an address has it
    if line is not None and isinstance(refused, line.gaierror):  # with numbers of its own
        return told[errno.EADDRNOTAVAIL]
    number = refused.errno or 0
    return told.get(number) or _("error {number} of the system").format(number=number)
