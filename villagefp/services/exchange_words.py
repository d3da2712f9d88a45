"""What is told of an exchange beside its numbers: what went otherwise than usual, and what became of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from villagefp.i18n import _
from villagefp.sync.brought import Brought, What
from villagefp.sync.outcome import Note, Outcome


def files_in_words(files: Sequence[Brought]) -> Iterator[str]:
    """A sentence for each file that was taken or refused; of those that are nothing to this laptop one for all."""
    by_what: dict[What, list[Brought]] = {}
    for one in files:
        by_what.setdefault(one.what, []).append(one)
    for what, found in by_what.items():
        if what is What.REFUSED:
            yield from (f"{one.name}: {one.sentence}" for one in found)
        elif len(found) == 1 or what is What.TAKEN:
            yield from (one.sentence for one in found)
        else:
            yield _many(what).format(count=len(found))


def _many(what: What) -> str:
    return {
        What.ALREADY: _("{count} files were taken before. There is nothing to do."),
        What.FOR_COUNTY: _(
            "{count} files were written in villages for the county. Nothing was changed. Hand them to the county; its "
            "answers come in files of their own."
        ),
        What.OTHER_LAPTOP: _(
            "{count} files are for another laptop of this village. Nothing was changed. Open them there."
        ),
        What.OTHER_VILLAGE: _(
            "{count} files are for other villages. Nothing was changed. Leave them on the stick for those they are "
            "meant for."
        ),
    }[what]


def in_words(note: Note, outcome: Outcome) -> str:
    """What is to be told beside an exchange."""
    hours, minutes = divmod(abs(outcome.clock_ahead) // 60, 60)
    ahead, behind = (
        _("This laptop's clock is {hours} h {minutes} min ahead of the county's. Set date and time right. Nothing is "
          "lost: all entries are kept and sent."),
        _("This laptop's clock is {hours} h {minutes} min behind the county's. Set date and time right. Nothing is "
          "lost: all entries are kept and sent."),
    )  # fmt: skip
    return {
        Note.CLOCK: (ahead if outcome.clock_ahead > 0 else behind).format(hours=hours, minutes=minutes),
        Note.REVOKED: _(
            "The county has withdrawn this laptop: it takes what was entered here and gives nothing any more. Nothing "
            "of what was sent is lost. Ask the county."
        ),
        Note.NEW_IDENTITY: _(
            "This store was a copy or an older state of one that the county knows. It goes on under a name of its own; "
            "what the county did not have goes to it again, and nothing is lost."
        ),
        Note.DIFFERS: _(
            "This laptop and the county did not have the same, and it was read once more from the beginning. If this "
            "is said again next time, tell the county."
        ),
        Note.NOT_FOLLOWED: _(
            "Something that the county sent does not hold and was not taken in. It is kept as evidence. "
            "Tell the county."
        ),
        Note.COUNTY_PUT_BACK: _(
            "The county's store was put back to an earlier state. What it lost of this laptop was sent again."
        ),
        Note.INCOMPLETE: _("The first load is not whole yet: history is still to come. Exchange again."),
    }[note]
