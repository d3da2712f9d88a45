"""`county serve`: answer laptops by network until somebody stops it; what is under way is ended first."""

from __future__ import annotations

import argparse
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from villagefp.cli.output import Output
from villagefp.county import moves
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.opening import opened
from villagefp.reasons import reason

_BACKLOG = 512
_LAST_PORT = 65535
_STOPS = (signal.SIGINT, signal.SIGTERM)


def serve(told: argparse.Namespace, output: Output) -> int:
    """Listen and answer; returns when it was stopped by Ctrl+C or by the system, with nothing cut in two."""
    # The web server is the county's own: the other commands do not load it.
    from villagefp.county.app import make_app, server  # noqa: PLC0415

    with opened(told) as office, _listening(told.host, told.port) as listening, _stopped_softly():
        moves.go_on(office.county)
        running = server(make_app(office.county, office.keys), told.host, told.port, proxied=told.behind_proxy)
        scheme = "http"
        if told.certificate is not None:
            certificate, key = _proves(told.certificate, told.certificate_key or told.certificate)
            running.config.ssl_certfile, running.config.ssl_keyfile = certificate, key
            scheme = "https"
        host, port = listening.getsockname()[:2]
        address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        output.tell(
            _("The county answers at {address}. Stop it with Ctrl+C.").format(address=address), {"address": address}
        )
        sys.stdout.flush()  # whoever started this reads the address from a pipe
        running.run(sockets=[listening])
    output.note(_("The county has stopped answering."))
    return 0


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    if not 0 <= port <= _LAST_PORT:
        raise UserError(_("Port {port}: ports have the numbers 0 to {last}.").format(port=port, last=_LAST_PORT))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.getaddrinfo(host, port)  # refuses what is no address before a socket is made
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer's end waits 40 ms
    except OSError as error:
        raise UserError(
            _("Nobody can listen at {host}, port {port}: {reason}. Choose another port, or stop what uses it.").format(
                host=host, port=port, reason=reason(error)
            )
        ) from error
    try:
        yield listening
    finally:
        listening.close()


def _there(path: Path) -> str:
    if not path.is_file():
        raise UserError(_("There is no file {place}. Check its name.").format(place=path))
    return str(path)


def _proves(certificate: Path, key: Path) -> tuple[str, str]:
    """Certificate and key that belong together; UserError where they do not."""
    told = _there(certificate), _there(key)
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*told)
    except OSError as error:
        raise UserError(
            _(
                "{certificate} and {key} are not a certificate and its key. Take both files (PEM) as they were issued: "
                "--certificate FILE --certificate-key FILE"
            ).format(certificate=certificate, key=key)
        ) from error
    return told


@contextmanager
def _stopped_softly() -> Iterator[None]:
    """The server repeats the signal that stopped it once all is ended; then it has done its work."""

    def already_ended(_number: int, _frame: FrameType | None) -> None:
        return

    before = {number: signal.signal(number, already_ended) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
