"""A county whose database has no room left: an error of the county, and nothing lost when there is room again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.county.cluster import Cluster
from tests.processes.disks import SmallDisk
from tests.processes.laptop import Exchanged
from tests.processes.village import Village

MEGABYTES = 160
LEFT = 65_536
FAMILIES = 200


def run(folder: Path) -> Exchanged | None:
    """How the laptop's exchange ended while the disk was full; nothing where nobody may mount one here."""
    place = Path(tempfile.mkdtemp(prefix="vfp-d-"))  # short: PostgreSQL's socket lies in it
    with SmallDisk.mounted(place, MEGABYTES) as disk:
        if not disk.real:
            return None
        place.chmod(0o755)
        before, tempfile.tempdir = tempfile.tempdir, str(place)
        try:
            with Cluster.started(durable=True) as cluster:
                tempfile.tempdir = before
                return _on(disk, cluster, folder)
        finally:
            tempfile.tempdir = before


def _on(disk: SmallDisk, cluster: Cluster, folder: Path) -> Exchanged:
    with Village.running(cluster, folder) as village:
        village.first.work(FAMILIES, note=400)
        disk.fill(LEFT)
        refused = village.first.exchange("--county", village.line.url)
        disk.make_room()
        village.rest_and_check()
    return refused
