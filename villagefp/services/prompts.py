"""Danger signs of a form being filled: whether they were told, whether the county signed their table, and the slip.

Nothing here judges: a sign says where to go and how soon. What the person does is the person's own decision.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from villagefp.domain import codes
from villagefp.forms.rule_words import entered, rule_words
from villagefp.forms.session import FormSession
from villagefp.forms.told import TOLD, VIOLENCE
from villagefp.forms.views import Prompt
from villagefp.i18n import _, language
from villagefp.storage import published

if TYPE_CHECKING:
    from villagefp.storage.store import Store

SLIP = "referral_slip"
DANGER_SIGNS, MEC = "danger_signs_signed", "mec_signed"
"""The county parameters that say whether a doctor of the county has signed a table."""
_OF_MEC = "domain d.3"
_OPEN = "[K]"
"""What a source bears that the county must confirm."""
_URGENT = frozenset({"R", "Y"})
_URGENCY = {"R": "1", "Y": "2", "G": "3"}
_OTHER = "other"


@dataclass(frozen=True)
class Slip:
    """What a referral slip begins with: why, in codes of the slip, and how soon (1 at once, 2 today, 3 soon)."""

    reasons: tuple[str, ...]
    urgent: str

    def inputs(self) -> dict[str, str]:
        """As the slip reads it: `instance('prompts')/root/reasons`."""
        return {"reasons": " ".join(self.reasons), "urgent": self.urgent}


@dataclass(frozen=True)
class Why:
    """Why a sign is shown: what was entered, and the rule in words."""

    entered: tuple[str, ...]
    rule: str


def signed_tables(store: Store) -> frozenset[str]:
    """The tables that the county has signed, as of today."""
    with store.read() as connection:
        told = published.params(connection, store.ambient.today())
    return frozenset(name for name in (DANGER_SIGNS, MEC) if told[name] == "1")


def table_of(source: str) -> str:
    """Which table a sign is from, by its source."""
    return MEC if _OF_MEC in source else DANGER_SIGNS


def is_unsigned(source: str, signed: Collection[str]) -> bool:
    """Whether the county has still to confirm the rule with this source."""
    return _OPEN in source and table_of(source) not in signed


def not_signed() -> str:
    """The mark of what the county has still to sign."""
    return _("not signed by the county")


def marked(prompts: Sequence[Prompt], signed: Collection[str]) -> tuple[Prompt, ...]:
    """The same signs, each saying whether the county has still to sign it."""
    return tuple(replace(prompt, unsigned=is_unsigned(prompt.source, signed)) for prompt in prompts)


def why(session: FormSession, prompt: Prompt) -> Why:
    """Why a sign is shown, for the one who unfolds it."""
    return Why(entered(session, prompt.path), rule_words(session.package, prompt.path, language()[:2]))


def told_path(session: FormSession) -> str | None:
    """Where the tick of a form stands; None where it has none."""
    return next((question.path for question in session.package.questions if question.name == TOLD), None)


def is_told(session: FormSession) -> bool:
    """Whether it is confirmed that the signs shown were told."""
    path = told_path(session)
    return path is not None and session.node(path).relevant and session.node(path).value != ""


def tell(session: FormSession, *, told: bool) -> set[str]:
    """Confirm that the signs were told, or take it back; says which places are to be shown anew."""
    path = told_path(session)
    return set() if path is None else session.set_answer(path, "OK" if told else "")


def follow(session: FormSession, before: Sequence[Prompt]) -> set[str]:
    """Take the tick back where a sign has come that was not there when it was set."""
    new = {prompt.path for prompt in session.prompts()} - {prompt.path for prompt in before}
    return tell(session, told=False) if new and is_told(session) else set()


def untold(session: FormSession) -> tuple[Prompt, ...]:
    """The signs for today or at once that nobody has confirmed as told: asked about once, never in the way."""
    path = told_path(session)
    if path is None or is_told(session):
        return ()
    return tuple(prompt for prompt in session.prompts() if prompt.urgency in _URGENT)


def ask_told() -> str:
    """What is asked once where a sign is not confirmed as told."""
    return _("Has the person been told of the danger signs, and where to go?")


def slip_for(prompts: Sequence[Prompt]) -> Slip | None:
    """The slip that these signs lead to; None where there is none to give.

    Violence stands on no paper: the talk about it is private, and a slip is carried through the village.
    """
    meant = [prompt for prompt in prompts if prompt.sign != VIOLENCE]
    if not meant:
        return None
    known = {code.code for code in codes.load("danger_sign")}
    reasons = dict.fromkeys(prompt.sign if prompt.sign in known else _OTHER for prompt in meant)
    return Slip(tuple(reasons), min(_URGENCY[prompt.urgency] for prompt in meant))
