"""What hangs on what in a form: found once from its expressions, so that one answer touches only what depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from villagefp.forms.xform import XForm
from villagefp.forms.xpath_syntax import Call, Expression, Filter, Literal, Negation, Operation, Path, parse

RELEVANCE, COUNT, VALUE, SHOWN = "relevance", "count", "value", "shown"
"""What can change at a path: whether it is asked, how often a repeat is there, its value; and what is merely shown."""

Key = tuple[str, str]
_SHOWN = ("required", "constraint", "readonly", "soft")


class CycleError(ValueError):
    """Questions that wait for each other; `circles` are the paths of those in each circle."""

    def __init__(self, circles: Sequence[tuple[str, ...]]) -> None:
        super().__init__(named(circles[0]))
        self.circles = tuple(circles)


def named(circle: tuple[str, ...]) -> str:
    """A circle as people read it: a → b → a."""
    return " → ".join(path.rpartition("/")[2] for path in (*circle, circle[0]))


@dataclass(frozen=True)
class Reference:
    """A path that an expression reads; `within` is the repeat whose instance it never leaves."""

    path: str
    within: str | None
    below: bool = False  # everything below the path is read: `//`, `*`


@dataclass(frozen=True)
class Edge:
    """Who is to be looked at again when something changes."""

    target: Key
    within: str | None


@dataclass
class Graph:
    """Edges from each key to those that read it, and the order in which keys are to be computed."""

    edges: dict[Key, list[Edge]] = field(default_factory=dict)
    ranks: dict[Key, int] = field(default_factory=dict)


def references(expression: str, context: str, repeats: frozenset[str]) -> list[Reference]:
    """The paths that an expression reads when it is evaluated at `context`."""
    return list(_walk(parse(expression), context, context, repeats))


def _walk(expression: Expression, here: str, current: str, repeats: frozenset[str]) -> Iterator[Reference]:
    match expression:
        case Literal():
            return
        case Negation(operand):
            yield from _walk(operand, here, current, repeats)
        case Operation(_, operands):
            for operand in operands:
                yield from _walk(operand, here, current, repeats)
        case Call(_, arguments):
            for argument in arguments:
                yield from _walk(argument, here, current, repeats)
        case Filter(operand, predicates):
            yield from _walk(operand, here, current, repeats)
            for predicate in predicates:
                yield from _walk(predicate, here, current, repeats)
        case Path():
            yield from _path(expression, here, current, repeats)


def _path(path: Path, here: str, current: str, repeats: frozenset[str]) -> Iterator[Reference]:
    place: str | None = "" if path.absolute else here
    leaves = path.absolute  # an absolute path reads every instance of a repeat
    if path.start is not None:
        place = current if path.start == Call("current", ()) else None
        if place is None:
            yield from _walk(path.start, here, current, repeats)
    highest = place
    for step in path.steps:
        if place is not None:
            if step.axis == "child" and step.test.replace("-", "_").replace(".", "_").isidentifier():
                place = f"{place}/{step.test}"
            elif step.axis == "parent":
                place = place.rpartition("/")[0]
                highest = place if highest is None or len(place) < len(highest) else highest
            elif step.axis != "self":
                yield Reference(place, None, below=True)
                place = None
        for predicate in step.predicates:
            yield from _walk(predicate, place or "", current, repeats)
    if place:
        own = None if leaves else _innermost_repeat(highest or "", repeats)
        yield Reference(place, own)


def _innermost_repeat(path: str, repeats: frozenset[str]) -> str | None:
    while path:
        if path in repeats:
            return path
        path = path.rpartition("/")[0]
    return None


def build_graph(form: XForm, paths: list[str], shown: Mapping[str, list[str]]) -> Graph:
    """The graph of a form; `paths` are all its paths, `shown` the expressions of labels and options by path.

    CycleError where questions wait for each other.
    """
    repeats = frozenset(form.repeats)
    graph = Graph()
    known = set(paths)
    for path in paths:
        parent = path.rpartition("/")[0]
        if parent in known:
            _link(graph, (RELEVANCE, parent), Edge((RELEVANCE, path), None))
        _link(graph, (RELEVANCE, path), Edge((VALUE, path), None))
        bind = form.binds.get(path)
        reads: list[tuple[Key, str]] = []
        if bind:
            if bind.relevant:
                reads.append(((RELEVANCE, path), bind.relevant))
            if bind.calculate:
                reads.append(((VALUE, path), bind.calculate))
            reads += [((SHOWN, path), told) for name in _SHOWN if (told := getattr(bind, name))]
        if path in form.repeats and (count := form.repeats[path].count):
            reads.append(((COUNT, path), count))
        reads += [((SHOWN, path), told) for told in shown.get(path, ())]
        for target, expression in reads:
            for reference in references(expression, path, repeats):
                _read(graph, target, reference, paths, repeats)
    graph.ranks = _ranks(graph, paths)
    return graph


def _link(graph: Graph, source: Key, edge: Edge) -> None:
    edges = graph.edges.setdefault(source, [])
    if edge not in edges:
        edges.append(edge)


def _read(graph: Graph, target: Key, reference: Reference, paths: list[str], repeats: frozenset[str]) -> None:
    read = [reference.path]
    if reference.below:
        read += [path for path in paths if path.startswith(f"{reference.path}/") and path != target[1]]
    for path in read:
        # A calculation that reads its own value waits for itself; once() keeps it without reading it here.
        _link(graph, (VALUE, path), Edge(target, reference.within))
        above = path
        while above:
            if above in repeats and (above == path or not _stays_inside(reference, above)):
                _link(graph, (COUNT, above), Edge(target, None))
            above = above.rpartition("/")[0]


def _stays_inside(reference: Reference, repeat: str) -> bool:
    return reference.within is not None and f"{reference.within}/".startswith(f"{repeat}/")


def _ranks(graph: Graph, paths: list[str]) -> dict[Key, int]:
    """A place for each key behind all that it reads (depth first, without recursion)."""
    keys: list[Key] = [(aspect, path) for path in paths for aspect in (RELEVANCE, COUNT, VALUE, SHOWN)]
    reads: dict[Key, list[Key]] = {}
    for source, edges in graph.edges.items():
        for edge in edges:
            reads.setdefault(edge.target, []).append(source)
    ranks: dict[Key, int] = {}
    circles: dict[frozenset[str], tuple[str, ...]] = {}
    for start in keys:
        trail: list[tuple[Key, Iterator[Key]]] = []
        open_keys: dict[Key, None] = {}
        _enter(start, ranks, reads, trail, open_keys)
        while trail:
            key, rest = trail[-1]
            following = next(rest, None)
            if following is None:
                trail.pop()
                open_keys.pop(key)
                ranks[key] = len(ranks)
            elif following in open_keys:
                circle = list(open_keys)
                circle = circle[circle.index(following) :]
                names = tuple(dict.fromkeys(path for _aspect, path in reversed(circle)))
                circles.setdefault(frozenset(names), names)
            else:
                _enter(following, ranks, reads, trail, open_keys)
    if circles:
        raise CycleError(list(circles.values()))
    return ranks


def _enter(
    key: Key,
    ranks: dict[Key, int],
    reads: Mapping[Key, list[Key]],
    trail: list[tuple[Key, Iterator[Key]]],
    open_keys: dict[Key, None],
) -> None:
    if key not in ranks:
        trail.append((key, iter(reads.get(key, ()))))
        open_keys[key] = None
