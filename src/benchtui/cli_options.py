"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

WORKSPACE = click.option(
    "--workspace", type=click.Path(path_type=Path, file_okay=False), help="Folder of jobs and record."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, and nothing else there.")
SEED = click.option("--seed", type=int, default=1, show_default=True, help="Seed of hidden errors and noise.")
