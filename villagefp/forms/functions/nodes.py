"""Sets of nodes: count, place, look up, shuffle, other instances."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from hashlib import sha256

from villagefp.forms.xpath_engine import Focus, Function, as_nodes
from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_tree import ELEMENT, XML, Document, Node
from villagefp.forms.xpath_values import Value, to_number, to_string
from villagefp.i18n import _

_PRIME, _FACTOR = 2_147_483_647, 16_807
_MOST = 2**63 - 1


def _position(focus: Focus, nodes: Value | None = None) -> Value:
    """Without an argument the place in the set; with one, the place among siblings of the same name."""
    if nodes is None:
        return float(focus.position)
    found = as_nodes(nodes)
    if not found or found[0].parent is None:
        return 1.0
    same = [node for node in found[0].parent.children if node.name == found[0].name]
    return float(next(place for place, node in enumerate(same, start=1) if node is found[0]))


def _count_non_empty(_focus: Focus, nodes: Value) -> Value:
    return float(sum(1 for node in as_nodes(nodes) if node.value() != "" or any(_elements(node))))


def _elements(node: Node) -> Iterator[Node]:
    return (child for child in node.children if child.kind == ELEMENT)


def _instance(focus: Focus, name: Value) -> Value:
    return [focus.scope.instance(to_string(name))]


def _pulldata(focus: Focus, table: Value, column: Value, key_column: Value, key: Value) -> Value:
    root = focus.scope.instance(to_string(table)).named("root")
    wanted_column, wanted = to_string(key_column), to_string(key)
    for item in root.children if root else ():
        found = item.named(wanted_column)
        if found is not None and found.value() == wanted:
            told = item.named(to_string(column))
            return told.value() if told is not None else ""
    return ""


def _indexed_repeat(_focus: Focus, target: Value, *pairs: Value) -> Value:
    """The answer in the n-th instance of a repeat, and of a repeat within it."""
    if len(pairs) % 2:
        raise XPathError(_("indexed-repeat() needs a number for each repeat"))
    found = as_nodes(target)
    for repeat, number in zip(pairs[::2], pairs[1::2], strict=True):
        told = to_number(number)
        wanted = math.trunc(told) if math.isfinite(told) and told >= 1 else 1  # no number yet: the first, as in ODK
        inside = {id(instance) for instance in _numbered(as_nodes(repeat), wanted)}
        found = [node for node in found if any(id(above) in inside for above in node.ancestors())]
    return found[:1]


def _numbered(instances: list[Node], wanted: int) -> Iterator[Node]:
    """The instances that are the n-th of their name below their parent."""
    counts: dict[tuple[int, str], int] = {}
    for parent in {id(instance.parent): instance.parent for instance in instances}.values():
        for sibling in parent.children if parent else ():
            key = (id(parent), sibling.name)
            counts[key] = counts.get(key, 0) + 1
            if counts[key] == wanted and sibling.kind == ELEMENT:
                yield sibling


def _randomize(focus: Focus, nodes: Value, seed: Value | None = None) -> Value:
    """Shuffled as ODK does it (inside out, Park and Miller's numbers): a seed gives the same order on every machine."""
    told = focus.scope.order if seed is None else _seed(seed)
    draw = focus.scope.random if told is None else _draws(told)
    shuffled: list[Node] = []
    for place, node in enumerate(as_nodes(nodes)):
        other = int(draw() * (place + 1))
        shuffled.append(node)
        shuffled[place], shuffled[other] = shuffled[other], shuffled[place]
    return shuffled


def _seed(value: Value) -> int:
    """A whole number from a number, or from a text that is none by its SHA-256, so that a name can be a seed."""
    number = to_number(value)
    if math.isnan(number):
        text = "" if isinstance(value, float) else to_string(value)
        # Through a float, which keeps 53 of the 64 bits: other machines do so too, and the order has to be theirs.
        return int(float(int.from_bytes(sha256(text.encode()).digest()[:8], "big", signed=True))) if text else 0
    if math.isinf(number):
        return _MOST if number > 0 else -_MOST - 1
    return min(max(math.trunc(number), -_MOST - 1), _MOST)


def _draws(seed: int) -> Callable[[], float]:
    state = int(math.copysign(abs(seed) % _PRIME, seed))
    state += _PRIME - 1 if state <= 0 else 0

    def draw() -> float:
        nonlocal state
        state = state * _FACTOR % _PRIME
        return (state - 1) / (_PRIME - 1)

    return draw


def _name(focus: Focus, nodes: Value | None = None) -> str:
    found = [focus.node] if nodes is None else as_nodes(nodes)
    return found[0].name if found else ""


def _namespace_uri(focus: Focus, nodes: Value | None = None) -> Value:
    found = [focus.node] if nodes is None else as_nodes(nodes)
    return found[0].namespace if found else ""


def _qualified_name(focus: Focus, nodes: Value | None = None) -> Value:
    found = [focus.node] if nodes is None else as_nodes(nodes)
    if not found:
        return ""
    prefix = found[0].prefix
    if not prefix and found[0].origin is not None:  # an ElementTree forgets how a name was written
        prefix = next((told for told, uri in focus.scope.namespaces.items() if uri == found[0].namespace), "")
    return f"{prefix}:{found[0].name}" if prefix else found[0].name


def _id(focus: Focus, wanted: Value) -> Value:
    texts = [node.value() for node in wanted] if isinstance(wanted, list) else [to_string(wanted)]
    ids = {word for text in texts for word in text.split()}
    return [
        node
        for node in focus.node.top().descendants()
        if node.kind == ELEMENT and any(told.text in ids and _is_id(node, told) for told in node.attributes)
    ]


def _is_id(node: Node, attribute: Node) -> bool:
    """`id` and `xml:id`, and what the document itself declares to be an ID."""
    if attribute.name == "id":
        return attribute.namespace in {"", XML}
    top = node.top()
    return isinstance(top, Document) and (node.name, attribute.name) in top.identifying


def _lang(focus: Focus, wanted: Value) -> Value:
    node: Node | None = focus.node
    language = to_string(wanted).lower()
    while node is not None:
        for told in node.attributes:
            if told.name == "lang" and told.namespace == XML:
                text = told.text.lower()
                return text == language or text.startswith(language + "-")
        node = node.parent
    return False


FUNCTIONS: dict[str, Function] = {
    "position": Function(_position, 0, 1),
    "last": Function(lambda focus: float(focus.size), 0, 0),
    "count": Function(lambda _focus, nodes: float(len(as_nodes(nodes))), 1, 1),
    "count-non-empty": Function(_count_non_empty, 1, 1),
    "current": Function(lambda focus: [focus.current], 0, 0),
    "instance": Function(_instance, 1, 1),
    "pulldata": Function(_pulldata, 4, 4),
    "indexed-repeat": Function(_indexed_repeat, 3, 7),
    "randomize": Function(_randomize, 1, 2),
    "local-name": Function(_name, 0, 1),
    "name": Function(_qualified_name, 0, 1),
    "namespace-uri": Function(_namespace_uri, 0, 1),
    "id": Function(_id, 1, 1),
    "lang": Function(_lang, 1, 1),
}
