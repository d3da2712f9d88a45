"""Registry, records and tables say the same, and some things cannot be said at all."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from villagefp.domain.kept import KINDS
from villagefp.storage import tables
from villagefp.wire.change import WITHDRAWN
from villagefp.wire.declared import BY_NAME, DECLARED
from villagefp.wire.kinds import Base, FieldType, Merge, Travel

# domain rules, §0.5: what the data model must not be able to express, as whole identifiers or whole parts of them
BANNED = {
    "fetal_sex", "in_policy", "out_of_policy", "fee", "remedy", "informer", "pregnancy_found_by", "checked_quarter",
    "party_rank", "household_score", "pregnancy_disappeared", "quota", "ranking", "score",
}  # fmt: skip

# The numbers as they were first given. A line may be added; none may ever change.
NUMBERS = {
    "village": {"code": 1, "name": 2},
    "worker": {"name": 1, "role": 2, "phone": 3},
    "household": {"household_no": 1, "group_no": 2, "address": 3, "head": 4, "note": 5},
    "hukou_book": {"book_no": 1, "address": 2, "head": 3},
    "person": {
        "name": 1, "name_status": 2, "sex": 3, "birth_date": 4, "birth_precision": 5, "birth_told": 6, "id_no": 7,
        "id_status": 8, "mother": 9, "ethnic": 10, "education": 11, "marital": 12, "occupation": 13, "file_no": 14,
        "died_on": 15, "legacy_method": 16, "legacy_method_status": 17, "note": 18,
    },
    "alias": {"person": 1, "name": 2, "sort": 3},
    "phone": {"person": 1, "number": 2, "whose": 3, "may_mention_health": 4},
    "membership": {
        "person": 1, "household": 2, "hukou_book": 3, "relation": 4, "joined_on": 5, "joined_why": 6, "left_on": 7,
        "left_why": 8, "presence": 9, "presence_since": 10, "expected_back": 11,
    },
    "event": {
        "person": 1, "household": 2, "event_type": 3, "form": 4, "form_version": 5, "occurred_on": 6, "place": 7,
        "source": 8, "author_role": 9, "outcome": 10, "next_offer_on": 11, "consent": 12, "signature": 13,
        "created_at": 14, "revision_of": 15, "correction_reason": 16, "answers": 17, "answers_sealed": 18, "author": 19,
    },
    "access": {"worker": 1, "person": 2, "day": 3, "action": 4},
    "consent": {
        "person": 1, "programme": 2, "given_on": 3, "how": 4, "text_version": 5, "event": 6, "withdrawn_on": 7,
        "private": 8,
    },
    "episode": {
        "person": 1, "programme": 2, "opened_on": 3, "opened_by": 4, "consent": 5, "closed_on": 6, "closed_why": 7,
        "closed_by": 8, "lmp": 9, "edd": 10, "delivered_on": 11, "discharged_on": 12, "checked_on": 13,
        "started_on": 14, "joined_on": 15, "private": 16,
    },
    "referral": {
        "person": 1, "given_on": 2, "urgency": 3, "to_facility": 4, "follow_by": 5, "arrived": 6, "result_told_on": 7,
        "event": 8, "reason": 9,
    },
    "benefit_case": {
        "person": 1, "benefit": 2, "opened_on": 3, "submitted_on": 4, "decided_on": 5, "decision": 6, "event": 7,
    },
    "stock_item": {"item_code": 1, "product": 2, "spec": 3, "unit": 4, "days_per_unit": 5},
    "stock_move": {
        "item": 1, "direction": 2, "quantity": 3, "batch_no": 4, "expiry": 5, "moved_on": 6, "event": 7, "place": 8,
        "note": 9, "private": 10,
    },
    "appointment": {
        "person": 1, "household": 2, "wished_on": 3, "part": 4, "note": 5, "settled": 6, "event": 7,
    },
    "form_package": {"form": 1, "version": 2, "from_on": 3, "body": 4},
    "programme_package": {"programme": 1, "version": 2, "from_on": 3, "body": 4},
    "county_param": {"name": 1, "value": 2, "from_on": 3},
    "same_as": {"sort": 1, "first": 2, "second": 3, "same": 4},
    "transfer": {
        "person": 1, "from_village": 2, "to_village": 3, "asked_on": 4, "reason": 5, "consent_on": 6, "consent_how": 7,
        "state": 8, "agreed": 9, "state_on": 10,
    },
}  # fmt: skip


def test_field_numbers_are_permanent():
    assert {kind.name: {field.name: field.number for field in kind.fields} for kind in DECLARED} == NUMBERS
    assert [kind.number for kind in DECLARED] == list(range(1, len(DECLARED) + 1))


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.name)
def test_a_number_is_given_once(kind):
    numbers = [field.number for field in kind.fields]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) > WITHDRAWN
    assert not kind.retired & set(numbers)


@pytest.mark.parametrize("record_type", KINDS, ids=lambda record_type: record_type.KIND)
def test_records_have_the_declared_fields(record_type):
    kind = BY_NAME[record_type.KIND]
    hints = get_type_hints(record_type)
    assert set(record_type.__struct_fields__) == {"id", *kind.by_name}
    for field in kind.fields:
        hint = str(hints[field.name])
        holds_bytes = field.type in (FieldType.BYTES, FieldType.REFERENCE)
        assert ("bytes" in hint) == holds_bytes, field.name
        assert ("bool" in hint) == (field.type is FieldType.FLAG), field.name


def test_every_kind_has_its_record_and_its_table():
    assert {record_type.KIND for record_type in KINDS} == set(BY_NAME) == set(tables.KIND_TABLES)
    kept = {table.name for table in tables.METADATA.sorted_tables}
    assert kept == set(BY_NAME) | {table.name for table in tables.BOOKKEEPING}


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.name)
def test_tables_have_the_declared_columns(kind):
    columns = tables.KIND_TABLES[kind.name].columns.keys()
    assert columns == ["id", *(field.name for field in kind.fields), "heads", "withdrawn"]


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.name)
def test_every_field_says_why_it_is_kept(kind):
    for field in kind.fields:
        assert field.purpose
        assert field.base in Base
        assert (field.group is not None) if field.merge is Merge.TOGETHER else True
        assert field.group is None or field.merge in (Merge.TOGETHER, Merge.ASK)
    for group in kind.groups.values():
        assert len(group) > 1
        assert len({field.merge for field in group}) == 1


def test_what_must_be_sealed_is_sealed_or_stays_here():
    person, event = BY_NAME["person"].by_name, BY_NAME["event"].by_name
    assert person["legacy_method"].travel is Travel.SEALED
    assert person["legacy_method_status"].travel is Travel.LOCAL
    assert event["answers_sealed"].travel is Travel.SEALED
    assert BY_NAME["episode"].by_name["private"].travel is Travel.SEALED
    assert BY_NAME["consent"].by_name["private"].travel is Travel.SEALED
    assert BY_NAME["referral"].by_name["reason"].travel is Travel.SEALED
    assert BY_NAME["stock_move"].by_name["private"].travel is Travel.SEALED
    assert all(field.merge is Merge.ONCE for field in event.values())


def test_what_must_not_be_expressed_has_no_name():
    named = {kind.name for kind in DECLARED} | {field.name for kind in DECLARED for field in kind.fields}
    named |= {table.name for table in tables.METADATA.sorted_tables}
    named |= {column.name for table in tables.METADATA.sorted_tables for column in table.columns}
    assert not named & BANNED
