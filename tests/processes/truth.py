"""What must be true when every laptop has exchanged in peace: nothing lost, nothing doubled, nothing that differs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from tests.processes.laptop import RunningLaptop
from tests.processes.office import CountyOffice
from villagefp.county.engine import postgres_engine
from villagefp.storage import digests, rebuild, records, sending
from villagefp.wire.digest import Digest

Log = dict[tuple[bytes, int], bytes]
"""The link of each change by device and seq."""


def come_to_rest(laptops: Sequence[RunningLaptop], url: str) -> None:
    """Exchange in turn: whoever was first gets in the end what the others brought after it."""
    for laptop in (*laptops, *laptops[:-1]):
        told = laptop.through(url)[-1].told
        assert told["returned"] == [], told


def check(laptops: Sequence[RunningLaptop], office: CountyOffice) -> None:
    """Compare the logs of all, their digests, and what was saved with what is there."""
    county_log, county_digests, streams = _of_county(office)
    assert sorted(streams) == sorted(set(streams))  # a position is given once
    saved = {record: kind for laptop in laptops for record, kind in laptop.saved.items()}
    for laptop in laptops:
        store = laptop.opened()
        try:
            told = digests.bring_up_to_date(store)
            with store.read() as connection:
                log = _log(connection)
                assert log == county_log, _difference(laptop.name, log, county_log)
                assert _without_gaps(log)
                assert sending.progress(connection, store.origin).not_received == 0
                missing = [record for record, kind in saved.items() if records.get(connection, kind, record) is None]
                assert missing == []
                assert rebuild.broken_links(connection) == []
                assert rebuild.differences(connection) == []
                assert digests.made_anew(connection) == told
        finally:
            store.close()
        assert {scope: one for scope, one in told.items() if one.records} == county_digests


def _of_county(office: CountyOffice) -> tuple[Log, dict[int, Digest], list[tuple[int, int]]]:
    engine = postgres_engine(office.url)
    with engine.connect() as connection:
        log = _log(connection)
        rows = connection.exec_driver_sql("SELECT scope, digest, records FROM stream WHERE records > 0").all()
        places = connection.exec_driver_sql("SELECT scope, position FROM change_log").all()
        held = connection.exec_driver_sql("SELECT count(*) FROM held_group").scalar_one()
    engine.dispose()
    assert held == 0
    return (
        log,
        {scope: Digest(int.from_bytes(bytes(digest), "big"), count) for scope, digest, count in rows},
        [(scope, position) for scope, position in places],
    )


def _log(connection: Connection) -> Log:
    rows = connection.exec_driver_sql("SELECT device, seq, link FROM change_log").all()
    return {(bytes(device), seq): bytes(link) for device, seq, link in rows}


def _without_gaps(log: Log) -> bool:
    seqs: dict[bytes, list[int]] = {}
    for device, seq in sorted(log):
        seqs.setdefault(device, []).append(seq)
    return all(of == list(range(1, len(of) + 1)) for of in seqs.values())


def _difference(name: str, here: Log, there: Log) -> str:
    lost = [(device.hex()[-6:], seq) for device, seq in sorted(there.keys() - here.keys())]
    more = [(device.hex()[-6:], seq) for device, seq in sorted(here.keys() - there.keys())]
    other = [(key[0].hex()[-6:], key[1]) for key in here.keys() & there.keys() if here[key] != there[key]]
    return f"{name}: only at the county {lost[:20]}, only here {more[:20]}, otherwise {other[:20]}"
