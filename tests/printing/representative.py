"""Answers for any shipped form, as an ordinary visit would leave them: mostly usual, here and there something said."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.printing.samples import form_job, package
from villagefp import paths
from villagefp.forms.package import FormPackage, Question
from villagefp.printing.jobs import Mode, SheetJob
from villagefp.printing.values import LONG_LIST

FORMS = sorted(file.stem for file in (paths.resources_dir() / "forms").glob("*.md"))
_KNOWN = {
    "name": "李芳", "id": "990101199005061224", "phone": "13900005678", "birth": "1990-05-06",
    "address": "柳树湾村一组12号", "number": "20100012",
}  # fmt: skip
_NUMBERS = {
    "temp": "36.6", "sbp": "118", "dbp": "76", "weight_kg": "54.5", "height_cm": "161", "bmi": "21.0", "age": "36",
    "ga_weeks": "12", "ga_days": "3", "hb": "118", "gravida": "2", "hr": "86", "rr": "18", "length_cm": "62",
    "head_cm": "40.5", "fetal_hr": "142", "claim_year": "2026",
}  # fmt: skip
_DATES = {
    "birth_date": "1990-05-06", "child_birth_date": "2026-08-11", "lmp": "2026-02-10", "edd": "2026-11-17",
    "placed_on": "2025-09-20", "delivered_on": "2026-10-05", "discharged_on": "2026-10-09", "op_on": "2026-10-12",
    "ended_on": "2026-10-15", "expires_on": "2028-09-20", "expiry": "2028-05-31",
}  # fmt: skip
_TEXTS = (
    (r"file_no", "99010110120100012"), (r"_ym$", "2019-03"), (r"town|village", "柳树湾"), (r"birth_year", "1990"),
    (r"_job$", "务农"), (r"(father|husband|spouse|partner|other).*name", "张建国"), (r"bank", "0471"),
    (r"paid", "已发放"), (r"employer", "无"), (r"county", "某县"),
    (r"clinic_name", "县人民医院"), (r"^contact$", "13900001234"), (r"hours", "下午"),
    (r"sign$|worker|filed_by|doctor", "王秀兰"), (r"phone", "13900001234"),
    (r"name$|contact", "张建国"), (r"_org$|facility", "县人民医院"),
    (r"department", "妇科"), (r"address|place", "柳树湾村一组12号"), (r"batch", "20260318"), (r"no$|_id", "2026-017"),
    (r"_detail$", "轻度，已好转"), (r"reason", "想请医生再看一看"),
    (r"question|advice|wish|suggestion|what", "按时复查，有不舒服随时打电话；材料已经带给家里人看。"),
)  # fmt: skip
UNSIGNED = "本单所依据的危险征象表尚未经县里医生签发，只供就诊参考，不是诊断。"
_SOFT = re.compile(r"\. >= (-?[\d.]+) and \. <= (-?[\d.]+)")


def answers_for(form: FormPackage) -> dict[str, str]:
    """An answer by name to every question but those that only open for what was not chosen."""
    told: dict[str, str] = {}
    for place, question in enumerate(form.questions):
        codes = [choice.name for choice in form.choices.get(question.choices or "", ())]
        host = question.name.removesuffix("_detail")
        if host != question.name and host in told and told[host].split()[-1:] != _last(form, host):
            continue
        told[question.name] = _answer(question, codes, place)
    return told


def _last(form: FormPackage, name: str) -> list[str]:
    question = next(question for question in form.questions if question.name == name)
    return [choice.name for choice in form.choices.get(question.choices or "", ())][-1:]


def _answer(question: Question, codes: list[str], place: int) -> str:
    made = {"integer": _number, "decimal": _number, "range": _number, "date": _date, "text": _text}
    if codes:
        return _choice(question, codes, place)
    if question.type == "time":
        return "14:30:00.000+08:00"
    if question.type in made:
        return made[question.type](question)
    return "OK" if question.type == "acknowledge" and place % 2 else ""


def _date(question: Question) -> str:
    if question.paper.get("known") == "birth":
        return _DATES["birth_date"]
    return _DATES.get(question.name, "2026-12-03" if question.name.startswith("next") else "2026-11-03")


def _text(question: Question) -> str:
    known = question.paper.get("known", "other")
    """What fits the name of the question; what is known of the person herself where that says whom it is about."""
    told = next((text for name, text in _TEXTS if re.search(name, question.name)), "一般情况好")
    by_name = known not in _KNOWN or re.search(r"birth_year|father|husband|spouse|contact", question.name)
    return told if by_name else _KNOWN[known]


def _choice(question: Question, codes: list[str], place: int) -> str:
    if question.type == "select_multiple":
        return codes[0] if place % 3 else " ".join(codes[1:3])
    if question.name == "sex":
        return "2"
    if len(codes) > LONG_LIST:
        return codes[len(codes) // 2]
    return codes[0] if place % 5 else codes[-1]


def _number(question: Question) -> str:
    if question.name in _NUMBERS:
        return _NUMBERS[question.name]
    found = _SOFT.search(question.soft)
    low, high = (float(found[1]), float(found[2])) if found else (0.0, 10.0)
    value = low + (high - low) * 0.3
    return f"{value:.1f}" if question.type == "decimal" and high < 1000 else f"{value:.0f}"


def representative(form_id: str, mode: Mode) -> SheetJob:
    """The sheet of a form: filled, its repeats with two rounds and its columns but the last, or blank."""
    form = package(form_id)
    job = form_job(form, answers_for(form), mode, name="李芳")
    assert job.form is not None
    private = any(q.sealed and q.paper.get("style") != "hidden" for q in form.questions)
    sealed = form.settings.get("print::sealed")
    sheet = replace(
        job.form,
        elsewhere=sealed == "all" or (private and sealed not in {"asked", "carried"}),
        remark=UNSIGNED if form.settings.get("print::unsigned") else "",
    )
    if form.settings.get("print::subject") == "none":
        sheet = replace(sheet, token="", print_number="")
    answers = dict(sheet.answers)
    for repeat in (question.path for question in form.questions if question.type == "repeat"):
        for path, value in sheet.answers.items():
            if path.startswith(f"{repeat}/"):
                answers |= {f"{repeat}[{number}]{path[len(repeat) :]}": value for number in (1, 2)}
    step = next((q for q in form.questions if q.name == form.settings.get("print::columns")), None)
    steps = [choice.name for choice in form.choices.get(step.choices or "", ())] if step else []
    return SheetJob(form=replace(sheet, answers=answers, columns=dict.fromkeys(steps[:-1], sheet.answers)))


def representative_jobs() -> dict[str, SheetJob]:
    """Every form, filled, with identity only, and blank."""
    return {f"{form_id}-{mode}": representative(form_id, mode) for form_id in FORMS for mode in Mode}
