"""The road by network against the county's real program on a port, and against lines and programs that misbehave."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from urllib3.connection import HTTPConnection

from tests.storage.laptops import contents, get
from tests.sync.offices import Office, Side, Waits, many
from villagefp.county import app
from villagefp.sync import engine, http
from villagefp.sync.http import HttpRoad
from villagefp.sync.outcome import Stopped
from villagefp.sync.road import LineError, Refused, Why
from villagefp.wire.receipt import State


@contextmanager
def served(office: Office) -> Iterator[str]:
    """The county's program on a port of its own."""
    server = app.server(app.make_app(office.county, office.keys), "127.0.0.1", 0)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


TLS = Path(__file__).parents[1] / "data" / "tls"
"""A certificate for localhost that signed itself, and its key; good for nothing but these tests."""


@contextmanager
def served_by_tls(office: Office) -> Iterator[str]:
    told = uvicorn.Config(
        app.make_app(office.county, office.keys),
        lifespan="off",
        log_config=None,
        ssl_certfile=TLS / "certificate.pem",
        ssl_keyfile=str(TLS / "key.pem"),
    )
    server = uvicorn.Server(told)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"https://localhost:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_https_is_believed_by_the_systems_trust_alone(
    laptop: Side, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served_by_tls(office) as address:
        with HttpRoad(address) as road, pytest.raises(Stopped) as stopped:
            laptop.exchange(road)
        assert stopped.value.why is Why.CERTIFICATE
        assert office.heard == 0
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
        with HttpRoad(address) as road:
            laptop.exchange(road)
        assert laptop.stands().not_received == 0
        with HttpRoad(address.replace("localhost", "127.0.0.1")) as road, pytest.raises(Stopped) as stopped:
            laptop.exchange(road)
        assert stopped.value.why is Why.CERTIFICATE


