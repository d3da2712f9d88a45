"""What may stand on a sheet that stays in the home: nothing that a neighbour, a guest or a relative should not read.

The household sheet has no field for private matters. This looks at the words that were typed into its free texts:
where they speak of one, the text is left off the paper, the worker is told, and writes there by hand what is fit.
"""

from __future__ import annotations

import re

_PRIVATE = re.compile(
    "孕|妊娠|节育|计生|药具|安全套|上环|取环|放环|带环|宫内|宫颈|皮埋|埋植|结扎|绝育|叶酸"
    "|流产|人流|引产|堕胎|打胎|产检|产前|生育史|不育|月经|例假|停经|妇科|阴道|白带"
    "|性病|梅毒|艾滋|淋病|乙肝|丙肝|hiv|hpv|阳性|阴性|化验|检验结果|检查结果|评分"
    "|家暴|暴力|虐待|打骂|自杀|轻生|精神病|抑郁",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){13,16}[ -]?[\dXx](?!\d)")


def is_fit(text: str) -> bool:
    """Whether the text names no private matter and holds nothing that looks like an ID number."""
    return _PRIVATE.search(text) is None and _NUMBER.search(text) is None
