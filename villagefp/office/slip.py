"""The slip with an enrolment code: one page for the worker, handed over apart from the file."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.i18n import _


@dataclass(frozen=True, kw_only=True)
class Words:
    """What stands on a slip."""

    village: str
    village_code: str
    label: str
    role: str
    code: str
    until: str
    address: str
    file: str


def pdf(words: Words) -> bytes:
    """The page."""
    # Paper takes 0.3 s and 30 MB to load, and most commands print nothing.
    from villagefp.printing.fonts import load_fonts  # noqa: PLC0415
    from villagefp.printing.page import BODY, HEIGHT, MARGIN, WIDTH, Sheet  # noqa: PLC0415

    page = Sheet(load_fonts(), _("Enrolment of a laptop"))
    y = HEIGHT - MARGIN - 40
    page.centred(WIDTH / 2, y, _("Enrolment of a laptop"), size=20, bold=True)
    y -= 40
    for line in _lines(words):
        page.text(MARGIN + 20, y, line, size=12)
        y -= 22
    y -= 20
    page.stroke(1.1)
    page.rectangle(MARGIN + 20, y - 26, BODY - 40, 52)
    page.centred(WIDTH / 2, y - 8, words.code, size=24, bold=True)
    y -= 64
    for line in _steps(words):
        for set_line in page.setter.flow(page.setter.words(line), BODY - 40):
            page.line(MARGIN + 20, y, set_line)
            y -= set_line.height
        y -= 6
    return page.pdf()


def _lines(words: Words) -> list[str]:
    lines = [
        _("Village: {name} ({code})").format(name=words.village, code=words.village_code),
        _("Laptop: {name}").format(name=words.label),
        _("Works as: {role}").format(role=words.role),
        _("The code is good once, until {day}.").format(day=words.until),
    ]
    if words.address:
        lines.append(_("Address of the county: {address}").format(address=words.address))
    return lines


def _steps(words: Words) -> list[str]:
    steps = [
        _("1. Start the program on the laptop, open “Exchange” and choose “Enrol at the county”."),
        _("2. With a network: type the address and the code. Without one: choose the file {file} and type the code.")
        .format(file=words.file),
        _("3. Without a network, write a stick for the county afterwards: the enrolment is on it and has to arrive."),
        _("Keep this slip apart from the file, and destroy it when the laptop is enrolled."),
    ]  # fmt: skip
    if not words.address:
        steps[1] = _("2. Choose the file {file} and type the code.").format(file=words.file)
    return steps
