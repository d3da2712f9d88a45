"""What a form being filled shows of itself: plain dataclasses, made anew whenever they are asked for.

A place in a form is a path with the repeat instance in brackets: `/data/visit/kids[2]/name`. Outside repeats the path
is the question's own (`Question.path`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

Answer = str | list[str]
"""What is held under a question: text as the form writes it, a list for multiple choice and ranking."""


@dataclass(frozen=True)
class ChoiceView:
    """One option as it is offered now."""

    code: str
    label: str
    retired: bool = False  # chosen once and no longer offered (`retired` in the choices sheet, or gone from it)


@dataclass(frozen=True)
class NodeView:
    """One question, note, group or repeat as it stands now."""

    path: str
    name: str
    type: str  # as `Question.type`; a repeat is "repeat", one of its instances "instance"
    label: str
    hint: str
    guidance: str
    value: Answer
    relevant: bool  # asked now: its own condition and that of all groups around it
    required: bool
    read_only: bool
    appearance: str
    unit: str
    error: str = ""  # why the answer cannot stand, in the form's language
    soft_warning: str = ""  # "please check": shown once, never in the way
    choices: tuple[ChoiceView, ...] = ()
    urgency: str = ""  # R, Y or G: a danger note
    sign: str = ""
    source: str = ""
    range: tuple[str, str, str] | None = None  # start, end, step of a range question
    children: tuple[str, ...] = ()  # paths of what is in a group, repeat or instance, in order
    can_add: bool = False  # a repeat that takes another instance
    can_remove: bool = False  # an instance that may be taken away


@dataclass(frozen=True)
class Violation:
    """Why a visit cannot be kept as done: the question's name, its place, and a sentence."""

    question: str
    path: str
    message: str


@dataclass(frozen=True)
class Check:
    """An unusual answer that was kept: the question's name, its place, and what to look at again."""

    question: str
    path: str
    message: str


@dataclass(frozen=True)
class Prompt:
    """A danger sign that applies: what to tell, how urgent, and where the rule comes from."""

    urgency: str
    sign: str
    label: str
    source: str
    path: str
    unsigned: bool = False  # the county has still to sign the rule


@dataclass(frozen=True)
class FormInputs:
    """What is known before the visit, as read-only instances of the form: `instance('person')/root/name` and so on.

    `tables` are lists to choose from or to look up: `select_one_from_file members.csv` reads `tables["members"]`,
    whose rows have at least `name` (the code) and `label`. `${last-saved#weight}` reads `previous`.
    """

    person: dict[str, str] = field(default_factory=dict)
    household: dict[str, str] = field(default_factory=dict)
    previous: dict[str, str] = field(default_factory=dict)  # answers of the last visit with this form, by name
    episode: dict[str, str] = field(default_factory=dict)
    visit: dict[str, str] = field(default_factory=dict)  # on, worker, village
    prompts: dict[str, str] = field(default_factory=dict)  # of the visit that leads to this slip: reasons, urgent
    referral: dict[str, str] = field(default_factory=dict)  # the slip that waits for an answer: given_on, to_facility
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)
