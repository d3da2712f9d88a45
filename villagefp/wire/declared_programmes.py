"""The kinds that say which programmes a person takes part in: consents, episodes, referrals, benefit cases.

A programme that would tell something private (a method, an operation, care after an abortion) has the open code
`private`; which one it is, and the days it counts from, are in one sealed field, as `PRIVATE_FIELDS` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping

from villagefp.wire.declaring import field, once
from villagefp.wire.kinds import Base, FieldType, Kind, Merge, Travel

_CONSENT, _DUTY, _SAFEGUARD = Base.CONSENT, Base.DUTY, Base.SAFEGUARD
_TEXT, _CODE, _DATE, _REFERENCE = FieldType.TEXT, FieldType.CODE, FieldType.DATE, FieldType.REFERENCE

CONSENT = Kind(
    number=11,
    name="consent",
    fields=(
        once(1, "person", _REFERENCE, _CONSENT, "who agreed", unit="person"),
        once(
            2, "programme", _CODE, _CONSENT, "to which programme; private where the name would tell", unit="programme"
        ),
        field(3, "given_on", _DATE, _CONSENT, "since when it counts"),
        field(4, "how", _CODE, _CONSENT, "proof of the consent", unit="signed, thumb, spoken"),
        field(5, "text_version", _TEXT, _CONSENT, "which text was read to the person: form and version"),
        field(6, "event", _REFERENCE, _SAFEGUARD, "the visit at which it was given", unit="event"),
        field(7, "withdrawn_on", _DATE, _CONSENT, "from when on nothing may rest on it"),
        field(
            8,
            "private",
            FieldType.BYTES,
            _CONSENT,
            "the programme, where its name would tell",
            travel=Travel.SEALED,
            unit="msgpack",
        ),
    ),
)
_CLOSED = Merge.TOGETHER
EPISODE = Kind(
    number=12,
    name="episode",
    fields=(
        once(1, "person", _REFERENCE, _CONSENT, "who takes part", unit="person"),
        once(
            2, "programme", _CODE, _CONSENT, "in which programme; private where the name would tell", unit="programme"
        ),
        field(3, "opened_on", _DATE, _CONSENT, "since when"),
        field(4, "opened_by", _REFERENCE, _SAFEGUARD, "the visit that opened it", unit="event"),
        field(5, "consent", _REFERENCE, _CONSENT, "the consent it rests on", unit="consent"),
        field(6, "closed_on", _DATE, _CONSENT, "nothing is offered after it", merge=_CLOSED, group="closed"),
        field(
            7,
            "closed_why",
            _CODE,
            _CONSENT,
            "how it ended, in neutral words; never a reason",
            merge=_CLOSED,
            group="closed",
            unit="outcome",
        ),
        field(
            8,
            "closed_by",
            _REFERENCE,
            _SAFEGUARD,
            "the visit that closed it",
            merge=_CLOSED,
            group="closed",
            unit="event",
        ),
        field(9, "lmp", _DATE, _CONSENT, "antenatal visits count from it"),
        field(10, "edd", _DATE, _CONSENT, "antenatal visits count from it where the other day is not known"),
        field(11, "delivered_on", _DATE, _CONSENT, "the check at 42 days counts from it"),
        field(12, "discharged_on", _DATE, _CONSENT, "the visit after birth counts from it"),
        field(13, "checked_on", _DATE, _CONSENT, "the talk about the result counts from it"),
        field(14, "started_on", _DATE, _CONSENT, "the months of folic acid count from it"),
        field(15, "joined_on", _DATE, _DUTY, "visits to a family count from it"),
        field(
            16,
            "private",
            FieldType.BYTES,
            _CONSENT,
            "programme, method and days of a private programme",
            travel=Travel.SEALED,
            unit="msgpack",
        ),
    ),
)
REFERRAL = Kind(
    number=13,
    name="referral",
    fields=(
        once(1, "person", _REFERENCE, _DUTY, "who was advised to see a doctor", unit="person"),
        field(2, "given_on", _DATE, _DUTY, "when to ask how it went counts from it"),
        field(3, "urgency", _CODE, _DUTY, "how soon to ask", unit="1 at once, 2 today, 3 soon, 4 routine"),
        field(4, "to_facility", _TEXT, _DUTY, "where the person was advised to go"),
        field(5, "follow_by", _DATE, _DUTY, "the last day to ask"),
        field(6, "arrived", _CODE, _DUTY, "ends the asking", unit="1 yes, 2 no, 3 not told"),
        field(7, "result_told_on", _DATE, _DUTY, "ends the asking"),
        field(8, "event", _REFERENCE, _SAFEGUARD, "the slip", unit="event"),
        field(
            9, "reason", FieldType.BYTES, _CONSENT, "why, in codes of the slip", travel=Travel.SEALED, unit="msgpack"
        ),
    ),
)
BENEFIT_CASE = Kind(
    number=14,
    name="benefit_case",
    fields=(
        once(1, "person", _REFERENCE, _DUTY, "who applies", unit="person"),
        once(2, "benefit", _CODE, _DUTY, "what is applied for", unit="benefit_type"),
        field(3, "opened_on", _DATE, _DUTY, "since when the family is helped"),
        field(4, "submitted_on", _DATE, _DUTY, "when the papers were handed in"),
        field(5, "decided_on", _DATE, _DUTY, "when the office answered", merge=Merge.TOGETHER, group="decided"),
        field(
            6,
            "decision",
            _CODE,
            _DUTY,
            "what the office answered, copied",
            merge=Merge.TOGETHER,
            group="decided",
            unit="1 confirmed, 2 not met, 3 ended",
        ),
        field(7, "event", _REFERENCE, _SAFEGUARD, "the visit it was last told at", unit="event"),
    ),
)

PRIVATE_FIELDS: Mapping[str, FieldType] = {
    "programme": _CODE,
    "method": _CODE,  # `method_code`
    "item_code": _CODE,
    "device_type": _CODE,
    "product": _TEXT,
    "arm": _CODE,
    "op_method": _CODE,
    "facility": _TEXT,
    "placed_on": _DATE,
    "removed_on": _DATE,
    "expires_on": _DATE,
    "op_on": _DATE,
    "ended_on": _DATE,
    "given_on": _DATE,
    "run_out_on": _DATE,
    "semen_on": _DATE,
    "semen_result": _CODE,
}
"""What the sealed field of a private episode may hold; that of a private consent holds the programme alone."""

PRIVATE = "private"
"""The open code of every private programme."""
