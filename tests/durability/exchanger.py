"""A program that saves, cuts batches, is confirmed, and takes a new identity again and again, to be killed.

`python -m tests.durability.exchanger FOLDER PASSPHRASE SEED`: prints a word for each step that is done.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Person
from villagefp.storage import digests, identity, log, outbox, sending
from villagefp.storage.store import Store, open_store
from villagefp.wire.cursor import TAG_BYTES, Epoch
from villagefp.wire.receipt import Receipt, Receipts


def main(folder: str, passphrase: str, seed: str) -> None:
    """One step after the other until somebody kills it."""
    rng = random.Random(int(seed))
    store = open_store(Path(folder), passphrase, Ambient())
    tell("open")
    while True:
        tell(rng.choice((saved, saved, packed, confirmed, another))(store, rng))


def saved(store: Store, rng: random.Random) -> str:
    """Persons in one save."""
    with store.save() as save:
        save.add_many(Person(id=store.ambient.new_id(), name="李芳") for _ in range(rng.randrange(1, 30)))
    return "saved"


def packed(store: Store, _rng: random.Random) -> str:
    """What waits is cut, and counted."""
    outbox.fill(store)
    digests.bring_up_to_date(store)
    return "packed"


def confirmed(store: Store, _rng: random.Random) -> str:
    """A receipt for all that is in batches."""
    with store.taking() as taking:
        waiting = outbox.waiting(taking.connection, store.origin, 0)
        receipt = Receipt(
            village=store.origin.village,
            device=store.origin.device,
            epoch=Epoch(1, bytes(8)),
            serial=1,
            accepted=waiting[-1].last if waiting else 0,
            link=bytes(TAG_BYTES),
        )
        sending.note_receipts(taking.connection, store.origin, Receipts().got(receipt), "2026-11-22T09:00:00+08:00")
    return "confirmed"


def another(store: Store, rng: random.Random) -> str:
    """A new identity: all above a receipt, or above any other seq that the county may have, is issued again."""
    with store.read() as connection:
        last = log.read_tail(connection, store.origin).seq
        received = sending.received(connection, store.origin)
    identity.take_new(store, rng.randrange(received, last + 1))
    return "another"


def tell(word: str) -> None:
    """To whoever is about to kill it."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
