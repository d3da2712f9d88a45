"""Makes `roster.xlsx`, the ledger of the practice village: invented people, laid out as villages keep them.

    python resources/practice/make_roster.py [OUT.xlsx]

The same script gives the same bytes. ID numbers lie in area 990xxx, which does not exist, with right check digits; the
planted faults stand in `plant`, so that a newcomer meets what a real roster brings.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

SEED = 990101
TODAY = date(2026, 11, 22)
GROUPS = (14, 13, 13)  # households per villagers' group
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余"
FEMALE = "芳娜敏静丽艳娟霞平桂英华玉兰春梅红云莲凤珍荣秀燕雪琴"
MALE = "伟强磊军洋勇杰涛明超刚建国志文斌飞鹏辉龙林永庆德胜利才成学义"
YOUNG = "梓涵欣怡诗雨浩宇子轩思远一诺晨熙博文佳琪"
SCHOOLING = ("小学", "初中", "初中", "高中", "中专", "大专", "本科", "文盲")
METHODS = ("", "", "", "宫内节育器", "避孕套", "口服避孕药", "皮下埋植", "女性绝育", "无")
HEADER = (
    ("户编号", ""), ("家庭成员基本情况", "姓名"), ("", "与户主关系"), ("", "性别"), ("", "身份证号码"), ("", "出生日期"),
    ("", "民族"), ("", "文化程度"), ("", "婚姻状况"), ("联系\n电话", ""), ("居住\n情况", ""), ("现用避孕方法", ""), ("备注", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One person as the ledger has it."""

    name: str
    relation: str
    sex: str
    birth: date
    id_no: str
    ethnic: str = "汉族"
    education: str = ""
    marital: str = "未婚"
    phone: str = ""
    residence: str = "常住"
    method: str = ""
    birth_cell: str | int | date | None = None  # how the date is written, where it is not like the others
    id_cell: str | float | None = None


