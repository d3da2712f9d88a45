"""A compiled form as it is shipped and kept: the XForm, and what the sheet says beside it (numbers, paper, sources)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """One option of a list: the code on paper, its label a language, and the other columns for `choice_filter`."""

    name: str
    label: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One row of the survey sheet, groups and repeats included (their ends are implied by `path`)."""

    path: str  # absolute path in the instance: /data/vitals/temp
    name: str
    type: str  # XLSForm type without its list: select_one, integer, group, repeat, note …
    number: int | None  # the permanent number under which answers are kept; None for groups, notes and layout
    label: dict[str, str]  # language code → text; output markers as ${name}
    hint: dict[str, str]
    guidance: dict[str, str]
    appearance: str
    choices: str | None  # name of the choice list
    row: int  # row of the survey sheet, for messages
    sealed: bool = False
    source: str = ""  # standard or rule and its mark, [K] kept
    urgency: str = ""  # R, Y or G: a danger note
    sign: str = ""  # code of `danger_sign`
    soft: str = ""  # expression that is true for a usual value; false asks "please check" once
    soft_message: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    paper: dict[str, str] = field(default_factory=dict)  # the `print::` columns


@dataclass(frozen=True)
class FormPackage:
    """One version of one form; records stay bound to (`form_id`, `version`)."""

    form_id: str
    version: str
    title: dict[str, str]
    languages: tuple[str, ...]  # first is the default
    xform: str  # XML text
    questions: tuple[Question, ...]
    choices: dict[str, tuple[Choice, ...]]
    settings: dict[str, str]  # remaining columns of the settings sheet, `print::` ones included
    source_hash: str  # of the sheet it was compiled from
