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
from villagefp.forms.xpath_engine import Evaluate, Focus, Scope, build
from villagefp.forms.xpath_syntax import XPathError, parse
from villagefp.forms.xpath_tree import ELEMENT, Node, from_element
from villagefp.forms.xpath_values import Value, to_string
from villagefp.i18n import _

__all__ = ["XPathError", "compiled", "evaluate", "parse_xml"]

_MAX_XML = 20_000_000
_DEFINITIONS = re.compile(r"<!\s*ENTITY|<!\s*DOCTYPE[^>]*\[", re.IGNORECASE)


@lru_cache(maxsize=5_000)
def compiled(expression: str) -> Evaluate:
    """The expression, parsed once and kept."""
    return build(parse(expression), LIBRARY)


def evaluate(
    expression: str,
    document: str | ET.ElementTree[ET.Element] | ET.Element,
    context_path: str = "/",
    namespaces: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str | float | bool | list[ET.Element | str]:
    """What the expression says about the document, by ODK's rules.

    `context_path` selects the node where it is evaluated; `namespaces` maps prefixes to URIs, those that a document
    given as text declares are known anyway. `now` is the time for `today()` and `now()`. Dates come back as ISO 8601
    text. A set of nodes comes back as a list: elements as `Element`, attributes and text nodes as their text, the
    document itself as its root element. Any fault in expression or document is an XPathError.
    """
    prefixes: dict[str, str] = {}
    if isinstance(document, str):
        root, prefixes = parse_xml(document), _declared(document)
    else:
        found = document.getroot() if isinstance(document, ET.ElementTree) else document
        if found is None:
            raise XPathError(_("the document is empty"))
        root = found
    top = from_element(root)
    prefixes.update(namespaces or {})
    moment = now or datetime.now(UTC).astimezone(CHINA)
    scope = Scope(now=moment, namespaces=prefixes, instance=_instances_of(top))
    try:
        place = compiled(context_path)(Focus(top, scope))
        if not isinstance(place, list) or not place:
            raise XPathError(_("there is no node at “{path}”").format(path=context_path))
        value = compiled(expression)(Focus(place[0], scope))
    except RecursionError as error:
        raise XPathError(_("the document or the expression is nested too deeply")) from error
    return _result(value, root)


def _result(value: Value, root: ET.Element) -> str | float | bool | list[ET.Element | str]:
    if isinstance(value, list):
        return [root if node.parent is None else _item(node) for node in value]
    return value if isinstance(value, (str, float, bool)) else to_string(value)


def _item(node: Node) -> ET.Element | str:
    return node.origin if node.kind == ELEMENT and node.origin is not None else node.value()


def _instances_of(top: Node) -> Callable[[str], Node]:
    """An XForm's own secondary instances: `<instance id="…">` anywhere in the document."""

    def find(name: str) -> Node:
        for node in top.descendants():
            if node.name == "instance" and any(told.name == "id" and told.text == name for told in node.attributes):
                return node
        raise XPathError(_("there is no instance “{name}”").format(name=name))

    return find


def parse_xml(text: str) -> ET.Element:
    """A document from text; one that defines entities is refused before it is read."""
    if len(text) > _MAX_XML:
        raise XPathError(_("the document is larger than 20 MB"))
    if _DEFINITIONS.search(text):
        raise XPathError(_("a document that defines entities is not read"))
    try:
        data = text.strip().encode()
        parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True, insert_pis=True))  # noqa: S314  no entities
        return ET.parse(BytesIO(data), parser).getroot()  # noqa: S314  as above
    except ET.ParseError as error:
        raise XPathError(_("the document is no XML: {error}").format(error=error)) from error


def _declared(text: str) -> dict[str, str]:
    """The prefixes that a document declares; it has been parsed before, so it is sound."""
    prefixes: dict[str, str] = {}
    events = ET.iterparse(BytesIO(text.strip().encode()), ("start-ns",))  # noqa: S314  see parse_xml
    for _event, (prefix, uri) in events:
        prefixes.setdefault(prefix, uri)
    return prefixes
