"""One form being filled: answers in, what is asked, shown, wrong and kept out. No window and no store in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from villagefp.domain.ambient import CHINA, Ambient
from villagefp.forms import answers as kept_answers
from villagefp.forms import preloads
from villagefp.forms.entities import EntityWrite, entity_writes
from villagefp.forms.filling import Filler
from villagefp.forms.graph import CycleError, Graph, build_graph
from villagefp.forms.instance import Instance, Place
from villagefp.forms.package import FormPackage, Question
from villagefp.forms.presenter import Presenter
from villagefp.forms.problems import FormError, Problem
from villagefp.forms.reading import Typed, UnreadError, read
from villagefp.forms.recalculation import CHANGED, FIRST_LOAD, MAX_INSTANCES, Recalculation
from villagefp.forms.views import Check, FormInputs, NodeView, Prompt, Violation
from villagefp.forms.wording import fitting_language
from villagefp.forms.xform import XForm, read_xform
from villagefp.forms.xpath import XPathError
from villagefp.forms.xpath_engine import Scope
from villagefp.forms.xpath_tree import Node, from_fields, from_rows
from villagefp.forms.xpath_values import Value
from villagefp.i18n import _

INPUTS = ("person", "household", "previous", "episode", "visit", "prompts", "referral")
TABLES = ("members", "stock")
"""What the program gives every form: records under these names, and tables to choose from."""
LAST_SAVED = "__last-saved"
_URGENCY = {"R": 0, "Y": 1, "G": 2}
_LISTS = {"select_multiple", "rank"}
_PATIENCE = 2_000_000  # nodes that one rule of a form may look at; more than that takes seconds


@lru_cache(maxsize=8)
def _model(xform: str) -> tuple[XForm, Graph]:
    """A form's XML read once, however often it is opened."""
    form = read_xform(xform)
    instance = Instance(form)
    try:
        graph = build_graph(form, instance.paths, shown_expressions(form))
    except CycleError as error:
        message = _("these questions wait for each other: {names}.").format(names=error)
        raise FormError([Problem("survey", None, "", message)]) from error
    except XPathError as error:
        raise FormError([Problem("survey", None, "", str(error))]) from error
    return form, graph


def shown_expressions(form: XForm) -> dict[str, list[str]]:
    """The expressions of labels, hints and options by path: they change what is shown, nothing else."""
    found: dict[str, list[str]] = {}
    for path, control in form.controls.items():
        told = [control.itemset.nodeset] if control.itemset else []
        for reference in (control.label, control.hint):
            if reference is None:
                continue
            words = [reference.words] if reference.words else []
            words += [part for table in form.words.values() for part in table.get(reference.id or "", {}).values()]
            told += [part[0] for each in words for part in each.parts if isinstance(part, tuple)]
        if told:
            found[path] = list(dict.fromkeys(told))
    return found


