"""The forms of one store: those built in, and those that were published to it, each from a day on.

A visit is begun with the version in force on its day and stays bound to it; any version that was ever kept here can be
opened. Nothing of this is global: a store holds its own catalogue for as long as it is open (`of`).
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain.package_records import StoredFormPackage
from villagefp.errors import UserError
from villagefp.forms import library
from villagefp.forms.library import Heading
from villagefp.i18n import _
from villagefp.storage import published
from villagefp.storage.published import Kept

if TYPE_CHECKING:
    from villagefp.forms.package import FormPackage
    from villagefp.storage.store import Store

COMPILED = "compiled.json"
"""The content of a form's statement that is read; the workbook beside it is for those who go on writing it."""
_HELD = 6
"""Decoded forms held at a time: a worker fills few kinds of form in an hour, and each takes a megabyte."""


def of(store: Store) -> Catalogue:
    """The forms of this store; read once, and again after something was published."""
    return store.derived(Catalogue, StoredFormPackage.KIND)


class Catalogue:
    """Which version of a form holds when."""

    def __init__(self, store: Store) -> None:
        with store.read() as connection:
            self._kept = published.forms(connection)
        self._built_in = library.built_in()
        self._held: OrderedDict[tuple[str, str], FormPackage] = OrderedDict()
        self._headings: dict[tuple[str, str], Heading | None] = {}

    def built_in(self) -> dict[str, tuple[str, ...]]:
        """The versions of each form that are built in, the newest last."""
        return {form_id: tuple(files) for form_id, files in self._built_in.items()}

    def kept(self, form_id: str | None = None) -> tuple[Kept, ...]:
        """The published versions of a form, or of all, in the order in which they come into force."""
        names = sorted(self._kept) if form_id is None else [form_id]
        return tuple(one for name in names for one in self._kept.get(name, ()))

    def form_ids(self, on: date) -> tuple[str, ...]:
        """The forms that can be begun on a day, by id."""
        begun = {form_id for form_id, kept in self._kept.items() if published.in_force(kept, on)}
        return tuple(sorted(begun | set(self._built_in)))

    def published_ids(self, on: date) -> tuple[str, ...]:
        """Of these, the ones that are not built in."""
        return tuple(form_id for form_id in self.form_ids(on) if form_id not in self._built_in)

    def in_force(self, form_id: str, on: date) -> FormPackage:
        """The form as it is asked on a day; UserError where it is not here, or only later."""
        return self.exact(form_id, self._asked(form_id, on))

    def exact(self, form_id: str, version: str) -> FormPackage:
        """One version of a form, as old as it may be; UserError where it is not here."""
        key = (form_id, version)
        package = self._held.get(key)
        if package is None:
            package = library.read(self._data(form_id, version))
            self._held[key] = package
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
        return package

    def all_of(self, form_id: str) -> list[FormPackage]:
        """Every version of a form that is here, in order, for those who check a new one against them."""
        later = {kept.statement.version for kept in self._kept.get(form_id, ())}
        versions = sorted(later | set(self._built_in.get(form_id, ())), key=library.version_key)
        return [library.read(self._data(form_id, version)) for version in versions]

    def subject(self, form_id: str, on: date) -> str:
        """Whom a form is about on a day: person, household or none."""
        heading = self._heading(form_id, self._asked(form_id, on))
        return "" if heading is None else heading.settings.get("print::subject", "person")

    def title(self, form_id: str, language: str, on: date) -> str:
        """What a form is called on a day, where it is chosen or filled; its id where it is not here."""
        try:
            heading = self._heading(form_id, self._asked(form_id, on))
        except UserError:
            heading = None
        return form_id if heading is None else heading.own_title(language) or form_id

    def neutral_title(self, form_id: str, version: str, language: str) -> str:
        """What a visit with this version is called in lists that others may see: no method, no pregnancy."""
        heading = self._heading(form_id, version)
        return _("Health service record") if heading is None else heading.neutral_title(language) or form_id

    def version_in_force(self, form_id: str, on: date) -> str | None:
        """Which version is asked on a day; None where the form is not here, or only later."""
        try:
            return self._asked(form_id, on)
        except UserError:
            return None

    def _asked(self, form_id: str, on: date) -> str:
        begun = published.in_force(self._kept.get(form_id, ()), on)
        if begun is not None:
            return begun.statement.version
        if form_id in self._built_in:
            return next(reversed(self._built_in[form_id]))
        later = [kept.statement.from_on for kept in self._kept.get(form_id, ()) if kept.trusted]
        if later:
            raise UserError(
                _("The form “{form}” is asked from {day} on, and not before.").format(form=form_id, day=min(later))
            )
        raise library.not_here(form_id)

    def _heading(self, form_id: str, version: str) -> Heading | None:
        key = (form_id, version)
        if key not in self._headings:
            try:
                self._headings[key] = library.heading(self._data(form_id, version))
            except UserError:
                self._headings[key] = None
        return self._headings[key]

    def _data(self, form_id: str, version: str) -> bytes:
        """The package as JSON: published by somebody known, else built in, else as somebody unknown signed it.

        What a visit was made with is read whoever signed it; only who is known decides what is asked from now on.
        """
        signed = [kept for kept in self._kept.get(form_id, ()) if kept.statement.version == version]
        known = [kept for kept in signed if kept.trusted]
        if known:
            return known[-1].statement.content(COMPILED)
        file = self._built_in.get(form_id, {}).get(version)
        if file is not None:
            return file.read_bytes()
        if signed:
            return signed[-1].statement.content(COMPILED)
        raise library.not_here(form_id, version)
