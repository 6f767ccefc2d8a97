"""Run the benchmarks: ``python -m benchmarks [--check]``; with ``--check`` a missed target makes the exit status 1."""

from __future__ import annotations

import argparse
import sys

from benchmarks import parsing, uncertainty, wire


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with status 1 if a target is missed")
    check = parser.parse_args().check
    missed = 0
    for row in (*uncertainty.rows(), *parsing.rows(), *wire.rows()):
        missed += not row.met
        print(f"{row.work:<62}{row.measured:>16}   target {row.target:<18}{'met' if row.met else 'MISSED'}")
        for line in row.beside:
            print(f"    {line}")
    return 1 if check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
