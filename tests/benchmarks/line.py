"""The counting proxy from the side of who measures or tests, and the line of a village."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROXY = Path(__file__).with_name("proxy.py")
LOOPBACK = "127.0.0.1"
VILLAGE_LINE = {"kbit": 64, "rtt_ms": 600}
Stats = dict[str, Any]


class Line:
    """A line between a client and a server on this machine: what it lets pass is set, what passed is asked."""

    def __init__(self, listen: int, control: int) -> None:
        self.port, self.control = listen, control
        self._socket = socket.create_connection((LOOPBACK, control))
        self._file = self._socket.makefile("rw")

    @classmethod
    @contextlib.contextmanager
    def to(cls, target: int) -> Iterator[Line]:
        """A line to a port of this machine, as a process that ends with the block."""
        with subprocess.Popen([sys.executable, str(PROXY), "--target", str(target)], stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                line = cls(**json.loads(process.stdout.readline()))
                yield line
                line.close()
            finally:
                process.kill()

    @property
    def url(self) -> str:
        """Where a client reaches the server through this line."""
        return f"http://{LOOPBACK}:{self.port}"

    def set(self, **line: float) -> Stats:
        """Make it another line; without words it is fast and whole."""
        return self._tell(cmd="set", **line)

    def reset(self) -> Stats:
        """Count from nought."""
        return self._tell(cmd="reset")

    def stats(self) -> Stats:
        """What has been counted."""
        return self._tell(cmd="stats")

    def cut(self) -> Stats:
        """Reset every connection."""
        return self._tell(cmd="cut")

    def lead_to(self, target: int) -> Stats:
        """New connections go to another port."""
        return self._tell(cmd="target", port=target)

    def close(self) -> None:
        """Let go of the control connection."""
        self._file.close()
        self._socket.close()

    def _tell(self, **words: object) -> Stats:
        self._file.write(json.dumps(words) + "\n")
        self._file.flush()
        answer: Stats = json.loads(self._file.readline())
        return answer


def free_port() -> int:
    """A port of this machine that nobody listened on a moment ago."""
    with socket.socket() as asked:
        asked.bind((LOOPBACK, 0))
        port: int = asked.getsockname()[1]
        return port
