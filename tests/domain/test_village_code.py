"""Village codes: taken apart, and refused in words."""

from __future__ import annotations

import pytest

from villagefp.domain import village_code
from villagefp.domain.village_code import TownshipKind, VillageKind
from villagefp.errors import UserError


def test_a_code_taken_apart() -> None:
    code = village_code.read(" 990101 101 201 ")
    assert (code.code, code.county, code.township, code.village) == ("990101101201", "990101", "101", "201")


@pytest.mark.parametrize(
    ("code", "township", "village"),
    [
        ("430123001001", TownshipKind.STREET, VillageKind.RESIDENTS),
        ("430123100200", TownshipKind.TOWN, VillageKind.VILLAGERS),
        ("430123200399", TownshipKind.TOWNSHIP, VillageKind.VILLAGERS),
        ("430123400400", TownshipKind.COMPANY, VillageKind.OTHER),
    ],
)
def test_what_the_segments_say(code: str, township: TownshipKind, village: VillageKind) -> None:
    read = village_code.read(code)
    assert (read.township_kind, read.village_kind) == (township, village)


@pytest.mark.parametrize(
    "told", ["", "1234", "99010110120a", "9901011012011", "990101101000", "990101000201", "090101101201"]
)
def test_what_is_none_is_refused_with_a_sentence(told: str) -> None:
    with pytest.raises(UserError) as refused:
        village_code.read(told)
    assert told in str(refused.value)
