"""A bench without a single wire: a person sets the source, reads the meter, and switches off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.acceptance.shell import Shell
from tests.engine.stand import Console

from benchtui import messages
from benchtui.quantity import MINUS

BENCH = """
name = "Bench without wires"

[instruments.uut]
profile = "manual-voltage-source"
resource = "MANUAL"

[instruments.dmm]
profile = "manual-voltmeter"
resource = "MANUAL"
standard = "3458a"
"""
UUT = """
name = "Calibrator without an interface"
manufacturer = "Example Instruments"
model = "C-1"

[[modules]]
name = "OUT"
model = "C-1"
voltage-output = [{ name = "2 V", span = "2", current-limit = "0.001" }]
"""
JOB = """
number = "H-1"
operator = "Li Hua"

[customer]
name = "Example Customer Ltd."
address = "8 Customer Street, 200000 Shanghai, China"

[uut]
profile = "hand"
serial = "1"

[conditions]
temperature = 23.1
humidity = 45
mains-voltage = 220
mains-frequency = 50

[[items]]
id = "dc-voltage-output"
readings = 3
"""
Asked = messages.Asked


@pytest.fixture
def console(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A console on a bench without wires, its job opened; the engine ends with the test."""
    for name, value in shell.env.items():
        monkeypatch.setenv(name, value)
    (shell.home / "uut").mkdir()
    for name, content in (("bench.toml", BENCH), ("uut/hand.toml", UUT), ("job.toml", JOB)):
        (shell.home / name).write_text(content)
    made = Console(shell.home / "w", shell.home / "bench.toml")
    made.send(messages.AddJob(path=str(shell.home / "job.toml")))
    made.wait_for(messages.JobOpened)
    yield made
    made.send(messages.Shutdown())
    made.wait_for_the_end()
    made.client.close()


def answer(console: Console, prompt: messages.Prompt, value: str) -> None:
    console.send(messages.Answer(id=prompt.id, value=value))


def level(prompt: messages.Prompt) -> str:
    """Return the level that the question names, as a person would type it."""
    return prompt.title.args["level"].replace(MINUS, "-").replace("\u00a0", " ").removeprefix("+")


def test_an_item_is_calibrated_by_hand_from_the_first_point_to_the_last(console: Console) -> None:
    console.send(messages.StartItem(job="H-1", item="dc-voltage-output"))
    on = ""
    shown: list[tuple[str, str]] = []
    while True:
        event: Asked | messages.RunEnded = console.wait_for((Asked, messages.RunEnded))  # type: ignore[arg-type] # either
        if isinstance(event, messages.RunEnded):
            break
        prompt = event.prompt
        if prompt.kind != "enter":
            answer(console, prompt, "yes")
        elif "level" in prompt.title.args:
            on = level(prompt)
            shown.append((on, prompt.unit))
            answer(console, prompt, on)
        elif "zero" in str(prompt.title):
            assert on
            on = ""
            answer(console, prompt, "0")
        else:
            assert "Read the voltage on dmm" in str(prompt.title)
            answer(console, prompt, on)
    assert event.state == "done"
    assert [set_value for set_value, _ in shown] == [
        "200 mV", "1 V", "1.8 V", "-200 mV", "-1 V", "-1.8 V",
    ]  # fmt: skip
    outputs = console.heard_of(messages.Outputs)
    assert any(output.on and "1.8" in output.level for output in outputs)
    assert not outputs[-1].on


def started(console: Console) -> messages.Prompt:
    """Start the item, confirm the wiring, return the first question for a level."""
    console.send(messages.StartItem(job="H-1", item="dc-voltage-output"))
    wiring = console.wait_for(Asked, lambda asked: asked.prompt.kind == "wiring").prompt
    answer(console, wiring, "yes")
    return console.wait_for(Asked, lambda asked: "level" in asked.prompt.title.args).prompt


def test_what_a_person_set_is_not_said_to_be_off_until_a_person_says_so(console: Console) -> None:
    prompt = started(console)
    answer(console, prompt, level(prompt))
    console.wait_for(Asked, lambda asked: "Read" in str(asked.prompt.title))
    console.send(messages.OutputsOff())
    failure = console.wait_for(messages.Failure)
    assert "set by hand to +200\u00a0mV" in str(failure.what)
    assert "panel" in str(failure.hint)
    console.wait_for(messages.RunEnded)
    assert console.heard_of(messages.Outputs)[-1].on, "nobody has said that it is off"
    # Neither does it stand in the way for ever: the next run begins with the question.
    console.send(messages.StartItem(job="H-1", item="dc-voltage-output"))
    first = console.wait_for(Asked).prompt
    assert "zero" in str(first.title)
    answer(console, first, "0")
    wiring = console.wait_for(Asked).prompt
    assert wiring.kind == "wiring"
    assert not console.heard_of(messages.Outputs)[-1].on
    console.send(messages.Stop())
    console.wait_for(messages.RunEnded)


def test_a_slip_of_the_hand_does_not_pass(console: Console) -> None:
    prompt = started(console)
    answer(console, prompt, "2")
    again = console.wait_for(Asked).prompt
    assert "2 was typed; +200\u00a0mV is to be set." in str(again.lines[0])
    answer(console, again, "0.2")
    assert "Read" in str(console.wait_for(Asked).prompt.title)
    console.send(messages.OutputsOff())
    console.wait_for(messages.RunEnded)
