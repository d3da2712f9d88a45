"""Who this laptop is: taking a new identity where it is a copy, and noticing that it is one.

Changes of a device have names that the whole village relies on. A laptop whose folder was copied, or put back to an
older state, would give names a second time. So it goes on under a new id with a new key, and issues again under it
what the county does not have: the same records, fields and stamps, in the same groups, under new names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection

from villagefp.storage import digests, erasures, exchange_facts, imports, key_covers, local, log, outbox, sending, trust
from villagefp.storage.files import write_durably
from villagefp.storage.log import Origin, Tail
from villagefp.storage.reissued import renamed
from villagefp.wire import links
from villagefp.wire.change import ChangeName, LoggedChange
from villagefp.wire.cursor import TAG_BYTES
from villagefp.wire.erasure import open_erasure, sign_erasure
from villagefp.wire.hello import name_of
from villagefp.wire.signing import SigningKey
from villagefp.wire.succession import sign_succession
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.opened import Store
    from villagefp.storage.taking import Taking

_LINEAGE = "lineage"
_SUCCESSIONS = "successions"
_TOLD = "successions told"
_FINGERPRINT = "fingerprint"
_ALL = (1 << 62) - 1
"""A seq that no device reaches: everything of an identity that was left is at the county, or came from there."""
_MAGIC = b"villagefp mark 1\n"
_CHECK_BYTES = 16
_Marks = dict[bytes, tuple[int, bytes]]
"""By device the highest own seq that was ever seen, with the first bytes of its link."""


def take_new(store: Store, common: int) -> bytes:
    """Go on under a new id and key; what the county does not have is issued again under it. Returns the succession.

    `common` is the own seq up to which the county is known to have the very same changes. All of it is one transaction:
    after a power cut this laptop is wholly the old device or wholly the new one.
    """
    device = store.ambient.new_id()
    with store.becoming(device) as taking:
        return _Becoming(store, taking, device).go(common)


class _Becoming:
    """One laptop on its way from one identity to the next."""

    def __init__(self, store: Store, taking: Taking, device: bytes) -> None:
        self.taking = taking
        self.connection = taking.connection
        self.random = store.ambient.random
        self.old = log.own_origin(self.connection)
        self.new = Origin(self.old.village, device)

    def go(self, common: int) -> bytes:
        """Do all of it."""
        connection = self.connection
        border = _whole_groups(connection, self.old, common)
        old_key = trust.found_key(connection) or trust.make_key(connection, self.random)
        digests.leave(connection)
        outbox.shorten(connection, border)
        dropped = log.changes_between(connection, self.old, border + 1, _ALL)
        self._drop(border)
        names = self._issue(dropped)
        trust.pin(connection, old_key.public)  # what it signed still counts here
        new_key = trust.make_key(connection, self.random)
        self._sign_erasures(new_key, names)
        seal_key = exchange_facts.renew_seal_key(connection, self.random)
        told = sign_succession(
            self.old.village,
            self.old.device,
            self.new.device,
            new_key.public,
            seal_key.public,
            old_key,
            new_key,
            border,
        )
        local.put(connection, _LINEAGE, pack([*lineage(connection), self.old.device]))
        local.put(connection, _SUCCESSIONS, pack([*successions(connection), told]))
        return told

    def _drop(self, border: int) -> None:
        """Nothing under the old names stays above the border, nor a key of it; what is below counts as received."""
        connection, mine = self.connection, (self.old.village, self.old.device)
        where = "WHERE village = ? AND device = ?"
        connection.exec_driver_sql(f"DELETE FROM change_log {where} AND seq > ?", (*mine, border))
        key_covers.cut_off(connection, self.old, border)
        connection.exec_driver_sql(f"DELETE FROM given_away {where}", mine)
        connection.exec_driver_sql(f"DELETE FROM returned_group {where} AND first > ?", (*mine, border))
        connection.exec_driver_sql(
            """INSERT INTO sending (village, device, received, safe, told_at) VALUES (?, ?, ?, 0, '')
               ON CONFLICT (village, device) DO UPDATE SET received = excluded.received""",
            (*mine, _ALL),
        )

    def _issue(self, dropped: Sequence[LoggedChange]) -> dict[ChangeName, ChangeName]:
        """Issue these changes again; returns their new names by the old ones."""
        fresh, names, groups = renamed(dropped, self.new, self.taking.erasures.records)
        start = Tail(0, 0, links.first_link(self.new.village, self.new.device), None)
        log.append(self.connection, start, fresh, self.random)
        old, new = self.old.device, self.new.device
        imports.rename(self.connection, {(old, before): (new, after) for before, after in groups.items()})
        self.taking.refold({(one.change.kind, one.change.record) for one in dropped})
        return names

    def _sign_erasures(self, key: SigningKey, names: Mapping[ChangeName, ChangeName]) -> None:
        """What this laptop erased and the county has not heard of is signed by the key that the county will know."""
        keys = trust.trusted_keys(self.connection)
        waiting = {name for name, _told in outbox.erasures_waiting(self.connection)}
        for told in erasures.statements(self.connection):
            if name_of(told) not in waiting:
                continue
            erasure = open_erasure(told, keys, self.old.village)
            changes = tuple(names.get(name, name) for name in erasure.changes)
            anew = sign_erasure(msgspec.structs.replace(erasure, changes=changes), key)
            erasures.keep_statement(self.connection, erasure.serial, anew)


def _whole_groups(connection: Connection, origin: Origin, common: int) -> int:
    """The seq at which to cut: a group of which the county has a part is issued again as a whole."""
    behind = connection.exec_driver_sql(
        "SELECT seq, grp FROM change_log WHERE village = ? AND device = ? AND seq > ? ORDER BY seq LIMIT 1",
        (origin.village, origin.device, common),
    ).first()
    return common if behind is None else min(common, behind.grp - 1)


def lineage(connection: Connection) -> list[bytes]:
    """The ids that this laptop had before, the oldest first."""
    kept = local.get(connection, _LINEAGE)
    return [] if kept is None else list(unpack(kept))


def successions(connection: Connection) -> list[bytes]:
    """The signed successions that the county has not heard of, the oldest first: each is signed by the one before."""
    kept = local.get(connection, _SUCCESSIONS)
    return [] if kept is None else list(unpack(kept))


def succession_told(connection: Connection, told: bytes) -> None:
    """The county knows of this one."""
    local.put(connection, _SUCCESSIONS, pack([one for one in successions(connection) if one != told]))
    local.put(connection, _TOLD, pack([*(one for one in _told(connection) if one != told), told]))


def tell_successions_again(connection: Connection) -> bool:
    """The county knows this laptop no more: it may have been put back to before a succession. Whether there was one."""
    told = _told(connection)
    if told:
        local.put(connection, _SUCCESSIONS, pack([*told, *successions(connection)]))
        local.delete(connection, _TOLD)
    return bool(told)


def _told(connection: Connection) -> list[bytes]:
    kept = local.get(connection, _TOLD)
    return [] if kept is None else list(unpack(kept))


def make_sure(store: Store, folder: Path, fingerprint: bytes) -> bool:
    """Before anything goes out: where this store is a copy or an older state of itself, it becomes another device.

    `folder` is where marks are kept outside of the store's own, `fingerprint` names machine and folder. A store that is
    enrolled nowhere has given its names to nobody. Says whether it became another one.
    """
    with store.read() as connection:
        enrolled = exchange_facts.county_link(connection) is not None
        elsewhere = moved(connection, fingerprint)
        noted = local.get(connection, _FINGERPRINT) == _hashed(fingerprint)
        received = sending.received(connection, log.own_origin(connection))
    becomes = enrolled and (elsewhere or behind(store, folder))
    if becomes:
        take_new(store, received)
    if not noted:
        with store.save() as save:
            note_fingerprint(save.connection, fingerprint)
    mark(store, folder)
    return becomes


def moved(connection: Connection, fingerprint: bytes) -> bool:
    """Whether the store was last used on another machine or in another folder: then it may be a copy."""
    kept = local.get(connection, _FINGERPRINT)
    return kept is not None and kept != _hashed(fingerprint)


def note_fingerprint(connection: Connection, fingerprint: bytes) -> None:
    """From now on the store belongs to this machine and folder."""
    local.put(connection, _FINGERPRINT, _hashed(fingerprint))


def _hashed(fingerprint: bytes) -> bytes:
    return blake2b(fingerprint, digest_size=16, person=b"vfp machine").digest()


def mark(store: Store, folder: Path) -> None:
    """Note outside the store's folder how far it is, for the day an older copy of it is put back."""
    here = _read_marks(folder, store.origin.village)
    with store.read() as connection:
        origin = log.own_origin(connection)
        tail = log.read_tail(connection, origin)
        left = dict.fromkeys(lineage(connection), (_ALL, b""))
    marks: _Marks = {**here, **left}
    if tail.seq >= here.get(origin.device, (0, b""))[0]:
        marks[origin.device] = (tail.seq, tail.link[:TAG_BYTES])
    if marks != here:
        folder.mkdir(parents=True, exist_ok=True)
        packed = pack([[device, *marks[device]] for device in sorted(marks)])
        write_durably(_path(folder, origin.village), _MAGIC + _check(packed) + packed)


def behind(store: Store, folder: Path) -> bool:
    """Whether the store was further than it is, or has other changes than it had: it is an older copy of itself.

    A mark that is missing or damaged says nothing; then the county notices.
    """
    seq, link = _read_marks(folder, store.origin.village).get(store.origin.device, (0, b""))
    if not seq:
        return False
    with store.read() as connection:
        here = log.links_between(connection, log.own_origin(connection), seq, seq).get(seq)
    return here is None or here[:TAG_BYTES] != link


def _read_marks(folder: Path, village: bytes) -> _Marks:
    content = b""
    with suppress(OSError):
        content = _path(folder, village).read_bytes()
    check, packed = content[len(_MAGIC) :][:_CHECK_BYTES], content[len(_MAGIC) + _CHECK_BYTES :]
    if not content.startswith(_MAGIC) or check != _check(packed):
        return {}
    return {device: (seq, link) for device, seq, link in unpack(packed)}


def _path(folder: Path, village: bytes) -> Path:
    return folder / f"{village.hex()}.mark"


def _check(packed: bytes) -> bytes:
    return blake2b(packed, digest_size=_CHECK_BYTES, person=b"vfp mark").digest()
