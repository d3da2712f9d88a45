"""Why a batch is refused: as a word for programs, and as a sentence for people."""

from __future__ import annotations

from enum import StrEnum

from villagefp.errors import UserError
from villagefp.i18n import _


class Fault(StrEnum):
    """Why a batch changes nothing here."""

    NO_BATCH = "no_batch"
    NEWER = "newer"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    WRONG_SIGNATURE = "wrong_signature"
    UNKNOWN_DICTIONARY = "unknown_dictionary"
    UNKNOWN_REFERENCE = "unknown_reference"
    DAMAGED = "damaged"
    GROUPS = "groups"
    LINKS = "links"


class BatchError(UserError):
    """A batch that is not taken; nothing of it was kept."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(_sentence(fault))
        self.fault = fault


def _sentence(fault: Fault) -> str:
    return {
        Fault.NO_BATCH: _("This is no batch of changes. Nothing was changed; have it sent again."),
        Fault.NEWER: _(
            "These changes come from a newer version of the program. Nothing was changed; update this one first."
        ),
        Fault.TRUNCATED: _("The changes arrived incomplete. Nothing was changed; have them sent again."),
        Fault.TOO_LARGE: _("These changes are larger than the program takes. Nothing was changed; tell the county."),
        Fault.WRONG_SIGNATURE: _(
            "These changes were altered on the way, or another laptop signed them. Nothing was changed; "
            "have them sent again."
        ),
        Fault.UNKNOWN_DICTIONARY: _(
            "These changes are packed with a word list that this version does not have. Nothing was changed; "
            "update the program."
        ),
        Fault.UNKNOWN_REFERENCE: _(
            "These changes speak of earlier ones that are not here. Nothing was changed; "
            "have the earlier ones sent first."
        ),
        Fault.DAMAGED: _("These changes are signed but cannot be read. Nothing was changed; tell the county."),
        Fault.GROUPS: _("These changes tear apart what was saved together. Nothing was changed; tell the county."),
        Fault.LINKS: _(
            "These changes do not follow from what their laptop sent before. Nothing was changed; tell the county."
        ),
    }[fault]
