"""The county decides parameters: they reach every laptop by exchange, signed, from a day on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.county.offices import Office, Village
from tests.county.test_office_days import office, usb, village
from villagefp.domain.package_records import CountyParam
from villagefp.errors import UserError
from villagefp.services import exchange, packages, params
from villagefp.storage import device_key, records
from villagefp.storage.store import Store
from villagefp.wire.signing import SigningKey
from villagefp.wire.statements import Fault, StatementError, compressed, sign_statement
from villagefp.wire.values import pack

__all__ = ["office", "usb", "village"]  # fixtures of other tests

FROM = ("--from", "2026-12-01")


def _there_and_back(office: Office, usb: Path, *laptops: Store) -> None:
    for laptop in laptops:
        exchange.by_stick(laptop, usb)
    office.say("inbox", usb)
    for laptop in laptops:
        exchange.by_stick(laptop, usb)


def _hotline(store: Store, day: date = date(2026, 12, 1)) -> tuple[str, str | None]:
    (line,) = [each for each in params.lines(store, day) if each.name == "hotline_county"]
    return line.value, line.from_on


def test_parameters_of_the_county_count_on_every_laptop(
    office: Office, village: Village, usb: Path, tmp_path: Path
) -> None:
    one = village.new("one", office.slip(tmp_path / "slips"))
    two = village.new("two", office.slip(tmp_path / "slips"))
    _there_and_back(office, usb, one, two)
    told = office.done("publish", "--set", "hotline_county=0990-12345", "--set", "danger_signs_signed=yes", *FROM)
    assert (told["sort"], told["villages"]) == ("params", ["柳树湾村"])
    (line,) = office.done("status", "--packages")
    assert (line["sort"], len(line["not_yet"])) == ("params", 2)
    for _round in range(2):
        _there_and_back(office, usb, one, two)
    for store in (one, two):
        assert _hotline(store) == ("0990-12345", "2026-12-01")
        assert _hotline(store, date(2026, 11, 30)) == ("", None)
        assert [
            each.value for each in params.lines(store, date(2026, 12, 1)) if each.name == "danger_signs_signed"
        ] == ["1"]
    assert office.done("status", "--packages")[0]["not_yet"] == []
    office.done("publish", "--set", "hotline_county=0990-54321", *FROM)  # the same day, decided anew
    for _round in range(3):
        _there_and_back(office, usb, one, two)
    for store in (one, two):
        assert _hotline(store) == ("0990-54321", "2026-12-01")
        assert exchange.standing(store).conflicts == 0


def test_what_is_no_parameter_is_refused_and_nobody_is_told(office: Office, tmp_path: Path) -> None:
    assert "hotline_county" in office.refused("publish", "--set", "quota=5", *FROM)
    assert office.refused("publish", "--set", "hotline_county=call me", *FROM)
    assert office.refused("publish", "--set", "hotline_county", *FROM)
    assert office.refused("publish", "--set", "hotline_county=12356")
    assert office.refused("publish", "--set", "hotline_county=12356", *FROM, tmp_path / "form.xlsx")
    assert office.done("status", "--packages") == []


def _signed(content: object, key: SigningKey) -> bytes:
    statement = params.statement_of({"hotline_county": "12356"}, date(2026, 12, 1))
    told = {"version": "1", "serial": 1, "packed": compressed({"values": pack(content)})}
    return sign_statement(type(statement)(**{**vars(statement), **told}), key)


def test_parameters_that_the_county_did_not_sign_change_nothing(village: Village) -> None:
    store = village.alone("one")
    with pytest.raises(StatementError) as refused:
        packages.import_package(store, _signed({"hotline_county": "666"}, SigningKey(bytes(range(32)))))
    assert refused.value.fault is Fault.UNKNOWN_SIGNER
    with store.read() as connection:
        assert records.where(connection, CountyParam) == []


def test_what_a_newer_county_decides_is_kept_and_what_is_none_is_refused(village: Village) -> None:
    store = village.alone("one")
    key = device_key.own_key(store)
    for nonsense in (["hotline_county"], {"hotline_county": 5}, {"danger_signs_signed": "perhaps"}):
        with pytest.raises(UserError):
            packages.import_package(store, _signed(nonsense, key))
    packages.import_package(store, _signed({"hotline_county": "12356", "of_next_year": "7"}, key))
    assert _hotline(store) == ("12356", "2026-12-01")
    with store.read() as connection:
        assert {row.name: row.value for row in records.where(connection, CountyParam)}["of_next_year"] == "7"
