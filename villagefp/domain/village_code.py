"""The 12-digit code of a village for statistics (统计用区划代码): county, township, village."""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

from villagefp.domain.widths import bare
from villagefp.errors import UserError
from villagefp.i18n import _

_SHAPE = re.compile(r"\d{12}", re.ASCII)


class TownshipKind(StrEnum):
    """What the seventh to ninth digit say."""

    STREET = "street"  # 街道
    TOWN = "town"  # 镇
    TOWNSHIP = "township"  # 乡
    COMPANY = "company"  # 政企合一 and the like


class VillageKind(StrEnum):
    """What the last three digits say."""

    RESIDENTS = "residents"  # 居委会
    VILLAGERS = "villagers"  # 村委会
    OTHER = "other"


class VillageCode(Struct, frozen=True):
    """A village code taken apart; the segments are not those of a health file number."""

    code: str

    @property
    def county(self) -> str:
        """The first six digits, GB/T 2260."""
        return self.code[:6]

    @property
    def township(self) -> str:
        """Three digits within the county."""
        return self.code[6:9]

    @property
    def village(self) -> str:
        """Three digits within the township."""
        return self.code[9:]

    @property
    def township_kind(self) -> TownshipKind:
        """Street, town, township or other, by the range of the number."""
        number = int(self.township)
        if number < 100:
            return TownshipKind.STREET
        if number < 200:
            return TownshipKind.TOWN
        return TownshipKind.TOWNSHIP if number < 400 else TownshipKind.COMPANY

    @property
    def village_kind(self) -> VillageKind:
        """Residents' or villagers' committee, or other, by the range of the number."""
        number = int(self.village)
        if number < 200:
            return VillageKind.RESIDENTS
        return VillageKind.VILLAGERS if number < 400 else VillageKind.OTHER


def read(text: str) -> VillageCode:
    """The code as typed, spaces and full width forgiven; refused unless it has 12 digits that name a village."""
    code = bare(text)
    if not _SHAPE.fullmatch(code):
        raise UserError(
            _("“{code}” is not a village code: it has 12 digits, such as 990101101201. Please check it.").format(
                code=text.strip()
            )
        )
    if code.startswith("0") or code[9:] == "000" or code[6:9] == "000":
        raise UserError(
            _(
                "“{code}” names a county or a township, not a village: "
                "its last three digits must not be 000. Please ask the county for the village's code."
            ).format(code=code)
        )
    return VillageCode(code)
