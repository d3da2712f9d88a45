"""What enrolling needs: a county's keys, a vault, and laptops that claim with a code."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from villagefp.county import enrolment, keys
from villagefp.county.enrolment import Offered, Place
from villagefp.county.store import County
from villagefp.county.vault import Vault
from villagefp.domain.ambient import Ambient
from villagefp.wire import enrolment as wire
from villagefp.wire.enrolment import Claim, Grant, same_laptop
from villagefp.wire.enrolment_code import keys_of
from villagefp.wire.seal import SealKey
from villagefp.wire.signing import SigningKey
from villagefp.wire.village_ring import VillageRing, unwrap_under

KEYS = keys.of_secret(b"k" * 32)
VAULT = Vault(b"v" * 32)
CODE = "990101101201"


def place(**told: object) -> Place:
    """Where a laptop is to be enrolled."""
    values = {"village_code": CODE, "village_name": "柳树湾村", "role": "village_doctor", "label": "王秀兰的电脑"}
    return Place(**{**values, **told})  # type: ignore[arg-type]


def offer(county: County, **told: object) -> Offered:
    """A code for the village."""
    return enrolment.offer(county, KEYS, VAULT, place(**told))


@dataclass
class Claimant:
    """A laptop that asks to be enrolled."""

    seed: int
    village: bytes = b""
    village_code: str = ""
    given: bytes = b""
    device: bytes = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.device = Ambient(random=chance.randbytes).new_id()
        self.key = SigningKey(chance.randbytes(32))
        self.seal = SealKey(chance.randbytes(32))

    @property
    def claim(self) -> Claim:
        """What it says of itself."""
        return Claim(
            device=self.device,
            public=self.key.public,
            seal_public=self.seal.public,
            village=self.village,
            village_code=self.village_code,
            given=self.given,
        )

    def told(self, code: str) -> bytes:
        """Its claim as it travels."""
        return wire.sign_claim(self.claim, keys_of(code), self.key)

    def asks(self, county: County, code: str, source: str = "") -> Grant:
        """What the county grants it; EnrolmentError where it does not."""
        answer = enrolment.claim(county, KEYS, self.told(code), source)
        return wire.open_answer(answer, keys_of(code), same_laptop(self.claim))


def ring(grant: Grant, code: str) -> VillageRing:
    """The village's keys as the laptop finds them."""
    return unwrap_under(grant.ring, keys_of(code).wrap)
