"""Which household a row of a roster belongs to: by number, by address or head, or by standing below its head."""

from __future__ import annotations

import re
from collections import Counter

from villagefp.domain.roster import words
from villagefp.domain.roster.contents import Cell
from villagefp.domain.roster.issues import IssueBook
from villagefp.domain.roster.told import RosterHousehold

_HEADS = frozenset(("01", "02"))
_BLANK = ("", None)
_MANY = 0.2
_DOOR = re.compile(r"[0-9]|[零〇一二三四五六七八九十百]\s*[号户栋幢室家]")


class Homes:
    """The households of a workbook, found while its rows are read one after another."""

    def __init__(self, issues: IssueBook) -> None:
        self._issues = issues
        self._all: list[RosterHousehold] = []
        self._known: dict[tuple[str | None, str | None, str | None], int] = {}
        self._current = -1
        self._sheet = ""
        self._numbered = False
        self._related = True

    def turn_to(self, sheet: str, *, numbered: bool, related: bool) -> None:
        """Go on with another table.

        `numbered` where it has a column of household numbers; `related` where a row says to whom it belongs: a
        relation, a head, a hukou book, or the rows are families. Without either, people who stand below each other
        are no family.
        """
        self._sheet, self._numbered, self._related, self._current = sheet, numbered, related, -1

    def leave(self) -> None:
        """The next row without a number belongs to no household seen so far."""
        self._current = -1

    def of_row(self, row: int, home: tuple[Cell, ...], relation: str | None) -> int:
        """The place of the row's household, made where it is new."""
        number_cell, group_cell, address_cell, head_cell = home
        number = None if number_cell in _BLANK else words.household_no(words.text_of(number_cell))
        group = None if group_cell in _BLANK else words.group(words.text_of(group_cell))
        address = None if address_cell in _BLANK else words.text_of(address_cell).strip()
        if group is None and address:
            group = words.group_in(address)
        is_head = relation in _HEADS
        key = self._key(number, group, words.text_of(head_cell).strip(), address)
        found = self._known.get(key) if key else self._above(is_head)
        if found is not None and number is None and is_head and self._all[found].has_head:
            found = None  # an address, even a yard, may be that of several families
        if found is None and number is not None and group is None and self._above(False) is not None:
            found = self._current if self._all[self._current].number == number else None
        if found is None:
            if number is None and self._numbered:
                self._issues.household_unclear(row)
            found = len(self._all)
            self._all.append(RosterHousehold(number, group, address, self._sheet, row, is_head))
        if key:
            self._known[key] = found
        household = self._all[found]
        household.has_head = household.has_head or is_head
        household.address = household.address or address
        household.group = household.group or group
        self._current = found
        return found

    def gathered(self) -> tuple[RosterHousehold, ...]:
        """All households; where groups count their households each from 1, the group is put before the number."""
        groups = Counter(household.number for household in self._all if household.number is not None)
        twice = {number for number, count in groups.items() if count > 1}
        restarts = len(twice) > _MANY * len(groups)
        for household in self._all:
            if household.number in twice and household.group and (restarts or household.has_head):
                household.number = f"{household.group}-{household.number}"
        return tuple(self._all)

    def _key(
        self, number: str | None, group: str | None, head: str, address: str | None
    ) -> tuple[str | None, str | None, str | None] | None:
        """What names the household: its number and group, else its head, else an address that tells one door."""
        if number is not None:
            return number, group, None
        if self._numbered:
            return None
        if head:
            return None, group, head
        return (None, group, address) if address and _tells_a_door(address) else None

    def _above(self, is_head: bool) -> int | None:
        """The household of the row above, unless a second head says that another one begins."""
        if self._current < 0 or (is_head and self._all[self._current].has_head):
            return None
        return self._current if self._numbered or self._related else None


def _tells_a_door(address: str) -> bool:
    """Whether an address is more than that of a village or a group: 1组12号 and 老屋场三号 are, 1组 and 村东头 not."""
    return bool(_DOOR.search(words.without_group(address)))
