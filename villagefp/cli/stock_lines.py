"""Items and entries of the stock as the command line tells them: a line for people, JSON for scripts."""

from __future__ import annotations

import uuid

from villagefp.domain import codes
from villagefp.domain.stock import Balance
from villagefp.i18n import _, language
from villagefp.services.stock_page import ItemLine, MoveLine


def line_text(line: ItemLine) -> str:
    """An item on one line."""
    until = line.forecast.runs_out_on
    lasts = _("lasts until about {day}").format(day=until) if until else ""
    batches = ", ".join(f"{each.batch.batch_no or '—'} {each.batch.expiry}: {each.total}" for each in line.batches)
    counts = _("{hand} {unit} on the shelf, {box} in the box").format(hand=line.hand, unit=line.unit, box=line.box)
    return "  ".join(part for part in (line.name, counts, lasts, batches) if part)


def line_json(line: ItemLine) -> dict[str, object]:
    """An item as scripts may rely on it: codes, with their words beside them as `…_text`."""
    item, told = line.item, line.forecast
    return {
        "item": id_text(item.id),
        "item_code": item.item_code,
        "item_code_text": codes.load("item_code").label(item.item_code, language()),
        "product": item.product,
        "spec": item.spec,
        "unit": item.unit,
        "unit_text": line.unit,
        "days_per_unit": item.days_per_unit,
        "hand": line.hand,
        "box": line.box,
        "batches": [_batch_json(each) for each in line.batches],
        "used": told.used,
        "used_days": told.days,
        "runs_out_on": told.runs_out_on.isoformat() if told.runs_out_on else None,
        "order": line.order,
        "counted_on": line.counted_on,
    }


def _batch_json(left: Balance) -> dict[str, object]:
    return {"batch_no": left.batch.batch_no, "expiry": left.batch.expiry, "hand": left.hand, "box": left.box}


def move_text(line: MoveLine) -> str:
    """An entry on one line."""
    move = line.move
    cells = (
        move.moved_on, id_text(move.id), line.name, move.direction, f"{move.quantity:+}", line.unit,
        move.batch.batch_no, move.where, move.note,
    )  # fmt: skip
    return "  ".join(str(cell) for cell in cells if cell)


def move_json(line: MoveLine) -> dict[str, object]:
    """An entry as scripts may rely on it; it says whether a visit made it, never which."""
    move = line.move
    return {
        "id": id_text(move.id),
        "item": id_text(move.batch.item),
        "direction": move.direction.value,
        "quantity": move.quantity,
        "batch_no": move.batch.batch_no,
        "expiry": move.batch.expiry,
        "moved_on": move.moved_on,
        "place": move.where.value,
        "at_visit": move.event is not None,
        "note": move.note,
    }


def id_text(record: bytes) -> str:
    """An id as calls name it."""
    return str(uuid.UUID(bytes=record))
