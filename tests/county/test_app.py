"""The county by real HTTP: sizes, refusals that tell nothing, lines that break, a database that is away."""

from __future__ import annotations

import fcntl
import logging
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.county.cluster import Cluster
from tests.county.laptops import Laptop, busy
from tests.county.peers import KEYS, Peer
from villagefp.county import exchange
from villagefp.county.app import Limits, make_app, server
from villagefp.county.asking import Asking
from villagefp.county.engine import postgres_engine
from villagefp.county.exchange import Heard
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.wire.frames import MAX_BODY, AnswerReader, Piece, pack_request
from villagefp.wire.hello import MAX_HELLO, open_answer


class Line:
    """A connection to the county, by the bytes that go over it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def send(self, body: bytes, length: int | None = None, path: str = "/v1/x", method: str = "POST") -> bytes:
        length = len(body) if length is None else length
        head = f"{method} {path} HTTP/1.1\r\nHost: a.cn\r\nContent-Length: {length}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        return head.encode() + body

    def answer(self) -> tuple[bytes, bytes]:
        """Head and body of an answer."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, body = data.split(b"\r\n\r\n", 1)
        rows = [row.lower() for row in head.split(b"\r\n")]
        length = next(int(row.split(b":")[1]) for row in rows if row.startswith(b"content-length"))
        while len(body) < length:
            body += self._more()
        return head, body

    def _more(self) -> bytes:
        more = self.socket.recv(1 << 16)
        assert more, "the county hung up"
        return more

    def close(self) -> None:
        self.socket.close()


