"""A day's work on a laptop: mostly records saved as services save them, now and then by the services themselves.

Each sort of work takes a desk, chance and a word that occurs nowhere else; it says in a word or two what it did.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from tests.sync.simulation.desk import Desk
from villagefp.domain.person_records import SameAs
from villagefp.domain.records import Alias, Event, Household, Membership, Outcome, Person, Phone, Record, RecordId
from villagefp.domain.same import in_order, pair_id
from villagefp.domain.supply_records import Appointment
from villagefp.services import conflicts, privacy, visits
from villagefp.storage import records
from villagefp.storage.codec import BY_KIND
from villagefp.storage.unit_of_work import Decision, UnitOfWork
from villagefp.wire.receipt import Reason

Work = Callable[[Desk, random.Random, str], str]

NICKNAME = 90
"""A field of persons, and
a kind of record, that only a newer program knows."""
FACILITY = 99
TEXTS = ("李芳", "𠀀𪚥㐂", "👩‍🍼 e\u0301 \u200b", "张\u0001三", "a" * 300, "", "王\u2028伟", "Ⅳ①㈱")


def _some(desk: Desk, chance: random.Random, kind: str, record_type: type[Record]) -> Any:
    """A record that is shown on this desk, or none."""
    with desk.store.read() as connection:
        query = f'SELECT id FROM "{kind}" WHERE withdrawn = 0 ORDER BY id DESC LIMIT 12'
        ids = connection.exec_driver_sql(query).scalars().all()
        return records.get(connection, record_type, chance.choice(ids)) if ids else None


def some_person(desk: Desk, chance: random.Random) -> Person | None:
    """Somebody who is shown on this desk."""
    found: Person | None = _some(desk, chance, "person", Person)
    return found


def new_household(desk: Desk, chance: random.Random, word: str) -> str:
    new_id = desk.store.ambient.new_id
    home = Household(id=new_id(), household_no=word, group_no=str(chance.randrange(9)))
    people = [
        Person(id=new_id(), name=chance.choice(TEXTS) or word, note=f"{word}.{each}")
        for each in range(chance.randrange(1, 4))
    ]
    with desk.store.save(word) as save:
        save.add_many([home, *people, *(Membership(id=new_id(), person=one.id, household=home.id) for one in people)])
    return f"household of {len(people)}"


def new_person(desk: Desk, chance: random.Random, word: str) -> str:
    new_id = desk.store.ambient.new_id
    person = Person(id=new_id(), name=word, sex=chance.choice("12"), id_no=f"99010119900101{chance.randrange(9999):04}")
    with desk.store.save(word) as save:
        save.add_many([person, Phone(id=new_id(), person=person.id, number=word)])
        if chance.random() < 0.3:
            save.add(Alias(id=new_id(), person=person.id, name=f"小{word}"))
    return "person"


def edit(desk: Desk, chance: random.Random, word: str) -> str:
    """Another value for a field: of one that the latest decides, of one that people must decide, of a whole group."""
    person = _some(desk, chance, "person", Person)
    if person is None:
        return new_person(desk, chance, word)
    wrote = chance.choice(("note", "note", "name", "file_no", "birth", "all"))
    values: dict[str, Any] = {
        "note": {"note": word + chance.choice(TEXTS)},
        "name": {"name": word},
        "file_no": {"file_no": word},
        "birth": {"birth_date": f"19{chance.randrange(10, 99)}-01-01", "birth_told": word},
        "all": {"note": word, "name": f"{word}名", "occupation": word, "file_no": word},
    }[wrote]
    with desk.store.save(word) as save:
        save.change(replace(person, **values))
    return f"edit {wrote}"


def edit_household(desk: Desk, chance: random.Random, word: str) -> str:
    home = _some(desk, chance, "household", Household)
    if home is None:
        return new_household(desk, chance, word)
    with desk.store.save(word) as save:
        save.change(replace(home, **{chance.choice(("household_no", "address", "note")): word}))
    return "edit household"


def event(desk: Desk, chance: random.Random, word: str) -> str:
    """A visit as it is stored, of a form that everybody may read or of one that only doctors do."""
    person = _some(desk, chance, "person", Person)
    form = chance.choice(("household_visit", "household_visit", "anc_followup", "newborn_home_visit"))
    made = Event(
        id=desk.store.ambient.new_id(),
        person=person.id if person is not None and chance.random() < 0.9 else chance.randbytes(16),
        event_type="visit",
        form=form,
        form_version="1",
        occurred_on="2026-11-20",
        created_at=word,
        answers=msgspec.msgpack.encode({900: chance.randbytes(chance.choice((10, 40, 200))).hex()}),
        answers_sealed=desk.store.seal(msgspec.msgpack.encode({901: word})) if chance.random() < 0.3 else None,
    )
    with desk.store.save() as save:
        save.add(made)
        if person is not None and chance.random() < 0.3:
            save.change(replace(person, occupation=word))
    return f"event {form}"


def appointment(desk: Desk, chance: random.Random, word: str) -> str:
    person = _some(desk, chance, "person", Person)
    with desk.store.save(word) as save:
        save.add(
            Appointment(
                id=desk.store.ambient.new_id(),
                person=person.id if person is not None else None,
                wished_on="2026-12-01",
                note=word,
            )
        )
    return "appointment"


def withdraw(desk: Desk, chance: random.Random, word: str) -> str:
    """Take something back, while others may be writing to it."""
    kind, record_type = chance.choice((("person", Person), ("event", Event), ("phone", Phone), ("alias", Alias)))
    found = _some(desk, chance, kind, record_type)
    if found is None:
        return "nothing to withdraw"
    with desk.store.save() as save:
        save.withdraw(record_type, found.id, word)
    return f"withdraw {kind}"


def same_person(desk: Desk, chance: random.Random, word: str) -> str:
    """Say that two persons are one, or that they are two after all."""
    one, other = _some(desk, chance, "person", Person), _some(desk, chance, "person", Person)
    if one is None or other is None or one.id == other.id:
        return "nobody to match"
    first, second = in_order(one.id, other.id)
    with desk.store.save(word) as save:
        said = save.get(SameAs, pair_id(first, second))
        if said is None and not _is_here(save, SameAs, pair_id(first, second)):
            save.add(SameAs(id=pair_id(first, second), first=first, second=second))
            return "same"
        if said is not None:
            save.change(replace(said, same=not said.same))
            return "same undone" if said.same else "same again"
    return "match withdrawn"


def _is_here(save: UnitOfWork, record_type: type[Record], record: RecordId) -> bool:
    table = BY_KIND[record_type.KIND].kind.name
    return save.connection.exec_driver_sql(f'SELECT 1 FROM "{table}" WHERE id = ?', (record,)).first() is not None


def decide(desk: Desk, chance: random.Random, word: str) -> str:
    """Decide something that two laptops said differently."""
    waiting = conflicts.waiting(desk.store)
    if not waiting:
        return edit(desk, chance, word)
    line = chance.choice(waiting)
    conflicts.choose(desk.store, line.id, chance.randrange(len(line.choices)) + 1, word)
    return f"decide {line.sort} of {line.kind}"


def erase(desk: Desk, chance: random.Random, word: str) -> str:
    """Somebody has everything about her destroyed."""
    if chance.random() < 0.6:
        return event(desk, chance, word)
    person = _some(desk, chance, "person", Person)
    if person is None:
        return "nobody to erase"
    with desk.store.read() as connection:
        before = set(map(tuple, connection.exec_driver_sql("SELECT kind, record FROM erased_record")))
    privacy.erase_person(desk.store, person.id)
    note_erased(desk, before)
    return "erase a person"


def note_erased(desk: Desk, before: set[tuple[int, bytes]] | frozenset[tuple[int, bytes]] = frozenset()) -> int:
    """Remember what this desk holds to be erased."""
    with desk.store.read() as connection:
        now = set(map(tuple, connection.exec_driver_sql("SELECT kind, record FROM erased_record")))
    desk.village.told.erased |= now - before
    return len(now - before)


def much(desk: Desk, chance: random.Random, word: str) -> str:
    """Many at once, as an import makes: several batches."""
    new_id = desk.store.ambient.new_id
    count = chance.choice((40, 90, 150))
    with desk.store.save("import") as save:
        save.add_many(
            [Person(id=new_id(), name=f"{word}.{each}", note=chance.randbytes(40).hex()) for each in range(count)]
        )
    return f"import of {count}"


def large(desk: Desk, chance: random.Random, word: str) -> str:
    """An entry that is longer than a batch likes, or than the county takes."""
    person = _some(desk, chance, "person", Person)
    if person is None:
        return new_person(desk, chance, word)
    size = chance.choice((9_000, 25_000, 40_000))
    with desk.store.save() as save:
        save.change(replace(person, note=word + chance.randbytes(size // 2).hex()))
    return f"a note of {size}"


def not_to_be_taken(desk: Desk, chance: random.Random, word: str) -> str:
    """An entry that the county returns: too large, or with a value that its field cannot have."""
    person = _some(desk, chance, "person", Person)
    if person is None:
        return new_person(desk, chance, word)
    if chance.random() < 0.5:
        with desk.store.save() as save:
            save.change(replace(person, note=word + chance.randbytes(35_000).hex()))
        return "a note too large"
    with desk.store.save(word) as save:
        number = 18
        heads = save.heads(Person, person.id).get(number, ())
        save.decide(Decision("person", person.id, {number: word.encode()}, {number: heads} if heads else {}))
    return "bytes for a note"


def mend(desk: Desk, _chance: random.Random, word: str) -> str:
    """Correct what came back, as the box of returned entries asks for."""
    from villagefp.storage import sending  # noqa: PLC0415

    with desk.store.read() as connection:
        back = sending.returned_groups(connection)
        for one in back:
            person = next((record for kind, record in one.records if kind == 5), None)
            if one.group.reason in (Reason.TOO_LARGE, Reason.MALFORMED) and person is not None:
                found = records.get(connection, Person, person)
                break
        else:
            return "nothing to mend"
    if found is None:
        return "nothing to mend"
    with desk.store.save() as save:
        save.change(replace(found, note=word))
    return "mend"


def newer(desk: Desk, chance: random.Random, word: str) -> str:
    """What only a newer program on this laptop knows to write: another field, another kind."""
    with desk.store.save(word) as save:
        if chance.random() < 0.5:
            record = desk.store.ambient.new_id()
            kind = SimpleNamespace(kind=SimpleNamespace(number=FACILITY, name="facility"))
            save._log(cast("Any", kind), record, {1: word}, {}, word)
            save.changed.discard(("facility", record))
            save._decided.add((FACILITY, record))
            return "a kind of a newer program"
        person = _some(desk, chance, "person", Person)
        if person is None:
            return "nobody to write to"
        heads = save.heads(Person, person.id).get(NICKNAME, ())
        save.decide(Decision("person", person.id, {NICKNAME: word}, {NICKNAME: heads} if heads else {}))
    return "a field of a newer program"


def visit(desk: Desk, chance: random.Random, word: str) -> str:
    """A real visit by its form, with all that it writes beside itself."""
    home = _some(desk, chance, "household", Household)
    if home is None:
        return new_household(desk, chance, word)
    made = visits.start_visit(desk.store, "household_visit", household_id=home.id, on=desk.store.ambient.today())
    visits.save_visit(desk.store, made, chance.choice((Outcome.NOT_THIS_TIME, Outcome.UNREACHABLE)), word)
    return "visit"


OFTEN: tuple[tuple[Work, int], ...] = (
    (new_household, 6),
    (new_person, 6),
    (edit, 16),
    (edit_household, 4),
    (event, 14),
    (appointment, 3),
    (withdraw, 4),
    (same_person, 5),
    (decide, 8),
    (erase, 2),
    (much, 1),
    (large, 1),
    (not_to_be_taken, 2),
    (mend, 3),
    (newer, 3),
    (visit, 2),
)


def some(chance: random.Random) -> Work:
    """A sort of work, the frequent ones more often."""
    return chance.choices([work for work, _weight in OFTEN], [weight for _work, weight in OFTEN])[0]