class Counting:
    """A line that counts, and is cut after so many bytes up or down, connection by connection."""

    def __init__(self, to: str, cuts: list[tuple[int, int]] | None = None) -> None:
        host, port = to.removeprefix("http://").split(":")
        self.to = host, int(port)
        self.cuts = cuts or []
        self.up = self.down = self.connections = 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *told: object) -> None:
        self._threads.append(threading.Thread(target=work, args=told))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _address = self.listening.accept()
                there = socket.create_connection(self.to)
                self._open += [here, there]
                self.connections += 1
                up, down = self.cuts.pop(0) if self.cuts else (1 << 40, 1 << 40)
                self._start(self._pump, (here, there), up, "up")
                self._start(self._pump, (there, here), down, "down")

    def _pump(self, ends: tuple[socket.socket, socket.socket], left: int, way: str) -> None:
        source, sink = ends
        with suppress(OSError):
            while left and (data := source.recv(min(left, 4096))):
                sink.sendall(data)
                left -= len(data)
                setattr(self, way, getattr(self, way) + len(data))
        for each in ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in (self.listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for each in (self.listening, *self._open):
            each.close()


@contextmanager
def through(to: str, cuts: list[tuple[int, int]] | None = None) -> Iterator[Counting]:
    line = Counting(to, cuts)
    try:
        yield line
    finally:
        line.close()


def test_a_day_by_network(make: Callable[..., Side], office: Office) -> None:
    one, other = make(), make()
    person = one.person("张三")
    with served(office) as address:
        with HttpRoad(address) as road:
            assert one.exchange(road).requests == 1
        with HttpRoad(address) as road:
            other.exchange(road)
    assert one.state(person) is State.RECEIVED
    assert get(other.store, person).name == "张三"
    assert contents(one.store) == contents(other.store)


def test_nothing_to_do_costs_few_bytes_with_all_headers(laptop: Side, office: Office) -> None:
    laptop.person("张三")
    with served(office) as address, through(address) as line, HttpRoad(line.address) as road:
        laptop.exchange(road)
        before = line.up + line.down
        assert laptop.exchange(road).requests == 1
        assert line.up + line.down - before <= 340
        assert line.connections == 1  # it is kept


class UntilKept:
    """Waits until the county keeps what came before a cut."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def wait(self, _seconds: float) -> None:
        for _try in range(1000):
            with self._office.county.read() as connection:
                if connection.exec_driver_sql("SELECT count(*) FROM prefix").scalar_one():
                    return
            threading.Event().wait(0.005)
        raise AssertionError("The county keeps nothing of what came.")


def test_what_a_cut_line_let_through_is_not_lost(make: Callable[..., Side], office: Office) -> None:
    one, other = make(), make()
    many(one.store, one.ambient, 300)
    whole = one.waiting()
    with served(office) as address:
        with through(address, [(12_000, 9999)]) as line, HttpRoad(line.address) as road:
            one.exchange(road, patience=UntilKept(office))
        assert one.stands().not_received == 0
        assert line.up < whole + 8000
        with through(address, [(9999, 15_000), (9999, 15_000)]) as line, HttpRoad(line.address) as road:
            other.exchange(road)
        assert line.down < whole + 10_000
    assert contents(one.store) == contents(other.store)


def canned(*answers: bytes) -> Iterator[str]:
    """A program that says the same to everybody, once for each connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            here, _address = listening.accept()
            with closing(here):
                here.settimeout(5)
                data = b""
                while b"\r\n\r\n" not in data:
                    data += here.recv(4096)
                here.sendall(answer)
                here.shutdown(socket.SHUT_WR)
                while here.recv(4096):
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread.join(10)
    listening.close()


def said(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return lines.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (said("302 Found", b"", "Location: http://portal.example/"), Why.PORTAL),
        (said("200 OK", b"<html>sign in", "Content-Type: text/html; charset=utf-8"), Why.PORTAL),
        (said("511 Network Authentication Required"), Why.PORTAL),
        (said("403 Forbidden", b"not known"), Why.UNKNOWN),
        (said("404 Not Found"), Why.OTHER_COUNTY),
        (said("426 Upgrade Required"), Why.OTHER_VERSION),
        (said("413 Content Too Large"), Why.TOO_LARGE),
        (said("500 Internal Server Error"), Why.FAILED),
        (said("502 Bad Gateway", b"<html>", "Content-Type: text/html"), Why.FAILED),
        (said("503 Service Unavailable", b"", "Retry-After: 30"), Why.BUSY),
        (said("429 Too Many Requests", b"", "Retry-After: tomorrow"), Why.BUSY),
        (said("400 Bad Request"), Why.CUT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Why.CUT),
        (b"220 mail.example ESMTP\r\n", Why.CUT),
    ],
)
def test_what_is_said_instead_of_an_answer(answer: bytes, why: Why) -> None:
    came: list[bytes] = []
    server = canned(answer)
    with HttpRoad(next(server)) as road, pytest.raises((LineError, Refused)) as broke:
        road.ask(b"request", came.append, lambda _count: None)
    next(server, None)
    assert broke.value.why is why
    if why is Why.BUSY:
        assert broke.value.retry_after in {30.0, None}


def test_half_of_an_answer_is_handed_over_before_the_cut_is_told() -> None:
    came: list[bytes] = []
    server = canned(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    with HttpRoad(next(server)) as road, pytest.raises(LineError):
        road.ask(b"request", came.append, lambda _count: None)
    next(server, None)
    assert b"".join(came) == b"half"


def test_what_the_line_brought_while_the_laptop_was_busy_is_not_lost_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]
    monkeypatch.setattr(HTTPConnection, "default_socket_options", narrow)
    gone, whole, came = threading.Event(), 200_000, 0

    def serve(listening: socket.socket) -> None:
        line, _address = listening.accept()
        line.recv(4096)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(whole))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # broken, not closed
        line.close()
        gone.set()

    def busy(data: bytes) -> None:
        nonlocal came
        came += len(data)
        assert gone.wait(10)

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        with HttpRoad(f"http://127.0.0.1:{listening.getsockname()[1]}") as road, pytest.raises(LineError):
            road.ask(b"request", busy, lambda _count: None)
        thread.join(10)
    assert came > whole - 32_000  # what the two systems held


