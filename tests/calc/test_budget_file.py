from __future__ import annotations

import json
import math
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchtui.calc import Arcsine, StudentT, budget_report
from benchtui.calc.budget_file import read_budget
from benchtui.errors import BadInput, ProfileError

if TYPE_CHECKING:
    from collections.abc import Callable

BUDGETS = Path(__file__).parent / "budgets"

SMALL = """\
title = "Ohm"

[results.I]
formula = "V/R"
unit = "A"

[inputs.V]
value = 10
u = 0.01
unit = "V"

[inputs.R]
value = 5
limits = 0.02
"""


def test_every_example_is_tested() -> None:
    tested = {"gum_h1", "gum_h2", "ea402_s2", "ea402_s3", "ea402_s7", "quam_a1", "quam_a2", "jcgm101_mass",
              "jcgm101_gauge_block", "jjf2009_c1"}  # fmt: skip
    assert {path.stem for path in BUDGETS.glob("*.toml")} == tested


@pytest.mark.parametrize(
    ("name", "example", "keys"),
    [
        ("gum_h1", "gum_h1_end_gauge", {"y": "l", "u": "uc", "nu_eff": "nu_eff", "k": "k99"}),
        ("ea402_s2", "ea402_s2_weight_10kg", {"y": "mX", "u": "u", "U": "U"}),
        ("ea402_s3", "ea402_s3_resistor_10k", {"y": "RX", "u": "u", "U": "U"}),
        ("ea402_s7", "ea402_s7_step_attenuator", {"y": "LX", "u": "u", "U": "U"}),
        ("quam_a1", "eurachem_quam_a1_cd", {"y": "c", "u": "u"}),
        ("quam_a2", "eurachem_quam_a2_kragten", {"y": "c", "u": "u"}),
    ],
)
def test_published_examples(
    published: Callable[[str], Any], name: str, example: str, keys: dict[str, str]
) -> None:
    budget = budget_report(BUDGETS / f"{name}.toml", monte_carlo=False).results[0].budget
    for quantity, key in keys.items():
        published(example).check(key, getattr(budget, quantity))


def test_gum_h2_with_its_correlations(published: Callable[[str], Any]) -> None:
    example = published("gum_h2_rx_correlated")
    report = budget_report(BUDGETS / "gum_h2.toml", monte_carlo=False)
    for one in report.results:
        example.check(one.name, one.budget.y)
        example.check(f"u_{one.name}", one.budget.u)
        assert one.budget.nu_eff == pytest.approx(4)
    example.check("r_RX", report.correlation[0, 1])
    example.check("r_RZ", report.correlation[0, 2])
    example.check("r_XZ", report.correlation[1, 2])


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("gum_h1", "(50000838 ± 93) nm"),
        ("ea402_s2", "(10000.025 ± 0.059) g"),
        ("ea402_s3", "(10000.178 ± 0.017) Ω"),
        ("ea402_s7", "(30.043 ± 0.045) dB"),
        ("quam_a2", "(0.1021 ± 0.0002) mol/L"),
        ("jjf2009_c1", "(0.0000000000010000 ± 0.0000000000000071) A"),
    ],
)
def test_the_table_prints_the_result_as_published(name: str, statement: str) -> None:
    table = budget_report(BUDGETS / f"{name}.toml", monte_carlo=False).table()
    assert f"= {statement}\n" in table


def test_monte_carlo_stands_beside_with_its_verdict() -> None:
    mass = budget_report(BUDGETS / "jcgm101_mass.toml")
    table = mass.table()
    assert "Monte Carlo (" in table
    assert "First order not valid" in table
    assert "! Second-order terms" in table
    low, high, basis = mass.results[0].interval
    assert (low, high) == pytest.approx((1.0809, 1.3872), abs=2e-3)
    assert basis == "monte-carlo"
    linear = budget_report(SMALL.replace("limits = 0.02", "u = 0.001"))
    assert linear.results[0].interval[2] == "first-order"
    assert "First order valid" in linear.table()


def test_json_is_complete_and_strict() -> None:
    tree = budget_report(BUDGETS / "jcgm101_gauge_block.toml", seed=3).as_json()
    again = json.loads(json.dumps(tree, allow_nan=False))
    result = again["results"][0]
    assert result["y"] == 50_000_838
    assert sum(row["share"] for row in result["rows"]) == pytest.approx(1)
    assert result["rows"][0]["symbol"] == "l_s"
    assert result["rows"][0]["dof"] == 18
    assert result["rows"][-1]["dof"] is None
    assert result["monte_carlo"]["clause8"] == "not-valid"
    assert result["interval"]["from"] == "monte-carlo"
    assert result["statement"]["U"] == "87"
    assert result["alarms"][0]["code"] == "non-linear"
    assert budget_report(BUDGETS / "jcgm101_gauge_block.toml", seed=3).as_json() == tree


