"""Published forms: asked from their day on, signed, bound to what was made with them, or refused."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE, Steps
from tests.printing.reading import plain, text_of
from tests.services.form_sheets import FERRY, NEED, changed, ferry, without_option
from villagefp.domain.ambient import Ambient
from villagefp.domain.package_records import StoredFormPackage
from villagefp.domain.records import Household, Membership, Outcome, Person, Presence, RecordId
from villagefp.errors import UserError
from villagefp.forms import library
from villagefp.forms.problems import FormError
from villagefp.i18n import set_language
from villagefp.services import catalogue, form_menu, packages, people, sheets, visits
from villagefp.services.sheets import Mode
from villagefp.storage import device_key, records
from villagefp.storage.store import Store, create_store
from villagefp.wire.signing import new_key
from villagefp.wire.statements import Fault, Sort, StatementError, compressed, read_intact, sign_statement

FROM = date(2026, 11, 10)
BEFORE, AFTER = date(2026, 11, 9), date(2026, 11, 20)
NEW_QUESTION = (
    "| | text | need_code_detail | 3 |",
    "| | text | wished_time |  | 希望什么时候 | Wished time |" + "  |" * 10 + "\n| | text | need_code_detail | 3 |",
)
WALK = without_option("心理支持")


@pytest.fixture
def person(store: Store) -> RecordId:
    return somebody(store)


def somebody(store: Store) -> RecordId:
    new_id = store.ambient.new_id
    one = Person(id=new_id(), name="李芳", sex="2", birth_date="1995-03-04")
    home = Household(id=new_id(), household_no="0012", group_no="3", head=one.id)
    with store.save() as save:
        save.add_many([home, one])
        save.add(Membership(id=new_id(), person=one.id, household=home.id, presence=Presence.RESIDENT))
    return one.id


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Store]:
    """The store of the one who publishes, with a key of its own."""
    ambient = Ambient(now=Steps(datetime(2026, 11, 1, 1, 0, tzinfo=UTC)), random=random.Random(99).randbytes)
    made = create_store(
        tmp_path / "county", village_code="990101101202", village_name="县里", worker_name="张县",
        passphrase=PASSPHRASE, ambient=ambient, cost=CHEAP,
    ).store  # fmt: skip
    yield made
    made.close()


def pinned(store: Store, county: Store) -> None:
    device_key.pin_key(store, device_key.own_key(county).public)


def kept(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as connection:
        return [(row.form, row.version, row.from_on) for row in records.where(connection, StoredFormPackage)]


def visit(store: Store, person: RecordId, on: date, **answers: object) -> RecordId:
    return visits.add_visit(store, NEED, answers, outcome=Outcome.DONE, on=on, person_id=person).event_id


def test_a_version_is_asked_from_its_day_on_and_not_before(store: Store, person: RecordId, tmp_path: Path) -> None:
    published = packages.publish_form(store, changed(tmp_path, "2", NEW_QUESTION), FROM)
    assert (published.name, published.version, published.from_on, published.serial) == (NEED, "2", FROM, 1)
    assert kept(store) == [(NEED, "2", "2026-11-10")]
    for on, version in ((BEFORE, "1"), (FROM, "2"), (AFTER, "2")):
        begun = visits.start_visit(store, NEED, person_id=person, on=on)
        assert begun.session.package.version == version
    event = visit(store, person, AFTER, need_code=["2"], wished_time="春节")
    with pytest.raises(visits.VisitRefused, match="wished_time"):
        visit(store, person, BEFORE, wished_time="春节")
    assert visits.open_event(store, event).session.answers()["wished_time"] == "春节"


def test_names_keep_their_numbers_in_the_next_version(store: Store, tmp_path: Path) -> None:
    packages.publish_form(store, changed(tmp_path, "2", NEW_QUESTION), FROM)
    numbers = [
        {q.name: q.number for q in catalogue.of(store).exact(NEED, version).questions if q.number}
        for version in ("1", "2")
    ]
    assert numbers[0].items() < numbers[1].items()
    assert numbers[1]["wished_time"] == max(numbers[0].values()) + 1


def test_a_draft_and_a_visit_keep_their_version(
    store: Store, open_again: Callable[[], Store], person: RecordId, tmp_path: Path
) -> None:
    event = visit(store, person, AFTER, need_code=["11"], action_note="谈了")
    begun = visits.start_visit(store, NEED, person_id=person, on=AFTER)
    begun.session.set_answer("/data/need/need_code", ["11"])
    visits.keep_draft(store, begun)
    packages.publish_form(store, changed(tmp_path, "2", WALK), FROM)
    store.close()
    store = open_again()
    resumed = visits.resume_visit(store, begun.draft_id)
    assert resumed.session.package.version == "1"
    assert resumed.session.answers()["need_code"] == ["11"]
    opened = visits.open_event(store, event)
    assert (opened.package.version, opened.session.answers()["need_code"]) == ("1", ["11"])
    correction = visits.amend(store, event, "写错了")
    correction.session.set_answer("/data/doing/action_note", "谈了很久")
    saved = visits.save_visit(store, correction, Outcome.DONE)
    corrected = visits.open_event(store, saved.event_id)
    assert corrected.event.form_version == "1"
    assert corrected.session.answers()["need_code"] == ["11"]
    assert corrected.session.answers()["action_note"] == "谈了很久"
    store.close()


def test_an_old_visit_prints_as_it_was_asked_and_a_new_one_as_it_is_asked_now(
    store: Store, person: RecordId, tmp_path: Path
) -> None:
    set_language("zh_CN")
    old = visit(store, person, AFTER, need_code=["11"])
    packages.publish_form(store, changed(tmp_path, "2", NEW_QUESTION, WALK), FROM)
    new = visit(store, person, AFTER, need_code=["2"], wished_time="春节")

    def paper(event: RecordId | None, mode: Mode) -> str:
        pdf = sheets.form_sheet(store, NEED, person_id=person, event_id=event, mode=mode, record=False)
        return plain(text_of(pdf.data))

    assert "心理支持" in paper(old, Mode.FILLED)
    assert "希望什么时候" not in paper(old, Mode.FILLED)
    assert "春节" in paper(new, Mode.FILLED)
    blank = paper(None, Mode.BLANK)
    assert "希望什么时候" in blank
    assert "心理支持" not in blank, "a retired option is not offered on paper"


def test_a_retired_option_stays_readable_where_it_was_chosen(store: Store, person: RecordId, tmp_path: Path) -> None:
    set_language("zh_CN")
    published = packages.publish_form(store, changed(tmp_path, "2", WALK), FROM)
    assert [(one.question, one.code, one.label["zh"]) for one in published.retired] == [("need_code", "11", "心理支持")]
    begun = visits.start_visit(store, NEED, person_id=person, on=AFTER)
    assert "11" not in [choice.code for choice in begun.session.node("/data/need/need_code").choices]
    with pytest.raises(visits.VisitRefused):
        visit(store, person, AFTER, need_code=["11"])
    package = catalogue.of(store).exact(NEED, "2")
    labels = {choice.name: choice.label["zh"] for choice in package.choices["need_code"]}
    assert labels["11"] == "心理支持"


def test_an_option_that_comes_back_is_offered_again(store: Store, person: RecordId, tmp_path: Path) -> None:
    packages.publish_form(store, changed(tmp_path, "2", WALK), FROM)
    assert packages.publish_form(store, changed(tmp_path, "3"), AFTER).retired == ()
    begun = visits.start_visit(store, NEED, person_id=person, on=AFTER)
    assert "11" in [choice.code for choice in begun.session.node("/data/need/need_code").choices]


@pytest.mark.parametrize(
    ("edit", "column"),
    [
        (("| | text | action_note | 8 |", "| | integer | action_note | 8 |"), "type"),
        (("| | text | action_note | 8 |", "| | text | action_note | 99 |"), "number"),
        (("| | date | closed_on | 9 |", "| | date | ended_on | 9 |"), "number"),
        (("| need_record | 2 |", "| need_record | 1 |"), "version"),
    ],
)
def test_a_version_that_breaks_the_earlier_ones_is_refused_and_nothing_is_kept(
    store: Store, tmp_path: Path, edit: tuple[str, str], column: str
) -> None:
    with pytest.raises(FormError) as refused:
        packages.publish_form(store, changed(tmp_path, "2", edit), FROM)
    assert column in {problem.column for problem in refused.value.problems}
    assert kept(store) == []


def test_the_same_version_is_not_published_twice(store: Store, tmp_path: Path) -> None:
    packages.publish_form(store, changed(tmp_path, "2"), FROM)
    with pytest.raises(FormError, match="2"):
        packages.publish_form(store, changed(tmp_path, "2", NEW_QUESTION), AFTER)
    with pytest.raises(UserError, match="2026-11-10"):
        packages.publish_form(store, changed(tmp_path, "3"), BEFORE)
    assert kept(store) == [(NEED, "2", "2026-11-10")]


def test_of_several_versions_the_one_begun_last_is_asked(store: Store, tmp_path: Path) -> None:
    for version, on in (("2", BEFORE), ("3", FROM), ("4", FROM), ("5", date(2027, 1, 1))):
        packages.publish_form(store, changed(tmp_path, version), on)
    forms = catalogue.of(store)
    told = {on: forms.in_force(NEED, on).version for on in (date(2026, 1, 1), BEFORE, FROM, date(2027, 2, 1))}
    assert list(told.values()) == ["1", "2", "4", "5"]
    assert [one.statement.serial for one in forms.kept(NEED)] == [1, 2, 3, 4]
    assert {version: forms.exact(NEED, version).version for version in "12345"} == {v: v for v in "12345"}


def test_a_package_travels_from_the_county_to_a_laptop(
    store: Store, county: Store, person: RecordId, tmp_path: Path
) -> None:
    packages.publish_form(county, changed(tmp_path, "2", NEW_QUESTION), FROM)
    signed = packages.export_package(county, NEED)
    pinned(store, county)
    taken = packages.import_package(store, signed)
    assert (taken.name, taken.version, taken.serial, taken.already) == (NEED, "2", 1, False)
    event = visit(store, person, AFTER, wished_time="春节")
    assert visits.open_event(store, event).event.form_version == "2"
    assert packages.import_package(store, signed).already
    assert kept(store) == [(NEED, "2", "2026-11-10")]
    assert packages.export_package(store, NEED, "2") == signed


def refused(store: Store, signed: bytes) -> Fault:
    before = kept(store)
    with pytest.raises(StatementError) as fault:
        packages.import_package(store, signed)
    assert kept(store) == before
    return fault.value.fault


def test_a_foreign_damaged_or_huge_package_changes_nothing(store: Store, county: Store, tmp_path: Path) -> None:
    packages.publish_form(county, changed(tmp_path, "2"), FROM)
    signed = packages.export_package(county, NEED)
    assert refused(store, signed) is Fault.UNKNOWN_SIGNER
    pinned(store, county)
    assert refused(store, signed[:-1]) is Fault.DAMAGED
    assert refused(store, signed.replace(b"2026-11-10", b"2026-01-10")) is Fault.DAMAGED
    assert refused(store, b"PK\x03\x04 not a package") is Fault.DAMAGED
    huge = tmp_path / "huge.vfpkg"
    with huge.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(StatementError) as fault:
        packages.import_file(store, huge)
    assert fault.value.fault is Fault.TOO_LARGE
    with pytest.raises(UserError, match=r"nothing\.vfpkg"):
        packages.import_file(store, tmp_path / "nothing.vfpkg")


def test_a_lower_serial_and_an_older_version_change_nothing(store: Store, county: Store, tmp_path: Path) -> None:
    for version in ("2", "3"):
        packages.publish_form(county, changed(tmp_path, version), FROM)
    pinned(store, county)
    packages.import_package(store, packages.export_package(county, NEED, "3"))
    assert refused(store, packages.export_package(county, NEED, "2")) is Fault.OLD_SERIAL
    third = read_intact(packages.export_package(county, NEED, "3"))
    key = device_key.own_key(county)
    again = sign_statement(replace(third, serial=9, from_on="2026-12-01"), key)
    with pytest.raises(FormError, match="version 3"):
        packages.import_package(store, again)
    earlier = sign_statement(replace(third, serial=9, from_on="2026-01-01"), key)
    with pytest.raises(UserError, match="2026-11-10"):
        packages.import_package(store, earlier)


def test_what_a_package_says_of_itself_must_hold(store: Store, county: Store, tmp_path: Path) -> None:
    packages.publish_form(county, changed(tmp_path, "2"), FROM)
    pinned(store, county)
    key, told = device_key.own_key(county), read_intact(packages.export_package(county, NEED))
    contents = {name: told.content(name) for name in told.packed}
    for wrong in (
        replace(told, name="household_visit"),
        replace(told, version="7"),
        replace(told, packed=compressed({**contents, "workbook.md": b"another sheet"})),
        replace(told, packed=compressed({"compiled.json": contents["compiled.json"]})),
        replace(told, sort=Sort.PARAMS),
    ):
        assert refused(store, sign_statement(wrong, key)) is Fault.DAMAGED
    empty = replace(told, packed=compressed({**contents, "compiled.json": b"{}"}))
    with pytest.raises(UserError):
        packages.import_package(store, sign_statement(empty, key))


def test_a_package_that_lost_an_option_is_refused(store: Store, county: Store, tmp_path: Path) -> None:
    """The county's program retires options by itself; a package made otherwise is held to the same."""
    packages.publish_form(county, changed(tmp_path, "2"), FROM)
    pinned(store, county)
    told = read_intact(packages.export_package(county, NEED))
    package = library.read(told.content("compiled.json"))
    fewer = replace(package, choices={**package.choices, "need_code": package.choices["need_code"][:3]})
    contents = {name: told.content(name) for name in told.packed} | {"compiled.json": library.dump(fewer)}
    with pytest.raises(FormError, match="need_code"):
        packages.import_package(
            store, sign_statement(replace(told, packed=compressed(contents)), device_key.own_key(county))
        )
    assert kept(store) == []


