"""The compiled forms that are shipped: written once by `prepare`, read in a few milliseconds when a form is opened."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from villagefp import paths
from villagefp.errors import UserError
from villagefp.i18n import _

if TYPE_CHECKING:
    from villagefp.forms.package import FormPackage

LEDGER = "numbers.json"
RELEASED = "released.json"
EARLIER = "earlier"
"""Folder of the sheets of earlier versions, `form.version.md`: a visit is opened with the version it was made with."""


@cache
def _decoder() -> msgspec.json.Decoder[FormPackage]:
    """Made when a form is first opened: lists read headings alone, and its classes take 4 ms."""
    from villagefp.forms.package import FormPackage  # noqa: PLC0415

    return msgspec.json.Decoder(FormPackage)


def build_all(out: Path, source: Path | None = None) -> list[Path]:
    """Compile every form of `resources/forms`, earlier versions too; FormError names all problems of the first form.

    Versions and options that are not on record yet are added to the ledger of what was released.
    """
    from villagefp.forms.compile import compile_sheet  # noqa: PLC0415  pyxform, only where forms are built
    from villagefp.forms.ledger import note_released, read_ledger  # noqa: PLC0415

    source = source or paths.resources_dir() / "forms"
    ledger = read_ledger(source / LEDGER)
    out.mkdir(parents=True, exist_ok=True)
    sheets = [*sorted(source.glob("*.md")), *sorted((source / EARLIER).glob("*.md"))]
    packages = [compile_sheet(sheet, ledger.get(sheet.name.split(".")[0])) for sheet in sheets]
    written = [write(package, out) for package in packages]
    for stale in set(out.glob("*.json")) - set(written):
        stale.unlink()
    note_released(source / RELEASED, packages)
    return written


def write(package: FormPackage, folder: Path) -> Path:
    """Write a package as JSON and say where it is; a reader sees the old one or the new one, never half of one."""
    file = folder / f"{package.form_id}.{package.version}.json"
    fresh = file.with_suffix(f".{os.getpid()}.new")
    fresh.write_bytes(dump(package))
    fresh.replace(file)
    return file


def dump(package: FormPackage) -> bytes:
    """A package as JSON, the same bytes each time."""
    return msgspec.json.encode(package)


def read(data: bytes) -> FormPackage:
    """A package from JSON; UserError where it is none."""
    try:
        return _decoder().decode(data)
    except msgspec.DecodeError as error:
        raise UserError(_("This form package is damaged: {reason}").format(reason=str(error)[:200])) from error


def built_in() -> dict[str, dict[str, Path]]:
    """The files of the forms that are built in, by id and version, the newest version last."""
    found: dict[str, dict[str, Path]] = {}
    for file in folder().glob("*.json"):
        form_id, _point, version = file.name.removesuffix(".json").partition(".")
        found.setdefault(form_id, {})[version] = file
    return {
        form_id: dict(sorted(found[form_id].items(), key=lambda item: version_key(item[0])))
        for form_id in sorted(found)
    }


def form_ids() -> tuple[str, ...]:
    """The forms that are built in, by id."""
    return tuple(built_in())


def load(form_id: str, version: str | None = None) -> FormPackage:
    """One built-in form, the newest version unless one is named; UserError where it is not here."""
    files = built_in().get(form_id, {})
    told = version or next(reversed(files), "")
    if told not in files:
        raise not_here(form_id, version)
    return read(files[told].read_bytes())


class Heading(msgspec.Struct, frozen=True):
    """The part of a package that lists need: reading it alone skips the rest."""

    title: dict[str, str]
    languages: tuple[str, ...]
    settings: dict[str, str]

    def own_title(self, language: str) -> str:
        """What the form is called in `zh_CN` or `en`, where it is chosen or filled."""
        return self.title.get(language[:2]) or self.title.get(self.languages[0], "")

    def neutral_title(self, language: str) -> str:
        """What it is called in lists that others may see: no method, no pregnancy."""
        neutral = self.settings.get("print::neutral_title", "")
        if not neutral or neutral == self.title.get(self.languages[0]):
            return self.own_title(language)
        return neutral if language[:2] == self.languages[0] else _("Health service record")


_HEADINGS = msgspec.json.Decoder(Heading)


def heading(data: bytes) -> Heading:
    """The heading of a package as JSON; UserError where it is none."""
    try:
        return _HEADINGS.decode(data)
    except msgspec.DecodeError as error:
        raise UserError(_("This form package is damaged: {reason}").format(reason=str(error)[:200])) from error


def not_here(form_id: str, version: str | None = None) -> UserError:
    """The refusal of a form or version that is not here."""
    return UserError(
        _(
            "The form “{form}” is not here. Please check its name (`villagefp forms list` says which there are), "
            "or ask the county for it."
        ).format(form=f"{form_id} {version or ''}".strip()[:60])
    )


def folder() -> Path:
    """Where the compiled forms are."""
    return paths.built_dir() / "forms"


def newest(versions: Iterable[str]) -> str:
    """The version that sorts last."""
    return max(versions, key=version_key)


def version_key(version: str) -> tuple[tuple[int, str], ...]:
    """By which versions sort: part by part, numbers as numbers, 1.10 behind 1.9."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in version.split("."))
