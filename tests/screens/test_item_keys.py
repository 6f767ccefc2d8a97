"""What the keys of item screens and the questions of a run do, driven as an operator drives them."""

from __future__ import annotations

import asyncio

import pytest
from tests.screens import item_scenes, scenes
from tests.screens.item_scenes import MEASURED, Scene
from tests.screens.pilot import console, screen_text, shown, until
from tests.screens.scenes import JOB, ScriptedLink
from tests.screens.test_items import linked, middle
from textual.widgets import Input

from benchtui.i18n import text
from benchtui.messages import (
    Answer,
    Event,
    Issue,
    ItemOpened,
    OpenItem,
    OutputsOff,
    RepeatPoint,
    RunEnded,
    Settled,
    SkipPoint,
)
from benchtui.screens.issue import IssuedBox, IssueDialog
from benchtui.screens.items import choice
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import LiveBlock
from benchtui.screens.items.waveform_plot import WaveformPlot
from benchtui.screens.job import JobScreen
from benchtui.screens.lines import KeyLine, LogLine
from benchtui.screens.rows import Rows
from benchtui.screens.typed import Judge, Release, SkipReason

LOW = item_scenes.scene("dc-current-output-low")
APPEARANCE = item_scenes.scene("appearance")
HIGH = item_scenes.scene("dc-voltage-output-hv")
PULSE = item_scenes.scene("pulsed-current")


def idle(scene: Scene) -> list[Event]:
    return [RunEnded(job=JOB, item=scene.id, state="done")]


def answers(link: ScriptedLink) -> list[str]:
    return [command.value for command in link.sent if isinstance(command, Answer)]


def skips(link: ScriptedLink) -> list[SkipPoint]:
    return [command for command in link.sent if isinstance(command, SkipPoint)]


# ------------------------------------------------------------------------------------------------------ the questions
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["n"], "yes"),
        (["enter"], "yes"),
        (["a", *"knob loose", "enter"], "no knob loose"),
        (["down", "enter", *"display dark", "enter"], "no display dark"),
        (["tab", *"old", "enter"], "yes old"),
    ],
)
def test_a_judgement_carries_its_remark(keys: list[str], expected: str) -> None:
    async def scene() -> None:
        link = linked(APPEARANCE, item_scenes.judging())
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Judge) and isinstance(app.focused, Rows))
            await pilot.press(*keys)
            await until(pilot, lambda: answers(link) == [expected])

    asyncio.run(scene())


def test_what_is_abnormal_must_be_said_and_escape_puts_the_question_aside() -> None:
    async def scene() -> None:
        link = linked(APPEARANCE, item_scenes.judging())
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Judge) and isinstance(app.focused, Rows))
            await pilot.press("a", "enter")
            assert "Say in a few words what is abnormal." in screen_text(app)
            await pilot.press("f8")
            assert OutputsOff() in link.sent
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            assert answers(link) == []
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, Judge))

    asyncio.run(scene())


def test_a_dangerous_level_is_typed_asked_again_and_refused_with_escape() -> None:
    async def scene() -> None:
        link = linked(HIGH, item_scenes.arming())
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Release) and isinstance(app.focused, Input))
            await pilot.press("enter")
            assert answers(link) == [], "Enter alone releases nothing"
            await pilot.press(*"2700 v", "enter")
            await until(pilot, lambda: answers(link) == ["2700 v"])
            link.say(item_scenes.arming(text("This is not {level}.", level="2700 V")))
            await until(
                pilot, lambda: isinstance(app.screen, Release) and "This is not 2700 V." in screen_text(app)
            )
            await pilot.press("escape")
            await until(pilot, lambda: answers(link) == ["2700 v", "no"])

    asyncio.run(scene())


def test_a_release_that_expired_closes_without_an_answer() -> None:
    async def scene() -> None:
        link = linked(HIGH, item_scenes.arming())
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Release))
            link.say(Settled(id=8))
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            assert answers(link) == []

    asyncio.run(scene())


def test_a_small_terminal_shows_what_may_hurt_and_the_key_before_the_drawing() -> None:
    async def scene() -> None:
        app = console(linked(HIGH, HIGH.asked()))
        async with shown(app, (60, 16)) as pilot:
            await until(pilot, lambda: "connected as drawn" in screen_text(app))
            seen = screen_text(app)
            assert "up to 2700 V" in seen
            assert "Close the fixture" in seen
            assert "UUT HVSMU Force ── Divider HI" in seen, "a list where the drawing does not fit"

    asyncio.run(scene())


