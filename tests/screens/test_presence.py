"""When a silent terminal stands for an operator who is absent."""

from __future__ import annotations

from benchtui.screens.presence import ABSENT_AFTER, ASK_EVERY, Presence


def test_silence_counts_only_after_an_answer_and_only_while_something_is_hazardous() -> None:
    asked: list[float] = []
    presence = Presence(lambda: asked.append(0.0))
    assert not presence.absent(100.0, hazardous=False)
    assert asked == []
    assert not presence.absent(105.0, hazardous=True)
    assert len(asked) == 1
    assert not presence.absent(105.0 + 2 * ABSENT_AFTER, hazardous=True), "this terminal has never answered"
    presence.heard(140.0, answered=True)
    assert not presence.absent(140.0 + ABSENT_AFTER - ASK_EVERY, hazardous=True)
    assert presence.absent(140.0 + ABSENT_AFTER, hazardous=True)


def test_keys_are_signs_of_life_and_the_silence_starts_with_the_hazard() -> None:
    presence = Presence(lambda: None)
    presence.heard(0.0, answered=True)
    assert not presence.absent(1000.0, hazardous=True), "nobody was asked before"
    presence.heard(1010.0, answered=False)
    assert not presence.absent(1020.0, hazardous=True)
    assert not presence.absent(1030.0, hazardous=False)
    assert not presence.absent(1040.0, hazardous=True)
    assert presence.absent(1055.0, hazardous=True)
