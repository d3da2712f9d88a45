"""The list of a day as its worker uses it: whom, where, why, and what one key does to a line and takes back again."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from villagefp.domain.followups import DueState
from villagefp.domain.package_records import CountyParam
from villagefp.domain.records import Household, Membership, NameStatus, Outcome, Person, Presence
from villagefp.errors import UserError
from villagefp.services import day_list, due, due_endings, rounds, undoing, visits, walking_order
from villagefp.storage import due_plans, due_rows, seeds
from villagefp.wire.seed import Seed

TODAY = date(2026, 11, 22)


@pytest.fixture
def family(store):
    """A mother and her baby, born five days ago."""
    return make_family(store, "12", born=TODAY - timedelta(days=5))


def make_family(store, number, *, born, group="3", presence=None):
    new_id = store.ambient.new_id
    home = Household(id=new_id(), household_no=number, group_no=group)
    mother = Person(id=new_id(), name="李芳", sex="2", birth_date="1998-03-04")
    baby = Person(
        id=new_id(), name="李芳之女", name_status=NameStatus.PROVISIONAL, mother=mother.id, birth_date=born.isoformat()
    )
    with store.save() as save:
        save.add_many([home, mother, baby])
        for person in (mother, baby):
            save.add(Membership(id=new_id(), person=person.id, household=home.id, presence=presence))
    return home, mother, baby


def of(lines, programme):
    return [line for line in lines if line.item.programme == programme]


def test_a_baby_that_came_home_is_offered_a_first_visit_without_any_paper(store, family):
    _home, _mother, baby = family
    (line,) = of(due.due_on(store, TODAY), "newborn")
    assert line.item.person == baby.id
    assert line.item.offer
    assert line.item.state is DueState.DUE
    assert (line.household_no, line.group_no, line.who) == ("12", "3", "李芳之女")
    assert line.item.reason.counts_on == TODAY - timedelta(days=5)
    assert line.item.reason.source


def test_scripts_get_what_they_rely_on(store, family):
    first = next(each for each in due.to_json(due.due_on(store, TODAY)) if each["programme"] == "newborn")
    assert first["person_id"] == str(uuid.UUID(bytes=family[2].id))
    assert (first["point"], first["from"], first["to"], first["state"]) == ("visit", "2026-11-20", "2026-11-27", "due")
    assert first["reason"]["counts_from"] == "birth_date"


@pytest.mark.usefixtures("family")
def test_two_who_were_not_met_are_left_in_peace(store):
    for _ in range(2):
        (line,) = of(due.due_on(store, TODAY), "newborn")
        due_endings.try_again(store, line, TODAY)
    assert of(due.due_on(store, TODAY), "newborn") == []
    (left,) = of(due.due_on(store, TODAY, states=due.EVERY_STATE), "newborn")
    assert left.item.state is DueState.CONTACT_CLOSED


@pytest.mark.usefixtures("family")
def test_a_day_asked_for_moves_a_line_to_that_day(store):
    (line,) = of(due.due_on(store, TODAY), "newborn")
    due_endings.postpone(store, line, TODAY, TODAY + timedelta(days=3))
    (later,) = of(due.due_on(store, TODAY), "newborn")
    assert later.item.state is DueState.SOON
    assert later.item.asked_back_on == TODAY + timedelta(days=3)
    (on_the_day,) = of(due.due_on(store, TODAY + timedelta(days=3)), "newborn")
    assert on_the_day.item.state is DueState.DUE


@pytest.mark.usefixtures("family")
def test_a_day_that_is_not_ahead_is_refused_and_nothing_is_written(store):
    (line,) = of(due.due_on(store, TODAY), "newborn")
    with pytest.raises(UserError, match="2026-11-22 is not ahead"):
        due_endings.postpone(store, line, TODAY, TODAY)
    assert of(due.due_on(store, TODAY), "newborn") == [line]


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize("how", [due_endings.decline, due_endings.not_this_time])
def test_a_no_takes_the_line_away_and_can_be_taken_back(store, how):
    before = due.due_on(store, TODAY)
    (line,) = of(before, "newborn")
    event = how(store, line, TODAY)
    assert of(due.due_on(store, TODAY), "newborn") == []
    undoing.take_back(store, event)
    assert due.due_on(store, TODAY) == before
    with pytest.raises(UserError, match="taken back already"):
        undoing.take_back(store, event)


def test_a_no_more_to_a_programme_that_was_open_can_be_taken_back_whole(store, family):
    _home, mother, _baby = family
    yes = {"lmp": "2026-09-01", "consent": "1", "how_known": "1"}
    visits.add_visit(store, "pregnancy_registration", yes, outcome=Outcome.DONE, on=TODAY, person_id=mother.id)
    before = due.due_of(store, mother.id, TODAY)
    (line,) = of(before, "anc")[:1]
    event = due_endings.decline(store, line, TODAY)
    assert of(due.due_of(store, mother.id, TODAY), "anc") == []
    undoing.take_back(store, event)
    assert of(due.due_of(store, mother.id, TODAY), "anc") == of(before, "anc")


def test_those_who_are_away_wait_and_are_never_overdue(store):
    make_family(store, "7", born=TODAY - timedelta(days=12), presence=Presence.AWAY)
    assert {line.item.state for line in due.due_on(store, TODAY)} == {DueState.AWAY}


@pytest.mark.usefixtures("family")
def test_nothing_is_overdue_while_the_villages_history_is_still_coming(store):
    late = next(
        day
        for day in (TODAY + timedelta(days=ahead) for ahead in range(400))
        if any(line.item.state is DueState.OVERDUE for line in due.due_on(store, day))
    )
    before = due.due_on(store, late)
    assert due.while_history_comes(store) == ""
    seed = Seed(village=store.origin.village, seed=bytes(16), registry=1, total=2, register_parts=1, positions=())
    with store.taking() as taking:
        seeds.begin(taking, seed)
    assert "not come whole" in due.while_history_comes(store)
    assert list(due.due_on(store, late)) == [line for line in before if line.item.state is not DueState.OVERDUE]
    assert day_list.day_page(store, late).coming == due.while_history_comes(store)
    with store.taking() as taking:
        seeds.abandon(taking)
    assert due.due_on(store, late) == before


def test_households_come_in_the_order_in_which_the_worker_walks(store):
    homes = [make_family(store, number, born=TODAY - timedelta(days=5))[0] for number in ("2", "10", "1")]
    numbers = lambda: list(dict.fromkeys(line.household_no for line in due.due_on(store, TODAY)))  # noqa: E731
    assert numbers() == ["1", "2", "10"]
    walking_order.put_in_order(store, [homes[1].id, homes[2].id])
    assert numbers() == ["10", "1", "2"]
    walking_order.forget(store)
    assert numbers() == ["1", "2", "10"]


def test_what_is_dragged_stays_together_where_its_first_one_stood():
    a, b, c, d = (bytes([each]) for each in range(4))
    assert walking_order.merged([a, b, c], [c, b]) == [a, c, b]
    assert walking_order.merged([a, b, c], [d, a]) == [d, a, b, c]
    assert walking_order.merged([], [b, a]) == [b, a]


@pytest.mark.usefixtures("family")
def test_what_is_derived_can_be_made_anew_from_nothing_with_the_same_result(store):
    make_family(store, "13", born=TODAY - timedelta(days=80))
    with store.read() as connection:
        kept = due_rows.all_plans(connection, store.unseal)
    assert kept
    with store.save() as save:
        due_plans.rebuild(save.connection, store.due_entry())
    with store.read() as connection:
        assert due_rows.all_plans(connection, store.unseal) == kept


@pytest.mark.usefixtures("family")
def test_a_parameter_of_the_county_makes_the_list_anew(store):
    make_family(store, "13", born=TODAY - timedelta(days=28))
    first = {line.item.point for line in of(due.due_on(store, TODAY), "newborn")}
    with store.save() as save:
        save.add(CountyParam(id=store.ambient.new_id(), name="newborn_second_visit", value="1"))
    assert {line.item.point for line in of(due.due_on(store, TODAY), "newborn")} == first | {"second"}


def test_a_death_takes_every_word_about_the_child_away_in_the_same_save(store, family):
    _home, mother, baby = family
    with store.save() as save:
        save.change(replace(baby, died_on="2026-11-21"))
    with store.read() as connection:
        assert due_rows.plans_of(connection, [baby.id], store.unseal) == []
    left = due.due_on(store, TODAY)
    assert {line.item.person for line in left} == {mother.id}


def test_a_round_has_at_most_forty_rows_and_two_items_of_one_form_are_one_visit(store):
    for number in range(25):
        make_family(store, str(number + 1), born=TODAY - timedelta(days=5))
    lines = rounds.round_of(store, TODAY)
    assert len(lines) == rounds.MOST_ROWS
    assert len({(line.item.person, line.item.form) for line in lines}) == len(lines)


def test_an_empty_round_is_refused_in_words(store):
    with pytest.raises(UserError, match="Nothing is due on 2026-11-22"):
        rounds.round_sheet(store, TODAY)


BORN = {"visit_on": "2026-11-20", "outcome_code": "1", "delivered_on": "2026-11-17", "discharged_on": "2026-11-19"}
EARLY = {"born_alive": "1", "child_sex": "2", "child_name": "李芳之女", "birth_weight_kg": "2.3"}


def expecting(store):
    """A woman who registered, at the time of her sheet."""
    _home, mother, _elder = make_family(store, "21", born=date(2019, 5, 1))
    visits.add_visit(
        store,
        "pregnancy_registration",
        {"lmp": "2026-03-10", "consent": "1", "how_known": "1"},
        outcome=Outcome.DONE,
        on=date(2026, 5, 1),
        person_id=mother.id,
    )
    return mother


def tell(store, mother, children, **other):
    return visits.add_visit(
        store,
        "pregnancy_outcome_followup",
        {**BORN, "children": children, **other},
        outcome=Outcome.DONE,
        on=date(2026, 11, 20),
        person_id=mother.id,
    ).event_id


def test_what_the_mothers_sheet_tells_makes_a_small_babys_window_shorter(store):
    mother = expecting(store)
    tell(store, mother, [EARLY])
    (line,) = of(due.due_on(store, date(2026, 11, 20)), "newborn")
    assert (line.item.window_from, line.item.window_to) == (date(2026, 11, 19), date(2026, 11, 22))
    assert line.item.reason.counts_from == "discharged_on"


def test_a_birth_corrected_to_a_loss_leaves_no_word_of_a_child_and_her_own_care_stays(store):
    mother = expecting(store)
    event = tell(store, mother, [EARLY])
    correction = visits.amend(store, event, "entered wrongly")
    assert not correction.session.fill({"outcome_code": "6", "children": []})
    visits.save_visit(store, correction, Outcome.DONE)
    lines = due.due_on(store, date(2026, 11, 20), states=due.EVERY_STATE)
    assert {line.item.programme for line in lines if line.item.person == mother.id} >= {"postpartum"}
    elder = {line.item.programme for line in lines if line.item.person != mother.id}
    assert elder.isdisjoint({"newborn", "child_1m"})
    assert not any("孩子" in line.item.reason.rule for line in lines if line.item.person == mother.id)


def test_a_living_twin_keeps_its_visits(store):
    mother = expecting(store)
    tell(store, mother, [EARLY, {**EARLY, "child_sex": "1", "child_name": "李芳之子"}])
    twins = {line.item.person for line in of(due.due_on(store, date(2026, 11, 20)), "newborn")}
    assert len(twins) == 2
    dead = min(twins)
    with store.save() as save:
        save.change(replace(save.get(Person, dead), died_on="2026-11-20"))
    assert {line.item.person for line in of(due.due_on(store, date(2026, 11, 20)), "newborn")} == twins - {dead}
