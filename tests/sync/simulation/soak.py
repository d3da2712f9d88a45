"""Many seeds: `make soak SEEDS=10000`, or `python -m tests.sync.simulation.soak`.

soak --seeds 10000 [--first 0] [--jobs 2]   run them, stop at the first that fails and say how to replay it
soak --replay 4711 [--without 12,13]        one run with its log
soak --shrink 4711                          leave out steps as long as it still fails
soak --planted [--seeds 300]                each planted bug, and the first seed that finds it
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.sync.simulation import planted
from tests.sync.simulation.world import STEPS, Run, run

REPLAY = "python -m tests.sync.simulation.soak --replay"


def main() -> int:
    """The command line; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--replay", type=int)
    parser.add_argument("--without", default="", help="steps to leave out, as the shrinker tells them")
    parser.add_argument("--shrink", type=int)
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--bug", help="with this planted bug")
    asked = parser.parse_args()
    without = frozenset(int(step) for step in asked.without.split(",") if step)
    with planted.sown(asked.bug):
        if asked.replay is not None:
            return _tell(run(asked.replay, without=without))
        if asked.shrink is not None:
            return _tell(_shrunk(asked.shrink))
    seeds = range(asked.first, asked.first + asked.seeds)
    return _all_planted(seeds, asked.jobs) if asked.planted else _many(seeds, asked.jobs)


def _tell(told: Run) -> int:
    print(told.log, end="")
    for line in told.complaints:
        print(f"FAILED {told.seed}: {line}")
    return int(bool(told.complaints))


def _one(seed: int) -> Run:
    try:
        return run(seed)
    except Exception as error:  # noqa: BLE001  a run that cannot go on is a finding too
        return Run(seed, [], [f"{type(error).__name__}: {error}"], Counter())


def _many(seeds: range, jobs: int) -> int:
    began, done, happened = time.monotonic(), 0, Counter[str]()
    failed: list[Run] = []
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(_one, seed) for seed in seeds]
        for each in as_completed(running):
            told = each.result()
            done += 1
            happened += told.happened
            if told.complaints:
                failed.append(told)
                pool.shutdown(wait=False, cancel_futures=True)
                break
            if done % 200 == 0:
                print(f"{done} seeds, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{done} seeds in {time.monotonic() - began:.0f} s; {sum(happened.values())} faults:")
    print("  " + ", ".join(f"{kind} {times}" for kind, times in sorted(happened.items())))
    for told in failed:
        _tell(told)
        print(f"Replay: {REPLAY} {told.seed}    Shorter: {REPLAY.replace('--replay', '--shrink')} {told.seed}")
    return int(bool(failed))


def _shrunk(seed: int) -> Run:
    """The run with as few steps as it still fails with: larger pieces first."""
    told = _one(seed)
    if not told.complaints:
        return told
    without: frozenset[int] = frozenset()
    size = STEPS // 2
    while size:
        for start in range(0, STEPS, size):
            tried = without | frozenset(range(start, start + size))
            if tried == without:
                continue
            shorter = _attempt(seed, tried)
            if shorter is not None:
                told, without = shorter, tried
        size //= 2
    print(
        f"Still fails with {STEPS - len(without)} steps:\n"
        f"{REPLAY} {seed} --without {','.join(map(str, sorted(without)))}"
    )
    return told


def _attempt(seed: int, without: frozenset[int]) -> Run | None:
    try:
        told = run(seed, without=without)
    except Exception as error:  # noqa: BLE001  it fails, in its way
        return Run(seed, [], [f"{type(error).__name__}: {error}"], Counter())
    return told if told.complaints else None


def first_to_find(bug: str, seeds: Iterable[int]) -> Run | None:
    """The first run in which a planted bug shows."""
    with planted.sown(bug):
        return next((told for seed in seeds if (told := _one(seed)).complaints), None)


def _all_planted(seeds: range, jobs: int) -> int:
    missed = 0
    with ProcessPoolExecutor(jobs) as pool:
        find: Callable[[str], Run | None] = first_to_find
        running = {pool.submit(find, bug, seeds): bug for bug in planted.BUGS}
        for each in as_completed(running):
            told = each.result()
            missed += told is None
            found = f"seed {told.seed}: {told.complaints[0]}" if told else f"NOT FOUND in {len(seeds)} seeds"
            print(f"{running[each]:36} {found}", flush=True)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
