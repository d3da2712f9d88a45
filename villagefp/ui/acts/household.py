"""What a worker does from a household's page: each act is a small sheet of fields and one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QWidget

from villagefp.domain import names
from villagefp.domain.records import Membership, Presence
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import households, memberships
from villagefp.services.pages import HouseholdPage, PersonLine
from villagefp.ui import words
from villagefp.ui.acts import joining
from villagefp.ui.acts.running import run
from villagefp.ui.screen import Screen
from villagefp.ui.widgets.date_field import DateField
from villagefp.ui.widgets.fields import ChoiceField, Field, TextField
from villagefp.ui.widgets.sheet import Sheet


@dataclass(frozen=True)
class Act:
    """One entry of a page's menu."""

    title: str
    start: Callable[[], object]


def acts(screen: Screen, page: HouseholdPage) -> list[Act]:
    """What can be done with this household now."""
    found = [
        Act(_("Add a newborn"), lambda: joining.newborn(screen, page)),
        Act(_("Add a member"), lambda: joining.member(screen, page)),
    ]
    if any(not line.name or names.is_stand_in(line.name) for line, _membership in page.members):
        found.append(Act(_("Name a child"), lambda: joining.name(screen, page)))
    if page.members:
        found += [
            Act(_("Change presence"), lambda: _presence(screen, page)),
            Act(_("Come home"), lambda: _come_home(screen, page)),
            Act(_("Stay in another household"), lambda: _stay(screen, page)),
            Act(_("Move to another household"), lambda: _move(screen, page)),
            Act(_("Separate into a new household"), lambda: _split(screen, page)),
            Act(_("Change the head"), lambda: _head(screen, page)),
        ]
    return found


def _who(page: HouseholdPage, label: str = "") -> ChoiceField:
    entries = [(membership.id.hex(), words.name(line)) for line, membership in page.members]
    return ChoiceField(label or _("Who"), entries)


def _presence(screen: Screen, page: HouseholdPage) -> None:
    store, today = screen.context.store, screen.context.ambient.today()
    who, what = _who(page), ChoiceField(_("Presence"), words.offered("presence"))
    since = DateField(_("Since"), today, chosen=today)
    back = DateField(_("Expected back, if known"), today, future=True)
    back.setEnabled(False)
    what.on_change(lambda value: back.setEnabled(value == Presence.AWAY))

    def save(sheet: Sheet) -> None:
        member, presence = bytes.fromhex(who.value), Presence(what.value)
        day, until = since.day(), back.optional() if back.isEnabled() else None
        run(
            screen, sheet,
            lambda: memberships.set_presence(store, member, presence, since=day, expected_back=until),
        )  # fmt: skip

    Sheet(screen, _("Change presence"), [who, what, since, back], _("Save"), save).open()


def _come_home(screen: Screen, page: HouseholdPage) -> None:
    store, today = screen.context.store, screen.context.ambient.today()
    who = ChoiceField(_("Who"), [(line.id.hex(), words.name(line)) for line, _membership in page.members])
    on = DateField(_("Since"), today, chosen=today)

    def save(sheet: Sheet) -> None:
        person, day = bytes.fromhex(who.value), on.day()
        run(screen, sheet, lambda: memberships.come_home(store, person, on=day))

    Sheet(
        screen, _("Come home"), [who, on], _("Save"), save, note=_("Ends an absence, or a stay in another household.")
    ).open()


def _relation_field(label: str = "") -> ChoiceField:
    return ChoiceField(label or _("Relation to the head there"), [("", "—"), *words.offered("relation")])


