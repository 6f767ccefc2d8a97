"""``benchtui budget``: an uncertainty budget from a text file, for any metrologist."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.acceptance.shell import Shell

BUDGETS = Path(__file__).parents[1] / "calc" / "budgets"


def test_a_published_budget_comes_out_as_published(shell: Shell) -> None:
    """EA-4/02 M:2022, S2: weight of nominal value 10 kg, U = 59 mg."""
    done = shell.run("budget", BUDGETS / "ea402_s2.toml", "--json")
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert result["statement"] == {"y": "10000.025", "U": "0.059"}
    assert result["U"] == pytest.approx(0.0585, abs=5e-5)


def test_the_table_shows_the_simulation_beside_it(shell: Shell) -> None:
    done = shell.run("budget", BUDGETS / "ea402_s2.toml")
    assert "10000.025 ± 0.059" in done.stdout
    assert "Monte Carlo" in done.stdout
    assert "Monte Carlo" not in shell.run("budget", BUDGETS / "ea402_s2.toml", "--no-monte-carlo").stdout


@pytest.mark.parametrize(
    ("good", "bad", "word"),
    [
        ("m_S + dm_D + dm", "__import__('os').system('true') + m_S", "__import__"),
        ("m_S + dm_D + dm", "m_S + dm_X", "dm_X"),
        ("limits = 0.015", "limits = -1", "dm_D"),
        ("limits = 0.015", "limits = nan", "dm_D"),
        ("limits = 0.015", "limits = 0.015\nnu = 3.5.1", "bad.toml:"),
        ("limits = 0.015", "limit = 0.015", "limit"),
    ],
)
def test_what_cannot_be_a_budget_is_refused_by_name(shell: Shell, good: str, bad: str, word: str) -> None:
    text = (BUDGETS / "ea402_s2.toml").read_text()
    assert good in text
    (shell.home / "bad.toml").write_text(text.replace(good, bad))
    done = shell.run("budget", "bad.toml")
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
