"""What every screen is given: the store, the one door for slow work, the dialogs, and the ways to go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from villagefp.domain.ambient import Ambient
from villagefp.settings import Settings
from villagefp.ui.dialogs import Dialogs
from villagefp.ui.jobs import Jobs

if TYPE_CHECKING:
    from villagefp.services.sheets import Renderer
    from villagefp.storage.store import Store  # heavy: only imported once the sign-in screen stands
    from villagefp.ui.pdf_pages import Drawer


@dataclass(frozen=True)
class Place:
    """Where in the program one is: a screen of the registry, and what it shows."""

    screen: str
    target: object = None


class Changes(QObject):
    """Told after each save, so that screens read again what they show."""

    saved = Signal()


@dataclass(frozen=True)
class ScreenContext:
    """One per signed-in session; screens keep it and ask it for everything."""

    store: Store
    jobs: Jobs
    ambient: Ambient
    settings: Settings
    dialogs: Dialogs
    changes: Changes
    render: Renderer  # makes PDFs, in a process of its own
    draw: Drawer  # draws their pages, there too
    go: Callable[[Place], None]
    back: Callable[[], None]
    replace: Callable[[Place], None]  # go on without a way back to what is shown
    note: Callable[[str], None]  # what was done and saved, in a short word in the status strip
    hint: Callable[[str], None]  # a short word there that goes with the page it was said on
    restyle: Callable[[], None]  # after language, text size or colours were changed
    leave: Callable[[], None]  # close this village and stand before the door
    practice: bool = False
