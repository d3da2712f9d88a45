"""Enrolling by code: what the county grants and to whom, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import Steps
from tests.county.conftest import Opening
from tests.county.enrolling import CODE, KEYS, VAULT, Claimant, offer, ring
from villagefp.county import devices, enrolment, lineage
from villagefp.county.devices import NewDevice
from villagefp.county.office_tables import enrolment as enrolment_table
from villagefp.county.office_tables import office_value
from villagefp.county.store import County
from villagefp.errors import UserError
from villagefp.wire import enrolment as wire
from villagefp.wire import village_key
from villagefp.wire.enrolment import EnrolmentError, EnrolmentFault
from villagefp.wire.enrolment_code import keys_of
from villagefp.wire.succession import sign_succession
from villagefp.wire.village_key import VillageKey

ALONE = bytes(15) + b"\x07"


def later(county: County, **by: float) -> None:
    clock = county.ambient.now
    assert isinstance(clock, Steps)
    clock.now += timedelta(**by)


def fault(county: County, laptop: Claimant, code: str, source: str = "") -> EnrolmentFault:
    with pytest.raises(EnrolmentError) as refused:
        laptop.asks(county, code, source)
    assert str(refused.value)
    return refused.value.fault


def test_a_laptop_with_a_code_gets_keys_village_role_and_ring(county: County) -> None:
    offered = offer(county, address="https://county.example")
    laptop = Claimant(1)
    grant = laptop.asks(county, offered.code)
    assert (grant.sign_keys, grant.seal_key) == (KEYS.signs, KEYS.seal.public)
    assert (grant.village, grant.village_code, grant.village_name) == (offered.village, CODE, "柳树湾村")
    assert (grant.role, grant.label, grant.address) == ("village_doctor", "王秀兰的电脑", "https://county.example")
    assert ring(grant, offered.code).vault == VAULT.public
    assert ring(grant, offered.code).keys == (VAULT.village_key(offered.village),)
    with county.read() as connection:
        device = devices.known(connection, grant.village, laptop.device)
    assert (device.public, device.label, device.role, device.revoked) == (
        laptop.key.public, "王秀兰的电脑", "village_doctor", False,
    )  # fmt: skip


def test_the_enrolment_file_says_the_same_and_opens_to_the_code_alone(county: County) -> None:
    offered = offer(county)
    secrets = keys_of(offered.code)
    assert secrets.seal.public == offered.seal
    told = wire.open_offer(offered.told, secrets)
    granted = Claimant(1).asks(county, offered.code)
    assert (told.sign_keys, told.seal_key, told.village, told.ring) == (
        granted.sign_keys, granted.seal_key, granted.village, granted.ring,
    )  # fmt: skip
    other = offer(county)
    with pytest.raises(EnrolmentError):
        wire.open_offer(offered.told, keys_of(other.code))


def test_the_store_holds_neither_code_nor_ring(county: County) -> None:
    offered = offer(county)
    secrets = keys_of(offered.code)
    with county.read() as connection:
        kept = b"".join(
            bytes(value) if isinstance(value, bytes) else str(value).encode()
            for row in connection.execute(select(enrolment_table))
            for value in row
        )
    assert offered.code.encode() not in kept
    assert offered.code.replace("-", "").encode() not in kept
    assert secrets.wrap not in kept
    assert VAULT.village_key(offered.village).key not in kept


def test_an_answer_that_was_lost_is_given_again_and_to_nobody_else(county: County, opening: Opening) -> None:
    offered = offer(county)
    laptop = Claimant(1)
    first = enrolment.claim(county, KEYS, laptop.told(offered.code))
    later(county, days=400)
    assert enrolment.claim(opening(), KEYS, laptop.told(offered.code)) == first
    assert fault(county, Claimant(2), offered.code) is EnrolmentFault.USED
    with county.read() as connection:
        assert len(connection.execute(select(devices.device.c.device)).all()) == 1


def test_a_code_has_its_day(county: County) -> None:
    offered = offer(county, days=3)
    later(county, days=3, seconds=9)
    assert fault(county, Claimant(1), offered.code) is EnrolmentFault.EXPIRED


def test_a_code_that_nobody_gave_out_is_unknown(county: County) -> None:
    offer(county)
    other = "0" * 20
    assert fault(county, Claimant(1), other) is EnrolmentFault.UNKNOWN


def test_wrong_codes_from_one_place_are_stopped_and_others_are_not(county: County) -> None:
    offered = offer(county)
    for _turn in range(enrolment.MAX_REFUSED):
        assert fault(county, Claimant(1), "0" * 20, "192.0.2.1") is EnrolmentFault.UNKNOWN
    assert fault(county, Claimant(1), offered.code, "192.0.2.1") is EnrolmentFault.TOO_MANY
    with county.read() as connection:
        kept = [name for (name,) in connection.execute(select(office_value.c.name))]
    assert not any("192.0.2.1" in name for name in kept)
    assert Claimant(2).asks(county, offered.code, "192.0.2.2").village == offered.village
    later(county, hours=1)
    assert fault(county, Claimant(3), offered.code, "192.0.2.1") is EnrolmentFault.USED


def test_a_code_that_is_tried_with_wrong_proofs_is_closed(county: County) -> None:
    offered = offer(county)
    told = bytearray(Claimant(1).told(offered.code))
    told[2 + 16] ^= 1  # the proof
    for _turn in range(enrolment.MAX_FAILURES):
        assert enrolment.claim(county, KEYS, bytes(told)) == wire.refuse(EnrolmentFault.UNKNOWN)
    assert fault(county, Claimant(1), offered.code) is EnrolmentFault.BLOCKED


def test_an_altered_claim_or_answer_is_refused_wherever_it_was_altered(county: County) -> None:
    offered = offer(county)
    laptop = Claimant(1)
    told = laptop.told(offered.code)
    for place in range(0, len(told), 7):
        bent = bytearray(told)
        bent[place] ^= 0x40
        try:
            answer = enrolment.claim(county, KEYS, bytes(bent))
        except UserError:  # of another protocol
            continue
        assert answer[:1] == b"r", place
        with county.write() as connection:  # so that the code is not closed meanwhile
            connection.execute(enrolment_table.update().values(failures=0))
    answer = enrolment.claim(county, KEYS, told)
    for place in range(0, len(answer), 7):
        bent = bytearray(answer)
        bent[place] ^= 0x40
        with pytest.raises(UserError):
            wire.open_answer(bytes(bent), keys_of(offered.code), wire.same_laptop(laptop.claim))
    with pytest.raises(EnrolmentError):
        wire.open_answer(answer, keys_of(offered.code), wire.same_laptop(Claimant(2).claim))


def test_nobody_enrols_a_key_of_which_he_has_not_the_secret_part(county: County) -> None:
    offered = offer(county)
    one, thief = Claimant(1), Claimant(2)
    told = wire.sign_claim(one.claim, keys_of(offered.code), thief.key)
    assert enrolment.claim(county, KEYS, told) == wire.refuse(EnrolmentFault.DAMAGED)


def test_a_village_that_lived_alone_keeps_its_id_and_its_key_reaches_the_next_laptop(county: County) -> None:
    before = offer(county)
    own = VillageKey(0, b"o" * 32)
    first = Claimant(1, village=ALONE, village_code=CODE)
    grant = first.asks(county, before.code)
    assert grant.village == ALONE
    first.given = village_key.wrap(own, ALONE, first.device, VAULT.public)
    assert first.asks(county, before.code) == grant  # the vault's key came with the grant, so its own comes now
    after = offer(county)
    assert after.village == ALONE
    second = Claimant(2).asks(county, after.code)
    assert second.village == ALONE
    assert set(ring(second, after.code).keys) == {*ring(grant, before.code).keys, own}
    assert ring(second, after.code).keys[-1] == own


def test_of_two_foundings_the_second_is_refused_and_told_what_to_do(county: County) -> None:
    one, other = offer(county), offer(county)
    assert one.village == other.village  # two slips for one village that is not founded yet
    Claimant(1).asks(county, one.code)
    late = Claimant(2, village=ALONE, village_code=CODE)
    assert fault(county, late, other.code) is EnrolmentFault.OTHER_FOUNDING
    assert Claimant(3).asks(county, other.code).village == one.village  # the code is still good for a new folder


def test_records_of_another_village_are_not_enrolled_in_this_one(county: County) -> None:
    offered = offer(county)
    stray = Claimant(1, village=ALONE, village_code="990101101202")
    assert fault(county, stray, offered.code) is EnrolmentFault.OTHER_VILLAGE
    county.found_village(ALONE, "990101101202", "石桥村")
    stray.village_code = ""
    assert fault(county, stray, offered.code) is EnrolmentFault.OTHER_FOUNDING
    with county.read() as connection:
        assert enrolment.found(connection, CODE) is None


def test_a_cadre_gets_no_key_of_sealed_fields(county: County) -> None:
    offered = offer(county, role="village_cadre")
    assert ring(Claimant(1).asks(county, offered.code), offered.code).keys == ()


def test_a_laptop_that_was_revoked_comes_back_by_a_new_code(county: County) -> None:
    first = offer(county)
    laptop = Claimant(1)
    village = laptop.asks(county, first.code).village
    lineage.revoke(county, village, laptop.device, "clerk")
    second = offer(county, role="village_cadre", label="新岗位")
    laptop.village, laptop.village_code = village, CODE
    assert laptop.asks(county, second.code).role == "village_cadre"
    with county.read() as connection:
        device = devices.known(connection, village, laptop.device)
    assert (device.revoked, device.role, device.label) == (False, "village_cadre", "新岗位")


def test_revoking_a_laptop_revokes_what_took_its_place(county: County) -> None:
    offered = offer(county)
    laptop = Claimant(1)
    village = laptop.asks(county, offered.code).village
    parent = laptop.device
    line = []
    for seed in range(2, 5):
        heir = Claimant(seed)
        new = NewDevice(heir.device, heir.key.public, "电脑", "village_doctor", parent=parent)
        devices.enrol(county, village, new, "clerk")
        line.append(heir.device)
        parent = heir.device
    assert lineage.revoke(county, village, laptop.device, "clerk") == [laptop.device, *line]
    with county.read() as connection:
        assert all(devices.known(connection, village, one).revoked for one in line)


def test_a_successor_is_what_the_one_before_it_was(county: County) -> None:
    offered = offer(county, role="village_cadre")
    laptop, heir = Claimant(1), Claimant(2)
    village = laptop.asks(county, offered.code).village
    told = sign_succession(
        village, laptop.device, heir.device, heir.key.public, heir.seal.public, laptop.key, heir.key
    )  # fmt: skip
    packed = wire.pack_succession(told)
    for _turn in range(2):  # an answer that was lost
        wire.open_succeeded(enrolment.claim(county, KEYS, packed), packed, KEYS.signs)
    with county.read() as connection:
        new = devices.known(connection, village, heir.device)
        assert (new.role, new.label, new.revoked) == ("village_cadre", "王秀兰的电脑", False)
    assert lineage.revoke(county, village, laptop.device, "clerk") == [laptop.device, heir.device]


def test_a_revoked_laptop_has_a_revoked_successor(county: County) -> None:
    offered = offer(county)
    laptop, heir = Claimant(1), Claimant(2)
    village = laptop.asks(county, offered.code).village
    lineage.revoke(county, village, laptop.device, "clerk")
    told = sign_succession(
        village, laptop.device, heir.device, heir.key.public, heir.seal.public, laptop.key, heir.key
    )  # fmt: skip
    packed = wire.pack_succession(told)
    wire.open_succeeded(enrolment.claim(county, KEYS, packed), packed, KEYS.signs)
    with county.read() as connection:
        assert devices.known(connection, village, heir.device).revoked


def test_a_succession_that_the_old_key_did_not_sign_is_refused(county: County) -> None:
    offered = offer(county)
    laptop, heir, thief = Claimant(1), Claimant(2), Claimant(3)
    village = laptop.asks(county, offered.code).village
    for key, old, of_village, expected in (
        (thief.key, laptop.device, village, EnrolmentFault.DAMAGED),
        (thief.key, thief.device, village, EnrolmentFault.UNKNOWN_DEVICE),
        (laptop.key, laptop.device, ALONE, EnrolmentFault.UNKNOWN_DEVICE),
    ):
        told = sign_succession(of_village, old, heir.device, heir.key.public, heir.seal.public, key, heir.key)
        assert enrolment.claim(county, KEYS, wire.pack_succession(told)) == wire.refuse(expected)
    assert enrolment.claim(county, KEYS, wire.pack_succession(b"\x01")) == wire.refuse(EnrolmentFault.DAMAGED)


def test_two_laptops_that_claim_at_once_found_one_village(county: County, opening: Opening) -> None:
    codes = [offer(county).code for _turn in range(4)]
    counties = [opening() for _code in codes]
    with ThreadPoolExecutor(4) as pool:
        grants = list(pool.map(lambda seed: Claimant(seed).asks(counties[seed], codes[seed]), range(4)))
    assert len({grant.village for grant in grants}) == 1
    with county.read() as connection:
        assert len(connection.execute(select(devices.device.c.device)).all()) == 4


def test_one_code_claimed_by_many_at_once_is_good_for_one(county: County, opening: Opening) -> None:
    code = offer(county).code
    counties = [opening() for _turn in range(4)]

    def ask(seed: int) -> str:
        try:
            return Claimant(seed).asks(counties[seed], code).label
        except EnrolmentError as refused:
            return refused.fault.value

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(ask, range(4)))
    assert sorted(told) == sorted(["王秀兰的电脑", "used", "used", "used"])


def test_a_role_that_is_none_and_a_village_that_is_none_are_refused(county: County) -> None:
    with pytest.raises(UserError, match="mayor"):
        offer(county, role="mayor")
    with pytest.raises(UserError, match="99010110"):
        offer(county, village_code="99010110")
