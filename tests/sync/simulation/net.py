"""The line between a laptop and the county, with all that lines do: every fault strikes so many requests."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.sync.simulation.machines import EndlessError
from tests.sync.simulation.office import Office
from villagefp.sync.road import LineError, Refused, Why

MOST_REQUESTS = 400
"""Requests after which one exchange counts as one that does not end."""
PAGE = b"HTTP/1.1 200 OK <html><head><title>Sign in</title></head><body>Welcome to the free network</body></html>"


@dataclass
class Trouble:
    """What is wrong with a laptop's line: a kind, a number that belongs to it, and how many requests it strikes."""

    kind: str
    size: int = 0
    times: int = 1


@dataclass
class Net:
    """What all lines have in common: what travelled before, and what is to happen while a request is on its way."""

    office: Office
    chance: random.Random
    happened: Callable[[str], None]  # told which trouble struck
    asked: list[bytes] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    up: int = 0
    down: int = 0

    def remember(self, request: bytes, answer: bytes) -> None:
        """Keep some of what travelled, to play it back one day."""
        for kept, data in ((self.asked, request), (self.answered, answer)):
            if len(kept) < 24:
                kept.append(data)
            else:
                kept[self.chance.randrange(24)] = data


class Line:
    """A laptop's road to the county for one exchange."""

    def __init__(self, net: Net, troubles: list[Trouble]) -> None:
        self._net = net
        self._troubles = troubles
        self.requests = 0

    def ask(self, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]) -> None:
        """Carry a request there and the answer back, as well as the line can."""
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            raise EndlessError(f"An exchange of more than {MOST_REQUESTS} requests.")
        if self._net.meanwhile:
            self._net.meanwhile.pop(0)()
        trouble = self._next()
        if trouble is None:
            sent(len(request))
            answer = self._to(request)
            if answer is None:
                raise LineError(Why.CUT)
            self._back(answer, came)
            return
        self._net.happened(trouble.kind)
        getattr(self, f"_{trouble.kind}")(trouble, request, came, sent)

    def enrol(self, told: bytes) -> bytes:
        """Bring a succession there; where the line is troubled it breaks before it or its answer arrives."""
        trouble = self._next()
        if trouble is not None:
            self._net.happened(trouble.kind)
            if trouble.size % 2:
                self._net.office.claim(told)
            raise LineError(Why.CUT)
        answer = self._net.office.claim(told)
        if answer is None:
            raise LineError(Why.CUT)
        return answer

    def _next(self) -> Trouble | None:
        if not self._troubles:
            return None
        trouble = self._troubles[0]
        trouble.times -= 1
        if trouble.times <= 0:
            self._troubles.pop(0)
        return trouble

    def _to(self, request: bytes) -> bytes | None:
        self._net.up += len(request)
        answer = self._net.office.answer(request)
        if answer is not None:
            self._net.remember(request, answer)
        return answer

    def _back(self, answer: bytes, came: Callable[[bytes], None]) -> None:
        self._net.down += len(answer)
        cut = self._net.chance.randrange(len(answer) + 1)
        for portion in (answer[:cut], answer[cut:]):
            if portion:
                came(portion)

    # each of these is one way in which a request can end

    def _no_line(self, _trouble: Trouble, _request: bytes, _came: Callable[[bytes], None], _sent: object) -> None:
        raise LineError(Why.NO_LINE)

    def _cut_up(
        self, trouble: Trouble, request: bytes, _came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        part = request[: trouble.size % (len(request) + 1)]
        sent(len(part))
        self._net.up += len(part)
        self._net.office.answer(part)
        raise LineError(Why.CUT)

    def _cut_down(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        sent(len(request))
        answer = self._to(request) or b""
        part = answer[: trouble.size % (len(answer) + 1)]
        self._net.down += len(part)
        if part:
            came(part)
        raise LineError(Why.CUT)

    def _cut_every(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        """A line that lives for so many bytes, both ways together."""
        if len(request) >= trouble.size:
            trouble.size, life = trouble.size, trouble.size
            self._cut_up(Trouble("", life), request, came, sent)
        sent(len(request))
        answer = self._to(request) or b""
        left = trouble.size - len(request)
        if answer[:left]:
            came(answer[:left])
        if len(answer) > left:
            raise LineError(Why.CUT)

    def _answer_lost(
        self, _trouble: Trouble, request: bytes, _came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        sent(len(request))
        self._to(request)
        raise LineError(Why.SILENT)

    def _failed_after(
        self, _trouble: Trouble, request: bytes, _came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        sent(len(request))
        self._to(request)
        raise LineError(Why.FAILED)

    def _busy(
        self, trouble: Trouble, request: bytes, _came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        sent(len(request))
        raise LineError(Why.BUSY, float(trouble.size % 90))

    def _too_large(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        """Something in between takes only small bodies."""
        if len(request) > max(trouble.size % 4096, 1200):
            raise LineError(Why.TOO_LARGE)
        self._buffering(trouble, request, came, sent)

    def _buffering(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        """A proxy that hands on whole bodies, on a line that lives for some bytes: after a cut nothing has arrived."""
        life = max(trouble.size % 6000, 1800)
        if len(request) > life:
            sent(life)
            raise LineError(Why.CUT)
        sent(len(request))
        answer = self._to(request)
        if answer is None:
            raise LineError(Why.CUT)
        self._back(answer, came)

    def _portal(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        sent(len(request))
        if trouble.size % 2:
            raise Refused(Why.PORTAL)
        came(PAGE)  # a proxy that lies about what it brings

    def _flip_up(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        sent(len(request))
        answer = self._to(_flipped(request, trouble.size))
        if answer is None:
            raise LineError(Why.CUT)
        self._back(answer, came)

    def _flip_down(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        sent(len(request))
        answer = self._to(request)
        if answer is None:
            raise LineError(Why.CUT)
        self._back(_flipped(answer, trouble.size), came)

    def _twice(
        self, _trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        """The request arrives twice, and the second answer comes back."""
        sent(len(request))
        self._to(request)
        answer = self._to(request)
        if answer is None:
            raise LineError(Why.CUT)
        self._back(answer, came)

    def _replay(
        self, _trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        """Something that was asked long ago, by whomever, arrives once more just before."""
        if self._net.asked:
            self._net.office.answer(self._net.chance.choice(self._net.asked))
        sent(len(request))
        answer = self._to(request)
        if answer is None:
            raise LineError(Why.CUT)
        self._back(answer, came)

    def _stale(
        self, _trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        """An answer to another request comes back."""
        sent(len(request))
        answer = self._to(request)
        if answer is None:
            raise LineError(Why.CUT)
        self._back(self._net.chance.choice(self._net.answered), came)

    def _county_dies(
        self, trouble: Trouble, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]
    ) -> None:
        """The county's process is killed while it answers."""
        self._net.office.power.cut_after(trouble.size % 60)
        sent(len(request))
        answer = self._to(request)
        self._net.office.power.on()
        if answer is None:
            raise LineError(Why.CUT)
        self._back(answer, came)


def _flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place // 8 % len(data)] ^= 1 << place % 8
    return bytes(changed)


TROUBLES = (
    "no_line", "cut_up", "cut_down", "cut_every", "answer_lost", "failed_after", "busy", "too_large", "buffering",
    "portal", "flip_up", "flip_down", "twice", "replay", "stale", "county_dies",
)  # fmt: skip
