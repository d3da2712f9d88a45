"""Messages as plain data: what fields a release has, in which order, of which types and with which defaults.

A release writes its own down; from these an old program's decoder is built again, without today's classes.
"""

from __future__ import annotations

import importlib
import pkgutil
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

import villagefp.wire
from villagefp.wire.declared import DECLARED

Definition = list[list[Any]]
"""Of each field its name, its type, and its default as Python writes it, or None where it has to be told."""
_NOT_SENT = {
    "change.Change", "page.Page", "seed.Part", "seed.Content", "seal.Part", "seal.Envelope", "page.Origin",
    "hello.Said", "protocol.Spoken", "signed.Checked", "erasure.Broken", "links.Node", "cursor.Stream", "cursor.Cursor",
    "digest.Digest", "frames.Piece", "envelope_name.EnvelopeName", "columns_numbers.Priced", "batch_rows.Body",
    "village_key.VillageKey", "seed_records.SeedRecord", "seed_records.SeqRange", "seed.Progress",
}  # fmt: skip
"""What never travels in this form."""


def messages() -> dict[str, type]:
    """Every message of today, by module and name."""
    found: dict[str, type] = {}
    for info in pkgutil.iter_modules(villagefp.wire.__path__):
        module = importlib.import_module(f"villagefp.wire.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__ and _is_message(value):
                found[f"{info.name}.{name}"] = value
    return {name: found[name] for name in sorted(found) if name not in _NOT_SENT}


def registry() -> dict[str, Any]:
    """All kinds and fields as plain data: their numbers, and what of them can never change."""
    return {
        str(kind.number): {
            "name": kind.name,
            "fields": {
                str(field.number): [field.name, field.type, field.merge, field.group, field.travel]
                for field in kind.fields
            },
        }
        for kind in DECLARED
    }


def _is_message(kind: type) -> bool:
    return issubclass(kind, msgspec.Struct) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))


def definitions() -> dict[str, dict[str, Any]]:
    """All of today's messages as plain data."""
    names = {kind: name for name, kind in messages().items()}
    return {name: _definition(kind, names) for kind, name in names.items()}


def _definition(kind: type, names: Mapping[type, str]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    if issubclass(kind, msgspec.Struct):
        config = kind.__struct_config__
        fields = [[each.name, _type(hints[each.name], names), _default(each)] for each in msgspec.structs.fields(kind)]
        return {"grows": not config.forbid_unknown_fields, "array": config.array_like, "fields": fields}
    told: Any = kind
    defaults = told._field_defaults
    fields = [
        [name, _type(hints[name], names), repr(defaults[name]) if name in defaults else None] for name in told._fields
    ]
    return {"grows": False, "array": True, "tuple": True, "fields": fields}


def _default(each: msgspec.structs.FieldInfo) -> str | None:
    if each.default_factory is not msgspec.NODEFAULT:
        return repr(each.default_factory())
    return None if each.default is msgspec.NODEFAULT else repr(each.default)


def _type(hint: Any, names: Mapping[type, str]) -> str:
    """A type as Python writes it, with other messages by their names, and codes as the ones that the release knows."""
    if get_origin(hint) is Annotated:
        inner, *told = get_args(hint)
        metas = ", ".join(_meta(each) for each in told if isinstance(each, Meta))
        return f"Annotated[{_type(inner, names)}, {metas}]"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return f"Literal[{', '.join(repr(each.value) for each in hint)}]"
    if hint in names:
        return names[hint].replace(".", "_")
    if get_origin(hint) in (types.UnionType, typing.Union):
        return " | ".join(_type(each, names) for each in get_args(hint))
    if get_origin(hint) is not None:
        inner = ", ".join("..." if each is ... else _type(each, names) for each in get_args(hint))
        return f"{get_origin(hint).__name__}[{inner}]"
    return "None" if hint is type(None) else hint.__name__


def _meta(meta: Meta) -> str:
    told = {name: getattr(meta, name) for name in ("ge", "gt", "le", "lt", "min_length", "max_length")}
    return f"Meta({', '.join(f'{name}={value}' for name, value in told.items() if value is not None)})"


def of_release(told: Mapping[str, Any]) -> dict[str, type]:
    """The messages of a release, made again from what it wrote down."""
    names: dict[str, Any] = {"Annotated": Annotated, "Literal": Literal, "Meta": Meta}
    made: dict[str, type] = {}
    waiting = dict(told)
    while waiting:
        before = len(waiting)
        for name in list(waiting):
            try:
                made[name] = _made(name.replace(".", "_"), waiting[name], names)
            except NameError:
                continue  # it consists of some that are not made yet
            names[name.replace(".", "_")] = made[name]
            del waiting[name]
        if len(waiting) == before:
            raise ValueError(f"These messages consist of each other: {sorted(waiting)}.")
    return made


def _made(name: str, told: Mapping[str, Any], names: dict[str, Any]) -> type:
    fields = [(field, eval(hint, names), default) for field, hint, default in told["fields"]]  # noqa: S307  our own file
    defaults = {field: eval(default, {}) for field, _hint, default in fields if default is not None}  # noqa: S307
    if told.get("tuple"):
        made: Any = NamedTuple(name, [(field, hint) for field, hint, _default in fields])
        made.__new__.__defaults__ = tuple(defaults.values())
        made._field_defaults = defaults
        return made  # type: ignore[no-any-return]
    return msgspec.defstruct(
        name,
        [(field, hint, defaults[field]) if field in defaults else (field, hint) for field, hint, _default in fields],
        array_like=told["array"],
        kw_only=True,
        forbid_unknown_fields=not told["grows"],
    )


def as_plain(value: Any, told: Mapping[str, Any]) -> Any:
    """A message as JSON can hold it, with the fields that the release knew and no others."""
    name = f"{type(value).__module__.rsplit('.', 1)[-1]}.{type(value).__name__}"
    if name in told:
        return {field: as_plain(getattr(value, field), told) for field, _hint, _default in told[name]["fields"]}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {_key(key): as_plain(each, told) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(each, told) for each in value]
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _key(key: Any) -> str:
    return key.hex() if isinstance(key, bytes) else str(key)


def retired(number: int) -> frozenset[int]:
    """Fields of a kind that are no longer used."""
    return next(kind.retired for kind in DECLARED if kind.number == number)
