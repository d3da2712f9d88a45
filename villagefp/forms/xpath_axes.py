"""The axes of XPath and the tests of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_tree import (
    ATTRIBUTE,
    COMMENT,
    ELEMENT,
    INSTRUCTION,
    NAMESPACE,
    TEXT,
    Node,
)
from villagefp.i18n import _

_KIND_OF_TEST = {"text()": TEXT, "comment()": COMMENT}
_OWN_KIND = {"attribute": ATTRIBUTE, "namespace": NAMESPACE}
_XFORMS = "http://www.w3.org/2002/xforms"
"""Names without a prefix mean this namespace too: a form is written with it as the default one."""

Passes = Callable[[Node, Mapping[str, str]], bool]


def walk(axis: str, node: Node) -> Iterator[Node]:
    """The nodes on an axis, nearest first."""
    return _AXES[axis](node)


def test_of(axis: str, test: str) -> Passes:
    """Whether a node passes the test of a step, a name, a wildcard or a node type, as a function."""
    if test.endswith(")"):
        return _type_test(test)
    kind = _OWN_KIND.get(axis, ELEMENT)
    if test == "*":
        return lambda node, _namespaces: node.kind == kind
    prefix, colon, name = test.rpartition(":")
    if not colon:
        return lambda node, _namespaces: (
            node.kind == kind and node.name == name and node.namespace in {"", _XFORMS}
        )  # fmt: skip
    return lambda node, namespaces: (
        node.kind == kind and name in {"*", node.name} and node.namespace == _declared(prefix, namespaces)
    )  # fmt: skip


def check_prefix(test: str, namespaces: Mapping[str, str]) -> None:
    """XPathError where a step names a prefix that nobody declared, even if it meets no node."""
    prefix, colon, _name = test.rpartition(":")
    if colon and not test.endswith(")"):
        _declared(prefix, namespaces)


def _declared(prefix: str, namespaces: Mapping[str, str]) -> str:
    if prefix not in namespaces:
        raise XPathError(_("the prefix “{prefix}” is not declared").format(prefix=prefix))
    return namespaces[prefix]


def _type_test(test: str) -> Passes:
    if test == "node()":
        return lambda _node, _namespaces: True
    if test.startswith("processing-instruction("):
        target = test[len("processing-instruction(") : -1].strip("'\"")
        return lambda node, _namespaces: node.kind == INSTRUCTION and target in {"", node.name}
    kind = _KIND_OF_TEST[test]
    return lambda node, _namespaces: node.kind == kind


def _siblings(node: Node) -> list[Node]:
    return [] if node.parent is None or _is_aside(node) else node.parent.children


def _is_aside(node: Node) -> bool:
    """Attributes and namespaces have a parent but are nobody's children."""
    return node.kind in {ATTRIBUTE, NAMESPACE}


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
    if _is_aside(node) and node.parent is not None:
        yield from node.parent.descendants()
        node = node.parent
    for above in _or_self(node, node.ancestors()):
        for sibling in _following_siblings(above):
            yield from _or_self(sibling, sibling.descendants())


def _preceding(node: Node) -> Iterator[Node]:
    if _is_aside(node) and node.parent is not None:
        node = node.parent
    for above in _or_self(node, node.ancestors()):
        for sibling in _preceding_siblings(above):
            yield from reversed([sibling, *sibling.descendants()])


def _parent(node: Node) -> Iterator[Node]:
    if node.parent is not None:
        yield node.parent


_AXES: dict[str, Callable[[Node], Iterator[Node]]] = {
    "ancestor": lambda node: node.ancestors(),
    "ancestor-or-self": lambda node: _or_self(node, node.ancestors()),
    "attribute": lambda node: iter(node.attributes),
    "child": lambda node: iter(node.children),
    "descendant": lambda node: node.descendants(),
    "descendant-or-self": lambda node: _or_self(node, node.descendants()),
    "following": _following,
    "following-sibling": _following_siblings,
    "namespace": lambda node: iter(node.namespaces()),
    "parent": _parent,
    "preceding": _preceding,
    "preceding-sibling": _preceding_siblings,
    "self": lambda node: iter((node,)),
}
