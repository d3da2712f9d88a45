"""Makes the views of a form being filled: labels, options, warnings and faults as they stand now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from villagefp.domain.resident_id import quoted
from villagefp.forms.instance import Instance, Place
from villagefp.forms.package import FormPackage, Question
from villagefp.forms.recalculation import Recalculation
from villagefp.forms.units import unit_in
from villagefp.forms.views import Answer, ChoiceView, NodeView
from villagefp.forms.wording import Wording, fitting_language
from villagefp.forms.xform import Control, XForm
from villagefp.forms.xpath_tree import Node
from villagefp.forms.xpath_values import to_boolean, to_number
from villagefp.i18n import _

_NOT_SHOWN = {"calculate", "hidden", "start", "end", "today", "username", "xml-external", "csv-external"}
_CHOICES = {"select_one", "select_multiple", "rank"}
_LISTS = {"select_multiple", "rank"}
_FILES = {"image", "audio", "video", "file"}
_LISTED = 12
"""Options that a sentence names; a list of a whole village stays a list."""
_NUMBERED = re.compile(r"\[\d+\]$")


class Presenter:
    """Asks the tree, the form and the sheet, and answers with plain dataclasses."""

    def __init__(
        self, form: XForm, package: FormPackage, instance: Instance, work: Recalculation, language: str
    ) -> None:
        self._form = form
        self._instance = instance
        self._work = work
        self._language = fitting_language(language, package.languages)
        self._default = package.languages[0] if package.languages else ""
        self._questions = {question.path: question for question in package.questions}
        self.words = Wording(form, package.languages, language, work.evaluate)

    def pages(self) -> tuple[str, ...]:
        """See FormSession.pages."""
        top = self._instance.top
        below = self._children(top)
        kinds = [self._questions[_plain(path)].type for path in below]
        return below if all(kind in {"group", "repeat"} for kind in kinds) else (top.path,)

    def addresses(self) -> tuple[str, ...]:
        """See FormSession.paths."""
        return tuple(self._instance.address(place) for place in self._instance.walk() if place.path in self._questions)

    def view(self, path: str) -> NodeView:
        """See FormSession.node."""
        plain = _plain(path)
        if plain in self._form.repeats and not _NUMBERED.search(path):
            return self._repeat_view(path, plain)
        place = self._instance.find(path)
        if place is None:
            raise KeyError(path)
        question = self._questions.get(place.path)
        if question is None:
            return self._bare_view(place)
        if question.type == "repeat":
            return self._instance_view(place, question)
        return self._question_view(place, question)

    def label(self, place: Place) -> str:
        """The label of a place in the form's language."""
        control = self._form.controls.get(place.path)
        question = self._questions.get(place.path)
        text = self.words.text(control.label, place) if control else ""
        if not text and question:
            text = question.label.get(self._language) or question.label.get(self._default, "")
        return text or place.name

    def fault(self, place: Place) -> str:
        """Why a place that is asked cannot stay as it is, or nothing."""
        if place.unread:
            return place.unread
        if place.text == "":
            if self._is_file(place) or not self._holds(place, "required", otherwise=False):
                return ""
            bind = self._form.binds[place.path]
            told = self.words.text(bind.required_message, place)
            return told or _("“{label}” is still to be answered.").format(label=self.label(place))
        return self._error(place)

    def _is_file(self, place: Place) -> bool:
        """A picture or a sound: it is not kept here, so nobody can be made to give it."""
        question = self._questions.get(place.path)
        return question is not None and question.type in _FILES

    def is_known(self, place: Place) -> bool:
        """Whether an answer was there before the visit and is not to be given again."""
        return place.kept != "" and self._holds(place, "readonly", otherwise=False)

    def choice_label(self, code: str, path: str, place: Node) -> str:
        """The label of an option of the question at `path`, as `jr:choice-name` wants it."""
        control = self._form.controls.get(_plain(path))
        if control is None:
            control = self._by_name(path.rpartition("/")[2])
        if control is None:
            return ""
        return next((choice.label for choice in self.words.choices(control, place) if choice.code == code), "")

    def newly_retired(self, place: Place, codes: Iterable[str]) -> str:
        """The first of these options that is not offered any more and was not chosen before; empty where none is."""
        control = self._form.controls.get(place.path)
        if control is None:
            return ""
        retired = {choice.code for choice in self.words.choices(control, place) if choice.retired}
        return next((code for code in codes if code in retired and code not in place.kept.split()), "")

    def repeat_address(self, place: Place) -> str:
        """The address of the repeat that a place is an instance of."""
        return _NUMBERED.sub("", self._instance.address(place))

    def _by_name(self, name: str) -> Control | None:
        return next((control for path, control in self._form.controls.items() if path.endswith(f"/{name}")), None)

    def _children(self, place: Place) -> tuple[str, ...]:
        """What is shown within a place; a repeat once, however many instances it has."""
        address = "" if place is self._instance.top.parent else self._instance.address(place)
        found: dict[str, None] = {}
        for path, question in self._questions.items():
            if path.rpartition("/")[0] == place.path and question.type not in _NOT_SHOWN:
                found[f"{address}/{question.name}"] = None
        return tuple(found)

    def _holds(self, place: Place, name: str, *, otherwise: bool) -> bool:
        bind = self._form.binds.get(place.path)
        expression = getattr(bind, name) if bind else None
        return to_boolean(self._work.evaluate(expression, place)) if expression else otherwise

    def _constraint_fault(self, place: Place) -> str:
        if self._holds(place, "constraint", otherwise=True):
            return ""
        told = self.words.text(self._form.binds[place.path].constraint_message, place)
        if told:  # the sheet says what is allowed, and seldom what was entered
            return _("Please correct “{value}”. {reason}").format(value=self._readable(place), reason=told)
        return _("“{label}”: {value} is not possible here. Please correct it.").format(
            label=self.label(place), value=self._readable(place)
        )

    def _choice_fault(self, place: Place) -> str:
        question = self._questions.get(place.path)
        control = self._form.controls.get(place.path)
        if question is None or control is None or question.type not in _CHOICES:
            return ""
        offered = {choice.code: choice.label for choice in self.words.choices(control, place)}
        told = [place.text] if question.type == "select_one" else place.text.split()
        for code in told:
            if code not in offered:
                return _("“{label}”: “{code}” is none of the options. Choose one of these: {options}.").format(
                    label=self.label(place), code=code[:60], options=_listed(offered)
                )
        return ""

    def _readable(self, place: Place) -> str:
        """The answer as a sentence names it: options by their labels, what may be an ID number masked, all short."""
        question, control = self._questions.get(place.path), self._form.controls.get(place.path)
        if question is None or control is None or question.type not in _CHOICES:
            return f"{quoted(place.text)} {unit_in(self._language, question) if question else ''}".strip()
        labels = {choice.code: choice.label for choice in self.words.choices(control, place)}
        codes = [place.text] if question.type == "select_one" else place.text.split()
        return quoted(_(", ").join(labels.get(code, code) for code in codes))

    def soft_warning(self, place: Place, question: Question) -> str:
        """What to look at again, where the answer is unusual and nobody has said yet that it is right."""
        if not place.relevant or place.unread:
            return ""
        if place.text == "" or place.checked or self._holds(place, "soft", otherwise=True):
            return ""
        told = question.soft_message.get(self._language) or question.soft_message.get(self._default, "")
        return told or _("Please check: {label} {value}").format(label=self.label(place), value=self._readable(place))

    def _question_view(self, place: Place, question: Question) -> NodeView:
        control = self._form.controls.get(place.path)
        is_group = question.type == "group"
        hints = [self.words.text(control.hint, place) if control else ""]
        if question.type in _FILES:
            hints.append(_("Pictures, sound and files are not kept here."))
        calculated = bool((bind := self._form.binds.get(place.path)) and bind.calculate)
        return NodeView(
            path=self._instance.address(place),
            name=question.name,
            type=question.type,
            label=self.label(place),
            hint="\n".join(filter(None, hints)),
            guidance=self.words.text(control.hint, place, "guidance") if control else "",
            value=_answer(place, question),
            relevant=place.relevant,
            required=not is_group
            and question.type not in _FILES
            and place.relevant
            and self._holds(place, "required", otherwise=False),
            read_only=question.type in _FILES
            or self._holds(place, "readonly", otherwise=False)
            or (calculated and question.type == "calculate"),
            appearance=question.appearance,
            unit=unit_in(self._language, question),
            error=place.unread or (self._error(place) if place.relevant and place.text != "" else ""),
            soft_warning=self.soft_warning(place, question),
            choices=self._choices(place, question),
            urgency=question.urgency,
            sign=question.sign,
            source=question.source,
            range=control.range if control else None,
            children=self._children(place) if is_group else (),
        )

    def _error(self, place: Place) -> str:
        return self._constraint_fault(place) or self._choice_fault(place) or self._range_fault(place)

    def _range_fault(self, place: Place) -> str:
        control = self._form.controls.get(place.path)
        if control is None or control.range is None:
            return ""
        start, end = sorted(map(to_number, control.range[:2]))
        step, number = abs(to_number(control.range[2])), to_number(place.text)
        if start <= number <= end:
            steps = (number - to_number(control.range[0])) / step if step else 0.0
            if abs(steps - round(steps)) < 1e-6:
                return ""
            return _(
                "“{label}”: {value} is not on the scale, which goes in steps of {step}. Please correct it."
            ).format(label=self.label(place), value=self._readable(place), step=control.range[2])
        return _("“{label}”: {value} is not between {start} and {end}. Please correct it.").format(
            label=self.label(place), value=self._readable(place), start=control.range[0], end=control.range[1]
        )

    def _choices(self, place: Place, question: Question) -> tuple[ChoiceView, ...]:
        control = self._form.controls.get(place.path)
        if control is None or question.type not in _CHOICES:
            return ()
        offered = self.words.choices(control, place)
        codes = {choice.code for choice in offered}
        chosen = [place.kept] if question.type == "select_one" else place.kept.split()
        offered = [choice for choice in offered if not choice.retired or choice.code in chosen]
        offered += [ChoiceView(code, code, retired=True) for code in chosen if code and code not in codes]
        return tuple(offered)

    def _repeat_view(self, address: str, path: str) -> NodeView:
        parent = self._instance.find(address.rpartition("/")[0])
        if parent is None:
            raise KeyError(address)
        question = self._questions[path]
        there = self._instance.instances(parent, path)
        fixed = self._form.repeats[path].fixed
        label = question.label.get(self._language) or question.label.get(self._default, "")
        return NodeView(
            path=address,
            name=question.name,
            type="repeat",
            label=label if "${" not in label else question.name,
            hint="",
            guidance="",
            value="",
            relevant=parent.relevant and self._repeat_asked(parent, path, there),
            required=False,
            read_only=fixed,
            appearance=question.appearance,
            unit="",
            children=tuple(self._instance.address(place) for place in there),
            can_add=not fixed,
        )

    def _repeat_asked(self, parent: Place, path: str, there: list[Place]) -> bool:
        if there:
            return there[0].relevant
        bind = self._form.binds.get(path)
        if bind is None or bind.relevant is None:
            return True
        return to_boolean(self._work.evaluate(bind.relevant, self._work.stand_in(parent, path)))

    def _instance_view(self, place: Place, question: Question) -> NodeView:
        return NodeView(
            path=self._instance.address(place),
            name=question.name,
            type="instance",
            label=self.label(place),
            hint="",
            guidance="",
            value=str(self._instance.number(place)),
            relevant=place.relevant,
            required=False,
            read_only=False,
            appearance=question.appearance,
            unit="",
            children=self._children(place),
            can_remove=not self._form.repeats[place.path].fixed,
        )

    def _bare_view(self, place: Place) -> NodeView:
        """The form as a whole, or something the compiler added that the sheet does not name."""
        return NodeView(
            path=self._instance.address(place),
            name=place.name,
            type="group" if place.children else "hidden",
            label="",
            hint="",
            guidance="",
            value=place.text,
            relevant=place.relevant,
            required=False,
            read_only=True,
            appearance="",
            unit="",
            children=self._children(place),
        )


def _plain(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path)


def _listed(options: Mapping[str, str]) -> str:
    """The options with what is typed for them; of a long list the beginning."""
    named = [f"{code} {label}" if label != code else code for code, label in list(options.items())[:_LISTED]]
    return _(", ").join((*named, "…") if len(options) > _LISTED else named)


def _answer(place: Place, question: Question) -> Answer:
    return place.kept.split() if question.type in _LISTS else place.kept
