"""Patterns of `regex()`: matched in a time that grows with the text and the pattern, never with their powers.

Python's own `re` tries one way after the other, so that a form with `(a+)+b` stops the program. Here all ways are
followed at once (Thompson 1968), which is possible because only one thing is asked: does the whole text fit? What
needs backtracking (references back to a group, looking behind) is refused when the form is read.
Letters and digits of `\\d`, `\\w` and `\\s` are ASCII, as in Java, by which ODK goes; `.` takes a new line too, so
that a second line cannot slip past a rule.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from villagefp.forms.xpath_syntax import XPathError
from villagefp.i18n import _

_MAX_PATTERN = 1_000
_MAX_SEARCHED = 5_000
_MAX_SEARCHED_AHEAD = 500  # where the pattern looks ahead, from every place again
_MAX_STATES = 3_000
_MAX_DEPTH = 50
_MAX_KNOWN = 2_000
_WORD = frozenset(string.ascii_letters + string.digits + "_")
_COUNT = re.compile(r"\{([0-9]{0,4})(,)?([0-9]{0,4})\}")
_NAMED = re.compile(r"\?P?<[A-Za-z]\w*>")
_PROPERTY = re.compile(r"\{(?:Is|script=|sc=|gc=)?(\w+)\}|(\w)")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b"}
_HAN = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))

Test = Callable[[str], bool]


@dataclass(frozen=True)
class _Letter:
    test: Test


@dataclass(frozen=True)
class _Row:
    parts: tuple[_Part, ...]


@dataclass(frozen=True)
class _Choice:
    parts: tuple[_Part, ...]


@dataclass(frozen=True)
class _Repeated:
    part: _Part
    least: int
    most: int | None


@dataclass(frozen=True)
class _Mark:
    """A place between letters: `^`, `$`, `\\b`."""

    holds: Callable[[str, int], bool]


@dataclass(frozen=True)
class _Ahead:
    part: _Part
    wanted: bool


_Part = _Letter | _Row | _Choice | _Repeated | _Mark | _Ahead


@lru_cache(maxsize=500)
def pattern_of(source: str) -> Pattern:
    """The pattern, read once; XPathError where it is none or could not be matched in bounded time."""
    if len(source) > _MAX_PATTERN:
        raise XPathError(_("a pattern of more than {count} characters").format(count=_MAX_PATTERN))
    return Pattern(_Reader(source).whole())


class Pattern:
    """States and the ways between them; a text fits if its last letter leads to the end."""

    def __init__(self, part: _Part) -> None:
        self._tests: list[Test | None] = []  # of a state that takes a letter
        self._marks: list[_Mark | tuple[int, bool] | None] = []  # of a state that takes none
        self._ways: list[list[int]] = []
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._looks_ahead = False
        self._has_marks = False
        self._end = self._state()
        self._start = self._built(part, self._end)

    def fits(self, text: str) -> bool:
        """Whether the whole text fits; one that is longer than any answer of this kind does not."""
        if len(text) > (_MAX_SEARCHED_AHEAD if self._looks_ahead else _MAX_SEARCHED):
            return False
        return self._end in self._run(self._start, text, 0)

    def _state(self, ways: Iterable[int] = (), test: Test | None = None) -> int:
        if len(self._ways) >= _MAX_STATES:
            raise XPathError(_("the pattern repeats too much to be matched"))
        self._tests.append(test)
        self._marks.append(None)
        self._ways.append(list(ways))
        return len(self._ways) - 1

    def _built(self, part: _Part, then: int) -> int:
        """The state that begins a part and goes on to `then`."""
        match part:
            case _Letter(test):
                return self._state([then], test)
            case _Row(parts):
                for each in reversed(parts):
                    then = self._built(each, then)
                return then
            case _Choice(parts):
                return self._state([self._built(each, then) for each in parts])
            case _Repeated():
                return self._repeated(part, then)
            case _Mark():
                self._has_marks = True
                state = self._state([then])
                self._marks[state] = part
                return state
            case _Ahead(inner, wanted):
                self._has_marks = self._looks_ahead = True
                state = self._state([then])
                self._marks[state] = (self._built(inner, self._end), wanted)
                return state

    def _repeated(self, part: _Repeated, then: int) -> int:
        if part.most is None:
            start = self._state()
            self._ways[start] += [self._built(part.part, start), then]
        else:
            start = then
            for _each in range(part.most - part.least):
                start = self._state([self._built(part.part, start), then])
        for _each in range(part.least):
            start = self._built(part.part, start)
        return start

    def _run(self, start: int, text: str, place: int, *, anywhere: bool = False) -> frozenset[int]:
        """The states that the text leads to, from a place to its end or, `anywhere`, until the end state is there."""
        states = self._reached([start], text, place)
        for here in range(place, len(text)):
            if not states or (anywhere and self._end in states):
                break
            letter = text[here]
            known = None if self._has_marks else self._known.get((states, letter))
            if known is None:
                through = [state for state in states if (test := self._tests[state]) and test(letter)]
                taken = [way for state in through for way in self._ways[state]]
                known = self._reached(taken, text, here + 1)
                if not self._has_marks and len(self._known) < _MAX_KNOWN:
                    self._known[states, letter] = known
            states = known
        return states

    def _reached(self, states: list[int], text: str, place: int) -> frozenset[int]:
        """These states and those that no letter is needed for."""
        found: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in found:
                continue
            found.add(state)
            if self._tests[state] is None and self._passes(state, text, place):
                waiting += self._ways[state]
        return frozenset(found)

    def _passes(self, state: int, text: str, place: int) -> bool:
        mark = self._marks[state]
        if mark is None:
            return True
        if isinstance(mark, _Mark):
            return mark.holds(text, place)
        start, wanted = mark
        return (self._end in self._run(start, text, place, anywhere=True)) == wanted


class _Reader:
    """Recursive descent over the pattern."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.depth = 0
        self.any_case = source.startswith("(?i)")
        if self.any_case:
            self.place = 4

    def whole(self) -> _Part:
        found = self.choice()
        if self.place < len(self.source):
            raise self.wrong(")")
        return found

    def wrong(self, what: str) -> XPathError:
        pattern = self.source[:60]
        return XPathError(_("the pattern “{pattern}” is not understood at “{what}”").format(pattern=pattern, what=what))

    def peek(self) -> str:
        return self.source[self.place : self.place + 1]

    def take(self, text: str) -> bool:
        if self.source.startswith(text, self.place):
            self.place += len(text)
            return True
        return False

    def choice(self) -> _Part:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.wrong("(")
        parts = [self.row()]
        while self.take("|"):
            parts.append(self.row())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else _Choice(tuple(parts))

    def row(self) -> _Part:
        parts: list[_Part] = []
        while self.peek() not in {"", "|", ")"}:
            parts.append(self.repeated(self.atom()))
        return _Row(tuple(parts))

    def repeated(self, part: _Part) -> _Part:
        if self.take("*"):
            found = _Repeated(part, 0, None)
        elif self.take("+"):
            found = _Repeated(part, 1, None)
        elif self.take("?"):
            found = _Repeated(part, 0, 1)
        elif count := _COUNT.match(self.source, self.place):
            found = self.counted(part, count)
            self.place = count.end()
        else:
            return part
        if self.peek() in {"?", "+"}:
            self.place += 1  # how much is taken first does not matter where the whole text has to fit
        if self.peek() in {"*", "+", "?"}:
            raise self.wrong(self.peek())
        return found

    def counted(self, part: _Part, count: re.Match[str]) -> _Repeated:
        least, comma, most = count.groups()
        if not least and not most:
            raise self.wrong(count[0])
        highest = int(most) if most else (None if comma else int(least))
        if highest is not None and highest < int(least or 0):
            raise self.wrong(count[0])
        return _Repeated(part, int(least or 0), highest)

    def atom(self) -> _Part:
        letter = self.peek()
        self.place += 1
        if letter == "(":
            return self.group()
        if letter == "[":
            return _Letter(self.cased(self.letters()))
        if letter == "\\":
            return self.escaped()
        if letter in "*+?":
            raise self.wrong(letter)
        return _SIGNS.get(letter) or _Letter(self.cased(_exactly(letter)))

    def group(self) -> _Part:
        if self.take("?="):
            found: _Part = _Ahead(self.choice(), wanted=True)
        elif self.take("?!"):
            found = _Ahead(self.choice(), wanted=False)
        elif self.take("?:"):
            found = self.choice()
        elif self.peek() == "?":
            named = _NAMED.match(self.source, self.place)
            if not named:
                raise self.wrong(self.source[self.place - 1 : self.place + 4])
            self.place = named.end()
            found = self.choice()
        else:
            found = self.choice()
        if not self.take(")"):
            raise self.wrong("(")
        return found

    def escaped(self) -> _Part:
        letter = self.peek()
        if letter in {"b", "B"}:
            self.place += 1
            inside = letter == "b"
            return _Mark(lambda text, place: _is_word_edge(text, place) == inside)
        if letter in {"A", "z", "Z"}:
            self.place += 1
            return _Mark(lambda text, place: place == (0 if letter == "A" else len(text)))
        told = self.escape()
        return _Letter(self.cased(_exactly(told) if isinstance(told, str) else told))

    def escape(self) -> str | Test:
        """What stands behind a backslash: one letter, or a kind of letters."""
        letter = self.peek()
        self.place += 1
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter in {"p", "P"}:
            return self.property(wanted=letter == "p")
        if letter in {"x", "u"}:
            digits = 2 if letter == "x" else 4
            code = self.source[self.place : self.place + digits]
            if len(code) != digits or not set(code) <= set(string.hexdigits):
                raise self.wrong(f"\\{letter}")
            self.place += digits
            return chr(int(code, 16))
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if not letter or letter.isalnum():
            raise self.wrong(f"\\{letter}")  # \1 and the like too: they need backtracking
        return letter

    def property(self, *, wanted: bool) -> Test:
        found = _PROPERTY.match(self.source, self.place)
        name = (found[1] or found[2]) if found else ""
        if found is None or not (name == "Han" or name in _CATEGORIES):
            raise self.wrong(f"\\p{name}")
        self.place = found.end()
        if name == "Han":
            return lambda letter: any(low <= ord(letter) <= high for low, high in _HAN) == wanted
        return lambda letter: unicodedata.category(letter).startswith(name) == wanted

    def letters(self) -> Test:
        """The inside of `[…]`."""
        negated = self.take("^")
        tests: list[Test] = []
        first = True
        while first or self.peek() != "]":
            if not self.peek():
                raise self.wrong("[")
            first = False
            low = self.letter()
            dash = self.source[self.place : self.place + 2]
            if isinstance(low, str) and len(dash) == 2 and dash[0] == "-" and dash[1] != "]":
                self.place += 1
                high = self.letter()
                if not isinstance(high, str) or high < low:
                    raise self.wrong(f"{low}-")
                tests.append(_between(low, high))
            else:
                tests.append(_exactly(low) if isinstance(low, str) else low)
        self.place += 1
        return lambda letter: any(test(letter) for test in tests) != negated

    def letter(self) -> str | Test:
        if self.take("\\"):
            if self.take("b"):
                return "\b"
            return self.escape()
        self.place += 1
        return self.source[self.place - 1]

    def cased(self, test: Test) -> Test:
        if not self.any_case:
            return test
        return lambda letter: test(letter) or test(letter.lower()) or test(letter.upper())


def _exactly(wanted: str) -> Test:
    return lambda letter: letter == wanted


def _between(low: str, high: str) -> Test:
    return lambda letter: low <= letter <= high


def _is_word_edge(text: str, place: int) -> bool:
    before = place > 0 and text[place - 1] in _WORD
    after = place < len(text) and text[place] in _WORD
    return before != after


_SIGNS: dict[str, _Part] = {
    ".": _Letter(lambda _letter: True),
    "^": _Mark(lambda _text, place: place == 0),
    "$": _Mark(lambda text, place: place == len(text)),
}
_CLASSES: dict[str, Test] = {
    "d": lambda letter: letter in "0123456789",
    "D": lambda letter: letter not in "0123456789",
    "w": lambda letter: letter in _WORD,
    "W": lambda letter: letter not in _WORD,
    "s": lambda letter: letter in " \t\n\v\f\r",
    "S": lambda letter: letter not in " \t\n\v\f\r",
}
_CATEGORIES = {"L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "N", "Nd", "Nl", "No", "P", "S", "Z", "Zs", "C"}
