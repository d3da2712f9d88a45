"""One device goes on for another: only where both keys say so, and for these two and this village alone."""

from __future__ import annotations

import pytest

from villagefp.wire.signed import BODY_AT, ExchangeError, Fault, Purpose, sign
from villagefp.wire.signing import SigningKey
from villagefp.wire.succession import Succession, open_succession, sign_succession, who_gives_way

VILLAGE, OLD, NEW, SEAL = (bytes([number]) * 16 for number in (1, 2, 3, 4))
OLD_KEY, NEW_KEY, OTHER = (SigningKey(name.ljust(32).encode()) for name in ("old", "new", "other"))


@pytest.fixture
def told() -> bytes:
    return sign_succession(VILLAGE, OLD, NEW, NEW_KEY.public, SEAL * 2, OLD_KEY, NEW_KEY)


def test_what_both_keys_signed_is_read(told: bytes) -> None:
    said = Succession(village=VILLAGE, old=OLD, new=NEW, public=NEW_KEY.public, seal_public=SEAL * 2)
    assert open_succession(told, OLD_KEY.public) == said
    assert open_succession(told, [OTHER.public, OLD_KEY.public]) == said
    assert who_gives_way(told) == (VILLAGE, OLD)
    assert len(told) <= 350
    later = sign_succession(VILLAGE, OLD, NEW, NEW_KEY.public, SEAL * 2, OLD_KEY, NEW_KEY, 7)
    assert open_succession(later, OLD_KEY.public).common == 7


def test_another_key_than_the_old_one_names_no_successor(told: bytes) -> None:
    with pytest.raises(ExchangeError) as refused:
        open_succession(told, OTHER.public)
    assert refused.value.fault is Fault.NOT_SIGNED


def test_a_successor_that_does_not_know_of_it_is_none() -> None:
    with pytest.raises(ValueError, match="not the one"):
        sign_succession(VILLAGE, OLD, NEW, NEW_KEY.public, SEAL * 2, OLD_KEY, OTHER)
    honest = sign_succession(VILLAGE, OLD, NEW, OTHER.public, SEAL * 2, OLD_KEY, OTHER)
    forged = _signed_anew(honest, OTHER.public, NEW_KEY.public)
    with pytest.raises(ExchangeError) as refused:
        open_succession(forged, OLD_KEY.public)
    assert refused.value.fault is Fault.NOT_SIGNED


def _signed_anew(told: bytes, before: bytes, after: bytes) -> bytes:
    """The same with another key in it, signed by the old device alone."""
    return sign(Purpose.SUCCESSION, told[BODY_AT:].replace(before, after), OLD_KEY)


def test_no_device_succeeds_itself() -> None:
    itself = sign_succession(VILLAGE, OLD, OLD, NEW_KEY.public, SEAL * 2, OLD_KEY, NEW_KEY)
    with pytest.raises(ExchangeError) as refused:
        open_succession(itself, OLD_KEY.public)
    assert refused.value.fault is Fault.DAMAGED


def test_any_altered_or_missing_byte_is_refused(told: bytes) -> None:
    for place in range(len(told)):
        for altered in (told[:place] + bytes([told[place] ^ 1]) + told[place + 1 :], told[:place]):
            with pytest.raises(ExchangeError):
                open_succession(altered, OLD_KEY.public)


def test_what_is_too_large_is_not_read() -> None:
    for read in (who_gives_way, lambda told: open_succession(told, OLD_KEY.public)):
        with pytest.raises(ExchangeError) as refused:
            read(bytes(10_000))
        assert refused.value.fault is Fault.TOO_LARGE
