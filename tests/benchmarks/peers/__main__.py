"""Both peers on W and D through the counting line: `python -m tests.benchmarks.peers FOLDER [--long]` prints JSON.

Bytes are payload inside TCP, HTTP headers included, no TLS; seconds and CPU are medians and move with the machine.
`--long` adds what takes minutes: the first download of W on the line of a village, and W over a line that is cut.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import processes, workload
from tests.benchmarks.line import VILLAGE_LINE, Line
from tests.benchmarks.peers.anki import Anki
from tests.benchmarks.peers.install import MissingError, Place
from tests.benchmarks.peers.peer import Answer, Peer
from tests.benchmarks.peers.pouch import Pouch

Figures = dict[str, Any]
PEERS: tuple[Callable[[Place], Peer], ...] = (Anki, Pouch)
RUNS = 3
CUTS_KB, TRIES = (8, 4), 6
LONG_CUTS_KB, LONG_TRIES = (200, 60), 12
_MEDIANS = ("seconds", "cpu_s", "peak_mb", "idle_mb", "server_cpu_s")


def measure(folder: Path, *, runs: int = RUNS, long: bool = False) -> Figures:
    """The figures of every peer that can be had; of the others why not."""
    place = Place(folder)
    place.write(workload.build())
    figures: Figures = {}
    for make in PEERS:
        try:
            peer = make(place)
        except MissingError as missing:
            figures[str(getattr(make, "name", make))] = {"missing": str(missing)}
            continue
        with Line.to(0) as line:
            peer.line = line
            figures[peer.name] = _measured(peer, line, runs, long)
    return figures


def _measured(peer: Peer, line: Line, runs: int, long: bool) -> Figures:
    seen: dict[str, list[Answer]] = {}
    for _run in range(runs):
        for what, answer in _day(peer):
            seen.setdefault(what, []).append(answer)
    figures: Figures = {what: _middle(answers) for what, answers in seen.items()}
    waiting = _waiting(peer)
    figures["D up, poor line"] = _middle([_poor(peer, line, waiting) for _run in range(min(runs, 2))])
    for kilobytes in CUTS_KB:
        figures[f"D up, cut every {kilobytes} kB"] = _cut(peer, line, waiting, kilobytes)
    if long:
        figures.update(_long(peer, line))
    return figures


def _day(peer: Peer) -> Iterator[tuple[str, Answer]]:
    """First loads, a week up and down, and nothing to do."""
    with peer.server():
        first, second = peer.fresh(peer.full(), "a"), peer.fresh(None, "b")
        yield "W up", _watched(peer, "W up", first)
        yield "W down", _watched(peer, "W down", second)
        if "settle" in peer.words:
            peer.do("settle", first)
        peer.week(first)
        yield "D up", _watched(peer, "D up", first)
        yield "D down", _watched(peer, "D down", second)
        if "nothing, another synced" in peer.words:
            yield "nothing, another synced", _watched(peer, "nothing, another synced", first)
        else:
            peer.do("nothing", first)
        yield "nothing", _watched(peer, "nothing", first)
        counted = [peer.client("count", str(path)) for path in (first, second)]
        if counted[0] != counted[1]:
            raise AssertionError(f"{peer.name} ends unlike: {counted}")


def _watched(peer: Peer, what: str, path: Path) -> Answer:
    used = processes.cpu_s_of(peer.pid)
    answer = peer.do(what, path)
    return {**answer, "server_cpu_s": processes.cpu_s_of(peer.pid) - used}


def _waiting(peer: Peer) -> tuple[Path, Path]:
    """A server that holds W, and a client whose D waits."""
    first = peer.fresh(peer.full(), "waiting")
    with peer.server() as folder:
        peer.do("W up", first)
        if "settle" in peer.words:
            peer.do("settle", first)
        peer.week(first)
    kept = folder.with_name(f"{folder.name}-kept")
    shutil.rmtree(kept, ignore_errors=True)
    return folder.rename(kept), first


def _poor(peer: Peer, line: Line, waiting: tuple[Path, Path]) -> Answer:
    with peer.server(waiting[0]):
        client = peer.fresh(waiting[1], "a")
        line.set(**VILLAGE_LINE)
        answer = _watched(peer, "D up", client)
        line.set()
    return answer


def _cut(peer: Peer, line: Line, waiting: tuple[Path, Path], kilobytes: int) -> Figures:
    with peer.server(waiting[0]):
        client = peer.fresh(waiting[1], "a")
        line.set(**VILLAGE_LINE, cut_kb=kilobytes)
        answer = peer.do("D again and again", client, str(TRIES))
        line.set()
    return _tries(answer)


def _long(peer: Peer, line: Line) -> Iterator[tuple[str, Figures]]:
    for kilobytes in LONG_CUTS_KB:
        with peer.server():
            client = peer.fresh(peer.full(), "a")
            line.set(cut_kb=kilobytes)
            answer = peer.do("W again and again", client, str(LONG_TRIES))
            line.set()
        yield f"W up, cut every {kilobytes} kB", _tries(answer)
    with peer.server():
        first, second = peer.fresh(peer.full(), "a"), peer.fresh(None, "b")
        peer.do("W up", first)
        line.set(**VILLAGE_LINE)
        answer = _watched(peer, "W down", second)
        line.set()
    yield "W down, poor line", _middle([answer])


def _tries(answer: Answer) -> Figures:
    net = answer.get("net", {})
    kept = {key: answer[key] for key in ("ok", "tries", "seconds", "faults", "crash") if key in answer}
    return {**kept, "bytes": net.get("up", 0) + net.get("down", 0), "cuts": net.get("cuts")}


def _middle(answers: list[Answer]) -> Figures:
    whole = [answer for answer in answers if answer.get("ok")]
    if not whole:
        return {"failed": answers[0].get("crash") or answers[0].get("faults")}
    figures: Figures = {key: round(median(answer[key] for answer in whole), 3) for key in _MEDIANS if key in whole[0]}
    net = [answer["net"] for answer in whole]
    return {
        "runs": len(whole),
        "bytes": round(median(one["up"] + one["down"] for one in net)),
        "requests": round(median(one["requests"] for one in net)),
        **figures,
    }


def main(folder: str, *words: str) -> int:
    """Prints one JSON object."""
    print(json.dumps(measure(Path(folder).resolve(), long="--long" in words), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
