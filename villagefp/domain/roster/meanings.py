"""What a column of a roster can mean, and the words by which its header says so."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from villagefp.domain.roster import dropped_columns
from villagefp.domain.widths import bare
from villagefp.i18n import _


class Meaning(StrEnum):
    """What a column says of a person or a household."""

    NAME = "name"
    RELATION = "relation"
    SEX = "sex"
    ID_NO = "id_no"
    BIRTH = "birth_date"
    AGE = "age"
    ETHNIC = "ethnic"
    EDUCATION = "education"
    MARITAL = "marital"
    OCCUPATION = "occupation"
    PHONE = "phone"
    PRESENCE = "presence"
    LEGACY_METHOD = "legacy_method"
    ALIAS = "alias"
    MOTHER = "mother"
    NOTE = "note"
    HOUSEHOLD_NO = "household_no"
    HUKOU_BOOK = "hukou_book"
    GROUP = "group_no"
    ADDRESS = "address"
    HEAD_NAME = "head_name"
    ROW_NUMBER = "row_number"
    NOT_IMPORTED = "not_imported"
    DROPPED = "dropped"  # must not be kept; no choice of the user changes it


def label(meaning: Meaning) -> str:
    """The meaning in the words of the preview."""
    return {
        Meaning.NAME: _("Name"),
        Meaning.RELATION: _("Relation to the head"),
        Meaning.SEX: _("Sex"),
        Meaning.ID_NO: _("ID number"),
        Meaning.BIRTH: _("Birth date"),
        Meaning.AGE: _("Age"),
        Meaning.ETHNIC: _("Ethnic group"),
        Meaning.EDUCATION: _("Education"),
        Meaning.MARITAL: _("Marital status"),
        Meaning.OCCUPATION: _("Occupation"),
        Meaning.PHONE: _("Phone"),
        Meaning.PRESENCE: _("Lives here or away"),
        Meaning.LEGACY_METHOD: _("Old method column (kept unverified and hidden)"),
        Meaning.ALIAS: _("Also known as"),
        Meaning.MOTHER: _("Mother's name"),
        Meaning.NOTE: _("Remarks (not imported)"),
        Meaning.HOUSEHOLD_NO: _("Household number"),
        Meaning.HUKOU_BOOK: _("Number of the hukou book"),
        Meaning.GROUP: _("Group"),
        Meaning.ADDRESS: _("Address"),
        Meaning.HEAD_NAME: _("Name of the head"),
        Meaning.ROW_NUMBER: _("Running number"),
        Meaning.NOT_IMPORTED: _("Not imported"),
        Meaning.DROPPED: _("Must not be kept"),
    }[meaning]


_BRACKETS = re.compile(r"[(\[（【].*?[)\]）】]")
_SIGNS = re.compile(r"[:：*＊#、，,。.’'\"“”/\\_\-]+")

_RULES: tuple[tuple[Meaning, re.Pattern[str]], ...] = tuple(
    (meaning, re.compile(pattern))
    for meaning, pattern in (
        (Meaning.NOT_IMPORTED, (
            r"子女数|孩子数|子女个数|现有子女|人口数|家庭人口|人数|出生地|出生证|出生医学|工作单位|单位|结婚|初婚|开户|银行|医保|社保|户口性质|"
            r"联系人$|联系人姓名|监护人$|监护人姓名|负责人|责任人|村医|医生|网格员|"
            r"户籍性质|户口类型|户别类型|籍贯|政治面貌|填表|登记日期|建档|宗教|血型|残疾|低保|贫困"
        )),
        (Meaning.HUKOU_BOOK, r"户口[簿本册]|户口号|户籍号|户籍编号|户主页|hukou"),
        (Meaning.ID_NO, r"身份证|身分证|证件号|公民身份|^证号|身份号|id ?(?:no|card|number)|^id$|identity"),
        (Meaning.BIRTH, r"出生|生日|生年|诞生|birth|^dob$"),
        (Meaning.AGE, r"年龄|周岁|虚岁|岁数|^age"),
        (Meaning.RELATION, r"与户主|户主关系|家庭关系|成员关系|家庭身份|^关系|称谓|relation"),
        (Meaning.SEX, r"^性别|性别$|^sex$|^gender$"),
        (Meaning.ETHNIC, r"民族|族别|ethnic|nationality"),
        (Meaning.EDUCATION, r"文化|学历|教育|education"),
        (Meaning.MARITAL, r"婚姻|婚否|婚况|marital|marriage"),
        (Meaning.OCCUPATION, r"职业|从业|^工作$|occupation|^job$"),
        (Meaning.PHONE, r"电话|手机|联系方式|联系号码|phone|^tel|mobile"),
        (Meaning.LEGACY_METHOD, r"避孕|节育方法|节育措施|^措施$|contracepti|^method$"),
        (Meaning.PRESENCE, (
            r"居住情况|居住状[态况]|居住类型|现居住情况|常住|常驻|外出|务工|流动|在家|在村|人户|"
            r"人员状态|人口状态|居住性质|residen|presence|living"
        )),
        (Meaning.ADDRESS, r"地址|住址|居住地|现住地|住所|门牌|户籍地|address"),
        (Meaning.ALIAS, r"曾用|原名|小名|别名|乳名|又名|绰号|alias|nick"),
        (Meaning.HOUSEHOLD_NO, (
            r"户编号|户号|户编码|户代码|户序|家庭编[号码]|家庭号|家庭代码|^户$|第.*户|门户号|"
            r"household|family ?(?:no|id|number)"
        )),
        (Meaning.GROUP, r"^组|组别|小组|组号|组名|生产队|^队|自然村|^屯|村组|^group|^team"),
        (Meaning.HEAD_NAME, r"^户主(?:姓名|名字|名)?$|head ?name|^head$|head of household"),
        (Meaning.MOTHER, r"^母亲(?:姓名|名字|名)?$|mother"),
        (Meaning.NAME, r"姓名|名字|^姓$|^名$|成员$|名称$|name$"),
        (Meaning.ROW_NUMBER, r"^序号?$|^编号$|行号|^号$|^no$|^sn$|^number$|^serial"),
        (Meaning.NOTE, r"备注|说明|备考|remark|note|comment"),
    )
)  # fmt: skip

_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("relation", r"与户主|户主关系|家庭关系|成员关系"),
        ("children", r"子女[个人]?数|孩子数|子女情况$"),
        ("child", (
            r"(?:子女|孩子|小孩|儿童|child)(?P<a>\d|[一二三四五六])|第?(?P<b>[一二三四五六1-6])(?:孩|胎|个?孩子|个?子女)|"
            r"^(?P<c>[长次三四五])[子女](?!女)|子女|孩子|小孩|儿子|女儿|^儿童|child"
        )),
        ("husband", r"丈夫|男方|夫方|^夫(?!妻|妇)|男主人|husband"),
        ("wife", r"妻子|女方|妻方|^妻|育龄妇女|^妇女|女主人|wife"),
        ("spouse", r"配偶|爱人|spouse"),
        ("mother", r"^母亲|^母(?=姓|身|电|出)|mother"),
        ("father", r"^父亲|^父(?=姓|身|电|出)|father"),
        ("head", r"^户主(?!关系)|^head"),
    )
)  # fmt: skip
_CONTACTS = tuple(
    (whose, re.compile(pattern))
    for whose, pattern in (
        ("self", r"本人|自己|^妇女"),
        ("neighbour", r"邻居|邻里|neighbou?r"),
        (
            "other",
            r"联系人|监护人?|家长|家属|亲属|亲戚|亲友|紧急|应急|代办|emergency|guardian|next ?of ?kin|contact ?person",
        ),
        ("household", r"家庭|家里|家中|住宅|宅电|座机|固定|固话|home|landline|household"),
    )
)
_OTHER_DATE = re.compile(
    r"[^公阳农阴历年月](?:日期|时间|年月|年份|年度|日)|[环卡扎术检死亡婚迁孕产证籍党]|去世|病故|上户|落户|销户|登记|注册|领|签|办|"
    r"采集|录入|更新|毕业|入伍|退伍|入[村学院]|离[村开职]|外出|返[乡村回]|回[乡村来]|到期|有效|起止|截[至止]|"
    r"dea(?:th|d)|died|marri|wedding|moved?|issue|regist|valid|visit|entry"
)
_NUMBER = {sign: str(place) for place, sign in enumerate("一二三四五六", 1)} | {"长": "1", "次": "2"}


def plain(header: object) -> str:
    """A header without spaces, brackets, signs and case, to compare it."""
    text = bare(header) if isinstance(header, str) else ""
    return _SIGNS.sub("", _BRACKETS.sub("", text)).lower() or text.lower()


@cache
def of_header(header: str) -> Meaning | None:
    """What a header (as `plain` gives it) says its column is; None for words that are not known."""
    if not header or len(header) > 24:
        return None
    if dropped_columns.reason(header):
        return Meaning.DROPPED
    return next((meaning for meaning, pattern in _RULES if pattern.search(header)), None)


@cache
def contact_of(header: str) -> str:
    """Whose phone a header (as `plain` gives it) says to be there: a code of `Phone.whose`; empty where it does not."""
    return next((whose for whose, pattern in _CONTACTS if pattern.search(header)), "")


@cache
def names_other_date(header: str) -> bool:
    """Whether an unknown header, as it is written, tells of another day than a birth: 透环日期, 死亡, 时间（迁入）."""
    return _OTHER_DATE.search(bare(header).lower()) is not None


@cache
def role_of(header: str) -> str:
    """Whose column it is where a family stands on one row: husband, wife, child2 …; empty for the row's own person."""
    for role, pattern in _ROLES:
        if found := pattern.search(header):
            if role in ("relation", "children"):
                return ""
            if role == "child":
                sign = next((group for group in found.groups() if group), "")
                return "child" + _NUMBER.get(sign, sign)
            return role
    return ""