def test_the_table_lines_up_in_chinese_too(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"symbol": "符号", "rectangular": "均匀分布", "normal": "正态分布"}
    monkeypatch.setattr("benchtui.calc.report._", lambda msgid: words.get(msgid, msgid))
    lines = budget_report(SMALL, monte_carlo=False).table().splitlines()
    heading = next(line for line in lines if line.startswith("符号"))
    row = next(line for line in lines if "均匀分布" in line)
    # A Chinese character takes two columns: the ends of both lines stand one below the other.
    ends = [
        sum(2 if unicodedata.east_asian_width(letter) == "W" else 1 for letter in line)
        for line in (heading, row)
    ]
    assert ends[0] == ends[1]


def test_control_characters_of_a_title_do_not_reach_the_terminal() -> None:
    table = budget_report(SMALL.replace('"Ohm"', r'"\u001b[31mOhm"'), monte_carlo=False).table()
    assert "\x1b" not in table
    assert "�[31mOhm" in table


def test_all_ways_to_state_an_input() -> None:
    source = """
    title = "all"
    [results.y]
    formula = "a + b + c + d + e + f + g + h + i"
    [inputs.a]
    value = 1
    exact = true
    [inputs.b]
    value = 1
    u = 0.1
    dof = 9
    [inputs.c]
    value = 1
    U = 0.3
    k = 3
    [inputs.d]
    value = 1
    limits = 0.3
    distribution = "trapezoidal"
    beta = 0.5
    [inputs.e]
    value = 1
    u = 0.1
    distribution = "arcsine"
    [inputs.f]
    readings = [1.0, 1.1, 1.2, 1.1]
    [inputs.g]
    readings = [1.0, 1.0]
    resolution = 0.1
    [inputs.h]
    value = 1
    limits = 0.1
    distribution = "curvilinear-trapezoid"
    d = 0.2
    reliability = 0.25
    [inputs.i]
    readings = [1.0]
    repeatability = { s = 0.2, dof = 12 }
    """
    inputs = read_budget(source).inputs
    assert inputs["b"].distribution == StudentT(9)
    assert inputs["c"].u == pytest.approx(0.1)
    assert inputs["d"].u == pytest.approx(0.3 * math.sqrt(1.25 / 6))
    assert inputs["e"].distribution == Arcsine()
    assert inputs["g"].u == pytest.approx(0.1 / math.sqrt(12))
    assert inputs["h"].dof == pytest.approx(8)
    assert (inputs["i"].dof, inputs["i"].u) == (12, 0.2)
    assert budget_report(source).results[0].budget.y == pytest.approx(9.1)


def test_correlations_and_capability_of_a_file() -> None:
    source = SMALL + '\n[[correlations]]\nbetween = ["V", "R"]\nr = 0.9\n\n[statement]\ncmc = 0.1\n'
    report = budget_report(source.replace("limits = 0.02", "u = 0.01"))
    z = np.abs(report.results[0].budget.contributions[:, 0])
    assert report.results[0].budget.u ** 2 == pytest.approx(z @ z - 2 * 0.9 * z[0] * z[1])
    assert report.results[0].statement is not None
    assert report.results[0].statement.U_text == "0.10"


def test_monte_carlo_that_is_not_possible_is_remarked_and_the_rest_stands() -> None:
    source = SMALL + '\n[[correlations]]\nbetween = ["V", "R"]\nr = 0.5\n'
    report = budget_report(source)
    assert report.results[0].drawn is None
    assert "No Monte Carlo: There is no joint distribution for V, R." in report.table()
    assert report.as_json()["results"][0]["monte_carlo"] is None


def test_a_budget_of_exact_numbers_has_no_statement() -> None:
    source = 'title = "x"\n[results.y]\nformula = "a*2"\n[inputs.a]\nvalue = 3\nexact = true\n'
    report = budget_report(source)
    assert report.results[0].statement is None
    assert report.results[0].budget.y == 6
    json.dumps(report.as_json(), allow_nan=False)


