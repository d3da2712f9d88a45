"""Changes a second that the county accepts by HTTP, beside psycopg's executemany of the same rows.

`python -m tests.benchmarks.county_http [CHANGES]`. As `county_store`, and all of an exchange besides: one uvicorn in a
process of its own, a signed hello, the comparison of cursors, a signed receipt and answer. One request brings about 100
changes and is timed from its first byte to the last one of its answer. A quiet exchange is timed as well.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from psycopg import connect

from tests.benchmarks import county_store as store
from tests.county.cluster import Cluster
from tests.county.laptops import Laptop
from tests.county.peers import KEYS, Peer
from villagefp.county.app import Limits, make_app, server
from villagefp.county.engine import postgres_engine
from villagefp.county.exchange import Heard
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.wire.frames import AnswerReader, Piece, pack_request
from villagefp.wire.hello import open_answer

QUIET = 300
WARM = 5
"""Requests before the clock runs, on both sides: a county's server runs for weeks."""


def main(changes: int = store.CHANGES) -> int:
    """Prints one JSON object."""
    laptops = {"new_records": store.laptop_of_visits(changes), "with_edits": store.laptop_of_mornings(changes)}
    figures = {name: _measured(laptop) for name, laptop in laptops.items()}
    print(json.dumps({**figures, "budget": {"ratio": 0.3}}))
    return 0


def _measured(laptop: Laptop) -> dict[str, object]:
    batches = store.cut_by_hundreds(laptop)
    with Cluster.started(durable=True) as cluster:
        rows = store.rows_of(store.take_all(store.empty_county(cluster, laptop), batches))
        county = store.empty_county(cluster, laptop)
        bare = connect(cluster.new_database("bare"))
        bring_up_to_date(postgres_engine(cluster.url("bare")))
        ours_s, bare_s = [], []
        with _serving(str(county.engine.url.render_as_string(hide_password=False))) as port:
            peer, line = Peer(laptop), _Line(port)
            gc.freeze()
            for number, batch in enumerate(batches):
                ours = _exchanged(line, peer, [batch])
                between = time.perf_counter()
                store.insert_bare(bare, {name: store.portion_of(of, number, len(batches)) for name, of in rows.items()})
                if number >= WARM:
                    ours_s.append(ours)
                    bare_s.append(time.perf_counter() - between)
            quiet_s = [_exchanged(line, peer, []) for _time in range(QUIET)]
        assert peer.receipt.accepted == len(laptop.log)
        assert store.rows_of(county) == rows
        county.close()
        bare.close()
    counted = len(laptop.log) * len(ours_s) / len(batches)
    return {
        "changes": len(laptop.log),
        "requests": len(batches),
        "ours_changes_a_second": round(counted / sum(ours_s)),
        "ours_ms_a_request": round(median(ours_s) * 1000, 2),
        "executemany_changes_a_second": round(counted / sum(bare_s)),
        "executemany_ms_a_commit": round(median(bare_s) * 1000, 2),
        "quiet_ms": round(median(quiet_s) * 1000, 2),
        "ratio": round(sum(bare_s) / sum(ours_s), 2),
        "ratio_of_medians": round(median(bare_s) / median(ours_s), 2),
    }


class _Line:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, body: bytes) -> bytes:
        head = f"POST /v1/x HTTP/1.1\r\nHost: county\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._socket.recv(1 << 16)
        head_back, answer = data.split(b"\r\n\r\n", 1)
        assert head_back.startswith(b"HTTP/1.1 200"), head_back
        length = int(head_back.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(answer) < length:
            answer += self._socket.recv(1 << 16)
        return answer


def _exchanged(line: _Line, peer: Peer, offers: list[bytes]) -> float:
    hello = peer.hello(offers)
    request = pack_request(hello, [Piece(place, 0, data) for place, data in enumerate(offers)])
    start = time.perf_counter()
    body = line.ask(request)
    took = time.perf_counter() - start
    reader = AnswerReader()
    reader.feed(body)
    assert reader.answer is not None
    coming = open_answer(reader.answer, hello, KEYS.signs).coming
    peer.take(hello, Heard(reader.answer, tuple(reader.following(coming))))
    return took


@contextmanager
def _serving(url: str) -> Iterator[int]:
    """The county in a process of its own."""
    told = multiprocessing.get_context("spawn")
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as asyncio does for what it opens itself
    process = told.Process(target=_serve, args=(url, listening))
    process.start()
    try:
        yield listening.getsockname()[1]
    finally:
        process.terminate()
        process.join()
        listening.close()


def _serve(url: str, listening: socket.socket) -> None:
    county = County(postgres_engine(url), Ambient())
    app = make_app(county, KEYS, Limits(a_minute=1_000_000, burst=1_000_000))
    server(app, "127.0.0.1", 0).run(sockets=[listening])


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
