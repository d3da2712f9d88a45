"""The kinds that a worker's days are made of: appointments that a family asked for, items in stock and their moves.

A move names the visit that handed something out, never the person. What was handed out at a visit would tell the
person's method to whoever reads move and visit together: such a move holds item, quantity and batch under seal.
"""

from __future__ import annotations

from villagefp.wire.declaring import field, once
from villagefp.wire.kinds import Base, FieldType, Kind, Merge, Travel

_DUTY, _SAFEGUARD, _ORGANISATION = Base.DUTY, Base.SAFEGUARD, Base.ORGANISATION
_TEXT, _CODE, _DATE = FieldType.TEXT, FieldType.CODE, FieldType.DATE
_NUMBER, _REFERENCE = FieldType.NUMBER, FieldType.REFERENCE

STOCK_ITEM = Kind(
    number=15,
    name="stock_item",
    fields=(
        once(1, "item_code", _CODE, _ORGANISATION, "what it is", unit="item_code"),
        field(2, "product", _TEXT, _ORGANISATION, "told from others on shelf and order sheet"),
        field(3, "spec", _TEXT, _ORGANISATION, "told from others on shelf and order sheet"),
        field(4, "unit", _CODE, _ORGANISATION, "what a quantity counts", unit="stock_unit"),
        field(5, "days_per_unit", FieldType.NUMBER, _ORGANISATION, "for how long a handed-out unit lasts", unit="days"),
    ),
)
STOCK_MOVE = Kind(
    number=16,
    name="stock_move",
    fields=(
        once(1, "item", _REFERENCE, _ORGANISATION, "of what", unit="stock_item"),
        once(
            2,
            "direction",
            _CODE,
            _ORGANISATION,
            "why the balance changed",
            unit="in, out, lost, expired, counted, moved",
        ),
        once(3, "quantity", _NUMBER, _ORGANISATION, "by how much it changed, below zero where it fell", unit="units"),
        once(4, "batch_no", _TEXT, _ORGANISATION, "first expired goes first; a batch can be recalled"),
        once(5, "expiry", _DATE, _ORGANISATION, "first expired goes first"),
        once(6, "moved_on", _DATE, _ORGANISATION, "balance and use by day"),
        once(7, "event", _REFERENCE, _SAFEGUARD, "the visit that handed it out, to undo it with", unit="event"),
        once(8, "place", _CODE, _ORGANISATION, "by hand, or from the box without names", unit="hand, box"),
        once(9, "note", _TEXT, _ORGANISATION, "delivery note, or what happened"),
        once(
            10,
            "private",
            FieldType.BYTES,
            Base.CONSENT,
            "item, quantity and batch of what a visit handed out: with the visit they tell a method",
            travel=Travel.SEALED,
        ),
    ),
)
_WISHED, _SETTLED = Merge.TOGETHER, Merge.TOGETHER
APPOINTMENT = Kind(
    number=17,
    name="appointment",
    fields=(
        once(1, "person", _REFERENCE, _DUTY, "who asked for it", unit="person"),
        once(2, "household", _REFERENCE, _DUTY, "which family asked for it", unit="household"),
        field(3, "wished_on", _DATE, _DUTY, "the day the family asked for", merge=_WISHED, group="wished"),
        field(
            4,
            "part",
            _CODE,
            _DUTY,
            "the time of day the family asked for",
            merge=_WISHED,
            group="wished",
            unit="morning, noon, afternoon, evening",
        ),
        field(5, "note", _TEXT, _DUTY, "what the family said, in neutral words"),
        field(
            6, "settled", _CODE, _DUTY, "takes it off the list", merge=_SETTLED, group="settled", unit="kept, cancelled"
        ),
        field(7, "event", _REFERENCE, _SAFEGUARD, "the visit that kept it", merge=_SETTLED, group="settled",
              unit="event"),
    ),
)  # fmt: skip