@contextmanager
def serving(county: County, limits: Limits | None = None) -> Iterator[int]:
    """The county on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    serving = server(make_app(county, KEYS, limits), "127.0.0.1", 0)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        serving.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def line(county: County) -> Iterator[Callable[[], Line]]:
    lines: list[Line] = []

    def opened() -> Line:
        lines.append(Line(port))
        return lines[-1]

    with serving(county) as port:
        yield opened
        for one in lines:
            one.close()


def through(line: Line, peer: Peer, hello: bytes, request: bytes) -> bytes:
    line.send(request)
    head, body = line.answer()
    assert head.startswith(b"HTTP/1.1 200")
    reader = AnswerReader()
    reader.feed(body)
    assert reader.answer is not None
    coming = open_answer(reader.answer, hello, KEYS.signs).coming
    peer.take(hello, Heard(reader.answer, tuple(reader.following(coming))))
    return head


def beginnings(county: County) -> int:
    with county.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM prefix").scalar_one())


def test_a_day_by_http_and_a_quiet_exchange_within_340_bytes(county: County, line: Callable[[], Line]) -> None:
    one, other = Peer(Laptop(600).enrolled(county)), Peer(Laptop(601).enrolled(county))
    list(busy(one.laptop, 20))
    kept = line()
    offers = one.waiting()
    hello = one.hello(offers)
    through(kept, one, hello, pack_request(hello, [Piece(0, 0, offers[0])]))
    assert one.receipt.accepted == len(one.laptop.log)
    hello = other.hello()
    through(kept, other, hello, pack_request(hello))
    assert len(other.read) == len(one.laptop.log)
    sent = kept.send(pack_request(one.hello()))
    head, body = kept.answer()
    assert {row.split(b":")[0].lower() for row in head.split(b"\r\n")[1:]} == {b"content-length"}
    assert len(sent) + len(head) + 4 + len(body) <= 340


def test_strangers_and_forgers_get_the_same_bytes(county: County, line: Callable[[], Line]) -> None:
    known, stranger = Peer(Laptop(602).enrolled(county)), Peer(Laptop(603))
    forged = bytearray(pack_request(known.hello()))
    forged[40] ^= 1
    answers = set()
    for told in (bytes(forged), pack_request(stranger.hello()), pack_request(b"too short")):
        asked = line()
        asked.send(told)
        answers.add(asked.answer())
    ((head, body),) = answers
    assert head.startswith(b"HTTP/1.1 403")
    assert body == b"not known"


def test_what_came_before_a_line_broke_is_kept(county: County, line: Callable[[], Line]) -> None:
    one = Peer(Laptop(604).enrolled(county))
    one.laptop.save(one.laptop.person(note="x" * 3000))
    offers = one.waiting()
    request = one.request(offers)
    broken = line()
    broken.send(request[:-100], length=len(request))
    broken.socket.shutdown(socket.SHUT_WR)
    until = time.monotonic() + 30
    while not beginnings(county):
        assert time.monotonic() < until
    hello = one.hello(offers)
    asked = line()
    asked.send(pack_request(hello))
    _head, body = asked.answer()
    reader = AnswerReader()
    reader.feed(body)
    assert reader.answer is not None
    assert open_answer(reader.answer, hello, KEYS.signs).offsets == {0: len(offers[0]) - 100}


def test_what_came_while_its_sender_was_looked_up_is_kept_when_the_line_is_reset(
    county: County, line: Callable[[], Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Peer(Laptop(607).enrolled(county))
    for _person in range(250):
        one.laptop.save(one.laptop.person(note=one.laptop.chance.randbytes(800).hex()))
    request = one.request(one.waiting())
    looked_up, look = threading.Event(), exchange.check

    def slowly(*told: Any) -> None:
        assert looked_up.wait(30)
        look(*told)

    monkeypatch.setattr(exchange, "check", slowly)
    broken = line()
    assert len(request) > 170_000
    broken.send(request[:150_000], length=len(request))
    while struct.unpack("i", fcntl.ioctl(broken.socket, termios.TIOCOUTQ, bytes(4)))[0]:
        pass  # until all of it has arrived there
    broken.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    broken.close()
    looked_up.set()
    until = time.monotonic() + 30
    while not beginnings(county):
        assert time.monotonic() < until
    with county.read() as connection:
        kept = connection.exec_driver_sql("SELECT sum(length(data)) FROM prefix").scalar_one()
    assert kept > 145_000


def test_a_line_that_is_silent_counts_as_cut(county: County) -> None:
    one = Peer(Laptop(605).enrolled(county))
    one.laptop.save(one.laptop.person())
    request = one.request(one.waiting())
    with serving(county, Limits(silence=0.2)) as port:
        silent = Line(port)
        silent.send(request[:-10], length=len(request))
        assert silent.answer()[0].startswith(b"HTTP/1.1 408")
        silent.close()
    assert beginnings(county) == 1


def test_bodies_are_bounded_and_words_constant(county: County, line: Callable[[], Line]) -> None:
    one = Peer(Laptop(606).enrolled(county))
    for body, length, status in (
        (b"", MAX_BODY + MAX_HELLO + 1, b"413"),
        (b"\xff" * 30, None, b"400"),
        (b"", None, b"400"),
        (pack_request(one.hello())[:-3], None, b"400"),
        (pack_request(one.hello()) + b"\x00\x00\x05abc", None, b"400"),
    ):
        asked = line()
        asked.send(body, length)
        head, said = asked.answer()
        assert head.split()[1] == status
        assert len(said) < 20


def test_a_long_request_of_a_stranger_is_not_read_to_its_end(county: County, line: Callable[[], Line]) -> None:
    county.found_village(bytes(16), "990101101299", "村")
    stranger = Peer(Laptop(607))
    request = stranger.request([bytes(4_000_000)])
    asked = line()
    asked.send(request[:100_000], length=len(request))
    assert asked.answer()[0].startswith(b"HTTP/1.1 403")


def test_whoever_asks_too_often_is_told_when_to_come_back(county: County) -> None:
    one, other = Peer(Laptop(608).enrolled(county)), Peer(Laptop(609).enrolled(county))
    with serving(county, Limits(a_minute=6, burst=3)) as port:
        asked = Line(port)
        states = []
        for peer in (one, one, one, one, other):
            asked.send(pack_request(peer.hello()))
            head, _body = asked.answer()
            states.append(head.split()[1])
        asked.close()
    assert states == [b"200", b"200", b"200", b"429", b"200"]


def test_a_bucket_fills_with_time() -> None:
    now = [0.0]
    asking = Asking(6, 2, lambda: now[0])
    for _time in range(2):
        assert asking.wait("one") == 0
        asking.asked("one")
    assert asking.wait("one") == 10
    assert asking.wait("other") == 0
    now[0] = 10.0
    assert asking.wait("one") == 0


def test_a_database_that_is_away_is_told_as_such_and_logs_no_ids(caplog: pytest.LogCaptureFixture) -> None:
    with Cluster.started() as own:
        engine = postgres_engine(own.new_database("away"))
        bring_up_to_date(engine)
        county = County(engine, Ambient())
        one = Peer(Laptop(610).enrolled(county))
        with serving(county) as port, caplog.at_level(logging.INFO):
            asked = Line(port)
            asked.send(b"", path="/v1/alive", method="GET")
            assert asked.answer()[1] == b"alive"
            own.stop("immediate")
            for path, body in (("/v1/exchange", pack_request(one.hello())), ("/v1/alive", b"")):
                asked.send(body, path=path, method="POST" if body else "GET")
                head, said = asked.answer()
                assert head.startswith(b"HTTP/1.1 503")
                assert b"retry-after: 30" in head.lower()
                assert said == b"away"
            asked.close()
        county.close()
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "OperationalError" in told
    assert "device" not in told
    assert one.laptop.device.hex() not in told
