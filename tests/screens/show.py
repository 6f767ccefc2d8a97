"""Shows a scene on this terminal, for the eye: ``python -m tests.screens.show live zh unicode``."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tests.screens import scenes

from benchtui.app import run_console
from benchtui.messages import Command, Outputs, OutputsOff

if TYPE_CHECKING:
    from benchtui.screens.marks import SetName


class Playing(scenes.ScriptedLink):
    """Answers as an engine would: outputs go off when it is told so."""

    def __init__(self, diary: Path | None) -> None:
        super().__init__()
        self._diary = diary

    def send(self, command: Command) -> None:
        super().send(command)
        if isinstance(command, OutputsOff):
            if self._diary is not None:
                self._diary.write_text("off", encoding="utf-8")
            self.say(Outputs(on=False))


def main(scene: str = "live", language: str = "en", symbols: str = "unicode", diary: str = "") -> int:
    """Play *scene*; note in the file *diary* when outputs were switched off."""
    link = Playing(Path(diary) if diary else None)
    link.opening = [scenes.welcome(running=scene not in ("jobs", "item"))]
    if scene == "wiring":
        link.opening += [*scenes.run_begins(), scenes.asked_wiring(1500)]
    if scene == "hazard":
        link.opening += [*scenes.run_begins(), Outputs(on=True, level="1500 V", hazard=True)]
    start = (scenes.JOB, scenes.ITEM) if scene == "item" else None

    def play() -> None:
        time.sleep(1)
        link.say(*scenes.measuring())
        for n in itertools.count():
            time.sleep(0.1)
            link.say(scenes.live(n % 11, n * 7 % 9, settling=n % 11 == 0))

    if scene == "live":
        threading.Thread(target=play, daemon=True).start()
    return run_console(link, start=start, language=language, symbols=cast("SetName", symbols))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