class FormSession:
    """Fills one form.

    Without `answers` the form is opened for the first time, with its defaults; with them (a draft, a kept visit) it
    is as it was left. A place is named by its path with repeat numbers: `/data/kids[2]/name`.
    """

    def __init__(
        self,
        package: FormPackage,
        *,
        ambient: Ambient,
        inputs: FormInputs | None = None,
        answers: Mapping[str, Any] | None = None,
        language: str = "zh",
    ) -> None:
        self.package = package
        self.inputs = inputs or FormInputs()
        self._form, graph = _model(package.xform)
        self._instance = Instance(self._form)
        self._questions = {question.path: question for question in package.questions}
        self._ambient = ambient
        self._instances = self._inputs()
        scope = Scope(
            now=ambient.now().astimezone(CHINA),
            random=lambda: int.from_bytes(ambient.random(6), "big") / 2**48,
            order=int.from_bytes(ambient.random(3), "big"),
            instance=self._other_instance,
            choice_label=self._choice_label,
            text=self._text,
            language=fitting_language(language, package.languages),
            patience=_PATIENCE,
        )
        self._work = Recalculation(self._form, self._instance, graph, scope)
        self._presenter = Presenter(self._form, package, self._instance, self._work, language)
        self._filler = Filler(package, self._form, self._work, self._presenter, self.set_answer)
        if answers is None:
            self._work.whole()
            preloads.fill(self._work, ambient, worker=self.inputs.visit.get("worker", ""))
            self._work.act(FIRST_LOAD)
        else:
            self._work.loading = True
            self.fill(answers)
            self._work.loading = False
            self._work.whole()
        self._work.changed.clear()

    # what is shown

    @property
    def pages(self) -> tuple[str, ...]:
        """The top-level groups and repeats, one page each; the whole form where questions stand outside them."""
        return self._presenter.pages()

    def node(self, path: str) -> NodeView:
        """A question, group, repeat or repeat instance as it stands now; KeyError where there is none."""
        return self._presenter.view(path)

    def paths(self) -> tuple[str, ...]:
        """Every place there is now, in the order of the form."""
        return self._presenter.addresses()

    # what people do

    def set_answer(self, path: str, value: Typed) -> set[str]:
        """Take what was typed or chosen; says which places are to be shown anew.

        What cannot be read stays as typed, with its reason as the place's error, and is no answer.
        """
        place = self._place(path)
        question = self._questions.get(place.path)
        label, kind = self._presenter.label(place), question.type if question else "text"
        try:
            told, unread = read(kind, value, label=label, unit=question.unit if question else ""), ""
        except UnreadError as error:
            told, unread = str(value) if not isinstance(value, list) else " ".join(map(str, value)), str(error)
        self._work.set(place, told, unread)
        preloads.touch_end(self._work, self._ambient)
        return self._changed(place)

    def confirm(self, path: str) -> None:
        """Somebody has looked at an unusual value and it is right: do not ask again."""
        self._place(path).checked = True

    def add_repeat(self, path: str) -> str:
        """One more instance of a repeat, named without a number: `/data/kids`; says where it is."""
        parent = self._place(path.rpartition("/")[0])
        below = f"{parent.path}/{path.rpartition('/')[2]}"
        if below not in self._form.repeats or self._form.repeats[below].fixed:
            raise KeyError(path)
        if len(self._instance.instances(parent, below)) >= MAX_INSTANCES:
            return self._instance.address(self._instance.instances(parent, below)[-1])
        return self._instance.address(self._work.add(parent, below))

    def remove_repeat(self, path: str) -> set[str]:
        """One instance less; says which places are to be shown anew."""
        place = self._place(path)
        if place.path not in self._form.repeats or self._form.repeats[place.path].fixed:
            raise KeyError(path)
        self._work.remove(place)
        return self._changed(None)

    def fill(self, answers: Mapping[str, Any]) -> list[Violation]:
        """Put many answers in at once, by name; what does not belong to the form comes back as violations."""
        return list(self._filler.fill(answers, self._instance.top))

    # what comes of it

    def problems(self) -> list[Violation]:
        """What must be put right before the visit can be kept as done."""
        found = []
        for place in self._instance.walk():
            question = self._questions.get(place.path)
            if question and place.relevant and (message := self._presenter.fault(place)):
                found.append(Violation(question.name, self._instance.address(place), message))
        return [*found, *self._too_often()]

    def checks(self) -> list[Check]:
        """The unusual answers that nobody has confirmed: to be looked at again, never in the way."""
        return [
            Check(question.name, self._instance.address(place), message)
            for place in self._instance.walk()
            if (question := self._questions.get(place.path))
            and (message := self._presenter.soft_warning(place, question))
        ]

    def _too_often(self) -> Iterator[Violation]:
        """Counts that ask for more than a form can hold."""
        for path, question in self._questions.items():
            if question.type == "repeat":
                for parent in self._instance.places(path.rpartition("/")[0]):
                    if parent.relevant and (count := self._work.wanted(parent, path)) > MAX_INSTANCES:
                        message = _(
                            "“{name}” is asked at most {most} times; {count} times are too many. "
                            "Please correct the number."
                        )
                        told = message.format(name=question.name, most=MAX_INSTANCES, count=count)
                        yield Violation(question.name, f"{self._instance.address(parent)}/{question.name}", told)

    def prompts(self) -> list[Prompt]:
        """The danger signs that apply, the most urgent first."""
        found = [
            Prompt(
                question.urgency,
                question.sign,
                self._presenter.label(place),
                question.source,
                self._instance.address(place),
            )
            for place in self._instance.walk()
            if place.relevant and (question := self._questions.get(place.path)) and question.urgency
        ]
        return sorted(found, key=lambda prompt: _URGENCY.get(prompt.urgency, 3))

    def answers(self) -> kept_answers.Answers:
        """What was answered and is asked, by question name; repeats as lists. Notes and empty answers are left out."""
        return dict(self._answers(self._instance.top))

    @property
    def name(self) -> str:
        """What the form calls this filling of it (`instance_name` of the settings), or nothing."""
        place = self._instance.find(f"{self._instance.top.path}/meta/instanceName")
        return place.text if place else ""

    def answers_by_number(self) -> kept_answers.NumberedAnswers:
        """The same as it is kept: by permanent number, sealed questions apart."""
        return kept_answers.to_numbers(self.package, self.answers())

    def evaluate(self, expression: str, at: str = "") -> Value:
        """What an expression says of the answers, at a place or at the top; a question that is not asked is empty."""
        return self._work.evaluate(expression, self._place(at) if at else self._instance.top)

    def instances(self, repeat: str) -> list[str]:
        """Where the instances of a repeat are that are asked, by the path of the repeat."""
        places = self._instance.places(repeat, None)
        return [self._instance.address(place) for place in places if place.relevant]

    def entities(self) -> list[EntityWrite]:
        """What the form says about other records as it stands; the services carry it out."""
        return entity_writes(self._work)

    # inside

    def _place(self, path: str) -> Place:
        place = self._instance.find(path)
        if place is None:
            raise KeyError(path)
        return place

    def _changed(self, place: Place | None) -> set[str]:
        changed = dict(self._work.changed)
        self._work.changed.clear()
        if place is not None:
            changed[place] = None
        found = set()
        for each in changed:
            if each.top() is self._instance.root:
                found.add(self._instance.address(each))
                if each.path in self._form.repeats and each.parent:
                    found.add(self._presenter.repeat_address(each))
                for repeat in self._form.repeats:
                    if repeat.rpartition("/")[0] == each.path:
                        found.add(f"{self._instance.address(each)}/{repeat.rpartition('/')[2]}")
        return found

    def _answers(self, place: Place) -> Iterator[tuple[str, Any]]:
        lists: dict[str, list[Any]] = {}
        for child in place.children:
            if not isinstance(child, Place):
                continue
            question = self._questions.get(child.path)
            if child.path in self._form.repeats:
                if child.relevant and question and (row := dict(self._answers(child))):
                    lists.setdefault(question.name, []).append(row)
            elif child.children:
                yield from self._answers(child)
            elif child.relevant and question and question.type != "note" and child.text != "":
                yield question.name, _out(question, child.text)
        yield from lists.items()

    def _inputs(self) -> dict[str, Node]:
        found = {name: from_fields(getattr(self.inputs, name)) for name in INPUTS}
        found |= {name: from_rows(rows) for name, rows in self.inputs.tables.items()}
        if LAST_SAVED in self._form.external:
            found[LAST_SAVED] = self._last_saved()
        for name in self._form.external:
            found.setdefault(name, from_rows([]))
        return found | self._form.secondary

    def _last_saved(self) -> Node:
        """The form as it was last kept for the same person or household: `${last-saved#weight}`.

        Never anybody else's, though ODK takes whatever was saved last on the device.
        """
        last = Instance(self._form)
        for place in last.walk():
            if not place.children:
                place.text = self.inputs.previous.get(place.name, "")
        return last.root

    def _other_instance(self, name: str) -> Node:
        if name in self._instances:
            return self._instances[name]
        if name == self._instance.top.name:
            return self._instance.root
        raise XPathError(_("there is no instance “{name}”").format(name=name))

    def _choice_label(self, code: str, path: str, place: Node) -> str:
        return self._presenter.choice_label(code, path, place)

    def _text(self, name: str) -> str:
        return self._presenter.words.by_id(name, self._instance.top)


def _out(question: Question, text: str) -> Any:
    if question.type in _LISTS:
        return text.split()
    if question.type == "integer":
        return int(text) if text.lstrip("-").isdigit() else text
    if question.type in {"decimal", "range"}:
        return kept_answers.read_number(text)
    return text


__all__ = ["CHANGED", "FormSession"]
