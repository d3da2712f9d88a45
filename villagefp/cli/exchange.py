"""`exchange` and `enrol`: give to the county what waits and take what it has, by network, stick or file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from villagefp import paths
from villagefp.cli.opening import AMBIENT, opened, passphrase
from villagefp.cli.output import Output
from villagefp.domain import roles
from villagefp.errors import UserError
from villagefp.i18n import _, ngettext
from villagefp.services import exchange
from villagefp.services.exchange_done import Done
from villagefp.storage.store import CreatedStore, store_exists
from villagefp.sync import enrol, enrol_new
from villagefp.sync.disk import reading_in_words
from villagefp.sync.enrol_new import NewStore
from villagefp.sync.granted import Ask, Enrolled
from villagefp.sync.http import HttpRoad
from villagefp.sync.outcome import Progress, Step
from villagefp.sync.road import LineError, Refused


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    word = commands.add_parser(
        "exchange", parents=[common], help=_("give to the county what waits, and take what it has")
    )
    road = word.add_mutually_exclusive_group(required=True)
    road.add_argument(
        "--county", metavar="URL", nargs="?", const="", help=_("by network; without an address, the one it gave")
    )
    road.add_argument("--usb", metavar="DIR", type=Path, help=_("by stick: take what lies there, and write what waits"))
    road.add_argument("--file", metavar="FILE", type=Path, help=_("take one file that came from the county"))
    word.add_argument("--plain", action="store_true", help=_("allow http without encryption of the line"))
    word.set_defaults(run=_exchange)

    door = commands.add_parser("enrol", parents=[common], help=_("make this laptop one of the county's"))
    way = door.add_mutually_exclusive_group(required=True)
    way.add_argument("--county", metavar="URL", help=_("by network"))
    way.add_argument("--file", metavar="FILE", type=Path, help=_("by the enrolment file"))
    door.add_argument("--code", required=True, help=_("the code on the county's slip"))
    door.add_argument("--worker", metavar="NAME", help=_("where there is no store yet: whose it will be"))
    door.add_argument("--plain", action="store_true", help=_("allow http without encryption of the line"))
    door.set_defaults(run=_enrol)


def _exchange(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        where = exchange.here(told.data, paths.marks_dir())
        if told.usb is not None:
            done = exchange.by_stick(store, told.usb, where=where)
        elif told.file is not None:
            done = exchange.take_file(store, told.file)
        else:
            show = _Shown()
            try:
                done = exchange.by_network(store, told.county, plain=told.plain, where=where, progress=show)
            except KeyboardInterrupt:
                raise UserError(
                    _("The exchange was stopped. What came through is kept, and nothing is lost.")
                ) from None
            finally:
                show.end()
    output.tell(_in_words(done), done.to_json())
    return 0


def _in_words(done: Done) -> str:
    lines = [
        _("Received by the county: {sent}. New from others: {received}.").format(sent=done.sent, received=done.received)
    ]
    if done.requests:
        lines.append(
            _("{requests} requests, {up} B up, {down} B down.").format(
                requests=done.requests, up=done.bytes_up, down=done.bytes_down
            )
        )
    lines += [_("Came back: {who}. {reason}").format(who=line.who, reason=line.reason) for line in done.returned]
    if done.conflicts:
        lines.append(
            ngettext("{count} decision waits.", "{count} decisions wait.", done.conflicts).format(count=done.conflicts)
        )
    return "\n".join([*lines, *done.remarks])


class _Shown:
    """Progress in one line on standard error, where somebody looks at it."""

    def __init__(self) -> None:
        self._seen = sys.stderr.isatty()
        self._shown = False

    def __call__(self, now: Progress) -> None:
        if not self._seen:
            return
        line = _("{up} B up, {down} B down").format(up=now.bytes_up, down=now.bytes_down)
        if now.step is Step.WAITING:
            line = _("{line}; the line broke, next try in {seconds} s").format(line=line, seconds=round(now.wait))
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()
        self._shown = True

    def end(self) -> None:
        """Leave the line for what comes after it."""
        if self._shown:
            sys.stderr.write("\n")


def _enrol(told: argparse.Namespace, output: Output) -> int:
    recovery = None
    if store_exists(told.data):
        with opened(told) as store:
            if told.file is not None:
                with reading_in_words(told.file), told.file.open("rb") as file:
                    done = enrol.from_file(store, file, told.code)
            else:
                with HttpRoad(told.county, plain=told.plain) as road:
                    done = enrol.by_network(store, _door(road), told.code, told.county)
    else:
        made, done = _new(told)
        recovery = made.recovery_code
        made.store.close()
    _tell(output, done, recovery)
    return 0


def _door(road: HttpRoad) -> Ask:
    def ask(told: bytes) -> bytes:
        try:
            return road.enrol(told)
        except LineError as broke:  # one claim is soon made again by hand
            raise Refused(broke.why) from broke

    return ask


def _new(told: argparse.Namespace) -> tuple[CreatedStore, Enrolled]:
    if not told.worker:
        raise UserError(
            _("There is no store in {folder} yet. Say whose it will be: --worker NAME").format(folder=told.data)
        )
    new = NewStore(
        folder=told.data,
        worker_name=told.worker,
        passphrase=passphrase(_("New passphrase (ten characters or more): ")),
        ambient=AMBIENT,
    )
    if told.file is not None:
        with reading_in_words(told.file), told.file.open("rb") as file:
            return enrol_new.from_file(new, file, told.code)
    with HttpRoad(told.county, plain=told.plain) as road:
        return enrol_new.by_network(new, _door(road), told.code, told.county)


def _tell(output: Output, done: Enrolled, recovery: str | None) -> None:
    lines = [
        _("This laptop is enrolled: {label}, {village}, {role}.").format(
            label=done.label, village=done.village_name, role=roles.in_words(done.role)
        )
    ]
    if recovery is not None:
        lines.append(_("Recovery code, shown only now; write it down: {code}").format(code=recovery))
    if not done.confirmed:
        lines.append(_("The county does not know of it yet: the next exchange or stick tells it."))
    output.tell(
        "\n".join(lines),
        {
            "village": done.village_code,
            "village_name": done.village_name,
            "role": done.role,
            "label": done.label,
            "county": done.address,
            "confirmed": done.confirmed,
            "recovery_code": recovery,
        },
    )
