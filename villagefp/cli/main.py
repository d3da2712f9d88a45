"""The command line: the same services without a window, for county staff, scripts and tests.

Exit code 0: done; 1: refused, with a sentence; 2: the words of the call are off.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from villagefp import __version__, paths
from villagefp.cli.output import Output, speak
from villagefp.errors import UserError
from villagefp.i18n import _

_MODULES = {
    "init": "store",
    "doctor": "store",
    "import-roster": "roster",
    "person": "people",
    "visit": "visits",
    "due": "due",
    "print": "sheets",
    "forms": "forms",
    "programmes": "packages",
    "param": "packages",
    "stock": "stock",
    "conflicts": "conflicts",
    "exchange": "exchange",
    "enrol": "exchange",
    "prepare": "prepare",
}
"""Which module of `villagefp.cli` knows a word: only that one is loaded, as storage and PDF libraries are heavy."""


def run_command(words: list[str]) -> int:
    """Do what the words say; returns the exit code."""
    speak()
    parser = _parser(words[0] if words else "")
    told = parser.parse_args(words)
    output = Output(as_json=told.json)
    try:
        return int(told.run(told, output) or 0)
    except UserError as refusal:
        output.refuse(str(refusal))
        return 1


def _parser(word: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="villagefp",
        description=_("The register, visits and forms of a village health worker. Without words: the window."),
    )
    parser.add_argument("--version", action="version", version=f"villagefp {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, default=paths.default_data_dir(), help=_("folder of the village's store"))
    common.add_argument("--json", action="store_true", help=_("machine-readable output"))
    commands = parser.add_subparsers(dest="command", required=True, metavar=_("COMMAND"))
    for module in (_MODULES[word],) if word in _MODULES else dict.fromkeys(_MODULES.values()):
        importlib.import_module(f"villagefp.cli.{module}").add_to(commands, common)
    # Taken by `villagefp.__main__` before the command line is loaded; named here for --help.
    commands.add_parser("county", help=_("the store of a county or township office"))
    commands.add_parser("demo", help=_("the main job on an invented village, with pictures and PDFs"))
    return parser
