"""A program that does nothing but save, to be killed: tells each save once it is confirmed.

`python saver.py FOLDER PASSPHRASE SEED SAVES`: prints the number of records of each save after it has returned.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Event, Household, Membership, Person
from villagefp.storage.store import Store, open_store


def main(folder: str, passphrase: str, seed: str, saves: str) -> None:
    """Save visits, now and then an import, and rest in between, as a day does."""
    rng = random.Random(int(seed))
    store = open_store(Path(folder), passphrase, Ambient())
    tell("open")
    for _number in range(int(saves)):
        count = an_import(store, rng) if rng.random() < 0.1 else a_visit(store, rng)
        tell(str(count))
        if rng.random() < 0.05:
            store.rest()
    store.close()
    tell("closed")


def a_visit(store: Store, rng: random.Random) -> int:
    """One event, kept by itself."""
    with store.save() as save:
        save.add(
            Event(
                id=store.ambient.new_id(),
                event_type="visit",
                form="household_visit",
                form_version="1",
                occurred_on="2026-11-22",
                answers=rng.randbytes(400),
            )
        )
    return 1


def an_import(store: Store, rng: random.Random) -> int:
    """A household and its members, hundreds of records in one save."""
    new_id = store.ambient.new_id
    home = Household(id=new_id(), household_no=str(rng.randrange(1000)))
    persons = [Person(id=new_id(), name="张三丰") for _ in range(rng.randrange(50, 400))]
    memberships = [Membership(id=new_id(), person=person.id, household=home.id) for person in persons]
    with store.save("import") as save:
        save.add_many([home, *persons, *memberships])
    return 1 + 2 * len(persons)


def tell(word: str) -> None:
    """Say it at once: whoever kills must not kill what was said."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
