"""Where the program starts: the first word decides between window, PDF helper, county and command line."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run villagefp with the words after its name; returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] == "run":
        from villagefp.app import run_window  # noqa: PLC0415  each way loads only what it needs

        return run_window(words[1:])
    if words[0] == "print-helper":
        from villagefp.printing.helper import serve  # noqa: PLC0415

        serve(sys.stdin.buffer, sys.stdout.buffer)
        return 0
    if words[0] == "demo":
        from villagefp.demo import run_demo  # noqa: PLC0415

        return run_demo(words[1:])
    if words[0] == "county":
        from villagefp.office import run_county  # noqa: PLC0415

        return run_county(words[1:])
    from villagefp.cli.main import run_command  # noqa: PLC0415

    return run_command(words)


if __name__ == "__main__":
    sys.exit(main())