CHANGES = [
    ('title = "Ohm"', 'title = "Ohm', 1, "TOML"),
    ('title = "Ohm"', "", 1, "title"),
    ("[results.I]", "[results]", 3, "results"),
    ('formula = "V/R"', 'formula = "V/R +"', 4, "formula cannot be read"),
    ('formula = "V/R"', 'formula = "V/Q"', 4, "uses Q, which is no input"),
    ('formula = "V/R"', 'formula = "2*V"', 12, "No formula uses input R"),
    ('formula = "V/R"', "formula = 7", 4, "Expected `str`, got `int`"),
    ('unit = "A"', 'units = "A"', 5, "units"),
    ("u = 0.01", 'u = "0.01"', 9, "inputs.V.u: Expected"),
    ("u = 0.01", "u = -0.01", 7, "negative"),
    ("u = 0.01", "u = 0", 7, "uncertainty 0"),
    ("u = 0.01", "uu = 0.01", 9, "uu"),
    ("u = 0.01", "u = nan", 7, "finite"),
    ("u = 0.01\n", "", 7, "one way, not in 0"),
    ("u = 0.01", "u = 0.01\nU = 0.2", 7, "one way, not in 2"),
    ("value = 10\n", "", 7, "V has no value"),
    (
        "limits = 0.02",
        'limits = 0.02\ndistribution = "normal"',
        12,
        "distribution of input R is not complete",
    ),
    ("limits = 0.02", 'limits = 0.02\ndistribution = "trapezoidal"', 12, "not complete"),
    ("limits = 0.02", 'limits = 0.02\ndistribution = "flat"', 15, "flat"),
    ("limits = 0.02", "readings = [5]", 12, "R"),
    ("limits = 0.02", "readings = []", 12, "R"),
    ("[inputs.R]", '[inputs."R 1"]', 12, "cannot be a symbol"),
    ("limits = 0.02", 'limits = 0.02\n[[correlations]]\nbetween = ["V", "Q"]\nr = 0.5', 15, "names Q"),
    ("limits = 0.02", 'limits = 0.02\n[[correlations]]\nbetween = ["V", "R"]\nr = 1.5', 17, "correlations.r"),
    ("limits = 0.02", 'limits = 0.02\n[coverage]\npolicy = "k3"', 16, "k3"),
    ("limits = 0.02", 'limits = 0.02\n[coverage]\npolicy = "student"\nlevel = 2', 17, "coverage probability"),
    ("limits = 0.02", "limits = 0.02\n[statement]\ndigits = 3", 16, "digits"),
    (
        "limits = 0.02",
        'limits = 0.02\n[[simultaneous]]\nsource = "s"\nreadings = { V = [1, 2] }',
        15,
        "given twice",
    ),
    (
        "limits = 0.02",
        'limits = 0.02\n[[simultaneous]]\nsource = "s"\nreadings = { Q = [1] }',
        15,
        "at least 2",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "sentence"), CHANGES)
def test_an_error_names_line_key_and_what_is_wrong(old: str, new: str, line: int, sentence: str) -> None:
    assert old in SMALL
    with pytest.raises(ProfileError, match=sentence) as caught:
        read_budget(SMALL.replace(old, new, 1), "ohm.toml")
    assert caught.value.where == f"ohm.toml:{line}"


def test_an_unknown_key_is_answered_with_the_keys_that_are_allowed() -> None:
    with pytest.raises(ProfileError, match="formula, unit"):
        read_budget(SMALL.replace('unit = "A"', 'units = "A"'))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="No such file"):
        budget_report(tmp_path / "none.toml")
    strange = tmp_path / "latin.toml"
    strange.write_bytes(b'title = "\xe9"')
    with pytest.raises(ProfileError, match="cannot be read"):
        budget_report(strange)
    with pytest.raises(ProfileError, match="cannot be read"):
        budget_report(tmp_path)


def test_contradicting_correlations_are_refused() -> None:
    pairs = (("a", "b", 1), ("b", "c", 1), ("a", "c", -1))
    links = "".join(f'\n[[correlations]]\nbetween = ["{a}", "{b}"]\nr = {r}\n' for a, b, r in pairs)
    inputs = "".join(f"\n[inputs.{name}]\nvalue = 1\nu = 0.1\n" for name in "abc")
    with pytest.raises(BadInput, match="contradict"):
        budget_report('title = "x"\n[results.y]\nformula = "a + b + c"\n' + inputs + links)
