"""SQLAlchemy without what it does not need here, in a process where nothing else has imported it."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORT = "import sys, villagefp.storage.store"


def told(program: str, first: str = IMPORT) -> str:
    """What a fresh process prints that imports the store and goes on with the program."""
    run = subprocess.run(
        [sys.executable, "-c", f"{first}\n{program}"], capture_output=True, text=True, timeout=60, check=True
    )
    return run.stdout.strip()


def test_a_store_needs_neither_asyncio_nor_plug_ins() -> None:
    unused = ("asyncio", "ssl", "socket", "email", "importlib.metadata")
    assert told(f"print([name for name in {unused} if name in sys.modules])") == "[]"


LATER = {
    "import asyncio\nasync def f(): return 7\nprint(asyncio.run(f()))": "7",
    "import asyncio.events\nprint(asyncio.events.AbstractEventLoop.__name__)": "AbstractEventLoop",
    "from importlib import metadata\nprint(metadata.version('sqlalchemy')[:2])": "2.",
    "import importlib.metadata\nprint(type(importlib.metadata).__name__)": "module",
}
INSIDE = {
    """
import asyncio
from sqlalchemy.util.concurrency import is_exit_exception
print(is_exit_exception(asyncio.CancelledError()), is_exit_exception(ValueError()))
""": "True False",
    """
from sqlalchemy.util.concurrency import iscoroutine
async def f(): pass
made = f()
print(iscoroutine(made), iscoroutine(7))
made.close()
""": "True False",
    """
from sqlalchemy.util import langhelpers
print(langhelpers.importlib.metadata.version("alembic")[:2])
""": "1.",
}


@pytest.mark.parametrize(("program", "answer"), LATER.items())
def test_who_wants_them_later_gets_them(program: str, answer: str) -> None:
    assert told(program) == answer


@pytest.mark.parametrize(("program", "answer"), INSIDE.items())
def test_sqlalchemy_finds_them_where_it_does_ask(program: str, answer: str) -> None:
    assert told(program) == answer


def test_a_module_that_is_there_stays() -> None:
    program = """
import asyncio, villagefp.storage
from sqlalchemy.util import concurrency
print(concurrency.asyncio is asyncio is sys.modules["asyncio"])
"""
    assert told(program, first="import sys") == "True"
