"""``python -m benchtui.virtualbench``: the virtual bench by itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchtui.errors import BenchtuiError
from benchtui.virtualbench.program import serve


def main(arguments: list[str] | None = None) -> int:
    """Read the options, serve, return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchtui.virtualbench", description="Serve a virtual bench."
    )
    parser.add_argument("bench", nargs="?", type=Path, help="bench file (TOML)")
    parser.add_argument("--truth", type=Path, help="truth file (TOML)")
    parser.add_argument("--seed", type=int, default=0, help="seed of hidden truth and noise")
    parser.add_argument("--ready-file", type=Path, help="write the addresses here when ready")
    parser.add_argument("--time-scale", default="1", help="1 is real time, 10 ten times as fast, or: virtual")
    parser.add_argument("--print-truth", action="store_true", help="print the hidden truth and end")
    parser.add_argument("--idle-exit", type=float, help="end after so many seconds without a client")
    try:
        return serve(**vars(parser.parse_args(arguments)))
    except BenchtuiError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status


if __name__ == "__main__":
    sys.exit(main())
