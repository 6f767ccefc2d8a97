"""What the keys of the console do, driven as an operator drives them."""

from __future__ import annotations

import asyncio

import pytest
from tests.screens import scenes
from tests.screens.pilot import console, screen_text, shown, until
from tests.screens.scenes import ITEM, JOB, ScriptedLink
from textual.widgets import Input

from benchtui.i18n import Text, text
from benchtui.messages import (
    Answer,
    Detach,
    Event,
    Failure,
    OpenItem,
    Outputs,
    OutputsOff,
    RepeatPoint,
    RunEnded,
    RunStarted,
    Settled,
    StartItem,
    Stop,
)
from benchtui.screens.confirm import Confirm
from benchtui.screens.console import Leaving
from benchtui.screens.enter_value import EnterValue
from benchtui.screens.failure import EngineGone, FailureBox
from benchtui.screens.help import Help
from benchtui.screens.items.dc_voltage_output import Screen as DcVoltageOutput
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.job import JobScreen
from benchtui.screens.jobs import JobsScreen
from benchtui.screens.lines import KeyLine, LogLine, StatusLine
from benchtui.screens.rows import Rows


def link_with(*events: Event, controls: bool = True, running: bool = False) -> ScriptedLink:
    link = ScriptedLink()
    link.opening = [scenes.welcome(controls=controls, running=running), *events]
    return link


def test_enter_leads_from_the_jobs_to_the_item_and_escape_back() -> None:
    async def scene() -> None:
        link = link_with()
        app = console(link)
        async with shown(app) as pilot:
            assert isinstance(app.screen, JobsScreen)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, DcVoltageOutput))
            assert OpenItem(job=JOB, item=ITEM) in link.sent
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))
            await pilot.press("backspace")
            await until(pilot, lambda: isinstance(app.screen, JobsScreen))
            await pilot.press("escape")
            assert isinstance(app.screen, JobsScreen), "Esc never quits"

    asyncio.run(scene())


def test_a_console_that_comes_back_stands_where_the_work_is() -> None:
    async def scene() -> None:
        app = console(link_with(running=True))
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, DcVoltageOutput))

    asyncio.run(scene())


@pytest.mark.parametrize("key", ["f8", "ctrl+backslash"])
@pytest.mark.parametrize("where", ["jobs", "item", "confirm", "entry", "failure", "help", "palette", "small"])
def test_outputs_off_works_everywhere_at_once(key: str, where: str) -> None:
    async def scene() -> None:
        link = link_with(running=where != "jobs")
        app = console(link)
        async with shown(app, (50, 12) if where == "small" else (80, 24)) as pilot:
            match where:
                case "confirm":
                    link.say(scenes.asked_confirm())
                    await until(pilot, lambda: isinstance(app.screen, Confirm))
                case "entry":
                    link.say(scenes.asked_value())
                    await until(pilot, lambda: isinstance(app.screen, EnterValue))
                    await until(pilot, lambda: isinstance(app.focused, Input))
                case "failure":
                    link.say(failure())
                    await until(pilot, lambda: isinstance(app.screen, FailureBox))
                case "help":
                    await pilot.press("f1")
                    await until(pilot, lambda: isinstance(app.screen, Help))
                case "palette":
                    await pilot.press("ctrl+p")
            await pilot.press(key)
            assert OutputsOff() in link.sent

    asyncio.run(scene())