class Village:
    """Draws people; one source of chance, so that one seed gives one village."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.phones = iter(self.chance.sample(range(10_000_000, 99_999_999), 400))

    def id_no(self, birth: date, sex: str) -> str:
        """A number that nobody has: area 990xxx."""
        tail = self.chance.randrange(0, 499) * 2 + (1 if sex == "男" else 0)
        first = f"990{self.chance.randrange(101, 130)}{birth:%Y%m%d}{tail:03}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return first + "10X98765432"[sum(int(a) * b for a, b in zip(first, weights, strict=True)) % 11]

    def person(self, relation: str, sex: str, years: tuple[int, int], surname: str = "") -> Row:
        """Somebody born between these many years ago."""
        born = TODAY - timedelta(days=self.chance.randrange(years[0] * 365, years[1] * 365))
        age = (TODAY - born).days // 365
        pool = YOUNG if age < 25 else FEMALE if sex == "女" else MALE
        given = "".join(self.chance.sample(pool, self.chance.choice((1, 2, 2))))
        return Row(
            (surname or self.chance.choice(SURNAMES)) + given,
            relation,
            sex,
            born,
            self.id_no(born, sex),
            self.chance.choice(("汉族", "汉", "汉族", "侗族", "苗族")),
            "" if age < 7 else "小学" if age < 12 else "初中" if age < 16 else self.chance.choice(SCHOOLING),
            "未婚" if age < 23 else "已婚",
            residence=self.chance.choice(("常住", "常住", "常住", "外出务工")) if 18 <= age < 55 else "常住",
        )

    def family(self, number: int) -> list[Row]:
        """A household of one of the usual shapes."""
        shape = ("couple", "young", "three", "old", "children")[number % 5]
        head = self.person("户主", "男", {"young": (24, 34), "old": (66, 84)}.get(shape, (36, 58)))
        surname = head.name[0]
        wife = self.person("配偶", "女", {"young": (23, 32), "old": (63, 80)}.get(shape, (34, 55)))
        head = replace(head, marital="已婚", phone=f"138{next(self.phones)}")
        rows = [head, replace(wife, marital="已婚", method=self.chance.choice(METHODS) if shape != "old" else "")]
        if shape in ("young", "children", "three"):
            rows.append(self.child((1, 7) if shape == "young" else (7, 20), surname))
        if shape == "children":
            rows.append(self.child((2, 12), surname))
        if shape == "three":
            rows.append(replace(self.person("母亲", "女", (62, 84)), marital="丧偶"))
        return rows

    def child(self, years: tuple[int, int], surname: str) -> Row:
        """A son or a daughter."""
        sex = self.chance.choice("男女")
        return self.person("子" if sex == "男" else "女", sex, years, surname)


def households(village: Village) -> dict[int, list[Row]]:
    """All households by number; two of them are the ones that the demo visits."""
    everybody = {number: village.family(number) for number in range(1, sum(GROUPS) + 1)}
    everybody[12] = [
        Row("李芳", "户主", "女", date(1990, 5, 6), village.id_no(date(1990, 5, 6), "女"), education="初中",
            marital="已婚", phone=f"139{next(village.phones)}"),
        Row("张建国", "丈夫", "男", date(1988, 1, 2), village.id_no(date(1988, 1, 2), "男"), education="高中",
            marital="已婚", residence="外出务工"),
        Row("张晨熙", "子", "男", date(2019, 3, 14), village.id_no(date(2019, 3, 14), "男"), education="小学"),
        Row("李芳之女", "女", "女", date(2026, 10, 28), ""),
    ]  # fmt: skip
    everybody[15][0] = replace(everybody[15][0], name="陈国强")
    everybody[20][1] = replace(everybody[20][1], name="范𬱖")
    everybody[23][1] = replace(everybody[23][1], name="冯涵䶮")
    everybody[31][1] = replace(everybody[31][1], name="阿依古丽·买买提", ethnic="维吾尔族")
    everybody[33][0] = replace(everybody[33][0], name="欧阳德胜")
    return everybody


def plant(everybody: dict[int, list[Row]]) -> None:
    """The faults that a real roster has; every one of them is reported by the import and its row kept."""
    wrong = everybody[5][1]
    everybody[5][1] = replace(wrong, id_no=wrong.id_no[:17] + ("0" if wrong.id_no[17] != "0" else "1"))
    everybody[9][0] = replace(everybody[9][0], id_cell=float(everybody[9][0].id_no[:15] + "000"))
    everybody[18][1] = replace(everybody[18][1], name="")
    everybody[27][1] = replace(everybody[27][1], id_no=everybody[26][1].id_no, birth=everybody[26][1].birth)
    everybody[29][0] = replace(everybody[29][0], birth_cell=f"{everybody[29][0].birth:%y.%m.%d}")
    everybody[36][1] = replace(everybody[36][1], sex="男")
    everybody[38][0] = replace(everybody[38][0], education="识字班")


def birth_cell(row: Row, way: int) -> str | int | date:
    """One of the ways in which people write a date."""
    if row.birth_cell is not None:
        return row.birth_cell
    born = row.birth
    return (
        f"{born.year}年{born.month}月{born.day}日",
        f"{born.year}.{born.month}.{born.day}",
        f"{born:%Y-%m-%d}",
        int(f"{born:%Y%m%d}"),
        f"{born.year}/{born.month}/{born.day}",
        born,
        f" {born.year}-{born.month}-{born.day} ",
    )[way]


def id_cell(row: Row, way: int) -> str | float:
    """One of the ways in which an ID number gets into a cell."""
    number = row.id_no
    if row.id_cell is not None:
        return row.id_cell
    wide = number.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789X"})
    return (number, number, f"'{number}", f"{number[:6]} {number[6:14]} {number[14:]}", wide, number.lower())[way] if number else ""


def write(path: Path) -> None:
    """The workbook: a sheet for each group, two header rows, household cells merged, a subtotal below."""
    village = Village()
    everybody = households(village)
    plant(everybody)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": "练习村花名册", "created": datetime(2026, 11, 1, 8, 0)})  # noqa: DTZ001  a label
        title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
        cell = book.add_format({"border": 1, "valign": "vcenter"})
        day = book.add_format({"border": 1, "valign": "vcenter", "num_format": "yyyy-mm-dd"})
        number = 1
        for group, count in enumerate(GROUPS, 1):
            sheet = book.add_worksheet(f"{group}组")
            sheet.set_column(1, 12, 12)
            sheet.set_column(4, 4, 22)
            sheet.merge_range(0, 0, 0, 12, f"清河镇柳树湾村{group}组家庭健康服务对象花名册(练习)", title)
            sheet.write(1, 0, "填表单位：柳树湾村卫生室")
            sheet.write(1, 6, "填表日期：2026年11月1日")
            for place, (upper, lower) in enumerate(HEADER):
                if upper and not lower:
                    sheet.merge_range(2, place, 3, place, upper, head)
                else:
                    sheet.write(3, place, lower, head)
            sheet.merge_range(2, 1, 2, 8, HEADER[1][0], head)
            line = 4
            for household in range(number, number + count):
                first = line
                for row in everybody[household]:
                    put(sheet, line, row, village.chance, cell, day)
                    line += 1
                if line - first > 1:
                    sheet.merge_range(first, 0, line - 1, 0, f"{household:04}", cell)
                else:
                    sheet.write_string(first, 0, f"{household:04}", cell)
            people = sum(len(everybody[one]) for one in range(number, number + count))
            sheet.write(line, 0, "小计", head)
            sheet.write(line, 1, f"{people}人", head)
            sheet.write(line + 2, 0, "填表人：")
            sheet.write(line + 2, 3, "审核人：")
            number += count


def put(
    sheet: xlsxwriter.worksheet.Worksheet,
    line: int,
    row: Row,
    chance: random.Random,
    cell: xlsxwriter.format.Format,
    day: xlsxwriter.format.Format,
) -> None:
    """One person in one line."""
    name = f"{row.name[0]}  {row.name[1]}" if len(row.name) == 2 and chance.random() < 0.3 else row.name
    born, number = birth_cell(row, chance.randrange(7)), id_cell(row, chance.randrange(6))
    told = (name, row.relation, row.sex, number, born, row.ethnic, row.education, row.marital, row.phone,
            row.residence, row.method, "")  # fmt: skip
    for place, value in enumerate(told, 1):
        if isinstance(value, date):
            sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001  a day
        elif isinstance(value, str):
            sheet.write_string(line, place, value, cell)
        else:
            sheet.write_number(line, place, value, cell)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("roster.xlsx"))
