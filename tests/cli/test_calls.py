"""Words of a call that are off: argparse says so, in the worker's language."""

from __future__ import annotations

import argparse

import pytest

from villagefp.cli.main import run_command
from villagefp.cli.output import speak
from villagefp.office import run_county


@pytest.mark.parametrize(
    "words",
    [
        ["exchange"],
        ["exchange", "--usb"],
        ["exchange", "--usb", "E:", "--file", "x.vfp"],
        ["exchange", "--county", "--what"],
        ["enrol", "--file", "x.vfp"],
        ["nothing"],
        ["county"],
        ["county", "enrol", "--db", "x", "--days", "many"],
        ["county", "publish", "--db", "x", "--again", "one"],
        ["county", "publish", "--db", "x", "--v", "1", "--from", "2027-13-01"],
        ["county", "seed", "--d", "x"],
    ],
)
def test_words_that_are_off_are_told_without_english(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    with pytest.raises(SystemExit) as ended:
        run_county(words[1:]) if words[0] == "county" else run_command(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    sentence = said[said.rindex("villagefp") :]
    assert "什么也没有做" in sentence
    for english in ("usage", "error", "argument", "required", "invalid", "expected", "choose"):
        assert english not in said


def test_help_is_in_the_language_in_use(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for language, heading in (("zh_CN", "用法："), ("en", "usage: ")):
        monkeypatch.setenv("VILLAGEFP_LANG", language)
        with pytest.raises(SystemExit):
            run_command(["exchange", "--help"])
        assert capsys.readouterr().out.startswith(heading)


def test_what_only_our_own_mistake_brings_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    speak()
    with pytest.raises(ValueError, match="not callable"):
        argparse.ArgumentParser().add_argument("--x", type="int")
