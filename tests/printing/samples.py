"""Sheets to try paper with: invented people of area 990xxx, short answers, long ones, rare characters."""

from __future__ import annotations

import gettext
import io
from dataclasses import replace
from functools import cache
from unittest.mock import patch

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from villagefp import paths
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import FormPackage
from villagefp.printing import words
from villagefp.printing.jobs import (
    FormSheet,
    HouseholdSheet,
    HouseholdWords,
    Identity,
    Mode,
    Offer,
    OrderRow,
    OrderSheet,
    OrderWords,
    SheetJob,
    Words,
)

RARE_NAME = "李𬱖㛃䶮"
TOKEN = "K7F39QXMABCD2345"

NEWBORN = {
    "visit_on": "2026-11-03", "sex": "2", "birth_date": "2026-10-09", "id_no": "990101202610092126",
    "address": "柳树湾村一组12号", "father_name": "张建国", "father_job": "务农", "father_phone": "13900001234",
    "father_birth_date": "1988-02-03", "mother_name": "李芳", "mother_job": "务农", "mother_phone": "13900005678",
    "mother_birth_date": "1990-05", "birth_ga": "39", "mother_illness": "4", "mother_illness_detail": "贫血",
    "birth_org": "县人民医院", "birth_mode": "1 5", "asphyxia": "1", "apgar1": "9", "apgar5": "10", "malformation": "1",
    "hearing_screen": "1", "disease_screen": "2", "birth_weight_kg": "3.25", "weight_kg": "3.9",
    "birth_length_cm": "50", "feeding": "1", "milk_ml": "60", "milk_times": "8", "vomit": "1", "stool": "1",
    "stool_times": "4", "temp": "36.8", "hr": "138", "rr": "42", "complexion": "2", "jaundice_site": "2 3",
    "fontanelle_a_cm": "1.5", "fontanelle_b_cm": "1.5", "fontanelle": "1", "eye": "1", "limb": "1", "ear": "1",
    "neck_mass": "1", "nose": "1", "skin": "2", "mouth": "1", "anus": "1", "cardio_pulm": "1", "chest": "1",
    "abdomen": "1", "spine": "1", "genital": "1", "cord": "2", "danger_seen": "yellow_first_day",
    "referral": "2", "referral_reason": "躯干黄染", "referral_org": "县人民医院儿科", "advice": "1 3 4",
    "next_place": "家中", "next_on": "2026-11-10", "doctor_sign": "王秀兰",
}  # fmt: skip


@cache
def package(form_id: str) -> FormPackage:
    """A shipped form, compiled from its sheet."""
    return replace(compile_sheet(paths.resources_dir() / "forms" / f"{form_id}.md"), xform="")


@cache
def chinese() -> gettext.GNUTranslations:
    """The Chinese of paper, straight from its catalogue."""
    with (paths.resources_dir() / "locale" / "zh_CN" / "printing.po").open("rb") as stream:
        catalogue = read_po(stream, locale="zh_CN")
    binary = io.BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def paper_words() -> Words:
    """The words of every sheet, in Chinese."""
    with patch.object(words, "_", chinese().gettext):
        return words.paper_words()


def household_words() -> HouseholdWords:
    """The texts of the household sheet, in Chinese."""
    with patch.object(words, "_", chinese().gettext):
        return words.household_words(package("household_visit"), "zh")


def by_path(form: FormPackage, answers: dict[str, str]) -> dict[str, str]:
    """Answers by name as answers by path."""
    return {question.path: answers[question.name] for question in form.questions if question.name in answers}


def form_job(form: FormPackage, answers: dict[str, str], mode: Mode = Mode.FILLED, name: str = "李芳之女") -> SheetJob:
    """A job for a form about a person of household 0012."""
    identity = Identity(name=name, file_no="99010110120100012", household_no="0012", group_no="一组")
    sheet = FormSheet(
        package=form,
        words=paper_words(),
        mode=mode,
        answers=by_path(form, answers),
        identity=identity,
        token=TOKEN,
        print_number="K7F3-9QXM",
    )
    return SheetJob(form=sheet)


def newborn(mode: Mode = Mode.FILLED, *, elsewhere: bool = False, name: str = "李芳之女", **changed: str) -> SheetJob:
    """A newborn home visit."""
    job = form_job(package("newborn_home_visit"), {**NEWBORN, **changed}, mode, name)
    assert job.form is not None
    return replace(job, form=replace(job.form, elsewhere=elsewhere))


