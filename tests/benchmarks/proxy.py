"""A line that counts, delays, loses, cuts and dies: a TCP proxy on this machine's own address, as a process of its own.

`python proxy.py --target PORT` prints one JSON object with the ports it chose: `{"listen": …, "control": …}`. The
control port takes one JSON object a line and answers each with the counters:

    {"cmd": "set", "kbit": 64, "rtt_ms": 600, "loss": 0.05, "cut_kb": 0, "down_s": 0, "dead_kb": 0, "seed": 7}
    {"cmd": "reset"}, {"cmd": "stats"}, {"cmd": "cut"}: all connections at once, {"cmd": "target", "port": 9004}

Counted, for each direction (up is from the client): payload bytes inside TCP as they enter the line, connections,
HTTP requests, cuts and losses; `wire_est` adds 40 bytes of TCP and IP headers for a segment of 1,400 bytes and for an
acknowledgement of every second one, and seven packets a connection.

The model is one line for all connections, each direction with a queue of its own: serialised at `kbit` (0: as fast as
it goes), half a round trip of delay each way, one round trip for a new connection's handshake. A lost segment is sent
twice and holds up what is behind it by one round trip or, half of the times, by one and 400 ms. The same seed loses
the same segments. Not modelled: slow start (the pipe of 64 kbit/s × 600 ms is 4.8 kB) and TLS.

After every `cut_kb` kilobytes (1,000 bytes, both directions together) every connection is reset and what was queued is
gone; for `down_s` seconds new ones are reset as well. After `dead_kb` kilobytes connections stay open and nothing
passes any more, until the next `set`. Only the standard library is used, so that peers can be measured through it too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import socket
import struct
import sys
import time
from typing import Any

SEGMENT = 1400
HEADERS = 40
BUFFER = 16_384  # a modem's, not a server's: what is on its way must not look as if it had arrived
SEND_BUFFER = 4_096  # the system doubles it; whoever is slow to read has its share of the line waiting there
SETTINGS = ("kbit", "rtt_ms", "loss", "cut_kb", "down_s", "dead_kb")
_REQUEST = re.compile(rb"(?:GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH) [^ \r\n]{1,4000} HTTP/1\.[01]\r\n")
_LOOPBACK = "127.0.0.1"
Counters = dict[str, Any]


class Line:
    """The line's state and what it has carried."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.seed = 7
        self.chance = random.Random(self.seed)
        self.open: set[Passage] = set()
        self.down_until = 0.0
        self.set({})
        self.reset()

    def set(self, told: Counters) -> None:
        """Another line from here on; what is not named is nought."""
        self.kbit, self.rtt_ms, self.loss, self.cut_kb, self.down_s, self.dead_kb = (told.get(k, 0) for k in SETTINGS)
        self.free = {"up": 0.0, "down": 0.0}
        self.seed = told.get("seed", 7)
        self.chance.seed(self.seed)
        self.since_cut = self.carried = 0

    def reset(self) -> None:
        """Count from nought."""
        self.counted: Counters = dict.fromkeys(
            ("up", "down", "segs_up", "segs_down", "conns", "requests", "cuts", "losses"), 0
        )
        self.counted["paths"] = {}
        self.since_cut = 0
        self.chance.seed(self.seed)

    def stats(self) -> Counters:
        """What has been counted."""
        counted = self.counted
        packets = int((counted["segs_up"] + counted["segs_down"]) * 1.5) + counted["conns"] * 7
        return {**counted, "wire_est": counted["up"] + counted["down"] + packets * HEADERS}

    def cut(self) -> None:
        """Reset every connection."""
        self.counted["cuts"] += 1
        self.since_cut = 0
        self.down_until = time.monotonic() + self.down_s
        for passage in list(self.open):
            passage.abort()

    @property
    def dead(self) -> bool:
        """Whether nothing passes any more."""
        return bool(self.dead_kb) and self.carried >= self.dead_kb * 1000

    def count(self, way: str, data: bytes) -> None:
        """A segment enters the line."""
        self.counted[way] += len(data)
        self.counted[f"segs_{way}"] += 1
        self.carried += len(data)

    def send(self, way: str, length: int) -> tuple[float, float]:
        """When the line is free again, and how much longer what was lost takes."""
        seconds = (length + HEADERS) * 8 / (self.kbit * 1000) if self.kbit else 0.0
        longer = 0.0
        if self.loss and self.chance.random() < self.loss:
            self.counted["losses"] += 1
            longer = (self.rtt_ms if self.chance.random() < 0.5 else self.rtt_ms + 400) / 1000
            seconds *= 2
        self.free[way] = max(time.monotonic(), self.free[way]) + seconds
        return self.free[way], longer


