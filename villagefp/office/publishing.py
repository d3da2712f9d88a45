"""`county publish`: a form, a programme or parameters, signed by the county, for all villages or for pilots first.

It is checked as it is on a laptop, by a store that lives for as long as it takes and whose key is the county's.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from villagefp.cli.opening import AMBIENT
from villagefp.cli.output import Output
from villagefp.county import said
from villagefp.county.store import County
from villagefp.county.tables import statement as statement_table
from villagefp.county.tables import village as village_table
from villagefp.domain.package_records import StoredFormPackage, StoredProgrammePackage
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.opening import Office, opened
from villagefp.services import packages, params, programme_packages
from villagefp.services.publishing import Published
from villagefp.storage import records
from villagefp.storage.keyslots import Cost
from villagefp.storage.store import Joining, Store, create_store
from villagefp.wire.statements import Sort, Statement, StatementError, read_intact, sign_statement

_ONCE = Cost(passes=1, memory=8192)
_PLACE = "990101101201"
"""A village code that is nobody's: the store that checks holds no people."""


def publish(told: argparse.Namespace, output: Output) -> int:
    """Sign and say; UserError where the sheet is refused, and then nobody is told anything."""
    with opened(told) as office:
        statement = _wanted(office, told)
        villages = _villages(office.county, told.village)
        fresh = {village: name for village, name in villages.items() if not _has(office.county, village, statement)}
        if not fresh:
            raise UserError(
                _("All of these villages have version {version} of “{name}” already.").format(
                    version=statement.version, name=statement.name
                )
            )
        signed = _signed(office, statement)
        for village in fresh:
            said.say(
                office.county,
                village,
                signed,
                sort=statement.sort.value,
                name=statement.name,
                serial=read_intact(signed).serial,
            )
    output.tell(
        _in_words(statement, len(fresh)),
        {
            "sort": statement.sort.value,
            "name": statement.name,
            "version": statement.version,
            "from_on": statement.from_on,
            "villages": sorted(fresh.values()),
        },
    )
    return 0


def _wanted(office: Office, told: argparse.Namespace) -> Statement:
    if told.set:
        if told.file is not None or told.again is not None:
            raise UserError(_("Parameters are published by themselves: publish --set NAME=VALUE --from DATE"))
        if told.from_on is None:
            raise UserError(_("Name the first day as well: publish --set NAME=VALUE --from DATE"))
        return params.statement_of(dict(map(_param, told.set)), told.from_on)
    return _again(office, told) if told.again is not None else _fresh(office, told)


def _param(told: str) -> tuple[str, str]:
    name, equals, value = told.partition("=")
    if not equals:
        raise UserError(_("“{told}” has no value. Write NAME=VALUE.").format(told=told))
    return name.strip(), value.strip()


def _in_words(statement: Statement, villages: int) -> str:
    if statement.sort is Sort.PARAMS:
        sentence = _("The parameters count from {day} on. They go to {villages} villages with their next exchange.")
    else:
        sentence = _(
            "Version {version} of “{name}”, from {day} on, goes to {villages} villages with their next exchange."
        )
    return sentence.format(version=statement.version, name=statement.name, day=statement.from_on, villages=villages)


def _fresh(office: Office, told: argparse.Namespace) -> Statement:
    """A version that was not published before, checked against those that were."""
    if told.file is None or told.from_on is None:
        raise UserError(_("Name the file and its first day: publish FILE --from DATE."))
    path = Path(told.file)
    if not path.is_file():
        raise UserError(_("There is no file {place}. Check its name.").format(place=path))
    with _checking(office) as store:
        for body in _published(office.county):
            packages.import_package(store, body)
        if path.suffix.lower() == ".toml":
            done = programme_packages.publish_programme(store, path, told.from_on)
        else:
            done = packages.publish_form(store, path, told.from_on)
        return read_intact(_body(store, done))


def _body(store: Store, done: Published) -> bytes:
    with store.read() as connection:
        if done.sort is Sort.FORM:
            return records.where(connection, StoredFormPackage, form=done.name, version=done.version)[-1].body
        return records.where(connection, StoredProgrammePackage, programme=done.name, version=done.version)[-1].body


def _again(office: Office, told: argparse.Namespace) -> Statement:
    name, version = told.again
    for body in reversed(_published(office.county)):
        statement = read_intact(body)
        if (statement.name, statement.version) == (name, version):
            return statement
    raise UserError(_("Version {version} of “{name}” was never published.").format(version=version, name=name))


def _signed(office: Office, statement: Statement) -> bytes:
    """With the next serial of its sort: laptops ask for what comes after the highest one that they have."""
    query = select(func.max(statement_table.c.serial)).where(statement_table.c.sort == statement.sort.value)
    with office.county.read() as connection:
        last = connection.execute(query).scalar() or 0
    version = str(last + 1) if statement.sort is Sort.PARAMS else statement.version  # which nobody else numbers
    return sign_statement(replace(statement, serial=last + 1, version=version), office.keys.sign)


def _published(county: County) -> list[bytes]:
    """Every version once, in the order in which it was said first."""
    query = (
        select(statement_table.c.told)
        .where(statement_table.c.sort.in_([Sort.FORM.value, Sort.PROGRAMME.value]))
        .order_by(statement_table.c.serial)
    )
    found: dict[tuple[Sort, str, str], bytes] = {}
    with county.read() as connection:
        for (told,) in connection.execute(query):
            try:
                one = read_intact(told)
            except StatementError:  # of a newer program
                continue
            found.setdefault((one.sort, one.name, one.version), told)
    return list(found.values())


def _villages(county: County, codes: list[str]) -> dict[bytes, str]:
    with county.read() as connection:
        rows = connection.execute(select(village_table.c.village, village_table.c.code, village_table.c.name)).all()
    known = {row.code for row in rows}
    for code in codes:
        if code not in known:
            raise UserError(_("The county has no village {code} yet. Enrol a laptop for it.").format(code=code))
    wanted = set(codes) or known
    return {row.village: row.name for row in rows if row.code in wanted}


def _has(county: County, village: bytes, statement: Statement) -> bool:
    for told in said.since(county, village, statement.sort.value, 0):
        one = read_intact(told)
        if (one.name, one.version) == (statement.name, statement.version):
            return True
    return False


@contextmanager
def _checking(office: Office) -> Iterator[Store]:
    """A store without people whose own key is the county's, so that what the county signed counts in it."""
    with TemporaryDirectory(prefix="villagefp-publish-") as folder:
        store = create_store(
            Path(folder) / "store",
            village_code=_PLACE,
            village_name=_("county office"),
            worker_name=_("county office"),
            passphrase=AMBIENT.random(20).hex(),
            ambient=AMBIENT,
            cost=_ONCE,
            joining=Joining(AMBIENT.new_id(), AMBIENT.new_id(), office.keys.sign, lambda _connection, _keys: None),
        ).store
        try:
            yield store
        finally:
            store.close()
