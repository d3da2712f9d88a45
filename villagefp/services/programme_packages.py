"""Programmes of follow-ups that the county changes: a text with a version and a first day, signed like a form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from villagefp.domain import county_params
from villagefp.domain.package_records import StoredProgrammePackage
from villagefp.domain.programmes import Point, Programme, Repeat, check_replacement, read_programme, shipped
from villagefp.errors import UserError
from villagefp.forms.library import version_key
from villagefp.i18n import _
from villagefp.reasons import reason
from villagefp.services import catalogue
from villagefp.services.publishing import Published, check_from, next_serial, told
from villagefp.storage import device_key, published
from villagefp.storage.published import PROGRAMME_TEXT, Kept
from villagefp.wire.statements import Sort, Statement, check_serial, compressed, damaged, sign_statement

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_MAX_TEXT = 200_000
"""Bytes; the longest programme that is shipped has about 3,000."""
_PARAM = re.compile(r"\bparam:([a-z0-9_]+)")


def publish_programme(store: Store, path: Path, from_on: date) -> Published:
    """Keep the programme of this file (.toml) as a signed version that counts from a day on.

    UserError where it cannot be read, or where visits that were planned by earlier versions would lose their sense.
    """
    text = _text(path)
    programme = read_programme(text, path.name)
    kept = _kept(store).get(programme.programme, ())
    _check(store, programme, kept, from_on)
    statement = Statement(
        sort=Sort.PROGRAMME,
        name=programme.programme,
        version=programme.version,
        serial=next_serial(kept),
        from_on=from_on.isoformat(),
        packed=compressed({PROGRAMME_TEXT: text.encode("utf-8")}),
    )
    _keep(store, statement, sign_statement(statement, device_key.own_key(store)))
    return told(statement)


def take(store: Store, statement: Statement, signed: bytes) -> None:
    """Keep a programme that a known signer published; UserError where it is refused."""
    kept = _kept(store).get(statement.name, ())
    check_serial(statement, (one.statement.serial for one in kept if one.trusted))
    programme = read_programme(statement.content(PROGRAMME_TEXT).decode("utf-8", errors="replace"))
    if (programme.programme, programme.version) != (statement.name, statement.version):
        raise damaged()
    _check(store, programme, kept, date.fromisoformat(statement.from_on))
    _keep(store, statement, signed)


def all_programmes(store: Store) -> Iterator[tuple[Programme, Kept | None]]:
    """Every programme that is built in, and every version that was published, in order."""
    kept = _kept(store)
    built_in = shipped()
    for name in sorted({*built_in, *kept}):
        if name in built_in:
            yield built_in[name], None
        for one in kept.get(name, ()):
            yield read_programme(one.statement.content(PROGRAMME_TEXT).decode("utf-8")), one


def versions_in_force(store: Store) -> dict[str, str]:
    """The version of each programme that counts today."""
    today = store.ambient.today()
    begun = {name: published.in_force(kept, today) for name, kept in _kept(store).items()}
    built_in = {name: programme.version for name, programme in shipped().items()}
    return built_in | {name: one.statement.version for name, one in begun.items() if one}


def _check(store: Store, programme: Programme, kept: tuple[Kept, ...], from_on: date) -> None:
    """What stands against a version of a programme, seen from the earlier ones."""
    check_from(from_on, kept)
    before = shipped().get(programme.programme)
    versions = [one.statement.version for one in kept] + ([before.version] if before else [])
    last = max(versions, key=version_key, default=None)
    if last is not None and version_key(programme.version) <= version_key(last):
        raise UserError(
            _("Version {version} does not come after version {last}. Give the programme a higher one.").format(
                version=programme.version[:20], last=last
            )
        )
    if before is not None:
        check_replacement(programme, before)
    steps: list[Point | Repeat] = [*programme.points, *programme.repeats]
    for form in sorted({programme.form, programme.first_form, *(each.form for each in steps)} - {""}):
        catalogue.of(store).in_force(form, from_on)  # UserError where the form is not here on that day
    for name in sorted({name for each in steps for name in _PARAM.findall(each.when)}):
        county_params.known(name)


def _kept(store: Store) -> Mapping[str, tuple[Kept, ...]]:
    with store.read() as connection:
        return published.programmes(connection)


def _keep(store: Store, statement: Statement, signed: bytes) -> None:
    with store.save() as save:
        save.add(
            StoredProgrammePackage(
                id=store.ambient.new_id(),
                programme=statement.name,
                version=statement.version,
                from_on=statement.from_on,
                body=signed,
            )
        )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_TEXT:
            raise UserError(
                _("{file} is longer than a programme can be ({most} kB).").format(
                    file=path.name, most=_MAX_TEXT // 1000
                )
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(
            _("{file} cannot be read: {reason}. Check the name of the file.").format(
                file=path.name, reason=reason(error)
            )
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(_("“{file}” is not text in UTF-8.").format(file=path.name)) from error
