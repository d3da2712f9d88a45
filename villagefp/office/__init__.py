"""`villagefp county …`: the county's own commands, where its store meets key slots, roster import and paper.

They stand above the layers that must not know each other: the county's store takes keys, and the slots that wrap them
by passphrase and recovery code are the laptop's.
"""

from villagefp.office.commands import run_county

__all__ = ["run_county"]
