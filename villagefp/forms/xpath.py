"""Evaluates XPath as ODK's XForms write it, on any document: `evaluate` is for everybody, forms use `compiled`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from xml.etree import ElementTree as ET

from villagefp.domain.ambient import CHINA
from villagefp.forms.functions import LIBRARY
from villagefp.forms.xpath_document import MAX_XML, read_document
from villagefp.forms.xpath_engine import Evaluate, Focus, Scope, build
from villagefp.forms.xpath_syntax import XPathError, parse
from villagefp.forms.xpath_tree import ELEMENT, XML, Node, from_element, to_elements
from villagefp.forms.xpath_values import Value, to_string
from villagefp.i18n import _

__all__ = ["XPathError", "compiled", "evaluate", "parse_xml"]

_DEFINITIONS = re.compile(r"<!\s*ENTITY|<!\s*DOCTYPE[^>]*\[", re.IGNORECASE)


@lru_cache(maxsize=5_000)
def compiled(expression: str) -> Evaluate:
    """The expression, parsed once and kept; XPathError for anything in it that could never be worked out."""
    return build(parse(expression), LIBRARY)


@lru_cache(maxsize=500)
def _tolerant(expression: str) -> Evaluate:
    return build(parse(expression), LIBRARY, strict=False)


def evaluate(
    expression: str,
    document: str | ET.ElementTree[ET.Element] | ET.Element,
    context_path: str = "/",
    namespaces: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str | float | bool | list[ET.Element | str]:
    """What the expression says about the document, by ODK's rules.

    `context_path` selects the node where it is evaluated; `namespaces` maps prefixes to URIs, those that a document
    given as text declares are known anyway. `now` is the time for `today()` and `now()`; its offset is that of the
    place (China, where it has none or is in UTC), by which times of day are read. Dates come back as ISO 8601 text.
    A set of nodes comes back as a list: elements as `Element`, attributes, namespaces and text nodes as their text,
    the document itself as its root element. Any fault in expression or document is an XPathError; a function that
    is not known is one only where it is called, as `if`, `and` and `or` take what they need and no more.
    """
    prefixes: dict[str, str] = {"xml": XML, **(namespaces or {})}
    top: Node
    if isinstance(document, str):
        top, declared = read_document(document)
        prefixes = {**declared, **prefixes}
    else:
        found = document.getroot() if isinstance(document, ET.ElementTree) else document
        if found is None:
            raise XPathError(_("the document is empty"))
        top = from_element(found, namespaces)
    moment = now or datetime.now(UTC).astimezone(CHINA)
    scope = Scope(now=moment, namespaces=prefixes, instance=_instances_of(top), text=_texts_of(top))
    try:
        place = _tolerant(context_path)(Focus(top, scope))
        if not isinstance(place, list) or not place:
            raise XPathError(_("there is no node at “{path}”").format(path=context_path))
        value = _tolerant(expression)(Focus(place[0], scope))
        return _result(value, top)
    except RecursionError as error:
        raise XPathError(_("the document or the expression is nested too deeply")) from error


def _result(value: Value, top: Node) -> str | float | bool | list[ET.Element | str]:
    if not isinstance(value, list):
        return value if isinstance(value, (str, float, bool)) else to_string(value)
    elements: dict[int, ET.Element] = {}
    if any(node.kind <= ELEMENT and node.origin is None for node in value):
        elements = to_elements(top)
    return [_item(node, elements) for node in value]


def _item(node: Node, elements: Mapping[int, ET.Element]) -> ET.Element | str:
    if node.kind > ELEMENT:
        return node.text
    if node.parent is None:
        node = next(child for child in node.children if child.kind == ELEMENT)
    return node.origin if node.origin is not None else elements[id(node)]


def _instances_of(top: Node) -> Callable[[str], Node]:
    """An XForm's own secondary instances: `<instance id="…">` anywhere in the document."""

    def find(name: str) -> Node:
        for node in top.descendants():
            if node.name == "instance" and any(told.name == "id" and told.text == name for told in node.attributes):
                return node
        raise XPathError(_("there is no instance “{name}”").format(name=name))

    return find


def _texts_of(top: Node) -> Callable[[str], str]:
    """An XForm's own texts, in its default language."""

    def find(name: str) -> str:
        languages = [node for node in top.descendants() if node.kind == ELEMENT and node.name == "translation"]
        languages.sort(key=lambda node: not any(told.name == "default" for told in node.attributes))
        for node in languages[0].children if languages else ():
            if node.name == "text" and any(told.name == "id" and told.text == name for told in node.attributes):
                value = node.named("value")
                return value.value() if value is not None else ""
        return ""

    return find


def parse_xml(text: str) -> ET.Element:
    """A document from text; one that defines entities is refused before it is read."""
    if len(text) > MAX_XML:
        raise XPathError(_("the document is larger than 20 MB"))
    if _DEFINITIONS.search(text):
        raise XPathError(_("a document that defines entities is not read"))
    try:
        data = text.strip().encode()
        parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True, insert_pis=True))  # noqa: S314  no entities
        return ET.parse(BytesIO(data), parser).getroot()  # noqa: S314  as above
    except ET.ParseError as error:
        raise XPathError(_("the document is no XML: {error}").format(error=error)) from error
