"""The tree that expressions walk: the same for a form being filled and for any XML document.

Deliberately small: an answer is changed in place and seen at once, a repeat instance is a child more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree as ET

ROOT, ELEMENT, ATTRIBUTE, TEXT, COMMENT, INSTRUCTION, NAMESPACE = range(7)
XML = "http://www.w3.org/XML/1998/namespace"
_BARE: list[Node] = []
"""The children of everything that can have none; never changed."""
_UNDECLARED: Mapping[str, str] = {}


class Node:
    """One node; `name` is local, `text` the own value of everything that is no element with children."""

    __slots__ = (
        "attributes", "children", "declared", "kind", "name", "namespace", "origin", "parent", "prefix", "scoped",
        "text",
    )  # fmt: skip

    def __init__(self, kind: int, name: str = "", *, namespace: str = "", prefix: str = "", text: str = "") -> None:
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.prefix = prefix  # as it was written, for name()
        self.text = text
        self.parent: Node | None = None
        self.children: list[Node] = [] if kind <= ELEMENT else _BARE
        self.attributes: list[Node] = [] if kind <= ELEMENT else _BARE
        self.declared: Mapping[str, str] = _UNDECLARED  # namespaces that this element declares, by prefix
        self.scoped: list[Node] | None = None  # its namespace nodes, once somebody asked for them
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
        return self.text + "".join(node.text for node in self.descendants() if node.kind in {TEXT, ELEMENT})

    def named(self, name: str) -> Node | None:
        """The first child element of that name."""
        for child in self.children:
            if child.name == name and child.kind == ELEMENT:
                return child
        return None

    def descendants(self) -> Iterator[Node]:
        """All nodes below, in document order."""
        levels = [iter(self.children)]
        while levels:
            child = next(levels[-1], None)
            if child is None:
                levels.pop()
                continue
            yield child
            if child.children:
                levels.append(iter(child.children))

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

    def namespaces(self) -> list[Node]:
        """The namespace nodes of an element: everything declared here or above and not taken back, and `xml`."""
        if self.kind != ELEMENT:
            return []
        if self.scoped is None:
            known = {"xml": XML}
            for element in reversed([self, *self.ancestors()]):
                known.update(element.declared)
            self.scoped = [Node(NAMESPACE, prefix, text=known[prefix]) for prefix in sorted(known) if known[prefix]]
            for node in self.scoped:
                node.parent = self
        return self.scoped


class Document(Node):
    """The root node of a document."""

    __slots__ = ("identifying",)

    def __init__(self) -> None:
        super().__init__(ROOT)
        self.identifying: set[tuple[str, str]] = set()  # (element, attribute) that its own DTD declares as ID


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """Each node once, in document order."""
    once = list({id(node): node for node in nodes}.values())
    if len(once) < 2:
        return once
    places: dict[int, dict[int, int]] = {}
    paths: dict[int, tuple[int, ...]] = {}
    return sorted(once, key=lambda node: _path(node, places, paths))


def _path(node: Node, places: dict[int, dict[int, int]], paths: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    """A key that sorts nodes of one tree: at each level namespaces come before attributes before children."""
    trail: list[Node] = []
    above: Node | None = node
    while above is not None and id(above) not in paths and above.parent is not None:
        trail.append(above)
        above = above.parent
    path = paths.get(id(above), ()) if above is not None else ()
    for step in reversed(trail):
        path = (*path, _place(step, places))
        paths[id(step)] = path
    return path


def _place(node: Node, places: dict[int, dict[int, int]]) -> int:
    parent = node.parent
    if parent is None:
        return 0
    found = places.get(id(parent))
    if found is None:
        members = [*(parent.scoped or ()), *parent.attributes, *parent.children]
        found = places[id(parent)] = {id(member): place for place, member in enumerate(members)}
    return found.get(id(node), -1)


def from_element(element: ET.Element, declared: Mapping[str, str] | None = None) -> Node:
    """A tree with its own root node over an ElementTree element, which does not remember what its file declared."""
    root = Node(ROOT)
    top = _grown(root, element)
    waiting = [(top, element)] if top else []
    while waiting:
        node, source = waiting.pop()
        _fill(node, source, waiting)
    if top:
        top.declared = dict(declared or {})
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


def to_elements(root: Node) -> dict[int, ET.Element]:
    """An ElementTree element for each element of a tree, by the id of its node.

    Without comments and instructions, as ElementTree itself reads a file, so that its text is the element's own.
    """
    made: dict[int, ET.Element] = {}
    last: dict[int, ET.Element] = {}  # the child after which text comes next
    for node in root.descendants():
        above = made.get(id(node.parent))
        if node.kind == TEXT:
            if above is not None:
                before = last.get(id(above))
                if before is None:
                    above.text = (above.text or "") + node.text
                else:
                    before.tail = (before.tail or "") + node.text
            continue
        if node.kind != ELEMENT:
            continue
        fresh = made[id(node)] = ET.Element(_tag(node), {_tag(told): told.text for told in node.attributes})
        if above is not None:
            above.append(fresh)
            last[id(above)] = fresh
    return made


def _tag(node: Node) -> str:
    return f"{{{node.namespace}}}{node.name}" if node.namespace else node.name


def _split(tag: str) -> tuple[str, str]:
    if tag.startswith("{"):
        namespace, _brace, name = tag[1:].partition("}")
        return namespace, name
    return "", tag


def _grown(parent: Node, source: ET.Element) -> Node | None:
    """The node of an element, put in its place; None where it holds nothing further."""
    tag: object = source.tag  # a function for comments and instructions, which the stubs do not say
    if tag is ET.Comment:
        parent.append(Node(COMMENT, text=source.text or ""))
        return None
    if tag is ET.ProcessingInstruction:
        target, _space, content = (source.text or "").partition(" ")
        parent.append(Node(INSTRUCTION, target, text=content))
        return None
    namespace, name = _split(str(tag))
    node = parent.append(Node(ELEMENT, name, namespace=namespace))
    node.origin = source
    for key, told in source.attrib.items():
        namespace, name = _split(key)
        attribute = Node(ATTRIBUTE, name, namespace=namespace, text=told)
        attribute.parent = node
        node.attributes.append(attribute)
    if source.text:
        node.append(Node(TEXT, text=source.text))
    return node


def _fill(node: Node, source: ET.Element, waiting: list[tuple[Node, ET.Element]]) -> None:
    """Children now, what is below them later: a document may be deeper than the interpreter's stack."""
    for child in source:
        below = _grown(node, child)
        if below is not None:
            waiting.append((below, child))
        if child.tail:
            node.append(Node(TEXT, text=child.tail))
