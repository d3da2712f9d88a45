"""`villagefp demo`: the main job on a practice village: a roster in, three visits kept, sheets printed, pictures taken.

Everything is the program's own: the encrypted store, the import, the form runtime, the printed sheets, the window.
Only the people are invented.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from villagefp import paths
from villagefp.app import run_window, take_pictures
from villagefp.cli.output import speak
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Household, Outcome, RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.printing.jobs import Mode
from villagefp.printing.preview import page_pictures
from villagefp.services import households, roster, sheets, visits
from villagefp.storage.store import Store, create_store

PASSPHRASE = "practice village only"  # noqa: S105  it opens invented people only
"""The practice village holds invented people alone, so its passphrase may be known."""

_VILLAGE_CODE = "990101101201"


@dataclass
class _Steps:
    """What was done and how long it took, told as it happens."""

    done: list[dict[str, Any]] = field(default_factory=list)

    def run(self, name: str, sentence: str, work: Callable[[], dict[str, Any]]) -> None:
        """Do a step; its name is for the summary, its sentence, with the counts as placeholders, for people."""
        started = time.perf_counter()
        counts = work()
        seconds = round(time.perf_counter() - started, 2)
        self.done.append({"step": name, "seconds": seconds, **counts})
        told = sentence.format(**{key.replace(" ", "_"): value for key, value in counts.items()})
        print(f"{seconds:>6.2f} s  {told}", flush=True)  # noqa: T201  the demo speaks to a terminal


def run_demo(words: list[str]) -> int:
    """Run the demo with the words after `demo`; returns the exit code."""
    speak()
    told = _parser().parse_args(words)
    if told.headless:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    ambient = Ambient()
    try:
        folder = told.out / "village"
        _clear(told.out, folder)
        store = _practice_store(folder, ambient)
    except UserError as refusal:
        print(refusal)  # noqa: T201
        return 1
    steps = _Steps()
    try:
        _main_job(store, told.out, steps)
    finally:
        store.close()
    if not told.headless:
        return run_window([], folder, ambient)
    steps.run(
        "screens",
        _("Pictures of the screens: {pictures}."),
        lambda: {"pictures": len(take_pictures(folder, PASSPHRASE, told.out / "screens", ambient))},
    )
    summary = told.out / "summary.json"
    summary.write_text(json.dumps(steps.done, ensure_ascii=False, indent=1), encoding="utf-8")
    print(  # noqa: T201
        _("Pictures and PDFs are in {folder}; the summary is {summary}.").format(folder=told.out, summary=summary)
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="villagefp demo", description=_("the main job on an invented village, with pictures and PDFs")
    )
    parser.add_argument("--headless", action="store_true", help=_("no window: pictures and PDFs instead"))
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help=_("folder for pictures and PDFs"))
    return parser


def _clear(out: Path, folder: Path) -> None:
    """Empty what an earlier demo left; UserError where the folder holds anything that no demo made."""
    if not out.exists():
        return
    ours = {"village", "screens", "sheets", "summary.json"}
    foreign = sorted(entry.name for entry in out.iterdir() if entry.name not in ours)
    if foreign:
        raise UserError(
            _("{folder} holds {name}, which no demo made. Name another folder with --out.").format(
                folder=out, name=foreign[0]
            )
        )
    for entry in (folder, out / "screens", out / "sheets"):
        shutil.rmtree(entry, ignore_errors=True)


def _practice_store(folder: Path, ambient: Ambient) -> Store:
    return create_store(
        folder,
        village_code=_VILLAGE_CODE,
        village_name="柳树湾村(练习)",
        worker_name="王秀兰",
        passphrase=PASSPHRASE,
        ambient=ambient,
    ).store


def _main_job(store: Store, out: Path, steps: _Steps) -> None:
    today = store.ambient.today()
    steps.run(
        "roster import",
        _(
            "Roster imported. Households: {households}, persons: {persons}, things to look at: {issues}, "
            "columns dropped: {dropped_columns}."
        ),
        lambda: _import(store, today),
    )
    kept: dict[str, RecordId] = {}
    steps.run("visits", _("Visits kept: {kept}, danger signs told: {prompts}."), lambda: _visit(store, today, kept))
    steps.run(
        "sheets", _("Sheets made. PDF files: {pdfs}, pages: {pages}."), lambda: _print(store, out / "sheets", kept)
    )


def _import(store: Store, today: date) -> dict[str, Any]:
    workbook = paths.resources_dir() / "practice" / "roster.xlsx"
    preview = roster.open_workbook(workbook, remembered=None, today=today)
    result = roster.to_json(roster.import_roster(store, roster.plan_import(store, preview, today)))
    return {
        "households": result["households"],
        "persons": result["persons"],
        "issues": len(result["issues"]),
        "dropped columns": len(result["dropped_columns"]),
    }


def _visit(store: Store, today: date, kept: dict[str, RecordId]) -> dict[str, Any]:
    """A newborn with a warm body and yellow skin, a family that needs advice, and one that needs nothing today."""
    first, second = (households.by_number(store, number) for number in ("0012", "0005"))
    newborn = _newborn(store, first)
    answers = {
        "birth_ga": 39,
        "birth_weight_kg": 3.2,
        "weight_kg": 3.6,
        "feeding": "1",
        "temp": 37.8,
        "hr": 140,
        "rr": 44,
        "complexion": "2",
        "jaundice_site": ["2", "3"],
    }
    on = today - timedelta(days=1)
    saved = visits.add_visit(store, "newborn_home_visit", answers, outcome=Outcome.DONE, on=on, person_id=newborn)
    kept["newborn"], kept["newborn visit"] = newborn, saved.event_id
    wishes = {
        "members_visited": [met.hex() for met in (first.head, newborn) if met is not None],
        "file_update": "1",
        "child_care_booking": "1",
        "vaccine_reminder": "3",
        "insurance_advice": "2",
        "questions": "孩子打疫苗要带什么？",
        "advice_given": "带上出生医学证明和预防接种证，到乡镇卫生院接种门诊。",
        "household_signed": "1",
    }
    family = visits.add_visit(store, "household_visit", wishes, outcome=Outcome.DONE, on=today, household_id=first.id)
    visits.add_visit(store, "household_visit", {}, outcome=Outcome.NOT_THIS_TIME, on=today, household_id=second.id)
    kept["household visit"] = family.event_id
    return {"kept": 3, "prompts": len(saved.prompts)}


def _newborn(store: Store, household: Household) -> RecordId:
    lines = [line for line, _membership in households.household_page(store, household.id).members]
    return max(lines, key=lambda line: line.birth_date or "").id


def _print(store: Store, out: Path, kept: dict[str, RecordId]) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    newborn = kept["newborn"]
    made = {
        "household-0012": sheets.household_sheet(store, "0012", event_id=kept["household visit"]),
        "household-blank": sheets.household_sheet(store, "0012", blank=True),
        "newborn-filled": sheets.form_sheet(
            store, "newborn_home_visit", person_id=newborn, event_id=kept["newborn visit"], mode=Mode.FILLED
        ),
        "newborn-half": sheets.form_sheet(store, "newborn_home_visit", person_id=newborn, mode=Mode.HALF),
        "newborn-blank": sheets.form_sheet(store, "newborn_home_visit", person_id=newborn, mode=Mode.BLANK),
        "newborn-elsewhere": sheets.form_sheet(
            store, "newborn_home_visit", person_id=newborn, mode=Mode.HALF, elsewhere=True
        ),
    }
    pages = 0
    for name, pdf in made.items():
        (out / f"{name}.pdf").write_bytes(pdf.data)
        for number, picture in enumerate(page_pictures(pdf.data), start=1):
            (out / f"{name}-{number}.png").write_bytes(picture)
            pages += 1
    return {"pdfs": len(made), "pages": pages}
