"""What a filled form says about other records (`entities` sheet and `save_to` column): the services carry it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from villagefp.forms.instance import Instance, Place
from villagefp.forms.recalculation import Recalculation
from villagefp.forms.xpath_values import to_boolean, to_string

_META = "/meta/entity"


@dataclass(frozen=True)
class EntityWrite:
    """One record to be made or changed: which kind, which one, and what is known of it now."""

    dataset: str
    create: bool
    update: bool
    id: str  # of the record to change; empty for a new one
    label: str
    properties: dict[str, str]


def entity_writes(work: Recalculation) -> list[EntityWrite]:
    """The writes that hold as the form stands, in its order."""
    return list(_writes(work, work.instance))


def _writes(work: Recalculation, instance: Instance) -> Iterator[EntityWrite]:
    containers = {path.removesuffix(_META) for path in instance.paths if path.endswith(_META)}
    for place in instance.walk():
        if not place.path.endswith(_META) or not place.relevant or place.parent is None:
            continue
        told = {attribute.name: attribute.text for attribute in place.attributes}
        container = place.parent.parent
        create, update = (_holds(work, place, name, told) for name in ("create", "update"))
        if not isinstance(container, Place) or not (create or update):
            continue
        label = place.named("label")
        yield EntityWrite(
            dataset=told.get("dataset", ""),
            create=create,
            update=update,
            id=_calculated(work, place, "id"),
            label=label.value() if label else "",
            properties=dict(_properties(work, container, containers)),
        )


def _holds(work: Recalculation, place: Place, name: str, told: dict[str, str]) -> bool:
    bind = work.form.binds.get(f"{place.path}/@{name}")
    if bind and bind.calculate:
        return to_boolean(work.evaluate(bind.calculate, place))
    return told.get(name, "") in {"1", "true"}


def _calculated(work: Recalculation, place: Place, name: str) -> str:
    bind = work.form.binds.get(f"{place.path}/@{name}")
    return to_string(work.evaluate(bind.calculate, place)) if bind and bind.calculate else ""


def _properties(work: Recalculation, container: Place, containers: set[str]) -> Iterator[tuple[str, str]]:
    """What is saved to this record: answers below its container that belong to no container further in."""
    for place in work.instance.walk(container):
        bind = work.form.binds.get(place.path)
        if bind is None or not bind.save_to or not place.relevant or place.text == "":
            continue
        inner = max((path for path in containers if f"{place.path}/".startswith(f"{path}/")), key=len)
        if inner == container.path:
            yield bind.save_to, place.text
