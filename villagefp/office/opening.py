"""Opening the county's store: its database, the keys in their slots, and the vault key where it is at hand."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from villagefp.cli.opening import AMBIENT, passphrase
from villagefp.county import erasure_list, learning, office_values
from villagefp.county.engine import postgres_engine, sqlite_engine
from villagefp.county.keys import CountyKeys, of_secret
from villagefp.county.migrate import revision_of
from villagefp.county.office_values import VAULT
from villagefp.county.store import County
from villagefp.county.tables import REVISION
from villagefp.county.vault import Vault, of_text
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.reasons import reason
from villagefp.storage import keyslots
from villagefp.storage.keyslots import WORKER, Keys


@dataclass(frozen=True)
class Office:
    """The county's store with its keys, open for the length of a command."""

    county: County
    keys: CountyKeys
    folder: Path  # of the key slots; the list of erasures lies there too


def where(told: argparse.Namespace) -> Path | None:
    """The folder of the key slots, where the call names one."""
    if told.sqlite is not None:
        return Path(told.sqlite).resolve().parent
    return None if told.keys is None else Path(told.keys).resolve()


def shown(told: argparse.Namespace) -> str:
    """The store as people are told of it: a URL without its password."""
    return make_url(told.db).render_as_string(hide_password=True) if told.db is not None else str(told.sqlite)


@contextmanager
def opened(told: argparse.Namespace) -> Iterator[Office]:
    """The store with its keys; UserError where keys or store cannot be opened, or it is not up to date."""
    folder = where(told)
    if folder is None:
        raise UserError(_("The county's keys are needed. Name their folder with --keys FOLDER."))
    keys = slot_keys(told, folder)
    with engine_of(told, keys.store) as engine:
        _check_revision(engine)
        county = County(engine, AMBIENT, folder / erasure_list.NAME)
        learning.fold_in_what_is_known(county)
        yield Office(county, of_secret(keys.sealed), folder)


@contextmanager
def looked_at(told: argparse.Namespace) -> Iterator[County]:
    """The store for what needs no keys of the county's: a list, say."""
    store = slot_keys(told, Path(told.sqlite).resolve().parent).store if told.sqlite is not None else b""
    with engine_of(told, store) as engine:
        _check_revision(engine)
        yield County(engine, AMBIENT)


def _check_revision(engine: Engine) -> None:
    present = revision_of(engine)
    if present is None:
        raise UserError(_("There is no county's store in this database yet. Make it with: villagefp county init"))
    if present != REVISION:
        raise UserError(_("The county's store is of another version. Bring it up to date with: villagefp county init"))


def slot_keys(told: argparse.Namespace, folder: Path) -> Keys:
    """What the passphrase opens in the slots of a folder; UserError where it is not right."""
    if told.sqlite is not None and not Path(told.sqlite).exists():
        raise UserError(
            _("There is no file {place}. Make the county's store with: villagefp county init").format(place=told.sqlite)
        )
    if not folder.is_dir():
        raise UserError(_("There is no folder {folder}. Check its name.").format(folder=folder))
    found = keyslots.open_slots(keyslots.read_slots(folder), WORKER, passphrase(_("Passphrase: ")))
    if found is None:
        raise UserError(_("The passphrase is not right. Try again."))
    return found[1]


@contextmanager
def engine_of(told: argparse.Namespace, key: bytes) -> Iterator[Engine]:
    """The database of a call; what it refuses is said in words."""
    if told.db is not None:
        with postgres(told.db) as engine:
            yield engine
    else:
        with sqlite(Path(told.sqlite), key) as engine:
            yield engine


@contextmanager
def postgres(url: str) -> Iterator[Engine]:
    """A PostgreSQL database."""
    engine = postgres_engine(url)
    try:
        yield engine
    except OperationalError as error:
        place = make_url(url).render_as_string(hide_password=True)
        raise UserError(_away(str(error.orig)).format(place=place)) from error
    finally:
        engine.dispose()


@contextmanager
def sqlite(path: Path, key: bytes) -> Iterator[Engine]:
    """An encrypted file under its key."""
    engine = sqlite_engine(path, key)
    try:
        yield engine
    except DatabaseError as error:
        raise UserError(_refused(str(error.orig)).format(place=path)) from error
    finally:
        engine.dispose()


def _away(said: str) -> str:
    """Why a server does not let us in, by what it says: its own words are for engineers, and in its own language."""
    if "authentication failed" in said or "no password supplied" in said:
        return _("The database {place} does not accept this user or password. Nothing is lost. Check both.")
    if re.search(r'(database|role) ".*" does not exist', said):
        return _("The server of {place} has no such database, or no such user. Nothing is lost. Check the names.")
    if "No space left" in said or "could not extend file" in said:
        return _("The disk that {place} lies on is full. Nothing is lost. Make room on it, and say it again.")
    return _(
        "The database {place} does not answer. Nothing is lost: laptops send again what got no answer. Check the "
        "address, and whether the server runs."
    )


def _refused(said: str) -> str:
    """What is wrong with a file, by what SQLite says of it."""
    for words, sentence in (
        ("full", _("The disk that {place} lies on is full. Nothing is lost. Make room on it, and say it again.")),
        (
            "locked",
            _("Another program works with {place} and did not let go of it. Nothing is lost. Say it again in a while."),
        ),
        (
            "readonly",
            _("{place} cannot be written: the disk or the file is read-only. Nothing is lost. Ask who set it up."),
        ),
        (
            "disk I/O",
            _("The disk that {place} lies on does not answer properly. Copy what is on it, and take another one."),
        ),
    ):
        if words in said:
            return sentence
    return _("The file {place} cannot be read with the keys beside it. Put back file and keys of one backup.")


def vault_of(office: Office, path: Path | None) -> Vault:
    """The vault key of a file; UserError where it is missing, or another county's."""
    if path is None:
        raise UserError(_("The vault key is needed for this. Put in its stick and name the file with --vault FILE."))
    try:
        vault = of_text(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else _("it is no text")
        raise UserError(
            _("{file} cannot be read: {reason}. Check the name of the file.").format(file=path.name, reason=why)
        ) from error
    with office.county.read() as connection:
        known = office_values.get(connection, VAULT)
    if known != vault.public:
        raise UserError(_("This vault key is of another county. Take the one that was made with this store."))
    return vault
