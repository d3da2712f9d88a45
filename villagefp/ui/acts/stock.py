"""What a worker enters about supplies: each act is a small sheet of fields and one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from villagefp.domain import codes
from villagefp.domain.records import RecordId
from villagefp.domain.stock import Batch, ShortageError, Where, batch_words
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import stock, stock_taking
from villagefp.services.stock import Count, Delivery, NewItem
from villagefp.services.stock_page import ItemLine
from villagefp.services.stock_taking import Taking
from villagefp.ui import words
from villagefp.ui.acts.household import Act
from villagefp.ui.acts.running import run
from villagefp.ui.screen import Screen
from villagefp.ui.widgets.date_field import DateField
from villagefp.ui.widgets.fields import ChoiceField, TextField
from villagefp.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_NEW = "new"


def acts(screen: Screen, line: ItemLine, today: date) -> list[Act]:
    """What can be entered about an item now."""
    found = [
        Act(_("Delivery"), partial(receive, screen, [line], line)),
        Act(_("Loss"), partial(_lose, screen, line)),
        Act(_("Given without a name"), partial(_give, screen, line)),
        Act(_("Refill the box"), partial(_refill, screen, line)),
    ]
    if line.box:
        found += [
            Act(_("Count the box"), partial(_count_box, screen, line)),
            Act(_("Box back on the shelf"), partial(_empty, screen, line)),
        ]
    found += [
        Act(
            _("Write off batch {batch}, expired").format(batch=batch_words(each.batch)),
            partial(_expire, screen, each.batch),
        )
        for each in line.batches
        if each.batch.is_expired(today)
    ]
    return [*found, Act(_("Correct the name"), partial(_rename, screen, line))]


def receive(screen: Screen, lines: list[ItemLine], chosen: ItemLine | None = None) -> None:
    """Enter a delivery of an item of the list, or of a new one."""
    store, today = screen.context.store, screen.context.ambient.today()
    entries = [(line.item.id.hex(), f"{line.name} ({line.unit})") for line in lines]
    which = ChoiceField(_("Item"), [*entries, (_NEW, _("Something new …"))], chosen=_chosen(chosen))
    kind, product = ChoiceField(_("What it is"), words.offered("item_code")), TextField(_("Product, as on the box"))
    spec, unit = TextField(_("Size or strength")), ChoiceField(_("Counted in"), words.offered("stock_unit"))
    lasts = TextField(_("Days that one lasts, if always the same"))
    fresh: list[QWidget] = [kind, product, spec, unit, lasts]
    quantity, batch = TextField(_("Quantity")), TextField(_("Batch number"))
    expiry = TextField(_("Good until"), hint=_("As on the box, such as 2028-06"))
    on, note = DateField(_("Date"), today, chosen=today), TextField(_("Note"), hint=_("Such as the delivery note"))

    def show(value: str) -> None:
        for field in fresh:
            field.setVisible(value == _NEW)

    def usual(code: str) -> None:
        entry = codes.load("item_code").get(code)
        place = unit.box.findData(entry.map.get("unit") if entry else None)
        unit.box.setCurrentIndex(max(0, place))

    def save(sheet: Sheet) -> None:
        is_new = which.value == _NEW
        days = _number(lasts, least=1) if is_new and lasts.text else None
        item: RecordId | NewItem = (
            NewItem(kind.value, unit.value, product.text, spec.text, days) if is_new else bytes.fromhex(which.value)
        )
        told = Delivery(item, _number(quantity), on.day(), batch.text, expiry.text, note.text)
        run(screen, sheet, partial(stock.receive, store, told))

    which.on_change(show)
    kind.on_change(usual)
    show(which.value)
    usual(kind.value)
    fields = [which, *fresh, quantity, batch, expiry, on, note]
    Sheet(screen, _("Delivery"), fields, _("Save"), save).open()


def count(screen: Screen, line: ItemLine) -> None:
    """Enter what was found of a batch."""
    store, today = screen.context.store, screen.context.ambient.today()
    batch, where = _batch_field(line), _where_field(line)
    found, on = TextField(_("How many are there?")), DateField(_("Date"), today, chosen=today)

    def save(sheet: Sheet) -> None:
        told = Count(_batch(line, batch.value), _number(found), on.day(), Where(where.value))
        run(screen, sheet, partial(stock.count, store, told))

    note = _("The balance becomes what was counted; the difference is kept.")
    Sheet(
        screen, _("Count {item}").format(item=line.name), [batch, where, found, on], _("Save"), save, note=note
    ).open()


def undo(screen: Screen, move: RecordId) -> None:
    """Take an entry back; said at the top of the page where a later one has used it."""
    context = screen.context
    context.jobs.run(
        stock.undo, context.store, move,
        done=lambda _count: screen.saved(_("Taken back")),
        failed=screen.refuse,
    )  # fmt: skip


@dataclass(frozen=True)
class _Leaving:
    """One way for something to leave a place: its words, its service, and what is asked besides the quantity."""

    title: str
    note: str
    work: Callable[[Store, Taking], object]
    batch: ChoiceField | None = None
    where: ChoiceField | None = None


def _lose(screen: Screen, line: ItemLine) -> None:
    note = _("What was lost or spoilt.")
    _leave(screen, line, _Leaving(_("Loss"), note, stock_taking.lose, _batch_field(line), _where_field(line)))


def _give(screen: Screen, line: ItemLine) -> None:
    note = _("What somebody was given without being asked for a name. What a visit hands out is entered in its form.")
    title = _("Given without a name")
    _leave(screen, line, _Leaving(title, note, stock_taking.give_without_name, _batch_field(line)))


def _refill(screen: Screen, line: ItemLine) -> None:
    note = _("From the shelf into the box that people take from without a name. What expires first goes first.")
    _leave(screen, line, _Leaving(_("Refill the box"), note, stock_taking.refill_box))


def _empty(screen: Screen, line: ItemLine) -> None:
    note = _("From the box back on the shelf.")
    _leave(screen, line, _Leaving(_("Box back on the shelf"), note, stock_taking.empty_box))


def _leave(screen: Screen, line: ItemLine, way: _Leaving) -> None:
    """Enter what leaves a place; where there is too little, the worker may say that the count was wrong."""
    store, today = screen.context.store, screen.context.ambient.today()
    quantity, on = TextField(_("Quantity")), DateField(_("Date"), today, chosen=today)
    wrong = QCheckBox(_("There is enough: the count was wrong"))
    wrong.setAccessibleName(wrong.text())
    wrong.hide()

    def save(sheet: Sheet) -> None:
        told = Taking(
            item=line.item.id,
            quantity=_number(quantity, least=1),
            on=on.day(),
            batch=_batch(line, way.batch.value) if way.batch else None,
            where=Where(way.where.value) if way.where else Where.HAND,
            count_was_wrong=wrong.isChecked(),
        )
        sheet.go.setEnabled(False)
        screen.context.jobs.run(
            way.work, store, told,
            done=lambda _moves: _done(screen, sheet),
            failed=partial(refused, sheet),
        )  # fmt: skip

    def refused(sheet: Sheet, error: BaseException) -> None:
        if isinstance(error, ShortageError):
            wrong.show()
        sheet.refuse(error)

    fields = [field for field in (way.batch, way.where, quantity, on, wrong) if field is not None]
    Sheet(screen, f"{way.title} · {line.name}", fields, _("Save"), save, note=way.note).open()


def _count_box(screen: Screen, line: ItemLine) -> None:
    store, today = screen.context.store, screen.context.ambient.today()
    found, on = TextField(_("How many are left in the box?")), DateField(_("Date"), today, chosen=today)

    def save(sheet: Sheet) -> None:
        run(screen, sheet, partial(stock_taking.count_box, store, line.item.id, _number(found), on.day()))

    note = _("{count} {unit} should be in it. What is missing was taken; nobody is asked who.").format(
        count=line.box, unit=line.unit
    )
    Sheet(screen, _("Count the box"), [found, on], _("Save"), save, note=note).open()


def _expire(screen: Screen, batch: Batch) -> None:
    context = screen.context
    context.jobs.run(
        stock.write_off_expired, context.store, batch, context.ambient.today(),
        done=lambda _moves: screen.saved(), failed=screen.refuse,
    )  # fmt: skip


def _rename(screen: Screen, line: ItemLine) -> None:
    store, item = screen.context.store, line.item
    product = TextField(_("Product, as on the box"), text=item.product)
    spec = TextField(_("Size or strength"), text=item.spec or "")
    unit = ChoiceField(_("Counted in"), words.offered("stock_unit"), chosen=item.unit)
    lasts = TextField(_("Days that one lasts, if always the same"), text=str(item.days_per_unit or ""))

    def save(sheet: Sheet) -> None:
        days = _number(lasts, least=1) if lasts.text else None
        told = NewItem(item.item_code, unit.value, product.text, spec.text, days)
        run(screen, sheet, partial(stock.change_item, store, item.id, told))

    Sheet(screen, _("Correct the name"), [product, spec, unit, lasts], _("Save"), save).open()


def _done(screen: Screen, sheet: Sheet) -> None:
    sheet.accept()
    screen.saved()


def _chosen(line: ItemLine | None) -> str:
    return line.item.id.hex() if line is not None else ""


def _batch_field(line: ItemLine) -> ChoiceField:
    entries = [
        (str(place), f"{batch_words(each.batch)} · {each.batch.expiry or '—'} · {each.total} {line.unit}")
        for place, each in enumerate(line.known)
        if each.total or not line.batches
    ]
    return ChoiceField(_("Batch"), entries)


def _batch(line: ItemLine, place: str) -> Batch:
    return line.known[int(place)].batch


def _where_field(line: ItemLine) -> ChoiceField:
    places = [(Where.HAND.value, _("On the shelf"))]
    if line.box:
        places.append((Where.BOX.value, _("In the box")))
    return ChoiceField(_("Where"), places)


def _number(field: TextField, *, least: int = 0) -> int:
    """The whole number typed; UserError beside the field where there is none."""
    text = field.text
    if text.isascii() and text.isdigit() and int(text) >= least:
        field.complain("")
        return int(text)
    sentence = _("Please enter a whole number, such as 12.")
    field.complain(sentence)
    field.edit.setFocus()
    raise UserError(sentence)
