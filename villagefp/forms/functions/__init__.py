"""The ODK function library, a file a subject; `LIBRARY` is all of it by name."""

from __future__ import annotations

from villagefp.forms.functions import choices, dates, logic, nodes, numbers, texts
from villagefp.forms.xpath_engine import Function

LIBRARY: dict[str, Function] = {
    **choices.FUNCTIONS,
    **dates.FUNCTIONS,
    **logic.FUNCTIONS,
    **nodes.FUNCTIONS,
    **numbers.FUNCTIONS,
    **texts.FUNCTIONS,
}
