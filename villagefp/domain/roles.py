"""The roles of laptops as people say them; what a role gets stands in `wire/scopes.py`."""

from __future__ import annotations

from villagefp.errors import UserError
from villagefp.i18n import _

DOCTOR = "village_doctor"
CADRE = "village_cadre"
_READ = {
    "村医": DOCTOR,
    "乡村医生": DOCTOR,
    "村专干": CADRE,
    "专干": CADRE,
}
"""As lists of villages and clerks write them."""


def in_words(role: str) -> str:
    """A role as people say it; one that this program does not know, from a newer county, as it came."""
    return _words().get(role, role)


def in_use() -> str:
    """The roles there are, to choose from."""
    return ", ".join(_words().values())


def read(told: str) -> str:
    """The role that somebody wrote; UserError names what may be written."""
    written = told.strip()
    known = {**_READ, **{words: role for role, words in _words().items()}, **{role: role for role in _words()}}
    if written not in known:
        raise UserError(_("{role} is no role. Take one of these: {roles}.").format(role=written, roles=in_use()))
    return known[written]


def _words() -> dict[str, str]:
    return {DOCTOR: _("village doctor"), CADRE: _("village cadre")}
