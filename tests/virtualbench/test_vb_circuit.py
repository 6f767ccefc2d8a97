from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.virtualbench.circuit import CurrentSource, Network, Resistor, VoltageSource


def test_divider() -> None:
    network = Network(
        "0",
        (VoltageSource("e", "a", "0", 10.0), Resistor("r1", "a", "b", 1e3), Resistor("r2", "b", "0", 4e3)),
    )
    solution = network.solve()
    assert solution.voltage("b", "0") == pytest.approx(8.0, rel=1e-11)
    assert solution.voltage("a", "b") == pytest.approx(2.0, rel=1e-11)
    assert solution.currents["e"] == pytest.approx(2e-3, rel=1e-11)
    assert network.resistance("b") == pytest.approx(800.0, rel=1e-11)
    assert network.transfer("e", "b", "0") == pytest.approx(0.8, rel=1e-11)


def test_wheatstone_bridge() -> None:
    arms = {("a", "b"): 100.0, ("b", "0"): 200.0, ("a", "c"): 300.0, ("c", "0"): 400.0}
    elements = [Resistor(f"{a}{b}", a, b, ohms) for (a, b), ohms in arms.items()]
    solution = Network("0", (VoltageSource("e", "a", "0", 7.0), *elements)).solve()
    # 7·200/300 - 7·400/700 V
    assert solution.voltage("b", "c") == pytest.approx(14 / 3 - 4.0, rel=1e-10)


def test_source_with_output_resistance_leads_and_meter() -> None:
    """The circuit of the voltage calibration: 1000 V, 0.3 Ω, two leads of 50 mΩ with an EMF, 10 MΩ."""
    network = Network(
        "common",
        (
            VoltageSource("smu", "force", "common", 1000.0, 0.3),
            VoltageSource("lead 1", "hi", "force", 150e-9, 0.05),
            VoltageSource("lead 2", "lo", "common", -50e-9, 0.05),
            Resistor("input", "hi", "lo", 1e7),
        ),
    )
    total = 1000.0 + 150e-9 + 50e-9
    expected = total * 1e7 / (1e7 + 0.4)
    solution = network.solve()
    # 100 nV of 1000 V: a hundredth of the meter's last digit.
    assert solution.voltage("hi", "lo") == pytest.approx(expected, abs=1e-7)
    # The insulation of the two hot nodes takes 1 fS × 1000 V each.
    assert solution.currents["smu"] == pytest.approx(expected / 1e7 + 2e-12, rel=1e-9)
    assert network.resistance("hi") == pytest.approx(0.35, rel=1e-6)


def test_current_source_into_a_resistor() -> None:
    solution = Network("0", (CurrentSource("i", "a", "0", 2e-3), Resistor("r", "a", "0", 500.0))).solve()
    assert solution.voltage("a", "0") == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(("volts", "sign"), [(10.0, 1), (-10.0, -1)])
def test_the_current_limit_holds(volts: float, sign: int) -> None:
    network = Network(
        "0", (VoltageSource("e", "a", "0", volts, 1.0, limit=1e-3), Resistor("r", "a", "0", 1e3))
    )
    solution = network.solve()
    assert solution.limiting == {"e": sign}
    assert solution.voltage("a", "0") == pytest.approx(sign * 1.0, rel=1e-9)
    assert network.transfer("e", "a", "0", solution.limiting) == 0.0
    assert network.resistance("a", solution.limiting) == pytest.approx(1e3, rel=1e-9)


def test_the_limit_lets_go() -> None:
    network = Network("0", (VoltageSource("e", "a", "0", 10.0, limit=1e-3), Resistor("r", "a", "0", 1e5)))
    solution = network.solve()
    assert solution.limiting == {}
    assert solution.voltage("a", "0") == pytest.approx(10.0, rel=1e-12)


def test_two_sources_fight_and_the_weaker_one_gives_way() -> None:
    strong = VoltageSource("strong", "a", "0", 10.0, 1.0, limit=1e-1)
    weak = VoltageSource("weak", "b", "0", 5.0, 1.0, limit=1e-3)
    solution = Network("0", (strong, weak, VoltageSource("lead", "a", "b", 0.0, 0.1))).solve()
    assert solution.limiting == {"weak": -1}
    assert solution.currents["strong"] == pytest.approx(1e-3, rel=1e-6)
    assert solution.voltage("a", "0") == pytest.approx(10.0 - 1e-3, rel=1e-9)


def test_an_open_node_is_at_rest_on_its_insulation() -> None:
    solution = Network("0", (Resistor("r", "a", "b", 1e10),)).solve()
    assert solution.voltage("a", "0") == 0.0
    assert solution.voltage("nowhere", "0") == 0.0


@given(
    volts=st.floats(-1500, 1500),
    ohms=st.floats(1.0, 1e10),
    limit=st.floats(1e-9, 1.0),
    inner=st.floats(0.0, 100.0),
)
def test_a_limited_source_never_exceeds_voltage_or_current(
    volts: float, ohms: float, limit: float, inner: float
) -> None:
    network = Network("0", (VoltageSource("e", "a", "0", volts, inner, limit), Resistor("r", "a", "0", ohms)))
    solution = network.solve()
    current, voltage = solution.currents["e"], solution.voltage("a", "0")
    assert abs(current) <= limit * (1 + 1e-9)
    assert abs(voltage) <= abs(volts) * (1 + 1e-9)
    expected = volts / (inner + ohms)
    assert bool(solution.limiting) == (abs(expected) > limit * (1 + 1e-9)) or abs(expected) == pytest.approx(
        limit
    )