def test_outputs_off_is_confirmed_when_the_engine_reports_it() -> None:
    async def scene() -> None:
        link = link_with(Outputs(on=True, level="10 V"), running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            assert "OUTPUT ON 10 V" in app.screen.query_one(StatusLine).text
            await pilot.press("f8")
            assert "waiting" in app.screen.query_one(LogLine).text
            link.say(Outputs(on=False))
            await until(pilot, lambda: "outputs off" in app.screen.query_one(StatusLine).text)
            assert "The engine reports: outputs are off." in app.screen.query_one(LogLine).text

    asyncio.run(scene())


def test_outputs_off_without_a_report_sends_the_operator_to_the_instrument() -> None:
    async def scene() -> None:
        link = link_with(Outputs(on=True, level="10 V"), running=True)
        app = console(link)
        async with shown(app) as pilot:
            await pilot.press("f8")
            await until(pilot, lambda: isinstance(app.screen, FailureBox))
            await until(pilot, lambda: "instrument's panel" in screen_text(app))

    asyncio.run(scene())


def test_enter_confirms_the_wiring() -> None:
    async def scene() -> None:
        link = link_with(scenes.asked_wiring(), running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "connected as drawn" in screen_text(app))
            await pilot.press("enter")
            assert Answer(id=3, value="yes") in link.sent
            link.say(Settled(id=3))
            await until(pilot, lambda: "connected as drawn" not in screen_text(app))

    asyncio.run(scene())


def test_a_question_put_aside_is_told_elsewhere_and_comes_back_with_enter() -> None:
    async def scene() -> None:
        link = link_with(RunStarted(job=JOB, item=ITEM), scenes.asked_confirm(), running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            assert "WAITS FOR YOU" not in app.screen.query_one(StatusLine).text
            await pilot.press("escape", "enter")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))
            assert "WAITS FOR YOU" in app.screen.query_one(StatusLine).text
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("2")
            await until(pilot, lambda: Answer(id=5, value="no") in link.sent)

    asyncio.run(scene())


def test_a_typed_value_is_echoed_and_a_comma_refused() -> None:
    async def scene() -> None:
        link = link_with(scenes.asked_value(), running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, EnterValue))
            await pilot.press(*"10,5", "enter")
            assert "A comma is not a decimal sign here." in screen_text(app)
            assert not [c for c in link.sent if isinstance(c, Answer)]
            await pilot.press(*["backspace"] * 4, *"1.50 kV")
            assert "= 1500" in screen_text(app)
            await pilot.press("enter")
            assert Answer(id=4, value="1.50 kV") in link.sent

    asyncio.run(scene())


def test_a_refused_answer_is_asked_again_with_the_reason() -> None:
    async def scene() -> None:
        link = link_with(scenes.asked_value(), running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, EnterValue))
            link.say(scenes.asked_value(text("The reading is beyond the range.")))
            await until(pilot, lambda: "The reading is beyond the range." in screen_text(app))
            link.say(Settled(id=4))
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))

    asyncio.run(scene())


def test_escape_while_measuring_asks_whether_to_stop() -> None:
    async def scene() -> None:
        link = link_with(running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            assert Stop() not in link.sent
            await pilot.press("escape", "1")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))
            assert Stop() not in link.sent
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            await pilot.press("escape", "2")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))
            assert Stop() in link.sent

    asyncio.run(scene())


def test_measure_and_repeat_command_the_engine_and_rest_while_it_runs() -> None:
    async def scene() -> None:
        link = link_with()
        app = console(link, start=(JOB, ITEM))
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen) and "F5" in screen_text(app))
            await pilot.press("down", "r")
            assert RepeatPoint(job=JOB, item=ITEM, point=scenes.points()[1].key) in link.sent
            await pilot.press("f5")
            assert link.sent.count(StartItem(job=JOB, item=ITEM)) == 1
            link.say(RunStarted(job=JOB, item=ITEM))
            await until(pilot, lambda: app.view.running is not None)
            await pilot.press("f5", "m")
            assert link.sent.count(StartItem(job=JOB, item=ITEM)) == 1
            link.say(RunEnded(job=JOB, item=ITEM, state="done"))
            await until(pilot, lambda: app.view.running is None)
            await pilot.press("m")
            assert link.sent.count(StartItem(job=JOB, item=ITEM)) == 2

    asyncio.run(scene())


def test_a_watching_console_says_so_and_does_not_act() -> None:
    async def scene() -> None:
        link = link_with(scenes.asked_wiring(), controls=False, running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: "The other console answers this." in screen_text(app))
            assert "watching only" in app.screen.query_one(StatusLine).text
            before = len(link.sent)
            await pilot.press("enter", "f5", "f6")
            link.say(Settled(id=3), RunEnded(job=JOB, item=ITEM, state="done"), scenes.asked_value())
            await until(pilot, lambda: app.view.running is None)
            await pilot.press("enter", "f5", "f6")
            assert len(link.sent) == before
            await pilot.press("f8")
            assert OutputsOff() in link.sent, "switching off is never refused"

    asyncio.run(scene())


