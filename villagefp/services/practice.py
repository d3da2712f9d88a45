"""The practice village: invented people in a store of its own, to try everything without harm."""

from __future__ import annotations

from pathlib import Path

from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.i18n import _
from villagefp.services import roster
from villagefp.services.households import household_lines
from villagefp.storage.store import Store, create_store, open_store, store_exists

_PASSPHRASE = "practice village only"  # noqa: S105  it opens invented people only, and nobody types it
_VILLAGE_CODE = "990101101201"


def open_practice(folder: Path, ambient: Ambient) -> Store:
    """The practice village's store; made, and filled from the workbook that is shipped, when it is first wanted."""
    if store_exists(folder):
        store = open_store(folder, _PASSPHRASE, ambient)
    else:
        store = create_store(
            folder,
            village_code=_VILLAGE_CODE,
            village_name=_("Willow Bay (practice)"),
            worker_name=_("Village doctor"),
            passphrase=_PASSPHRASE,
            ambient=ambient,
        ).store
    try:
        if not household_lines(store):
            _fill(store)
    except BaseException:
        store.close()
        raise
    return store


def _fill(store: Store) -> None:
    today = store.ambient.today()
    preview = roster.open_workbook(paths.resources_dir() / "practice" / "roster.xlsx", remembered=None, today=today)
    roster.import_roster(store, roster.plan_import(store, preview, today))