class Passage:
    """One connection through the line."""

    def __init__(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._line, self._reader = line, reader
        self._writers = [writer]
        self._tasks: list[asyncio.Task[None]] = []
        self._ended = False
        self._tail = b""

    def abort(self) -> None:
        """Reset both ends."""
        if self._ended:
            return
        self._ended = True
        self._line.open.discard(self)
        for writer in self._writers:
            with contextlib.suppress(OSError):
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()

    async def run(self) -> None:
        """Carry bytes both ways until both ends are done."""
        line = self._line
        if time.monotonic() < line.down_until:
            self.abort()
            return
        line.counted["conns"] += 1
        line.open.add(self)
        with contextlib.suppress(OSError):
            await asyncio.sleep(line.rtt_ms / 1000)
            far_reader, far_writer = await asyncio.open_connection(_LOOPBACK, line.target, limit=SEGMENT * 4)
            self._writers.append(far_writer)
            for writer in self._writers:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            up: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            down: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            ways = (
                self._read(self._reader, up, "up"),
                self._write(up, far_writer),
                self._read(far_reader, down, "down"),
                self._write(down, self._writers[0]),
            )
            self._tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._line.open.discard(self)
            for writer in self._writers:
                writer.close()

    async def _read(self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]], way: str) -> None:
        line, behind = self._line, 0.0
        while not self._ended:
            data = await reader.read(SEGMENT)
            while line.dead:
                await asyncio.sleep(0.05)
            if not data:
                await queue.put((max(behind, line.free[way]) + line.rtt_ms / 2000, b""))
                return
            line.count(way, data)
            if way == "up":
                self._count_requests(data)
            free, longer = line.send(way, len(data))
            behind = max(behind, free + longer)
            if line.cut_kb:
                line.since_cut += len(data)
                if line.since_cut >= line.cut_kb * 1000:
                    await asyncio.sleep(max(0.0, behind - time.monotonic()) if line.kbit else 0)
                    line.cut()
                    return
            await queue.put((behind + line.rtt_ms / 2000, data))
            if line.kbit:
                await asyncio.sleep(max(0.0, line.free[way] - time.monotonic()))
            elif not line.rtt_ms:
                await queue.join()  # nothing is on its way on a line without a length: what entered it is there

    def _count_requests(self, data: bytes) -> None:
        text, last = self._tail + data, 0
        for found in _REQUEST.finditer(text):
            last = found.end()
            method, path = found.group().decode("latin1").split(" ")[:2]
            path = re.sub(r"_local/[^ ]+", "_local/ID", re.sub(r"\?.*", "", path))
            self._line.counted["requests"] += 1
            paths = self._line.counted["paths"]
            paths[f"{method} {path}"] = paths.get(f"{method} {path}", 0) + 1
        self._tail = text[max(last, len(text) - 300) :]

    async def _write(self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(0)  # what is written has left when `drain` returns
        while True:
            at, data = await queue.get()
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            if not data:
                with contextlib.suppress(OSError):
                    writer.write_eof()
                return
            writer.write(data)
            try:
                await writer.drain()
            except OSError:
                self.abort()
                return
            queue.task_done()


async def _control(line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while told := await reader.readline():
        words = json.loads(told)
        if words["cmd"] == "set":
            line.set(words)
        elif words["cmd"] == "reset":
            line.reset()
        elif words["cmd"] == "cut":
            line.cut()
        elif words["cmd"] == "target":
            line.target = words["port"]
        writer.write(json.dumps(line.stats()).encode() + b"\n")
        await writer.drain()
    writer.close()


async def serve(target: int) -> None:
    """Carry connections to a port of this machine until the process ends."""
    line = Line(target)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    if sys.platform != "win32":
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)  # segments of 64 kB would stall in it
    listening.bind((_LOOPBACK, 0))

    async def passage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Passage(line, reader, writer).run()

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _control(line, reader, writer)

    carrying = await asyncio.start_server(passage, sock=listening, limit=SEGMENT * 4)
    controlling = await asyncio.start_server(control, _LOOPBACK, 0)
    ports = {"listen": listening.getsockname()[1], "control": controlling.sockets[0].getsockname()[1]}
    print(json.dumps(ports), flush=True)
    async with carrying:
        await carrying.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=int, required=True)
    asyncio.run(serve(parser.parse_args().target))
