"""What is drawn without a toolkit: marks, wiring, traces, and the state that events put together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.screens import scenes
from tests.screens.scenes import ITEM, JOB

from benchtui import i18n
from benchtui.messages import ItemOpened, Outputs, PointChanged, RunEnded, Settled
from benchtui.screens import marks
from benchtui.screens.bench_view import TRACE_LENGTH, BenchView
from benchtui.screens.items.task_block import danger_words
from benchtui.screens.lines import outputs_words
from benchtui.screens.trace import number, plot
from benchtui.screens.wiring_drawing import draw_wiring
from benchtui.wiring import Connection, Terminal, Wiring

if TYPE_CHECKING:
    from benchtui.screens.marks import SetName

SETS: tuple[SetName, ...] = ("unicode", "block", "ascii")


@pytest.mark.parametrize("name", SETS)
def test_every_mark_is_one_cell_wide_and_every_state_has_word_and_mark(name: SetName) -> None:
    marks.use(name)
    these = marks.marks()
    assert set(these.states) == set(marks.STATE_WORDS)
    assert len(set(these.states.values())) == len(these.states), "a mark stands for one state"
    single = [*these.states.values(), these.full, these.empty, these.step, these.more, *these.box]
    assert all(cell_len(mark) == 1 for mark in single)
    if name == "ascii":
        assert "".join(single).isascii()


@given(st.text(), st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int, align: str) -> None:
    fitted = marks.fit(text, width, "left" if align == "left" else "right")
    assert cell_len(fitted) == width
    assert fitted.replace("\u00a0", "").isprintable()


def test_signs_of_values_are_spelled_in_the_ascii_set() -> None:
    marks.use("ascii")
    assert (
        marks.plain("−1.000\u00a002 µV ± 3 °C, 10 MΩ, ν = ∞") == "-1.000 02 uV +/- 3 degC, 10 MOhm, nu = inf"
    )


@pytest.mark.parametrize(
    ("done", "of", "expected"), [(0, 10, "░░░░"), (5, 10, "██░░"), (12, 10, "████"), (0, 0, "░░░░")]
)
def test_the_bar_fills_in_proportion(done: int, of: int, expected: str) -> None:
    assert marks.bar(done, of, 4) == expected


def test_the_wiring_is_drawn_with_the_uut_at_the_left() -> None:
    there = scenes.wiring()
    turned = Wiring("k", "6", tuple(Connection(c.end, c.start) for c in there.connections))
    expected = [
        "┌ UUT ────────┐              ┌ Standard ──┐",
        "│ MPSMU Force ├──────────────┤ HI         │",
        "│      Common ├──────────────┤ LO         │",
        "└─────────────┘              └────────────┘",
    ]
    assert draw_wiring(there, 60) == expected
    assert draw_wiring(turned, 60) == expected


def test_boxes_follow_one_another_when_leads_go_to_two_instruments() -> None:
    leads = (
        Connection(Terminal("uut", "force", "A", "Force"), Terminal("standard", "hi", "", "HI")),
        Connection(Terminal("uut", "sense", "A", "Sense"), Terminal("divider", "in", "", "IN")),
        Connection(Terminal("uut", "common", "", "Common"), Terminal("standard", "lo", "", "LO")),
    )
    assert draw_wiring(Wiring("k", "6", leads), 40) == [
        "┌ UUT ────┐              ┌ Standard ──┐",
        "│ A Force ├──────────────┤ HI         │",
        "│  Common ├──────────────┤ LO         │",
        "│         │              └────────────┘",
        "│         │              ┌ divider ───┐",
        "│ A Sense ├──────────────┤ IN         │",
        "└─────────┘              └────────────┘",
    ]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("name", SETS)
def test_the_lines_of_a_drawing_are_equally_long(language: str, name: SetName) -> None:
    i18n.use(language)
    marks.use(name)
    assert len({cell_len(line) for line in draw_wiring(scenes.wiring(), 58)}) == 1
    assert draw_wiring(Wiring("k", "6", ()), 58) == []


def test_danger_is_told_in_words() -> None:
    assert danger_words(scenes.wiring(20)) == []
    assert any("1500 V" in line for line in danger_words(scenes.wiring(1500)))
    view = BenchView()
    assert outputs_words(view)[0] == "outputs not known"
    view.apply(Outputs(on=True, level="1500 V", hazard=True))
    assert "DANGER" in outputs_words(view)[0]
    view.apply(Outputs(on=False))
    assert outputs_words(view)[0] == "outputs off"


@pytest.mark.parametrize(
    ("shown", "value"),
    [("−1.000\u00a002", -1.00002), ("+10.5", 10.5), ("over range", None), ("1.2e-6", 1.2e-6)],
)
def test_a_shown_reading_is_read_back_for_the_trace(shown: str, value: float | None) -> None:
    assert number(shown) == value


@pytest.mark.parametrize("name", SETS)
def test_the_trace_touches_its_edges_and_ends_at_the_newest_value(name: SetName) -> None:
    marks.use(name)
    lines = plot([0.0, 1.0], 10, 4)
    assert [len(line) for line in lines] == [10] * 4
    assert lines[0][-1] != " "
    assert lines[-1][0] != " "
    assert lines[0][0] == " "
    assert lines[-1][-1] == " "


@given(st.lists(st.floats(-1e9, 1e9), max_size=300), st.integers(1, 40), st.integers(1, 12))
def test_any_readings_can_be_plotted(values: list[float], width: int, height: int) -> None:
    lines = plot(values, width, height)
    assert [len(line) for line in lines] == [width] * height
    assert bool(values) == any(line.strip() for line in lines)


def test_equal_readings_lie_in_the_middle() -> None:
    lines = plot([5.0] * 10, 6, 3)
    assert [bool(line.strip()) for line in lines] == [False, True, False]


def test_the_view_puts_the_events_together() -> None:
    view = BenchView()
    for event in (scenes.welcome(), scenes.job_opened(), scenes.item_opened(), *scenes.measuring()):
        view.apply(event)
    sheet = view.sheets[JOB, ITEM]
    running = sheet.running_point()
    assert running is not None
    assert running.key == scenes.running_point().key
    assert sheet.counted() == (7, 36)
    assert sheet.latest == scenes.points()[6].key
    assert len(sheet.trace) == 14
    view.apply(scenes.asked_confirm())
    view.apply(Settled(id=99))
    assert view.prompt is not None, "another question is not settled by this"
    view.apply(RunEnded(job=JOB, item=ITEM, state="aborted"))
    assert view.prompt is None
    assert view.running is None


def test_the_trace_starts_anew_with_a_point_and_is_bounded() -> None:
    view = BenchView()
    for event in (scenes.welcome(), scenes.item_opened(), *scenes.measuring()):
        view.apply(event)
    for n in range(2 * TRACE_LENGTH):
        view.apply(scenes.live(1, n))
    sheet = view.sheets[JOB, ITEM]
    assert len(sheet.trace) == TRACE_LENGTH
    later = scenes.points()[9]
    view.apply(
        PointChanged(
            job=JOB,
            item=ITEM,
            point=type(later)(key=later.key, module="", range="", setpoint="", state="running"),
        )
    )
    assert not sheet.trace
    assert math.isclose(number(scenes.live(1, 5).value) or 0.0, -1.0000173)


def test_events_of_items_that_nobody_opened_are_harmless() -> None:
    view = BenchView()
    for event in scenes.measuring():
        view.apply(event)
    assert view.sheets == {}
    reopened = ItemOpened(job=JOB, item=scenes.items()[0], columns=(), points=(), results=())
    view.apply(reopened)
    assert view.sheets[JOB, ITEM].counted() == (0, 0)
