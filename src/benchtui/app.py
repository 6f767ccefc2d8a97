"""The console on this terminal. Imports Textual only when needed, and prepares what it reads at import."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from benchtui.screens.link import EngineLink
    from benchtui.screens.marks import SetName

SURROUNDINGS = {
    "ESCDELAY": "25",  # a bare Esc would wait a tenth of a second
    "TEXTUAL_ANIMATIONS": "none",  # nothing moves that does not change
}


def run_console(
    link: EngineLink,
    *,
    start: tuple[str, str] | None = None,
    language: str = "en",
    symbols: SetName | None = None,
) -> int:
    """Show the console until the operator closes it; return the exit status. Closes *link*.

    Parameters
    ----------
    link
        Connection to the engine.
    start
        Job and item to open at once.
    language
        ``en`` or ``zh``.
    symbols
        Set of marks; None chooses for the terminal.

    Raises
    ------
    BadInput
        Standard input or output is no terminal, or one that cannot place its cursor.
    """
    check_terminal()
    for name, setting in SURROUNDINGS.items():
        os.environ.setdefault(name, setting)
    from benchtui.screens.console import BenchApp

    app = BenchApp(link, start=start, language=language, symbols=symbols)
    app.run()
    if app.hung_up:
        _forget_terminal()
    return app.return_code or 0


def _forget_terminal() -> None:
    """Let what is still buffered for a terminal that is gone go nowhere: flushing it would fail at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def check_terminal() -> None:
    """Refuse what the console cannot be drawn on. Raises ``BadInput``."""
    hint = text(N_("Use plain mode: benchtui run JOB.toml --bench BENCH.toml --plain"))
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadInput(text(N_("The console needs a terminal.")), hint=hint)
    term = os.environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        raise BadInput(text(N_("This terminal cannot place its cursor.")), where=f"TERM={term}", hint=hint)