def test_a_low_terminal_keeps_the_table_and_leaves_the_plot_out() -> None:
    async def scene() -> None:
        link = linked(PULSE)
        app = console(link)
        async with shown(app, (80, 16)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            link.say(*PULSE.measuring(), item_scenes.pulse(PULSE))
            await until(pilot, lambda: "6/10" in screen_text(app))
            assert (
                not app.screen.query_one(WaveformPlot).display
                or app.screen.query_one(WaveformPlot).size.height == 0
            )

    asyncio.run(scene())


def test_enter_confirms_the_wiring_though_the_table_has_no_room() -> None:
    async def scene() -> None:
        link = linked(LOW, LOW.asked())
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "connected as drawn" in screen_text(app))
            await pilot.press("enter")
            await until(pilot, lambda: answers(link) == ["yes"])
            link.say(Settled(id=3), *middle(LOW))
            await until(pilot, lambda: "0/10" in screen_text(app))
            assert app.focused is app.screen.query_one("#points", Rows)

    asyncio.run(scene())


# ----------------------------------------------------------------------------------------------------- what is live
def test_the_count_in_the_table_follows_the_readings() -> None:
    async def scene() -> None:
        link = linked(HIGH)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            link.say(*HIGH.measuring())
            await until(pilot, lambda: "6/10" in screen_text(app))
            link.say(HIGH.live("voltmeter", "+3.000 100", "V", 7))
            await until(pilot, lambda: "7/10" in screen_text(app) and "n = 7 of 10" in screen_text(app))

    asyncio.run(scene())


def test_readings_of_two_roles_stand_beside_each_other() -> None:
    both = item_scenes.scene("dc-voltage-measurement")

    async def scene() -> None:
        link = linked(both)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            link.say(*both.measuring())
            await until(pilot, lambda: "6/10" in screen_text(app))
            seen = screen_text(app).replace("\u00a0", " ")
            assert "Voltmeter    +10.000 021 4 V" in seen
            assert "UUT reading  +10.000 4 V" in seen

    asyncio.run(scene())


def test_a_wait_is_drawn_again_while_it_lasts_and_goes_with_the_next_reading() -> None:
    async def scene() -> None:
        link = linked(LOW)
        app = console(link)
        now = 100.0
        app.view.now = lambda: now
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            link.say(*middle(LOW), LOW.waiting(92.0, text("until the cable is charged")))
            await until(pilot, lambda: "92 s left  until the cable" in screen_text(app))
            now = 150.0
            await until(pilot, lambda: "42 s left" in screen_text(app))  # the screen's own timer draws it
            link.say(LOW.live("null", "−0.000 000 000 000 001", "A", 1))
            await until(pilot, lambda: "left" not in screen_text(app) and "n = 1 of 10" in screen_text(app))

    asyncio.run(scene())


def test_the_pulse_is_drawn_with_its_axes() -> None:
    async def scene() -> None:
        link = linked(PULSE)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "The waveform appears" in screen_text(app))
            link.say(*PULSE.measuring(), item_scenes.pulse(PULSE))
            await until(pilot, lambda: "1.1\u00a0ms" in screen_text(app))
            plot = app.screen.query_one(WaveformPlot)
            assert plot.size.height == 9
            assert "−100\u00a0µs" in screen_text(app)

    asyncio.run(scene())


def test_the_live_view_is_held_while_the_record_goes_on() -> None:
    async def scene() -> None:
        link = linked(HIGH)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            link.say(*HIGH.measuring())
            await until(pilot, lambda: "n = 6 of 10" in screen_text(app))
            await pilot.press("space")
            await until(pilot, lambda: "HELD" in screen_text(app))
            link.say(HIGH.live("voltmeter", "+3.000 100", "V", 7))
            await until(pilot, lambda: app.view.sheets[JOB, HIGH.id].points[HIGH.point(4).key].readings == 7)
            await pilot.pause()
            assert "n = 6 of 10" in screen_text(app)
            await pilot.press("space")
            await until(pilot, lambda: "n = 7 of 10" in screen_text(app) and "HELD" not in screen_text(app))

    asyncio.run(scene())


# ------------------------------------------------------------------------------------------------------- the points
def test_a_point_is_left_out_only_with_a_reason() -> None:
    async def scene() -> None:
        link = linked(LOW, *idle(LOW))
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "F5 measures" in screen_text(app))
            await pilot.press("end", "s")
            await until(pilot, lambda: isinstance(app.screen, SkipReason) and isinstance(app.focused, Input))
            await pilot.press("enter")
            assert "only with a reason" in screen_text(app)
            await pilot.press(*"no", "space", *"lead", "enter")
            expected = SkipPoint(job=JOB, item=LOW.id, point=LOW.point(5).key, reason="no lead")
            await until(pilot, lambda: skips(link) == [expected])
            plan = (*LOW.points[:5], LOW.point(5, "skipped"))
            opened = LOW.opened()
            link.say(
                ItemOpened(
                    job=JOB, item=opened.item, columns=opened.columns, points=plan, results=opened.results
                )
            )
            await until(pilot, lambda: "skipped" in screen_text(app))
            await until(pilot, lambda: "F5 measures 1 points." in screen_text(app))
            await pilot.press("r")
            assert RepeatPoint(job=JOB, item=LOW.id, point=LOW.point(5).key) in link.sent

    asyncio.run(scene())


