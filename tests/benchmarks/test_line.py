"""The measuring line itself: it counts every byte, delivers what entered it, cuts where it was told, can be dead."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.benchmarks.line import LOOPBACK, Line

ANSWER = bytes(range(256)) * 400
"""102,400 bytes."""
ASKED = b"POST /v1/exchange HTTP/1.1\r\n\r\n"


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of a server that sends the same long answer to whoever says something."""
    listening = socket.create_server((LOOPBACK, 0))

    def serve() -> None:
        while True:
            try:
                connection, _where = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    if connection.recv(4096):
                        connection.sendall(ANSWER)
                except ConnectionError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def take_all(asking: socket.socket, data: bytearray) -> None:
    """What comes until the other side has no more to say."""
    while portion := asking.recv(65_536):
        data += portion


def came(line: Line, *, seconds: float = 20) -> tuple[bytes, bool]:
    """What comes back to one question, and whether the connection was reset."""
    data = bytearray()
    with socket.create_connection((LOOPBACK, line.port), seconds) as asking:
        asking.sendall(ASKED)
        try:
            take_all(asking, data)
        except ConnectionResetError:
            return bytes(data), True
    return bytes(data), False


def test_a_whole_line_brings_everything_and_counts_it(answering: int) -> None:
    with Line.to(answering) as line:
        assert came(line) == (ANSWER, False)
        stats = line.stats()
        assert (stats["up"], stats["down"], stats["requests"], stats["conns"]) == (len(ASKED), len(ANSWER), 1, 1)
        assert stats["paths"] == {"POST /v1/exchange": 1}


def test_a_fast_line_that_is_cut_has_delivered_what_entered_it_before(answering: int) -> None:
    with Line.to(answering) as line:
        line.set(cut_kb=60)
        data, reset = came(line)
        assert reset
        assert ANSWER.startswith(data)
        assert len(data) > 55_000
        assert line.stats()["cuts"] == 1


def test_a_slow_line_takes_its_time(answering: int) -> None:
    with Line.to(answering) as line:
        line.set(kbit=2_000, rtt_ms=100)
        start = time.monotonic()
        assert came(line) == (ANSWER, False)
        assert time.monotonic() - start > 0.4  # 102,400 bytes and their headers at 2 Mbit/s


def test_a_dead_line_is_open_and_passes_nothing_until_it_is_set_anew(answering: int) -> None:
    with Line.to(answering) as line:
        line.set(kbit=8_000, dead_kb=20)
        with socket.create_connection((LOOPBACK, line.port), 2) as asking:
            asking.sendall(ASKED)
            data = bytearray()
            with pytest.raises(TimeoutError):
                take_all(asking, data)
            assert 10_000 < len(data) < 40_000
            line.set()
            take_all(asking, data)
        assert bytes(data) == ANSWER
