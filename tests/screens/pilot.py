"""Runs the console without a terminal for a test."""

from __future__ import annotations

from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING

from benchtui.screens.console import BenchApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.screens.scenes import ScriptedLink
    from textual.pilot import Pilot

NOON = "12:00:00"
DEADLINE = 60.0
"""Seconds of patience: a machine that is busy with other work is slow, not wrong."""


def console(link: ScriptedLink, *, language: str = "en", start: tuple[str, str] | None = None) -> BenchApp:
    """Return a console that draws every value at once and whose clock stands still."""
    return BenchApp(
        link, start=start, language=language, symbols="unicode", live_interval=0.0, clock=lambda: NOON
    )


@asynccontextmanager
async def shown(app: BenchApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """Run *app* and give its keyboard."""
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


async def until(pilot: Pilot[None], so: Callable[[], bool]) -> None:
    """Let the console work until *so* is true; fail if it does not become true."""
    end = monotonic() + DEADLINE
    while monotonic() < end:
        if so():
            return
        await pilot.pause(0.01)
    message = "the console did not come to the expected state"
    raise AssertionError(message)


def screen_text(app: BenchApp) -> str:
    """Return what is on the screen, line by line, without style."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def settled(app: BenchApp, pilot: Pilot[None]) -> str:
    """Let the console work until its screen looks the same three times, and return its picture."""
    last: list[str] = []

    def still() -> bool:
        last.append(screen_text(app))
        return len(last) > 2 and last[-1] == last[-2] == last[-3]

    await until(pilot, still)
    return app.export_screenshot(title="benchtui")
