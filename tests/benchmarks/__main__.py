"""`make bench`: every benchmark in a process of its own, one after the other; their JSON as one object.

Machines are shared and noisy: the ratios count, not the seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "start",
    "search",
    "save_visit",
    "due",
    "forms",
    "printing",
    "import_roster",
    "exchange_bytes",
    "seed",
    "county_store",
    "county_http",
    "county_load",
    "county_history",
    "exchange",
)


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all; prints one JSON object."""
    figures = {}
    for name in names or BENCHMARKS:
        run = subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.{name}"],
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            sys.stderr.write(run.stderr)
            return run.returncode
        figures[name] = json.loads(run.stdout)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
