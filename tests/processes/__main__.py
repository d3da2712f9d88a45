"""The long run: `python -m tests.processes [MINUTES [SEED]]`. Faults of every kind, one after another.

Real processes, a real PostgreSQL, real HTTP. After every few faults everybody exchanges in peace and everything is
compared. The same seed draws the same faults; what the machine makes of their timing is its own. Ends with 1, the seed
and the folder that was left when something is lost, doubled or different.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks.line import VILLAGE_LINE
from tests.county.cluster import Cluster
from tests.processes import full_county, nginx
from tests.processes.disks import SmallDisk
from tests.processes.laptop import ended, kill
from tests.processes.village import Village

MINUTES = 20.0
FAULTS_A_CHECK = 4
Fault = Callable[[Village, random.Random], str]


def main(minutes: float = MINUTES, seed: int | None = None) -> int:
    """Run until the time is over; prints each fault as it comes."""
    drawn = random.SystemRandom().randrange(10**6) if seed is None else seed
    chance = random.Random(drawn)
    folder = Path(mkdtemp(prefix="vfp-processes-"))
    until = time.monotonic() + 60 * minutes
    print(f"seed {drawn}, folder {folder}", flush=True)
    full = full_county.run(folder / "full")
    print(f"a county's full disk: {'nobody may mount one here' if full is None else full.told}", flush=True)
    with Cluster.started(durable=True) as cluster, Village.running(cluster, folder / "village") as village:
        checks = 0
        while time.monotonic() < until:
            for _fault in range(FAULTS_A_CHECK):
                fault = chance.choice(FAULTS)
                for laptop in village.laptops:
                    laptop.work(chance.randrange(1, 40), note=chance.choice((8, 40, 400)))
                print(f"{fault.__name__}: {fault(village, chance)}", flush=True)
                village.line.set()
            village.rest_and_check()
            checks += 1
            print(
                f"checked {checks}: {sum(len(one.saved) for one in village.laptops)} records are everywhere", flush=True
            )
    print(f"seed {drawn}: nothing lost, doubled or different in {checks} checks")
    return 0


def a_line_that_breaks(village: Village, chance: random.Random) -> str:
    """Every few kilobytes."""
    kilobytes = chance.choice((3, 4, 6, 8, 16, 40))
    village.line.set(**VILLAGE_LINE, cut_kb=kilobytes, seed=chance.randrange(1000))
    told = chance.choice(village.laptops).exchange("--county", village.line.url)
    return f"every {kilobytes} kB: {told.code} {told.told.get('error', '')}"


def a_line_that_loses(village: Village, chance: random.Random) -> str:
    """Five segments in a hundred, as 2G does."""
    village.line.set(**VILLAGE_LINE, loss=0.05, seed=chance.randrange(1000))
    told = chance.choice(village.laptops).exchange("--county", village.line.url)
    return f"{told.code} {told.told.get('error', '')}"


def a_dead_line(village: Village, chance: random.Random) -> str:
    """Open, and nothing passes: until the laptop gives up, or the modem dials again."""
    village.line.set(**VILLAGE_LINE, dead_kb=chance.choice((0.2, 1, 3, 6)))
    village.line.reset()
    going = chance.choice(village.laptops).start("--county", village.line.url)
    if chance.random() < 0.7:
        village.wait_until(lambda stats: stats["up"] > 150, going)
        village.line.set()
        village.line.cut()
    told = ended(going)
    return f"{told.code} {told.told.get('error', '')}"


def a_laptop_killed(village: Village, chance: random.Random) -> str:
    """After so many bytes."""
    after = chance.randrange(50, 12_000)
    village.line.set(kbit=512, rtt_ms=40)
    village.line.reset()
    going = chance.choice(village.laptops).start("--county", village.line.url)
    before = village.wait_until(lambda stats: stats["up"] + stats["down"] >= after, going)
    kill([going])
    return f"after {after} B" if before else "it was through before that"


def a_county_killed(village: Village, chance: random.Random) -> str:
    """After so many bytes; or its database."""
    after, database = chance.randrange(50, 12_000), chance.random() < 0.4
    village.line.set(kbit=512, rtt_ms=40)
    village.line.reset()
    going = chance.choice(village.laptops).start("--county", village.line.url)
    village.wait_until(lambda stats: stats["up"] + stats["down"] >= after, going)
    if database:
        village.office.cluster.stop("immediate")
        village.office.cluster.start()
    else:
        village.office.kill()
        village.serve_again()
    told = ended(going)
    return f"{'database' if database else 'server'} after {after} B: {told.code} {told.told.get('error', '')}"


def both_at_once(village: Village, _chance: random.Random) -> str:
    """Two laptops of one village in the same second."""
    going = [laptop.start("--county", village.line.url) for laptop in village.laptops]
    return str([ended(each).code for each in going])


def a_full_disk(village: Village, chance: random.Random) -> str:
    """A laptop whose files may grow no more."""
    laptop = chance.choice(village.laptops)
    left = chance.choice((0, 4096, 65_536))
    told = laptop.exchange("--county", village.line.url, before=SmallDisk(laptop.folder, real=False).before(left))
    return f"{left} B left: {told.code} {told.told.get('error', '')}"


def behind_nginx(village: Village, chance: random.Random) -> str:
    """Which keeps a request until it has all of it, on a line that breaks."""
    kilobytes = chance.choice((4, 8, 40))
    with nginx.before(village.office.port, Path(mkdtemp(dir=village.folder)) / "nginx") as port:
        village.line.lead_to(port)
        village.line.set(kbit=256, rtt_ms=100, cut_kb=kilobytes)
        told = chance.choice(village.laptops).exchange("--county", village.line.url)
        village.line.lead_to(village.office.port)
    return f"every {kilobytes} kB: {told.code} {told.told.get('error', '')}"


def a_backup_put_back(village: Village, chance: random.Random) -> str:
    """The last one there is; then a new one is made for the next time."""
    backup = village.office.cluster.folder / "backup.dump"
    there = backup.exists()
    if there:
        village.office.put_back(backup)
        village.line.lead_to(village.office.port)
        backup.unlink()
    told = chance.choice(village.laptops).exchange("--county", village.line.url)
    village.office.dump(backup)
    return f"{'put back' if there else 'made'}: {told.code} {told.told.get('remarks', '')}"


def a_stick(village: Village, chance: random.Random) -> str:
    """Whole, cut short, or written by a laptop that was killed; carried there and back."""
    stick = Path(mkdtemp(dir=village.folder, prefix="stick-"))
    laptop, how = chance.choice(village.laptops), chance.choice(("whole", "short", "killed"))
    going = laptop.start("--usb", str(stick))
    if how == "killed":
        while going.poll() is None and not any(stick.iterdir()):
            pass
        kill([going])
    else:
        ended(going)
    if how == "short":
        for path in stick.rglob("*.vfp"):
            data = path.read_bytes()
            path.write_bytes(data[: chance.randrange(len(data))])
    told = village.office.command("inbox", str(stick))
    back = laptop.exchange("--usb", str(stick))
    return f"{how}: {[one['what'] for one in told]}, back {back.code}"


FAULTS: tuple[Fault, ...] = (
    a_line_that_breaks,
    a_line_that_loses,
    a_dead_line,
    a_laptop_killed,
    a_laptop_killed,
    a_county_killed,
    a_county_killed,
    both_at_once,
    a_full_disk,
    behind_nginx,
    a_backup_put_back,
    a_stick,
)

if __name__ == "__main__":
    sys.exit(main(*(kind(word) for kind, word in zip((float, int), sys.argv[1:], strict=False))))
