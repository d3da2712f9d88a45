"""What a visit hands out leaves the shelf in the same save, and comes back where the visit is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tests.services.test_visits_every_form import Home, home
from villagefp import paths
from villagefp.domain.records import Event, Outcome, RecordId
from villagefp.domain.supply_records import StockMove
from villagefp.errors import UserError
from villagefp.forms import library
from villagefp.forms.session import FormSession
from villagefp.services import stock, stock_page, visits
from villagefp.services.stock import Delivery, NewItem
from villagefp.services.visit_types import VisitRefused
from villagefp.storage import log, records
from villagefp.storage.store import Store
from villagefp.wire.declared import BY_NAME

__all__ = ["home"]
ON = date(2026, 11, 20)
PILLS = NewItem("coc", "1", "优思明", "21片", 28)
FOLIC = NewItem("folic_acid", "6", "斯利安", "0.4mg×31", 31)
GIVEN = {"receiver": "1", "item_code": "coc", "qty": 3}


@pytest.fixture(scope="module", autouse=True)
def built_forms() -> None:
    library.build_all(paths.built_dir() / "forms")


@pytest.fixture
def pills(store: Store) -> RecordId:
    """Ten blisters that expire first, forty that expire later, and two that have expired."""
    for quantity, batch_no, expiry in ((40, "LATER", "2029-03"), (10, "FIRST", "2027-09"), (2, "OLD", "2026-09")):
        kept = stock.receive(store, Delivery(PILLS, quantity, date(2026, 9, 1), batch_no, expiry))
    assert kept.item is not None
    return kept.item


def give(store: Store, home: Home, answers: Mapping[str, Any], form: str = "contraceptive_supply") -> RecordId:
    kept = visits.add_visit(store, form, answers, outcome=Outcome.DONE, on=ON, person_id=home.person)
    return kept.event_id


def correct(store: Store, event: RecordId, answers: Mapping[str, Any], outcome: Outcome = Outcome.DONE) -> RecordId:
    again = visits.amend(store, event, "数错了")
    assert again.session.fill(answers) == []
    return visits.save_visit(store, again, outcome).event_id


def left(store: Store) -> dict[str, int]:
    return {each.batch.batch_no: each.hand for line in stock_page.page(store).lines for each in line.batches}


def handed_out(store: Store) -> list[tuple[str, str, int]]:
    found = [line.move for line in reversed(stock_page.move_lines(store)) if line.move.event is not None]
    return [(each.direction.value, each.batch.batch_no, each.quantity) for each in found]


def value(session: FormSession, name: str) -> Any:
    return session.answers().get(name)


def started(store: Store, home: Home, form: str = "contraceptive_supply") -> FormSession:
    return visits.start_visit(store, form, person_id=home.person, on=ON).session


@pytest.mark.usefixtures("pills")
def test_the_batch_that_expires_first_is_filled_in(store: Store, home: Home) -> None:
    session = started(store, home)
    session.fill({"item_code": "coc"})
    filled = {name: value(session, name) for name in ("product", "spec", "batch_no", "expiry", "item_unit")}
    assert filled == {
        "product": "优思明", "spec": "21片", "batch_no": "FIRST", "expiry": "2027-09-30", "item_unit": "1",
    }  # fmt: skip
    session.fill({"qty": 3})
    assert value(session, "days_covered") == 84
    assert value(session, "next_offer_on") is not None


@pytest.mark.usefixtures("pills")
def test_what_was_told_is_not_overwritten(store: Store, home: Home) -> None:
    give(store, home, {**GIVEN, "batch_no": "LATER", "expiry": "2029-03-31", "days_covered": 63})
    assert left(store) == {"FIRST": 10, "LATER": 37, "OLD": 2}
    (event,) = {line.move.event for line in stock_page.move_lines(store) if line.move.event}
    assert value(visits.open_event(store, event).session, "days_covered") == 63


@pytest.mark.usefixtures("pills")
def test_a_visit_takes_it_from_the_shelf_in_the_same_save(store: Store, home: Home) -> None:
    event = give(store, home, GIVEN)
    assert handed_out(store) == [("out", "FIRST", -3)]
    assert left(store) == {"FIRST": 7, "LATER": 40, "OLD": 2}
    with store.read() as connection:
        (move,) = records.where(connection, StockMove, event=event)
    assert (move.item, move.quantity, move.batch_no, move.expiry) == (None, None, "", None)


@pytest.mark.usefixtures("pills")
def test_more_than_the_batch_has_is_refused_at_the_question(store: Store, home: Home) -> None:
    with pytest.raises(VisitRefused, match=r"优思明 21片: 12 blisters .*batch FIRST: 10") as refused:
        give(store, home, {**GIVEN, "qty": 12})
    assert [each.question for each in refused.value.violations] == ["qty"]
    assert left(store) == {"FIRST": 10, "LATER": 40, "OLD": 2}


@pytest.mark.usefixtures("pills")
def test_where_the_count_was_wrong_it_becomes_a_counted_correction(store: Store, home: Home) -> None:
    give(store, home, {**GIVEN, "qty": 12, "count_was_wrong": "1"})
    assert handed_out(store) == [("counted", "FIRST", 2), ("out", "FIRST", -12)]
    assert left(store) == {"LATER": 40, "OLD": 2}
    with pytest.raises(VisitRefused):
        give(store, home, {**GIVEN, "batch_no": "LATER", "qty": 50, "count_was_wrong": "2"})


@pytest.mark.usefixtures("pills")
def test_the_form_says_what_is_left_before_anything_is_refused(store: Store, home: Home) -> None:
    session = started(store, home)
    session.fill({"item_code": "coc", "qty": 12})
    short = session.node("/data/supply/stock_short")
    assert short.relevant
    assert "10" in short.label
    assert session.node("/data/supply/count_was_wrong").relevant
    session.fill({"qty": 10})
    assert not session.node("/data/supply/count_was_wrong").relevant
    assert not session.node("/data/supply/stock_none").relevant


@pytest.mark.usefixtures("pills")
def test_a_batch_that_was_never_received_has_nothing(store: Store, home: Home) -> None:
    with pytest.raises(VisitRefused, match="batch NEW: 0"):
        give(store, home, {**GIVEN, "batch_no": "NEW"})
    give(store, home, {**GIVEN, "batch_no": "NEW", "expiry": "2028-01-31", "count_was_wrong": "1"})
    assert handed_out(store) == [("counted", "NEW", 3), ("out", "NEW", -3)]


@pytest.mark.usefixtures("pills")
def test_without_a_batch_the_quantity_comes_from_several(store: Store, home: Home) -> None:
    session_answers = {**GIVEN, "qty": 12, "batch_no": ""}
    visit = visits.start_visit(store, "contraceptive_supply", person_id=home.person, on=ON)
    visit.session.fill(session_answers)
    visit.session.set_answer("/data/supply/batch_no", "")
    visits.save_visit(store, visit, Outcome.DONE)
    assert handed_out(store) == [("out", "FIRST", -10), ("out", "LATER", -2)]


def test_an_item_that_nobody_keeps_is_handed_out_all_the_same(store: Store, home: Home) -> None:
    session = started(store, home)
    session.fill(GIVEN)
    assert session.node("/data/supply/stock_none").relevant
    give(store, home, {**GIVEN, "batch_no": "X", "item_unit": "1"})
    assert stock_page.move_lines(store) == []


@pytest.mark.usefixtures("pills")
def test_a_quantity_in_another_unit_is_asked_for_again(store: Store, home: Home) -> None:
    with pytest.raises(VisitRefused, match="counted in blisters, not in tablets") as refused:
        give(store, home, {**GIVEN, "item_unit": "4"})
    assert [each.question for each in refused.value.violations] == ["item_unit"]


@pytest.mark.usefixtures("pills")
def test_a_visit_that_ends_without_answers_moves_nothing(store: Store, home: Home) -> None:
    visit = visits.start_visit(store, "contraceptive_supply", person_id=home.person, on=ON)
    visit.session.fill(GIVEN)
    visits.save_visit(store, visit, Outcome.NOT_THIS_TIME)
    assert handed_out(store) == []


@pytest.mark.usefixtures("pills")
def test_a_correction_takes_the_moves_back_and_writes_them_anew(store: Store, home: Home) -> None:
    event = give(store, home, GIVEN)
    again = correct(store, event, {"qty": 5})
    assert handed_out(store) == [("out", "FIRST", -5)]
    assert left(store)["FIRST"] == 5
    correct(store, again, {}, Outcome.NOT_THIS_TIME)
    assert handed_out(store) == []
    assert left(store) == {"FIRST": 10, "LATER": 40, "OLD": 2}


@pytest.mark.usefixtures("pills")
def test_a_correction_of_something_else_leaves_the_move_as_it_was(store: Store, home: Home) -> None:
    event = give(store, home, GIVEN)
    before = [line.move.id for line in stock_page.move_lines(store)]
    correct(store, event, {"leaflet": "1"})
    assert [line.move.id for line in stock_page.move_lines(store)] == before


@pytest.mark.usefixtures("pills")
def test_a_correction_sees_the_shelf_as_it_was_without_the_visit(store: Store, home: Home) -> None:
    event = give(store, home, {**GIVEN, "qty": 10})
    correct(store, event, {"qty": 9})
    assert left(store)["FIRST"] == 1
    with pytest.raises(VisitRefused, match="batch FIRST: 10"):
        correct(store, events(store)[-1], {"qty": 11})


def events(store: Store) -> list[RecordId]:
    return [line.move.event for line in reversed(stock_page.move_lines(store)) if line.move.event]


@pytest.mark.usefixtures("pills")
def test_a_correction_takes_its_counted_correction_back_too(store: Store, home: Home) -> None:
    event = give(store, home, {**GIVEN, "qty": 12, "count_was_wrong": "1"})
    correct(store, event, {"qty": 4})
    assert handed_out(store) == [("out", "FIRST", -4)]
    assert left(store)["FIRST"] == 6


@pytest.mark.usefixtures("pills")
def test_what_a_visit_handed_out_is_corrected_at_the_visit(store: Store, home: Home) -> None:
    give(store, home, GIVEN)
    line = next(line for line in stock_page.move_lines(store) if line.move.event)
    assert not line.can_undo
    with pytest.raises(UserError, match="Correct the visit"):
        stock.undo(store, line.move.id)


def test_folic_acid_leaves_the_shelf_with_its_visit(store: Store, home: Home) -> None:
    stock.receive(store, Delivery(FOLIC, 24, date(2026, 9, 1), "F1", "2027-12"))
    session = started(store, home, "folic_acid_supply")
    session.fill({"boxes": 2})
    assert (value(session, "product"), value(session, "batch_no")) == ("斯利安", "F1")
    event = give(store, home, {"stage": "1", "boxes": 2, "given_on": "2026-11-20"}, "folic_acid_supply")
    assert handed_out(store) == [("out", "F1", -2)]
    correct(store, event, {"boxes": 1})
    assert left(store) == {"F1": 23}
    with pytest.raises(VisitRefused, match="batch F1: 23"):
        give(store, home, {"boxes": 30}, "folic_acid_supply")
    give(store, home, {"boxes": 30, "count_was_wrong": "1"}, "folic_acid_supply")
    assert left(store) == {}


def test_a_visit_without_bottles_names_no_batch(store: Store, home: Home) -> None:
    stock.receive(store, Delivery(FOLIC, 24, date(2026, 9, 1), "F1", "2027-12"))
    session = started(store, home, "folic_acid_supply")
    session.fill({"month_1": "1"})
    assert value(session, "batch_no") is None
    give(store, home, {"month_1": "1"}, "folic_acid_supply")
    assert handed_out(store) == []


@pytest.mark.usefixtures("pills")
def test_the_log_of_a_visit_does_not_say_what_was_handed_out(store: Store, home: Home) -> None:
    give(store, home, {**GIVEN, "qty": 12, "count_was_wrong": "1"})
    names = BY_NAME["stock_move"].by_number
    with store.read() as connection:
        changes = [logged.change for logged in log.logged_changes(connection)]
    told = [{names[n].name for n in each.fields} for each in changes if each.kind == BY_NAME["stock_move"].number]
    assert told[-2:] == [{"direction", "batch_no", "moved_on", "event", "place", "private"}] * 2
    with store.read() as connection:
        made = [move for move in records.where(connection, StockMove) if move.event]
    assert {(move.item, move.quantity, move.batch_no, move.expiry, move.note) for move in made} == {
        (None, None, "", None, None)
    }


@pytest.mark.usefixtures("pills")
def test_what_is_taken_without_a_name_is_counted_and_about_nobody(store: Store) -> None:
    kept = visits.add_visit(
        store, "contraceptive_supply", {"receiver": "3", "item_code": "coc", "qty": 2}, outcome=Outcome.DONE, on=ON
    )
    assert handed_out(store) == [("out", "FIRST", -2)]
    with store.read() as connection:
        event = records.get(connection, Event, kept.event_id)
    assert event is not None
    assert (event.person, event.household) == (None, None)
