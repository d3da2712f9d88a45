"""A program that fills in a form and never saves it, to be killed: tells each answer once it is kept.

`python visit_filler.py FOLDER PASSPHRASE PERSON_HEX`
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from villagefp.domain.ambient import Ambient
from villagefp.services import visits
from villagefp.storage.store import open_store


def main(folder: str, passphrase: str, person: str) -> None:
    """Answer the same questions again and again, as somebody who cannot make up his mind."""
    store = open_store(Path(folder), passphrase, Ambient())
    visit = visits.start_visit(store, "newborn_home_visit", person_id=bytes.fromhex(person), on=date(2026, 11, 20))
    number = 0
    while True:
        number += 1
        visit.session.set_answer("/data/exam/temp", f"{30 + number % 100 / 10:.1f}")
        visit.session.set_answer("/data/birth/birth_org", f"第{number}次")
        visits.keep_draft(store, visit, "/data/exam")
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
