"""Whatever order batches come in, however often, cut wherever: the county ends with the same records."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from tests.county.conftest import Opening
from tests.county.laptops import VILLAGE, Laptop, Write, busy, positions
from tests.county.reading import in_force, stored
from villagefp.county import receipts
from villagefp.county.accept import accept_batch
from villagefp.county.delivery import Forked
from villagefp.wire.scopes import EVERY


def laptops(seed: int) -> list[Laptop]:
    """Three laptops with a morning each; saves that cannot be taken stand among them, and are mended later on."""
    made = [Laptop(1000 * seed + number) for number in range(3)]
    for laptop in made:
        for _ in range(3):
            list(busy(laptop, laptop.chance.randrange(1, 12)))
            wrong = laptop.person("填错的人", sex=laptop.chance.randrange(3))
            (name,) = laptop.save(wrong)
            laptop.save(Write("person", wrong.record, {"note": "住在村口"}))
            list(busy(laptop, laptop.chance.randrange(1, 6)))
            laptop.save(Write("person", wrong.record, {"sex": "2"}, {"sex": (name,)}))
    return made


def cuttings(laptop: Laptop, chance: random.Random) -> list[bytes]:
    """Its batches, cut at random borders of groups; some of them overlap."""
    groups = sorted({one.change.group for one in laptop.log})
    borders = [1, *sorted(chance.sample(groups[1:], 6)), len(laptop.log) + 1]
    batches = [laptop.batch(begin, end - 1) for begin, end in pairwise(borders)]
    for _ in range(3):
        begin, end = sorted(chance.sample(range(len(borders)), 2))
        batches += laptop.batches(borders[begin], borders[end] - 1)
    return batches


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_the_county_ends_with_what_was_saved(opening: Opening, seed: int) -> None:
    chance = random.Random(seed)
    county, second = opening(), opening()
    everyone = laptops(seed)
    for laptop in everyone:
        laptop.enrolled(county)
    offered = [batch for laptop in everyone for batch in cuttings(laptop, chance)]
    chance.shuffle(offered)
    for batch in offered:
        assert not isinstance(accept_batch(chance.choice([county, second]), batch), Forked)
        for scope in EVERY:
            found = positions(county, VILLAGE, scope)
            assert [*found] == [*range(1, len(found) + 1)]
    for laptop in everyone:
        accept_batch(county, laptop.batch())
        receipt = receipts.receipt(second, VILLAGE, laptop.device)
        assert (receipt.accepted, receipt.returned) == (len(laptop.log), ())
    assert stored(county, VILLAGE) == in_force(everyone)
