"""`programmes …` and `param …`: what the county decides beside forms; and how all three speak of what was published."""

from __future__ import annotations

import argparse
from pathlib import Path

from villagefp.cli.opening import day, opened
from villagefp.cli.output import Output
from villagefp.errors import UserError
from villagefp.i18n import _, language
from villagefp.reasons import reason
from villagefp.services import params, programme_packages, publications
from villagefp.services.publications import Publication
from villagefp.services.publishing import Published
from villagefp.wire.statements import Sort


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("programmes", help=_("look after the programmes of follow-ups"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    publish = actions.add_parser("publish", parents=[common], help=_("sign a programme and count by it from a day on"))
    publish.add_argument("file", type=Path, metavar="FILE.toml")
    publish.add_argument("--from", dest="from_on", type=day, required=True, metavar="DATE", help=_("its first day"))
    publish.set_defaults(run=_publish)
    listing = actions.add_parser("list", parents=[common], help=_("which programmes there are, in which versions"))
    listing.set_defaults(run=_list)

    parser = commands.add_parser("param", help=_("look after what the county decides"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    deciding = actions.add_parser("set", parents=[common], help=_("decide a parameter"))
    deciding.add_argument("name")
    deciding.add_argument("value")
    deciding.add_argument(
        "--from", dest="from_on", type=day, metavar="DATE", help=_("its first day; today unless told")
    )
    deciding.set_defaults(run=_set)
    known = actions.add_parser("list", parents=[common], help=_("all parameters, their values and what they mean"))
    known.add_argument("--on", type=day, metavar="DATE", help=_("as they stand on this day; today unless told"))
    known.set_defaults(run=_params)


def tell_published(published: Published, output: Output) -> None:
    """Say what was taken in, and which options are not offered any more."""
    data = {
        "sort": published.sort.value,
        "name": published.name,
        "version": published.version,
        "from_on": published.from_on.isoformat(),
        "serial": published.serial,
        "already": published.already,
        "retired": [{"question": one.question, "code": one.code, "label": one.label} for one in published.retired],
    }
    told = {"name": published.name, "version": published.version, "day": published.from_on.isoformat()}
    lines = [_said(published).format(**told)]
    lines += [
        _("“{question}”: the option {code} {label} is not offered any more and stays readable.").format(
            question=one.question,
            code=one.code,
            label=one.label.get(language()[:2]) or next(iter(one.label.values()), ""),
        )
        for one in published.retired
    ]
    output.tell("\n".join(lines), data)


def in_words(one: Publication) -> str:
    """One version as a line."""
    begins = _("from {day}").format(day=one.from_on) if one.from_on else _("from the beginning")
    mark = "* " if one.in_force else "  "
    return f"{mark}{one.name}  {one.version}  {begins}  {one.title}  ({one.signer()})"


def write_package(signed: bytes, out: Path, output: Output) -> int:
    """Write a package where the worker chose, and say so."""
    try:
        out.write_bytes(signed)
    except OSError as error:
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=out.name, reason=reason(error))
        ) from error
    output.tell(
        _("The package is in {file} ({size} bytes).").format(file=out, size=len(signed)),
        {"file": str(out), "bytes": len(signed)},
    )
    return 0


def _said(published: Published) -> str:
    if published.already:
        return _("Version {version} of “{name}” is here already. Nothing was changed.")
    if published.sort is Sort.PROGRAMME:
        return _("Version {version} of the programme “{name}” counts from {day} on.")
    return _("Version {version} of the form “{name}” is asked from {day} on.")


def _publish(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        published = programme_packages.publish_programme(store, told.file, told.from_on)
    tell_published(published, output)
    return 0


def _list(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        found = publications.programmes(store)
    output.tell("\n".join(map(in_words, found)), [one.to_json("programme") for one in found])
    return 0


def _set(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        from_on = told.from_on or store.ambient.today()
        params.set_param(store, told.name, told.value, from_on)
    output.tell(
        _("{name} is {value} from {day} on.").format(name=told.name, value=told.value, day=from_on.isoformat()),
        {"name": told.name, "value": told.value, "from_on": from_on.isoformat()},
    )
    return 0


def _params(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        found = params.lines(store, told.on or store.ambient.today())
    output.tell(
        "\n".join(f"{one.name}  {one.value or '-'}  {one.meaning}" for one in found),
        [
            {"name": one.name, "value": one.value, "from_on": one.from_on, "meaning": one.meaning}
            for one in found
        ],
    )  # fmt: skip
    return 0
