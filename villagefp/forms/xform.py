"""Reads a compiled XForm: the instance, its bindings, controls, actions and words, as frozen dataclasses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from villagefp.errors import UserError
from villagefp.forms.languages import language_of
from villagefp.forms.xpath import XPathError, parse_xml
from villagefp.forms.xpath_tree import ROOT, Node, from_element
from villagefp.i18n import _

_XF = "{http://www.w3.org/2002/xforms}"
_H = "{http://www.w3.org/1999/xhtml}"
_JR = "{http://openrosa.org/javarosa}"
_ODK = "{http://www.opendatakit.org/xforms}"
_ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
_EVENT = "{http://www.w3.org/2001/xml-events}event"
_ITEXT = re.compile(r"""^jr:itext\(\s*['"](.+)['"]\s*\)$""")
_EXPRESSIONS = ("relevant", "required", "constraint", "calculate", "readonly", "soft")
_CONTROLS = {"input", "select", "select1", "upload", "trigger", "range", "rank"}
MISSING = "-"  # what pyxform writes where a language has no text


@dataclass(frozen=True)
class Words:
    """A text with places that are filled in: strings, and expressions as one-element tuples."""

    parts: tuple[str | tuple[str], ...]


@dataclass(frozen=True)
class TextRef:
    """A label, hint or message: by id in the translations, or as it stands."""

    id: str | None = None
    words: Words | None = None


@dataclass(frozen=True)
class Bind:
    """What holds for the answers at one path; expressions are None where the form has none."""

    path: str
    type: str = "string"
    relevant: str | None = None
    required: str | None = None
    constraint: str | None = None
    calculate: str | None = None
    readonly: str | None = None
    soft: str | None = None
    required_message: TextRef | None = None
    constraint_message: TextRef | None = None
    preload: str = ""
    save_to: str = ""  # the property of an entity that the answer is saved to


@dataclass(frozen=True)
class Itemset:
    """Where the options of a choice come from, and which child of an item is code and label."""

    nodeset: str
    value: str
    label: str


@dataclass(frozen=True)
class Control:
    """What is shown for one path."""

    path: str
    kind: str
    label: TextRef | None = None
    hint: TextRef | None = None
    appearance: str = ""
    itemset: Itemset | None = None
    items: tuple[tuple[str, TextRef], ...] = ()
    range: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Repeat:
    """A part that is asked several times; `count` says how often, None leaves it to people."""

    path: str
    count: str | None
    fixed: bool


@dataclass(frozen=True)
class Action:
    """Sets a value when something happens: the form is opened, a repeat grows, another answer changes."""

    path: str
    events: frozenset[str]
    value: str | None
    literal: str
    trigger: str | None


@dataclass(frozen=True)
class XForm:
    """One form as its XML says it."""

    instance: Node  # the root node over the primary instance, templates of repeats included
    binds: dict[str, Bind]
    controls: dict[str, Control]
    repeats: dict[str, Repeat]
    actions: tuple[Action, ...]
    secondary: dict[str, Node]
    external: frozenset[str]  # instances that are given from outside
    words: dict[str, dict[str, dict[str, Words]]] = field(default_factory=dict)  # language → id → form → words


def read_xform(text: str) -> XForm:
    """The form in an XML text; UserError where it is none."""
    try:
        root = parse_xml(text)
    except XPathError as error:
        raise UserError(_("This form cannot be read: {reason}").format(reason=error)) from error
    model = root.find(f"{_H}head/{_XF}model")
    body = root.find(f"{_H}body")
    primary = model.find(f"{_XF}instance") if model is not None else None
    if model is None or body is None or primary is None or not len(primary):
        raise UserError(_("This form cannot be read: {reason}").format(reason="no model, no instance or no body"))
    secondary, external = _secondary(model)
    controls = {control.path: control for control in _controls(body)}
    return XForm(
        instance=_without_namespace(from_element(primary[0])),
        binds={bind.path: bind for element in model.findall(f"{_XF}bind") if (bind := _bind(element))},
        controls=controls,
        repeats={repeat.path: repeat for repeat in _repeats(body)},
        actions=(*_actions(model, None), *_body_actions(body)),
        secondary=secondary,
        external=external,
        words=_translations(model),
    )


def _without_namespace(root: Node) -> Node:
    """Questions are named without a prefix in expressions; the XForms namespace is that of the document."""
    for node in root.descendants():
        if node.namespace == _XF[1:-1]:
            node.namespace = ""
    return root


def _secondary(model: ET.Element) -> tuple[dict[str, Node], frozenset[str]]:
    inside: dict[str, Node] = {}
    outside = set()
    for element in model.findall(f"{_XF}instance")[1:]:
        name = element.get("id", "")
        if element.get("src"):
            outside.add(name)
        elif len(element):
            inside[name] = _without_namespace(from_element(element[0]))
        else:
            inside[name] = Node(ROOT)
    return inside, frozenset(outside)


def _bind(element: ET.Element) -> Bind | None:
    path = element.get("nodeset")
    if not path:
        return None
    told = {name: value.strip() for name in _EXPRESSIONS if (value := element.get(name))}
    return Bind(
        path=path.strip(),
        type=element.get("type", "string"),
        required_message=_message(element.get(f"{_JR}requiredMsg")),
        constraint_message=_message(element.get(f"{_JR}constraintMsg")),
        preload=" ".join(filter(None, (element.get(f"{_JR}preload"), element.get(f"{_JR}preloadParams")))),
        save_to=element.get(f"{_ENTITIES}saveto", ""),
        **told,
    )


def _message(text: str | None) -> TextRef | None:
    if text is None:
        return None
    found = _ITEXT.match(text)
    return TextRef(id=found[1]) if found else TextRef(words=Words((text,)))


def _words(element: ET.Element) -> Words:
    parts: list[str | tuple[str]] = [element.text or ""]
    for child in element:
        if child.tag == f"{_XF}output":
            parts.append((child.get("value", child.get("ref", "''")).strip(),))
        parts.append(child.tail or "")
    return Words(tuple(part for part in parts if part))


def _text(element: ET.Element | None) -> TextRef | None:
    if element is None:
        return None
    found = _ITEXT.match(element.get("ref", ""))
    return TextRef(id=found[1]) if found else TextRef(words=_words(element))


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _controls(body: ET.Element) -> Iterator[Control]:
    for element in body.iter():
        kind = _local(element)
        path = element.get("ref") or element.get("nodeset")
        if path is None or (kind not in _CONTROLS and kind != "group"):
            continue
        step = element.get("step", "1")
        yield Control(
            path=path.strip(),
            kind=kind,
            label=_text(element.find(f"{_XF}label")),
            hint=_text(element.find(f"{_XF}hint")),
            appearance=element.get("appearance", ""),
            itemset=_itemset(element.find(f"{_XF}itemset")),
            items=tuple(_items(element)),
            range=(element.get("start", ""), element.get("end", ""), step) if kind == "range" else None,
        )


def _itemset(element: ET.Element | None) -> Itemset | None:
    if element is None:
        return None
    value, label = element.find(f"{_XF}value"), element.find(f"{_XF}label")
    return Itemset(
        nodeset=element.get("nodeset", "").strip(),
        value=value.get("ref", "name") if value is not None else "name",
        label=label.get("ref", "label") if label is not None else "label",
    )


def _items(element: ET.Element) -> Iterator[tuple[str, TextRef]]:
    for item in element.findall(f"{_XF}item"):
        value = item.find(f"{_XF}value")
        code = (value.text or "").strip() if value is not None else ""
        yield code, _text(item.find(f"{_XF}label")) or TextRef(words=Words((code,)))


def _repeats(body: ET.Element) -> Iterator[Repeat]:
    for element in body.iter(f"{_XF}repeat"):
        count = element.get(f"{_JR}count")
        yield Repeat(
            path=element.get("nodeset", "").strip(),
            count=count.strip() if count else None,
            fixed=element.get(f"{_JR}noAddRemove", "").strip() == "true()" or bool(count),
        )


def _actions(parent: ET.Element, trigger: str | None) -> Iterator[Action]:
    for element in parent.findall(f"{_XF}setvalue"):
        value = element.get("value")
        yield Action(
            path=element.get("ref", "").strip(),
            events=frozenset(element.get(_EVENT, element.get("event", "")).split()),
            value=value.strip() if value else None,
            literal=element.text or "",
            trigger=trigger,
        )


def _body_actions(body: ET.Element) -> Iterator[Action]:
    for element in body.iter():
        kind = _local(element)
        if kind in _CONTROLS:
            yield from _actions(element, (element.get("ref") or "").strip())
        elif kind == "repeat":
            yield from _actions(element, None)


def _translations(model: ET.Element) -> dict[str, dict[str, dict[str, Words]]]:
    languages: dict[str, dict[str, dict[str, Words]]] = {}
    for translation in model.findall(f"{_XF}itext/{_XF}translation"):
        texts = languages.setdefault(language_of(translation.get("lang", "")), {})
        for text in translation.findall(f"{_XF}text"):
            forms = {value.get("form", ""): _words(value) for value in text.findall(f"{_XF}value")}
            texts[text.get("id", "")] = {form: words for form, words in forms.items() if words.parts != (MISSING,)}
    return languages
