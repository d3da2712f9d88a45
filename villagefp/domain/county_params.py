"""What the county decides beside forms and programmes, each by a name that the program knows, with a value and a day.

Nothing here can count, rank or oblige anybody: a parameter says whether a table is signed, whom to call, how much a
benefit is. Where the county has said nothing, the default stands [K].
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from villagefp.errors import UserError
from villagefp.i18n import _

_PHONE = re.compile(r"[0-9][0-9 -]{2,18}[0-9]")
_AMOUNT = re.compile(r"\d{1,7}(\.\d{1,2})?")
_DAYS = re.compile(r"\d{1,4}")
_LONGEST = 200


class ParamType(StrEnum):
    """How a value is written."""

    FLAG = "flag"  # told as yes or no, kept as 1 or 0
    PHONE = "phone"
    AMOUNT = "amount"  # yuan, at most two decimals
    DAYS = "days"  # a whole number
    TEXT = "text"  # at most 200 characters


@dataclass(frozen=True)
class Param:
    """One parameter: its name, how its value is written, what stands where the county has said nothing."""

    name: str
    type: ParamType
    default: str = ""

    def read(self, told: str) -> str:
        """The value as it is kept; UserError where it cannot be one."""
        value = told.strip()
        if self.type is ParamType.FLAG:
            value = {"yes": "1", "no": "0"}.get(value, value)
        if _FITS[self.type](value):
            return value
        raise UserError(
            _("“{value}” is no value of {name}: {shape} is needed.").format(
                value=value[:40], name=self.name, shape=_shapes()[self.type]
            )
        )


_FITS: Mapping[ParamType, Callable[[str], object]] = {
    ParamType.FLAG: lambda value: value in {"1", "0"},
    ParamType.PHONE: lambda value: value == "" or _PHONE.fullmatch(value),
    ParamType.AMOUNT: lambda value: value == "" or _AMOUNT.fullmatch(value),
    ParamType.DAYS: _DAYS.fullmatch,
    ParamType.TEXT: lambda value: len(value) <= _LONGEST and value.isprintable(),
}

_FLAG, _CALL, _SUM, _DAY, _WORDS = (
    ParamType.FLAG, ParamType.PHONE, ParamType.AMOUNT, ParamType.DAYS, ParamType.TEXT,
)  # fmt: skip
KNOWN: Mapping[str, Param] = {
    param.name: param
    for param in (
        Param("danger_signs_signed", _FLAG, "0"),
        Param("mec_signed", _FLAG, "0"),
        Param("newborn_second_visit", _FLAG, "0"),
        Param("public_notice_masks_names", _FLAG, "1"),
        Param("hotline_county", _CALL),
        Param("hotline_complaint", _CALL),
        Param("hotline_supplies", _CALL),
        Param("hotline_psychology", _CALL, "12356"),
        Param("hotline_women", _CALL, "12338"),
        Param("amount_childcare_subsidy", _SUM),
        Param("amount_reward_support", _SUM),
        Param("amount_special_support_death", _SUM),
        Param("amount_special_support_disability", _SUM),
        Param("amount_only_child", _SUM),
        Param("correction_answer_days", _DAY, "15"),
        Param("stock_cover_days", _DAY, "90"),
        Param("standard_in_force", _WORDS),
    )
}
"""By name; the program reads no other."""


def known(name: str) -> Param:
    """The parameter of this name; UserError lists those there are."""
    if name not in KNOWN:
        raise UserError(
            _("There is no parameter “{name}”. There are: {names}.").format(name=name[:40], names=", ".join(KNOWN))
        )
    return KNOWN[name]


def defaults() -> dict[str, str]:
    """What stands where the county has said nothing, by name."""
    return {name: param.default for name, param in KNOWN.items()}


def meaning(name: str) -> str:
    """What a parameter decides, as a sentence for people."""
    return {
        "danger_signs_signed": _("A county doctor has signed the table of danger signs."),
        "mec_signed": _("A county doctor has signed the table that says when a doctor is asked before a method."),
        "newborn_second_visit": _("A second visit to newborns is offered on days 28 to 30."),
        "public_notice_masks_names": _("Names are masked where a list is put up in public."),
        "hotline_county": _("Telephone of the county office, printed on what stays in the home."),
        "hotline_complaint": _("Telephone for complaints, printed on what stays in the home."),
        "hotline_supplies": _("Telephone for contraceptives and folic acid."),
        "hotline_psychology": _("Telephone for people in distress."),
        "hotline_women": _("Telephone of the women's federation."),
        "amount_childcare_subsidy": _("Childcare subsidy, yuan a child and year."),
        "amount_reward_support": _("Reward support for families, yuan a person and year."),
        "amount_special_support_death": _(
            "Special support after the death of the only child, yuan a person and month."
        ),
        "amount_special_support_disability": _(
            "Special support after the disability of the only child, yuan a person and month."
        ),
        "amount_only_child": _("Only-child allowance, yuan a family and month."),
        "correction_answer_days": _("Days within which a wish for correction is answered."),
        "stock_cover_days": _("An order of supplies covers the use of this many days."),
        "standard_in_force": _("Which edition of the national standard for basic public health services is in force."),
    }[name]


def _shapes() -> Mapping[ParamType, str]:
    return {
        ParamType.FLAG: _("yes or no"),
        ParamType.PHONE: _("a telephone number"),
        ParamType.AMOUNT: _("an amount in yuan such as 3600 or 90.50"),
        ParamType.DAYS: _("a number of days"),
        ParamType.TEXT: _("text of at most 200 characters"),
    }
