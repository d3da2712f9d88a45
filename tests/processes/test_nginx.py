"""A proxy in between that keeps a request until it has all of it: after a cut the county holds nothing."""

from __future__ import annotations

from tests.processes import nginx
from tests.processes.laptop import ended
from tests.processes.village import Village

FAMILIES = 100


def test_behind_nginx_a_line_that_breaks_every_few_kilobytes_still_brings_everything_there(village: Village) -> None:
    with nginx.before(village.office.port, village.folder / "nginx") as port:
        village.line.lead_to(port)
        village.first.work(FAMILIES)
        village.line.set(kbit=512, rtt_ms=40, cut_kb=4)
        village.line.reset()
        village.first.through(village.line.url)
        assert village.line.stats()["cuts"] > 0
        village.rest_and_check()
    village.line.lead_to(village.office.port)


def test_behind_nginx_a_county_that_is_away_is_an_error_that_passes(village: Village) -> None:
    with nginx.before(village.office.port, village.folder / "nginx-away") as port:
        village.line.lead_to(port)
        village.first.work(3)
        village.office.kill()
        going = village.first.start("--county", village.line.url)
        village.line.reset()
        village.wait_until(lambda stats: stats["down"] > 0, going)
        village.office.start(village.office.port)
        told = ended(going)
        assert told.done, told
        village.rest_and_check()
    village.line.lead_to(village.office.port)
