"""The key table: every key, what it does, where it works; bindings, key line and help come from it."""

from __future__ import annotations

from typing import Literal

import msgspec
from textual.binding import Binding

from benchtui.i18n import N_

Place = Literal["everywhere", "screens", "job", "item", "items"]
"""Where a key works; ``items`` is the screen of a job and those of its items."""


class Key(msgspec.Struct, frozen=True):
    """One line of the table.

    *keys* are in Textual's notation; *shown* are the same as printed on keyboards, the first stands in the
    key line with *label*; *sense* is the sentence in the help. *rank* orders what a narrow key line leaves
    out: the largest goes first, 0 never goes.
    """

    action: str
    keys: str
    shown: tuple[str, ...]
    label: str
    sense: str
    place: Place
    rank: int
    priority: bool = False


TABLE: tuple[Key, ...] = (
    Key("help", "f1,question_mark", ("F1", "?"), N_("Help"), N_("Show the keys."), "screens", 2),
    Key(
        "accept",
        "enter,f7",
        ("Enter", "F7"),
        N_("Accept"),
        N_("Open what is chosen; confirm the wiring; show the budget of a point."),
        "screens",
        3,
    ),
    Key(
        "measure",
        "f5,m",
        ("F5", "m"),
        N_("Measure"),
        N_("Measure the points that have no result yet."),
        "item",
        1,
    ),
    Key("repeat", "f6,r", ("F6", "r"), N_("Repeat"), N_("Measure the chosen point once more."), "item", 3),
    Key(
        "skip",
        "s",
        ("s",),
        N_("Skip"),
        N_("Leave the chosen point out; asks for the reason, which the certificate states."),
        "item",
        5,
    ),
    Key(
        "filter",
        "slash",
        ("/",),
        N_("Filter"),
        N_("Show only the points with the words that you type."),
        "item",
        7,
    ),
    Key(
        "hold",
        "space",
        ("Space",),
        N_("Hold"),
        N_("Hold the live view still, and let it go on; the measurement goes on."),
        "item",
        8,
    ),
    Key(
        "copy",
        "y",
        ("y",),
        N_("Copy"),
        N_("Copy the chosen line to the clipboard of your terminal."),
        "item",
        9,
    ),
    Key(
        "issue",
        "f2,c",
        ("F2", "c"),
        N_("Certificate"),
        N_("Issue the certificate of this job: PDF, record and DCC."),
        "job",
        1,
    ),
    Key(
        "jump",
        "1,2,3,4,5,6,7,8,9,0",
        ("1 … 9 0",),
        "",
        N_("Open the item with this number; 0 is the tenth."),
        "items",
        9,
    ),
    Key(
        "outputs_off",
        "f8,ctrl+backslash",
        ("F8", "^\\"),
        N_("OUTPUTS OFF"),
        N_("Switch all outputs off at once. Works everywhere, asks nothing."),
        "everywhere",
        0,
        priority=True,
    ),
    Key(
        "language",
        "f9,l",
        ("F9", "l"),
        N_("Language"),
        N_("Change the language: English, 中文."),
        "screens",
        6,
    ),
    Key(
        "back",
        "escape,backspace",
        ("Esc", "Backspace"),
        N_("Back"),
        N_("Go back; never quits."),
        "screens",
        4,
    ),
    Key(
        "quit",
        "ctrl+q,f10",
        ("^Q", "F10"),
        N_("Quit"),
        N_("Close the console; asks while a run is going."),
        "everywhere",
        4,
        priority=True,
    ),
    Key("command_palette", "ctrl+p", ("^P",), N_("Commands"), N_("Find a command by name."), "everywhere", 9),
)

LIST_KEYS: tuple[tuple[str, str], ...] = (
    ("Up Down  k j", N_("One line up or down.")),
    ("PgUp PgDn", N_("One page up or down.")),
    ("Home End  g G", N_("First or last line.")),
    ("Left Right", N_("Move a table that is wider than the screen.")),
    ("Tab", N_("To the next part of the screen.")),
)


def bindings(*places: Place) -> list[Binding]:
    """Return the bindings of the table for *places*; the command palette binds its own key."""
    found = [key for key in TABLE if key.place in places and key.action != "command_palette"]
    return [
        *(
            Binding(key.keys, key.action, key.label, priority=key.priority)
            for key in found
            if key.action != "jump"
        ),
        *(
            Binding(digit, f"jump({digit})", show=False)
            for key in found
            if key.action == "jump"
            for digit in key.keys.split(",")
        ),
    ]
