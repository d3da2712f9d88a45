"""One exchange of a real laptop, in a process of its own; prints one JSON object.

    exchange FOLDER URL [TIMES]   by network, again where it was stopped, up to so many times
    stick FOLDER DIR              to a stick
    count FOLDER                  own changes, those not yet confirmed, and a hash of all records that travel

$LINE_CONTROL is the proxy's control port: it counts from just before the exchange. The store is open and the program's
parts are loaded before that, as in a window that has been standing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks import village
from tests.benchmarks.processes import cpu_s, peak_mb, tell_line
from villagefp.domain.ambient import Ambient
from villagefp.services import exchange
from villagefp.storage import digests, seeds, sending
from villagefp.storage.store import Store, open_store
from villagefp.sync import http, stick
from villagefp.sync.outcome import Progress, Stopped

LOADED = (http, stick)
Figures = dict[str, Any]


def main(operation: str, folder: str, *words: str) -> None:
    """Do it and say how it went."""
    store = open_store(Path(folder), village.PASSPHRASE, Ambient())
    try:
        print(json.dumps(OPERATIONS[operation](store, *words)))
    finally:
        store.close()


def by_network(store: Store, url: str, times: str = "1") -> Figures:
    """Exchange; where it is stopped the worker presses the button again."""
    usable: list[tuple[float, int]] = []
    begun = time.perf_counter()

    def look(now: Progress) -> None:
        if not usable and _register_here(store):
            usable.append((time.perf_counter() - begun, now.bytes_down))

    def work() -> Figures:
        stopped: list[str] = []
        watch = look if not _register_here(store) else None
        for _time in range(int(times)):
            try:
                done = exchange.by_network(store, url, progress=watch)
            except Stopped as error:
                stopped.append(str(error.why))
            else:
                told = {"requests": done.requests, "sent": done.sent, "received": done.received}
                return {"ok": True, "stopped": stopped, **told, "remarks": done.remarks}
        return {"ok": False, "stopped": stopped}

    answer = _measured(work)
    if usable:
        answer["register_after_s"], answer["register_after_bytes"] = round(usable[0][0], 2), usable[0][1]
    return answer


def to_stick(store: Store, folder: str) -> Figures:
    """Write what waits to a stick; `bytes` is the file."""
    return _measured(lambda: {"ok": True, "bytes": exchange.by_stick(store, Path(folder)).bytes_up})


def count(store: Store) -> Figures:
    """What the store holds, in a form in which two stores that agree are equal."""
    told = digests.bring_up_to_date(store)
    with store.read() as connection:
        changes = connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one()
        waiting = sending.progress(connection, store.origin)
    text = json.dumps({scope: [str(one.total), one.records] for scope, one in sorted(told.items())})
    return {
        "changes": int(changes),
        "not_received": waiting.not_received,
        "records": sum(one.records for one in told.values()),
        "hash": hashlib.sha256(text.encode()).hexdigest()[:12],
    }


def _register_here(store: Store) -> bool:
    """Whether names, homes and numbers are here: what a worker needs to begin."""
    with store.read() as connection:
        people = connection.exec_driver_sql("SELECT count(*) FROM person").scalar_one()
        seed = seeds.progress(connection)
        return bool(people) and (seed is None or seed.usable)


def _measured(work: Callable[[], Figures]) -> Figures:
    control = os.environ.get("LINE_CONTROL", "")
    tell_line(control, "reset")
    idle, used, start = peak_mb(), cpu_s(), time.perf_counter()
    done = work()
    seconds, used = time.perf_counter() - start, cpu_s() - used
    net = tell_line(control, "stats")
    return {**done, "seconds": seconds, "cpu_s": used, "idle_mb": idle, "peak_mb": peak_mb(), "net": net}


OPERATIONS: dict[str, Callable[..., Figures]] = {"exchange": by_network, "stick": to_stick, "count": count}

if __name__ == "__main__":
    main(*sys.argv[1:])
