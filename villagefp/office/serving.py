"""`county serve`: answer laptops by network until somebody stops it; what is under way is ended first."""

from __future__ import annotations

import argparse
import signal
import socket
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
            running.config.ssl_certfile = _there(told.certificate)
            running.config.ssl_keyfile = _there(told.certificate_key or told.certificate)
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
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer's end waits 40 ms
    except (OSError, OverflowError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise UserError(
            _("Nobody can listen at {host}, port {port}: {reason}. Choose another port, or stop what uses it.").format(
                host=host, port=port, reason=why
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
