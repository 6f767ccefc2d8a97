"""What stands on the pages of an original record, in which order."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from benchtui.certificate import labels
from benchtui.certificate.certificate_pages import (
    customer_and_item,
    environment_facts,
    provenance_facts,
    result_table,
    standards_table,
    title_block,
)
from benchtui.certificate.content import (
    Attempt,
    Bilingual,
    Certificate,
    ItemRecord,
    PointRecord,
    RecordedReading,
)
from benchtui.certificate.layout.facts import Fact, facts
from benchtui.certificate.layout.grid import GridColumn, grid
from benchtui.certificate.layout.marks import end_mark, signatures
from benchtui.certificate.layout.sheet import (
    BLACK,
    GREY,
    LEFT,
    NOTE,
    RED,
    RIGHT,
    SMALL,
    WIDTH,
    Sheet,
    Style,
)
from benchtui.certificate.layout.waveform import draw_waveform
from benchtui.certificate.wording import clean, fill, joined, moment, number, significant, spoken, visible
from benchtui.quantity import NBSP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_BUDGET_COLUMNS = (
    GridColumn(labels.SYMBOL),
    GridColumn(labels.SOURCE),
    GridColumn(labels.KIND),
    GridColumn(labels.DISTRIBUTION),
    GridColumn(labels.VALUE, "right"),
    GridColumn(labels.STANDARD_U, "right"),
    GridColumn(labels.SENSITIVITY, "right"),
    GridColumn(labels.CONTRIBUTION, "right"),
    GridColumn(labels.DOF, "right"),
    GridColumn(labels.SHARE, "right"),
)


def set_record(sheet: Sheet, content: Certificate) -> None:
    """Set all pages of the original record."""
    record = content.record
    sheet.new_page()
    title_block(sheet, content, labels.RECORD, labels.RECORD_NUMBER, record.number, content.digest)
    customer_and_item(sheet, content)
    facts(
        sheet,
        [
            Fact(labels.FOR_CERTIFICATE, content.number, half=True),
            Fact(labels.OPERATOR, record.operator, half=True),
            Fact(labels.JOB_TIME, f"{moment(record.started)} – {moment(record.ended)}"),
        ],
    )
    sheet.y += 3
    signatures(sheet, content.signatories)
    sheet.section(labels.INSTRUMENTS)
    _instruments(sheet, content)
    sheet.section(labels.STANDARDS)
    standards_table(sheet, content)
    sheet.section(labels.ENVIRONMENT)
    environment_facts(sheet, content)
    sheet.section(labels.EVENTS)
    _events(sheet, content)
    for item in record.items:
        _item(sheet, item)
    sheet.section(labels.PROVENANCE, keep=65)
    provenance_facts(sheet, content, labels.READINGS_ATTACHED, labels.CONTENT_ATTACHED)
    facts(sheet, [Fact(labels.DIGEST, content.digest)])
    end_mark(sheet, labels.END_OF_RECORD)


def _instruments(sheet: Sheet, content: Certificate) -> None:
    columns = (
        labels.ROLE,
        labels.NAME,
        labels.MAKER_MODEL,
        labels.STANDARD_SERIAL,
        labels.IDENTITY,
        labels.DRIVER,
    )
    rows = [
        (
            i.role,
            joined(i.name, sheet.language),
            f"{i.manufacturer} {i.model}",
            i.serial,
            visible(i.identity),
            f"{i.driver}, {i.address}",
        )
        for i in content.record.instruments
    ]
    grid(sheet, [GridColumn(title) for title in columns], rows, size=8)


def _events(sheet: Sheet, content: Certificate) -> None:
    if not content.record.events:
        sheet.bilingual(labels.NO_EVENTS)
        return
    rows = [(moment(e.at), e.who, spoken(e.what, sheet.language)) for e in content.record.events]
    grid(sheet, [GridColumn(title) for title in (labels.TIME, labels.WHO, labels.WHAT)], rows, size=8)


# ----------------------------------------------------------------------------------------- one item's pages
def _item(sheet: Sheet, item: ItemRecord) -> None:
    sheet.section(_with_clause(item), keep=60)
    rows = [
        (
            wiring.figure,
            "; ".join(f"{a} → {b}" for a, b in wiring.leads),
            f"{moment(wiring.confirmed)}, {wiring.operator}",
        )
        for wiring in item.wirings
    ]
    if rows:
        heads = [GridColumn(title) for title in (labels.WIRING_FIGURE, labels.LEADS, labels.CONFIRMED)]
        grid(sheet, heads, rows, title=labels.WIRINGS, size=8)
    result_table(sheet, item.results)
    sheet.section(labels.READINGS, level=1, keep=30)
    sheet.bilingual(labels.READINGS_NOTE, Style(7.5, GREY))
    sheet.y += 1.5
    for point in item.points:
        for attempt in point.attempts:
            _attempt(sheet, point, attempt)
    sheet.section(labels.BUDGETS, level=1, keep=35)
    for point in _largest(item.points):
        _budget(sheet, point)
    sheet.section(labels.FULL_RESULTS, level=1, keep=35)
    _full_results(sheet, item.points)
    sheet.section(labels.ALL_BUDGETS, level=1, keep=35)
    columns = (GridColumn(labels.SETPOINT), *_BUDGET_COLUMNS)
    for (module, span), points in groupby(item.points, key=lambda point: (point.module, point.range)):
        lines = [(point.setpoint, *cells) for point in points for cells in _budget_rows(sheet, point)]
        grid(sheet, columns, lines, title=Bilingual(f"{module} · {span}"), grouped=1, size=7.0)
        sheet.y += 2


def _with_clause(item: ItemRecord) -> Bilingual:
    clause = f"{item.specification} {item.clause}"
    return Bilingual(
        f"{item.title.zh or item.title.en}（{clause}）", f"{item.title.en or item.title.zh} ({clause})"
    )


def _largest(points: Iterable[PointRecord]) -> list[PointRecord]:
    """Return the point of largest U of each range, in the order of the ranges."""
    largest: dict[tuple[str, str], PointRecord] = {}
    for point in points:
        key = (point.module, point.range)
        if key not in largest or float(point.U) > float(largest[key].U):
            largest[key] = point
    return list(largest.values())


def _clock(when: datetime) -> str:
    return when.strftime("%H:%M:%S")


def _attempt(sheet: Sheet, point: PointRecord, attempt: Attempt) -> None:
    """Set one attempt: what it was, its readings, and n, mean and s if it is the one that counts."""
    readings = [r for r in attempt.readings if r.purpose == "reading"]
    roles = list(dict.fromkeys(r.role for r in readings))
    cells = {role: [_cell(r) for r in readings if r.role == role] for role in roles}
    columns = {role: _columns(sheet, cells[role]) for role in roles}
    lines = sum(-(-len(cells[role]) // columns[role]) for role in roles)
    summaries = point.summaries if attempt.number == point.counted else ()
    sheet.need(5.5 + min(lines, 10) * 6.6 + 3.8 * len(summaries) + 2)
    sheet.rule(LEFT, RIGHT, sheet.y)
    sheet.y += 0.8
    sheet.text(
        LEFT, sheet.y, f"{clean(point.module)} · {clean(point.range)} · {clean(point.setpoint)}", Style(8.5)
    )
    state = labels.ATTEMPT_STATES[attempt.state]
    counted = [labels.COUNTED] if attempt.number == point.counted else []
    words = (fill(labels.ATTEMPT, number=attempt.number), state, *counted)
    told = ", ".join(joined(w, sheet.language) for w in words)
    span = f"{moment(attempt.started)} – {_clock(attempt.ended)}"
    sheet.text(
        RIGHT,
        sheet.y + 0.3,
        f"{told} · {span} · {clean(attempt.operator)}",
        NOTE if counted else Style(7.5, RED),
        "right",
    )
    sheet.y += 4.6
    if attempt.note:
        sheet.paragraph(spoken(attempt.note, sheet.language), NOTE)
    for role in roles:
        _readings(sheet, cells[role], columns[role])
    if not readings:
        sheet.paragraph(joined(labels.NO_READINGS, sheet.language, " / "), NOTE)
    for summary in summaries:
        unit = f"{NBSP}{clean(summary.unit)}"
        mean = f"{joined(labels.MEAN, sheet.language)} {number(summary.mean)}{unit}"
        deviation = f"{joined(labels.DEVIATION, sheet.language)} = {number(summary.s)}{unit}"
        sheet.paragraph(f"{clean(summary.role)}:  n = {summary.n};  {mean};  {deviation}", SMALL)
    for drawn in point.waveforms if attempt.number == point.counted else ():
        draw_waveform(sheet, drawn)
    sheet.y += 1.2


def _cell(reading: RecordedReading) -> tuple[str, str]:
    value = f"{number(reading.value)}{NBSP}{clean(reading.unit)}" if reading.value else "—"
    flags = f" [{', '.join(clean(f) for f in reading.flags)}]" if reading.flags else ""
    return visible(reading.raw).strip(), value + flags


def _columns(sheet: Sheet, cells: Sequence[tuple[str, str]]) -> int:
    """Return how many readings stand side by side: five, or as many as their width allows."""
    widest = max(sheet.measure(words, SMALL) for cell in cells for words in cell)
    return max(1, min(5, int(WIDTH // (widest + 3))))


def _readings(sheet: Sheet, cells: Sequence[tuple[str, str]], columns: int) -> None:
    width = WIDTH / columns
    for first in range(0, len(cells), columns):
        sheet.need(6.6)
        for n, (raw, value) in enumerate(cells[first : first + columns]):
            x = LEFT + (n + 1) * width - 2
            for position, line in enumerate((raw, value)):
                shown = sheet.wrap(line, SMALL, width - 2)[0]
                sheet.text(
                    x,
                    sheet.y + 3.1 * position,
                    shown,
                    Style(6.8, GREY) if position == 0 else Style(7.5, BLACK),
                    "right",
                )
        sheet.y += 6.9


def _full_results(sheet: Sheet, points: Sequence[PointRecord]) -> None:
    columns = (
        GridColumn(labels.MODULE),
        GridColumn(labels.RANGE),
        GridColumn(labels.SETPOINT, "right"),
        GridColumn(labels.STANDARD_VALUE, "right"),
        GridColumn(labels.ERROR, "right"),
        *(GridColumn(Bilingual(symbol), "right") for symbol in ("u", "ν", "k", "p", "U")),
    )
    rows = [
        (
            p.module,
            p.range,
            p.setpoint,
            f"{significant(p.standard)}{NBSP}{p.unit}",
            f"{significant(p.error)}{NBSP}{p.error_unit}",
            f"{significant(p.u)}{NBSP}{p.error_unit}",
            significant(p.nu_eff),
            significant(p.k),
            significant(p.probability),
            f"{significant(p.U)}{NBSP}{p.error_unit}",
        )
        for p in points
    ]
    grid(sheet, columns, rows, grouped=2, size=7.5)


def _budget_rows(sheet: Sheet, point: PointRecord) -> list[tuple[str, ...]]:
    return [
        (
            line.symbol,
            spoken(line.source, sheet.language),
            line.kind,
            line.distribution,
            line.value,
            line.u,
            line.sensitivity,
            line.contribution,
            line.dof,
            line.share,
        )
        for line in point.budget
    ]


def _budget(sheet: Sheet, point: PointRecord) -> None:
    head = f"{point.module} · {point.range} · {point.setpoint}"
    rows = _budget_rows(sheet, point)
    sheet.need(22 + 4 * len(rows))
    grid(sheet, _BUDGET_COLUMNS, rows, title=Bilingual(head), size=7.5)
    unit = f"{NBSP}{clean(point.error_unit)}"
    stated = (
        f"{joined(labels.ERROR, sheet.language)} = {significant(point.error)}{unit}",
        f"u = {significant(point.u)}{unit}",
        f"ν = {significant(point.nu_eff)}",
        f"k = {significant(point.k)}",
        f"p = {significant(point.probability)}",
        f"U = {significant(point.U)}{unit}",
    )
    sheet.paragraph(";  ".join(stated), SMALL)
    for alarm in point.alarms:
        sheet.paragraph(spoken(alarm, sheet.language), Style(7.5, RED))
    sheet.y += 3
