"""`villagefp county …`: the county's own commands. Here its store meets the key slots that a laptop's store has too.

It stands above the layers that must not know each other: the county's store takes a key, and the slots that wrap it
by passphrase and recovery code are the laptop's.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from villagefp.cli.opening import AMBIENT, passphrase
from villagefp.cli.output import Output, speak
from villagefp.county import devices
from villagefp.county.devices import DeviceLine
from villagefp.county.engine import postgres_engine, sqlite_engine
from villagefp.county.migrate import bring_up_to_date, revision_of
from villagefp.county.store import County
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import keyslots
from villagefp.storage.files import sync_folder
from villagefp.storage.keyslots import RECOVERY, WORKER, Cost, Keys
from villagefp.storage.passphrase import check_passphrase
from villagefp.storage.recovery_code import new_code, read_code


def run_county(words: Sequence[str], cost: Cost | None = None) -> int:
    """Do what the words after `county` say; returns the exit code, as every command does."""
    speak()
    told = _parser().parse_args(words)
    output = Output(as_json=told.json)
    try:
        if told.action == "init":
            _init(told, output, cost or Cost())
        else:
            _status(told, output)
    except UserError as refusal:
        output.refuse(str(refusal))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="villagefp county", description=_("The store of a county or township office.")
    )
    common = argparse.ArgumentParser(add_help=False)
    where = common.add_mutually_exclusive_group(required=True)
    where.add_argument("--db", metavar="URL", help=_("a PostgreSQL database: postgresql://user@server/database"))
    where.add_argument(
        "--sqlite", type=Path, metavar="FILE", help=_("an encrypted file, for an office with one computer")
    )
    common.add_argument("--json", action="store_true", help=_("machine-readable output"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    actions.add_parser("init", parents=[common], help=_("make the county's store, or bring an older one up to date"))
    actions.add_parser("status", parents=[common], help=_("the laptops by name, and when each exchanged last"))
    return parser


def _init(told: argparse.Namespace, output: Output, cost: Cost) -> None:
    if told.db is not None:
        with _postgres(told.db) as engine:
            bring_up_to_date(engine)
        output.tell(
            _("The county's store is ready in {place}.").format(place=_shown(told.db)), {"store": _shown(told.db)}
        )
        return
    path: Path = told.sqlite
    if path.exists():
        with _sqlite(path) as engine:
            bring_up_to_date(engine)
        output.tell(_("The county's store is ready in {place}.").format(place=path), {"store": str(path)})
        return
    code = _found(path, passphrase(_("New passphrase (ten characters or more): ")), cost)
    output.tell(
        _("The county's store is ready in {place}. Recovery code, shown only now; write it down: {code}").format(
            place=path, code=code
        ),
        {"store": str(path), "recovery_code": code},
    )


def _found(path: Path, secret: str, cost: Cost) -> str:
    """A new encrypted store; it is there when this returns, or not at all. Returns its recovery code."""
    check_passphrase(secret)
    folder = path.resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob(keyslots.FILES)):
        raise UserError(
            _("In {folder} there are the keys of another store. Take a folder of its own for the county.").format(
                folder=folder
            )
        )
    fresh = path.with_name(path.name + ".new")
    for left in folder.glob(f"{fresh.name}*"):  # of a creation that was cut short
        left.unlink()
    # The second key is for what the county keeps under a lock of its own; nothing is yet.
    keys = Keys(AMBIENT.random(32), AMBIENT.random(32), AMBIENT.new_id())
    engine = sqlite_engine(fresh, keys.store)
    try:
        bring_up_to_date(engine)
    finally:
        engine.dispose()
    code = new_code(AMBIENT.random)
    slots = (
        keyslots.make_slot(WORKER, secret, keys, cost, AMBIENT.random),
        keyslots.make_slot(RECOVERY, read_code(code), replace(keys, worker=None), cost, AMBIENT.random),
    )
    keyslots.write_slots(folder, slots)
    fresh.replace(path)
    sync_folder(folder)
    return code


def _status(told: argparse.Namespace, output: Output) -> None:
    with _postgres(told.db) if told.db is not None else _sqlite(told.sqlite) as engine:
        if revision_of(engine) is None:
            raise UserError(_("There is no county's store in this database yet. Make it with: villagefp county init"))
        lines = devices.lines(County(engine, AMBIENT))
    text = "\n".join(map(_line, lines)) or _("No laptop is enrolled yet.")
    output.tell(text, [_json(line) for line in lines])


def _line(line: DeviceLine) -> str:
    if line.exchanged_at is None:
        when = _("has not exchanged yet")
    else:
        when = _("last exchange {when}").format(when=line.exchanged_at)
    revoked = _(" (revoked)") if line.revoked else ""
    return f"{line.village_name}  {line.label}{revoked}  {when}"


def _json(line: DeviceLine) -> dict[str, object]:
    return {
        "village": line.village_code,
        "village_name": line.village_name,
        "laptop": line.label,
        "role": line.role,
        "revoked": line.revoked,
        "last_exchange": line.exchanged_at,
    }


@contextmanager
def _postgres(url: str) -> Iterator[Engine]:
    engine = postgres_engine(url)
    try:
        yield engine
    except OperationalError as error:
        raise UserError(
            _("The database {place} does not answer. Check the address, and whether the server runs. It says: {why}")
            .format(place=_shown(url), why=str(error.orig).strip())
        ) from error  # fmt: skip
    finally:
        engine.dispose()


def _shown(url: str) -> str:
    """A URL without its password."""
    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def _sqlite(path: Path) -> Iterator[Engine]:
    if not path.exists():
        raise UserError(
            _("There is no file {place}. Make the county's store with: villagefp county init").format(place=path)
        )
    found = keyslots.open_slots(keyslots.read_slots(path.resolve().parent), WORKER, passphrase(_("Passphrase: ")))
    if found is None:
        raise UserError(_("The passphrase is not right. Try again."))
    engine = sqlite_engine(path, found[1].store)
    try:
        yield engine
    except DatabaseError as error:
        raise UserError(
            _("The file {place} cannot be read with the keys beside it. Put back file and keys of one backup.").format(
                place=path
            )
        ) from error
    finally:
        engine.dispose()
