"""Packages: a form or programme is published with a first day, kept signed, handed on as a file, and taken over.

What was kept once stays: a visit is opened with the version it was made with. A version is never replaced, only
followed by a higher one; a package with a lower serial than the one here changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from villagefp.domain.package_records import StoredFormPackage, StoredProgrammePackage
from villagefp.errors import UserError
from villagefp.forms import library, succession
from villagefp.forms.model_check import check_model
from villagefp.forms.package import FormPackage
from villagefp.forms.problems import FormError, Problem
from villagefp.forms.targets import TARGETS
from villagefp.i18n import _
from villagefp.reasons import reason
from villagefp.services import catalogue, params, programme_packages
from villagefp.services.catalogue import COMPILED
from villagefp.services.publishing import Published, check_from, next_serial, told
from villagefp.storage import device_key, records
from villagefp.wire.statements import (
    MAX_STATEMENT,
    Sort,
    Statement,
    check_serial,
    compressed,
    damaged,
    open_statement,
    sign_statement,
)

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_WORKBOOK = "workbook"
"""The name of the sheet's bytes in a form's statement begins with this; its ending follows."""


def publish_form(store: Store, path: Path, from_on: date) -> Published:
    """Keep the form of this sheet (.xlsx, .xls, .md) as a signed version that is asked from a day on.

    FormError names all that is wrong with the sheet, UserError what else stands against it; then nothing was kept.
    """
    form_id = succession.form_id_of(path)
    forms = catalogue.of(store)
    successor = succession.compile_successor(path, forms.all_of(form_id))
    package = successor.package
    check_from(from_on, forms.kept(form_id))
    contents = {COMPILED: library.dump(package), f"{_WORKBOOK}{path.suffix.lower()}": path.read_bytes()}
    statement = Statement(
        sort=Sort.FORM,
        name=package.form_id,
        version=package.version,
        serial=next_serial(forms.kept(form_id)),
        from_on=from_on.isoformat(),
        packed=compressed(contents),
    )
    _keep_form(store, statement, sign_statement(statement, device_key.own_key(store)))
    return told(statement, successor.retired)


def import_file(store: Store, path: Path) -> Published:
    """Take over a package that came as a file; UserError where it cannot be read or is refused."""
    try:
        size = path.stat().st_size
        signed = path.read_bytes() if size <= MAX_STATEMENT else b"\0" * (MAX_STATEMENT + 1)
    except OSError as error:
        raise UserError(
            _("{file} cannot be read: {reason}. Check the name of the file.").format(
                file=path.name, reason=reason(error)
            )
        ) from error
    return import_package(store, signed)


def import_package(store: Store, signed: bytes) -> Published:
    """Take over what a known signer published, as it is checked when it is published here.

    StatementError where the bytes are damaged, too large, signed by somebody unknown, or older than what is here.
    """
    with store.read() as connection:
        trusted = device_key.trusted_keys(connection)
    statement = open_statement(signed, trusted)
    if _is_here(store, statement, signed):
        return told(statement, already=True)
    if statement.sort is Sort.FORM:
        _take_form(store, statement, signed)
    elif statement.sort is Sort.PROGRAMME:
        programme_packages.take(store, statement, signed)
    elif statement.sort is Sort.PARAMS:
        params.take(store, statement)
    else:
        raise damaged()
    return told(statement)


def export_package(store: Store, form_id: str, version: str | None = None) -> bytes:
    """The signed package of a published form, the version published last unless one is named."""
    kept = [one.statement for one in catalogue.of(store).kept(form_id) if version in {None, one.statement.version}]
    if not kept:
        if form_id in catalogue.of(store).built_in() and version is None:
            raise UserError(
                _("“{form}” is built in and was not published here: every laptop has it.").format(form=form_id)
            )
        raise library.not_here(form_id, version)
    with store.read() as connection:
        rows = records.where(connection, StoredFormPackage, form=form_id, version=kept[-1].version)
    return rows[-1].body


def _take_form(store: Store, statement: Statement, signed: bytes) -> None:
    forms = catalogue.of(store)
    kept = forms.kept(statement.name)
    check_serial(statement, (one.statement.serial for one in kept if one.trusted))
    check_from(date.fromisoformat(statement.from_on), kept)
    package = _compiled(statement)
    earlier = forms.all_of(statement.name)
    problems = [*succession.problems_of_name(package), *succession.problems_after(package, earlier)]
    problems += _lost_options(package, earlier)
    if not problems:
        problems = [*_unknown_targets(package), *check_model(package)]
    if problems:
        raise FormError(problems)
    _keep_form(store, statement, signed)


def _compiled(statement: Statement) -> FormPackage:
    """The form of a statement; damaged where it is not the one that the statement and its workbook speak of."""
    package = library.read(statement.content(COMPILED))
    workbooks = [name for name in statement.packed if name.startswith(_WORKBOOK)]
    if (package.form_id, package.version) != (statement.name, statement.version) or len(workbooks) != 1:
        raise damaged()
    if hashlib.sha256(statement.content(workbooks[0])).hexdigest() != package.source_hash:
        raise damaged()
    return package


def _lost_options(package: FormPackage, earlier: Sequence[FormPackage]) -> list[Problem]:
    sentence = _("the option “{code}” of “{question}” is missing. Options are retired, never deleted.")
    return [
        Problem("choices", None, "", sentence.format(code=one.code, question=one.question))
        for one in succession.options_missing(package, earlier)
    ]


def _unknown_targets(package: FormPackage) -> list[Problem]:
    sentence = _("this program cannot write to “{target}” yet. Bring it up to date first.")
    return [
        Problem("entities", None, "list_name", sentence.format(target=write.target))
        for write in package.writes
        if write.target not in TARGETS
    ]


def _keep_form(store: Store, statement: Statement, signed: bytes) -> None:
    with store.save() as save:
        save.add(
            StoredFormPackage(
                id=store.ambient.new_id(),
                form=statement.name,
                version=statement.version,
                from_on=statement.from_on,
                body=signed,
            )
        )


def _is_here(store: Store, statement: Statement, signed: bytes) -> bool:
    with store.read() as connection:
        bodies = [row.body for row in records.where(connection, StoredFormPackage, form=statement.name)]
        bodies += [row.body for row in records.where(connection, StoredProgrammePackage, programme=statement.name)]
    return signed in bodies
