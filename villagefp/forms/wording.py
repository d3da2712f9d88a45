"""The words of a form in one language: labels, hints, messages and options, with what they quote filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from villagefp.forms.markup import plain
from villagefp.forms.views import ChoiceView
from villagefp.forms.xform import Control, TextRef, Words, XForm
from villagefp.forms.xpath_tree import Node
from villagefp.forms.xpath_values import Value, to_string

Evaluate = Callable[[str, Node], Value]
_HERE = "\ue000"  # where an answer goes: a character that no text has


def fitting_language(wanted: str, languages: tuple[str, ...]) -> str:
    """The form's language that fits best: "zh" for "zh_CN", else the form's first."""
    for code in (wanted, wanted.replace("_", "-"), wanted.partition("_")[0].partition("-")[0]):
        if code in languages:
            return code
    return languages[0] if languages else ""


class Wording:
    """Looks texts up and fills them in."""

    def __init__(self, form: XForm, languages: tuple[str, ...], language: str, evaluate: Evaluate) -> None:
        self._form = form
        self._evaluate = evaluate
        own = fitting_language(language, languages)
        order = [own, *languages, *form.words]
        self._tables: list[Mapping[str, Mapping[str, Words]]] = [
            form.words[code] for code in dict.fromkeys(order) if code in form.words
        ]

    def text(self, reference: TextRef | None, place: Node, form: str = "") -> str:
        """A label, hint or message as it reads at a place."""
        if reference is None:
            return ""
        if reference.id is None:
            return self._filled(reference.words, place) if not form else ""
        return self.by_id(reference.id, place, form)

    def by_id(self, name: str, place: Node, form: str = "") -> str:
        """A translated text by its id; the form's first language stands in where one is missing."""
        for table in self._tables:
            words = table.get(name, {}).get(form)
            if words is not None:
                return self._filled(words, place)
        return ""

    def choices(self, control: Control, place: Node) -> list[ChoiceView]:
        """The options of a question as they are offered now."""
        if control.itemset is None:
            return [ChoiceView(code, self.text(label, place)) for code, label in control.items]
        found = self._evaluate(control.itemset.nodeset, place)
        value, label = control.itemset.value, control.itemset.label
        options = []
        for item in found if isinstance(found, list) else ():
            code = _child(item, value)
            if code:
                retired = _child(item, "retired") not in {"", "no"}
                options.append(ChoiceView(code, self._option(item, label, place) or code, retired))
        return options

    def _option(self, item: Node, label: str, place: Node) -> str:
        if label.startswith("jr:itext("):
            return self.by_id(_child(item, label[len("jr:itext(") : -1].strip()), place)
        return plain(_child(item, label))

    def _filled(self, words: Words | None, place: Node) -> str:
        """The words with answers put in; what people answered is never read as emphasis."""
        parts = words.parts if words else ()
        told = [to_string(self._evaluate(part[0], place)) for part in parts if not isinstance(part, str)]
        if not told:
            return plain("".join(part for part in parts if isinstance(part, str)).strip())
        marked = plain("".join(part if isinstance(part, str) else _HERE for part in parts).strip())
        first, *rest = marked.split(_HERE)
        return first + "".join(answer + after for answer, after in zip(told, rest, strict=False))


def _child(item: Node, name: str) -> str:
    child = item.named(name)
    return child.value() if child is not None else ""
