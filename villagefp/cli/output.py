"""How a command answers: a line for people, or JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from villagefp import i18n
from villagefp.cli.call_words import speak_of_calls

Json = Mapping[str, object] | Sequence[object]


class Output:
    """Prints answers on standard output and refusals on standard error (JSON mode: both as JSON)."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def tell(self, line: str, data: Json) -> None:
        """Answer with a line for people, or with the data behind it."""
        if self.as_json:
            print(json.dumps(data, ensure_ascii=False))
        else:
            print(line)

    def refuse(self, sentence: str, data: Json | None = None) -> None:
        """Say why something was not done."""
        if self.as_json:
            print(json.dumps(data if data is not None else {"error": sentence}, ensure_ascii=False))
        else:
            print(sentence, file=sys.stderr)

    def warn(self, sentence: str) -> None:
        """Say what went wrong beside an answer that stands; in JSON mode it is a part of the answer."""
        if not self.as_json:
            print(sentence, file=sys.stderr)

    def note(self, line: str) -> None:
        """Say something by the way, such as progress; never part of the JSON."""
        if not self.as_json:
            print(line)


def speak() -> None:
    """Use the worker's language as far as its catalogue is built; a fresh checkout has none before `prepare`."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in another code page must not lose a rare character.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        i18n.set_language(i18n.preferred_language())
    except OSError:
        i18n.set_language("en")
    speak_of_calls()
