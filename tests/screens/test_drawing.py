"""What is drawn without a toolkit: marks, wiring, traces, and the state that events put together."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.screens import item_scenes, scenes
from tests.screens.scenes import ITEM, JOB

from benchtui import i18n
from benchtui.i18n import text
from benchtui.messages import ItemOpened, Outputs, PointChanged, RunEnded, Settled
from benchtui.quantity import PREFIXES
from benchtui.screens import marks
from benchtui.screens.bench_view import TRACE_LENGTH, BenchView
from benchtui.screens.folding import fold
from benchtui.screens.items.live_block import Reads
from benchtui.screens.items.null_meter import full_scale, null_bar
from benchtui.screens.items.task_block import danger_words
from benchtui.screens.items.waveform_plot import envelope
from benchtui.screens.lines import outputs_words
from benchtui.screens.shown import number, with_prefix
from benchtui.screens.sources import source_words
from benchtui.screens.trace import plot
from benchtui.screens.wiring_drawing import draw_wiring
from benchtui.wiring import Connection, Terminal, Wiring

if TYPE_CHECKING:
    from benchtui.messages import Event
    from benchtui.screens.bench_view import ItemSheet
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
        "│         │              ┌ Divider ───┐",
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
    assert len(sheet.traces["standard"]) == 14
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
    assert len(sheet.traces["standard"]) == TRACE_LENGTH
    later = scenes.points()[9]
    view.apply(
        PointChanged(
            job=JOB,
            item=ITEM,
            point=type(later)(key=later.key, module="", range="", setpoint="", state="running"),
        )
    )
    assert not sheet.traces
    assert math.isclose(number(scenes.live(1, 5).value) or 0.0, -1.0000173)


def test_events_of_items_that_nobody_opened_are_harmless() -> None:
    view = BenchView()
    for event in scenes.measuring():
        view.apply(event)
    assert view.sheets == {}
    reopened = ItemOpened(job=JOB, item=scenes.items()[0], columns=(), points=(), results=())
    view.apply(reopened)
    assert view.sheets[JOB, ITEM].counted() == (0, 0)


# ------------------------------------------------------------------------------------- null meter, waveform, waits
LOW = item_scenes.scene("dc-current-output-low")


def sheet_of(*events: Event) -> ItemSheet:
    view = BenchView(now=lambda: 10.0)
    for event in (scenes.welcome(), LOW.opened(), *events):
        view.apply(event)
    return view.sheets[JOB, LOW.id]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("left", [1e-12, -1e-12, 3e-15, -9.9e-13, 0.0, 1e-20])
def test_the_null_bar_goes_to_the_side_of_what_is_left(name: SetName, left: float) -> None:
    marks.use(name)
    bar, scale = null_bar(left, -12, "A", 58)
    middle = bar.index(marks.stroke(marks.UP | marks.DOWN | marks.LEFT | marks.RIGHT))
    filled = [n for n, cell in enumerate(bar) if cell in (marks.marks().full, *marks.marks().halves)]
    assert max(len(bar), cell_len(marks.plain(scale))) <= 58
    assert scale[middle] == "0"
    if abs(left) <= 1e-16:
        assert not filled
    else:
        assert all((n > middle) == (left > 0) for n in filled)
        assert len(filled) >= 6, "three femtoamperes are more than a decade above the smallest"
    if abs(left) == 1e-12:
        assert len(filled) == (len(bar.strip()) - 1) // 2


def test_the_scale_of_the_null_meter_holds_the_largest_reading_of_the_point() -> None:
    sheet = sheet_of(*item_scenes.balancing(LOW))
    assert full_scale(sheet, "null", -18e-15) == -12
    assert sheet.notes, "the last adjustment is remembered, though other notes came since"
    later = PointChanged(job=JOB, item=LOW.id, point=LOW.point(5, "running"))
    sheet = sheet_of(*item_scenes.balancing(LOW), later)
    assert full_scale(sheet, "null", -18e-15) == -13
    assert not sheet.notes


@pytest.mark.parametrize("name", SETS)
def test_a_waveform_is_drawn_whole_and_no_peak_is_lost(name: SetName) -> None:
    marks.use(name)
    values = [0.0] * 480
    values[211] = 1.0
    lines = envelope(values, 30, 5)
    assert [len(line) for line in lines] == [30] * 5
    assert len(lines[0].strip()) == 1, "one sample out of 480 makes one peak"
    assert abs(lines[0].index(lines[0].strip()) - 211 * 30 // 480) <= 1
    assert lines[-1].strip()


@given(st.lists(st.floats(-1e9, 1e9), max_size=600), st.integers(1, 40), st.integers(1, 12))
def test_any_waveform_can_be_drawn(values: list[float], width: int, height: int) -> None:
    lines = envelope(values, width, height)
    assert [len(line) for line in lines] == [width] * height
    assert bool(values) == any(line.strip() for line in lines)


@pytest.mark.parametrize(
    ("shown", "unit", "expected"),
    [
        ("−0.000 000 000 000 018 40", "A", "−18.40 fA"),
        ("+0.000 999 98", "A", "+0.999 98 mA"),
        ("+1000.012", "V", "+1000.012 V"),
        ("+0.100 000 1", "V", "+0.100 000 1 V"),
        ("+2000001.84", "Hz", "+2.000 001 84 MHz"),
        ("over-range", "A", "over-range A"),
        ("+0.0", "A", "+0.0 A"),
        ("+12.5", "pA", "+12.5 pA"),
    ],
)
def test_a_reading_gets_the_prefix_that_suits_it_and_keeps_its_digits(
    shown: str, unit: str, expected: str
) -> None:
    assert " ".join(with_prefix(shown, unit)).replace(scenes.NBSP, " ") == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-10, max_value=10))
def test_a_prefix_changes_no_value(value: Decimal) -> None:
    shown, unit = with_prefix(format(value, "f"), "A")
    power = PREFIXES[unit.removesuffix("A")]
    assert Decimal(shown.replace(scenes.NBSP, "").replace("−", "-")).scaleb(power) == value


def test_a_wait_counts_down_and_ends_with_the_next_event() -> None:
    why = text("until the cable is charged")
    running = PointChanged(job=JOB, item=LOW.id, point=LOW.point(4, "running"))
    sheet = sheet_of(running, LOW.waiting(92.0, why))
    assert sheet.wait is not None
    assert sheet.wait.left(10.0) == 92.0
    assert sheet.wait.left(58.0) == 44.0
    assert sheet.wait.left(500.0) == 0.0
    sheet = sheet_of(running, LOW.waiting(92.0, why), LOW.live("null", "+0.1", "A", 1))
    assert sheet.wait is None


def test_the_readings_of_a_point_are_counted_while_they_come() -> None:
    running = PointChanged(job=JOB, item=LOW.id, point=LOW.point(4, "running"))
    sheet = sheet_of(running, *(LOW.live("null", "+0.1", "A", n) for n in (1, 2, 3)))
    point = sheet.points[LOW.point(4).key]
    assert (point.readings, point.of) == (3, 10)
    assert sheet.live is not None
    assert list(sheet.traces) == ["null"]


def test_the_count_does_not_fall_back_when_another_role_is_read() -> None:
    running = PointChanged(job=JOB, item=LOW.id, point=LOW.point(4, "running"))
    zero = [LOW.live("zero-before", "+0.1", "A", n) for n in range(1, 6)]
    sheet = sheet_of(running, *zero, LOW.live("null", "+0.2", "A", 1))
    assert sheet.points[LOW.point(4).key].readings == 5
    detector = Reads("null", "Null detector", ("zero-before",))
    last = detector.last(sheet)
    assert last is not None
    assert last.value == "+0.2"
    last = detector.last(sheet_of(running, *zero))
    assert last is not None
    assert last.role == "zero-before", "its zero is read with the same instrument"


@given(st.text(alphabet="ab 中文，。读数 -", max_size=60), st.integers(4, 30))
def test_a_folded_sentence_keeps_its_text_and_its_width(sentence: str, width: int) -> None:
    lines = fold(sentence, width)
    assert "".join(lines).replace(" ", "") == sentence.replace(" ", "")
    # a mark that may not begin a line stays with the character before it, whatever the width
    assert all(cell_len(line) <= width or set("，。") & set(line) for line in lines)


def test_chinese_is_folded_between_characters_and_marks_begin_no_line() -> None:
    assert fold("从分析仪经指零仪至电阻器使用电缆。", 10) == [
        "从分析仪经",
        "指零仪至电",
        "阻器使用电",
        "缆。",
    ]
    assert fold("u = 0.31 %；没有其他电阻器", 12) == ["u = 0.31 %；", "没有其他电阻", "器"]
    assert fold("Connect guard to the shield", 13) == ["Connect guard", "to the shield"]


@pytest.mark.parametrize(
    ("source", "chinese"),
    [
        (
            "3458A MY45000001, certificate C-2026-0042, resolution",
            "3458A MY45000001, 证书 C-2026-0042, 分辨力",
        ),
        ("unit under test, 10 readings", "被校仪器, 10 个读数"),
        ("something new, 3 pulses", "something new, 3 个脉冲"),
    ],
)
def test_sources_of_a_budget_are_told_in_the_language_in_use(source: str, chinese: str) -> None:
    assert source_words(source) == source
    i18n.use("zh")
    assert source_words(source) == chinese
