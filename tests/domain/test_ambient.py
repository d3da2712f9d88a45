"""Ids that sort by the time of making, one by one and by the thousand."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime

from villagefp.domain.ambient import Ambient

NOW = datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=UTC)


def test_ids_are_uuids_of_version_7_that_say_when_they_were_made() -> None:
    ambient = Ambient(now=lambda: NOW, random=random.Random(1).randbytes)
    made = ambient.new_ids(1000)
    assert made == sorted(set(made))
    for one in (*made, ambient.new_id()):
        read = uuid.UUID(bytes=one)
        assert (read.version, read.variant) == (7, uuid.RFC_4122)
        assert int.from_bytes(one[:6], "big") == ambient.milliseconds()


def test_all_random_bits_are_used() -> None:
    made = [int.from_bytes(one, "big") for one in Ambient().new_ids(200)]
    varying = 0
    for one in made:
        varying |= one ^ made[0]
    assert (varying & ((1 << 80) - 1)).bit_count() == 74
