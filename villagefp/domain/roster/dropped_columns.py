"""The columns of old rosters that this program must not keep: the one place where their banned words stand.

They are recognised only to be dropped, and what was dropped is told with the reason. Nothing else may use these words.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from villagefp.i18n import _


class DropReason(StrEnum):
    """Why a column is dropped."""

    PREGNANCY_WATCH = "pregnancy_watch"
    POLICY = "policy"
    FEE = "fee"
    CHECKING = "checking"
    FETAL_SEX = "fetal_sex"
    PERSON_RANK = "person_rank"
    INFORMER = "informer"


_BANNED: tuple[tuple[DropReason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        (DropReason.FETAL_SEX, (
            r"胎儿.*性别|性别.*胎儿|性别鉴定|(?:b超|彩超|超声).*性别|性别.*(?:b超|彩超|超声)|b超结果|fetal ?sex"
        )),
        (DropReason.FEE, r"社会抚养费|抚养费|征收|罚款|缴费情况|超生费|social maintenance"),
        (DropReason.POLICY, (
            r"政策内|政策外|政策性|符合政策|计划内|计划外|超生|违法生育|违规生育|抢生|准生|(?:生育|[孩胎]|计划|人口|出生)指标|^指标|孩次|胎次|二孩证|二胎证|一孩证|生育证|"
            r"服务证|独生子女证|in.?policy|out.?of.?policy"
        )),
        (DropReason.CHECKING, (
            r"应检|未检|已检|参检|查环|查孕|环检|孕检|三查|双查|四查|环孕|应查|受检|补救|引产|人流|流产|清宫|妇检|措施落实|落实(?:情况|日期|时间|措施)|"
            r"(?:节育|避孕|手术|[扎环]).*落实|落实.*(?:节育|避孕|手术|[扎环])|应落实|四术|手术日期|手术时间|"
            r"结扎|绝育|[男女]扎|[上放取透带戴置]环(?![境保卫节])|环[情位]|节育[环器]"
        )),
        (DropReason.PREGNANCY_WATCH, r"孕情|怀孕|现孕|是否孕|妊娠|孕周|孕期|预产期|末次月经|月经|pregnan"),
        (DropReason.PERSON_RANK, r"评分|得分|考核|积分|星级|信用等级|户等级|排名|名次"),
        (DropReason.INFORMER, r"举报|检举|告发"),
    )
)  # fmt: skip

_DROPPED_METHOD_CODE = re.compile(r"E\d{1,2}|A95|A20", re.IGNORECASE)


@cache
def reason(header: str) -> DropReason | None:
    """Why a column of this header is dropped; None for one that may be kept."""
    return next((why for why, banned in _BANNED if banned.search(header)), None)


@cache
def reason_in_full(header: str) -> DropReason | None:
    """The same for a header with its brackets: 性别(胎儿) is no sex of the person, whatever stands before them."""
    return DropReason.FETAL_SEX if reason(header) is DropReason.FETAL_SEX else None


def sentence(why: DropReason) -> str:
    """The reason in words for the preview and the report."""
    return {
        DropReason.PREGNANCY_WATCH: _("Pregnancies are not watched; a woman registers herself if she wishes."),
        DropReason.POLICY: _("Births are not sorted by policy."),
        DropReason.FEE: _("There are no such fees any more."),
        DropReason.CHECKING: _("Nobody is checked and no operation is demanded; services are offered."),
        DropReason.FETAL_SEX: _("The sex of an unborn child is never asked or kept."),
        DropReason.PERSON_RANK: _("Persons and households are not scored."),
        DropReason.INFORMER: _("Nobody is asked to report others."),
    }[why]


def is_dropped_method(code: str) -> bool:
    """Whether a code of an old method column must not be kept."""
    return _DROPPED_METHOD_CODE.fullmatch(code) is not None
