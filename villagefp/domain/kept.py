"""Every kind of record that is kept and travels; `wire.declared` declares their fields, and a test compares the two."""

from __future__ import annotations

from villagefp.domain.package_records import CountyParam, StoredFormPackage, StoredProgrammePackage
from villagefp.domain.person_records import SameAs, Transfer
from villagefp.domain.records import (
    Access,
    Alias,
    BenefitCase,
    Consent,
    Episode,
    Event,
    Household,
    HukouBook,
    Membership,
    Person,
    Phone,
    Record,
    Referral,
    Village,
    Worker,
)
from villagefp.domain.supply_records import Appointment, StockItem, StockMove

KINDS: tuple[type[Record], ...] = (
    Village, Worker, Household, HukouBook, Person, Alias, Phone, Membership, Event, Access,
    Consent, Episode, Referral, BenefitCase,
    StockItem, StockMove, Appointment, StoredFormPackage, StoredProgrammePackage, CountyParam,
    SameAs, Transfer,
)  # fmt: skip
