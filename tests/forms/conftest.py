"""Forms for tests: small ones written in place, and the shipped ones, compiled once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs

SURVEY = "| survey | |\n"


def table(name: str, *rows: dict[str, str]) -> str:
    """A Markdown table of a sheet; columns in the order in which they first appear."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [f"| {name} |", "| | " + " | ".join(columns) + " |"]
    lines += ["| | " + " | ".join(row.get(column, "").replace("|", "\\|") for column in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Writes a form sheet from rows of survey and choices."""

    def write(
        *survey: dict[str, str], choices: tuple[dict[str, str], ...] = (), settings: dict[str, str] | None = None
    ) -> Path:
        text = table("survey", *survey)
        text += table("choices", *choices) if choices else ""
        text += table("settings", settings) if settings else ""
        path = tmp_path / "form.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def fill(sheet: Callable[..., Path], ambient: Ambient) -> Callable[..., FormSession]:
    """Compiles a small form and opens it."""

    def opened(*survey: dict[str, str], inputs: FormInputs | None = None, **more: Any) -> FormSession:
        package = compile_sheet(sheet(*survey, **more))
        return FormSession(package, ambient=ambient, inputs=inputs)

    return opened


@pytest.fixture(scope="session")
def newborn_form() -> FormPackage:
    return compile_sheet(paths.resources_dir() / "forms" / "newborn_home_visit.md")


@pytest.fixture(scope="session")
def household_form() -> FormPackage:
    return compile_sheet(paths.resources_dir() / "forms" / "household_visit.md")
