"""Which screens there are. A screen is imported when it is first opened, so that the window is painted before."""

from __future__ import annotations

import importlib
from types import ModuleType

from villagefp.i18n import _

RAIL = ("today", "households", "calendar", "supplies", "import_roster", "settings")
"""The screens of the rail, in order; Alt+1 … Alt+6."""

SCREENS = (*RAIL, "household", "person", "form", "preview", "desk")
"""Every screen that is opened with a store; each is a module with NAME, title() and build()."""

ICONS = {
    "today": "today", "households": "households", "calendar": "calendar", "supplies": "supplies",
    "import_roster": "import", "settings": "settings",
}  # fmt: skip


def rail_titles() -> dict[str, str]:
    """What the rail calls its screens: as they call themselves, but without importing them first."""
    return {
        "today": _("Today"), "households": _("Households"), "calendar": _("Calendar"),
        "supplies": _("Supplies"), "import_roster": _("Import"), "settings": _("Settings"),
    }  # fmt: skip


def screen(name: str) -> ModuleType:
    """The module of a screen."""
    if name not in SCREENS:
        raise KeyError(name)
    return importlib.import_module(f"villagefp.ui.screens.{name}")


def warm_up() -> None:
    """Import what signing in will need; run beside the painted sign-in screen, not on the UI thread."""
    importlib.import_module("villagefp.storage.store")
    importlib.import_module("villagefp.ui.workplace")
    screen("today")


def warm_more() -> None:
    """Import the screens of every day, once the first page stands: the first click should not wait for it."""
    for name in ("households", "household", "person", "form", "desk"):
        screen(name)
