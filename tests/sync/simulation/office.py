"""The county of the simulation: its real store in a file, its keys, its backups, and the process that answers."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from pathlib import Path

from sqlalchemy import Engine

from tests.sync.simulation import model
from tests.sync.simulation.machines import Clock, Power, PowerCut
from tests.sync.simulation.model import COLUMNS, Row
from villagefp.county import enrolment, exchange, keys
from villagefp.county.engine import sqlite_engine
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.sync.road import LineError, Refused, Why
from villagefp.wire.frames import RequestReader, pack_answer

KEY = bytes(range(32))
ROOM = 4 * 1024 * 1024


class Office:
    """A county's office."""

    def __init__(self, template: Path, folder: Path, clock: Clock, chance: random.Random) -> None:
        folder.mkdir()
        self.path = folder / "county.db"
        shutil.copyfile(template, self.path)
        self.clock = clock
        self.keys = keys.of_secret(chance.randbytes(32))
        self.power = Power()
        self.backups: list[bytes] = []
        self.put_back = 0
        self.ever: dict[tuple[bytes, bytes], dict[int, bytes]] = defaultdict(dict)
        """Links that were here before the store was put back, by village, device and seq."""
        self.room = ROOM
        self._ambient = Ambient(now=clock, random=chance.randbytes)
        self._engine: Engine | None = None

    @property
    def county(self) -> County:
        """Its store; another process each time after one died."""
        if self._engine is None:
            self._engine = sqlite_engine(self.path, KEY)
            self.power.watch(self._engine)
        return County(self._engine, self._ambient)

    def close(self) -> None:
        """End the process."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        self.power.on()

    def answer(self, request: bytes) -> bytes | None:
        """What the process answers to the bytes that reached it; nothing where it died over them, or they were cut."""
        reader = RequestReader()
        try:
            reader.feed(request)
            if reader.hello is None:
                return None
            if not reader.whole:
                exchange.broke_off(self.county, self.keys, reader.hello, reader.pieces, reader.broken_off())
                return None
            heard = exchange.hear(self.county, self.keys, reader.hello, reader.pieces, room=self.room)
            return pack_answer(heard.answer, heard.following)
        except PowerCut:
            self.close()
            return None
        except exchange.UnknownDeviceError as unknown:
            raise Refused(Why.UNKNOWN) from unknown
        except UserError as refused:
            raise LineError(Why.FAILED) from refused

    def claim(self, told: bytes) -> bytes | None:
        """What the process says to a laptop that goes on under another name."""
        try:
            return enrolment.claim(self.county, self.keys, told)
        except PowerCut:
            self.close()
            return None

    def log(self, village: bytes) -> list[Row]:
        """All changes of a village that are here, those held too."""
        with self.county.read() as connection:
            query = f"SELECT {COLUMNS} FROM change_log WHERE village = ? ORDER BY device, seq"
            return model.rows(connection.exec_driver_sql(query, (village,)))

    def placed(self, village: bytes) -> dict[model.Name, int]:
        """The scopes of the changes that are in force, by name."""
        with self.county.read() as connection:
            query = "SELECT device, seq, scope FROM change_log WHERE village = ? AND scope IS NOT NULL"
            return {(bytes(row[0]), row[1]): row[2] for row in connection.exec_driver_sql(query, (village,))}

    def backup(self) -> None:
        """Copy the file, as a nightly backup does."""
        self.close()
        self.backups.append(self.path.read_bytes())

    def roll_back(self, to: bytes) -> None:
        """The file is as it was; what had come since is gone."""
        with self.county.read() as connection:
            for village, device, seq, link in connection.exec_driver_sql(
                "SELECT village, device, seq, link FROM change_log"
            ):
                self.ever[bytes(village), bytes(device)][seq] = bytes(link)
        self.close()
        for side in ("-wal", "-shm"):
            self.path.with_name(self.path.name + side).unlink(missing_ok=True)
        self.path.write_bytes(to)
        self.put_back += 1
