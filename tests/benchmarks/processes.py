"""What every measurement of a process needs; standard library only, so that a peer's own Python can use it."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
WAIT_S = 60.0


def cpu_s() -> float:
    """Seconds of processor time that this process has used, user and system together."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def cpu_s_of(pid: int) -> float:
    """The same of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int | str = "self") -> float:
    """The largest resident memory of a process so far, in MB of 1,024 × 1,024 bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024, 1)


def tell_line(control: str, command: str) -> dict[str, Any]:
    """One word to the proxy's control port (`line.py` says what it answers); nothing where there is no proxy."""
    if not control:
        return {}
    with socket.create_connection((LOOPBACK, int(control))) as asked, asked.makefile("rw") as lines:
        lines.write(json.dumps({"cmd": command}) + "\n")
        lines.flush()
        answer: dict[str, Any] = json.loads(lines.readline())
        return answer


def start(command: Sequence[str], log: Path, **more: Any) -> subprocess.Popen[bytes]:
    """A server in the background; what it says goes to a file."""
    with log.open("ab") as said:
        return subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, **more)


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when somebody listens there; raises with what the server said when it ends or takes a minute."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((LOOPBACK, port), 0.5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"Nobody listens on port {port}. The server said: {said}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ask(command: Sequence[str], environment: Mapping[str, str], seconds: float = 600) -> dict[str, Any]:
    """Run a client that prints one JSON object on its last line; what it said instead comes as `crash`."""
    try:
        ran = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            env={**os.environ, **environment},
            cwd=Path(__file__).resolve().parents[2],
        )
    except subprocess.TimeoutExpired:
        return {"ok": False, "crash": f"not done after {seconds:.0f} s"}
    try:
        answer: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return {"ok": False, "crash": (ran.stderr or ran.stdout)[-600:]}
    return answer
