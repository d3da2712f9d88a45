"""The kinds and fields that are declared so far; what each word means is said in `kinds.py`."""

from __future__ import annotations

from collections.abc import Mapping

from villagefp.wire.declared_care import APPOINTMENT, STOCK_ITEM, STOCK_MOVE
from villagefp.wire.declared_packages import COUNTY_PARAM, FORM_PACKAGE, PROGRAMME_PACKAGE
from villagefp.wire.declared_persons import SAME_AS, TRANSFER
from villagefp.wire.declared_programmes import BENEFIT_CASE, CONSENT, EPISODE, REFERRAL
from villagefp.wire.declaring import field as _field
from villagefp.wire.declaring import once as _once
from villagefp.wire.kinds import Base, FieldType, Kind, Merge, Travel

_DUTY, _CONSENT, _SAFEGUARD, _ORGANISATION = Base.DUTY, Base.CONSENT, Base.SAFEGUARD, Base.ORGANISATION
_TEXT, _CODE, _DATE, _FLAG, _BYTES = FieldType.TEXT, FieldType.CODE, FieldType.DATE, FieldType.FLAG, FieldType.BYTES
_MOMENT, _REFERENCE = FieldType.MOMENT, FieldType.REFERENCE
_SEALED = Travel.SEALED


_VILLAGE = Kind(
    number=1,
    name="village",
    fields=(
        _field(1, "code", _TEXT, _ORGANISATION, "names the village to the county", unit="12-digit statistics code"),
        _field(2, "name", _TEXT, _ORGANISATION, "title of screens and sheets"),
    ),
)
_WORKER = Kind(
    number=2,
    name="worker",
    fields=(
        _field(1, "name", _TEXT, _ORGANISATION, "says on sheets and in the log who did it"),
        _field(2, "role", _CODE, _ORGANISATION, "decides which kinds the worker may open", unit="worker_role"),
        _field(3, "phone", _TEXT, _ORGANISATION, "printed on sheets so that families can call"),
    ),
)
_HOUSEHOLD = Kind(
    number=3,
    name="household",
    fields=(
        _field(
            1, "household_no", _TEXT, _DUTY, "number by which village and paper know the household", merge=Merge.ASK
        ),
        _field(2, "group_no", _TEXT, _DUTY, "villagers' group, for rounds in walking order"),
        _field(3, "address", _TEXT, _DUTY, "where to visit"),
        _field(4, "head", _REFERENCE, _DUTY, "whom the household's sheet is addressed to", unit="person"),
        _field(5, "note", _TEXT, _DUTY, "how to find the house"),
    ),
)
_HUKOU_BOOK = Kind(
    number=4,
    name="hukou_book",
    fields=(
        _field(1, "book_no", _TEXT, _DUTY, "number of the register book of the police", merge=Merge.ASK),
        _field(2, "address", _TEXT, _DUTY, "registered address"),
        _field(3, "head", _REFERENCE, _DUTY, "head of the register book", unit="person"),
    ),
)
_PERSON = Kind(
    number=5,
    name="person",
    fields=(
        _field(1, "name", _TEXT, _DUTY, "address and find the person", merge=Merge.ASK, group="name"),
        _field(
            2, "name_status", _CODE, _DUTY, "own name or stand-in", merge=Merge.ASK, group="name", unit="NameStatus"
        ),
        _field(3, "sex", _CODE, _DUTY, "which services and forms fit", merge=Merge.ASK, unit="GB/T 2261.1"),
        _field(4, "birth_date", _DATE, _DUTY, "when services fall due", merge=Merge.ASK, group="birth"),
        _field(
            5,
            "birth_precision",
            _CODE,
            _DUTY,
            "how exactly it is known",
            merge=Merge.ASK,
            group="birth",
            unit="Precision",
        ),
        _field(6, "birth_told", _TEXT, _DUTY, "the date as told, to check it later", merge=Merge.ASK, group="birth"),
        _field(
            7, "id_no", _TEXT, _DUTY, "tell persons of one name apart", merge=Merge.ASK, group="id_no", unit="GB 11643"
        ),
        _field(8, "id_status", _CODE, _DUTY, "why there is no number", merge=Merge.ASK, group="id_no", unit="IdStatus"),
        _field(9, "mother", _REFERENCE, _DUTY, "find a newborn by the mother", unit="person"),
        _field(10, "ethnic", _CODE, _DUTY, "asked by the basic record sheet", unit="GB/T 3304"),
        _field(11, "education", _CODE, _DUTY, "asked by the basic record sheet", unit="GB/T 4658"),
        _field(12, "marital", _CODE, _DUTY, "asked by the basic record sheet; gates no service", unit="GB/T 2261.2"),
        _field(13, "occupation", _TEXT, _DUTY, "asked by the basic record sheet"),
        _field(14, "file_no", _TEXT, _DUTY, "number of the health file, given by the county", merge=Merge.ASK),
        _field(15, "died_on", _DATE, _DUTY, "ends visits and spares the family reminders", merge=Merge.ASK),
        _field(
            16,
            "legacy_method",
            _BYTES,
            _CONSENT,
            "kept from an old roster until the person confirms",
            travel=Travel.SEALED,
        ),
        _field(
            17,
            "legacy_method_status",
            _CODE,
            _CONSENT,
            "whether the person has confirmed it",
            travel=Travel.LOCAL,
            unit="unverified, confirmed, dropped",
        ),
        _field(18, "note", _TEXT, _DUTY, "what the next visitor should know"),
    ),
)
_ALIAS = Kind(
    number=6,
    name="alias",
    fields=(
        _once(1, "person", _REFERENCE, _DUTY, "whose name it is", unit="person"),
        _field(2, "name", _TEXT, _DUTY, "find a person by the name the village uses"),
        _field(3, "sort", _CODE, _DUTY, "called, former or provisional", unit="called, former, provisional"),
    ),
)
_PHONE = Kind(
    number=7,
    name="phone",
    fields=(
        _once(1, "person", _REFERENCE, _DUTY, "whom it reaches", unit="person"),
        # Leave to mention health is given for one number: the three move as one.
        _field(2, "number", _TEXT, _DUTY, "call before a visit", merge=Merge.TOGETHER, group="reach"),
        _field(
            3,
            "whose",
            _CODE,
            _DUTY,
            "who picks up",
            merge=Merge.TOGETHER,
            group="reach",
            unit="self, household, spouse, child, neighbour, other",
        ),
        _field(
            4,
            "may_mention_health",
            _FLAG,
            _DUTY,
            "keep health from a shared phone",
            merge=Merge.TOGETHER,
            group="reach",
        ),
    ),
)
_MEMBERSHIP = Kind(
    number=8,
    name="membership",
    fields=(
        _once(1, "person", _REFERENCE, _DUTY, "who belongs", unit="person"),
        _once(2, "household", _REFERENCE, _DUTY, "with whom the person lives and eats", unit="household"),
        _once(3, "hukou_book", _REFERENCE, _DUTY, "where the person is registered", unit="hukou_book"),
        _field(4, "relation", _CODE, _DUTY, "relation to the head, for the household's sheet", unit="GB/T 4761"),
        _field(5, "joined_on", _DATE, _DUTY, "who lived here when", merge=Merge.TOGETHER, group="joined"),
        _field(
            6,
            "joined_why",
            _CODE,
            _DUTY,
            "who lived here when",
            merge=Merge.TOGETHER,
            group="joined",
            unit="member_change",
        ),
        _field(7, "left_on", _DATE, _DUTY, "who lived here when", merge=Merge.TOGETHER, group="left"),
        _field(
            8, "left_why", _CODE, _DUTY, "who lived here when", merge=Merge.TOGETHER, group="left", unit="member_change"
        ),
        _field(
            9,
            "presence",
            _CODE,
            _DUTY,
            "plan a round past those who are away",
            merge=Merge.TOGETHER,
            group="presence",
            unit="presence",
        ),
        _field(
            10,
            "presence_since",
            _DATE,
            _DUTY,
            "plan a round past those who are away",
            merge=Merge.TOGETHER,
            group="presence",
        ),
        _field(11, "expected_back", _DATE, _DUTY, "offer a visit on return", merge=Merge.TOGETHER, group="presence"),
    ),
)
_EVENT = Kind(
    number=9,
    name="event",
    fields=(
        _once(1, "person", _REFERENCE, _DUTY, "whom it was about", unit="person"),
        _once(2, "household", _REFERENCE, _DUTY, "which household it was about", unit="household"),
        _once(3, "event_type", _CODE, _DUTY, "what was done", unit="event_type"),
        _once(4, "form", _CODE, _DUTY, "which sheet it fills", unit="form"),
        _once(5, "form_version", _TEXT, _DUTY, "read the answers as they were asked"),
        _once(6, "occurred_on", _DATE, _DUTY, "the day it was done"),
        _once(7, "place", _CODE, _DUTY, "asked by the sheet", unit="place"),
        _once(8, "source", _CODE, _DUTY, "told, seen or copied", unit="source"),
        _once(9, "author_role", _CODE, _DUTY, "in which role it was done", unit="worker_role"),
        _once(10, "outcome", _CODE, _DUTY, "how the offer ended; never counted by worker", unit="outcome"),
        _once(11, "next_offer_on", _DATE, _DUTY, "when the person wishes to be asked again"),
        _once(12, "consent", _REFERENCE, _CONSENT, "the consent it rests on", unit="consent"),
        _once(13, "signature", _CODE, _DUTY, "how the sheet was signed", unit="signed, thumb, spoken, refused"),
        _once(14, "created_at", _MOMENT, _SAFEGUARD, "when it was entered, by the laptop's clock"),
        _once(15, "revision_of", _REFERENCE, _SAFEGUARD, "the event it corrects", unit="event"),
        _once(16, "correction_reason", _TEXT, _SAFEGUARD, "why it was corrected"),
        _once(17, "answers", _BYTES, _DUTY, "the answers, by the form's question numbers"),
        _once(18, "answers_sealed", _BYTES, _CONSENT, "answers that only the entitled may read", travel=_SEALED),
        _once(19, "author", _REFERENCE, _DUTY, "who did it, as the sheet says", unit="worker"),
    ),
)  # fmt: skip
_ACCESS = Kind(
    number=10,
    name="access",
    fields=(
        _once(1, "worker", _REFERENCE, _SAFEGUARD, "who looked", unit="worker"),
        _once(2, "person", _REFERENCE, _SAFEGUARD, "at whose record", unit="person"),
        _once(3, "day", _DATE, _SAFEGUARD, "on which day"),
        _once(4, "action", _CODE, _SAFEGUARD, "what was done with it", unit="opened, revealed, printed, exported"),
    ),
)

DECLARED: tuple[Kind, ...] = (
    _VILLAGE, _WORKER, _HOUSEHOLD, _HUKOU_BOOK, _PERSON, _ALIAS, _PHONE, _MEMBERSHIP, _EVENT, _ACCESS,
    CONSENT, EPISODE, REFERRAL, BENEFIT_CASE,
    STOCK_ITEM, STOCK_MOVE, APPOINTMENT, FORM_PACKAGE, PROGRAMME_PACKAGE, COUNTY_PARAM,
    SAME_AS, TRANSFER,
)  # fmt: skip
"""Every kind that is kept and travels."""

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in DECLARED}
BY_NUMBER: Mapping[int, Kind] = {kind.number: kind for kind in DECLARED}