def test_nothing_is_left_out_while_the_item_runs_or_without_control() -> None:
    async def scene() -> None:
        link = linked(LOW)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            await pilot.press("s")
            await pilot.pause()
            assert isinstance(app.screen, ItemScreen)

    asyncio.run(scene())


def test_the_filter_shows_the_points_with_all_the_words_and_escape_shows_all() -> None:
    async def scene() -> None:
        link = linked(LOW, *idle(LOW))
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "F5 measures" in screen_text(app))
            rows = app.screen.query_one("#points", Rows)
            await pilot.press("slash")
            await until(pilot, lambda: isinstance(app.focused, Input))
            await pilot.press(*"-", "space", *"to do")
            await until(pilot, lambda: rows.key == LOW.point(MEASURED).key)
            assert not rows.has(LOW.point(0).key)
            await pilot.press("enter")
            assert app.focused is rows
            await pilot.press("end")
            assert rows.key == LOW.point(5).key
            await pilot.press("slash", *"x")
            await until(pilot, lambda: "No point fits the filter." in screen_text(app))
            await pilot.press("escape")
            await until(pilot, lambda: rows.has(LOW.point(0).key))
            assert isinstance(app.screen, ItemScreen), "Esc ended the filter only"
            assert app.focused is rows

    asyncio.run(scene())


def test_a_line_is_copied_without_the_spaces_of_its_numbers() -> None:
    async def scene() -> None:
        link = linked(HIGH, *idle(HIGH))
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "F5 measures" in screen_text(app))
            await pilot.press("down", "y")
            await until(pilot, lambda: "Copied" in app.screen.query_one(LogLine).text)
            assert app.clipboard == "HVSMU\t3000V\t+1500V\t-0.008%\t0.062%"

    asyncio.run(scene())


# -------------------------------------------------------------------------------------------------------- the items
def test_a_digit_opens_the_item_with_its_number() -> None:
    async def scene() -> None:
        link = linked(LOW, *idle(LOW))
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "10 Pulsed current" in screen_text(app))
            await pilot.press("0")
            await until(pilot, lambda: OpenItem(job=JOB, item="pulsed-current") in link.sent)
            await until(
                pilot, lambda: isinstance(app.screen, ItemScreen) and app.screen.item == "pulsed-current"
            )
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))
            await pilot.press("1")
            await until(pilot, lambda: OpenItem(job=JOB, item="appearance") in link.sent)

    asyncio.run(scene())


def test_every_item_has_a_screen_of_its_own_with_a_short_title_that_fits_the_list() -> None:
    for scene in item_scenes.SCENES:
        kind = choice.screen_kind(scene.id)
        assert kind is not ItemScreen, scene.id
        assert kind.__module__.endswith(scene.id.replace("-", "_"))
        assert 0 < len(choice.short_title(scene.id)) <= 14
    assert choice.screen_kind("frame") is ItemScreen, "a module that is no item's"
    assert choice.screen_kind("../console") is ItemScreen
    assert choice.short_title("unheard-of") == ""


def test_the_certificate_is_issued_from_the_job_and_its_files_are_named() -> None:
    async def scene() -> None:
        link = ScriptedLink(answers=False)
        link.opening = [scenes.welcome(), item_scenes.job_opened()]
        app = console(link)
        async with shown(app) as pilot:
            await pilot.press("enter")
            await until(
                pilot, lambda: isinstance(app.screen, JobScreen) and "Capacitance" in screen_text(app)
            )
            assert "F2" in app.screen.query_one(KeyLine).text
            await pilot.press("f2")
            await until(pilot, lambda: isinstance(app.screen, IssueDialog))
            assert f"/lab/workspace/certificates/{JOB}" in screen_text(app)
            await pilot.press("2")
            expected = Issue(job=JOB, language="zh", out=f"/lab/workspace/certificates/{JOB}")
            await until(pilot, lambda: expected in link.sent)
            link.say(item_scenes.issued())
            await until(pilot, lambda: isinstance(app.screen, IssuedBox))
            seen = screen_text(app)
            assert all(name in seen for name in ("certificate.pdf", "record.pdf", "certificate.xml"))
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))

    asyncio.run(scene())


def test_the_language_changes_on_every_item_screen() -> None:
    async def scene() -> None:
        link = linked(LOW)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            link.say(*middle(LOW))
            await until(pilot, lambda: "Null detector" in screen_text(app))
            await pilot.press("f9")
            await until(pilot, lambda: "指零仪" in screen_text(app) and "电流输出≤10µA" in screen_text(app))
            assert app.screen.query_one(LiveBlock).size.height == 5

    asyncio.run(scene())
