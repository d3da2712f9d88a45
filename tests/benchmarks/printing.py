"""One sheet and two hundred through the warm helper, and what it weighs; prints JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time

import psutil

from tests.printing.samples import household, newborn
from villagefp.printing.helper import PdfHelper
from villagefp.printing.jobs import SheetJob

SHEETS = 200
ROUNDS = 15


def measure() -> dict[str, float | int | bool]:
    """Seconds and megabytes, best effort on a shared machine: the median of single sheets, one run of many."""
    many: list[SheetJob] = [
        newborn(name=f"王{chr(0x4E00 + number * 7)}") if number % 2 else household(head=f"张{chr(0x5000 + number * 7)}")
        for number in range(SHEETS)
    ]
    with PdfHelper() as helper:
        began = time.perf_counter()
        helper.warm()
        warm = time.perf_counter() - began
        singles = [_seconds(helper, newborn(name=f"李{chr(0x4E00 + number)}")) for number in range(ROUNDS)]
        began = time.perf_counter()
        made = helper.render_many(many)
        whole = time.perf_counter() - began
        newborns = [newborn(name=f"赵{chr(0x4E00 + number * 7)}") for number in range(SHEETS)]
        began = time.perf_counter()
        helper.render_many(newborns)
        whole_newborn = time.perf_counter() - began
        process = psutil.Process(helper.process_id)
        memory = process.memory_info().rss / 1e6
    return {
        "helper_start_s": round(warm, 3),
        "one_sheet_s": round(statistics.median(singles), 4),
        "one_sheet_budget_s": 0.1,
        "sheets": SHEETS,
        "mixed_sheets_s": round(whole, 2),
        "newborn_sheets_s": round(whole_newborn, 2),
        "sheets_budget_s": 5,
        "helper_mb": round(memory, 1),
        "helper_budget_mb": 120,
        "pdf_kb": round(sum(len(one.pdf) for one in made) / SHEETS / 1000, 1),
        "reportlab_in_this_process": "reportlab.pdfgen" in sys.modules,
    }


def _seconds(helper: PdfHelper, job: SheetJob) -> float:
    began = time.perf_counter()
    helper.render(job)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
