"""What window and command line are told of an exchange, and what the county published on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from tests.services.test_programme_packages import FROM, NEWBORN, changed, county, texts
from tests.sync.conftest import county_template, laptop, line, make, office
from tests.sync.offices import Died, Line, Office, Side, dying
from tests.sync.test_stick import answered
from villagefp.county import said
from villagefp.domain.package_records import StoredProgrammePackage
from villagefp.domain.records import Event, Person
from villagefp.errors import UserError
from villagefp.services import exchange, packages, programme_packages
from villagefp.services.exchange import Will
from villagefp.storage import exchange_facts, records, stated
from villagefp.storage.store import Store
from villagefp.sync.outcome import Stopped
from villagefp.wire.statements import read_intact, sign_statement

__all__ = ["county", "county_template", "laptop", "line", "make", "office"]  # fixtures of other tests


def published(office: Office, county: Store, to: Side, tmp_path: Path, version: str = "2") -> bytes:
    """A programme that the county publishes in a village."""
    programme_packages.publish_programme(county, changed(tmp_path, version), FROM)
    with county.read() as connection:
        body = records.where(connection, StoredProgrammePackage)[-1].body
    statement = read_intact(body)
    told = sign_statement(replace(statement, serial=statement.serial), office.keys.sign)
    said.say(
        office.county, to.store.origin.village, told, sort="programme", name=statement.name, serial=statement.serial
    )
    return told


def test_an_exchange_in_numbers_and_words(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    one.person("张三")
    assert exchange.standing(one.store).sending.waiting > 0
    assert exchange.standing(one.store).last is None
    done = exchange.over(one.store, line)
    assert (done.requests, done.returned, done.conflicts, done.remarks) == (1, (), 0, ())
    stands = exchange.standing(one.store)
    assert (stands.enrolled, stands.sending.not_received, stands.conflicts, stands.returned) == (True, 0, 0, 0)
    assert stands.last is not None
    assert exchange.over(other.store, line).received > 0
    assert done.to_json()["slip"] is None


def test_a_conflict_is_counted(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    person = one.person("张三")
    exchange.over(one.store, line)
    exchange.over(other.store, line)
    for side, name in ((one, "张四"), (other, "张五")):
        with side.store.save() as save:
            save.change(structs.replace(person, name=name))
        exchange.over(side.store, line)
    done = exchange.over(one.store, line)
    assert done.conflicts == 1
    assert exchange.standing(one.store).conflicts == 1


def test_what_came_back_is_named(make: Callable[..., Side], line: Line) -> None:
    cadre = make("village_cadre")
    person = cadre.person("张三")
    with cadre.store.save() as save:
        made = cadre.ambient.new_id()
        save.add(
            Event(
                id=made,
                person=person.id,
                event_type="visit",
                form="antenatal_visit",
                form_version="1",
                occurred_on="2026-11-20",
            )
        )
    done = exchange.over(cadre.store, line)
    assert [line.who for line in done.returned] == ["张三"]
    assert exchange.standing(cadre.store).returned == 1
    assert done.to_json()["returned"][0]["reason"]


def test_a_wrong_clock_is_a_remark(laptop: Side, line: Line) -> None:
    laptop.clock.now += timedelta(hours=30, minutes=5)
    (remark,) = exchange.over(laptop.store, line).remarks
    assert "30 h 5 min ahead" in remark
    laptop.clock.now -= timedelta(hours=60)
    (remark,) = exchange.over(laptop.store, line).remarks
    assert "behind" in remark


def test_what_the_county_publishes_counts_after_the_exchange(
    laptop: Side, line: Line, county: Store, tmp_path: Path
) -> None:
    exchange.over(laptop.store, line)
    published(line.office, county, laptop, tmp_path)
    done = exchange.over(laptop.store, line)
    assert done.remarks == ()
    assert NEWBORN in texts(laptop.store, FROM)
    again = exchange.over(laptop.store, line)
    assert (again.requests, again.received) == (1, 0)


def test_what_was_published_is_not_lost_when_the_program_ends_before_it_is_taken_over(
    laptop: Side, line: Line, county: Store, tmp_path: Path
) -> None:
    exchange.over(laptop.store, line)
    published(line.office, county, laptop, tmp_path)
    with pytest.raises(Died), dying(1, packages, "import_package"):
        exchange.over(laptop.store, line)
    laptop.again()
    assert NEWBORN not in texts(laptop.store, FROM)
    exchange.over(laptop.store, line)
    assert NEWBORN in texts(laptop.store, FROM)
    with laptop.store.read() as connection:
        assert stated.waiting(connection) == []


def test_a_package_that_cannot_be_taken_over_is_told_once(
    laptop: Side, line: Line, county: Store, tmp_path: Path
) -> None:
    exchange.over(laptop.store, line)
    programme_packages.publish_programme(laptop.store, changed(tmp_path, "3"), date(2026, 11, 15))
    exchange.over(laptop.store, line)
    published(line.office, county, laptop, tmp_path)
    (remark,) = exchange.over(laptop.store, line).remarks
    assert remark
    assert exchange.over(laptop.store, line).remarks == ()


def test_by_stick_it_takes_first_and_then_writes(laptop: Side, office: Office, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    laptop.person("张三")
    first = exchange.by_stick(laptop.store, usb)
    assert first.path is not None
    assert (first.written > 0, first.sent) == (True, 0)
    answered(office, first.path)
    second = exchange.by_stick(laptop.store, usb)
    assert (second.written, second.sent) == (0, first.written)
    assert any(str(second.slip) in remark for remark in second.remarks)


def test_files_of_which_the_county_has_everything_do_not_pile_up(laptop: Side, office: Office, tmp_path: Path) -> None:
    laptop.person("张三")
    usb = tmp_path / "usb"
    usb.mkdir()

    def own() -> list[str]:
        return sorted(path.name for path in usb.iterdir() if "答复" not in path.name)

    first = exchange.by_stick(laptop.store, usb)
    second = exchange.by_stick(laptop.store, usb)
    assert first.path is not None
    assert second.path is not None
    assert own() == [first.path.name, second.path.name]  # the county has heard of neither
    kept = first.path.read_bytes()
    (usb / "照片.vfp.jpg").write_bytes(b"a picture")
    (usb / "别人的.vfp").write_bytes(b"damaged")
    answered(office, second.path)
    third = exchange.by_stick(laptop.store, usb)
    assert third.path is not None
    assert own() == sorted([third.path.name, "照片.vfp.jpg", "别人的.vfp"])
    assert any("2 earlier files" in remark for remark in third.remarks)
    (usb / "微信 (1).vfp").write_bytes(kept)  # a copy that came back by chat
    fourth = exchange.by_stick(laptop.store, usb)
    assert fourth.path is not None
    assert own() == sorted([fourth.path.name, "照片.vfp.jpg", "别人的.vfp"])
    laptop.person("李四")
    fifth = exchange.by_stick(laptop.store, usb)
    sixth = exchange.by_stick(laptop.store, usb)
    for one in (fifth, sixth):
        assert one.path is not None
        assert one.path.name in own()  # what is in them is nowhere else


def test_of_files_that_are_nothing_to_it_a_laptop_says_one_sentence(
    make: Callable[..., Side], office: Office, tmp_path: Path
) -> None:
    one, other = make(), make()
    usb = tmp_path / "usb"
    usb.mkdir()
    for number in range(3):
        other.person(f"张{number}")
        written = exchange.by_stick(other.store, usb).path
        assert written is not None
        answered(office, written, f"答复_2026-11-22_{number}.vfp")
    remarks = exchange.by_stick(one.store, usb).remarks
    assert [remark for remark in remarks if "another laptop" in remark] == [
        "3 files are for another laptop of this village. Nothing was changed. Open them there."
    ]


def test_a_single_file_for_somebody_else_is_a_refusal(laptop: Side, office: Office, tmp_path: Path) -> None:
    laptop.person("张三")
    written = exchange.by_stick(laptop.store, tmp_path)
    assert written.path is not None
    with pytest.raises(UserError, match="for the county"):
        exchange.take_file(laptop.store, written.path)
    assert office.heard == 0


def test_without_an_address_it_is_said_what_to_do(laptop: Side) -> None:
    with laptop.store.save() as save:
        link = exchange_facts.county_link(save.connection)
        assert link is not None
        bare = exchange_facts.CountyLink("", link.sign_keys, link.seal_key, link.role)
        exchange_facts.put_county_link(save.connection, bare)
    with pytest.raises(UserError, match="knows no address"):
        exchange.by_network(laptop.store)


def test_somebody_stops_it_from_another_thread(laptop: Side, line: Line) -> None:
    laptop.person("张三")
    will = Will()

    def stop(data: bytes) -> bytes:
        thread = threading.Thread(target=will.stop)
        thread.start()
        thread.join()
        return data

    line.before = stop
    with pytest.raises(Stopped, match="was stopped"):
        exchange.over(laptop.store, line, will=will)
    will.wait(3600)  # it does not wait any more
    assert isinstance(laptop.person("李四"), Person)
