"""Wirings as they are drawn: whoever follows the lines of a drawing finds the leads of the wiring, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.screens.item_scenes import SCENES, Scene

from benchtui import i18n
from benchtui.screens import marks
from benchtui.screens.marks import DOWN, LEFT, RIGHT, UP
from benchtui.screens.wiring_drawing import draw_wiring, lead_lines
from benchtui.screens.wiring_layout import Layout, _nets, lay_out
from benchtui.wiring import Connection, Terminal, Wiring

WAYS = {
    "─": LEFT | RIGHT, "│": UP | DOWN, "┌": DOWN | RIGHT, "┐": DOWN | LEFT, "┘": UP | LEFT, "└": UP | RIGHT,
    "├": UP | DOWN | RIGHT, "┤": UP | DOWN | LEFT, "┬": DOWN | LEFT | RIGHT, "┴": UP | LEFT | RIGHT,
    "┼": UP | DOWN | LEFT | RIGHT,
}  # fmt: skip
STEPS = {UP: (-1, 0), DOWN: (1, 0), LEFT: (0, -1), RIGHT: (0, 1)}
BACK = {UP: DOWN, DOWN: UP, LEFT: RIGHT, RIGHT: LEFT}
WIRED = [scene for scene in SCENES if scene.leads]


def followed(layout: Layout, lines: list[str]) -> set[frozenset[Terminal]]:
    """Follow the lines of the drawing from every terminal; return which terminals they connect."""
    left_wall = lines[0].index("┐")
    right_wall = lines[0].index("┌", 1) if "┌" in lines[0][1:] else len(lines[0])
    ends = {
        (row, left_wall if terminal.role == layout.left_role else right_wall): terminal
        for terminal, row in layout.at.items()
    }
    found = set()
    for at, terminal in ends.items():
        reached = {terminal}
        way = RIGHT if at[1] == left_wall else LEFT
        todo, seen = [(at, way)], set()
        while todo:
            (row, column), going = todo.pop()
            if ((row, column), going) in seen:
                continue
            seen.add(((row, column), going))
            there = (row + STEPS[going][0], column + STEPS[going][1])
            if there in ends:
                reached.add(ends[there])
                continue
            ways = WAYS[lines[there[0]][there[1]]]
            if not ways & BACK[going]:
                assert ways == UP | DOWN, "a line ends at nothing"
                todo.append((there, going))  # it passes behind the other lead
                continue
            todo += [(there, on) for on in STEPS if ways & on and on != BACK[going]]
        found.add(frozenset(reached))
    return found


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("scene", WIRED, ids=[scene.id for scene in WIRED])
def test_the_lines_of_an_item_connect_what_its_leads_connect(scene: Scene, joined: bool) -> None:
    layout = lay_out(scene.leads, joined=joined)
    lines = draw_wiring(Wiring("k", scene.figure, scene.leads), 58, layout.rows if joined else 0)
    assert len(lines) == layout.rows
    assert max(map(cell_len, lines)) <= 58
    assert layout.sound
    assert followed(layout, lines) == {frozenset(net) for net in _nets(scene.leads)}


@st.composite
def wirings(draw: st.DrawFn) -> tuple[Connection, ...]:
    roles = ["uut", *draw(st.lists(st.sampled_from(["null", "resistor", "source", "divider"]), unique=True))]
    count = draw(st.integers(1, 7))
    terminals = [Terminal(role, word) for role in roles for word in ("a", "b", "c")]
    pairs = st.tuples(st.sampled_from(terminals), st.sampled_from(terminals)).filter(lambda p: p[0] != p[1])
    return tuple(Connection(*draw(pairs)) for _ in range(count))


@settings(deadline=None, max_examples=60)
@given(wirings(), st.booleans())
def test_any_wiring_is_drawn_truly_or_told_as_a_list(leads: tuple[Connection, ...], joined: bool) -> None:
    wiring = Wiring("k", "1", leads)
    layout = lay_out(leads, joined=joined)
    lines = draw_wiring(wiring, 78, 0)
    assert len({cell_len(line) for line in lines}) == 1
    if layout.sound and not joined:
        assert followed(layout, lines) == {frozenset(net) for net in _nets(leads)}


def test_a_lead_that_passes_another_breaks_its_line() -> None:
    scene = next(scene for scene in SCENES if scene.id == "pulsed-current")
    assert draw_wiring(Wiring("k", "10", scene.leads), 58) == [
        "┌ UUT ────────┐       ┌ Shunt ──────┐",
        "│ HCSMU Force ├───────┤ I+          │",
        "│      Common ├───────┤ I−          │",
        "│             │  ┌────┤ U+          │",
        "│             │  │ ┌──┤ U−          │",
        "│             │  │ │  └─────────────┘",
        "│             │  │ │  ┌ Digitizer ──┐",
        "│             │  └─│──┤ HI          │",
        "│             │    └──┤ LO          │",
        "└─────────────┘       └─────────────┘",
    ]


def test_leads_that_meet_are_joined_and_boxes_join_where_there_are_few_lines() -> None:
    scene = next(scene for scene in SCENES if scene.id == "dc-voltage-output-hv")
    assert draw_wiring(Wiring("k", "7", scene.leads), 58, 8) == [
        "┌ UUT ────────┐       ┌ Divider ────┐",
        "│ HVSMU Force ├───────┤ HI          │",
        "│      Common ├──┬────┤ LO          │",
        "│             │  │ ┌──┤ 500:1       │",
        "│             │  │ │  ├ Voltmeter ──┤",
        "│             │  │ └──┤ HI          │",
        "│             │  └────┤ LO          │",
        "└─────────────┘       └─────────────┘",
    ]


@pytest.mark.parametrize(("width", "height"), [(30, 0), (58, 8)])
def test_what_does_not_fit_is_told_lead_by_lead(width: int, height: int) -> None:
    scene = next(scene for scene in SCENES if scene.id == "dc-current-output-low")
    wiring = Wiring("k", "2", scene.leads)
    lines = draw_wiring(wiring, width, height)
    assert lines == lead_lines(wiring, width)
    assert len(lines) == len(scene.leads)
    assert max(map(cell_len, lines)) <= width
    if width == 58:
        assert "Resistor B ── Voltage source HI" in lines[2]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("name", ["unicode", "block", "ascii"])
@pytest.mark.parametrize("scene", WIRED, ids=[scene.id for scene in WIRED])
def test_lines_are_equally_long_in_every_language_and_set(
    scene: Scene, name: marks.SetName, language: str
) -> None:
    i18n.use(language)
    marks.use(name)
    lines = draw_wiring(Wiring("k", scene.figure, scene.leads), 58)
    assert len({cell_len(line) for line in lines}) == 1
    if name == "ascii" and language == "en":
        assert "".join(lines).isascii()
