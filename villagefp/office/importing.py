"""`county import`: every roster workbook of a folder becomes a village of the county's.

A workbook is imported by a laptop that lives for as long as it takes, with a real store of its own, so nothing here
reads rosters in another way than a village does. What it wrote is delivered as any laptop's is; then it is revoked.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import delete, func, select

from villagefp.cli.opening import AMBIENT
from villagefp.cli.output import Output
from villagefp.county import devices, enrolment, office_values, rings
from villagefp.county.accept import accept_batch
from villagefp.county.delivery import Taken
from villagefp.county.devices import NewDevice
from villagefp.county.office_values import VAULT
from villagefp.county.store import County
from villagefp.county.tables import METADATA
from villagefp.county.tables import device as device_table
from villagefp.domain import village_code
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.enrolling import WHO
from villagefp.office.opening import Office, opened
from villagefp.services import roster
from villagefp.storage import device_key, outbox
from villagefp.storage.keyslots import Cost
from villagefp.storage.store import Joining, Store, create_store
from villagefp.wire import village_key
from villagefp.wire.signing import new_key
from villagefp.wire.village_key import VillageKey

LABEL = "county import"
"""The name of the laptop that imports, in the county's list."""
_KINDS = {".xlsx", ".xls", ".ods"}
_NAME = re.compile(r"(?P<code>\d{12})[\s_\-－]*(?P<name>.+)")
_ONCE = Cost(passes=1, memory=8192)
"""The store is gone in a minute, and its passphrase is chance: guessing it need not be dear."""


@dataclass
class Imported:
    """What became of a workbook."""

    file: str
    code: str = ""
    name: str = ""
    refusal: str = ""
    report: dict[str, object] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """As people read it."""
        if self.refusal:
            return f"{self.file}: {self.refusal}"
        return _("{village} ({code}): {households} households, {persons} persons, {issues} things to look at.").format(
            village=self.name,
            code=self.code,
            households=self.report["households"],
            persons=self.report["persons"],
            issues=len(self.report["issues"]),  # type: ignore[arg-type]
        )

    @property
    def json(self) -> dict[str, object]:
        """As scripts read it."""
        told: dict[str, object] = {"file": self.file, "village": self.code, "village_name": self.name}
        return told | ({"error": self.refusal} if self.refusal else self.report)


def import_folder(told: argparse.Namespace, output: Output, cost: Cost) -> int:
    """Import every workbook; one that is refused stops no other."""
    del cost  # of the stores that are made here nobody guesses a passphrase
    folder = Path(told.folder)
    if not folder.is_dir():
        raise UserError(_("There is no folder {folder}. Check its name.").format(folder=folder))
    files = sorted(each for each in folder.iterdir() if each.suffix.lower() in _KINDS and not each.name.startswith("~"))
    if not files:
        raise UserError(_("In {folder} there is no workbook (.xlsx, .xls).").format(folder=folder))
    done = []
    with opened(told) as office:
        for file in files:
            one = Imported(file.name)
            try:
                _import(office, file, one)
            except UserError as refusal:
                one.refusal = str(refusal)
            output.note(one.line)
            done.append(one)
    refused = sum(1 for one in done if one.refusal)
    output.tell(
        _("Villages imported: {done}. Refused: {refused}.").format(done=len(done) - refused, refused=refused),
        [one.json for one in done],
    )
    return 1 if refused else 0


def _import(office: Office, file: Path, one: Imported) -> None:
    named = _NAME.fullmatch(file.stem.strip())
    if named is None:
        raise UserError(
            _("The name of the file has to say code and name of the village, such as 990101101201 柳树湾村.xlsx.")
        )
    one.code, one.name = village_code.read(named["code"]).code, named["name"].strip()
    county = office.county
    with county.read() as connection:
        here = enrolment.found(connection, one.code)
        village = enrolment.planned(connection, one.code) or county.ambient.new_id()
        vault = office_values.get(connection, VAULT)
    if here is not None:
        if not _is_half(county, here):
            raise UserError(_("The village {name} is in the county's store already.").format(name=one.name))
        _forget(county, here)  # of an import that was cut short
    with TemporaryDirectory(prefix="villagefp-import-") as folder:
        store = _store(Path(folder) / "store", village, one)
        try:
            one.report = roster.to_json(_imported(store, file))
            _deliver(county, store, one, vault)
        finally:
            store.close()


def _store(folder: Path, village: bytes, one: Imported) -> Store:
    joining = Joining(village, AMBIENT.new_id(), new_key(AMBIENT.random), lambda _connection, _keys: None)
    return create_store(
        folder,
        village_code=one.code,
        village_name=one.name,
        worker_name=_("county office"),
        passphrase=AMBIENT.random(20).hex(),
        ambient=AMBIENT,
        cost=_ONCE,
        joining=joining,
    ).store


def _imported(store: Store, file: Path) -> roster.RosterResult:
    today = store.ambient.today()
    preview = roster.open_workbook(file, remembered=roster.remembered(store), today=today)
    return roster.import_roster(store, roster.plan_import(store, preview, today))


def _deliver(county: County, store: Store, one: Imported, vault: bytes | None) -> None:
    """Everything of the store, as its laptop would send it; nothing stays of a delivery that fails."""
    origin = store.origin
    new = NewDevice(origin.device, device_key.own_key(store).public, LABEL, "village_doctor")
    county.found_village(origin.village, one.code, one.name)
    try:
        devices.enrol(county, origin.village, new, WHO)
        _accept(county, store)
        if vault is not None:  # what the workbook said in confidence lies under the store's own key
            own = VillageKey(0, store.keys_for(None).sealed)
            with county.write() as connection:
                rings.give(
                    connection,
                    origin.village,
                    origin.device,
                    village_key.wrap(own, origin.village, origin.device, vault),
                )
        devices.revoke(county, origin.village, origin.device, WHO)
    except BaseException:
        _forget(county, origin.village)
        raise


def _accept(county: County, store: Store) -> None:
    outbox.fill(store)
    with store.read() as connection:
        for waiting in outbox.waiting(connection, store.origin, 0):
            outcome = accept_batch(county, outbox.data(connection, waiting.name))
            if not isinstance(outcome, Taken) or outcome.held:
                raise ValueError(f"A batch of an import was not taken: {outcome}")


def _is_half(county: County, village: bytes) -> bool:
    """Whether nothing but an import that was never ended knows this village."""
    query = select(func.count(), func.min(device_table.c.label), func.min(device_table.c.revoked)).where(
        device_table.c.village == village
    )
    with county.read() as connection:
        count, label, revoked = connection.execute(query).one()
    return bool(count == 0 or (count == 1 and label == LABEL and not revoked))


def _forget(county: County, village: bytes) -> None:
    with county.write() as connection:
        for table in METADATA.tables.values():
            if "village" in table.c:
                connection.execute(delete(table).where(table.c.village == village))
