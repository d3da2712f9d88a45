"""Which versions of forms and programmes there are, from which day on, and who signed them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from villagefp.domain.programmes import Programme
from villagefp.i18n import _, language
from villagefp.services import catalogue, programme_packages
from villagefp.storage import device_key
from villagefp.storage.published import Kept
from villagefp.wire.signing import fingerprint

if TYPE_CHECKING:
    from villagefp.storage.store import Store

BUILT_IN, HERE, PINNED, UNKNOWN = "built_in", "this_laptop", "known_key", "unknown_key"


@dataclass(frozen=True)
class Publication:
    """One version of one form or programme."""

    name: str
    title: str
    version: str
    from_on: str | None  # None: built in, and so from the beginning
    signed_by: str  # built_in, this_laptop, known_key or unknown_key, which counts for nothing
    key: str = ""  # fingerprint of the key that signed it
    in_force: bool = False  # asked or counted today

    def signer(self) -> str:
        """Who signed it, in words."""
        return {
            BUILT_IN: _("built in"),
            HERE: _("signed on this laptop"),
            PINNED: _("signed by the key {key}"),
            UNKNOWN: _("signed by the unknown key {key}, not used"),
        }[self.signed_by].format(key=self.key)

    def to_json(self, what: str) -> dict[str, Any]:
        """The line as scripts get it; `what` is the name of its first column."""
        return {
            what: self.name,
            "title": self.title,
            "version": self.version,
            "from_on": self.from_on,
            "signed_by": self.signed_by,
            "key": self.key,
            "in_force": self.in_force,
        }


def forms(store: Store) -> tuple[Publication, ...]:
    """Every version of every form, form by form, in the order in which they come into force."""
    found, today = catalogue.of(store), store.ambient.today()
    built_in = found.built_in()
    lines = []
    for form_id in sorted({*built_in, *(one.statement.name for one in found.kept())}):
        title = found.title(form_id, language(), today)
        current = found.version_in_force(form_id, today)
        kept = found.kept(form_id)
        lines += [_built_in(form_id, title, version, current) for version in built_in.get(form_id, ())]
        lines += _published(store, kept, title, current)
    return tuple(lines)


def programmes(store: Store) -> tuple[Publication, ...]:
    """Every version of every programme, in the same order."""
    found = list(programme_packages.all_programmes(store))
    current = programme_packages.versions_in_force(store)
    lines: list[Publication] = []
    for programme, kept in found:
        title = _title(programme)
        in_force = current.get(programme.programme)
        if kept is None:
            lines.append(_built_in(programme.programme, title, programme.version, in_force))
        else:
            lines += _published(store, [kept], title, in_force)
    return tuple(lines)


def _built_in(name: str, title: str, version: str, current: str | None) -> Publication:
    return Publication(name, title, version, None, BUILT_IN, in_force=version == current)


def _published(store: Store, kept: Iterable[Kept], title: str, current: str | None) -> list[Publication]:
    with store.read() as connection:
        own = device_key.own_public(connection)
    lines = []
    for one in kept:
        said = one.statement
        signer = HERE if said.signer == own else PINNED if one.trusted else UNKNOWN
        lines.append(
            Publication(
                said.name, title, said.version, said.from_on, signer, fingerprint(said.signer),
                in_force=one.trusted and said.version == current,
            )
        )  # fmt: skip
    return lines


def _title(programme: Programme) -> str:
    return programme.title.get(language()[:2]) or next(iter(programme.title.values()), programme.programme)
