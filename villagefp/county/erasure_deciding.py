"""Deciding at the county about an erasure that a laptop might not do by itself."""

from __future__ import annotations

from villagefp.county import erasing, erasure_wishes
from villagefp.county.keys import CountyKeys
from villagefp.county.store import Act, County, note
from villagefp.errors import UserError
from villagefp.i18n import _


def decide(county: County, keys: CountyKeys, village: bytes, name: bytes, *, granted: bool, who: str) -> None:
    """Grant or refuse one; granted it is a statement of the county, as if a laptop had done it that may.

    One that was refused can still be granted. UserError where nobody says who decides, or nothing of this name waits.
    """
    if not who.strip():
        raise UserError(_("Somebody decides about this. Give your name as the office knows it."))
    with county.numbering(village) as (connection, standing):
        kept = next((one for one in erasure_wishes.of_village(connection, village) if one.name == name), None)
        if kept is None:
            raise UserError(_("This erasure does not wait for a decision any more. Look at the list again."))
        told = "erasure granted" if granted else "erasure refused"
        noted = note(connection, standing, Act(county.now(), who, told, kept.device))
        if granted:
            erasing.say(county, connection, noted, kept.told, keys=keys, who=who)
        else:
            erasure_wishes.refuse(connection, village, name)