def test_the_language_changes_while_a_dialog_is_open() -> None:
    async def scene() -> None:
        app = console(link_with(scenes.asked_confirm(), running=True))
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("f9")
            await until(pilot, lambda: "取消" in screen_text(app))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            assert "测量" in app.screen.query_one(KeyLine).text
            await pilot.press("l")
            await until(pilot, lambda: "Measure" in app.screen.query_one(KeyLine).text)

    asyncio.run(scene())


def test_quit_asks_what_becomes_of_the_run() -> None:
    async def scene() -> None:
        link = link_with(running=True)
        app = console(link)
        async with shown(app) as pilot:
            await pilot.press("ctrl+q")
            await until(pilot, lambda: isinstance(app.screen, Leaving))
            await pilot.press("ctrl+q")
            assert sum(isinstance(screen, Leaving) for screen in app.screen_stack) == 1
            await pilot.press("2")
            await until(pilot, lambda: not app.is_running)
        assert link.sent[-3:] == [Stop(), OutputsOff(), Detach()]
        assert link.closed

    asyncio.run(scene())


def test_quit_asks_nothing_when_nothing_runs_and_nothing_is_on() -> None:
    async def scene() -> None:
        link = link_with(Outputs(on=False))
        app = console(link)
        async with shown(app) as pilot:
            await pilot.press("f10")
            await until(pilot, lambda: not app.is_running)
        assert link.sent[-1] == Detach()
        assert app.return_code == 0

    asyncio.run(scene())


def test_an_engine_that_is_gone_is_told_with_what_to_do() -> None:
    async def scene() -> None:
        link = link_with(running=True)
        app = console(link)
        async with shown(app) as pilot:
            link.go()
            await until(pilot, lambda: isinstance(app.screen, EngineGone))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            assert "ENGINE GONE" in app.screen.query_one(StatusLine).text
            await pilot.press("f5")
            assert StartItem(job=JOB, item=ITEM) not in link.sent
            await pilot.press("f8")
            await until(pilot, lambda: isinstance(app.screen, EngineGone))
            await pilot.press("enter")
            await until(pilot, lambda: not app.is_running)
        assert app.return_code == 3

    asyncio.run(scene())


def test_words_from_outside_are_never_markup() -> None:
    hostile = "[red]x[/] [@click=app.quit]y[/] \x1b[2J [/nope]"

    async def scene() -> None:
        link = link_with(running=True)
        app = console(link)
        async with shown(app) as pilot:
            link.say(
                Failure(
                    kind="Garbled",
                    what=Text("{a}", {"a": hostile}),
                    where=hostile,
                    hint=Text(hostile),
                    exit_status=3,
                )
            )
            await until(pilot, lambda: "[red]x[/]" in screen_text(app))
            shown_text = screen_text(app)
            assert "[@click=app.quit]" in shown_text
            assert "\x1b" not in shown_text

    asyncio.run(scene())


def test_the_cursor_follows_the_run_until_the_operator_moves_it() -> None:
    async def scene() -> None:
        link = link_with(running=True)
        app = console(link)
        async with shown(app) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            link.say(*scenes.measuring())
            rows = app.screen.query_one("#points", Rows)
            await until(pilot, lambda: rows.key == scenes.running_point().key)
            await pilot.press("home")
            assert rows.key == scenes.points()[0].key
            link.say(*scenes.measuring())
            await pilot.pause()
            assert rows.key == scenes.points()[0].key

    asyncio.run(scene())


def test_tab_goes_through_the_screen_in_reading_order_and_enter_changes_the_item() -> None:
    async def scene() -> None:
        link = link_with()
        app = console(link, start=(JOB, ITEM))
        async with shown(app) as pilot:
            await until(
                pilot, lambda: isinstance(app.screen, ItemScreen) and "Capacitance" in screen_text(app)
            )
            await pilot.press("shift+tab", "down", "enter")
            await until(pilot, lambda: OpenItem(job=JOB, item="dc-current-output-low") in link.sent)
            await until(
                pilot,
                lambda: isinstance(app.screen, ItemScreen) and app.screen.item == "dc-current-output-low",
            )
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))

    asyncio.run(scene())


def failure() -> Failure:
    return Failure(
        kind="Lost",
        what=Text("The connection was closed at the other end."),
        where="dmm TCPIP::192.168.0.17::5025::SOCKET",
        hint=text(
            "Check that the instrument at {host} is still switched on, then connect again.",
            host="192.168.0.17",
        ),
        exit_status=3,
    )
