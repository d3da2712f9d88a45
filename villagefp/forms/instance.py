"""The answers of one form as a tree that expressions walk, with the instances of its repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from villagefp.forms.xform import XForm
from villagefp.forms.xpath_tree import ATTRIBUTE, ELEMENT, ROOT, TEXT, Node

_STEP = re.compile(r"([^/\[\]]+)(?:\[(\d+)\])?")
_JR = "http://openrosa.org/javarosa"


class Place(Node):
    """One question, group or repeat instance; `text` is what expressions see: nothing while it is not asked."""

    __slots__ = ("checked", "kept", "path", "relevant", "unread")

    def __init__(self, name: str, path: str, kept: str = "") -> None:
        super().__init__(ELEMENT, name, text=kept)
        self.path = path
        self.kept = kept  # the answer, whether it is asked for now or not
        self.relevant = True
        self.unread = ""  # why what was typed cannot be read as an answer; then `kept` is what was typed
        self.checked = False  # somebody has looked at an unusual value and let it stand


class Instance:
    """The tree and its places by path."""

    def __init__(self, form: XForm) -> None:
        self.root = Node(ROOT)
        self.repeats = frozenset(form.repeats)
        self._counted = frozenset(path for path, repeat in form.repeats.items() if repeat.count)
        self._templates: dict[str, Node] = {}
        self._index: dict[str, list[Place]] | None = None
        top = next(node for node in form.instance.children if node.kind == ELEMENT)
        self.top = self._grow(self.root, top, f"/{top.name}")
        self.paths: list[str] = self._all_paths()

    def places(self, path: str, within: Place | None = None) -> list[Place]:
        """Every instance of a path in document order, or those below one place."""
        if self._index is None:
            self._index = {}
            for place in self.walk():
                self._index.setdefault(place.path, []).append(place)
        found = self._index.get(path, [])
        if within is None or not found:
            return found
        return [place for place in found if place is within or any(above is within for above in place.ancestors())]

    def walk(self, place: Place | None = None) -> Iterator[Place]:
        """A place and all below it, in document order."""
        start = place or self.top
        yield start
        for child in start.children:
            if isinstance(child, Place):
                yield from self.walk(child)

    def address(self, place: Place) -> str:
        """The path of a place with the number of each repeat instance: /data/kids[2]/name."""
        steps: list[str] = []
        node: Node | None = place
        while isinstance(node, Place):
            number = f"[{self.number(node)}]" if node.path in self.repeats else ""
            steps.append(f"{node.name}{number}")
            node = node.parent
        return "/" + "/".join(reversed(steps))

    def number(self, place: Place) -> int:
        """Which instance of its repeat a place is, from 1."""
        siblings = [child for child in place.parent.children if child.name == place.name] if place.parent else []
        return next(number for number, child in enumerate(siblings, start=1) if child is place)

    def find(self, address: str) -> Place | None:
        """The place at an address; the first instance where no number is given."""
        node: Node = self.root
        for name, number in _STEP.findall(address):
            same = [child for child in node.children if child.name == name and isinstance(child, Place)]
            wanted = int(number or 1)
            if wanted < 1 or len(same) < wanted:
                return None
            node = same[wanted - 1]
        return node if isinstance(node, Place) else None

    def instances(self, parent: Place, path: str) -> list[Place]:
        """The instances of a repeat within one parent."""
        return [child for child in parent.children if isinstance(child, Place) and child.path == path]

    def add(self, parent: Place, path: str) -> Place:
        """One more instance of a repeat, at its end."""
        fresh = self._grow(Node(ROOT), self._templates[path], path)
        before = self.instances(parent, path)
        place = parent.children.index(before[-1]) + 1 if before else self._slot(parent, path)
        fresh.parent = parent
        parent.children.insert(place, fresh)
        self._index = None
        return fresh

    def remove(self, place: Place) -> None:
        """Take an instance of a repeat away."""
        if place.parent is not None:
            place.parent.children = [child for child in place.parent.children if child is not place]
            place.parent = None
        self._index = None

    def _slot(self, parent: Place, path: str) -> int:
        """Where the first instance goes: behind what comes before it in the form."""
        order = self.paths.index(path)
        for place, child in enumerate(parent.children):
            if isinstance(child, Place) and self.paths.index(child.path) > order:
                return place
        return len(parent.children)

    def _grow(self, parent: Node, source: Node, path: str) -> Place:
        text = "".join(child.text for child in source.children if child.kind == TEXT).strip()
        place = Place(source.name, path, text)
        parent.append(place)
        for attribute in source.attributes:
            if attribute.namespace != _JR:
                copy = Node(ATTRIBUTE, attribute.name, namespace=attribute.namespace, text=attribute.text)
                copy.parent = place
                place.attributes.append(copy)
        for child in source.children:
            if child.kind != ELEMENT:
                continue
            below = f"{path}/{child.name}"
            is_template = any(told.name == "template" and told.namespace == _JR for told in child.attributes)
            if is_template or (below in self.repeats and below not in self._templates):
                self._templates[below] = child
            alone = is_template and not any(
                other is not child and other.name == child.name for other in source.children
            )
            if not is_template or (alone and below not in self._counted):
                self._grow(place, child, below)  # a repeat begins with one instance, wherever it is
        return place

    def _all_paths(self) -> list[str]:
        """Every path of the form in document order, of repeats without an instance too."""

        def walk(node: Node, path: str) -> Iterator[str]:
            yield path
            for child in node.children:
                if child.kind == ELEMENT:
                    yield from walk(child, f"{path}/{child.name}")

        found: dict[str, None] = {}
        for path in walk(self.top, self.top.path):
            found[path] = None
            if path in self._templates:
                found.update(dict.fromkeys(walk(self._templates[path], path)))
        for path in self._templates:
            found.update(dict.fromkeys(walk(self._templates[path], path)))
        return list(found)
