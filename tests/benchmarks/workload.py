"""One village and one week of work, made anew from a seed: what all benchmarks run on.

W: 800 households, 2,600 persons, 12,000 visits. D: a week, 60 new visits and 40 edited records in their new state.
Every record is a plain mapping with `_t` (h, p or v) and `id`. The order of the draws is part of the workload: the
same seed gives the same bytes, today and in ten years, and a test holds their checksums.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Rec = dict[str, Any]

SEED = 20240501
HOUSEHOLDS, PERSONS, VISITS = 800, 2600, 12000
EPOCH = datetime(2021, 1, 1)  # noqa: DTZ001  naive on purpose: the bytes of the workload have no zone

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志红文斌飞鹏辉云莲凤珍荣福贵生金龙"
    "海燕雪琴小东新民永林庆德胜利才成学义忠孝仁安康泰祥瑞喜乐"
)
PHRASES = (
    "血压控制平稳", "按时服药", "未按时服药", "头晕明显", "偶有头痛", "建议低盐饮食", "嘱适当运动", "下次复查血糖",
    "空腹血糖偏高", "家属陪同", "本人不在家，家属代述", "电话随访", "已转诊乡镇卫生院", "拒绝测量", "咳嗽三天",
    "无不适主诉", "睡眠较差", "双下肢轻度水肿", "已调整药量", "药已吃完", "需送药上门", "外出务工", "行动不便",
    "视物模糊", "足部检查未见异常", "预约下周复诊", "孕检正常", "胎动正常", "疫苗已接种", "接种后无反应",
    "母乳喂养", "体重增长良好", "发育正常", "轻度贫血", "补充铁剂", "产后恢复良好", "情绪低落", "独居老人",
    "饮酒较多", "已劝戒烟", "每日一包烟", "血压波动大", "心率偏快", "偶有胸闷", "夜间咳嗽", "痰检待查",
    "结核药继续服用", "肝功能待复查", "饮食可", "二便正常", "精神可", "无发热", "发热两天", "腹泻一次",
    "口服补液", "已做健康教育", "发放宣传单", "家中水源已消毒", "厕所改造中", "低保户", "残疾证已办",
    "医保未缴", "体检表已填", "其他见纸质档案",
)  # fmt: skip
PHRASE_WEIGHTS = tuple(1 / (place + 1) ** 0.7 for place in range(len(PHRASES)))
SYMPTOMS = [f"S{number:02}" for number in range(1, 31)]
DRUGS = [f"D{number:03}" for number in range(1, 61)]


@dataclass
class Draws:
    """The random draws of one workload, in their order."""

    rng: random.Random = field(default_factory=lambda: random.Random(SEED))

    def new_id(self, when: datetime) -> str:
        """A UUIDv7 made at that time."""
        milliseconds = int((when - datetime(1970, 1, 1)).total_seconds() * 1000)  # noqa: DTZ001
        number = (
            (milliseconds << 80) | (7 << 76) | (self.rng.getrandbits(12) << 64) | (2 << 62) | self.rng.getrandbits(62)
        )
        digits = f"{number:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def when(self, first: int, last: int) -> datetime:
        """A moment in working hours, between two days after the epoch."""
        return EPOCH + timedelta(
            days=self.rng.uniform(first, last) // 1,
            seconds=self.rng.randint(8 * 3600, 18 * 3600),
            milliseconds=self.rng.randint(0, 999),
        )

    def name(self) -> str:
        """A name of two or three characters."""
        return self.rng.choice(SURNAMES) + "".join(self.rng.choice(GIVEN) for _ in range(self.rng.choice((1, 2, 2, 2))))

    def phone(self) -> str:
        """A mobile number."""
        start = self.rng.choice(("138", "139", "150", "151", "159", "187", "136"))
        return f"{start}{self.rng.randrange(10**8):08}"

    def note(self) -> str:
        """What workers type: phrases, some with a number, half of the notes empty."""
        rng = self.rng
        length = rng.choice((0, 0, 0, rng.randint(4, 20), rng.randint(4, 30), rng.randint(10, 60)))
        text = ""
        while len(text) < length:
            phrase = rng.choices(PHRASES, PHRASE_WEIGHTS)[0]
            if rng.random() < 0.15:
                phrase += rng.choice(("，约%d天", "%d次", "，上次%d")) % rng.randint(1, 180)
            text += ("，" if text and rng.random() < 0.7 else "。" if text else "") + phrase
        return text[:length][:60]

    def household(self, place: int) -> Rec:
        """One household."""
        rng, when = self.rng, self.when(0, 60)
        return {
            "_t": "h",
            "id": self.new_id(when),
            "village": "530823104207",
            "hh_no": place + 1,
            "group_no": rng.randint(1, 12),
            "head_name": self.name(),
            "phone": self.phone(),
            "address": f"{rng.randint(1, 12)}组{rng.randint(1, 120)}号",
            "members": rng.randint(1, 6),
            "water": rng.choice("ABCD"),
            "toilet": rng.choice("AABC"),
            "fuel": rng.choice("ABCC"),
            "house": rng.choice("123"),
            "income": rng.choice("12345"),
            "poor": rng.random() < 0.12,
            "lowest": rng.random() < 0.08,
            "distance_m": rng.randint(50, 6000),
            "lat": round(22.7 + rng.random() * 0.06, 5),
            "lon": round(100.9 + rng.random() * 0.06, 5),
            "pigs": rng.randint(0, 6),
            "dogs": rng.randint(0, 2),
            "status": "A",
            "worker": f"w{rng.randint(1, 3)}",
            "created": _moment(when),
            "updated": _moment(when),
            "rev": 1,
        }

    def person(self, household: Rec) -> Rec:
        """One person of a household."""
        rng, when = self.rng, self.when(0, 90)
        year = rng.randint(1932, 2020)
        birth = f"{year:04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return {
            "_t": "p",
            "id": self.new_id(when),
            "hh": household["id"],
            "name": self.name(),
            "sex": rng.choice("12"),
            "birth": birth,
            "id_no": f"990823{birth.replace('-', '')}{rng.randint(1, 999):03}{rng.choice('0123456789X')}",
            "relation": rng.choice("0123456"),
            "ethnic": rng.choice(("01", "01", "09", "16", "22")),
            "edu": rng.choice("12345"),
            "marital": rng.choice("1234"),
            "job": rng.choice(("5", "5", "5", "1", "8")),
            "insurance": rng.choice("1123"),
            "blood": rng.choice("ABOX5"),
            "rh": rng.choice("1223"),
            "allergy": rng.choice(("", "", "", "1", "2")),
            "chronic": rng.sample("ABCDEF", rng.choice((0, 0, 0, 1, 1, 2))),
            "disab": rng.choice(("0", "0", "0", "0", "3")),
            "phone": self.phone() if rng.random() < 0.6 else "",
            "smoke": rng.choice("0012"),
            "drink": rng.choice("0012"),
            "preg": False,
            "status": "A",
            "worker": f"w{rng.randint(1, 3)}",
            "created": _moment(when),
            "updated": _moment(when),
            "rev": 1,
        }

    def visit(self, person: Rec, first: int, last: int) -> Rec:
        """One visit to a person."""
        rng, when = self.rng, self.when(first, last)
        return {
            "_t": "v",
            "id": self.new_id(when),
            "person": person["id"],
            "hh": person["hh"],
            "date": when.date().isoformat(),
            "kind": rng.choice(("HTN", "HTN", "DM", "ELD", "TB", "MCH", "PSY")),
            "mode": rng.choice("1123"),
            "worker": person["worker"],
            "device": f"k{rng.randint(1, 4)}",
            "sbp": int(rng.gauss(138, 16)),
            "dbp": int(rng.gauss(84, 10)),
            "pulse": int(rng.gauss(76, 9)),
            "temp": round(rng.gauss(36.6, 0.3), 1),
            "weight": round(rng.gauss(59, 10), 1),
            "glucose": round(max(3, rng.gauss(6.4, 1.8)), 1) if rng.random() < 0.5 else None,
            "symptoms": rng.sample(SYMPTOMS, rng.choice((0, 0, 1, 1, 2, 3))),
            "smoke_d": rng.choice((0, 0, 0, 5, 10, 20)),
            "drink_d": rng.choice((0, 0, 0, 1, 2)),
            "exercise": rng.randint(0, 7),
            "salt": rng.choice("123"),
            "adherence": rng.choice("112 3").strip() or "1",
            "drug": rng.choice(DRUGS) if rng.random() < 0.7 else "",
            "dose": rng.choice(("", "5mg", "10mg", "20mg", "0.5g")),
            "refer": rng.random() < 0.04,
            "next": (when + timedelta(days=rng.choice((14, 30, 90)))).date().isoformat(),
            "note": self.note(),
            "created": _moment(when),
            "rev": 1,
        }

    def edit(self, record: Rec, fields: tuple[str, ...]) -> Rec:
        """A record in the state that an edit of one field leaves it in."""
        edited = dict(record)
        edited["rev"] += 1
        edited["updated"] = _moment(self.when(1201, 1207))
        key = self.rng.choice(fields)
        # All are drawn and one is taken, as the first workload did.
        edited[key] = {
            "phone": self.phone(),
            "status": "M",
            "chronic": sorted({*edited.get("chronic", ()), "A"}),
            "smoke": "2",
            "members": edited.get("members", 0) + 1,
            "toilet": "D",
        }[key]
        return edited


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Workload:
    """W and D."""

    village: list[Rec]
    week: list[Rec]

    @property
    def households(self) -> list[Rec]:
        """The households of W."""
        return self.village[:HOUSEHOLDS]

    @property
    def persons(self) -> list[Rec]:
        """The persons of W."""
        return self.village[HOUSEHOLDS : HOUSEHOLDS + PERSONS]

    @property
    def visits(self) -> list[Rec]:
        """The visits of W, oldest first."""
        return self.village[HOUSEHOLDS + PERSONS :]


def build(seed: int = SEED) -> Workload:
    """The workload; the same on every machine. Another seed is another village."""
    draws = Draws(random.Random(seed))
    rng = draws.rng
    households = [draws.household(place) for place in range(HOUSEHOLDS)]
    persons = [
        draws.person(households[place] if place < HOUSEHOLDS else rng.choice(households)) for place in range(PERSONS)
    ]
    active = [person for person in persons if rng.random() < 0.55]
    visits = _by_time(draws.visit(rng.choice(active), 90, 1200) for _ in range(VISITS))
    week = [draws.edit(person, ("phone", "status", "chronic", "smoke")) for person in rng.sample(persons, 30)]
    week += [draws.edit(household, ("phone", "members", "toilet")) for household in rng.sample(households, 10)]
    week += _by_time(draws.visit(rng.choice(active), 1201, 1207) for _ in range(60))
    return Workload(households + persons + visits, week)


def _by_time(visits: Any) -> list[Rec]:
    return sorted(visits, key=lambda visit: visit["created"])


def checksum(records: list[Rec]) -> str:
    """The first digits of the SHA-256 of the records, a line each."""
    lines = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
