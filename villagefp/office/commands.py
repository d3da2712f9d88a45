"""The words of `villagefp county …`, and which part of the office does what they say."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from villagefp.cli.opening import day
from villagefp.cli.output import Output, speak
from villagefp.county.enrolment import DAYS
from villagefp.domain import roles
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office import (
    backing_up,
    enrolling,
    founding,
    importing,
    inbox,
    keyring,
    laptops,
    moving_up,
    publishing,
    restoring,
    seeding,
    serving,
    status,
    tasks,
    trimming,
)
from villagefp.storage.keyslots import Cost

Act = Callable[[argparse.Namespace, Output], int]


def run_county(words: Sequence[str], cost: Cost | None = None) -> int:
    """Do what the words after `county` say; returns the exit code, as every command does."""
    speak()
    told = _parser(cost or Cost()).parse_args(words)
    output = Output(as_json=told.json)
    act: Act = told.run
    try:
        return act(told, output)
    except UserError as refusal:
        output.refuse(str(refusal))
        return 1


def _parser(cost: Cost) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="villagefp county", description=_("The store of a county or township office.")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    for add in (_add_init, _add_status, _add_serve, _add_people, _add_data, _add_copies, _add_tasks):
        add(actions, _common(), cost)
    return parser


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    place = common.add_mutually_exclusive_group(required=True)
    place.add_argument("--db", metavar="URL", help=_("a PostgreSQL database: postgresql://user@server/database"))
    place.add_argument(
        "--sqlite", type=Path, metavar="FILE", help=_("an encrypted file, for an office with one computer")
    )
    common.add_argument(
        "--keys", type=Path, metavar="FOLDER", help=_("the county's keys, for PostgreSQL; beside the file otherwise")
    )
    common.add_argument("--json", action="store_true", help=_("machine-readable output"))
    return common


_Actions = argparse._SubParsersAction


def _add_init(actions: _Actions[argparse.ArgumentParser], common: argparse.ArgumentParser, cost: Cost) -> None:
    init = actions.add_parser(
        "init", parents=[common], help=_("make the county's store, or bring an older one up to date")
    )
    init.add_argument("--vault", type=Path, metavar="FILE", help=_("where the vault key is written"))
    init.set_defaults(run=partial(founding.init, cost=cost))


def _add_status(actions: _Actions[argparse.ArgumentParser], common: argparse.ArgumentParser, _cost: Cost) -> None:
    listing = actions.add_parser(
        "status", parents=[common], help=_("the laptops by name, and when each exchanged last")
    )
    listing.add_argument(
        "--packages", action="store_true", help=_("what was published, and which laptops do not have it yet")
    )
    listing.set_defaults(run=status.status)


def _add_serve(actions: _Actions[argparse.ArgumentParser], common: argparse.ArgumentParser, _cost: Cost) -> None:
    serve = actions.add_parser("serve", parents=[common], help=_("answer laptops by network until it is stopped"))
    serve.add_argument("--host", default="127.0.0.1", help=_("the address to listen at; 0.0.0.0 for all"))
    serve.add_argument("--port", type=int, default=8443)
    serve.add_argument("--certificate", type=Path, metavar="FILE.pem")
    serve.add_argument("--certificate-key", type=Path, metavar="FILE.pem")
    serve.add_argument("--behind-proxy", action="store_true", help=_("believe the address that a proxy here tells"))
    serve.set_defaults(run=serving.serve)


def _add_people(actions: _Actions[argparse.ArgumentParser], common: argparse.ArgumentParser, cost: Cost) -> None:
    enrol = actions.add_parser(
        "enrol", parents=[common], help=_("codes, slips and files with which laptops are enrolled")
    )
    enrol.add_argument("--vault", type=Path, metavar="FILE", help=_("the vault key, on its stick"))
    enrol.add_argument("--list", type=Path, metavar="villages.xlsx", help=_("many villages: code, name, role, laptop"))
    enrol.add_argument("--village", metavar="CODE", help=_("12-digit code of the village"))
    enrol.add_argument("--village-name", metavar="NAME", help=_("needed for a village that is new to the county"))
    enrol.add_argument("--label", metavar="NAME", help=_("how people call the laptop; numbered otherwise"))
    enrol.add_argument("--role", type=_role, default=roles.DOCTOR, metavar=_("ROLE"), help=_role_help())
    enrol.add_argument("--address", default="", metavar="URL", help=_("where the county answers by network"))
    enrol.add_argument("--days", type=int, default=DAYS, help=_("for how many days the code is good"))
    enrol.add_argument("--out", type=Path, metavar="FOLDER", help=_("folder for slips and enrolment files"))
    enrol.set_defaults(run=enrolling.enrol)
    for name, run, said in (
        ("revoke", laptops.revoke, _("a laptop that was lost: it delivers nothing any more, and gets nothing")),
        ("assign", laptops.assign, _("another role for a laptop, or another village")),
    ):
        one = actions.add_parser(name, parents=[common], help=said)
        one.add_argument("--laptop", required=True, metavar="ID", help=_("as “status” shows it, or its beginning"))
        if name == "assign":
            one.add_argument("--role", type=_role, metavar=_("ROLE"), help=_role_help())
            one.add_argument("--village", metavar="CODE", help=_("12-digit code of the village"))
        one.set_defaults(run=run)
    keys = actions.add_parser("keys", parents=[common], help=_("give laptops keys of sealed fields that came later"))
    keys.add_argument("--vault", type=Path, metavar="FILE", help=_("the vault key, on its stick"))
    keys.set_defaults(run=keyring.give_keys)
    taking = actions.add_parser("import", parents=[common], help=_("a folder of roster workbooks becomes villages"))
    taking.add_argument("folder", type=Path, metavar="FOLDER")
    taking.set_defaults(run=partial(importing.import_folder, cost=cost))


def _role(told: str) -> str:
    try:
        return roles.read(told)
    except UserError as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from refusal


def _role_help() -> str:
    return _("one of these: {roles}").format(roles=roles.in_use())


def _add_data(actions: _Actions[argparse.ArgumentParser], common: argparse.ArgumentParser, _cost: Cost) -> None:
    box = actions.add_parser("inbox", parents=[common], help=_("take all envelopes in a folder, and write the answers"))
    box.add_argument("folder", type=Path, metavar="FOLDER")
    box.set_defaults(run=inbox.inbox)
    seed = actions.add_parser("seed", parents=[common], help=_("all records of a village as an envelope for a laptop"))
    seed.add_argument("--laptop", required=True, metavar="ID", help=_("as “status” shows it, or its beginning"))
    seed.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    seed.set_defaults(run=seeding.seed)
    publish = actions.add_parser(
        "publish", parents=[common], help=_("give a form, programme or parameters to the villages")
    )
    publish.add_argument("file", type=Path, nargs="?", metavar="FILE", help=_("a form (.xlsx) or a programme (.toml)"))
    publish.add_argument(
        "--again", nargs=2, metavar=("NAME", "VERSION"), help=_("a published one, to further villages")
    )
    publish.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help=_("a parameter, as “param list” shows them")
    )
    publish.add_argument("--from", dest="from_on", type=day, metavar="DATE", help=_("its first day"))
    publish.add_argument(
        "--village", action="append", default=[], metavar="CODE", help=_("pilot villages; all without this word")
    )
    publish.set_defaults(run=publishing.publish)


def _add_copies(actions: _Actions[argparse.ArgumentParser], common: argparse.ArgumentParser, _cost: Cost) -> None:
    backup = actions.add_parser("backup", parents=[common], help=_("copy the store and read the copy back"))
    backup.add_argument("file", type=Path, nargs="?", metavar="FILE")
    backup.add_argument(
        "--verified", metavar="FILE|URL", help=_("a copy that was made in another way, put back to be read")
    )
    backup.set_defaults(run=backing_up.backup)
    restore = actions.add_parser(
        "restore", parents=[common], help=_("after a copy was put back: erase again, begin a new epoch")
    )
    restore.add_argument("file", type=Path, nargs="?", metavar="FILE", help=_("the copy to put back, of a file store"))
    restore.set_defaults(run=restoring.restore)
    trim = actions.add_parser(
        "trim", parents=[common], help=_("let go of overwritten changes that a verified backup holds")
    )
    trim.set_defaults(run=trimming.trim)
    moving = actions.add_parser("to-server", help=_("all that an office kept in a file goes into PostgreSQL"))
    moving.add_argument("--sqlite", type=Path, required=True, metavar="FILE", help=_("the office's encrypted file"))
    moving.add_argument("--to", required=True, metavar="URL", help=_("an empty PostgreSQL database"))
    moving.add_argument("--keys", type=Path, required=True, metavar="FOLDER", help=_("where its keys are put"))
    moving.add_argument("--json", action="store_true", help=_("machine-readable output"))
    moving.set_defaults(run=moving_up.to_server)


def _add_tasks(actions: _Actions[argparse.ArgumentParser], common: argparse.ArgumentParser, _cost: Cost) -> None:
    tasks.add_to(actions, common)