def test_what_nobody_known_signed_is_not_asked_but_what_was_made_with_it_is_read(
    store: Store, county: Store, tmp_path: Path
) -> None:
    """Records come from another laptop of the village, and with them a package whose signer is not pinned here."""
    packages.publish_form(county, changed(tmp_path, "2", NEW_QUESTION), FROM)
    body = packages.export_package(county, NEED)
    with store.save() as save:
        new_id = store.ambient.new_id
        save.add(StoredFormPackage(id=new_id(), form=NEED, version="2", from_on="2026-11-10", body=body))
        save.add(StoredFormPackage(id=new_id(), form=NEED, version="3", from_on="2026-11-10", body=body))
        save.add(StoredFormPackage(id=new_id(), form=NEED, version="4", from_on="2026-11-10", body=b"nothing"))
    forms = catalogue.of(store)
    assert forms.in_force(NEED, AFTER).version == "1"
    assert forms.exact(NEED, "2").version == "2"
    for version in ("3", "4"):
        with pytest.raises(UserError):
            forms.exact(NEED, version)
    pinned(store, county)
    assert catalogue.of(store).in_force(NEED, AFTER).version == "2"


def test_a_form_that_no_release_has_works_from_menu_to_paper(
    store: Store, open_again: Callable[[], Store], person: RecordId, tmp_path: Path
) -> None:
    set_language("zh_CN")
    packages.publish_form(store, ferry(tmp_path), FROM)
    group = form_menu.for_person(store)[-1]
    assert group.forms == ((FERRY, "渡河意愿"),)
    assert not any(
        FERRY in dict(group.forms) for group in (*form_menu.for_household(store), *form_menu.for_nobody(store))
    )
    saved = visits.add_visit(store, FERRY, {"bank": "2", "seats": 3}, outcome=Outcome.DONE, on=AFTER, person_id=person)
    store.close()
    store = open_again()
    (entry,) = people.person_page(store, person).timeline
    assert entry.form_title == "渡河意愿"
    paper = text_of(sheets.form_sheet(store, FERRY, event_id=saved.event_id, record=False).data)
    assert "渡河意愿表" in paper
    assert "西岸" in paper
    with pytest.raises(UserError, match="2026-11-10"):
        visits.start_visit(store, FERRY, person_id=person, on=BEFORE)
    store.close()


