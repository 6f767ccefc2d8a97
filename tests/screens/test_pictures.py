"""Pictures of every screen in both sizes and languages; ``make snapshots`` draws them anew."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.screens import scenes
from tests.screens.pilot import console, screen_text, shown, until
from tests.screens.scenes import ITEM, JOB, ScriptedLink

from benchtui.i18n import Text, text
from benchtui.messages import Event, Failure, Outputs
from benchtui.screens.console import Leaving
from benchtui.screens.enter_value import EnterValue
from benchtui.screens.failure import EngineGone, FailureBox
from benchtui.screens.help import Help
from benchtui.screens.items.frame import ItemScreen

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from textual.pilot import Pilot

    from benchtui.screens.console import BenchApp

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
SCENES = (
    "jobs", "no-jobs", "job", "item", "wiring", "settling", "measuring", "budget", "watching", "confirm",
    "entry", "failure", "help", "leaving", "gone",
)  # fmt: skip


def opening(name: str) -> list[Event]:
    match name:
        case "jobs" | "job" | "item":
            return [scenes.welcome(), Outputs(on=False)]
        case "no-jobs":
            return [scenes.welcome(jobs=()), Outputs(on=False)]
        case "wiring":
            return [scenes.welcome(running=True, virtual=True), Outputs(on=False), *scenes.run_begins()]
        case "watching":
            return [scenes.welcome(running=True, controls=False), *scenes.run_begins()]
        case _:
            return [scenes.welcome(running=True)]


async def play(name: str, link: ScriptedLink, app: BenchApp, pilot: Pilot[None]) -> None:
    """Bring the console into the scene."""
    if name == "job":
        await pilot.press("enter")
        await until(pilot, lambda: "6.5.1" in screen_text(app))
        return
    if name in ("jobs", "no-jobs"):
        return
    await until(pilot, lambda: isinstance(app.screen, ItemScreen) and "MPSMU" in screen_text(app))
    match name:
        case "wiring":
            link.say(scenes.asked_wiring(1500))
        case "settling":
            link.say(*scenes.measuring()[:9])
        case "item":
            pass
        case _:
            link.say(*scenes.measuring())
            await until(pilot, lambda: "14:02:11" in screen_text(app))
    match name:
        case "budget":
            await pilot.press("up", "enter")
        case "confirm":
            link.say(scenes.asked_confirm())
        case "entry":
            link.say(scenes.asked_value())
            await until(pilot, lambda: isinstance(app.screen, EnterValue))
            await pilot.press(*"10.5")
        case "failure":
            link.say(broken())
            await until(pilot, lambda: isinstance(app.screen, FailureBox))
        case "help":
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(app.screen, Help))
        case "leaving":
            await pilot.press("ctrl+q")
            await until(pilot, lambda: isinstance(app.screen, Leaving))
        case "gone":
            link.go()
            await until(pilot, lambda: isinstance(app.screen, EngineGone))


def broken() -> Failure:
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


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_picture(scene: str, size: str, language: str, pictures: SnapshotAssertion) -> None:
    async def draw() -> str:
        link = ScriptedLink()
        link.opening = opening(scene)
        app = console(link, language=language, start=(JOB, ITEM) if scene == "item" else None)
        async with shown(app, SIZES[size]) as pilot:
            await play(scene, link, app, pilot)
            await until(pilot, lambda: still(app))
            return app.export_screenshot(title="benchtui")

    last: list[str] = []

    def still(app: BenchApp) -> bool:
        """Tell whether the screen looks as it did a moment before."""
        last.append(screen_text(app))
        return len(last) > 2 and last[-1] == last[-2] == last[-3]

    assert asyncio.run(draw()) == pictures


@pytest.mark.parametrize("language", ["en", "zh"])
def test_picture_of_a_terminal_that_is_too_small(language: str, pictures: SnapshotAssertion) -> None:
    async def draw() -> str:
        link = ScriptedLink()
        link.opening = [scenes.welcome(running=True)]
        app = console(link, language=language)
        async with shown(app, (50, 12)) as pilot:
            await until(pilot, lambda: "50 × 12" in screen_text(app))
            return app.export_screenshot(title="benchtui")

    assert asyncio.run(draw()) == pictures
