"""`county inbox`: take all envelopes in a folder, whatever they are called and in whatever order they came.

What was taken is moved aside and its answer written beside; everything else stays where it lies and is named.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from villagefp.cli.output import Output
from villagefp.county import envelopes
from villagefp.county.envelopes import Opened, Taken
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office import clock
from villagefp.office.carrier import put_parts
from villagefp.office.opening import Office, opened
from villagefp.sync.disk import reading_in_words
from villagefp.wire.envelope_name import SUFFIX, file_name
from villagefp.wire.seal import Contents, Envelope, EnvelopeError, EnvelopeFault, Part, open_envelope, slip_code

TAKEN = "已收"
"""The folder for what was taken."""


@dataclass
class _File:
    """A file of the folder, and what became of it."""

    path: Path
    what: str = "refused"  # taken, already, answer, enrolment, refused
    sentence: str = ""
    slip: str = ""
    laptops: list[dict[str, object]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def json(self) -> dict[str, object]:
        """As scripts read it."""
        return {
            "file": self.path.name,
            "what": self.what,
            "sentence": self.sentence,
            "slip": self.slip,
            "laptops": self.laptops,
            "answers": self.answers,
        }


def inbox(told: argparse.Namespace, output: Output) -> int:
    """Take what is there; exit code 1 where a file was refused, whatever became of the others."""
    folder = Path(told.folder)
    if not folder.is_dir():
        raise UserError(_("There is no folder {folder}. Check its name.").format(folder=folder))
    with opened(told) as office, reading_in_words(folder):
        files = _process(office, folder)
    lines = [f"{each.path.name}: {each.sentence}" for each in files] or [_none_there()]
    output.tell("\n".join(lines), [each.json for each in files])
    return 1 if any(each.what == "refused" for each in files) else 0


def _none_there() -> str:
    return _("There is no exchange file in the folder itself. If it lies in a folder within, name that one.")


def _process(office: Office, folder: Path) -> list[_File]:
    files: list[_File] = []
    looked: list[tuple[_File, Opened]] = []
    for path in sorted(each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")):
        one = _File(path)
        opened_ = _look(office, one)
        if opened_ is not None:
            looked.append((one, opened_))
        if opened_ is not None or one.sentence:
            files.append(one)
    for one, opened_ in sorted(looked, key=lambda pair: not pair[1].enrols):
        _take(office, folder, one, opened_)
    return files


def _look(office: Office, one: _File) -> Opened | None:
    """An envelope for this county; none where it is another one, or no envelope: then its sentence says so."""
    with one.path.open("rb") as file:
        try:
            found = envelopes.look(file, office.keys)
        except EnvelopeError as refusal:
            if refusal.fault is EnvelopeFault.FOREIGN and SUFFIX not in one.path.name.lower():
                return None  # a photo or a letter that lies on the same stick
            one.sentence = str(refusal)
            if refusal.fault is EnvelopeFault.WRONG_RECIPIENT:
                _not_for_here(office, one, open_envelope(file))
            return None
    one.slip = slip_code(found.envelope.hash)
    return found


def _not_for_here(office: Office, one: _File, found: Envelope) -> None:
    """What the county itself wrote for a laptop lies on the stick rightly."""
    whose = envelopes.addressee(office.county, found)
    if whose is not None:
        one.what = "answer"
        one.sentence = _("This is for the laptop {laptop} of {village}. Carry it there.").format(
            laptop=whose.label, village=whose.village_name
        )
    elif all(entry.contents is Contents.ENROLMENT for entry in found.entries):
        one.what = "enrolment"
        one.sentence = _("This is the enrolment file of a laptop. Open it there, with its code.")


def _take(office: Office, folder: Path, one: _File, found: Opened) -> None:
    when = envelopes.taken_at(office.county, found.envelope.hash)
    if when is not None:
        one.what = "already"
        one.sentence = _("It was taken on {day} already. Nothing was changed, and there is nothing to do.").format(
            day=clock.in_words(when)
        )
    else:
        try:
            with one.path.open("rb") as file:
                taken = envelopes.take(office.county, office.keys, file, found)
        except UserError as refusal:
            one.sentence = str(refusal)
            return
        try:
            one.answers = [path.name for path in _answer(office, folder, taken)]
        except UserError as refusal:
            envelopes.forget(office.county, taken.hash)
            one.sentence = _(
                "What is in it is with the county now, but no answer could be written. {why} Then take the folder once "
                "more: the answer is written then."
            ).format(why=refusal)
            return
        one.what = "taken"
        one.sentence = _in_words(one, taken)
        one.laptops = [
            {
                "village_name": said.village_name,
                "laptop": said.label,
                "id": said.device.hex(),
                "changes": said.changes,
                "returned": said.returned,
                "enrolled": said.enrolled,
            }
            for said in taken.said
        ]
    _move_aside(folder, one.path)


def _in_words(one: _File, taken: Taken) -> str:
    parts = []
    for said in taken.said:
        told = {"laptop": said.label, "village": said.village_name, "changes": said.changes, "returned": said.returned}
        if said.enrolled:
            parts.append(_("{laptop} of {village} is enrolled.").format(**told))
        elif said.returned:
            parts.append(
                _("{laptop} of {village}: {changes} new changes, {returned} entries go back to be mended.").format(
                    **told
                )
            )
        else:
            parts.append(_("{laptop} of {village}: {changes} new changes.").format(**told))
    parts.append(_("Slip {slip}; the laptop's slip has to show the same.").format(slip=one.slip))
    if one.answers:
        parts.append(_("Answer: {files}.").format(files=", ".join(one.answers)))
    return " ".join(parts)


def _answer(office: Office, folder: Path, taken: Taken) -> list[Path]:
    """One envelope a laptop, sealed to it."""
    by_recipient: dict[bytes, list[Part]] = defaultdict(list)
    for part in taken.answers:
        by_recipient[part.recipient].append(part)
    names = {said.village: said.village_name for said in taken.said}
    written = []
    for parts in by_recipient.values():
        village = parts[0].village
        name = _free_name(office, folder, village, f"{names[village]}回执")
        written.append(put_parts(folder, name, parts)[0])
    return written


def _free_name(office: Office, folder: Path, village: bytes, of: str) -> str:
    """A name that nothing there has: a store that was put back counts from an earlier number on."""
    while True:
        number = envelopes.next_number(office.county, village)
        name = file_name(of, office.county.ambient.today(), number)
        if not (folder / name).exists():
            return name


def _move_aside(folder: Path, path: Path) -> None:
    """Into the folder of what was taken, under a name that is free there; where it stays it is known by its hash."""
    aside = folder / TAKEN
    with suppress(OSError):
        aside.mkdir(exist_ok=True)
        target, number = aside / path.name, 1
        while target.exists():
            number += 1
            target = aside / f"{path.stem} ({number}){path.suffix}"
        path.replace(target)
