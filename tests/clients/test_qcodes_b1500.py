"""QCoDeS' driver of the B1500 family cannot tell the virtual analyzer from a real one.

It asks ``ERRX?`` after every command, so that each command it sends here is one the virtual analyzer accepts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.virtualbench.electrical_bench import ElectricalBench

from benchtui.profiles import find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.client,
    pytest.mark.slow,
    # Of QCoDeS 0.58 and of the libraries below it; our own code runs under the project's rule.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ElectricalBench]:
    """A bench whose analyzer has the modules that QCoDeS knows: B1511B, B1517A and B1520A."""
    (tmp_path / "uut").mkdir()
    head, *modules = find("uut", "keysight-b1505a-complete").read_text(encoding="utf-8").split("[[modules]]")
    known = [m for m in modules if any(model in m for model in ("B1511B", "B1517A", "B1520A"))]
    (tmp_path / "uut" / "keysight-b1505a-complete.toml").write_text(
        "[[modules]]".join([head, *known]), encoding="utf-8"
    )
    file = tmp_path / "bench.toml"
    file.write_text(find("benches", "virtual-semiconductor").read_text(encoding="utf-8"), encoding="utf-8")
    with ElectricalBench(bench=file) as bench:
        yield bench


@pytest.fixture
def analyzer(bench: ElectricalBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("HOME", str(tmp_path))  # where it would write its configuration and its log
    b1500 = pytest.importorskip(
        "qcodes.instrument_drivers.Keysight.keysightb1500", reason="qcodes is not installed"
    )
    analyzer = b1500.KeysightB1500("spa", bench.running.resources()["uut"], visalib="@py", timeout=5)
    yield analyzer
    analyzer.close()


def constants() -> Any:
    from qcodes.instrument_drivers.Keysight.keysightb1500 import constants

    return constants


def test_modules(analyzer: Any) -> None:
    assert set(analyzer.by_slot) == {2, 3, 9}
    assert analyzer.get_idn()["model"] == "B1505A"


def test_source_and_measure(analyzer: Any, bench: ElectricalBench) -> None:
    bench.wire("uut.MPSMU.force r10k.a", "r10k.b uut..common")
    smu, c = analyzer.by_slot[3], constants()
    smu.enable_outputs()
    assert smu.is_enabled()
    analyzer.use_nplc_for_high_resolution_adc(n=2)
    smu.use_high_resolution_adc()
    smu.source_config(output_range=c.VOutputRange.AUTO, compliance=1e-3)
    smu.i_measure_range_config(c.IMeasRange.AUTO)
    smu.voltage(1.5)
    bench.advance(1.0)
    assert smu.current() == pytest.approx(1.5 / bench.ohms("r10k"), rel=5e-3)
    assert smu.current.measurement_status == c.MeasurementStatus.N
    smu.voltage(20.0)
    bench.advance(1.0)
    assert smu.current() == pytest.approx(1e-3, rel=5e-3)
    assert smu.current.measurement_status == c.MeasurementStatus.C
    analyzer.disable_channels()
    assert not smu.is_enabled()


def test_capacitance(analyzer: Any, bench: ElectricalBench) -> None:
    c, cmu = constants(), analyzer.by_slot[9]
    cmu.enable_outputs()
    cmu.impedance_model(c.IMP.MeasurementMode.Cp_G)
    cmu.frequency(1e5)
    cmu.voltage_ac(0.03)
    bench.wire("uut.MFCMU.high open.a", "uut.MFCMU.low open.b")
    assert cmu.phase_compensation(c.ADJQuery.Mode.MEASURE) == c.ADJQuery.Response.PASSED
    cmu.enable_outputs()
    cmu.correction.frequency_list.clear()
    cmu.correction.frequency_list.add(1e5)
    assert cmu.correction.frequency_list.query() == 1
    assert cmu.correction.perform(c.CalibrationType.OPEN) == c.CORR.Response.SUCCESSFUL
    cmu.correction.enable(c.CalibrationType.OPEN)
    assert cmu.correction.is_enabled(c.CalibrationType.OPEN) == c.CORRST.Response.ON
    bench.wire("uut.MFCMU.high c100p.a", "uut.MFCMU.low c100p.b")
    farads, _ = cmu.capacitance()
    assert farads == pytest.approx(1e-10, rel=1e-2)
