"""What the cells of a column look like, whatever its header says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache

from villagefp.domain import codes
from villagefp.domain.resident_id import normalise
from villagefp.domain.roster.meanings import Meaning
from villagefp.domain.widths import bare

Cell = str | float | int | bool | date | datetime | time | timedelta | None

_ID = re.compile(r"\d{17}[\dX]|\d{15}", re.ASCII)
_LOST_ID = re.compile(r"[1-9](?:\.\d+)?E\+?1[4-7]", re.ASCII)
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}", re.ASCII)
_DATE = re.compile(
    r"(?:19|20)\d{2}\s*[年\-/.]\s*\d{1,2}(?:\s*[月\-/.]\s*\d{1,2}\s*日?|月)?|(?:19|20)\d{6}"
    r"|.*(?:农历|阴历)?.*[\d〇零一二三四五六七八九]{4}年.*月.*",
    re.ASCII,
)
_GROUP = re.compile(r"第?[\d一二三四五六七八九十]{1,3}(?:村民)?[小]?[组队]", re.ASCII)
_ADDRESS = re.compile(r".*(?:[组村路街巷湾屯]\d+[号栋]|\d+号|村.*组).*", re.ASCII)
_NAME = re.compile(
    r"[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    r"谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛"
    r"邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝"
    r"路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂"
    r"全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢"
    r"劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙"
    r"][\u3400-\u9fff\U00020000-\U0003ffff]{1,2}"
    r"|(?:欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|东方)[\u3400-\u9fff\U00020000-\U0003ffff]{1,2}"
)


@cache
def _words(name: str) -> frozenset[str]:
    """The Chinese words of a code list, without digits and letters that any column may hold."""
    return frozenset(
        word
        for code in codes.load(name)
        for word in (code.zh, *code.also)
        if not word.isascii() and word not in "无其他"
    )


_DAUGHTERS = frozenset(("女", "女 ", " 女"))
"""A word of two lists: a sex, and a relation to the head."""

_LISTS = (
    (Meaning.SEX, "sex"),
    (Meaning.RELATION, "relation"),
    (Meaning.ETHNIC, "ethnic"),
    (Meaning.MARITAL, "marital_gb"),
    (Meaning.EDUCATION, "education_gb"),
    (Meaning.PRESENCE, "presence"),
    (Meaning.LEGACY_METHOD, "method_code"),
)


@cache
def _of_text(raw: str) -> Meaning | None:
    text = bare(raw)
    found = None
    if len(text) <= 12:
        found = next((meaning for meaning, name in _LISTS if text in _words(name)), None)
    if found is None and len(text) >= 15:
        number = normalise(text)
        found = Meaning.ID_NO if _ID.fullmatch(number) or _LOST_ID.fullmatch(number) else None
    if found is None:
        shapes = ((Meaning.PHONE, _PHONE), (Meaning.GROUP, _GROUP), (Meaning.BIRTH, _DATE), (Meaning.NAME, _NAME))
        found = next((meaning for meaning, shape in shapes if shape.fullmatch(text)), None)
    if found is None and len(text) <= 40 and _ADDRESS.fullmatch(text):
        found = Meaning.ADDRESS
    return found


def of_cell(cell: object) -> Meaning | None:
    """What a single cell looks like; None for what could be anything."""
    if isinstance(cell, str):
        return _of_text(cell) if cell else None
    if isinstance(cell, date):
        return Meaning.BIRTH
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if cell >= 1e17:
            return Meaning.ID_NO
        if 13_000_000_000 <= cell < 20_000_000_000:
            return Meaning.PHONE
        if 19_000_101 <= cell <= 20_991_231 and 1 <= cell // 100 % 100 <= 12 and 1 <= cell % 100 <= 31:
            return Meaning.BIRTH
    return None


def shares(cells: Iterable[object]) -> dict[Meaning, float]:
    """How much of a column's told cells looks like each meaning."""
    counts: dict[Meaning, int] = {}
    told = 0
    for cell in cells:
        if cell in ("", None):
            continue
        told += 1
        meaning = of_cell(cell)
        if meaning is not None:
            counts[meaning] = counts.get(meaning, 0) + 1
        if meaning is Meaning.SEX and cell in _DAUGHTERS:
            counts[Meaning.RELATION] = counts.get(Meaning.RELATION, 0) + 1
    return {meaning: count / told for meaning, count in counts.items()}
