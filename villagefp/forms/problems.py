"""What is wrong with a form sheet, said all at once: where, and a sentence that names the value."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.errors import UserError
from villagefp.i18n import _


@dataclass(frozen=True)
class Problem:
    """One thing to put right in a sheet; `row` counts as WPS and Excel do, the header is row 1."""

    sheet: str
    row: int | None
    column: str
    message: str

    def __str__(self) -> str:
        if self.row is None:
            return _("Sheet “{sheet}”: {message}").format(sheet=self.sheet, message=self.message)
        if not self.column:
            return _("Sheet “{sheet}”, row {row}: {message}").format(
                sheet=self.sheet, row=self.row, message=self.message
            )
        return _("Sheet “{sheet}”, row {row}, column “{column}”: {message}").format(
            sheet=self.sheet, row=self.row, column=self.column, message=self.message
        )


class FormError(UserError):
    """A form that cannot be used, with every problem that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def shorten(text: str, length: int = 60) -> str:
    """A cell's text as it may stand in a sentence: never a page long."""
    return text if len(text) <= length else text[: length - 1] + "…"
