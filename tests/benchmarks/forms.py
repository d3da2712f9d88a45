"""One answer typed and a form opened: in the largest shipped form and in one of 300 questions made for this.

`python -m tests.benchmarks.forms`: prints JSON. "answer" is the form's share of what a worker waits for: the answer is
taken, all that hangs on it is computed, and every place that changed is read to be shown anew.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

from villagefp.cli.prepare import prepare
from villagefp.domain.ambient import Ambient
from villagefp.forms import library, xpath, xpath_syntax
from villagefp.forms import session as sessions
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs

ANSWERS = 2_000
OPENINGS = 30
AMBIENT = Ambient(now=lambda: datetime(2026, 11, 22, 1, tzinfo=UTC), random=random.Random(1).randbytes)
KNOWN = FormInputs(person={"name": "李芳之女", "sex": "2", "birth_date": "2026-11-10"}, visit={"on": "2026-11-20"})


def main() -> int:
    """Prints one JSON object."""
    prepare()
    sizes = {form_id: len(library.load(form_id).questions) for form_id in library.form_ids()}
    largest = max(sizes, key=lambda form_id: sizes[form_id])
    with tempfile.TemporaryDirectory() as folder:
        wide = compile_sheet(_three_hundred(Path(folder) / "wide.md"))
    data = library.dump(wide)
    figures = {
        "largest_form": {"form": largest, "questions": sizes[largest], **_measure(library.load(largest))},
        "opening_largest_ms": _openings(lambda: library.load(largest)),
        "made_for_this": {"questions": len(wide.questions), **_measure(wide)},
        "opening_made_for_this_ms": _openings(lambda: library.read(data)),
    }
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return 0


def _measure(package: FormPackage) -> dict[str, object]:
    session = FormSession(package, ambient=AMBIENT, inputs=KNOWN)
    places = [path for path in session.paths() if session.node(path).type not in {"group", "note", "calculate"}]
    chance = random.Random(7)
    took, shown = [], 0
    for _number in range(ANSWERS):
        place = chance.choice(places)
        view = session.node(place)
        value = chance.choice(view.choices).code if view.choices else str(chance.randrange(50))
        began = time.perf_counter()
        changed = session.set_answer(place, value)
        for path in changed:
            session.node(path)
        session.prompts()
        took.append((time.perf_counter() - began) * 1000)
        shown += len(changed)
    return {"answer_ms": _spread(took), "places_shown_anew": round(shown / ANSWERS, 1)}


def _openings(load: Callable[[], FormPackage]) -> dict[str, float]:
    """From the package on disk to the views of the first section; `cold` has parsed none of its expressions before."""
    took, pieces = [], []
    for _number in range(OPENINGS):
        sessions._model.cache_clear()
        xpath.compiled.cache_clear()
        xpath_syntax.parse.cache_clear()
        gc.collect()
        marks = [time.perf_counter()]
        package = load()
        marks.append(time.perf_counter())
        session = FormSession(package, ambient=AMBIENT, inputs=KNOWN)
        marks.append(time.perf_counter())
        for path in session.node(session.pages[0]).children:
            session.node(path)
        marks.append(time.perf_counter())
        took.append((marks[-1] - marks[0]) * 1000)
        pieces.append(max(later - before for before, later in pairwise(marks)) * 1000)
    return {"cold": _rounded(median(took)), "cold_worst": _rounded(max(took)), "longest_piece": _rounded(max(pieces))}


def _three_hundred(path: Path) -> Path:
    """A hundred numbers, each with a line that opens and a note on it, all watched by totals."""
    rows = ["| survey |", "| | type | name | label | relevant | constraint | calculation | soft |"]
    for number in range(100):
        rows += [
            f"| | begin group | g{number} | 第{number}组 | | | | |" if number % 10 == 0 else "",
            f"| | decimal | n{number} | 数{number} | | . >= 0 and . < 1000 | | . < 40 |",
            f"| | text | t{number} | 说明{number} | ${{n{number}}} > 10 | | | |",
            f"| | note | m{number} | 合计 ${{total}}，本项 ${{n{number}}} | ${{n{number}}} > 20 | | | |",
            "| | end group | | | | | | |" if number % 10 == 9 else "",
        ]
    total = " + ".join(f"coalesce(${{n{number}}}, 0)" for number in range(100))
    rows.append(f"| | calculate | total | | | | {total} | |")
    path.write_text("\n".join(row for row in rows if row), encoding="utf-8")
    return path


def _spread(took: list[float]) -> dict[str, float]:
    return {"median": _rounded(median(took)), "p95": _rounded(quantiles(took, n=20)[-1]), "max": _rounded(max(took))}


def _rounded(milliseconds: float) -> float:
    return round(milliseconds, 3)


if __name__ == "__main__":
    sys.exit(main())
