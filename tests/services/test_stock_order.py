"""The order sheet from the store: what it counts, and that it names no served person."""

from __future__ import annotations

from datetime import date

import pytest

from tests.printing.reading import plain, text_of
from tests.services.test_stock import deliver
from villagefp.errors import UserError
from villagefp.services import stock_taking
from villagefp.services.stock_order import order_sheet
from villagefp.services.stock_taking import Taking
from villagefp.storage.store import Store


def test_without_any_item_there_is_nothing_to_order(store: Store) -> None:
    with pytest.raises(UserError, match="Enter a delivery first"):
        order_sheet(store)


def test_the_order_counts_what_is_good_and_what_was_used(store: Store) -> None:
    item = deliver(store, 100, on=date(2026, 8, 1))
    deliver(store, 9, "OLD", "2026-10", on=date(2026, 8, 1))
    stock_taking.lose(store, Taking(item, 1, date(2026, 11, 1)))
    stock_taking.give_without_name(store, Taking(item, 90, date(2026, 11, 2)))
    pdf = order_sheet(store)
    text = plain(text_of(pdf.data))
    assert (pdf.title, pdf.pages, pdf.persons) == ("Order of supplies", 1, ())
    assert "诚信52mm,Condoms" in text
    assert "pieces92028-06902026-12-0181" in text  # nine are good, ninety were used, eighty-one make up ninety days
    assert "2026-10" not in text
    assert store.village.name in text
