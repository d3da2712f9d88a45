"""Puts many answers into a form at once: from a file, a draft, a kept visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from villagefp.domain.resident_id import quoted
from villagefp.forms.instance import Place
from villagefp.forms.package import FormPackage, Question
from villagefp.forms.presenter import Presenter
from villagefp.forms.reading import Typed
from villagefp.forms.recalculation import MAX_INSTANCES, Recalculation
from villagefp.forms.views import Violation
from villagefp.forms.xform import XForm
from villagefp.i18n import _

_NEAR = 4


class Filler:
    """Walks answers by name and the questions of a form side by side, a level at a time."""

    def __init__(
        self,
        package: FormPackage,
        form: XForm,
        work: Recalculation,
        presenter: Presenter,
        set_answer: Callable[[str, Typed], object],
    ) -> None:
        self._package = package
        self._form = form
        self._work = work
        self._presenter = presenter
        self._set_answer = set_answer

    def fill(self, answers: Mapping[str, Any], top: Place) -> Iterator[Violation]:
        """Put in what belongs to one level; what does not belong comes back as violations."""
        inside = {question.name: question for question in self._inside(top)}
        for name in answers:
            if name not in inside and not str(name).startswith("#"):
                yield Violation(str(name), "", _no_question(str(name)[:60], inside))
        for name, question in inside.items():
            if name not in answers:
                continue
            if question.type == "repeat":
                yield from self._fill_repeat(question, answers[name], top)
            else:
                for place in self._work.instance.places(question.path, top)[:1]:
                    yield from self._fill_one(question, place, answers[name])

    def _fill_one(self, question: Question, place: Place, value: object) -> Iterator[Violation]:
        if isinstance(value, dict) or question.type in {"group", "note"}:
            message = _("“{name}” takes no answer of this kind. Please leave it out.").format(name=question.name)
            yield Violation(question.name, self._work.instance.address(place), message)
            return
        bind = self._form.binds.get(place.path)
        if bind and bind.calculate:
            if _differs(value, place.kept):
                message = _(
                    "“{name}” is worked out by the form and cannot be given as {value}. Please leave it out."
                ).format(name=question.name, value=quoted(str(value)))
                yield Violation(question.name, self._work.instance.address(place), message)
            return
        if not self._work.loading and _differs(value, place.kept) and self._presenter.is_known(place):
            message = _("“{name}” is already known as {value}; it is changed in the register, not here.").format(
                name=question.name, value=place.kept
            )
            yield Violation(question.name, self._work.instance.address(place), message)
            return
        told = value if isinstance(value, list) else str(value).split()
        retired = "" if self._work.loading else self._presenter.newly_retired(place, map(str, told))
        if retired:
            message = _("“{label}”: “{code}” is not offered any more. Please choose another option.").format(
                label=self._presenter.label(place), code=retired[:60]
            )
            yield Violation(question.name, self._work.instance.address(place), message)
            return
        self._set_answer(self._work.instance.address(place), value)

    def _fill_repeat(self, question: Question, rows: object, top: Place) -> Iterator[Violation]:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or len(rows) > MAX_INSTANCES:
            message = _("“{name}” takes a list with an entry for each time it is asked.").format(name=question.name)
            yield Violation(question.name, "", message)
            return
        for parent in self._work.instance.places(question.path.rpartition("/")[0], top)[:1]:
            there = self._work.instance.instances(parent, question.path)
            for _each in range(len(rows) - len(there)):
                self._work.add(parent, question.path)
            for place in there[len(rows) :]:
                self._work.remove(place)
            for place, row in zip(self._work.instance.instances(parent, question.path), rows, strict=False):
                yield from self.fill(row, place)

    def _inside(self, top: Place) -> Iterable[Question]:
        """The questions of one level: those of the form, or of one repeat, without what is in repeats below."""
        for question in self._package.questions:
            if question.path.startswith(f"{top.path}/") and question.type != "group":
                between = question.path[len(top.path) + 1 :].split("/")[:-1]
                path, nested = top.path, False
                for step in between:
                    path = f"{path}/{step}"
                    nested = nested or path in self._form.repeats
                if not nested:
                    yield question


def _no_question(name: str, inside: Mapping[str, Question]) -> str:
    """What to write instead: the names that are most like it, out of the hundred that a form may have."""
    near = get_close_matches(name, inside, n=_NEAR, cutoff=0.0)
    return _("The form has no question “{name}”. Leave it out, or take one that is there, such as: {names}.").format(
        name=name, names=_(", ").join(near)
    )


def _differs(value: object, kept: str) -> bool:
    told = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return told not in {"", kept}
