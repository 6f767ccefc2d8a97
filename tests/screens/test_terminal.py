"""The console on a real pty: bytes that are no text, a line that hangs up, a terminal that stops reading."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.screens.terminal import DEADLINE, Terminal

from benchtui.app import check_terminal
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

F8 = b"\x1b[19~"
CTRL_Q = b"\x11"


def show(scene: str, language: str = "en", symbols: str = "unicode") -> list[str]:
    return [sys.executable, "-m", "tests.screens.show", scene, language, symbols]


def test_bytes_that_are_no_text_do_not_end_the_console() -> None:
    with Terminal(show("jobs")) as terminal:
        terminal.wait_for("2026-0142")
        terminal.send(b"\xc4\xe3\xba\xc3\xff\xfe")  # a word in GBK, and noise
        terminal.send(b"\x1b[M\x20\xa1\xa2")  # a mouse click as old terminals send it
        terminal.send(b"?")
        terminal.wait_for("Show the keys.")
        terminal.send(b"\x1b")
        terminal.wait(lambda: "Show the keys." not in terminal.text())
        terminal.send(CTRL_Q)
        assert terminal.end() == 0


def test_outputs_off_on_a_real_terminal() -> None:
    with Terminal(show("live")) as terminal:
        terminal.wait_for("OUTPUT ON")
        terminal.send(F8)
        terminal.wait_for("outputs off")
        terminal.send(b"\x1c")
        terminal.wait_for("The engine reports: outputs are off.")
        terminal.send(CTRL_Q)
        terminal.wait_for("Close the console?")
        terminal.send(b"1")
        assert terminal.end() == 0
        assert "Traceback" not in terminal.text()


def test_a_line_that_hangs_up_ends_the_console() -> None:
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"  # only the end of input is left
    program = f"{ignoring}; from tests.screens.show import main; raise SystemExit(main('live'))"
    with Terminal([sys.executable, "-c", program]) as terminal:
        terminal.wait_for("OUTPUT ON")
        terminal.hang_up()
        assert terminal.end() == 0


def test_a_terminal_that_stops_reading_blocks_nothing_and_is_painted_anew(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    with Terminal([*show("live"), str(diary)], columns=200, lines=60) as terminal:
        terminal.wait_for("OUTPUT ON")
        for _turn in range(51):  # nothing is read: every change of the language is a whole screen
            terminal.send(b"l")
            time.sleep(0.03)  # let each key be a screen of its own
        terminal.send(F8)
        end = time.monotonic() + DEADLINE
        while not diary.exists():
            assert time.monotonic() < end, "the key did not reach the engine while the terminal stood still"
            time.sleep(0.02)
        terminal.wait_for("引擎报告：输出已关断。")
        terminal.wait(lambda: "Standard" not in terminal.text() and "OUTPUT" not in terminal.text())
        terminal.wait(lambda: "6.5.1 直流电压输出" in terminal.text().splitlines()[0])
        terminal.wait(lambda: "关断输出" in terminal.text().splitlines()[-1])


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_terminal_without_a_cursor_is_refused_with_a_hint(term: str) -> None:
    program = (
        "import benchtui.app as a\ntry: a.check_terminal()\nexcept Exception as e: print(type(e).__name__, e)"
    )
    with Terminal([sys.executable, "-c", program], TERM=term) as terminal:
        terminal.wait_for("--plain")
        assert "BadInput" in terminal.text()


def test_without_a_terminal_the_console_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput, match="needs a terminal"):
        check_terminal()


def test_no_colour_is_still_legible() -> None:
    with Terminal(show("live"), NO_COLOR="1") as terminal:
        terminal.wait_for("OUTPUT ON")
        terminal.wait_for("MPSMU")
        colours = {
            cell.fg for line in terminal.screen.buffer.values() for cell in line.values() if cell.data.strip()
        }
        assert colours == {"default"}
        reverse = {
            cell.data for line in terminal.screen.buffer.values() for cell in line.values() if cell.reverse
        }
        assert set("OUTPUT") <= reverse


def test_the_ascii_set_needs_nothing_beyond_ascii() -> None:
    with Terminal(show("wiring", "en", "ascii")) as terminal:
        terminal.wait_for("connected as drawn")
        terminal.send(b"?")
        terminal.wait_for("Show the keys.")
        beyond = {c for c in terminal.text() if not c.isascii()}
        assert beyond <= set("中文"), beyond


def test_the_end_by_a_signal_leaves_the_terminal_usable() -> None:
    with Terminal(show("jobs")) as terminal:
        terminal.wait_for("2026-0142")
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.wait(lambda: terminal.status() is not None)


@pytest.mark.slow
def test_a_terminal_that_falls_silent_while_something_is_hazardous_counts_as_lost() -> None:
    with Terminal(show("hazard")) as terminal:
        terminal.wait_for("DANGER")
        terminal.wait(lambda: terminal.questions == 2)
        assert terminal.status() is None
        assert "Show the keys." not in terminal.text(), "an answer is no key"
        terminal.answers = False
        assert terminal.end() == 0
