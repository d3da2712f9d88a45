"""Which forms can be begun about whom, in groups as a worker looks for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.i18n import _, language
from villagefp.services import catalogue

if TYPE_CHECKING:
    from villagefp.storage.store import Store


class FormGroup(Struct, frozen=True):
    """Forms that belong together: a heading, and id and title of each."""

    heading: str
    forms: tuple[tuple[str, str], ...]


_CHILD = ("newborn_home_visit", "child_1_8m", "child_12_30m", "child_3_6y")
_MOTHER = (
    "pregnancy_registration", "anc_first", "anc_followup", "pregnancy_outcome_followup", "postpartum_visit",
    "postpartum_42d",
)  # fmt: skip
_CONTRACEPTION = (
    "contraception_counselling", "contraceptive_supply", "contraceptive_followup", "iud_followup", "implant_followup",
    "tubal_ligation_followup", "vasectomy_followup", "pac_followup", "adverse_reaction_report",
    "complication_referral", "complication_case_note", "free_service_info", "routine_followup",
)  # fmt: skip
_HEALTHY_BIRTH = (
    "healthy_birth_counselling", "folic_acid_supply", "prepregnancy_notice", "prepregnancy_check_note",
    "prepregnancy_followup", "newlywed_counselling",
)  # fmt: skip
_REPRO = (
    "repro_counselling", "repro_screening_invite", "screening_result_note", "repro_followup", "rti_symptom_referral",
    "infertility_referral",
)  # fmt: skip
_FAMILY = ("midlife_counselling", "elder_check_reminder", "family_health_followup", "referral_slip")
_BENEFITS = (
    "birth_registration_help", "childcare_subsidy_help", "benefit_case", "special_family_visit", "support_visit",
    "migrant_referral",
)  # fmt: skip
_FILE = ("person_basic", "file_cover", "need_record", "mandatory_report")


def for_person(store: Store) -> tuple[FormGroup, ...]:
    """The forms about one person."""
    return _groups(
        store,
        "person",
        (_("Children"), _CHILD),
        (_("Pregnancy and after birth"), _MOTHER),
        (_("Contraception"), _CONTRACEPTION),
        (_("Before a pregnancy"), _HEALTHY_BIRTH),
        (_("Reproductive health"), _REPRO),
        (_("Family health"), _FAMILY),
        (_("Benefits"), _BENEFITS),
        (_("Health file"), _FILE),
    )


def for_household(store: Store) -> tuple[FormGroup, ...]:
    """The forms about a household besides the visit itself."""
    return _groups(store, "household", (_("Household"), ("member_change", "roster_review")))


def for_nobody(store: Store) -> tuple[FormGroup, ...]:
    """The forms that name no one: talks, anonymous surveys and complaints."""
    return _groups(store, "none", (_("For the village"), ("health_education", "satisfaction_survey", "complaint")))


def _groups(store: Store, subject: str, *groups: tuple[str, Iterable[str]]) -> tuple[FormGroup, ...]:
    """The groups with what is there today; forms that were published and are not built in come last."""
    forms, today = catalogue.of(store), store.ambient.today()
    there = set(forms.form_ids(today))
    published = [form_id for form_id in forms.published_ids(today) if forms.subject(form_id, today) == subject]
    told = [(heading, [form_id for form_id in ids if form_id in there]) for heading, ids in groups]
    return tuple(
        FormGroup(heading, tuple((form_id, forms.title(form_id, language(), today)) for form_id in ids))
        for heading, ids in (*told, *([(_("From the county"), published)] if published else []))
    )