def test_a_private_new_form_has_a_neutral_title_in_timelines(store: Store, person: RecordId, tmp_path: Path) -> None:
    set_language("zh_CN")
    packages.publish_form(store, ferry(tmp_path, sealed=True), FROM)
    visits.add_visit(store, FERRY, {"bank": "2"}, outcome=Outcome.DONE, on=AFTER, person_id=person)
    assert [entry.form_title for entry in people.person_page(store, person).timeline] == ["服务记录"]
    set_language("en")
    assert [entry.form_title for entry in people.person_page(store, person).timeline] == ["Health service record"]


def test_a_form_of_a_newer_laptop_is_not_named_by_its_id(store: Store, person: RecordId, tmp_path: Path) -> None:
    packages.publish_form(store, ferry(tmp_path), FROM)
    visits.add_visit(store, FERRY, {"bank": "2"}, outcome=Outcome.DONE, on=AFTER, person_id=person)
    with store.save() as save:
        (row,) = records.where(save.connection, StoredFormPackage)
        save.withdraw(StoredFormPackage, row.id, "test")
    assert [entry.form_title for entry in people.person_page(store, person).timeline] == ["Health service record"]


def test_a_store_that_has_no_key_yet_gets_one_when_it_signs(store: Store, tmp_path: Path) -> None:
    with store.read() as connection:
        public = device_key.own_public(connection)
    assert public == device_key.own_key(store).public, "a store has its key from the beginning"
    with store.save() as save:
        save.connection.exec_driver_sql("DELETE FROM local_value WHERE key = 'device signing key'")
    packages.publish_form(store, changed(tmp_path, "2"), FROM)
    with store.read() as connection:
        fresh = device_key.own_public(connection)
    assert fresh not in {None, public}
    assert read_intact(packages.export_package(store, NEED)).signer == fresh
    with pytest.raises(ValueError, match="32"):
        device_key.pin_key(store, b"short")


def test_only_what_was_published_can_be_exported(store: Store) -> None:
    for told in ((NEED, None), (NEED, "2"), ("nosuch", None)):
        with pytest.raises(UserError, match=told[0]):
            packages.export_package(store, *told)


def test_a_key_that_is_not_pinned_counts_for_nothing(store: Store, county: Store, tmp_path: Path) -> None:
    stranger = new_key(random.Random(5).randbytes)
    pinned(store, county)
    packages.publish_form(county, changed(tmp_path, "2"), FROM)
    told = read_intact(packages.export_package(county, NEED))
    assert refused(store, sign_statement(told, stranger)) is Fault.UNKNOWN_SIGNER
    with store.read() as connection:
        assert device_key.trusted_keys(connection) == {
            device_key.own_key(store).public, device_key.own_key(county).public,
        }  # fmt: skip
