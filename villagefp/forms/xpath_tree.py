"""The tree that expressions walk: the same for a form being filled and for any XML document.

Deliberately small: an answer is changed in place and seen at once, a repeat instance is a child more.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

ROOT, ELEMENT, ATTRIBUTE, TEXT, COMMENT, INSTRUCTION = range(6)


class Node:
    """One node; `name` is local, `text` the own value of everything that is no element with children."""

    __slots__ = ("attributes", "children", "kind", "name", "namespace", "origin", "parent", "text")

    def __init__(self, kind: int, name: str = "", *, namespace: str = "", text: str = "") -> None:
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.text = text
        self.parent: Node | None = None
        self.children: list[Node] = []
        self.attributes: list[Node] = []
        self.origin: ET.Element | None = None

    def append(self, child: Node) -> Node:
        """Add a child at the end and return it."""
        child.parent = self
        self.children.append(child)
        return child

    def value(self) -> str:
        """The string value: own text, or that of all text below."""
        if not self.children:
            return self.text
        return self.text + "".join(child.value() for child in self.children if child.kind in {ELEMENT, TEXT})

    def named(self, name: str) -> Node | None:
        """The first child element of that name."""
        for child in self.children:
            if child.name == name and child.kind == ELEMENT:
                return child
        return None

    def descendants(self) -> Iterator[Node]:
        """All nodes below, in document order."""
        for child in self.children:
            yield child
            yield from child.descendants()

    def ancestors(self) -> Iterator[Node]:
        """The parent and its parents up to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def top(self) -> Node:
        """The root of the tree this node is in."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def order(self) -> tuple[tuple[int, int], ...]:
        """A key that sorts nodes of one tree in document order."""
        places: list[tuple[int, int]] = []
        node = self
        while node.parent is not None:
            siblings = node.parent.attributes if node.kind == ATTRIBUTE else node.parent.children
            place = next(index for index, sibling in enumerate(siblings) if sibling is node)
            places.append((0 if node.kind == ATTRIBUTE else 1, place))
            node = node.parent
        return tuple(reversed(places))


def from_element(element: ET.Element) -> Node:
    """A tree with its own root node over an ElementTree element."""
    root = Node(ROOT)
    _grow(root, element)
    return root


def from_rows(rows: list[dict[str, str]]) -> Node:
    """A secondary instance as the ODK specification shapes a table: `<root><item>…</item></root>`."""
    top = Node(ROOT).append(Node(ELEMENT, "root"))
    for row in rows:
        item = top.append(Node(ELEMENT, "item"))
        for name, text in row.items():
            item.append(Node(ELEMENT, name, text=text))
    return top.top()


def from_fields(fields: dict[str, str]) -> Node:
    """A secondary instance that is one record: `<root><name>…</name></root>`."""
    top = Node(ROOT).append(Node(ELEMENT, "root"))
    for name, text in fields.items():
        top.append(Node(ELEMENT, name, text=text))
    return top.top()


def _split(tag: str) -> tuple[str, str]:
    if tag.startswith("{"):
        namespace, _brace, name = tag[1:].partition("}")
        return namespace, name
    return "", tag


def _grow(parent: Node, element: ET.Element) -> None:
    tag: object = element.tag  # a function for comments and instructions, which the stubs do not say
    if tag is ET.Comment:
        parent.append(Node(COMMENT, text=element.text or ""))
        return
    if tag is ET.ProcessingInstruction:
        target, _space, content = (element.text or "").partition(" ")
        parent.append(Node(INSTRUCTION, target, text=content))
        return
    namespace, name = _split(str(tag))
    node = parent.append(Node(ELEMENT, name, namespace=namespace))
    node.origin = element
    for key, told in element.attrib.items():
        namespace, name = _split(key)
        attribute = Node(ATTRIBUTE, name, namespace=namespace, text=told)
        attribute.parent = node
        node.attributes.append(attribute)
    if element.text:
        node.append(Node(TEXT, text=element.text))
    for child in element:
        _grow(node, child)
        if child.tail:
            node.append(Node(TEXT, text=child.tail))
