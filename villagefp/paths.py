"""Where things are: shipped resources, and the folder that holds a village's store."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def root_dir() -> Path:
    """The folder that holds `resources/` and `migrations/`, in a checkout and in an installed bundle alike."""
    return Path(__file__).resolve().parent.parent


def resources_dir() -> Path:
    """Shipped sources of forms, codes, fonts, icons and sheets."""
    return root_dir() / "resources"


def built_dir() -> Path:
    """What `python -m villagefp prepare` makes from resources: compiled forms, catalogues, the pinyin table."""
    return resources_dir() / "built"


def default_data_dir() -> Path:
    """The folder of this worker's store: `VILLAGEFP_DATA`, or the platform's place for user data."""
    if told := os.environ.get("VILLAGEFP_DATA"):
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "villagefp"
    from platformdirs import user_data_path  # noqa: PLC0415  imported late: 20 ms that the window's start can do without

    return user_data_path("villagefp", appauthor=False)


def marks_dir() -> Path:
    """Where it is noted, outside of every store's own folder, how far a store is: an older copy of it is known by that.

    `VILLAGEFP_STATE`, or the platform's place for what programs remember.
    """
    if told := os.environ.get("VILLAGEFP_STATE"):
        return Path(told)
    from platformdirs import user_state_path  # noqa: PLC0415  as above

    return user_state_path("villagefp", appauthor=False) / "marks"
