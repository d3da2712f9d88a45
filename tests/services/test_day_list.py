"""The list of a day, the way it is walked, and what is typed at the desk, without a window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from villagefp import i18n
from villagefp.domain.records import Household, Membership, Person, RecordId
from villagefp.errors import UserError
from villagefp.services import (
    appointments,
    day_list,
    desk,
    due,
    due_words,
    month,
    next_up,
    sheet_tokens,
    visits,
    walking_order,
    worded_days,
)
from villagefp.services.appointments import Wish
from villagefp.services.day_list import AWAY, NOW, SOON
from villagefp.services.sheet_tokens import Printed
from villagefp.storage import local
from villagefp.storage.store import Store

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def chinese() -> None:
    i18n.set_language("zh_CN")


def family(store: Store, number: str, group: str = "3", *, days: int = 5) -> tuple[Household, Person]:
    """A household with a mother and a baby born so many days ago."""
    new_id = store.ambient.new_id
    mother = Person(id=new_id(), name=f"李芳{number}", sex="2", birth_date="1998-03-04")
    born = (TODAY - timedelta(days=days)).isoformat()
    baby = Person(id=new_id(), name=f"李芳{number}之女", mother=mother.id, birth_date=born)
    home = Household(id=new_id(), household_no=number, group_no=group, head=mother.id)
    with store.save() as save:
        save.add_many([home, mother, baby])
        for person in (mother, baby):
            save.add(Membership(id=new_id(), person=person.id, household=home.id))
    return home, baby


def walked(store: Store) -> list[str]:
    page = day_list.day_page(store, TODAY)
    return list(dict.fromkeys(line.household_no for group in page.sections[NOW] for line in group.lines))


def test_lines_know_their_group_their_family_and_their_section(store: Store) -> None:
    family(store, "2", "2")
    family(store, "1", "1")
    family(store, "9", "1", days=24)
    page = day_list.day_page(store, TODAY)
    assert [group.group_no for group in page.sections[NOW]] == ["1", "2"]
    assert {line.head for line in page.sections[NOW][0].lines} == {"李芳1", "李芳9"}
    assert {line.household_no for group in page.sections[SOON] for line in group.lines} == {"9"}
    assert page.sections[AWAY] == ()
    assert page.count(SOON) == 1
    assert page.families == ("children", "benefits", "other")
    narrowed = day_list.day_page(store, TODAY, "benefits")
    assert {line.due.item.programme for g in narrowed.sections[NOW] for line in g.lines if line.due} == {"subsidy"}
    assert narrowed.families == page.families


def test_one_household_moves_and_the_others_of_its_group_stay_as_they_are_walked(store: Store) -> None:
    homes = {number: family(store, number)[0].id for number in ("1", "2", "3", "4")}
    hidden = Household(id=store.ambient.new_id(), household_no="5", group_no="3")
    other = family(store, "6", "4")[0].id
    with store.save() as save:
        save.add(hidden)

    def order() -> Sequence[RecordId]:
        with store.read() as connection:
            return walking_order.order(connection)

    assert walking_order.put_beside(store, homes["4"], homes["1"], before=True) == ()
    assert walked(store) == ["4", "1", "2", "3", "6"]
    assert order() == (homes["4"], homes["1"], homes["2"], homes["3"], hidden.id)
    walking_order.put_beside(store, hidden.id, homes["1"], before=True)
    before = walking_order.put_beside(store, homes["3"], homes["1"], before=False)
    assert order() == (homes["4"], hidden.id, homes["1"], homes["3"], homes["2"])
    walking_order.restore(store, before)
    assert order() == before
    assert walking_order.forget(store) == before
    assert walked(store) == ["1", "2", "3", "4", "6"]
    assert other not in before


def test_what_was_asked_for_stands_before_what_may_be_offered_and_only_without_a_filter(store: Store) -> None:
    home, baby = family(store, "1")
    appointments.note(store, Wish(TODAY - timedelta(days=1)), person_id=baby.id)
    appointments.note(store, Wish(TODAY, "noon"), household_id=home.id)
    page = day_list.day_page(store, TODAY)
    (group,) = page.sections[NOW]
    assert [line.due is None for line in group.lines][:3] == [True, True, False]
    assert [line.when for line in group.lines[:2]] == ["约好11月21日", "约好今天中午"]
    assert [line.person_id for line in group.lines[:2]] == [baby.id, None]
    narrowed = day_list.day_page(store, TODAY, "children")
    assert all(line.due for group in narrowed.sections[NOW] for line in group.lines)


def test_why_says_rule_day_source_and_what_takes_it_away(store: Store) -> None:
    _home, baby = family(store, "1")
    line = next(line for line in due.due_of(store, baby.id, TODAY) if line.item.programme == "newborn")
    why = due_words.why(store, line.item, TODAY)
    assert why.rule == line.item.reason.rule
    assert why.source == line.item.reason.source
    assert why.counts == "从2026年11月17日算起：出生日期。"
    assert why.form == "新生儿家庭访视记录表"
    assert why.attempts == ""


def test_what_is_next_is_near_first_and_not_all_the_years_ahead(store: Store) -> None:
    home, baby = family(store, "1")
    told = next_up.of_person(store, baby.id, TODAY)
    assert [line.begun for line in told.lines] == sorted((line.begun for line in told.lines), reverse=True)
    assert 1 <= sum(not line.begun for line in told.lines) <= 3
    appointments.note(store, Wish(TODAY), person_id=baby.id)
    of_home = next_up.of_household(store, home.id, TODAY)
    assert len(of_home.appointments) == 1
    assert {line.line.who for line in of_home.lines} >= {"李芳1之女", "李芳1"}


def test_a_month_counts_days_and_leaves_out_what_was_called_off(store: Store) -> None:
    home, _baby = family(store, "1")
    noted = appointments.note(store, Wish(date(2026, 11, 30)), household_id=home.id)
    days = {day.day: day for day in month.month_page(store, 2026, 11, TODAY).days}
    assert min(days).isoformat() == "2026-10-26"
    assert days[date(2026, 11, 30)].appointments == 1
    assert days[date(2026, 11, 27)].ending >= 1
    assert len(month.day_of(store, date(2026, 11, 30), TODAY).asked) == 1
    appointments.settle(store, noted.id, appointments.CANCELLED)
    assert month.day_of(store, date(2026, 11, 30), TODAY).asked == ()
    days = {day.day: day for day in month.month_page(store, 2026, 11, TODAY).days}
    assert days[date(2026, 11, 30)].appointments == 0


def test_a_printed_number_means_its_sheet_and_two_alike_mean_none(store: Store) -> None:
    home, baby = family(store, "1")
    token = sheet_tokens.token_of(store, Printed("newborn_home_visit", "1", "half", False, baby.id))
    number = sheet_tokens.print_number(token)
    for told in (token, token.lower(), number, number.replace("-", ""), f" {number.lower()} "):
        found = desk.look(store, told, TODAY)
        assert found.opening == desk.Opening("newborn_home_visit", baby.id), told
    with store.save() as save:
        twin = token[:8] + ("A" * 8 if token[8:] != "A" * 8 else "B" * 8)
        kept = local.get(save.connection, "paper:" + token)
        assert kept is not None
        local.put(save.connection, "paper:" + twin, kept)
    with pytest.raises(UserError, match=number):
        desk.look(store, number, TODAY)
    assert home.household_no == "1"


def test_a_sheet_that_names_nobody_asks_for_whom_it_is(store: Store) -> None:
    token = sheet_tokens.token_of(store, Printed("newborn_home_visit", "1", "blank", False))
    with pytest.raises(UserError, match="没有写明是谁"):
        desk.look(store, token, TODAY)


def test_a_household_number_offers_what_is_due_first(store: Store) -> None:
    home, baby = family(store, "0012")
    found = desk.look(store, "12", TODAY)
    assert found.heading == "0012 · 李芳0012"
    offered = [choice.then for choice in found.choices]
    visit = offered.index(desk.Opening(desk.VISIT, household_id=home.id))
    assert offered.index(desk.Opening("newborn_home_visit", baby.id)) < visit
    assert [isinstance(then, desk.Deeper) for then in offered[visit + 1 :]] == [True] * 3
    forms = desk.further(store, desk.Deeper(desk.FORMS_OF_PERSON, baby.id), TODAY)
    assert desk.Opening("newborn_home_visit", baby.id) in [choice.then for choice in forms.choices]
    of_person = desk.look(store, "李芳0012之女", TODAY)
    assert of_person.heading == "0012 · 李芳0012之女"


def test_a_day_in_a_form_is_the_one_that_the_form_takes(store: Store) -> None:
    home, _baby = family(store, "1")
    session = visits.start_visit(store, "household_visit", household_id=home.id, on=TODAY).session
    past, ahead = "/data/visit/visit_on", "/data/talk/next_on"
    for path, typed, day in (
        (past, "昨天", "2026-11-21"),
        (past, "3.12", "2026-03-12"),
        (ahead, "3.12", "2027-03-12"),
        (past, "农历2026年八月十五", "2026-09-25"),
        (past, "2026年11月2日", "2026-11-02"),
        (past, "2026-11-03", "2026-11-03"),
    ):
        assert path in worded_days.answer(session, path, typed, TODAY)
        assert session.node(path).value == day, typed
    worded_days.answer(session, past, "哪天", TODAY)
    assert session.node(past).error
    worded_days.answer(session, past, "明天", TODAY)
    assert session.node(past).error
