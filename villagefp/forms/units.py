"""Units as other languages write them: a form tells its units in its own language, and seldom in a second one."""

from __future__ import annotations

from villagefp.forms.package import Question

_ENGLISH = {
    "周": "weeks", "天": "days", "日": "days", "月": "months", "岁": "years", "年": "", "小时": "h", "分钟": "min",
    "次": "times", "次/分": "/min", "次/日": "/day", "mL/次": "mL/feed", "小时/日": "h/day", "IU/日": "IU/day",
    "人": "people", "颗": "teeth", "瓶": "bottles", "份": "copies", "行": "lines", "元": "yuan",
    "板": "strips", "支": "tubes", "盒": "boxes", "片": "tablets", "只": "pieces",
}  # fmt: skip
"""Empty where the word before the blank says it already."""


def unit_in(language: str, question: Question) -> str:
    """The unit behind a number: from a `print::unit::English (en)` column, else as it is called in this language."""
    marked = f"({language})"
    told = next((text for key, text in question.paper.items() if key.startswith("unit::") and marked in key), "")
    return told or (_ENGLISH.get(question.unit, question.unit) if language == "en" else question.unit)
