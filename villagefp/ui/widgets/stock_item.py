"""One item of the stock as a card: a picture, how many, a bar, until when, its batches, and what can be entered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLayout, QMenu, QProgressBar, QPushButton

from villagefp.domain.stock import Balance, batch_words
from villagefp.i18n import _
from villagefp.services.stock_page import ItemLine
from villagefp.ui import theme, words
from villagefp.ui.widgets import parts

Entry = tuple[str, Callable[[], object]]
"""What can be entered about an item: its words in the menu, and what it starts."""
_PICTURES = {
    "condom_m": "item-packet", "condom_f": "item-packet", "coc": "item-pills", "pop": "item-pills",
    "ecp": "item-pills", "spermicide": "item-tube", "inj_dmpa": "item-syringe", "inj_comb": "item-syringe",
    "inj_neten": "item-syringe", "folic_acid": "item-bottle",
}  # fmt: skip
_PICTURE = 36


class StockItemCard(parts.Card):
    """What is there of an item; `count` opens the sheet for counting, the menu has everything else."""

    def __init__(
        self, line: ItemLine, today: date, cover_days: int, count: Callable[[], object], entries: Sequence[Entry]
    ) -> None:
        super().__init__()
        picture = parts.picture(
            _PICTURES.get(line.item.item_code, "supplies"), theme.current().tokens.second, size=_PICTURE
        )
        name = parts.column(
            parts.label(line.name, "section", wrap=True),
            parts.label(_places(line), "second", wrap=True),
            spacing=0,
        )
        amount = parts.row(parts.label(str(line.hand + line.box), "big"), parts.label(line.unit, "second"), spacing=6)
        self.add(parts.row(picture, name, amount, spacing=12))
        if line.forecast.per_day is not None:
            self.add(_bar(line, cover_days))
        self.add(parts.label(_lasts(line, today), "second", wrap=True))
        for each in line.batches:
            self.add(_batch_row(line, each, today))
        self.counting = parts.button(_("Count"), count)
        self.counting.setAccessibleName(_("Count {item}").format(item=line.name))
        self.more = _menu_button(line, entries)
        self.add(parts.row(self.counting, self.more, 0))


def _places(line: ItemLine) -> str:
    kind = words.code("item_code", line.item.item_code)
    told = [kind] if kind != line.name else []
    if line.box:
        told.append(_("{hand} on the shelf, {box} in the box").format(hand=line.hand, box=line.box))
    return " · ".join(told)


def _bar(line: ItemLine, cover_days: int) -> QProgressBar:
    """How much of what the usual time needs is there; the numbers are beside it in words."""
    per_day = line.forecast.per_day or 1
    needed = max(1, round(per_day * cover_days))
    bar = QProgressBar()
    bar.setRange(0, needed)
    bar.setValue(max(0, min(needed, line.forecast.usable)))
    bar.setTextVisible(False)
    told = _("{usable} {unit} are good; {days} days need about {needed}").format(
        usable=line.forecast.usable, unit=line.unit, days=cover_days, needed=needed
    )
    bar.setAccessibleName(told)
    bar.setToolTip(told)
    return bar


def _lasts(line: ItemLine, today: date) -> str:
    told = line.forecast
    if told.runs_out_on is None:
        return _("How long it lasts shows after two weeks of entries.")
    used = _("{used} {unit} used in {days} days").format(used=told.used, unit=line.unit, days=told.days)
    if told.runs_out_on <= today:
        return _("Used up. {used}.").format(used=used)
    day = words.day(told.runs_out_on.isoformat(), today)
    return _("Lasts until about {day}. {used}.").format(day=day, used=used)


def _batch_row(line: ItemLine, left: Balance, today: date) -> QLayout:
    batch = left.batch
    expiry = words.day(batch.expiry, today) if batch.expiry else _("not told")
    text = _("Batch {batch}, good until {expiry}").format(batch=batch_words(batch), expiry=expiry)
    row = parts.row(parts.label(text, "second", wrap=True), spacing=8)
    for tag in _tags(left, today):
        row.addWidget(tag, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(parts.label(f"{left.total} {line.unit}"))
    return row


def _tags(left: Balance, today: date) -> Iterator[QLabel]:
    """What to look at, in words: it is no danger to anybody, so nothing is red."""
    if left.batch.is_expired(today):
        yield parts.label(_("expired, do not hand out"), "tag-yellow")
    elif left.batch.is_soon(today):
        yield parts.label(_("expires soon, hand out first"), "tag")
    if min(left.hand, left.box) < 0:
        yield parts.label(_("below zero, please count"), "tag-yellow")


def _menu_button(line: ItemLine, entries: Sequence[Entry]) -> QPushButton:
    made = parts.button(_("Enter …"), lambda: None, "quiet", icon_name="down")
    made.setAccessibleName(_("Enter something about {item}").format(item=line.name))
    menu = QMenu(made)
    for title, start in entries:
        menu.addAction(title).triggered.connect(lambda _checked=False, start=start: start())
    made.setMenu(menu)
    return made
