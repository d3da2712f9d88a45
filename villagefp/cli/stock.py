"""`stock …`: what is on the shelf and in the box, deliveries, counts, losses, what was taken without a name."""

from __future__ import annotations

import argparse
import uuid
from typing import TYPE_CHECKING

from villagefp.cli.opening import day, opened
from villagefp.cli.output import Output
from villagefp.cli.stock_lines import id_text, line_json, line_text, move_json, move_text
from villagefp.domain import codes
from villagefp.domain.stock import Batch, Where
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import stock, stock_page, stock_taking
from villagefp.services.stock import Count, Delivery, NewItem
from villagefp.services.stock_page import ItemLine
from villagefp.services.stock_taking import Taking

if TYPE_CHECKING:
    from villagefp.storage.store import Store


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("stock", help=_("supplies: balances, deliveries, counts, losses, the box, orders"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    item, when = _parents()
    for name, run, words in (
        ("list", _list, _("what is left, by item and batch, and how long it lasts")),
        ("order", _order, _("what to order")),
    ):
        actions.add_parser(name, parents=[common], help=words).set_defaults(run=run)
    moves = actions.add_parser("moves", parents=[common], help=_("the entries, the newest first"))
    moves.add_argument("--item", metavar="ID")
    moves.add_argument("--limit", type=int, metavar="N")
    moves.set_defaults(run=_moves)
    _add_receive(actions, common, when)
    count = actions.add_parser("count", parents=[common, item, when], help=_("what was found of a batch"))
    count.add_argument("--batch", default="", metavar="NO")
    count.add_argument("--expiry", default="", metavar="YYYY-MM")
    count.add_argument("--counted", type=int, required=True, metavar="N")
    count.add_argument("--in-box", action="store_true", help=_("in the box, not on the shelf"))
    count.set_defaults(run=_count)
    for name, run, words in (
        ("lose", _lose, _("write off what was lost or spoilt")),
        ("give", _give, _("what somebody was given without a name")),
    ):
        taking = actions.add_parser(name, parents=[common, item, when], help=words)
        _add_taking(taking)
        taking.set_defaults(run=run)
    expire = actions.add_parser("expire", parents=[common, item, when], help=_("write off a batch that has expired"))
    expire.add_argument("--batch", default="", metavar="NO")
    expire.set_defaults(run=_expire)
    _add_box(actions, common, item, when)
    undo = actions.add_parser("undo", parents=[common], help=_("take an entry back"))
    undo.add_argument("move", metavar="ID")
    undo.add_argument("--reason", default="", metavar="TEXT")
    undo.set_defaults(run=_undo)


def _parents() -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    item = argparse.ArgumentParser(add_help=False)
    item.add_argument("--item", required=True, metavar="ID", help=_("the item's id, or its code if there is only one"))
    when = argparse.ArgumentParser(add_help=False)
    when.add_argument("--on", type=day, metavar="YYYY-MM-DD", help=_("the day; without it, today"))
    when.add_argument("--note", default="", metavar="TEXT")
    return item, when


def _add_receive(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    when: argparse.ArgumentParser,
) -> None:
    parser = actions.add_parser("receive", parents=[common, when], help=_("a delivery"))
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--item", metavar="ID", help=_("an item of the list"))
    which.add_argument("--item-code", metavar="CODE", help=_("a new item: condom_m, coc, folic_acid …"))
    parser.add_argument("--product", default="", metavar="TEXT")
    parser.add_argument("--spec", default="", metavar="TEXT")
    parser.add_argument("--unit", metavar="CODE", help=_("of `stock_unit`; without it, what is usual for the item"))
    parser.add_argument("--days-per-unit", type=int, metavar="DAYS")
    parser.add_argument("--quantity", type=int, required=True, metavar="N")
    parser.add_argument("--batch", default="", metavar="NO")
    parser.add_argument("--expiry", default="", metavar="YYYY-MM")
    parser.set_defaults(run=_receive)


def _add_taking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quantity", type=int, required=True, metavar="N")
    parser.add_argument("--batch", metavar="NO", help=_("without it, the one that expires first"))
    parser.add_argument("--in-box", action="store_true", help=_("in the box, not on the shelf"))
    parser.add_argument("--count-was-wrong", action="store_true", help=_("there is more than is written: correct it"))


def _add_box(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    item: argparse.ArgumentParser,
    when: argparse.ArgumentParser,
) -> None:
    parser = actions.add_parser("box", help=_("the box that people take from without a name"))
    acts = parser.add_subparsers(dest="act", required=True, metavar=_("ACTION"))
    for name, run, words in (
        ("refill", _refill, _("from the shelf into the box")),
        ("empty", _empty, _("from the box back on the shelf")),
    ):
        move = acts.add_parser(name, parents=[common, item, when], help=words)
        move.add_argument("--quantity", type=int, required=True, metavar="N")
        move.set_defaults(run=run, batch=None, in_box=False, count_was_wrong=False)
    count = acts.add_parser("count", parents=[common, item, when], help=_("what is left in it: the rest was taken"))
    count.add_argument("--counted", type=int, required=True, metavar="N")
    count.set_defaults(run=_count_box)


def _list(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        lines = stock_page.page(store).lines
    text = "\n".join(line_text(line) for line in lines) or _("Nothing is in stock. `stock receive` enters a delivery.")
    output.tell(text, [line_json(line) for line in lines])
    return 0


def _order(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        page = stock_page.page(store)
    text = "\n".join(f"{line.name}  {'—' if line.order is None else line.order} {line.unit}" for line in page.lines)
    lines = [
        {"item": id_text(line.item.id), "name": line.name, "unit": line.item.unit, "order": line.order}
        for line in page.lines
    ]
    output.tell(text, {"cover_days": page.cover_days, "lines": lines})
    return 0


def _moves(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        item = _item(store, told.item).item.id if told.item else None
        lines = stock_page.move_lines(store, item, told.limit)
    output.tell("\n".join(map(move_text, lines)), [move_json(line) for line in lines])
    return 0


def _receive(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        item = _item(store, told.item).item.id if told.item else _new_item(told)
        on = told.on or store.ambient.today()
        delivery = Delivery(item, told.quantity, on, told.batch, told.expiry, told.note)
        kept = stock.receive(store, delivery)
        line = next(each for each in stock_page.page(store).lines if each.item.id == kept.item)
    output.tell(line_text(line), {"move": id_text(kept.id), **line_json(line)})
    return 0


def _new_item(told: argparse.Namespace) -> NewItem:
    entry = codes.load("item_code").get(told.item_code)
    usual = str(entry.map.get("unit", "")) if entry else ""
    return NewItem(told.item_code, told.unit or usual, told.product, told.spec, told.days_per_unit)


def _count(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        line = _item(store, told.item)
        where = Where.BOX if told.in_box else Where.HAND
        batch = _batch(line, told.batch) or Batch(line.item.id, told.batch.strip(), stock.read_expiry(told.expiry))
        on = told.on or store.ambient.today()
        difference = stock.count(store, Count(batch, told.counted, on, where, told.note))
        line = _item(store, id_text(line.item.id))
    output.tell(line_text(line), {"difference": difference, **line_json(line)})
    return 0


def _lose(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        line, taking = _taking(store, told)
        stock_taking.lose(store, taking)
        return _tell_item(store, line, output)


def _give(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        line, taking = _taking(store, told)
        stock_taking.give_without_name(store, taking)
        return _tell_item(store, line, output)


def _expire(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        line = _item(store, told.item)
        stock.write_off_expired(store, _known_batch(line, told.batch), told.on or store.ambient.today())
        return _tell_item(store, line, output)


def _refill(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        line, taking = _taking(store, told)
        stock_taking.refill_box(store, taking)
        return _tell_item(store, line, output)


def _empty(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        line, taking = _taking(store, told)
        stock_taking.empty_box(store, taking)
        return _tell_item(store, line, output)


def _count_box(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        line = _item(store, told.item)
        on = told.on or store.ambient.today()
        taken = stock_taking.count_box(store, line.item.id, told.counted, on, told.note)
        line = _item(store, told.item)
    output.tell(
        _("{item}: {taken} {unit} were taken, {box} are left in the box.").format(
            item=line.name, taken=taken, unit=line.unit, box=line.box
        ),
        {"taken": taken, **line_json(line)},
    )
    return 0


def _undo(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        count = stock.undo(store, _read_id(told.move), told.reason)
    output.tell(_("Taken back."), {"undone": count})
    return 0


def _taking(store: Store, told: argparse.Namespace) -> tuple[ItemLine, Taking]:
    line = _item(store, told.item)
    taking = Taking(
        item=line.item.id,
        quantity=told.quantity,
        on=told.on or store.ambient.today(),
        batch=None if told.batch is None else _known_batch(line, told.batch),
        where=Where.BOX if told.in_box else Where.HAND,
        count_was_wrong=told.count_was_wrong,
        note=told.note,
    )
    return line, taking


def _item(store: Store, told: str) -> ItemLine:
    """The item that a call names by id, or by a code that only one item has."""
    lines = stock_page.page(store).lines
    found = [line for line in lines if told in {id_text(line.item.id), line.item.item_code}]
    if len(found) == 1:
        return found[0]
    if found:
        names = "; ".join(f"{line.name} {id_text(line.item.id)}" for line in found)
        raise UserError(_("Several items are called {value}. Name one by its id: {names}").format(
            value=told, names=names))  # fmt: skip
    raise UserError(_("{value} is no item of the stock. `villagefp stock list --json` shows ids.").format(value=told))


def _batch(line: ItemLine, batch_no: str) -> Batch | None:
    return next((each.batch for each in line.known if each.batch.batch_no == batch_no.strip()), None)


def _known_batch(line: ItemLine, batch_no: str) -> Batch:
    batch = _batch(line, batch_no)
    if batch is None:
        raise UserError(
            _("{item} has no batch {batch}. `villagefp stock list` shows the batches.").format(
                item=line.name, batch=batch_no
            )
        )
    return batch


def _tell_item(store: Store, line: ItemLine, output: Output) -> int:
    now = _item(store, id_text(line.item.id))
    output.tell(line_text(now), line_json(now))
    return 0


def _read_id(text: str) -> bytes:
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise UserError(
            _("{value} is no entry's id. `villagefp stock moves --json` shows ids.").format(value=text)
        ) from None
