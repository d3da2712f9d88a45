"""The files of programmes: every row of the follow-up table is there, and a mistake is told by file, key and value."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from tests.domain.followup_cases import RULES
from villagefp import paths
from villagefp.domain import programmes
from villagefp.domain.programmes import About, Join, Programme, Trigger, read_programme
from villagefp.errors import UserError

# The table of follow-up schedules, row by row: anchor, windows, grace, how it starts, the form, marks of the source.
# A window is "from..to" days, or "at -before +after"; "every N +M" comes again.
TABLE: dict[str, tuple[str, list[str], int | None, str, str, str]] = {
    "anc": ("lmp", ["0..90", "112..146", "147..174", "196..258", "259..286"], 7, "offer", "anc_followup", "F5,F6"),
    "postpartum": ("discharged_on", ["0..7", "3..10"], 3, "offer", "postpartum_visit", "F6 K"),
    "postpartum_42d": ("delivered_on", ["35..56"], 14, "offer", "postpartum_42d", "F6,F2 K"),
    "newborn": (
        "discharged_on",
        ["0..3", "0..7", "3..6", "3..10", "28..30"],
        2,
        "offer",
        "newborn_home_visit",
        "F6 P8",
    ),
    "child_1m": ("birth_date", ["28..30"], 14, "offer", "child_1_8m", "K"),
    "child": (
        "birth_date",
        [
            "3m -10 +10",
            "6m -10 +10",
            "8m -10 +10",
            "12m -15 +15",
            "18m -15 +15",
            "24m -15 +15",
            "30m -15 +15",
            "36m -15 +15",
            "4y -30 +30",
            "5y -30 +30",
            "6y -30 +30",
        ],
        30,
        "offer",
        "child_1_8m",
        "F1,F2,F6 K",
    ),
    "iud": (
        "placed_on",
        ["30..60", "90..104", "180..210", "365..395", "every 365 +30"],
        30,
        "consent_first",
        "iud_followup",
        "P5",
    ),
    "iud_removal": ("removed_on", ["30..60"], 30, "consent_first", "iud_followup", "P5"),
    "implant": (
        "placed_on",
        ["30..60", "90..104", "180..210", "365..395", "value:expires_on -60 +0", "every 365 +30"],
        30,
        "consent_first",
        "implant_followup",
        "P5 K",
    ),
    "implant_removal": ("removed_on", ["90..180"], 30, "consent_first", "implant_followup", "P5"),
    "tubal": ("op_on", ["3..7", "90..104", "180..210"], 14, "consent_first", "tubal_ligation_followup", "P5"),
    "vasectomy": ("op_on", ["3..7", "90..120"], 14, "consent_first", "vasectomy_followup", "P5"),
    "pac": ("ended_on", ["30..45", "90..104", "180..210"], 14, "consent_first", "pac_followup", "P6"),
    "pill": (
        "given_on",
        ["30..45", "value:run_out_on -14 +0", "every 365 +30"],
        7,
        "consent_first",
        "contraceptive_followup",
        "P3 K",
    ),
    "injection": ("given_on", ["value:run_out_on -7 +0"], 7, "consent_first", "contraceptive_followup", "K"),
    "condom": ("given_on", ["value:run_out_on -7 +23"], None, "consent_first", "contraceptive_supply", "P"),
    "folic_acid": (
        "started_on",
        ["30..44", "60..74", "90..104", "120..134", "150..164", "180..194"],
        7,
        "consent_first",
        "folic_acid_supply",
        "P2",
    ),
    "prepregnancy": (
        "checked_on",
        [
            "0..30",
            "value:recheck_on -0 +14",
            "ga84d -0 +14",
            "value:delivered_on+42d -0 +14",
            "value:ended_on+14d -0 +14",
            "every 90 +30",
        ],
        7,
        "consent_first",
        "prepregnancy_followup",
        "P1 K",
    ),
    "special_family": (
        "joined_on",
        ["every 30 +14", "every 90 +30", "lunar:01-01 -7 +7", "lunar:08-15 -7 +7", "lunar:09-09 -7 +7"],
        None,
        "consent_first",
        "special_family_visit",
        "P10 K",
    ),
    "referral": ("given_on", ["1..3", "3..14"], 7, "own_task", "referral_slip", "F5"),
    "newlywed": ("joined_on", ["0..90"], None, "consent_first", "newlywed_counselling", "SD K"),
    "rosters": ("last_review", ["every 90 +30"], None, "own_task", "roster_review", "SD P"),
    "subsidy": (
        "birth_date",
        ["year:0 -0 +0", "year:1 -0 +0", "year:2 -0 +0", "year:3 -0 +0"],
        None,
        "offer",
        "childcare_subsidy_help",
        "L10",
    ),
}


def _windows(programme: Programme) -> list[str]:
    points = [
        f"{each.at} -{each.before} +{each.after}" if each.at else f"{each.from_days}..{each.to_days}"
        for each in programme.points
    ]
    again = [
        f"every {each.every} +{each.to_plus}" if each.every else f"{each.at} -{each.before} +{each.after}"
        for each in programme.repeats
    ]
    return points + again


def test_every_row_of_the_table_has_its_file() -> None:
    assert set(RULES) == set(TABLE)  # migrant_referral is between counties, no village item


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_programme_says_what_its_row_says(name: str) -> None:
    anchor, windows, grace, join, form, marks = TABLE[name]
    programme = RULES[name]
    assert programme.programme == name
    assert programme.anchors[0] == anchor
    assert _windows(programme) == windows
    assert (programme.grace_days, programme.join.value, programme.form) == (grace, join, form)
    assert programme.max_attempts == (1 if name in ("referral", "newlywed") else 2)
    for mark in marks.split():
        assert (f"[{mark}]" if mark in ("K", "P") else f"S:{mark}") in programme.source, mark


def test_stops_and_last_days() -> None:
    assert RULES["anc"].ends_at == ("value:edd+42d", "322d")
    assert RULES["anc"].anchors == ("lmp", "edd-280d")
    assert {"removed", "menopause_advised"} <= RULES["iud"].stop_on
    assert (RULES["folic_acid"].ends_at, RULES["folic_acid"].ends_with) == (("ga90d",), "boxes=6")
    assert RULES["subsidy"].ends_at == ("3y",)
    for programme in RULES.values():
        assert {"declined", "withdrawn", "moved", "transferred", "deceased"} <= programme.stop_on


def test_forms_that_programmes_name_exist() -> None:
    forms = {path.stem for path in (paths.resources_dir() / "forms").glob("*.md")}
    for programme in RULES.values():
        named = {programme.form, programme.first_form, *(each.form for each in programme.visits)} - {""}
        assert named <= forms, programme.programme


def test_words_are_there_in_both_languages_and_leave_the_choice_open() -> None:
    for programme in RULES.values():
        for words in (programme.title, programme.why, *(each.label for each in programme.visits)):
            assert set(words) == {"zh", "en"}, programme.programme
            for said in words.values():
                assert not any(word in said for word in ("必须", "应当", "落实", "督促", "must", "have to"))


def _changed(name: str = "tubal", **changes: str | None) -> str:
    """The text of a shipped programme with lines of these keys replaced, or taken out."""
    lines = []
    for line in programmes.shipped_texts()[name].splitlines():
        key = line.partition(" =")[0]
        if key not in changes:
            lines.append(line)
        elif changes[key] is not None:
            lines.append(f"{key} = {changes[key]}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("join", '"invited"', "“invited”"),
        ("trigger", '"marriage"', "“marriage”"),
        ("trigger", '"birth"', "“birth”"),
        ("anchor", '"op on"', "“op on”"),
        ("anchor", "[]", "anchor"),
        ("form", '"Tubal Form"', "“Tubal Form”"),
        ("grace_days", "-1", "“-1”"),
        ("grace_days", '"soon"', "“soon”"),
        ("grace_days", "true", "“True”"),
        ("private", '"yes"', "“yes”"),
        ("stop_on", '["declined"]', "stop_on"),
        ("stop_on", "7", "“7”"),
        ("source", '""', "source"),
        ("source", None, "source"),
        ("version", None, "version"),
        ("programme", None, "programme"),
    ],
)
def test_a_mistake_is_told_by_file_key_and_value(key: str, value: str | None, told: str) -> None:
    with pytest.raises(UserError) as refused:
        read_programme(_changed(**{key: value}), "tubal.toml")
    assert "tubal.toml" in str(refused.value)
    assert key in str(refused.value)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("point", "key"),
    [
        ('{ code = "a", from = 7, to = 3 }', "points[1].to"),
        ('{ code = "a", from = 3 }', "points[1].to"),
        ('{ code = "a", to = 3 }', "points[1].from"),
        ('{ code = "a", from = 3, to = 7, at = "3m" }', "points[1]"),
        ('{ code = "a" }', "points[1]"),
        ('{ code = "A 1", from = 3, to = 7 }', "points[1].code"),
        ('{ code = "a", at = "3 months" }', "points[1].at"),
        ('{ code = "a", at = "lunar:13-01" }', "points[1].at"),
        ('{ code = "a", at = "solar:02-30" }', "points[1].at"),
        ('{ code = "a", at = "3m", before = -1 }', "points[1].before"),
        ('{ code = "a", at = "3m", when = "married" }', "points[1].when"),
        ('{ code = "a", at = "3m", late = 3 }', "points[1].late"),
        ('{ code = "a", at = "3m", label = { zh = "三月" } }', "points[1].label"),
        ('{ code = "a", at = "3m", label = { zh = "必须检查", en = "check" } }', "points[1].label"),
        ("3", "points"),
    ],
)
def test_a_mistake_in_a_point(point: str, key: str) -> None:
    text = programmes.shipped_texts()["tubal"]
    start, end = text.index("points = ["), text.index("\n[title]")
    with pytest.raises(UserError) as refused:
        read_programme(f"{text[:start]}points = [{point}]\n{text[end:]}", "tubal.toml")
    assert f"tubal.toml, {key} = " in str(refused.value)


@pytest.mark.parametrize(
    "repeat",
    [
        '{ code = "a", every = 3 }',
        '{ code = "a", every = 90, to_plus = 90 }',
        '{ code = "a", every = 90, at = "lunar:01-01" }',
        '{ code = "a", at = "3m" }',
        '{ code = "a" }',
    ],
)
def test_a_mistake_in_what_comes_again(repeat: str) -> None:
    text = programmes.shipped_texts()["tubal"].replace("\n[title]", f"repeat = {repeat}\n\n[title]")
    with pytest.raises(UserError, match=r"repeat\[1\]"):
        read_programme(text, "tubal.toml")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(UserError) as refused:
        read_programme(_changed(join='"often"', form="7", source=None), "tubal.toml")
    assert len(str(refused.value).splitlines()) >= 3
    with pytest.raises(UserError, match=r"tubal\.toml"):
        read_programme("programme = ", "tubal.toml")
    with pytest.raises(UserError) as empty:
        read_programme("")
    assert {"programme", "version", "form", "points", "source", "title", "why", "stop_on"} <= {
        line.split(", ")[1].split(" = ")[0] for line in str(empty.value).splitlines()
    }


def test_a_birth_programme_needs_an_end() -> None:
    with pytest.raises(UserError, match="ends_at"):
        read_programme(_changed("child", ends_at=None), "child.toml")


def test_a_private_programme_never_becomes_an_offer() -> None:
    with pytest.raises(UserError, match="join"):
        read_programme(_changed(join='"offer"'), "tubal.toml")


def test_a_published_programme_starts_as_the_one_that_it_replaces() -> None:
    old = RULES["child"]
    programmes.check_replacement(read_programme(_changed("child", grace_days="10")), old)
    with pytest.raises(UserError, match="join"):
        programmes.check_replacement(read_programme(_changed("child", join='"own_task"')), old)
    consent = RULES["folic_acid"]
    with pytest.raises(UserError, match="join"):
        programmes.check_replacement(read_programme(_changed("folic_acid", join='"offer"')), consent)
    with pytest.raises(UserError, match="programme"):
        programmes.check_replacement(RULES["child_1m"], old)
    opened = read_programme(_changed(private="false"))
    with pytest.raises(UserError, match="private"):
        programmes.check_replacement(opened, RULES["tubal"])


def test_a_published_programme_counts_from_its_day_on() -> None:
    first = read_programme(_changed("child", version='"2"', grace_days="10"))
    second = read_programme(_changed("child", version='"3"', grace_days="20"))
    published = [(date(2027, 3, 1), second), (date(2027, 1, 1), first)]
    graces = {
        day: programmes.in_force(RULES, published, day)["child"].grace_days
        for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 28), date(2027, 3, 1))
    }
    assert list(graces.values()) == [30, 10, 10, 20]
    assert programmes.in_force(RULES, published, date(2027, 1, 1))["iud"] is RULES["iud"]


def test_files_are_plain_toml_and_read_the_same_without_their_name() -> None:
    for name, text in programmes.shipped_texts().items():
        assert tomllib.loads(text)["programme"] == name
        assert read_programme(text) == RULES[name]


def test_only_entered_facts_start_a_programme() -> None:
    starts = {name: (rule.trigger, rule.about) for name, rule in RULES.items() if rule.trigger is not Trigger.EPISODE}
    birth, delivery = (Trigger.BIRTH, About.PERSON), (Trigger.DELIVERY, About.PERSON)
    assert starts == {
        "newborn": birth,
        "child_1m": birth,
        "child": birth,
        "subsidy": birth,
        "postpartum": delivery,
        "postpartum_42d": delivery,
        "rosters": (Trigger.REGISTER, About.HOUSEHOLD),
    }
    assert all(rule.trigger is Trigger.EPISODE for rule in RULES.values() if rule.join is Join.CONSENT_FIRST)
