"""U covers what the virtual bench hides."""

from __future__ import annotations

import tomllib

import pytest
from tests.acceptance.shell import Shell


@pytest.mark.slow
def test_u_covers_the_hidden_errors_over_twenty_seeds(shell: Shell) -> None:
    covered = points = 0
    for seed in range(100, 120):
        out = f"seed{seed}"
        done = shell.run(
            "demo", "--headless", "--items", "dc-voltage-output", "--seed", str(seed), "--out", out
        )
        assert done.returncode == 0, done.stderr
        truth = tomllib.loads((shell.home / out / "virtual-truth.toml").read_text())["uut"]
        for row in shell.results(out):
            hidden = truth[row["module"]][row["range"]]
            volts = float(row["setpoint"])
            true = volts * (1 + hidden["gain_error"]) + hidden["offset"]
            points += 1
            covered += abs(float(row["error"]) - 100 * (volts - true) / true) <= float(row["U"])
    assert points == 20 * 58
    assert covered / points >= 0.93
