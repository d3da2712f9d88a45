"""The kinds that say who is one and the same, and who moves from one village to another.

`same_as` is about an unordered pair. The id of its record is made from the pair (`domain.same`), so two laptops that
say the same write to one record; saying that they are two after all is a later write to it, and the other way round.

A `transfer` is asked for by the person's own wish, with her consent, and decided by the county. It says whither, never
what anybody thinks of it: the reasons are those for which people move, and none need be told.
"""

from __future__ import annotations

from villagefp.wire.declaring import field, once
from villagefp.wire.kinds import Base, FieldType, Kind, Merge

_DUTY, _CONSENT = Base.DUTY, Base.CONSENT
_TEXT, _CODE, _DATE, _FLAG = FieldType.TEXT, FieldType.CODE, FieldType.DATE, FieldType.FLAG
_REFERENCE = FieldType.REFERENCE

SAME_AS = Kind(
    number=21,
    name="same_as",
    fields=(
        once(1, "sort", _CODE, _DUTY, "what the two records are", unit="person, household"),
        once(2, "first", _REFERENCE, _DUTY, "one record of the pair, the smaller id", unit="person or household"),
        once(3, "second", _REFERENCE, _DUTY, "the other record of the pair", unit="person or household"),
        field(4, "same", _FLAG, _DUTY, "show one person once, and both again where it was wrong", merge=Merge.ASK),
    ),
)
_STATE = Merge.TOGETHER
TRANSFER = Kind(
    number=22,
    name="transfer",
    fields=(
        once(1, "person", _REFERENCE, _CONSENT, "who moves", unit="person"),
        once(2, "from_village", _TEXT, _CONSENT, "where she was served", unit="12-digit statistics code"),
        once(3, "to_village", _TEXT, _CONSENT, "where she wishes to be served", unit="12-digit statistics code"),
        once(4, "asked_on", _DATE, _CONSENT, "when she asked"),
        once(5, "reason", _CODE, _CONSENT, "which offers fit there; need not be told", unit="transfer_reason"),
        once(6, "consent_on", _DATE, _CONSENT, "when she agreed that her record goes there"),
        once(7, "consent_how", _CODE, _CONSENT, "proof of the consent", unit="signed, thumb, spoken"),
        field(
            8,
            "state",
            _CODE,
            _CONSENT,
            "whether her record is there yet",
            merge=_STATE,
            group="state",
            unit="asked, decided, arrived",
        ),
        field(9, "agreed", _FLAG, _CONSENT, "what the county decided", merge=_STATE, group="state"),
        field(10, "state_on", _DATE, _CONSENT, "since when", merge=_STATE, group="state"),
    ),
)
