"""The compiled forms that are shipped: written once by `prepare`, read in a few milliseconds when a form is opened."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import msgspec

from villagefp import paths
from villagefp.errors import UserError
from villagefp.forms.package import FormPackage
from villagefp.i18n import _

LEDGER = "numbers.json"
_DECODER = msgspec.json.Decoder(FormPackage)


def build_all(out: Path) -> list[Path]:
    """Compile every form of `resources/forms` into `out`; FormError names all problems of the first form with any."""
    from villagefp.forms.compile import compile_sheet  # noqa: PLC0415  pyxform, only where forms are built
    from villagefp.forms.ledger import read_ledger  # noqa: PLC0415

    source = paths.resources_dir() / "forms"
    ledger = read_ledger(source / LEDGER)
    out.mkdir(parents=True, exist_ok=True)
    packages = [compile_sheet(sheet, ledger.get(sheet.stem)) for sheet in sorted(source.glob("*.md"))]
    written = [write(package, out) for package in packages]
    for stale in set(out.glob("*.json")) - set(written):
        stale.unlink()
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
        return _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise UserError(_("This form package is damaged: {reason}").format(reason=str(error)[:200])) from error


def form_ids() -> tuple[str, ...]:
    """The forms there are, by id."""
    return tuple(sorted({file.name.split(".", 1)[0] for file in folder().glob("*.json")}))


def load(form_id: str, version: str | None = None) -> FormPackage:
    """One form, the newest version unless one is named; UserError where it is not here."""
    return read(_file(form_id, version).read_bytes())


class _Heading(msgspec.Struct):
    """The part of a package that lists need: reading it alone skips the rest."""

    title: dict[str, str]
    languages: tuple[str, ...]
    settings: dict[str, str]


_HEADINGS = msgspec.json.Decoder(_Heading)


@lru_cache(maxsize=256)
def title(form_id: str, language: str) -> str:
    """What a form is called in `zh_CN` or `en`, where it is chosen or filled; its id where the form is not here."""
    heading = _heading(form_id)
    return heading.title.get(language[:2]) or heading.title.get(heading.languages[0], form_id)


@lru_cache(maxsize=256)
def neutral_title(form_id: str, language: str) -> str:
    """What a form is called in lists that others may see: no method, no pregnancy."""
    heading = _heading(form_id)
    neutral = heading.settings.get("print::neutral_title", "")
    if not neutral or neutral == heading.title.get(heading.languages[0]):
        return title(form_id, language)
    return neutral if language[:2] == heading.languages[0] else _("Health service record")


def _heading(form_id: str) -> _Heading:
    try:
        return _HEADINGS.decode(_file(form_id, None).read_bytes())
    except UserError:
        return _Heading({"": form_id}, ("",), {})


def _file(form_id: str, version: str | None) -> Path:
    begin = f"{form_id}."
    files = {file.name[len(begin) : -5]: file for file in folder().glob("*.json") if file.name.startswith(begin)}
    if version is None and files:
        version = max(files, key=_version_key)
    if version is None or version not in files:
        raise UserError(_("The form “{form}” is not here.").format(form=f"{form_id} {version or ''}".strip()))
    return files[version]


def folder() -> Path:
    """Where the compiled forms are."""
    return paths.built_dir() / "forms"


def _version_key(version: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in version.split("."))
