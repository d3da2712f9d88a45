"""The order sheet: what the village wants from the township's store, worked out from use, decided by the worker."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain import codes
from villagefp.errors import UserError
from villagefp.i18n import _, language
from villagefp.printing.jobs import OrderRow, OrderSheet, OrderWords, SheetJob
from villagefp.printing.words import paper_words
from villagefp.services import stock_page
from villagefp.services.pdfs import Pdf, Renderer, rendered
from villagefp.services.stock_page import ItemLine, StockPage

if TYPE_CHECKING:
    from villagefp.storage.store import Store


def order_sheet(store: Store, *, leave_blank: bool = False, render: Renderer | None = None) -> Pdf:
    """The order as it stands today; it names nobody but the worker who asks."""
    page = stock_page.page(store)
    if not page.lines:
        raise UserError(_("Nothing is in stock yet, so there is nothing to order. Enter a delivery first."))
    sheet = OrderSheet(
        words=paper_words(),
        texts=_words(page),
        village=store.village.name,
        worker=store.worker.name,
        worker_phone=store.worker.phone or "",
        day=page.today.isoformat(),
        rows=tuple(_row(line, page.today) for line in page.lines),
    )
    return rendered(SheetJob(order=sheet, leave_blank=leave_blank), (), render)


def _words(page: StockPage) -> OrderWords:
    return OrderWords(
        title=_("Order of supplies"),
        heads=(
            _("Item"), _("Unit"), _("On the shelf"), _("In the box"), _("First to expire"), _("Used lately"),
            _("Lasts until about"), _("Advised"), _("Ordered"),
        ),
        rule=_(
            "Advised: so that there is enough for {days} days at the use of the last {used} days, written beside "
            "it. What is ordered is decided by the worker. Empty: too little is known of the use. What has expired is "
            "not counted."
        ).format(days=page.cover_days, used=max((line.forecast.days for line in page.lines), default=0)),
        asked_by=_("Asked for by"),
        phone=_("Phone"),
        received_by=_("Received by"),
        day=_("Date"),
    )  # fmt: skip


def _row(line: ItemLine, today: date) -> OrderRow:
    """What has expired is not counted: it is no stock to go on with."""
    told = line.forecast
    kind = codes.load("item_code").label(line.item.item_code, language()) or ""
    name = line.name if kind in line.name else _("{name}, {kind}").format(name=line.name, kind=kind)
    good = [each for each in line.batches if not each.batch.is_expired(today)]
    hand, box = sum(each.hand for each in good), sum(each.box for each in good)
    first = next((each.batch.expiry for each in good if each.batch.expiry), "")
    known = told.per_day is not None
    return OrderRow(
        (
            name,
            line.unit,
            str(hand),
            str(box) if box else "",
            first,
            str(told.used) if known else "",
            told.runs_out_on.isoformat() if told.runs_out_on else "",
            str(line.order) if line.order is not None else "",
            "",
        )
    )
