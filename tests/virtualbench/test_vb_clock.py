from __future__ import annotations

import threading
import time

import pytest

from benchtui.errors import BadInput
from benchtui.virtualbench.clock import NANO, BenchClock, parse_scale


def never() -> bool:
    return False


def test_virtual_time_passes_only_when_it_is_let_pass() -> None:
    clock = BenchClock("virtual")
    before, moment = clock.now(), time.monotonic()
    assert clock.sleep(3600.0, never) is False
    clock.advance(1800.0)
    assert time.monotonic() - moment < 5.0
    assert clock.now() - before == pytest.approx(5400.0, abs=1e-6)
    assert clock.ticks() == 5400 * NANO


def test_virtual_time_starts_now() -> None:
    assert BenchClock("virtual").now() == pytest.approx(time.time(), abs=60.0)


def test_real_time_runs_by_itself_and_advance_does_nothing() -> None:
    clock = BenchClock(1000.0)
    first = clock.ticks()
    clock.sleep(5.0, never)
    second = clock.ticks()
    assert second - first >= 5 * NANO
    clock.advance(1e6)
    assert clock.ticks() - second < 1e6 * NANO


def test_a_sleep_is_interrupted() -> None:
    clock = BenchClock(1.0)
    stop = threading.Event()
    asleep = threading.Thread(target=lambda: woken.append(clock.sleep(3600.0, stop.is_set)))
    woken: list[bool] = []
    asleep.start()
    stop.set()
    asleep.join(10.0)
    assert woken == [True]


def test_a_sleeper_follows_a_change_of_scale() -> None:
    clock = BenchClock(1.0)
    asleep = threading.Thread(target=lambda: woken.append(clock.sleep(3600.0, never)))
    woken: list[bool] = []
    asleep.start()
    clock.set_scale("virtual")
    asleep.join(10.0)
    assert woken == [False]
    assert clock.ticks() >= 3600 * NANO


def test_a_bench_moment_is_found_on_the_computers_clock() -> None:
    clock = BenchClock(10.0)
    ticks = clock.ticks()
    moment = clock.monotonic_at(ticks)
    assert moment <= time.monotonic()
    assert clock.monotonic_at(ticks + 10 * NANO) - moment == pytest.approx(1.0, abs=1e-6)


def test_in_virtual_time_a_moment_belongs_to_the_jump_that_passed_it() -> None:
    clock = BenchClock("virtual")
    before = time.monotonic()
    clock.advance(1.0)
    between = time.monotonic()
    clock.advance(1.0)
    assert before <= clock.monotonic_at(NANO // 2) <= between <= clock.monotonic_at(3 * NANO // 2)


@pytest.mark.parametrize("word", ["0", "-1", "inf", "nan", "fast", ""])
def test_other_scales_are_refused(word: str) -> None:
    with pytest.raises(BadInput, match="not a time scale"):
        parse_scale(word)


def test_scales_are_read() -> None:
    assert [parse_scale(w) for w in ("virtual", " Virtual", "1", "2.5")] == ["virtual", "virtual", 1.0, 2.5]
