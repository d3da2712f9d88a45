"""The exchange on W and D through the real engine, real HTTP and a real county on PostgreSQL, beside its peers.

`python -m tests.benchmarks.exchange [--long] [--alone]` prints one JSON object: figures, peers, and each budget with
what was measured against it. Every operation is a process of its own behind a line that counts (`proxy.py`). Bytes
are payload inside TCP with HTTP headers, signatures and receipts, without TLS. `--alone` leaves the peers out, `--long`
adds what takes minutes: first loads on the line of a village and over lines that are cut.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import exchange_budgets, exchange_scenes, real_week, workload
from tests.benchmarks.line import VILLAGE_LINE, Line
from tests.benchmarks.measured_county import FIRST, SECOND, MeasuredCounty
from tests.benchmarks.peers.__main__ import measure as measure_peers
from tests.benchmarks.workload import Workload
from tests.county.cluster import Cluster

Figures = dict[str, Any]
RUNS = 3
CUTS_KB = (8, 4)
LONG_CUTS_KB = (200, 60)
PRESSES = 20
_MEDIANS = ("seconds", "cpu_s", "peak_mb", "idle_mb", "server_cpu_s", "register_after_s", "register_after_bytes")


def main(*words: str) -> int:
    """Prints one JSON object."""
    long = "--long" in words
    with tempfile.TemporaryDirectory(prefix="vfp-bench-") as name:
        folder = Path(name)
        ours = measure(folder, long=long)
        peers = {} if "--alone" in words else measure_peers(folder / "peers", long=long)
    print(json.dumps({"ours": ours, "peers": peers, "budgets": exchange_budgets.held(ours)}, ensure_ascii=False))
    return 0


def measure(folder: Path, *, long: bool = False) -> Figures:
    """All figures of the program itself."""
    made = workload.build()
    with Cluster.started(durable=True) as cluster, Line.to(0) as line:
        county = MeasuredCounty(cluster, line, folder)
        figures = _first_loads(county, made)
        figures.update(_weeks(county))
        figures.update(exchange_scenes.play(county, "settled"))
        figures.update(_on_a_poor_line(county))
        if long:
            figures.update(_long(county))
    return figures


def _first_loads(county: MeasuredCounty, made: Workload) -> Figures:
    """W up and down; then three states are kept: empty, a week to give, and D′ to give."""
    with county.serving():
        kept = county.lived(made)
    county.keep("W to give")
    with county.serving():
        up = county.exchange(FIRST)
        county.joined()
    county.keep("W to get")
    with county.serving():
        down = county.exchange(SECOND)
        county.exchange(FIRST)  # what the second laptop says of itself and its worker
        _equal(county)
    county.keep("settled")
    with county.opened(kept):
        kept.work()
    county.keep("D to give")
    county.put_back("settled")
    with county.opened(kept):
        forms = real_week.work(kept, made)
    county.keep("D′ to give")
    return {"W up": _middle([up]), "W down": _middle([down]), "D′ forms": dict(forms)}


def _weeks(county: MeasuredCounty) -> Figures:
    """D up and down and nothing to do, a few times; D′; the envelope of D."""
    seen: dict[str, list[Figures]] = {}
    for _run in range(RUNS):
        county.put_back("D to give")
        with county.serving():
            for what, answer in _week(county):
                seen.setdefault(what, []).append(answer)
            _equal(county)
    county.put_back("D′ to give")
    with county.serving():
        seen["D′ up"] = [county.exchange(FIRST)]
        seen["D′ down"] = [county.exchange(SECOND)]
        _equal(county)
    figures = {what: _middle(answers) for what, answers in seen.items()}
    county.put_back("D to give")
    with tempfile.TemporaryDirectory() as stick, county.serving():
        written = county.do("stick", FIRST, stick)
    figures["D by stick"] = {"bytes": written["bytes"], "seconds": round(written["seconds"], 3)}
    return figures


def _week(county: MeasuredCounty) -> Iterator[tuple[str, Figures]]:
    yield "D up", county.exchange(FIRST)
    yield "D down", county.exchange(SECOND)
    yield "nothing, another synced", county.exchange(FIRST)
    yield "nothing", county.exchange(FIRST)


def _on_a_poor_line(county: MeasuredCounty) -> Figures:
    figures: Figures = {}
    runs = []
    for _run in range(2):
        county.put_back("D to give")
        with county.serving():
            runs.append(county.exchange(FIRST, **VILLAGE_LINE))
    figures["D up, poor line"] = _middle(runs)
    county.put_back("D to give")
    with county.serving(tls=True):
        figures["D up, poor line, new TLS connection"] = _middle([county.exchange(FIRST, **VILLAGE_LINE)])
    for kilobytes in CUTS_KB:
        county.put_back("D to give")
        with county.serving():
            answer = county.exchange(FIRST, PRESSES, **VILLAGE_LINE, cut_kb=kilobytes)
            county.exchange(SECOND)
            _equal(county)
        figures[f"D up, cut every {kilobytes} kB"] = _cut(answer)
    return figures


def _long(county: MeasuredCounty) -> Figures:
    figures: Figures = {}
    county.put_back("W to get")
    with county.serving():
        figures["W down, poor line"] = _middle([county.exchange(SECOND, **VILLAGE_LINE)])
    for kilobytes in LONG_CUTS_KB:
        county.put_back("W to give")
        with county.serving():
            figures[f"W up, cut every {kilobytes} kB"] = _cut(county.exchange(FIRST, PRESSES, cut_kb=kilobytes))
        county.put_back("W to get")
        with county.serving():
            # On a line as fast as memory its whole buffer is full at the cut, whatever the laptop does.
            answer = county.exchange(SECOND, PRESSES, **VILLAGE_LINE, cut_kb=kilobytes)
            figures[f"W down, cut every {kilobytes} kB"] = _cut(answer)
            county.exchange(FIRST)
            _equal(county)
    return figures


def _equal(county: MeasuredCounty) -> None:
    """Both laptops hold the same records, and nothing of theirs waits."""
    counted = [county.do("count", name) for name in (FIRST, SECOND)]
    if counted[0]["hash"] != counted[1]["hash"] or any(one["not_received"] for one in counted):
        raise AssertionError(f"The laptops end unlike: {counted}")


def _middle(answers: list[Figures]) -> Figures:
    if not all(answer["ok"] for answer in answers):
        return {"failed": [answer["stopped"] for answer in answers]}
    net = [answer["net"] for answer in answers]
    return {
        "runs": len(answers),
        "bytes": round(median(one["up"] + one["down"] for one in net)),
        "bytes_up": round(median(one["up"] for one in net)),
        "bytes_down": round(median(one["down"] for one in net)),
        "requests": round(median(one["requests"] for one in net)),
        **{key: round(median(one[key] for one in answers), 3) for key in _MEDIANS if key in answers[0]},
        "sent": answers[0]["sent"],
        "received": answers[0]["received"],
    }


def _cut(answer: Figures) -> Figures:
    net = answer["net"]
    return {
        "ok": answer["ok"],
        "tries": net["requests"],
        "presses": len(answer["stopped"]) + 1,
        "stopped": answer["stopped"],
        "bytes": net["up"] + net["down"],
        "cuts": net["cuts"],
        "seconds": round(answer["seconds"], 1),
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
