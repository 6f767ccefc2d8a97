"""What is measured now: the point, the live readings, how far it is, and the last result."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import msgspec
from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content

from benchtui.i18n import _, language, render
from benchtui.screens.lines import Line
from benchtui.screens.marks import bar, fit, plain
from benchtui.screens.shown import with_prefix

if TYPE_CHECKING:
    from benchtui.messages import Live, PointView, ResultView
    from benchtui.screens.bench_view import ItemSheet, Wait
    from benchtui.tables import Column

READING_WIDTH = 20
BAR_WIDTH = 20


class Reads(msgspec.Struct, frozen=True):
    """A role whose readings are shown live, and what they are called; an empty role is any.

    *also* are other names under which the same instrument is read, such as for its zero.
    """

    role: str
    word: str
    also: tuple[str, ...] = ()

    def last(self, sheet: ItemSheet) -> Live | None:
        """Return the last reading."""
        return sheet.newest((self.role, *self.also)) if self.role else sheet.live


class LiveBlock(Vertical):
    """Lines of a fixed size: point, a reading for each of *reads*, progress, last result."""

    def __init__(self, reads: tuple[Reads, ...]) -> None:
        super().__init__(id="live")
        self._reads = reads
        self._held = False
        self.styles.height = 4 + len(reads)

    def compose(self) -> list[Line]:
        """Yield the lines."""
        readings = [Line(id=f"reading-{n}") for n, _reads in enumerate(self._reads)]
        return [Line(id="point"), *readings, Line(id="progress"), Line(id="result")]

    def show_idle(self, sentence: str) -> None:
        """Show *sentence*, which names the next key, while nothing is measured."""
        self._line("point").show(Content.styled(plain(sentence), "$foreground-muted"))
        for n, _reads in enumerate(self._reads):
            self._line(f"reading-{n}").show("")
        self._line("progress").show("")

    def show_point(self, sheet: ItemSheet, point: PointView, *, held: bool) -> None:
        """Show which point is measured; *held* says that the operator has stopped the live view."""
        position = list(sheet.points).index(point.key) + 1
        name = "  ".join(part for part in (point.module, point.range, point.setpoint) if part)
        of = _("point {n} of {of}").replace("{n}", str(position)).replace("{of}", str(len(sheet.points)))
        attempt = "   " + _("attempt {n}").replace("{n}", str(point.attempt)) if point.attempt > 1 else ""
        self._line("point").show(
            Content.assemble(
                (f" {_('HELD')} " if held else "", "bold reverse $warning"),
                " " if held else "",
                (plain(name), "bold"),
                "   ",
                (f"{of}{attempt}", "$foreground-muted"),
            )
        )

    def show_live(self, sheet: ItemSheet, point: PointView, now: float) -> None:
        """Show the last readings, how far the point is, or what is waited for at the time *now*."""
        lives = [live if live and live.point == point.key else None for live in _last(self._reads, sheet)]
        width = max((cell_len(_(reads.word)) for reads in self._reads), default=0)
        for n, (reads, live) in enumerate(zip(self._reads, lives, strict=True)):
            self._line(f"reading-{n}").show(_reading(fit(_(reads.word), width), live, first=n == 0))
        newest = sheet.live
        wait = sheet.wait
        if wait is not None and wait.event.point == point.key and wait.left(now) > 0:
            self._line("progress").show(_waiting(wait, now))
        elif newest is None or newest.point != point.key:
            self._line("progress").show("")
        else:
            self._line("progress").show(_progress(newest, lives[0] if lives else None))

    def show_result(self, sheet: ItemSheet, width: int) -> None:
        """Show the result that came last."""
        result = sheet.results.get(sheet.latest)
        point = sheet.points.get(sheet.latest)
        self._line("result").show(_result(result, point, sheet.columns, width) if result and point else "")

    def _line(self, name: str) -> Line:
        return self.query_one(f"#{name}", Line)


def _last(reads: tuple[Reads, ...], sheet: ItemSheet) -> list[Live | None]:
    return [one.last(sheet) for one in reads]


def _reading(word: str, live: Live | None, *, first: bool) -> Content:
    if live is None:
        say = _("waiting for the first reading") if first else ""
        return Content.assemble((f"{word}  ", "$foreground-muted"), (say, "$foreground-muted"))
    value = fit(" ".join(with_prefix(live.value, live.unit)), READING_WIDTH)
    settling = live.phase == "settling"
    phase = _("settling") if settling else _("reading")
    note = plain(render(live.note)) if live.note is not None else ""
    return Content.assemble(
        (f"{word}  ", "$foreground-muted"),
        (value, "bold" if settling else "bold $success"),
        (f"{phase}  ", "$warning" if settling else "$success"),
        note,
    )


def _progress(newest: Live, main: Live | None) -> Content:
    shown = main or newest
    counted = _("n = {n} of {of}").replace("{n}", str(shown.n)).replace("{of}", str(shown.of))
    spread = f"s = {shown.spread}" if shown.spread else ""
    return Content.assemble(
        (bar(shown.n, shown.of, BAR_WIDTH), "$accent"), "  ", fit(counted, 16), plain(spread)
    )


def _waiting(wait: Wait, now: float) -> Content:
    left, of = wait.left(now), wait.event.seconds
    say = _("{seconds} s left").replace("{seconds}", str(math.ceil(left)))
    return Content.assemble(
        (bar(round(1000 * (of - left)), round(1000 * of), BAR_WIDTH), "$warning"),
        "  ",
        (f"{say}  ", "bold $warning"),
        plain(render(wait.event.why)),
    )


def _result(result: ResultView, point: PointView, columns: tuple[Column, ...], width: int) -> Content:
    pieces: list[tuple[str, str] | str] = [(plain(f"{point.range} {point.setpoint}  "), "$foreground-muted")]
    for key, sign in (
        ("error", _("Error")),
        ("U", "U"),
        ("measurement_error", _("Error")),
        ("measurement_U", "U"),
        ("verdict", ""),
    ):
        if any(column.key == key for column in columns) and result.cells.get(key):
            pieces.append(f"{sign} " if sign else "")
            pieces.append((plain(result.cells[key]) + "  ", "bold"))
    if result.k:
        pieces.append((plain(f"(k = {result.k}, ν = {result.nu_eff})"), "$foreground-muted"))
    line = Content.assemble(*pieces)
    if cell_len(line.plain) > width:
        line = Content.assemble(*pieces[1:])
    return line


def title_on_screen(column: Column) -> str:
    """Return the title of *column*; of an expanded uncertainty, symbol and factor are enough."""
    title = column.zh if language() == "zh" else column.en
    symbol = re.search(r"\bU \(k=\d+\)", title)
    return symbol[0] if symbol and column.key in ("U", "measurement_U") else title
