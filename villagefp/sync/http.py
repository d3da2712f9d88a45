"""The road by network: one POST a request, on a connection that is kept, with no header that says nothing.

The answer is handed over as it comes, and a thread of its own reads it, also while what came is being taken in: what
still lay in the system's buffers when the line breaks would be lost. What goes up is given to the line in small
portions behind a small send buffer: with a large one the system would hold a minute of a slow line, and nobody could
tell a dead line from a slow one.
"""

from __future__ import annotations

import errno
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from queue import Empty, Queue
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import SKIP_HEADER

from villagefp.i18n import _
from villagefp.sync.road import LineError, Refused, Why

_CONNECT_SECONDS = 20.0
"""Also for each portion that is given to the line: at 8 kB/s one takes half a second."""
_READ_SECONDS = 60.0
"""Without a byte: the county may have to make a seed first, and a line that was this long silent is dead."""
_PORTION = 4 * 1024
_GULP = 64 * 1024
"""All that lies there is read at once: the thread that reads gets few turns while the other one is busy."""
_AHEAD = 64
"""Gulps that are read before they are wanted: on a line of 64 kbit/s they are small, and this is ten seconds of it."""
_SEND_BUFFER = 16 * 1024
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_PORTAL = {HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}
_MOVED = range(300, 400)
_OWN_ERRORS = range(500, 600)
_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"}
"""As OpenSSL names it where what answers speaks no TLS at all."""


class HttpRoad:
    """The county at an address; closes its connection at the end of a `with`."""

    def __init__(self, address: str, *, plain: bool = False) -> None:
        """https, or http to this very machine; http to elsewhere only where `plain` is asked for.

        Refused where the address is none.
        """
        self._base = _checked(address, plain=plain)
        self._session = requests.Session()
        self._session.headers.clear()
        self._session.headers.update({"Accept-Encoding": SKIP_HEADER, "User-Agent": SKIP_HEADER})
        self._session.trust_env = False  # no passwords of other programs; proxies are named below
        if urlsplit(self._base).hostname not in _HERE:
            self._session.proxies = get_environ_proxies(self._base)
        adapter = _Adapter(max_retries=0)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection up."""
        self._session.close()

    def ask(self, request: bytes, came: Callable[[bytes], None], sent: Callable[[int], None]) -> None:
        """Carry a request there, and hand over the answer as it comes."""
        with self._post("/v1/x", _Portions(request, sent)) as response:
            _check(response)
            with _read_ahead(response) as portions:
                for data in portions:
                    came(data)

    def enrol(self, told: bytes) -> bytes:
        """Bring a claim or a succession, and the answer to it."""
        with self._post("/v1/enrol", _Portions(told, _nobody)) as response:
            _check(response)
            return b"".join(_bytes_of(response))

    def _post(self, path: str, body: _Portions) -> requests.Response:
        try:
            return self._session.post(
                self._base + path,
                data=body,
                stream=True,
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            )
        except requests.exceptions.RequestException as error:
            raise _broken(error) from error


def _nobody(_count: int) -> None:
    """Nobody counts the few bytes of a claim."""


class _Portions:
    """A body of known length that tells how much of it the line took."""

    def __init__(self, data: bytes, sent: Callable[[int], None]) -> None:
        self._data = data
        self._sent = sent

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._data), _PORTION):
            portion = self._data[start : start + _PORTION]
            yield portion
            self._sent(len(portion))


class _Adapter(HTTPAdapter):
    """Certificates by the system's own trust, and a small send buffer."""

    def init_poolmanager(self, *told: Any, **named: Any) -> None:
        options = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)]
        super().init_poolmanager(*told, **named, socket_options=options, ssl_context=ssl.create_default_context())

    def cert_verify(self, conn: Any, *_told: Any, **_named: Any) -> None:
        """The context stands for it; a list of certificates beside the system's would widen its trust."""
        conn.cert_reqs = "CERT_REQUIRED"


