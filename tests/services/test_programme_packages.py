"""Published programmes and county parameters: from their day on, signed, and never otherwise than what they replace."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE, Steps
from villagefp import paths
from villagefp.domain import county_params
from villagefp.domain.ambient import Ambient
from villagefp.domain.package_records import CountyParam, StoredProgrammePackage
from villagefp.errors import UserError
from villagefp.services import packages, params, publications
from villagefp.services.programme_packages import publish_programme, versions_in_force
from villagefp.storage import device_key, published, records
from villagefp.storage.store import Store, create_store
from villagefp.wire.statements import Fault, StatementError, read_intact, sign_statement

FROM, BEFORE, AFTER = date(2026, 11, 10), date(2026, 11, 9), date(2026, 11, 20)
NEWBORN = "newborn"


def changed(folder: Path, version: str, *edits: tuple[str, str], programme: str = NEWBORN) -> Path:
    """The shipped programme as a later version, with these words put in place of others."""
    text = (paths.resources_dir() / "programmes" / f"{programme}.toml").read_text(encoding="utf-8")
    for old, new in (('version = "1"', f'version = "{version}"'), *edits):
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{programme}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Store]:
    ambient = Ambient(now=Steps(datetime(2026, 11, 1, 1, 0, tzinfo=UTC)), random=random.Random(98).randbytes)
    made = create_store(
        tmp_path / "county", village_code="990101101202", village_name="县里", worker_name="张县",
        passphrase=PASSPHRASE, ambient=ambient, cost=CHEAP,
    ).store  # fmt: skip
    yield made
    made.close()


def texts(store: Store, on: date) -> dict[str, str]:
    with store.read() as connection:
        return published.programme_texts(connection, on)


def bodies(store: Store) -> list[bytes]:
    with store.read() as connection:
        return [row.body for row in records.where(connection, StoredProgrammePackage)]


def test_a_changed_programme_counts_from_its_day_on(
    store: Store, open_again: Callable[[], Store], tmp_path: Path
) -> None:
    told = publish_programme(store, changed(tmp_path, "2", ("grace_days = 2", "grace_days = 5")), FROM)
    assert (told.name, told.version, told.from_on, told.serial) == (NEWBORN, "2", FROM, 1)
    store.close()
    store = open_again()
    assert texts(store, BEFORE) == {}
    assert "grace_days = 5" in texts(store, AFTER)[NEWBORN]
    assert versions_in_force(store)[NEWBORN] == "2"
    lines = [one for one in publications.programmes(store) if one.name == NEWBORN]
    assert [(one.version, one.from_on, one.signed_by, one.in_force) for one in lines] == [
        ("1", None, "built_in", False), ("2", "2026-11-10", "this_laptop", True),
    ]  # fmt: skip
    store.close()


@pytest.mark.parametrize(
    ("version", "edit", "word"),
    [
        ("1", ("grace_days = 2", "grace_days = 5"), "1"),
        ("2", ('form = "newborn_home_visit"', 'form = "no_such_form"'), "no_such_form"),
        ("2", ('join = "offer"', 'join = "own_task"'), "join"),
        ("2", ("param:newborn_second_visit=1", "param:nosuch=1"), "nosuch"),
        ("2", ("grace_days = 2", "grace_days = 2\nquota = 3"), "quota"),
        ("2", ("grace_days = 2", "grace_days ="), "newborn"),
    ],
)
def test_a_programme_that_cannot_stand_is_refused(
    store: Store, tmp_path: Path, version: str, edit: tuple[str, str], word: str
) -> None:
    with pytest.raises(UserError, match=word):
        publish_programme(store, changed(tmp_path, version, edit), FROM)
    assert bodies(store) == []


def test_a_private_programme_stays_private(store: Store, tmp_path: Path) -> None:
    path = changed(tmp_path, "2", ("private = true", "private = false"), programme="iud")
    with pytest.raises(UserError, match="private"):
        publish_programme(store, path, FROM)


def test_a_file_that_is_no_programme_is_refused_in_words(store: Store, tmp_path: Path) -> None:
    long, odd = tmp_path / "long.toml", tmp_path / "odd.toml"
    long.write_bytes(b"#" * 300_000)
    odd.write_bytes(b"\xff\xfe\x00")
    for path in (long, odd, tmp_path / "nothing.toml"):
        with pytest.raises(UserError, match=path.name):
            publish_programme(store, path, FROM)


def test_a_programme_travels_and_is_held_to_the_same(store: Store, county: Store, tmp_path: Path) -> None:
    for version in ("2", "3"):
        publish_programme(county, changed(tmp_path, version), FROM)
    second, third = bodies(county)
    with pytest.raises(StatementError) as fault:
        packages.import_package(store, third)
    assert fault.value.fault is Fault.UNKNOWN_SIGNER
    device_key.pin_key(store, device_key.own_key(county).public)
    assert packages.import_package(store, third).version == "3"
    assert packages.import_package(store, third).already
    with pytest.raises(StatementError) as fault:
        packages.import_package(store, second)
    assert fault.value.fault is Fault.OLD_SERIAL
    again = sign_statement(replace(read_intact(third), serial=9), device_key.own_key(county))
    with pytest.raises(UserError, match="3"):
        packages.import_package(store, again)
    renamed = sign_statement(replace(read_intact(third), serial=9, version="7"), device_key.own_key(county))
    with pytest.raises(StatementError) as fault:
        packages.import_package(store, renamed)
    assert fault.value.fault is Fault.DAMAGED
    assert bodies(store) == [third]


def test_what_nobody_known_signed_does_not_count(store: Store, county: Store, tmp_path: Path) -> None:
    publish_programme(county, changed(tmp_path, "2"), FROM)
    (body,) = bodies(county)
    with store.save() as save:
        new_id = store.ambient.new_id
        save.add(StoredProgrammePackage(id=new_id(), programme=NEWBORN, version="2", from_on="2026-11-10", body=body))
    assert texts(store, AFTER) == {}
    device_key.pin_key(store, device_key.own_key(county).public)
    assert list(texts(store, AFTER)) == [NEWBORN]


def on_day(store: Store, name: str, on: date) -> str:
    with store.read() as connection:
        return published.params(connection, on)[name]


def test_a_parameter_stands_from_its_day_on_and_what_stood_before_stays_known(
    store: Store, open_again: Callable[[], Store]
) -> None:
    assert on_day(store, "danger_signs_signed", AFTER) == "0"
    params.set_param(store, "danger_signs_signed", "yes", FROM)
    params.set_param(store, "hotline_county", " 0990-1234567 ", FROM)
    params.set_param(store, "hotline_county", "0990-7654321", AFTER)
    store.close()
    store = open_again()
    assert [on_day(store, "danger_signs_signed", on) for on in (BEFORE, FROM, AFTER)] == ["0", "1", "1"]
    assert [on_day(store, "hotline_county", on) for on in (BEFORE, FROM, AFTER)] == ["", "0990-1234567", "0990-7654321"]
    assert params.value(store, "hotline_county") == "0990-7654321"
    line = next(one for one in params.lines(store, AFTER) if one.name == "hotline_county")
    assert (line.value, line.from_on) == ("0990-7654321", "2026-11-20")
    assert line.meaning
    store.close()


def test_a_parameter_set_twice_for_one_day_is_one_record(store: Store) -> None:
    for amount in ("3600", "3650.50"):
        params.set_param(store, "amount_childcare_subsidy", amount, FROM)
    with store.read() as connection:
        assert [row.value for row in records.where(connection, CountyParam)] == ["3650.50"]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("quota_iud", "3", "danger_signs_signed"),
        ("danger_signs_signed", "maybe", "maybe"),
        ("hotline_county", "call me", "call me"),
        ("amount_only_child", "ten", "ten"),
        ("amount_only_child", "10.005", r"10\.005"),
        ("correction_answer_days", "", "correction_answer_days"),
        ("standard_in_force", "a" * 201, "200"),
        ("standard_in_force", "a\nb", "200"),
    ],
)
def test_a_parameter_or_value_that_there_is_not_is_refused(store: Store, name: str, value: str, word: str) -> None:
    with pytest.raises(UserError, match=word):
        params.set_param(store, name, value, FROM)
    with store.read() as connection:
        assert records.where(connection, CountyParam) == []


def test_a_parameter_of_a_newer_program_is_passed_over(store: Store) -> None:
    with store.save() as save:
        save.add(CountyParam(id=store.ambient.new_id(), name="of_tomorrow", value="1", from_on="2026-01-01"))
    with store.read() as connection:
        assert published.params(connection, AFTER) == county_params.defaults()


def test_every_parameter_says_what_it_means_and_has_a_value_that_it_would_take() -> None:
    for name, param in county_params.KNOWN.items():
        assert county_params.meaning(name)
        if param.default:
            assert param.read(param.default) == param.default
