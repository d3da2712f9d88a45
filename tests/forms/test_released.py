"""What was released stays: every version of a form can be opened, and no option that was ever chosen vanishes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from villagefp import paths
from villagefp.forms import library
from villagefp.forms.ledger import Released, note_released, read_ledger, read_released
from villagefp.forms.package import Choice, FormPackage

FOLDER = paths.resources_dir() / "forms"


def versions_of(form_id: str) -> list[FormPackage]:
    return [library.load(form_id, version) for version in library.built_in().get(form_id, ())]


def test_every_released_version_is_there_and_the_newest_has_every_option() -> None:
    """Where this fails: keep the sheet of the old version in `earlier/`, and give the option `retired` in the new one.

    What no release ever had may be taken out of released.json by hand.
    """
    released = read_released(FOLDER / library.RELEASED)
    lost = {form_id: gone for form_id, one in released.items() if (gone := one.missing_in(versions_of(form_id)))}
    assert lost == {}
    assert set(released) == set(library.form_ids())


def test_numbers_of_every_version_are_on_record_and_mean_one_question_each() -> None:
    ledger = read_ledger(FOLDER / library.LEDGER)
    for form_id in library.form_ids():
        for package in versions_of(form_id):
            numbers = {question.name: question.number for question in package.questions if question.number}
            assert numbers.items() <= ledger[form_id].items()
        assert len(set(ledger[form_id].values())) == len(ledger[form_id])


@pytest.fixture
def package() -> FormPackage:
    return library.load("need_record")


def test_a_vanished_option_or_version_is_named(package: FormPackage) -> None:
    record = Released().with_(package)
    assert record.missing_in([package]) == []
    fewer = replace(package, version="2", choices={**package.choices, "need_code": package.choices["need_code"][1:]})
    assert record.missing_in([package, fewer]) == ["option 1 of need_code"]
    assert record.missing_in([fewer]) == ["version 1", "option 1 of need_code"]
    retired = Choice("1", {"zh": "健康教育资料"}, {"retired": "yes"})
    kept = replace(fewer, choices={**fewer.choices, "need_code": (*fewer.choices["need_code"], retired)})
    assert record.missing_in([package, kept]) == []
    assert record.missing_in([])[0] == "version 1"


def test_the_record_only_grows(package: FormPackage, tmp_path: Path) -> None:
    path = tmp_path / "released.json"
    note_released(path, [package])
    before = path.read_bytes()
    note_released(path, [package])
    assert path.read_bytes() == before
    fewer = replace(package, version="2", choices={"need_code": (*package.choices["need_code"][:1], Choice("99", {}))})
    note_released(path, [fewer])
    told = read_released(path)["need_record"]
    assert told.versions == ("1", "2")
    assert told.options["need_code"][-1] == "99"
    assert set(told.options) == set(package.choices)
    assert json.loads(before) != json.loads(path.read_bytes())


def test_an_earlier_version_is_built_beside_the_newest(tmp_path: Path) -> None:
    source, out = tmp_path / "forms", tmp_path / "built"
    (source / library.EARLIER).mkdir(parents=True)
    sheet = FOLDER / "need_record.md"
    shutil.copy(sheet, source / library.EARLIER / "need_record.1.md")
    shutil.copy(FOLDER / library.LEDGER, source / library.LEDGER)
    text = sheet.read_text(encoding="utf-8").replace("| need_record | 1 |", "| need_record | 2 |")
    (source / "need_record.md").write_text(text, encoding="utf-8")
    (out).mkdir()
    (out / "stale.1.json").write_bytes(b"{}")
    written = library.build_all(out, source)
    assert sorted(file.name for file in out.iterdir()) == ["need_record.1.json", "need_record.2.json"]
    assert sorted(library.read(file.read_bytes()).version for file in written) == ["1", "2"]
    assert read_released(source / library.RELEASED)["need_record"].versions == ("2", "1")
