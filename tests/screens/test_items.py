"""Pictures of the screen of every calibration item: what to connect, the middle of a run, its end."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.screens import item_scenes, scenes
from tests.screens.item_scenes import SCENES
from tests.screens.pilot import console, screen_text, settled, shown, until
from tests.screens.scenes import JOB, ScriptedLink

from benchtui.i18n import text
from benchtui.messages import Event, Issue, Outputs, RunEnded, RunStarted, Settled
from benchtui.screens.issue import IssuedBox, IssueDialog
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.task_block import TaskBlock
from benchtui.screens.job import JobScreen
from benchtui.screens.typed import Judge, Release

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from tests.screens.item_scenes import Scene
    from textual.pilot import Pilot

    from benchtui.screens.console import BenchApp

WHY = text(
    "{name}: {constants} time constants of {seconds} s with the 10 pF across it",
    name="R 1 TΩ",
    constants="9.2",
    seconds="10",
)
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


def linked(scene: Scene, *events: Event) -> ScriptedLink:
    """Return a link to an engine that runs *scene*."""
    link = ScriptedLink(answers=False)
    welcome = scenes.welcome(running=True)
    link.opening = [
        type(welcome)(
            **{
                **{name: getattr(welcome, name) for name in welcome.__struct_fields__},
                "running_item": scene.id,
            }
        ),
        Outputs(on=False),
        item_scenes.job_opened(),
        scene.opened(),
        item_scenes.ROOM,
        *events,
    ]
    return link


def asks(app: BenchApp, scene: Scene) -> bool:
    """Tell whether the screen of *scene* is in front and shows what to connect."""
    front = app.screen
    here = isinstance(front, ItemScreen) and front.item == scene.id
    return here and any(block.display for block in front.query(TaskBlock))


ENDS = ("appearance", "pulsed-current")
"""Items whose end is shown too."""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_all_items(size: str, language: str, pictures: SnapshotAssertion) -> None:
    async def draw() -> dict[str, str]:
        link = linked(SCENES[0])
        app = console(link, language=language)
        taken: dict[str, str] = {}
        async with shown(app, SIZES[size]) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            for scene in SCENES:
                if scene is not SCENES[0]:
                    app.pop_screen()
                    app.open_item(JOB, scene.id)
                link.say(scene.opened(), RunStarted(job=JOB, item=scene.id), scene.asked())
                await until(pilot, partial(asks, app, scene))
                taken[f"{scene.id}-wiring"] = await settled(app, pilot)
                link.say(Settled(id=3), *middle(scene))
                await until(pilot, lambda: "14:02:11" in screen_text(app))
                taken[f"{scene.id}-measuring"] = await settled(app, pilot)
                ended = RunEnded(job=JOB, item=scene.id, state="done")
                link.say(*(scene.done() if scene.id in ENDS else [ended, Outputs(on=False)]))
                await until(pilot, lambda: app.view.running is None)
                if scene.id in ENDS:
                    taken[f"{scene.id}-done"] = await settled(app, pilot)
                app.view.notes.clear()
        return taken

    wrong = [
        name
        for name, picture in asyncio.run(draw()).items()
        if picture != pictures(name=f"{name}-{size}-{language}")
    ]
    assert not wrong


MOMENTS = (
    "waiting",
    "judge",
    "judge-remark",
    "arm",
    "arm-refused",
    "skip",
    "filter",
    "held",
    "issue",
    "issued",
)


def item_of(moment: str) -> str:
    """Return the item whose screen shows *moment*."""
    if moment.startswith("judge"):
        return "appearance"
    return "dc-voltage-output-hv" if moment.startswith("arm") else "dc-current-output-low"


@pytest.mark.parametrize(("size", "language"), [("80x24", "en"), ("80x24", "zh"), ("120x40", "en")])
@pytest.mark.parametrize("moment", MOMENTS)
def test_pictures_of_moments(moment: str, size: str, language: str, pictures: SnapshotAssertion) -> None:
    scene = item_scenes.scene(item_of(moment))

    async def draw() -> str:
        link = linked(scene)
        app = console(link, language=language)
        app.view.now = lambda: 100.0
        async with shown(app, SIZES[size]) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ItemScreen))
            await bring(moment, scene, link, app, pilot)
            return await settled(app, pilot)

    assert asyncio.run(draw()) == pictures


async def bring(moment: str, scene: Scene, link: ScriptedLink, app: BenchApp, pilot: Pilot[None]) -> None:
    """Bring the console to *moment*."""
    if moment in ("waiting", "held", "filter"):
        link.say(*middle(scene))
        await until(pilot, lambda: "14:02:11" in screen_text(app))
    match moment:
        case "waiting":
            link.say(scene.waiting(92.0, WHY))
            await until(pilot, lambda: "92 s" in screen_text(app))
            app.view.now = lambda: 144.0
            link.say(item_scenes.NOTE)
            await until(pilot, lambda: "48 s" in screen_text(app))
        case "judge" | "judge-remark":
            link.say(item_scenes.judging())
            await until(pilot, lambda: isinstance(app.screen, Judge))
            if moment == "judge-remark":
                await pilot.press("a", *"scratched")
        case "arm" | "arm-refused":
            link.say(
                item_scenes.arming(text("This is not {level}.", level="2700 V") if "-" in moment else None)
            )
            await until(pilot, lambda: isinstance(app.screen, Release))
            await pilot.press(*("270" if "-" in moment else "2700"))
        case "held":
            await pilot.press("space")
        case "filter":
            await pilot.press("slash", *"+")
        case "skip":
            link.say(RunEnded(job=JOB, item=scene.id, state="done"))
            await until(pilot, lambda: app.view.running is None)
            await pilot.press("s", *"no lead")
        case _:
            await pilot.press("escape", "1")
            await until(pilot, lambda: isinstance(app.screen, JobScreen))
            link.say(item_scenes.job_opened())
            await pilot.press("c")
            await until(pilot, lambda: isinstance(app.screen, IssueDialog))
            if moment == "issued":
                await pilot.press("1")
                await until(pilot, lambda: any(isinstance(command, Issue) for command in link.sent))
                link.say(item_scenes.issued())
                await until(pilot, lambda: isinstance(app.screen, IssuedBox))


def middle(scene: Scene) -> list[Event]:
    """Return the middle of a run of *scene*: a pulse where there is one, a null that is looked for."""
    if scene.id == "dc-current-output-low":
        return [*item_scenes.balancing(scene), item_scenes.NOTE]
    if scene.id == "pulsed-current":
        return [*scene.measuring(), item_scenes.pulse(scene)]
    return scene.measuring()
