"""Fills any form as a patient clerk would: answers what is asked, looks for another answer where one is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from villagefp.forms.session import FormSession
from villagefp.forms.views import NodeView

NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "10",
    "20",
    "36",
    "50",
    "70",
    "100",
    "120",
    "140",
    "150",
    "3.2",
    "0.6",
    "12",
    "28",
    "39",
    "280",
    "2000",
)
BROKEN_NUMBERS = ("-1", "-99", "0", "3.5", "11", "51", "101", "999", "100000")
DAYS = (0, 1, 7, -1, -7, 30, -30, -300, 300, -9_000, -12_000, -20_000, 2_000)
TEXTS = ("李芳", "县人民医院", "13900000001", "一般情况好", "990101199001011234")
QUIET = {"group", "instance", "repeat", "note", "calculate", "hidden", "image", "audio", "video", "file"}


def fill(form: FormSession, seed: int, today: date) -> None:
    """Answer every question that is asked, some optional ones left out; conditions that open later are met later."""
    chance = random.Random(seed)
    left_out: set[str] = set()
    for _round in range(6):
        again = False
        for path in form.paths():
            view = form.node(path)
            if path in left_out or view.type in QUIET or not view.relevant or view.read_only or view.value:
                continue
            if not view.required and chance.random() < 0.1:
                left_out.add(path)
                continue
            again = _answer(form, view, chance, today) or again
        if not again:
            return


def faulty(form: FormSession, path: str, today: date) -> str | None:
    """An answer that the form refuses here, or nothing where it takes all that was tried."""
    view = form.node(path)
    for candidate in (*candidates(view, today), *broken(view, today)):
        form.set_answer(path, candidate)
        if form.node(path).error:
            return " ".join(candidate) if isinstance(candidate, list) else candidate
    return None


def _answer(form: FormSession, view: NodeView, chance: random.Random, today: date) -> bool:
    found = list(candidates(view, today))
    chance.shuffle(found)
    before = len(form.problems())
    for candidate in found:
        form.set_answer(view.path, candidate)
        if not form.node(view.path).error and len(form.problems()) <= before:
            return True
    form.set_answer(view.path, "")
    return False


def candidates(view: NodeView, today: date) -> Iterator[str | list[str]]:
    """Answers that a question of this kind may take."""
    codes = [choice.code for choice in view.choices]
    if view.type in {"select_multiple", "rank"}:
        yield from ([code] for code in codes)
        yield codes[:2]
        yield codes
    elif view.type == "select_one":
        yield from codes
    elif view.type in {"integer", "decimal", "range"}:
        yield from (text for text in NUMBERS if "." not in text or view.type != "integer")
    elif view.type == "date":
        yield from ((today + timedelta(days=days)).isoformat() for days in DAYS)
    elif view.type == "dateTime":
        yield f"{today.isoformat()}T08:30:00+08:00"
    elif view.type == "time":
        yield "08:30"
    elif view.type == "acknowledge":
        yield "OK"
    else:
        yield from TEXTS


def broken(view: NodeView, today: date) -> Iterator[str | list[str]]:
    """Answers of the right kind that are hardly ever right."""
    codes = [choice.code for choice in view.choices]
    if view.type in {"integer", "decimal", "range"}:
        yield from BROKEN_NUMBERS
    elif view.type == "date":
        yield from (
            "1900-01-01",
            "2100-01-01",
            (today + timedelta(days=1)).isoformat(),
            (today - timedelta(days=1)).isoformat(),
        )
    elif view.type in {"select_multiple", "rank"}:
        yield from ([first, last] for first in codes for last in codes if first != last)
    else:
        yield from ("x", "12", "1" * 30, "2026", "双顶径 90 mm，\n女孩")