def _stay(screen: Screen, page: HouseholdPage) -> None:
    store, today = screen.context.store, screen.context.ambient.today()
    who, where, relation = _who(page), TextField(_("Number of the other household")), _relation_field()
    how = ChoiceField(
        _("How"),
        [(value, word) for value, word in words.offered("presence") if value in (Presence.STAYING, Presence.LYING_IN)],
        chosen=Presence.LYING_IN,
    )
    since, until = DateField(_("Since"), today, chosen=today), DateField(_("Until, if known"), today, future=True)

    def save(sheet: Sheet) -> None:
        member, number, day, last = bytes.fromhex(who.value), where.text, since.day(), until.optional()
        kin, presence = relation.value or None, Presence(how.value)

        def stay() -> Membership:
            there = households.by_number(store, number).id
            return memberships.stay_elsewhere(
                store, member, there, relation=kin, since=day, until=last, presence=presence
            )

        run(screen, sheet, stay)

    fields = [who, where, relation, how, since, until]
    Sheet(
        screen, _("Stay in another household"), fields, _("Save"), save,
        note=_("As a daughter does at her mother's home for the month after birth; at home she is away meanwhile."),
    ).open()  # fmt: skip


def _move(screen: Screen, page: HouseholdPage) -> None:
    store, today = screen.context.store, screen.context.ambient.today()
    who, where, relation = _who(page), TextField(_("Number of the other household")), _relation_field()
    on = DateField(_("Since"), today, chosen=today)

    def save(sheet: Sheet) -> None:
        member, number, day, kin = bytes.fromhex(who.value), where.text, on.day(), relation.value or None
        run(
            screen, sheet,
            lambda: memberships.move_member(
                store, member, households.by_number(store, number).id, relation=kin, on=day
            ),
        )  # fmt: skip

    Sheet(screen, _("Move to another household"), [who, where, relation, on], _("Save"), save).open()


def _split(screen: Screen, page: HouseholdPage) -> None:
    store, today = screen.context.store, screen.context.ambient.today()
    number = TextField(_("Number of the new household"))
    leaving = {membership.id: QCheckBox(words.name(line)) for line, membership in page.members}
    head = _who(page, _("Head of the new household"))
    on = DateField(_("Since"), today, chosen=today)

    def save(sheet: Sheet) -> None:
        chosen, first, day = (
            [who for who, box in leaving.items() if box.isChecked()],
            bytes.fromhex(head.value),
            on.day(),
        )
        if first not in chosen:
            raise UserError(_("The head of the new household must be among those who leave. Tick the name as well."))
        relations = {who: memberships.HEAD if who == first else "97" for who in chosen}
        told = households.NewHousehold(number.text, page.household.group_no, page.household.address)
        run(screen, sheet, lambda: memberships.split_household(store, told, relations, on=day))

    fields: list[QWidget] = [number, *leaving.values(), head, on]
    for box in leaving.values():
        box.setAccessibleName(box.text())
    Sheet(
        screen, _("Separate into a new household"), fields, _("Save"), save,
        note=_("For those who now eat apart; the hukou book stays one. Tick who leaves."),
    ).open()  # fmt: skip


def _head(screen: Screen, page: HouseholdPage) -> None:
    store, today = screen.context.store, screen.context.ambient.today()
    head = ChoiceField(_("New head"), [(line.id.hex(), words.name(line)) for line, _membership in page.members])
    on = DateField(_("Since"), today, chosen=today)
    kin = {line.id: _relation_of(line) for line, _membership in page.members}

    def save(sheet: Sheet) -> None:
        first, day = bytes.fromhex(head.value), on.day()
        relations = {who: field.value for who, field in kin.items() if who != first and field.value}
        run(screen, sheet, lambda: memberships.change_head(store, page.household.id, first, relations, on=day))

    fields: list[Field] = [head, on, *kin.values()]
    Sheet(
        screen, _("Change the head"), fields, _("Save"), save,
        note=_("Say for each member what he or she is to the new head."),
    ).open()  # fmt: skip


def _relation_of(line: PersonLine) -> ChoiceField:
    offered = dict(words.offered("relation"))
    if line.relation:
        offered.setdefault(line.relation, words.relation(line.relation))
    return ChoiceField(words.name(line), [("", "—"), *offered.items()], chosen=line.relation or "")
