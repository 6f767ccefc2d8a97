"""The second step before a dangerous level: typed by hand, forgotten after a minute and when leads are moved."""

from __future__ import annotations

from itertools import count

import pytest

from benchtui import messages
from benchtui.engine import arming
from benchtui.engine.arming import Arming, dangerous
from benchtui.wiring import Wiring


def wiring(volts: float = 0.0, amperes: float = 0.0) -> Wiring:
    return Wiring(key="7", figure="7", connections=(), volts=volts, amperes=amperes)


def asked(armed: Arming, volts: float = 1500.0) -> messages.Prompt:
    prompt = armed.prompt(wiring(volts), lambda: 1)
    assert prompt is not None
    return prompt


@pytest.mark.parametrize(
    ("volts", "amperes", "level"),
    [
        (1000.0, 0.0, ""),
        (1000.1, 0.0, "1000.1 V"),
        (3000.0, 0.0, "3000 V"),
        (20.0, 100.0, ""),
        (20.0, 1500.0, "1.5 kA"),
    ],
)
def test_the_second_step_begins_above_1_kv_and_100_a(volts: float, amperes: float, level: str) -> None:
    assert dangerous(wiring(volts, amperes)) == level


def test_only_the_level_itself_releases_it() -> None:
    armed = Arming()
    prompt = asked(armed)
    for wrong in ("", "yes", "1500", "150 V", "15000 V"):
        again = armed.take(wrong, prompt)
        assert again is not None, wrong
        assert again.error is not None
        assert again.id == prompt.id
    assert armed.take(" 1500 v", prompt) is None
    assert armed.prompt(wiring(1500.0), count().__next__) is None, "it is released"
    assert asked(armed, 3000.0).expected == "3000 V", "but nothing higher"


def test_it_is_asked_again_after_a_minute_and_after_leads_were_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("benchtui.engine.arming.time.monotonic", lambda: now)
    armed = Arming()
    armed.take("1500 V", asked(armed))
    now += arming.EXPIRES - 1
    assert armed.prompt(wiring(1500.0), lambda: 2) is None
    armed.renew()
    now += arming.EXPIRES - 1
    assert armed.prompt(wiring(1500.0), lambda: 2) is None, "it was used meanwhile"
    now += 2
    armed.take("1500 V", asked(armed))
    armed.forget()
    asked(armed)
