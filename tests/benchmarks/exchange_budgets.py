"""The budgets of the exchange, each beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Figures = Mapping[str, Any]
FLOOR_D, FLOOR_W = 8_542, 611_999
"""Bytes of D and W as packed columns under zstd 19, full records, nothing shared."""


class Budget(NamedTuple):
    """How much a figure may be, or has to be."""

    what: str
    bound: float
    figure: Callable[[Figures], float]


def _of(name: str, key: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures[name][key])


def _times(name: str, whole: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures[name]["bytes"] / figures[whole]["bytes"])


def _above_idle(name: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures[name]["peak_mb"] - figures[name]["idle_mb"])


BUDGETS = (
    Budget("D, bytes both ways", 7_500, _of("D up", "bytes")),
    Budget("D, requests", 1, _of("D up", "requests")),
    Budget("D, CPU of the laptop, s", 0.05, _of("D up", "cpu_s")),
    Budget("D down to another laptop, requests", 1, _of("D down", "requests")),
    Budget("D′ through the real forms, times D", 2, _times("D′ up", "D up")),
    Budget("nothing to do, bytes", 340, _of("nothing", "bytes")),
    Budget("nothing to do, requests", 1, _of("nothing", "requests")),
    Budget("nothing to do after another laptop exchanged, bytes", 340, _of("nothing, another synced", "bytes")),
    Budget("nothing to do after another laptop exchanged, requests", 1, _of("nothing, another synced", "requests")),
    Budget("D at 64 kbit/s and 600 ms, s", 2.6, _of("D up, poor line", "seconds")),
    Budget("the same by a new TLS 1.3 connection, s", 3.3, _of("D up, poor line, new TLS connection", "seconds")),
    Budget("D, cut every 8 kB: tries", 1, _of("D up, cut every 8 kB", "tries")),
    Budget("D, cut every 8 kB: bytes, times D", 1.1, _times("D up, cut every 8 kB", "D up")),
    Budget("D, cut every 4 kB: tries", 5, _of("D up, cut every 4 kB", "tries")),
    Budget("D, cut every 4 kB: bytes, times D", 2.5, _times("D up, cut every 4 kB", "D up")),
    Budget("first load of W, bytes", 620_000, _of("W down", "bytes")),
    Budget("register usable after bytes", 155_000, _of("W down", "register_after_bytes")),
    Budget("first load of W, CPU of the laptop, s", 1.5, _of("W down", "cpu_s")),
    Budget("W up, CPU of the laptop, s", 1.5, _of("W up", "cpu_s")),
    Budget("first load of W, peak memory above idle, MB", 24, _above_idle("W down")),
    Budget("W up, peak memory above idle, MB", 24, _above_idle("W up")),
    Budget("first load of W at 64 kbit/s and 600 ms, s", 85, _of("W down, poor line", "seconds")),
    Budget("register usable on that line after s", 22, _of("W down, poor line", "register_after_s")),
    Budget("W up, cut every 200 kB: sent again", 1.03, _times("W up, cut every 200 kB", "W up")),
    Budget("W up, cut every 60 kB: sent again", 1.10, _times("W up, cut every 60 kB", "W up")),
    Budget("W down, cut every 200 kB: sent again", 1.03, _times("W down, cut every 200 kB", "W down")),
    Budget("W down, cut every 60 kB: sent again", 1.10, _times("W down, cut every 60 kB", "W down")),
    Budget(
        "envelope of D, bytes more than D", 512, lambda told: told["D by stick"]["bytes"] - told["D up"]["bytes_up"]
    ),
)


LEAST = (
    Budget("different fields of one person on two laptops: values kept", 2, _of(
        "two laptops, different fields of one person", "values_kept_of_2")),
    Budget("the same field on two laptops: laptops that show both", 2, _of(
        "two laptops, the same field of one person", "both_shown_on_laptops_of_2")),
    Budget("county put back: what it lost is there again after one exchange", 1, _of(
        "county put back to before D", "came_back_in_the_next_exchange")),
)  # fmt: skip
"""What a figure has to be at least."""


def held(figures: Figures) -> list[dict[str, object]]:
    """Each budget with what was measured and whether it is met; those that were not measured say so."""
    told: list[dict[str, object]] = []
    for budget in (*BUDGETS, *LEAST):
        line: dict[str, object] = {"what": budget.what, "budget": budget.bound}
        try:
            figure = budget.figure(figures)
        except KeyError as missing:
            line["not_measured"] = str(missing)
        else:
            met = figure >= budget.bound if budget in LEAST else figure <= budget.bound
            line.update(measured=round(figure, 3), met=met)
        told.append(line)
    return told
