"""Units as other languages write them: a form tells its units in its own language, and seldom in a second one."""

from __future__ import annotations

_ENGLISH = {
    "周": "weeks", "天": "days", "日": "days", "月": "months", "岁": "years", "年": "", "小时": "h", "分钟": "min",
    "次": "times", "次/分": "/min", "次/日": "/day", "mL/次": "mL/feed", "小时/日": "h/day", "IU/日": "IU/day",
    "人": "people", "颗": "teeth", "瓶": "bottles", "份": "copies", "行": "lines", "元": "yuan",
    "板": "strips", "支": "tubes", "盒": "boxes", "片": "tablets", "只": "pieces",
}  # fmt: skip
"""Empty where the word before the blank says it already."""


def in_english(unit: str) -> str:
    """The unit as English paper has it; one that is no Chinese word stays as it is."""
    return _ENGLISH.get(unit, unit)
