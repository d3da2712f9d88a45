"""`county trim`: let go of what was overwritten in the log, lies in a verified backup and was read by everybody."""

from __future__ import annotations

import argparse

from sqlalchemy import select

from villagefp.cli.output import Output
from villagefp.county import trimming
from villagefp.county.tables import village as village_table
from villagefp.i18n import _
from villagefp.office.opening import opened


def trim(told: argparse.Namespace, output: Output) -> int:
    """Trim the log of every village as far as nobody needs it; no value of any record changes."""
    with opened(told) as office:
        with office.county.read() as connection:
            villages = list(connection.execute(select(village_table.c.village)).scalars())
        counts = []
        for village in villages:
            below = trimming.unneeded(office.county, village)
            counts.append(trimming.trim(office.county, village, below) if any(below.values()) else 0)
    changes = sum(counts)
    output.tell(
        _("{changes} overwritten changes of {villages} villages were let go of; no entry changed.").format(
            changes=changes, villages=sum(count > 0 for count in counts)
        )
        if changes
        else _(
            "Nothing was let go of: only what lies in a verified backup and was read by every laptop of the last 400 "
            "days can go. Make a copy with “backup” first."
        ),
        {"changes": changes, "villages": sum(count > 0 for count in counts)},
    )
    return 0
