"""The one hook for bugs: written to the log without anything about people, and shown with what to do next."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from villagefp import __version__
from villagefp.errors import UserError

LOG = logging.getLogger("villagefp")
LOG_FILE = "villagefp.log"
_LARGEST = 200_000


def start_log(folder: Path) -> None:
    """Log to a small file in the data folder; events and ids only, never names, birth dates or phone numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / LOG_FILE
    if file.exists() and file.stat().st_size > _LARGEST:
        file.replace(file.with_suffix(".old.log"))
    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)


def stop_log() -> None:
    """Close the log file, so that the folder can be moved or copied."""
    for handler in list(LOG.handlers):
        LOG.removeHandler(handler)
        handler.close()


def report(error: BaseException) -> str:
    """Where a bug happened, without its message: messages may carry values, and values may be people."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    causes = f" ← {type(error.__cause__).__name__}" if error.__cause__ else ""
    return "\n".join([f"villagefp {__version__}: {type(error).__name__}{causes}", *where])


def install(show_refusal: Callable[[str], None], show_report: Callable[[str], None]) -> Callable[[BaseException], None]:
    """Set the hook; the function it returns is also the default for errors of jobs."""

    def handle(error: BaseException) -> None:
        if isinstance(error, UserError):
            show_refusal(str(error))
            return
        text = report(error)
        LOG.error(text)
        show_report(text)

    def hook(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            sys.exit(130)
        handle(error)

    sys.excepthook = hook
    return handle