def test_nothing_is_left_of_an_answer_that_nobody_wants_any_more() -> None:
    class EnoughError(Exception):
        pass

    def enough(_data: bytes) -> None:
        raise EnoughError

    before = threading.active_count()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        with HttpRoad(f"http://127.0.0.1:{listening.getsockname()[1]}") as road:

            def serve() -> None:
                line, _address = listening.accept()
                with suppress(OSError):
                    line.recv(4096)
                    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + bytes(2_000_000))
                    line.recv(4096)  # until the other side has hung up
                line.close()

            thread = threading.Thread(target=serve)
            thread.start()
            with pytest.raises(EnoughError):
                road.ask(b"request", enough, lambda _count: None)
        thread.join(10)
        assert not thread.is_alive()
    assert threading.active_count() == before


def test_a_line_that_is_dead_without_a_word_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_READ_SECONDS", 0.2)
    monkeypatch.setattr(http, "_CONNECT_SECONDS", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for request in (b"short", bytes(4_000_000)):  # nobody takes it, and more than all buffers hold
            with HttpRoad(address) as road, pytest.raises(LineError) as broke:
                road.ask(request, lambda _data: None, lambda _count: None)
            assert broke.value.why is Why.SILENT


def test_nobody_answers_at_the_address() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with HttpRoad(address) as road, pytest.raises(LineError) as broke:
        road.ask(b"request", lambda _data: None, lambda _count: None)
    assert broke.value.why is Why.NO_LINE


def test_a_name_that_nobody_knows() -> None:
    with HttpRoad("https://county.invalid") as road, pytest.raises(LineError) as broke:
        road.ask(b"request", lambda _data: None, lambda _count: None)
    assert broke.value.why is Why.NO_LINE


@pytest.mark.parametrize(
    "address",
    ["", "county.example", "ftp://county.example", "http://county.example", "https://", "https://u:p@county.example"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused) as refused:
        HttpRoad(address)
    assert refused.value.why is Why.ADDRESS


def test_http_to_elsewhere_only_where_it_is_asked_for() -> None:
    HttpRoad("http://county.example", plain=True).close()


def test_an_address_that_is_not_encrypted_is_told_from_one_that_is_none() -> None:
    with pytest.raises(Refused, match="would not be encrypted") as refused:
        HttpRoad("http://county.example")
    assert refused.value.why is Why.ADDRESS


def test_what_speaks_no_tls_proves_nothing() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def answer() -> None:
            here, _address = listening.accept()
            with closing(here):
                here.recv(4096)
                here.sendall(said("400 Bad Request", b"no TLS here"))

        thread = threading.Thread(target=answer)
        thread.start()
        with HttpRoad(f"https://127.0.0.1:{listening.getsockname()[1]}") as road, pytest.raises(Refused) as refused:
            road.ask(b"request", lambda _data: None, lambda _count: None)
        thread.join()
    assert refused.value.why is Why.CERTIFICATE


def test_a_short_page_that_is_not_called_one_is_the_networks_own(laptop: Side) -> None:
    server = canned(said("200 OK", b"<!DOCTYPE html><html>sign in"))
    with HttpRoad(next(server)) as road, pytest.raises(Stopped) as stopped:
        engine.exchange(laptop.store, road, patience=Waits(), progress=lambda _now: None, cancelled=lambda: False)
    next(server, None)
    assert stopped.value.why is Why.PORTAL


def test_a_laptop_that_the_county_does_not_know(laptop: Side, office: Office) -> None:
    with office.county.write() as connection:
        connection.exec_driver_sql("DELETE FROM device")
    with served(office) as address, HttpRoad(address) as road, pytest.raises(Stopped) as stopped:
        laptop.exchange(road)
    assert stopped.value.why is Why.UNKNOWN


def test_the_countys_program_restarts_between_two_exchanges(laptop: Side, office: Office) -> None:
    """A connection that was kept is dead the next time; it costs a try and no more."""
    with served(office) as address:
        road = HttpRoad(address)
        laptop.exchange(road)
    port = int(address.rsplit(":", 1)[1])
    server = uvicorn.Server(uvicorn.Config(app.make_app(office.county, office.keys), lifespan="off", log_config=None))
    with closing(socket.create_server(("127.0.0.1", port))) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        person = laptop.person("张三")
        laptop.exchange(road)
        server.should_exit = True
        thread.join()
    road.close()
    assert laptop.state(person) is State.RECEIVED
