"""`villagefp prepare`: make what is shipped built from what is kept readable (forms, catalogues, the pinyin table)."""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

from villagefp import i18n, paths
from villagefp.cli.output import Output
from villagefp.errors import UserError
from villagefp.i18n import _

_STAMP = "sources.sha256"
_PLACEHOLDER = re.compile(r"\{\w+\}")
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "ngettext": (1, 2)}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("prepare", parents=[common], help=_("build forms and catalogues from their sources"))
    parser.add_argument("--force", action="store_true", help="build even what is fresh")
    parser.add_argument("--check", action="store_true", help="say what is missing or wrong in the translations")
    parser.set_defaults(run=_prepare)


def _prepare(told: argparse.Namespace, output: Output) -> int:
    if told.check:
        problems = translation_problems()
        for problem in problems:
            output.refuse(problem)
        return 1 if problems else 0
    built = prepare(force=told.force)
    output.tell("Forms and catalogues are built." if built else "Forms and catalogues are fresh.", {"built": built})
    return 0


def prepare(*, force: bool = False) -> bool:
    """Build into `resources/built` unless it is there and fresh; True if anything was built.

    Raises UserError where the tools that build (pyxform, babel, pypinyin) are not installed.
    """
    stamp = paths.built_dir() / _STAMP
    fresh = _hash_of_sources()
    if not force and stamp.exists() and stamp.read_text(encoding="ascii") == fresh:
        return False
    try:
        _build_catalogues()
        _build_forms()
        _build_pinyin()
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is needed to prepare villagefp from its sources. "
            "Install the development requirements: python -m pip install -r requirements.lock"
        ) from error
    stamp.write_text(fresh, encoding="ascii")
    return True


def translation_problems() -> list[str]:
    """What is missing or wrong in the catalogues, a line each: every sentence for people has its Chinese."""
    from babel.messages.extract import extract_from_dir  # noqa: PLC0415  a build tool, not on a worker's laptop

    told: dict[str, str] = {}
    package = paths.root_dir() / "villagefp"
    found = extract_from_dir(str(package), [("**.py", "python")], keywords=_KEYWORDS)
    for name, line, message, _comments, _context in found:
        for text in (message,) if isinstance(message, str) else message:
            told.setdefault(text, f"villagefp/{Path(name).as_posix()}:{line}")
    problems = []
    catalogue, clashes = _merged("zh_CN")
    for text, where in sorted(told.items(), key=lambda item: item[1]):
        chinese = catalogue.get(text, "")
        if not chinese:
            problems.append(f"{where}: no Chinese for {text!r}")
        elif set(_PLACEHOLDER.findall(text)) != set(_PLACEHOLDER.findall(chinese)):
            problems.append(f"{where}: placeholders differ between {text!r} and {chinese!r}")
    problems += [f"resources/locale/zh_CN: {text!r} is translated but said nowhere" for text in catalogue.keys() - told]
    return problems + clashes


def _hash_of_sources() -> str:
    digest = hashlib.sha256()
    package = paths.root_dir() / "villagefp"
    builders = [*package.glob("forms/*.py"), package / "domain" / "pinyin.py", Path(__file__)]
    for folder in ("forms", "locale"):
        builders += [file for file in (paths.resources_dir() / folder).rglob("*") if file.is_file()]
    builders = [file for file in builders if file.name != "released.json"]  # the build itself adds to it
    for file in sorted(builders):
        digest.update(file.relative_to(paths.root_dir()).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _merged(language: str) -> tuple[dict[str, str], list[str]]:
    """All catalogues of a language as one, and where two of them differ about one sentence."""
    from babel.messages.pofile import read_po  # noqa: PLC0415  a build tool

    merged: dict[str, str] = {}
    clashes = []
    for file in sorted((paths.resources_dir() / "locale" / language).glob("*.po")):
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=language)
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            told = message.string or ""
            chinese = told if isinstance(told, str) else told[0]
            clashes += [
                f"{file.name}: {source!r} is translated in two ways"
                for source in sources
                if merged.setdefault(source, chinese) != chinese
            ]
    return merged, clashes


def _build_catalogues() -> None:
    from babel.messages.catalog import Catalog  # noqa: PLC0415  a build tool
    from babel.messages.mofile import write_mo  # noqa: PLC0415  a build tool

    for language in i18n.LANGUAGES:
        if language == "en":
            continue
        catalogue = Catalog(locale=language, domain="villagefp")
        for source, text in sorted(_merged(language)[0].items()):
            catalogue.add(source, text)
        out = paths.built_dir() / "locale" / language / "LC_MESSAGES" / "villagefp.mo"
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("wb") as stream:
            write_mo(stream, catalogue)


def _build_forms() -> None:
    from villagefp.forms.library import build_all  # noqa: PLC0415  pyxform takes half a second

    build_all(paths.built_dir() / "forms")


def _build_pinyin() -> None:
    from villagefp.domain.pinyin import build, table_file  # noqa: PLC0415  with pypinyin

    build(table_file())