def _checked(address: str, *, plain: bool) -> str:
    parts = urlsplit(address.strip())
    if parts.scheme == "http" and parts.hostname and not plain and parts.hostname not in _HERE:
        raise Refused(
            Why.ADDRESS,
            _(
                "The line to this address would not be encrypted, and nothing was sent. Write https:// in front of it, "
                "or ask the county for its address."
            ),
        )
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise Refused(Why.ADDRESS)
    return address.strip().rstrip("/")


def _check(response: requests.Response) -> None:
    """What came instead of an answer, as its status and sort say."""
    status = response.status_code
    page = response.headers.get("Content-Type", "").startswith("text/html")
    if status == HTTPStatus.OK and not page:
        return
    if status in _MOVED or status in _PORTAL or (page and status not in _OWN_ERRORS):
        raise Refused(Why.PORTAL)
    if status in _BUSY:
        raise LineError(Why.BUSY, _seconds(response.headers.get("Retry-After", "")))
    if status in _OWN_ERRORS:
        raise LineError(Why.FAILED)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise LineError(Why.TOO_LARGE)
    if status == HTTPStatus.FORBIDDEN:
        raise Refused(Why.UNKNOWN)
    if status == HTTPStatus.UPGRADE_REQUIRED:
        raise Refused(Why.OTHER_VERSION)
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_TIMEOUT}:  # altered or cut on the way
        raise LineError(Why.CUT)
    raise Refused(Why.OTHER_COUNTY)


def _seconds(told: str) -> float | None:
    return float(told) if told.isascii() and told.isdigit() and len(told) < 10 else None


def _bytes_of(response: requests.Response) -> Iterator[bytes]:
    """What comes, as soon as it does."""
    while True:
        try:
            data: bytes = response.raw.read1(_GULP, decode_content=False)
        except ReadTimeoutError as error:
            raise LineError(Why.SILENT) from error
        except (HTTPError, OSError) as error:
            raise LineError(Why.CUT) from error
        if not data:
            return
        yield data


@contextmanager
def _read_ahead(response: requests.Response) -> Iterator[Iterator[bytes]]:
    """What comes, read by a thread that lives no longer than the block."""
    came: Queue[bytes | BaseException | None] = Queue(_AHEAD)
    left = threading.Event()

    def read() -> None:
        end: BaseException | None = None
        try:
            for data in _bytes_of(response):
                came.put(data)
                if left.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  whoever takes the portions raises it, after those before it
            end = error
        came.put(end)

    def portions() -> Iterator[bytes]:
        while (data := came.get()) is not None:
            if isinstance(data, BaseException):
                raise data
            for start in range(0, len(data), _PORTION):
                yield data[start : start + _PORTION]

    reader = threading.Thread(target=read, name="line", daemon=True)
    reader.start()
    try:
        yield portions()
    finally:
        left.set()
        with suppress(ValueError, RuntimeError, OSError):  # all has been read, and the connection given back
            response.raw.shutdown()
        while reader.is_alive():
            with suppress(Empty):
                came.get(timeout=0.05)
        reader.join()


def _broken(error: requests.exceptions.RequestException) -> LineError | Refused:
    """How a request that got no answer broke."""
    causes = list(_causes(error))
    if any(_proves_nothing(each) for each in causes):
        return Refused(Why.CERTIFICATE)
    if isinstance(error, requests.exceptions.InvalidURL):
        return Refused(Why.ADDRESS)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return LineError(Why.NO_LINE)
    if any(isinstance(each, (ReadTimeoutError, TimeoutError)) for each in causes):
        return LineError(Why.SILENT)
    if any(isinstance(each, (ConnectionRefusedError, socket.gaierror)) or _unreachable(each) for each in causes):
        return LineError(Why.NO_LINE)
    return LineError(Why.CUT)


def _proves_nothing(error: BaseException) -> bool:
    """Whether what answers has no sound certificate, or speaks without any encryption."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return True
    return isinstance(error, ssl.SSLError) and error.reason in _NO_TLS


def _unreachable(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those from which libraries made it."""
    seen: set[int] = set()
    left = [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        reason = getattr(one, "reason", None)
        left += [one.__cause__, one.__context__, reason if isinstance(reason, BaseException) else None]
        left += [each for each in one.args if isinstance(each, BaseException)]
