"""What the county says rises in serial; villages and laptops are taken in once; the list ranks nobody."""

from __future__ import annotations

import pytest

from tests.county.laptops import VILLAGE, WHO, Laptop
from villagefp.county import devices, said
from villagefp.county.accept import accept_batch
from villagefp.county.devices import NewDevice
from villagefp.county.store import County
from villagefp.errors import UserError


def test_a_lower_serial_about_the_same_thing_is_not_taken(county: County) -> None:
    Laptop(80).enrolled(county)
    for serial, name in ((2, "anc"), (1, "iud"), (5, "anc")):
        said.say(county, VILLAGE, f"{name} {serial}".encode(), sort="form", name=name, serial=serial)
    for serial in (1, 2, 4, 5):
        with pytest.raises(UserError, match="number 5"):
            said.say(county, VILLAGE, b"late", sort="form", name="anc", serial=serial)
    assert said.since(county, VILLAGE, "form", 0) == [b"anc 2", b"anc 5", b"iud 1"]
    assert said.since(county, VILLAGE, "form", 2) == [b"anc 5"]
    assert said.since(county, VILLAGE, "programme", 0) == []


def test_a_village_and_a_laptop_are_taken_in_once(county: County) -> None:
    laptop = Laptop(81).enrolled(county)
    with pytest.raises(UserError, match="柳树湾村"):
        county.found_village(VILLAGE, "990101101201", "柳树湾村")
    with pytest.raises(UserError, match="enrolled"):
        laptop.enrolled(county)
    with pytest.raises(UserError, match="no role"):
        devices.enrol(county, VILLAGE, NewDevice(laptop.id(), laptop.key.public, "x", "inspector"), WHO)
    with pytest.raises(LookupError):
        devices.enrol(county, bytes(16), NewDevice(laptop.id(), laptop.key.public, "x", "village_doctor"), WHO)


def test_laptops_are_listed_by_name_with_their_last_exchange_and_nothing_that_compares_them(county: County) -> None:
    laptops = [Laptop(seed).enrolled(county) for seed in (84, 82, 83)]
    laptops[1].save(laptops[1].person())
    accept_batch(county, laptops[1].batch())
    devices.revoke(county, VILLAGE, laptops[2].device, WHO)
    lines = devices.lines(county)
    assert [line.label for line in lines] == sorted(line.label for line in lines)
    told = {line.label[-4:]: (line.exchanged_at is not None, line.revoked) for line in lines}
    assert told == {
        laptops[0].device.hex()[-4:]: (False, False),
        laptops[1].device.hex()[-4:]: (True, False),
        laptops[2].device.hex()[-4:]: (False, True),
    }


def test_what_was_done_at_the_county_is_written_down(county: County) -> None:
    laptop = Laptop(85).enrolled(county)
    devices.revoke(county, VILLAGE, laptop.device, WHO)
    with county.read() as connection:
        rows = connection.exec_driver_sql("SELECT serial, who, what FROM audit ORDER BY serial").all()
    assert [tuple(row) for row in rows] == [(1, WHO, "enrol"), (2, WHO, "revoke")]
