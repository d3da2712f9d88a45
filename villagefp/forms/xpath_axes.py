"""The axes of XPath and the tests of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_tree import ATTRIBUTE, COMMENT, ELEMENT, INSTRUCTION, ROOT, TEXT, Node
from villagefp.i18n import _

_KIND_OF_TEST = {"text()": TEXT, "comment()": COMMENT}


def walk(axis: str, node: Node) -> Iterator[Node]:
    """The nodes on an axis, nearest first."""
    return _AXES[axis](node)


def matches(node: Node, test: str, axis: str, namespaces: Mapping[str, str]) -> bool:
    """Whether a node passes the test of a step: a name, a wildcard, a node type."""
    if test.endswith(")"):
        return _is_of_type(node, test)
    if node.kind != (ATTRIBUTE if axis == "attribute" else ELEMENT):
        return False
    if test == "*":
        return True
    prefix, colon, name = test.rpartition(":")
    if not colon:
        return node.name == test and not node.namespace
    if prefix not in namespaces:
        raise XPathError(_("the prefix “{prefix}” is not declared").format(prefix=prefix))
    return node.namespace == namespaces[prefix] and name in {"*", node.name}


def _is_of_type(node: Node, test: str) -> bool:
    if test.startswith("processing-instruction("):
        target = test[len("processing-instruction(") : -1].strip("'\"")
        return node.kind == INSTRUCTION and target in {"", node.name}
    return test == "node()" or node.kind == _KIND_OF_TEST[test]


def _siblings(node: Node) -> list[Node]:
    return [] if node.parent is None or node.kind == ATTRIBUTE else node.parent.children


def _place(node: Node) -> int:
    return next(index for index, sibling in enumerate(_siblings(node)) if sibling is node)


def _following_siblings(node: Node) -> Iterator[Node]:
    if siblings := _siblings(node):
        yield from siblings[_place(node) + 1 :]


def _preceding_siblings(node: Node) -> Iterator[Node]:
    if siblings := _siblings(node):
        yield from reversed(siblings[: _place(node)])


def _or_self(node: Node, more: Iterator[Node]) -> Iterator[Node]:
    yield node
    yield from more


def _following(node: Node) -> Iterator[Node]:
    if node.kind == ATTRIBUTE and node.parent is not None:
        yield from node.parent.descendants()
        node = node.parent
    for above in _or_self(node, node.ancestors()):
        for sibling in _following_siblings(above):
            yield from _or_self(sibling, sibling.descendants())


def _preceding(node: Node) -> Iterator[Node]:
    if node.kind == ATTRIBUTE and node.parent is not None:
        node = node.parent
    for above in _or_self(node, node.ancestors()):
        for sibling in _preceding_siblings(above):
            yield from reversed([sibling, *sibling.descendants()])


def _parent(node: Node) -> Iterator[Node]:
    if node.parent is not None:
        yield node.parent


def _nothing(_node: Node) -> Iterator[Node]:
    return iter(())


def _namespaces(node: Node) -> Iterator[Node]:
    if node.kind != ROOT:
        raise XPathError(_("the namespace axis is not available"))
    return iter(())


_AXES: dict[str, Callable[[Node], Iterator[Node]]] = {
    "ancestor": lambda node: node.ancestors(),
    "ancestor-or-self": lambda node: _or_self(node, node.ancestors()),
    "attribute": lambda node: iter(node.attributes),
    "child": lambda node: iter(node.children),
    "descendant": lambda node: node.descendants(),
    "descendant-or-self": lambda node: _or_self(node, node.descendants()),
    "following": _following,
    "following-sibling": _following_siblings,
    "namespace": _namespaces,
    "parent": _parent,
    "preceding": _preceding,
    "preceding-sibling": _preceding_siblings,
    "self": lambda node: _or_self(node, _nothing(node)),
}
