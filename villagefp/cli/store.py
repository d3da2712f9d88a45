"""`init` and `doctor`: found a store and look after it."""

from __future__ import annotations

import argparse

from villagefp.cli.opening import AMBIENT, opened, passphrase
from villagefp.cli.output import Output
from villagefp.i18n import _
from villagefp.services import doctor
from villagefp.storage.store import create_store


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    init = commands.add_parser("init", parents=[common], help=_("make the encrypted store of a village"))
    init.add_argument("--village", required=True, metavar="CODE", help=_("12-digit code of the village"))
    init.add_argument("--village-name", required=True, metavar="NAME")
    init.add_argument("--worker", required=True, metavar="NAME")
    init.set_defaults(run=_init)
    check = commands.add_parser("doctor", parents=[common], help=_("check the store and say what needs attention"))
    check.set_defaults(run=_doctor)


def _init(told: argparse.Namespace, output: Output) -> int:
    created = create_store(
        told.data,
        village_code=told.village,
        village_name=told.village_name,
        worker_name=told.worker,
        passphrase=passphrase(_("New passphrase (ten characters or more): ")),
        ambient=AMBIENT,
    )
    created.store.close()
    output.tell(
        _("The store is ready in {folder}. Recovery code, shown only now; write it down: {code}").format(
            folder=told.data, code=created.recovery_code
        ),
        {"folder": str(told.data), "recovery_code": created.recovery_code},
    )
    return 0


def _doctor(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        report = doctor.examine(store)
    lines = [_("The store is sound.")] if not report.problems else list(report.problems)
    if report.backup == "none":
        lines.append(doctor.backup_advice(told.data))
    output.tell("\n".join(lines), doctor.to_json(report))
    return 1 if report.problems else 0
