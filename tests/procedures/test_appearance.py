"""Appearance and function: two verdicts, and what the self-test has to do with the second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.procedures.signal_bench import SignalBench

from benchtui.procedures.base import Observation, Point, Setup, Verdict
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import JobItem, Uut, find, load
from benchtui.quantity import Reading

ID = "appearance"
ITEM = procedure(ID)
NORMAL, ABNORMAL = "正常 Normal", "不正常 Abnormal"


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


@pytest.fixture
def bench() -> Iterator[SignalBench]:
    with closing(SignalBench()) as bench:
        yield bench


def said(value: float, remark: str = "") -> Reading:
    return Reading(raw=remark, value=value, unit="1", flags=("manual",))


def verdict(uut: Uut, point: Point, *readings: Reading) -> Verdict:
    outcome = ITEM.evaluate(Observation(point=point, readings={"uut": readings}), {}, uut)
    assert isinstance(outcome, Verdict)
    return outcome


def test_there_are_two_questions_and_nothing_is_connected(plan: list[Point]) -> None:
    assert [point.key for point in plan] == ["appearance", "function"]
    wirings = [ITEM.wiring(Setup(point=point)) for point in plan]
    assert all(wiring.connections == () for wiring in wirings)
    assert len({wiring.key for wiring in wirings}) == 1


def test_the_verdict_is_what_the_person_said(plan: list[Point], uut: Uut) -> None:
    normal = verdict(uut, plan[0], said(1))
    assert (normal.normal, normal.remark) == (True, "")
    assert normal.statement == {"item": "外观 Appearance", "verdict": NORMAL}
    abnormal = verdict(uut, plan[0], said(0, " cracked display "))
    assert (abnormal.normal, abnormal.remark) == (False, "cracked display")
    assert abnormal.statement["verdict"] == f"{ABNORMAL}: cracked display"


def test_a_failed_self_test_is_abnormal_whatever_the_person_said(plan: list[Point], uut: Uut) -> None:
    failed = Reading(raw="4", value=4.0, unit="1", flags=("601 Slot 3 failed.",))
    found = verdict(uut, plan[1], failed, said(1, "seems all right"))
    assert not found.normal
    assert found.remark.startswith("seems all right; ")
    assert "4" in found.remark
    passed = Reading(raw="0", value=0.0, unit="1")
    assert verdict(uut, plan[1], passed, said(1)).normal
    assert not verdict(uut, plan[1], passed, said(0)).normal


def test_the_self_test_runs_before_the_second_question_and_its_answer_is_shown(bench: SignalBench) -> None:
    appearance, function = bench.plan(ID)
    _, operator = bench.run(ID, appearance)
    assert len(operator.readings["uut"]) == 1, "the unit is looked at before it does anything"
    outcome, operator = bench.run(ID, function)
    assert isinstance(outcome, Verdict)
    assert outcome.normal
    tested, judged = operator.readings["uut"]
    assert (tested.raw, tested.flags) == ("0", ())
    assert judged.flags == ("manual",)
    [(_, lines)] = operator.asked
    assert "passed: it answered 0" in str(lines[-1])


def test_an_abnormal_unit_is_kept_with_its_remark(bench: SignalBench) -> None:
    outcome, _ = bench.run(ID, bench.plan(ID)[1], verdict=said(0, "fan is loud"))
    assert isinstance(outcome, Verdict)
    assert (outcome.normal, outcome.remark) == (False, "fan is loud")
