"""The county by HTTP: three addresses, bounded in every direction, and silent about people.

Nothing is kept in the process but how often a laptop asked, so any number of processes work behind one address. What
the store does runs in threads; a body is read while it comes in, and what came before a line broke is kept.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from traceback import extract_tb
from typing import Any, TypeVar

import uvicorn
from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from villagefp.county import enrolment, exchange
from villagefp.county.asking import Asking
from villagefp.county.exchange import UnknownDeviceError
from villagefp.county.keys import CountyKeys
from villagefp.county.store import County
from villagefp.wire.frames import MAX_BODY, RequestReader, pack_answer
from villagefp.wire.hello import MAX_HELLO, who_says
from villagefp.wire.protocol import VersionError
from villagefp.wire.signed import ExchangeError, Fault

_LOG = logging.getLogger("villagefp.county")
_LOOK = 64 * 1024
"""Bytes of a request after which it is asked who sends it."""
_UNKNOWN = 4 * _LOOK
"""Bytes that are read at most before that is known."""
_AWAY = 30
"""Seconds after which a laptop may ask again where the database does not answer."""
_MAX_CLAIM = 64 * 1024

T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """What one process takes on."""

    at_once: int = 16  # requests that work with the store; more wait
    a_minute: int = 60  # exchanges of one laptop in one village, in the long run
    burst: int = 60  # of these at once: a line that is cut again and again asks often
    room: int = exchange.ROOM  # bytes that follow one answer
    silence: float = 120.0  # seconds without a byte after which a line counts as cut


def make_app(county: County, keys: CountyKeys, limits: Limits | None = None) -> FastAPI:
    """The county's side of the exchange, to be served by any number of processes on one store."""
    app = FastAPI(title="villagefp county", docs_url=None, redoc_url=None, openapi_url=None)
    served = _Served(county, keys, limits or Limits())
    for path in ("/v1/x", "/v1/exchange"):  # a path is part of what every exchange costs; 0.1.0 asks by the long one
        app.add_route(path, _guarded(served.exchange), methods=["POST"])
    app.add_route("/v1/enrol", _guarded(served.enrol), methods=["POST"])
    app.add_route("/v1/alive", _guarded(served.alive), methods=["GET"])
    return app


def server(app: FastAPI, host: str, port: int, *, proxied: bool = False) -> uvicorn.Server:
    """A server that says no more than it must: no date, no name, no line of a log for each request.

    `proxied` believes the address that a proxy on the same machine tells.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            proxy_headers=proxied,
            lifespan="off",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=20,
        )
    )


class _Served:
    def __init__(self, county: County, keys: CountyKeys, limits: Limits) -> None:
        self._county = county
        self._keys = keys
        self._limits = limits
        self._asking = Asking(limits.a_minute, limits.burst, time.monotonic)
        self._threads = CapacityLimiter(limits.at_once)

    async def exchange(self, request: Request) -> Response:
        """Hears a laptop; what came before its line broke is kept."""
        if _length(request) > MAX_BODY + MAX_HELLO:
            return _word(413)
        reader = RequestReader()
        try:
            await self._read(request, reader)
        except (ClientDisconnect, TimeoutError):
            if reader.hello is not None:
                kept = partial(exchange.broke_off, self._county, self._keys)
                await self._do(kept, reader.hello, reader.pieces, reader.broken_off())
            return _word(408)
        if reader.hello is None or not reader.whole:
            return _word(400)
        who = who_says(reader.hello)
        wait = self._asking.wait(who)
        if wait:
            return _word(429, wait)
        heard = await self._do(
            partial(exchange.hear, room=self._limits.room), self._county, self._keys, reader.hello, reader.pieces
        )
        self._asking.asked(who)
        return Response(pack_answer(heard.answer, heard.following))

    async def _read(self, request: Request, reader: RequestReader) -> None:
        """All of a request; a long one only of a laptop that is known.

        Who sends it is looked up while more comes in: what waits in the web server when a line breaks is lost.
        """
        came, stream = 0, self._stream(request)
        looking: asyncio.Task[None] | None = None
        try:
            while True:
                coming = asyncio.ensure_future(anext(stream, None))
                if looking is not None:
                    await _unless_refused(coming, looking)
                data = await coming
                if data is None:
                    break
                reader.feed(data)
                came += len(data)
                if came > _LOOK and looking is None and reader.hello is not None:
                    looking = asyncio.create_task(self._do(exchange.check, self._county, reader.hello))
                if looking is not None and came > _UNKNOWN:
                    await looking
            if looking is not None:
                await looking
        finally:
            if looking is not None:  # nothing of it goes on by itself, whatever it found
                await asyncio.wait({looking})
                looking.exception()

    async def _stream(self, request: Request) -> AsyncIterator[bytes]:
        """The bytes of a request; TimeoutError where a line is silent for so long that it must be dead."""
        came = request.stream()
        while True:
            with fail_after(self._limits.silence):
                data = await anext(came, None)
            if data is None:
                return
            yield data

    async def enrol(self, request: Request) -> Response:
        """Answers a claim to an enrolment code."""
        told = bytearray()
        try:
            async for data in self._stream(request):
                told += data
                if len(told) > _MAX_CLAIM:
                    return _word(413)
        except (ClientDisconnect, TimeoutError):
            return _word(408)
        source = request.client.host if request.client else ""
        return Response(await self._do(enrolment.claim, self._county, self._keys, bytes(told), source))

    async def alive(self, _request: Request) -> Response:
        """Whether the store answers."""
        await self._do(_look_up, self._county)
        return Response(b"alive")

    async def _do(self, work: Callable[..., T], *told: object) -> T:
        return await to_thread.run_sync(partial(work, *told), limiter=self._threads)


async def _unless_refused(coming: asyncio.Future[bytes | None], looking: asyncio.Task[None]) -> None:
    """Come back when there is more, or it is known who sends it; raises what that look-up raises."""
    if not looking.done():
        either: set[asyncio.Future[Any]] = {coming, looking}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if looking.done() and looking.exception() is not None:
        coming.cancel()
        await looking


def _look_up(county: County) -> None:
    with county.read() as connection:
        connection.exec_driver_sql("SELECT 1")


def _length(request: Request) -> int:
    told = request.headers.get("content-length", "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 12 else MAX_BODY + MAX_HELLO + 1


_WORDS = {
    400: b"not understood",
    403: b"not known",
    408: b"cut short",
    413: b"too large",
    426: b"other version",
    429: b"too often",
    500: b"failed",
    503: b"away",
}
"""The same for everybody: an answer to nobody known tells nothing."""


def _word(status: int, again_after: int = 0) -> Response:
    headers = {"Retry-After": str(again_after)} if again_after else None
    return Response(_WORDS[status], status_code=status, headers=headers)


def _guarded(work: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Every error as one word: what is unexpected may speak of people, and neither log nor stranger gets to read it."""

    async def answer(request: Request) -> Response:
        try:
            return await work(request)
        except Exception as error:  # noqa: BLE001  told apart there
            return _refusal(error)

    return answer


def _refusal(error: Exception) -> Response:
    if isinstance(error, UnknownDeviceError):
        return _word(403)
    if isinstance(error, VersionError):
        return _word(426)
    if isinstance(error, ExchangeError):
        return _word({Fault.TOO_LARGE: 413, Fault.NOT_SIGNED: 403}.get(error.fault, 400))
    places = [f"{frame.name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-6:]]
    _LOG.error("%s at %s", type(error).__name__, " < ".join(reversed(places)))
    if isinstance(error, (OperationalError, InterfaceError, NoConnectionError)) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    ):
        return _word(503, _AWAY)
    return _word(500)
