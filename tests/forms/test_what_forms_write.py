"""What a form says it writes is checked when it is compiled, and the README's table says the same as the forms.

`python -m tests.forms.test_what_forms_write` prints the table, to be put into the README where a form has changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.forms.conftest import table
from villagefp import paths
from villagefp.domain.kept import KINDS
from villagefp.forms import library
from villagefp.forms.compile import compile_sheet, problems_of
from villagefp.forms.package import FormPackage, RecordWrite
from villagefp.forms.targets import TARGETS
from villagefp.wire.declared import BY_NAME
from villagefp.wire.kinds import Travel

Sheet = Callable[..., Path]
QUESTIONS = (
    {"type": "select_one yes", "name": "agreed", "number": "1", "label": "同意"},
    {"type": "date", "name": "lmp", "number": "2", "label": "末次月经"},
    {"type": "text", "name": "secret", "number": "3", "label": "私下", "sealed": "yes"},
    {"type": "calculate", "name": "worked_out", "calculation": "concat(${secret}, '')"},
)
CHOICES = ({"list_name": "yes", "name": "1", "label": "是"},)


def written(sheet: Sheet, *rows: dict[str, str], survey: tuple[dict[str, str], ...] = QUESTIONS) -> Path:
    """A form with these rows in its sheet `entities`."""
    path = sheet(*survey, choices=CHOICES, settings={"form_id": "f", "version": "1"})
    path.write_text(path.read_text(encoding="utf-8") + "\n" + table("entities", *rows), encoding="utf-8")
    return path


def faults(path: Path) -> list[tuple[str, int | None, str]]:
    return [(problem.sheet, problem.row, problem.column) for problem in problems_of(path)]


def test_a_row_becomes_what_the_form_writes(sheet: Sheet) -> None:
    row = {"list_name": "episode", "programme": "anc", "create_if": "${agreed} = '1'", "lmp": "${lmp}"}
    (write,) = compile_sheet(written(sheet, row)).writes
    assert (write.target, write.programme) == ("episode", "anc")
    assert (write.create_if.split(), write.values["lmp"].strip()) == (["/data/agreed", "=", "'1'"], "/data/lmp")


def test_save_to_says_the_same_beside_the_question(sheet: Sheet) -> None:
    saved = tuple({**row, "save_to": "episode#lmp"} if row["name"] == "lmp" else row for row in QUESTIONS)
    row = {"list_name": "episode", "programme": "anc", "create_if": "true()"}
    (write,) = compile_sheet(written(sheet, row, survey=saved)).writes
    assert {name: told.strip() for name, told in write.values.items()} == {"lmp": "/data/lmp"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"list_name": "tree", "create_if": "true()"}, "list_name"),
        ({"list_name": "episode", "create_if": "true()"}, "programme"),
        ({"list_name": "referral", "programme": "anc", "create_if": "true()"}, "programme"),
        ({"list_name": "episode", "programme": "anc", "height": "${lmp}"}, "height"),
        ({"list_name": "episode", "programme": "anc", "lmp": "${agreed}"}, "lmp"),
        ({"list_name": "episode", "programme": "anc", "lmp": "${nobody}"}, "lmp"),
        ({"list_name": "episode", "programme": "anc", "create_if": "nonsense("}, "create_if"),
        ({"list_name": "newborn", "create_if": "${agreed} = '1'"}, "list_name"),
    ],
)
def test_what_the_registry_does_not_know_is_named_with_its_row(sheet: Sheet, row: dict[str, str], column: str) -> None:
    good = {"list_name": "episode", "programme": "anc", "create_if": "true()"}
    assert ("entities", 3, column) in faults(written(sheet, good, row))


@pytest.mark.parametrize("name", ["secret", "worked_out"])
def test_a_sealed_answer_reaches_no_open_field(sheet: Sheet, name: str) -> None:
    referral = {"list_name": "referral", "create_if": "true()", "to_facility": f"${{{name}}}"}
    assert faults(written(sheet, referral)) == [("entities", 2, "to_facility")]
    consent = {"list_name": "consent", "programme": "anc", "create_if": f"${{{name}}} != ''"}
    assert faults(written(sheet, consent)) == [("entities", 2, "create_if")]


def test_a_sealed_answer_may_be_kept_under_seal(sheet: Sheet) -> None:
    private = {
        "list_name": "private_episode",
        "programme": "iud",
        "create_if": "${secret} != ''",
        "facility": "${secret}",
    }
    assert faults(written(sheet, private)) == []
    reason = {"list_name": "referral", "create_if": "true()", "reason": "${agreed}"}
    assert faults(written(sheet, reason)) == []


def test_a_question_saved_to_nothing_is_named(sheet: Sheet) -> None:
    saved = tuple({**row, "save_to": "referral#to_facility"} if row["name"] == "secret" else row for row in QUESTIONS)
    row = {"list_name": "episode", "programme": "anc", "create_if": "true()"}
    assert ("survey", 4, "save_to") in faults(written(sheet, row, survey=saved))


@pytest.mark.parametrize("name", TARGETS)
def test_targets_are_of_the_registry(name: str) -> None:
    target = TARGETS[name]
    assert target.kind in {kind.KIND for kind in KINDS}
    fields = BY_NAME[target.kind].by_name
    own_names = {
        "private_episode",
        "private_consent",
        "private_referral",
        "member_change",
        "person",
        "newborn",
        "stock_move",
    }
    if name not in own_names:
        assert set(target.values) <= set(fields)
        assert target.sealed == {each for each in target.values if fields[each].travel is Travel.SEALED}
    if name.startswith("private_") or name == "stock_move":
        assert target.sealed == set(target.values)


def packages() -> list[FormPackage]:
    folder = paths.resources_dir() / "forms"
    ledger = library.LEDGER
    assert (folder / ledger).exists()
    return [compile_sheet(file) for file in sorted(folder.glob("*.md"))]


def test_no_episode_opens_without_a_consent_asked_in_the_same_form() -> None:
    for package in packages():
        consents = {(write.programme, write.create_if) for write in package.writes if write.target.endswith("consent")}
        for write in package.writes:
            if write.target.endswith("episode") and write.create_if:
                assert (write.programme, write.create_if) in consents, package.form_id


def test_a_private_programme_is_private_in_every_form() -> None:
    private: dict[str, set[bool]] = {}
    for package in packages():
        for write in package.writes:
            if write.programme:
                private.setdefault(write.programme, set()).add(write.target.startswith("private"))
    assert all(len(told) == 1 for told in private.values()), private
    assert {name for name, told in private.items() if True in told} == {
        "iud", "iud_removal", "implant", "implant_removal", "tubal", "vasectomy", "pac", "pill", "injection", "condom",
    }  # fmt: skip


def words_of(write: RecordWrite) -> Iterator[str]:
    values = ", ".join(sorted(write.values))
    name = f"`{write.programme}`" if write.programme else f"`{write.target}`"
    if write.reads:
        yield f"looks up {name}"
        return
    if write.target.endswith("consent"):
        yield f"consent to {name}, after a yes"
        return
    with_values = f" ({values})" if values else ""
    if write.create_if:
        yield f"{'opens' if write.programme else 'makes'} {name}{with_values}"
    if write.update_if and not write.create_if:
        yield f"changes {name}{with_values}"
    if write.close_if:
        yield f"closes {name}"
    if not (write.create_if or write.update_if or write.close_if):
        yield f"is part of {name}"


def lines() -> list[str]:
    told = ["| form | what it writes |", "|---|---|"]
    for package in packages():
        words = [word for write in package.writes for word in words_of(write)]
        if words:
            told.append(f"| `{package.form_id}` | {'; '.join(words)} |")
    return told


def test_the_readme_says_which_form_opens_and_closes_what() -> None:
    text = (paths.root_dir() / "README.md").read_text(encoding="utf-8")
    found = re.search(r"### Which form opens and closes what\n.*?\n\n(\|.*?\n)\n", text, re.DOTALL)
    assert found is not None
    assert found[1].splitlines() == lines()


if __name__ == "__main__":
    print("\n".join(lines()))
