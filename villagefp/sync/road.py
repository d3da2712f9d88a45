"""A road to the county: it carries one request there and the answer back, and says how it broke.

What a road carries it does not read. A broken line is ordinary: the engine keeps what came and tries again. Only what
no repetition can mend is `Refused`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from villagefp.errors import UserError
from villagefp.i18n import _


class Why(StrEnum):
    """Why a request came to nothing, or to less than a whole answer."""

    # of the line: tried again
    NO_LINE = "no_line"  # no network, no such address, nobody answers at it
    CUT = "cut"
    SILENT = "silent"  # nothing moved for longer than the slowest line takes
    BUSY = "busy"  # the county says when to come back
    FAILED = "failed"  # an error at the county, perhaps after it had taken everything
    TOO_LARGE = "too_large"  # for something in between
    # not to be mended by trying again
    PORTAL = "portal"  # a page for people came instead of an answer
    OTHER_COUNTY = "other_county"  # the answer is not signed by the pinned key
    UNKNOWN = "unknown"  # the county does not know this laptop, or its hello is not signed by it
    CERTIFICATE = "certificate"
    OLD_HERE = "old_here"
    OLD_THERE = "old_there"
    OTHER_VERSION = "other_version"  # the county does not say which side is the older one
    ADDRESS = "address"  # no address that can be asked
    STUCK = "stuck"  # the county answers, and nothing goes on


class LineError(Exception):
    """The line broke, or the county asks to come later; trying again may do."""

    def __init__(self, why: Why, retry_after: float | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.retry_after = retry_after  # seconds, where the county named them


class Refused(UserError):  # noqa: N818  the name says what happened; the sentence is the error
    """Trying again does not help: the sentence says what does."""

    def __init__(self, why: Why, sentence: str | None = None) -> None:
        super().__init__(in_words(why) if sentence is None else sentence)
        self.why = why


class Road(Protocol):
    """One way to the county, used by one exchange at a time."""

    def ask(self, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]) -> None:
        """Carry a request there and hand over the bytes of the answer as they come.

        `sent` is told each portion of the request that was given to the line, in bytes. LineError where the line broke;
        what came before counts. Refused where asking again is of no use.
        """

    def enrol(self, told: bytes) -> bytes:
        """Bring a claim or a succession to the county's door for laptops that it does not know yet; its answer.

        LineError and Refused as above.
        """


def in_words(why: Why) -> str:
    """What happened, that nothing is lost, and what to do."""
    return {
        Why.NO_LINE: _(
            "The county cannot be reached: there is no network here, or its address does not answer. Nothing is lost. "
            "Exchange again when there is a line, or take a stick."
        ),
        Why.CUT: _(
            "The line broke off again and again. What came through is kept and nothing is lost. "
            "Exchange again: it goes on where it broke off. Or take a stick."
        ),
        Why.SILENT: _(
            "The line is there, but nothing came through for a long time. What came before is kept and nothing is "
            "lost. Exchange again: it goes on where it stopped. Or take a stick."
        ),
        Why.BUSY: _("The county is busy and asks to come back later. Nothing is lost. Exchange again in a while."),
        Why.FAILED: _(
            "The county's program reports an error of its own. Nothing is lost. "
            "Exchange again in a while; if it happens again, tell the county."
        ),
        Why.TOO_LARGE: _(
            "Something between here and the county takes only very small amounts. Nothing is lost. "
            "Take a stick, or exchange by another network, and tell the county."
        ),
        Why.PORTAL: _(
            "This network shows a page of its own instead of the county's answer. Nothing was changed and nothing is "
            "lost. Sign in to the network in a browser, or use another one, and exchange again."
        ),
        Why.OTHER_COUNTY: _(
            "What answers at this address is not the county of this laptop. Nothing was changed and nothing is lost. "
            "Check the address, or ask the county whether its key has changed."
        ),
        Why.UNKNOWN: _(
            "What answers at this address does not know this laptop. Nothing was changed and nothing is lost. Check "
            "the address; if it is right, ask the county for a new enrolment code and enrol this laptop."
        ),
        Why.CERTIFICATE: _(
            "The county's address does not prove that it is the county's (its certificate). Nothing was sent. Check "
            "the date of this laptop and the address; if both are right, tell the county."
        ),
        Why.OLD_HERE: _(
            "The county's program is newer and no longer understands this one. Nothing was changed and nothing is "
            "lost. Update this program and exchange again."
        ),
        Why.OLD_THERE: _(
            "The county's program is older and does not understand this one yet. Nothing was changed and nothing is "
            "lost. Exchange again when the county has updated its program; tell it so."
        ),
        Why.OTHER_VERSION: _(
            "The county's program and this one do not understand each other: one of them is too old. Nothing was "
            "changed and nothing is lost. Update this program; if it is up to date, tell the county."
        ),
        Why.ADDRESS: _(
            "This is no address of a county. Write it as the county gave it, such as https://county.example:8443."
        ),
        Why.STUCK: _(
            "The county answers, but asks for the same again and again. What came through is kept and nothing is lost. "
            "Tell the county: its program or this one made a mistake."
        ),
    }[why]
