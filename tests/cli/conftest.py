"""The command line in process: a store of a real roster, one call a line, answers as text or JSON."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PASSPHRASE, Steps
from villagefp import i18n, paths
from villagefp.__main__ import main
from villagefp.cli import opening
from villagefp.cli import store as store_commands
from villagefp.domain.ambient import Ambient

ROSTER = paths.resources_dir() / "practice" / "roster.xlsx"


@dataclass(frozen=True)
class Answer:
    """What one call said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a call with --json."""
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ambient: Ambient) -> Iterator[Call]:
    """Calls the program as it stands, in English unless told, at the tests' time."""
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("VILLAGEFP_LANG", "en")
    for module in (opening, store_commands):
        monkeypatch.setattr(module, "AMBIENT", ambient)

    def call(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:  # argparse ends the program itself
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    yield call
    i18n.set_language("en")


@pytest.fixture
def folder(tmp_path: Path, store_template: Path) -> Path:
    """A store without people."""
    shutil.copytree(store_template, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def call(bare: Call, folder: Path) -> Call:
    """Calls a command on the store of `folder`."""
    return lambda *words: bare(*words, "--data", folder)


@pytest.fixture(scope="session")
def filled_template(tmp_path_factory: pytest.TempPathFactory, store_template: Path) -> Path:
    """A store with the practice roster, imported once by the command itself."""
    made = tmp_path_factory.mktemp("filled") / "store"
    earlier = Ambient(now=Steps(datetime(2026, 11, 20, 1, 0, tzinfo=UTC)), random=random.Random(20261120).randbytes)
    shutil.copytree(store_template, made)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
        patched.setenv("VILLAGEFP_LANG", "en")
        patched.setattr(opening, "AMBIENT", earlier)
        assert main(["import-roster", str(ROSTER), "--data", str(made)]) == 0
    return made


@pytest.fixture
def village(bare: Call, tmp_path: Path, filled_template: Path) -> Call:
    """Calls a command on a store with the practice roster."""
    shutil.copytree(filled_template, tmp_path / "village")
    return lambda *words: bare(*words, "--data", tmp_path / "village")
