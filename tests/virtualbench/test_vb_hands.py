from __future__ import annotations

import time
from typing import Any

import pytest
from tests.virtualbench.line_client import FIGURE_6, BenchInTest, eventually


def test_the_leads_are_what_was_wired_last() -> None:
    with BenchInTest() as bench:
        for module in ("HVSMU", "MPSMU"):
            assert bench.hands.ask(do="wire", connections=FIGURE_6[module]) == {"ok": True}
        wired = bench.hands.ask(do="state")["wired"]
        assert sorted(map(sorted, wired)) == sorted(map(sorted, FIGURE_6["MPSMU"]))


def test_time() -> None:
    with BenchInTest() as bench:
        before = bench.hands.ask(do="now")["now"]
        assert before == pytest.approx(time.time(), abs=60.0)
        assert bench.hands.ask(do="advance", seconds=180.5) == {"ok": True}
        assert bench.hands.ask(do="now")["now"] - before == pytest.approx(180.5, abs=1e-5)
        assert bench.hands.ask(do="time", scale=10.0) == {"ok": True, "scale": 10.0}
        here = bench.hands.ask(do="now")["now"]
        bench.hands.ask(do="advance", seconds=1e6)
        assert 0 <= bench.hands.ask(do="now")["now"] - here < 1e5
        assert bench.hands.ask(do="time", scale="virtual") == {"ok": True, "scale": "virtual"}


def test_state_of_the_outputs() -> None:
    with BenchInTest(leads="HVSMU") as bench:
        state = bench.hands.ask(do="state")
        assert state["interlock"] is True
        assert state["outputs"][1] == {
            "module": "HVSMU", "on": False, "volts": 0.0, "set": 0.0, "range": "200 V", "off_at": None,
        }  # fmt: skip
        bench.uut.write("CN 6", "DV 6,0,1000,0.001")
        assert bench.uut.query("ERRX?") == '+0,"No Error."'
        bench.advance(1.0)
        output = bench.output("HVSMU")
        assert output["volts"] == pytest.approx(1000.0, rel=2e-3)
        assert (output["on"], output["set"], output["range"], output["off_at"]) == (
            True,
            1000.0,
            "1500 V",
            None,
        )


def test_off_at_is_the_discharge_or_the_opening_whichever_comes_first() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        bench.set("CN 3", "DV 3,0,100,0.001")
        bench.advance(1.0)
        bench.set("DZ")
        assert bench.output("MPSMU")["off_at"] is None
        before = time.monotonic()
        bench.advance(1.0)
        discharged = bench.output("MPSMU")["off_at"]
        assert before <= discharged <= time.monotonic()
        bench.set("CL")
        assert bench.output("MPSMU")["off_at"] == discharged

        bench.set("CN 3", "DV 3,0,100,0.001")
        assert bench.output("MPSMU")["off_at"] is None
        bench.advance(1.0)
        before = time.monotonic()
        bench.set("CL")
        assert before <= bench.output("MPSMU")["off_at"] <= time.monotonic()


def test_off_at_in_real_time_is_calculated_not_noticed() -> None:
    with BenchInTest(1.0, leads="MPSMU") as bench:
        bench.uut.write("CN 3", "DV 3,0,100,0.001")
        eventually(lambda: bench.output("MPSMU")["volts"] > 99.0)
        before = time.monotonic()
        bench.set("DZ")
        after = time.monotonic()
        eventually(lambda: bench.output("MPSMU")["off_at"] is not None)
        # ln(100 / 30) time constants of 1 ms after DZ was carried out.
        assert before + 1.1e-3 <= bench.output("MPSMU")["off_at"] <= after + 1.4e-3


def test_truth_is_told() -> None:
    with BenchInTest(seed=3) as bench:
        told = bench.hands.ask(do="truth")["truth"]
        assert told["uut"]["MPSMU"]["20 V"]["offset"] == bench.truth.uut["MPSMU"]["20 V"].offset
        assert told["standards"]["dmm"]["10 V"] == {"error": bench.truth.standards["dmm"]["10 V"].error}


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "dance"},
        {},
        {"do": "wire"},
        {"do": "wire", "connections": [[["uut", "MPSMU", "force"]]]},
        {"do": "wire", "connections": [[["uut", "MPSMU", "sense"], ["dmm", "", "hi"]]]},
        {"do": "interlock", "closed": "yes"},
        {"do": "advance", "seconds": "3"},
        {"do": "time", "scale": -1},
        {"do": "time", "scale": "slow"},
        {"do": "now", "extra": 1},
    ],
)
def test_a_wrong_request_is_refused_and_changes_nothing(request_: dict[str, Any]) -> None:
    with BenchInTest(leads="MPSMU") as bench:
        before = bench.hands.ask(do="state")
        reply = bench.hands.ask(**request_)
        assert reply["ok"] is False
        assert reply["error"]
        assert bench.hands.ask(do="state") == before


def test_what_is_not_json_is_refused() -> None:
    with BenchInTest() as bench:
        for line in ("", "{", "\u00ff\u00fe", "[1]"):
            assert '"ok":false' in bench.hands.query(line)
        assert bench.hands.ask(do="now")["ok"]
