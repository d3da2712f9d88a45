"""Yesterday's backup is put back by PostgreSQL's own programs and nobody tells anybody: all comes back by itself."""

from __future__ import annotations

from tests.processes.village import Village


def ids(village: Village) -> list[str]:
    """The devices that the county knows: more than laptops, once one of them has gone on under a new identity."""
    return [laptop["id"] for laptop in village.office.command("status")]


def test_what_a_backup_of_yesterday_lacks_comes_back_unasked_from_every_laptop(village: Village) -> None:
    for laptop in village.laptops:
        laptop.work(10)
        laptop.through(village.line.url)
    backup = village.office.cluster.folder / "yesterday.dump"
    village.office.dump(backup)
    for laptop in village.laptops:
        laptop.work(10)
        laptop.through(village.line.url)
    village.second.work(5)  # not sent yet
    village.office.put_back(backup)
    village.line.lead_to(village.office.port)
    told = village.second.through(village.line.url)[-1]
    assert told.told["remarks"], told
    village.rest_and_check()


def test_what_only_a_lost_laptop_had_sent_comes_back_from_another_one_that_read_it(village: Village) -> None:
    village.second.through(village.line.url)
    backup = village.office.cluster.folder / "before.dump"
    village.office.dump(backup)
    village.first.work(10)
    village.first.through(village.line.url)
    village.second.through(village.line.url)
    known = ids(village)
    village.office.put_back(backup)
    village.line.lead_to(village.office.port)
    village.second.through(village.line.url)  # the first one does not exchange: it lies in a river
    assert ids(village) == known
    village.rest_and_check()