def newborn_long() -> SheetJob:
    """The same with every option chosen and every free text as long as a worker's patience."""
    form = package("newborn_home_visit")
    long = dict(NEWBORN)
    for question in form.questions:
        options = [choice.name for choice in form.choices.get(question.choices or "", ())]
        if question.type == "select_multiple":
            long[question.name] = " ".join(options)
        elif question.type == "text" and question.name not in {"id_no", "name", "file_no_tail"}:
            long[question.name] = f"{question.label['zh']}写得很长，" + "一直写下去，没有停。" * 9 + "完"
    return form_job(form, long)


def household(**changed: object) -> SheetJob:
    """A household visit."""
    form = package("household_visit")
    labels = [q.label["zh"] for q in form.questions if q.paper.get("style") == "matrix"]
    answers = ("1", "1", "2", "3", "2", "1", "1", "2", "1")
    sheet = HouseholdSheet(
        words=paper_words(),
        texts=household_words(),
        village="柳树湾村",
        household_no="0012",
        group_no="一组",
        head="李芳",
        worker="王秀兰",
        worker_phone="13900007777",
        visited_on="2026-11-03",
        members=(("户主", "李芳"), ("丈夫", "张建国"), ("母亲", "陈桂英")),
        offers=tuple(
            Offer(label, answer, "想借一副拐杖" if label == labels[-1] else None)
            for label, answer in zip(labels, answers, strict=True)
        ),
        questions="孩子的预防接种本在哪里补办？老人的医保今年怎么交？",
        advice="接种本到乡镇卫生院预防接种门诊补办，带出生医学证明；医保在12月25日前到村委会或者手机上交，困难家庭可以问资助参保。",
        next_on="2026-12-03",
        token="M2HC77PAQ4XZ9TKE",
        print_number="M2HC-77PA",
    )
    return SheetJob(household=replace(sheet, **changed))  # type: ignore[arg-type]


def order(rows: int = 5) -> SheetJob:
    """An order of supplies, with so many rows."""
    items = [
        ("诚信 52mm，避孕套（男）", "只", "180", "14", "2027-01", "156", "2027-03-13", "0", ""),
        ("优思明 21片，短效口服：复方", "板", "24", "", "2029-03", "14", "2027-04-25", "0", ""),
        ("毓婷 0.75mg×2片，紧急避孕药", "板", "0", "", "", "", "", "", ""),
        ("外用避孕药", "支", "12", "", "", "", "", "", ""),
        ("斯利安 0.4mg×31片，叶酸", "瓶", "2", "", "2027-12-31", "22", "2026-11-29", "23", ""),
    ]
    heads = ("药具", "单位", "柜上", "自取箱", "最早有效期", "近期用量", "大约用到", "建议数", "要货数")
    rule = (
        "建议数按最近90天的平均用量、够用90天计算，只供参考；要多少由填表人决定。空着的表示用量还说不准。过期的不计。"
    )
    texts = OrderWords("药具需求表", heads, rule, "填表人", "电话", "收表人", "日期")
    listed = tuple(OrderRow(items[place % len(items)]) for place in range(rows))
    sheet = OrderSheet(paper_words(), texts, "柳树湾村", "王秀兰", "13900007777", "2026-11-22", listed)
    return SheetJob(order=sheet)


def all_jobs() -> dict[str, SheetJob]:
    """Every sheet that has a golden page."""
    form = package("household_visit")
    answers = {
        "visit_on": "2026-11-03", "members_visited": "户主 李芳、丈夫 张建国", "file_update": "1",
        "health_materials": "1", "child_care_booking": "2", "vaccine_reminder": "3", "elder_exam_booking": "2",
        "family_doctor": "1", "benefit_advice": "1", "insurance_advice": "2", "other_need": "1",
        "other_need_detail": "想借一副拐杖", "questions": "医保今年怎么交？", "advice_given": "12月25日前到村委会交。",
        "household_signed": "2", "worker_sign": "王秀兰",
    }  # fmt: skip
    return {
        "newborn_filled": newborn(),
        "newborn_half": newborn(Mode.HALF),
        "newborn_blank": newborn(Mode.BLANK),
        "newborn_elsewhere": newborn(elsewhere=True),
        "newborn_rare_name": replace(newborn(name=f"{RARE_NAME}𡋾之女"), leave_blank=True),
        "newborn_long": newborn_long(),
        "household_sheet_filled": household(),
        "household_sheet_half": household(mode=Mode.HALF),
        "household_sheet_blank": household(mode=Mode.BLANK),
        "household_sheet_elsewhere": household(elsewhere=True),
        "household_sheet_long": household(questions="孩子的预防接种本在哪里补办？" * 60, not_signed=True),
        "household_form_filled": form_job(form, answers),
        "order_sheet": order(),
        "order_sheet_long": order(60),
    }
