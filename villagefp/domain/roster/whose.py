"""Whose a column is: of the row's one person, or of husband, wife and children where a family stands on one row."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import repeat

from villagefp.domain.roster.columns import ONE_A_TABLE, Column, whose_phone
from villagefp.domain.roster.meanings import Meaning, contact_of, plain

FAMILY = "family"
"""Whose a column is where it tells something of the whole family on the row."""

OF_FAMILY = (Meaning.PHONE, Meaning.PRESENCE, Meaning.LEGACY_METHOD)
_OF_HOUSEHOLD = frozenset(
    (Meaning.HOUSEHOLD_NO, Meaning.GROUP, Meaning.ADDRESS, Meaning.HUKOU_BOOK, Meaning.ROW_NUMBER, Meaning.NOTE)
)
_OF_PERSON = frozenset((Meaning.ID_NO, Meaning.BIRTH, Meaning.SEX, Meaning.RELATION))
_WHOSE = {"husband": "spouse", "wife": "spouse", "spouse": "spouse", "child": "child"} | dict.fromkeys(
    ("mother", "father"), "other"
)
"""Whose the phone of a relative is, in the codes of `Phone.whose`."""
_WOMEN = "妇女"
_NAMES = (Meaning.NAME, Meaning.HEAD_NAME)
_SPOUSES = frozenset(("husband", "wife", "spouse"))


def of_women(columns: list[Column]) -> list[Column]:
    """A list of women alone: 妇女姓名 is the row's own person where neither husband nor child has a column."""
    named = [one for one in columns if one.meaning is Meaning.NAME]
    if {one.who for one in named} != {"wife"} or not all(_WOMEN in one.header for one in named):
        return columns
    return [replace(one, who="") if one.who == "wife" and _WOMEN in one.header else one for one in columns]


def is_family_table(columns: list[Column]) -> bool:
    """Whether rows hold families: several name columns, and no relation that makes each row one person."""
    names = [one.who for one in columns if one.meaning is Meaning.NAME]
    if any(one.meaning is Meaning.RELATION and not one.who for one in columns) and names.count("") == 1:
        return False
    roles = set(names)
    if "" not in roles and any(one.meaning is Meaning.HEAD_NAME for one in columns):
        roles.add("head")  # 户主 and 配偶 on one row; a list of women has been told apart before
    full_members = _members_with_more_than_a_name(columns)
    return full_members >= 2 or len(roles - {"", "mother", "father"}) >= 2 or bool("" in roles and roles & _SPOUSES)


def _members_with_more_than_a_name(columns: list[Column]) -> int:
    """How many plain name columns are followed by something that only a person has: one a row has one of them."""
    count, open_name = 0, False
    for column in columns:
        if column.meaning is Meaning.NAME:
            open_name = not column.who
        elif open_name and column.meaning in _OF_PERSON:
            count, open_name = count + 1, False
    return count


def of_families(columns: list[Column]) -> list[Column]:
    """Each name column opens a person; what follows without a role of its own belongs to that person.

    A phone, a presence or a method that stands once without a role is the family's, wherever its column stands.
    """
    result: list[Column] = []
    seen: list[str] = []
    unowned = Counter(one.meaning for one in columns if not one.who)
    if _stand_together(columns):
        unowned[Meaning.PHONE] = 1
    for column in map(_as_member, columns, repeat(_couple(columns))):
        who = column.who
        if column.meaning is Meaning.NAME:
            who = _next_member(who, seen)
            seen.append(who)
        elif who == "child":
            who = next((one for one in reversed(seen) if one.startswith("child")), "child1")
        elif not who and column.meaning in OF_FAMILY and unowned[column.meaning] == 1:
            who = FAMILY
        elif not who and seen and column.meaning not in _OF_HOUSEHOLD:
            who = seen[-1]
        result.append(replace(column, who=who, whose=whose_phone(column)))
    return result


def _stand_together(columns: list[Column]) -> bool:
    """Whether all phones without a role stand between the same two members."""
    members, before = 0, set()
    for column in columns:
        members += column.meaning in _NAMES
        if column.meaning is Meaning.PHONE and not column.who:
            before.add(members)
    return len(before) == 1


def _as_member(column: Column, couple: bool) -> Column:
    """Head and mother are members too where a family stands on one row; beside a couple the head's name only names."""
    if column.meaning is Meaning.HEAD_NAME:
        return replace(column, who="") if couple else replace(column, meaning=Meaning.NAME, who="head")
    return replace(column, meaning=Meaning.NAME) if column.meaning is Meaning.MOTHER else column


def _next_member(who: str, seen: list[str]) -> str:
    """A name for the next member: child1, child2 …, member2 …; a role that stands again is counted."""
    if who == "child":
        return f"child{1 + sum(1 for one in seen if one.startswith('child'))}"
    if not who:
        return f"member{len(seen) + 1}" if "" in seen else ""
    return who if who not in seen else f"{who}{1 + sum(1 for one in seen if one.startswith(who))}"


def _couple(columns: list[Column]) -> bool:
    return {"husband", "wife"} <= {one.who for one in columns}


def of_one_person(columns: list[Column]) -> list[Column]:
    """One person a row: columns about a spouse or parents of that person are not imported, a mother's name is."""
    named = any(one.meaning is Meaning.NAME and not one.who for one in columns)
    only_name = None if named else next((one for one in columns if one.meaning in _NAMES), None)
    result: list[Column] = []
    taken: set[Meaning] = set()
    for column in columns:
        meaning = _single_meaning(column, named) if column is not only_name else Meaning.NAME
        if meaning in ONE_A_TABLE and meaning in taken:
            meaning = Meaning.NOT_IMPORTED
        taken.add(meaning)
        whose = whose_phone(column) or (_of_relative(column) if meaning is Meaning.PHONE else "")
        result.append(replace(column, meaning=meaning, who="", whose=whose))
    return result


def _of_relative(column: Column) -> str:
    """Whose the phone of a relative is; empty for others, and for 育龄妇女电话 in a list of women."""
    own = contact_of(plain(column.header)) == "self"
    return "" if own else _WHOSE.get(column.who.rstrip("0123456789"), "")


def _single_meaning(column: Column, named: bool) -> Meaning:
    about_another = bool(column.who) and column.meaning not in (Meaning.HEAD_NAME, Meaning.MOTHER)
    if column.meaning is Meaning.PHONE and (_of_relative(column) or contact_of(plain(column.header))):
        return Meaning.PHONE
    # A list of heads alone says 户主身份证号 of the person of the row.
    kept = not about_another or (column.who == "head" and not named) or column.meaning is Meaning.DROPPED
    return column.meaning if kept else Meaning.NOT_IMPORTED
