"""A room outside the specification's conditions stops an item before anything is connected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.engine.stand import HARMLESS, Stand

from benchtui import messages

At = Callable[[str], Stand]


@pytest.mark.parametrize(("found", "said"), [("temperature = 28.6", "28.6"), ("humidity = 81", "81")])
def test_a_room_outside_is_refused_with_what_to_do(stand: At, found: str, said: str) -> None:
    bench = stand("virtual")
    key = found.split()[0]
    lines = [found if line.startswith(key) else line for line in bench.job.read_text().splitlines()]
    bench.job.write_text("\n".join(lines) + "\n")
    console = bench.started(HARMLESS)
    failure = console.wait_for(messages.Failure)
    assert failure.kind == "BadInput"
    assert said in str(failure.what)
    assert "deviation" in str(failure.hint)
    assert console.wait_for(messages.RunEnded).state == "failed"
    assert not console.heard_of(messages.Asked), "nobody was asked to connect anything"


def test_with_a_deviation_in_the_work_order_it_is_the_laboratorys_decision(stand: At) -> None:
    bench = stand("virtual")
    lines = [
        'deviations = "measured at 29.5 °C on the customer\'s request"',
        *bench.job.read_text().splitlines(),
    ]
    bench.job.write_text("\n".join(lines).replace("temperature = 23.1", "temperature = 29.5") + "\n")
    console = bench.started(HARMLESS)
    console.answer()
    assert console.wait_for(messages.RunEnded).state == "done"
