"""Somebody who does anything to anything that is on a laptop, by seeded chance."""

from __future__ import annotations

import random
from typing import Any

from msgspec.structs import replace

from villagefp.domain.records import (
    Alias,
    Episode,
    Event,
    Household,
    IdStatus,
    Membership,
    NameStatus,
    Outcome,
    Person,
    Phone,
    Precision,
    Presence,
    Referral,
)
from villagefp.storage import records
from villagefp.storage.store import Store
from villagefp.storage.unit_of_work import UnitOfWork

KINDS = (Person, Person, Household, Alias, Phone, Membership, Event, Episode, Referral)


class Busy:
    """Makes, changes and withdraws records, some about others that are not here."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self.store, self.rng, self.new_id = store, rng, store.ambient.new_id

    def act(self) -> None:
        """One save."""
        with self.store.save() as save:
            for _ in range(self.rng.choice((1, 1, 1, 3, 8))):
                self._one(save)

    def _one(self, save: UnitOfWork) -> None:
        kind = self.rng.choice(KINDS)
        there = records.where(save.connection, kind)
        choice = self.rng.random()
        if choice < 0.45 or not there:
            save.add(kind(id=self.new_id(), **getattr(self, f"_new_{kind.KIND}")(save)))
        elif choice < 0.9 and kind is not Event:
            record = self.rng.choice(there)
            save.change(replace(record, **getattr(self, f"_edit_{kind.KIND}")(save)))
        else:
            save.withdraw(kind, self.rng.choice(there).id, "by chance")

    def _some(self, save: UnitOfWork, kind: Any) -> bytes:
        """An id of that kind, now and then one that is not here."""
        ids = [record.id for record in records.where(save.connection, kind)]
        return self.rng.choice(ids) if ids and self.rng.random() < 0.9 else self.new_id()

    def _word(self) -> str:
        return "".join(self.rng.choice("王李张芳伟明") for _ in range(2))

    def _day(self) -> str:
        return f"2026-{self.rng.randrange(1, 12):02}-{self.rng.randrange(1, 28):02}"

    def _new_person(self, save: UnitOfWork) -> Any:
        mother = self._some(save, Person) if self.rng.random() < 0.4 else None
        return {"name": self._word(), "birth_date": self._day(), "mother": mother}

    def _new_household(self, _save: UnitOfWork) -> Any:
        return {"household_no": str(self.rng.randrange(30))}

    def _new_alias(self, save: UnitOfWork) -> Any:
        return {"person": self._some(save, Person), "name": self._word()}

    def _new_phone(self, save: UnitOfWork) -> Any:
        return {"person": self._some(save, Person), "number": str(self.rng.randrange(10**6))}

    def _new_membership(self, save: UnitOfWork) -> Any:
        return {"person": self._some(save, Person), "household": self._some(save, Household)}

    def _new_event(self, save: UnitOfWork) -> Any:
        form = self.rng.choice(("anc_followup", "household_visit", "newborn_home_visit"))
        whose = {"household": Household} if form == "household_visit" else {"person": Person}
        return {
            "event_type": "visit",
            "form": form,
            "form_version": "1",
            "occurred_on": self._day(),
            "outcome": self.rng.choice((Outcome.DONE, Outcome.POSTPONED, Outcome.DECLINED)),
            "revision_of": self._some(save, Event) if self.rng.random() < 0.3 else None,
            **{name: self._some(save, kind) for name, kind in whose.items()},
        }

    def _new_episode(self, save: UnitOfWork) -> Any:
        private = self.store.seal(b"\x81\xa9programme\xa3iud") if self.rng.random() < 0.3 else None
        return {
            "person": self._some(save, Person),
            "programme": "private" if private else "anc",
            "opened_on": self._day(),
            "lmp": self._day(),
            "private": private,
        }

    def _new_referral(self, save: UnitOfWork) -> Any:
        return {"person": self._some(save, Person), "given_on": self._day(), "urgency": "2"}

    def _edit_person(self, save: UnitOfWork) -> Any:
        rng = self.rng
        return rng.choice(
            [
                {"name": self._word(), "name_status": rng.choice(list(NameStatus))},
                {"birth_date": self._day(), "birth_precision": Precision.DAY},
                {"id_no": f"{rng.randrange(10**17):017}X", "id_status": IdStatus.PRESENT},
                {"sex": rng.choice("12"), "note": self._word()},
                {"mother": self._some(save, Person)},
                {"legacy_method_status": rng.choice([None, "confirmed"])},
            ]
        )

    def _edit_household(self, save: UnitOfWork) -> Any:
        return {"household_no": str(self.rng.randrange(30)), "head": self._some(save, Person)}

    def _edit_alias(self, _save: UnitOfWork) -> Any:
        return {"name": self._word()}

    def _edit_phone(self, _save: UnitOfWork) -> Any:
        return {"may_mention_health": self.rng.random() < 0.5, "whose": self.rng.choice(("self", "child"))}

    def _edit_membership(self, _save: UnitOfWork) -> Any:
        return {"presence": self.rng.choice(list(Presence)), "left_on": self.rng.choice([None, "2026-01-01"])}

    def _edit_episode(self, _save: UnitOfWork) -> Any:
        return self.rng.choice([{"lmp": self._day()}, {"closed_on": self._day(), "closed_why": "done"}])

    def _edit_referral(self, _save: UnitOfWork) -> Any:
        return {"arrived": self.rng.choice([None, "1"]), "given_on": self._day()}
