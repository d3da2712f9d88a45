"""One thing that an Anki client does, in a process of its own under Anki's Python; prints one JSON object.

    build COLLECTION RECORDS     a collection of these records: a note type each kind, one card a note
    delta COLLECTION RECORDS     add and update notes
    login COLLECTION URL         the session key, which a configured client keeps and gives in $HOST_KEY
    sync COLLECTION URL [up|down]    one sync; with a word the whole collection goes that way
    retry COLLECTION URL TRIES [up]  again until it succeeds
    count COLLECTION             notes, those not sent, a hash of all

$LINE_CONTROL is the proxy's control port: it counts from just before the sync.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from anki.collection import AddNoteRequest, Collection
from anki.sync import SyncAuth

from tests.benchmarks.processes import cpu_s, peak_mb, tell_line

Rec = dict[str, Any]
NAMES = {"h": "household", "p": "person", "v": "visit"}
PAUSE_S = 0.3


def main(operation: str, path: str, *words: str) -> None:
    """Do it and say how it went."""
    collection = Collection(path)
    print(json.dumps(OPERATIONS[operation](collection, *words)))
    collection.close()


def build(collection: Collection, records: str) -> Rec:
    """Note types and notes."""
    notes, models = _read(records), collection.models
    for sort, name in NAMES.items():
        model = models.new(name)
        for key in next(note for note in notes if note["_t"] == sort):
            if key != "_t":
                models.add_field(model, models.new_field(key))
        template = models.new_template("c")
        template["qfmt"] = template["afmt"] = "{{id}}"
        models.add_template(model, template)
        models.add(model)
    _add(collection, notes)
    return {"notes": collection.note_count()}


def delta(collection: Collection, records: str) -> Rec:
    """A week of work."""
    notes = _read(records)
    known = dict(collection.db.execute("select guid, id from notes"))
    _add(collection, [note for note in notes if note["id"] not in known])
    changed = []
    for record in notes:
        if record["id"] in known:
            note = collection.get_note(known[record["id"]])
            note.fields = _fields(record)
            changed.append(note)
    collection.update_notes(changed)
    return {"notes": collection.note_count(), "edited": len(changed)}


def login(collection: Collection, url: str) -> Rec:
    """The session key."""
    tell_line(_control(), "reset")
    key = collection.sync_login("u", "p", url).hkey
    return {"key": key, "net": tell_line(_control(), "stats")}


def sync(collection: Collection, url: str, whole: str = "") -> Rec:
    """One sync."""

    def work() -> Rec:
        needed = collection.sync_collection(_auth(url), False).required
        if whole:
            _whole(collection, _auth(url), whole)
        return {"ok": True, "required": needed}

    return _measured(work)


def retry(collection: Collection, url: str, tries: str, whole: str = "") -> Rec:
    """Again until it succeeds, as a worker with patience does."""

    def work() -> Rec:
        faults, sent = set(), []
        for number in range(1, int(tries) + 1):
            before = tell_line(_control(), "stats")
            done = False
            try:
                if whole:
                    _whole(collection, _auth(url), whole)
                elif collection.sync_collection(_auth(url), False).required:
                    faults.add("a full sync is asked for")
                done = True
            except Exception as fault:  # noqa: BLE001  whatever Anki raises, the worker presses the button again
                faults.add(str(fault)[:90])
                time.sleep(PAUSE_S)
            after = tell_line(_control(), "stats")
            sent.append([after["up"] - before["up"], after["down"] - before["down"]])
            if done:
                return {"ok": not faults & {"a full sync is asked for"}, "tries": number, "a_try": sent}
        return {"ok": False, "tries": int(tries), "a_try": sent, "faults": sorted(faults)[:4]}

    return _measured(work)


def count(collection: Collection) -> Rec:
    """What it holds."""
    notes = sorted(list(row) for row in collection.db.execute("select guid, flds from notes"))
    return {
        "notes": collection.note_count(),
        "not_sent": collection.db.scalar("select count() from notes where usn = -1"),
        "hash": hashlib.sha256(json.dumps(notes).encode()).hexdigest()[:12],
    }


def _measured(work: Callable[[], Rec]) -> Rec:
    tell_line(_control(), "reset")
    idle, used, start = peak_mb(), cpu_s(), time.perf_counter()
    done = work()
    seconds, used = time.perf_counter() - start, cpu_s() - used
    net = tell_line(_control(), "stats")
    return {**done, "seconds": seconds, "cpu_s": used, "idle_mb": idle, "peak_mb": peak_mb(), "net": net}


def _whole(collection: Collection, auth: SyncAuth, way: str) -> None:
    collection.close_for_full_sync()
    try:
        collection.full_upload_or_download(auth=auth, server_usn=None, upload=way == "up")
    finally:
        collection.reopen(after_full_sync=True)


def _auth(url: str) -> SyncAuth:
    return SyncAuth(hkey=os.environ["HOST_KEY"], endpoint=url)


def _control() -> str:
    return os.environ.get("LINE_CONTROL", "")


def _read(path: str) -> list[Rec]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def _add(collection: Collection, records: Iterable[Rec]) -> None:
    models = {sort: collection.models.by_name(name) for sort, name in NAMES.items()}
    deck, requests = collection.decks.id("village"), []
    for record in records:
        note = collection.new_note(models[record["_t"]])
        note.guid = record["id"]
        note.fields = _fields(record)
        requests.append(AddNoteRequest(note, deck))
    collection.add_notes(requests)


def _fields(record: Rec) -> list[str]:
    return [_text(value) for key, value in record.items() if key != "_t"]


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


OPERATIONS: dict[str, Callable[..., Rec]] = {
    "build": build,
    "delta": delta,
    "login": login,
    "sync": sync,
    "retry": retry,
    "count": count,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
