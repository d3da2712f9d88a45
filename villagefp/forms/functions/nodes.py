"""Sets of nodes: count, place, look up, shuffle, other instances."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from villagefp.forms.xpath_engine import Focus, Function, as_nodes
from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_tree import ATTRIBUTE, ELEMENT, Node
from villagefp.forms.xpath_values import Value, to_number, to_string
from villagefp.i18n import _

_PRIME, _FACTOR = 2_147_483_647, 16_807


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
        instances = as_nodes(repeat)
        told = to_number(number)
        wanted = told if told >= 1 else 1.0  # no number yet: the first, as in ODK
        inside = [
            instance for instance in instances if _position_among(instance) == wanted
        ]  # fmt: skip
        found = [node for node in found if any(above in inside for above in node.ancestors())]
    return found[:1]


def _position_among(node: Node) -> float:
    same = [sibling for sibling in (node.parent.children if node.parent else [node]) if sibling.name == node.name]
    return float(next(place for place, sibling in enumerate(same, start=1) if sibling is node))


def _randomize(focus: Focus, nodes: Value, seed: Value | None = None) -> Value:
    """Shuffled as ODK does it (inside out, Park and Miller's numbers): a seed gives the same order on every machine."""
    told = focus.scope.order if seed is None else to_number(seed)
    draw = focus.scope.random if told is None else _draws(told)
    shuffled: list[Node] = []
    for place, node in enumerate(as_nodes(nodes)):
        other = int(draw() * (place + 1))
        shuffled.append(node)
        shuffled[place], shuffled[other] = shuffled[other], shuffled[place]
    return shuffled


def _draws(seed: float) -> Callable[[], float]:
    state = int(math.fmod(math.trunc(seed), _PRIME)) if math.isfinite(seed) else 0
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
    prefixes = {uri: prefix for prefix, uri in focus.scope.namespaces.items()}
    prefix = prefixes.get(found[0].namespace, "")
    return f"{prefix}:{found[0].name}" if prefix else found[0].name


def _id(focus: Focus, wanted: Value) -> Value:
    texts = [node.value() for node in wanted] if isinstance(wanted, list) else [to_string(wanted)]
    ids = {word for text in texts for word in text.split()}
    return [
        node
        for node in focus.node.top().descendants()
        if node.kind == ELEMENT and any(told.name == "id" and told.text in ids for told in node.attributes)
    ]


def _lang(focus: Focus, wanted: Value) -> Value:
    node: Node | None = focus.node
    language = to_string(wanted).lower()
    while node is not None:
        for told in node.attributes:
            if told.kind == ATTRIBUTE and told.name == "lang":
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
