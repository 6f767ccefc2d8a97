"""What is measured now: the point, the live reading, how far it is, and the last result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content

from benchtui.i18n import _, language, render
from benchtui.screens.lines import Line
from benchtui.screens.marks import STATE_WORDS, bar, fit, plain

if TYPE_CHECKING:
    from benchtui.messages import Live, PointView, ResultView
    from benchtui.screens.bench_view import ItemSheet
    from benchtui.tables import Column

READING_WIDTH = 24
BAR_WIDTH = 20


class LiveBlock(Vertical):
    """Four lines of a fixed size: point, reading, progress, last result."""

    def __init__(self, reading_word: str) -> None:
        super().__init__(id="live")
        self._reading_word = reading_word

    def compose(self) -> list[Line]:
        """Yield the lines."""
        return [Line(id="point"), Line(id="reading"), Line(id="progress"), Line(id="result")]

    def show_idle(self, sentence: str) -> None:
        """Show *sentence*, which names the next key, while nothing is measured."""
        self._line("point").show(Content.styled(plain(sentence), "$text-muted"))
        self._line("reading").show("")
        self._line("progress").show("")

    def show_point(self, sheet: ItemSheet, point: PointView) -> None:
        """Show which point is measured."""
        position = list(sheet.points).index(point.key) + 1
        name = "  ".join(part for part in (point.module, point.range, point.setpoint) if part)
        of = _("point {n} of {of}").replace("{n}", str(position)).replace("{of}", str(len(sheet.points)))
        attempt = "   " + _("attempt {n}").replace("{n}", str(point.attempt)) if point.attempt > 1 else ""
        self._line("point").show(
            Content.assemble((plain(name), "bold"), "   ", (f"{of}{attempt}", "$text-muted"))
        )

    def show_live(self, live: Live | None) -> None:
        """Show the last reading and how far the point is."""
        if live is None:
            self._line("reading").show(Content.styled(_("waiting for the first reading"), "$text-muted"))
            self._line("progress").show("")
            return
        word = _(self._reading_word)
        value = fit(f"{live.value} {live.unit}", READING_WIDTH)
        settling = live.phase == "settling"
        phase = _("settling") if settling else _("reading")
        note = plain(render(live.note)) if live.note is not None else ""
        self._line("reading").show(
            Content.assemble(
                (f"{word}  ", "$text-muted"),
                (value, "bold" if settling else "bold $success"),
                (f"{phase}  ", "$warning" if settling else "$success"),
                note,
            )
        )
        counted = _("n = {n} of {of}").replace("{n}", str(live.n)).replace("{of}", str(live.of))
        spread = f"s = {live.spread}" if live.spread else ""
        self._line("progress").show(
            Content.assemble(
                (bar(live.n, live.of, BAR_WIDTH), "$accent"), "  ", fit(counted, 16), plain(spread)
            )
        )

    def show_result(self, sheet: ItemSheet, width: int) -> None:
        """Show the result that came last."""
        result = sheet.results.get(sheet.latest)
        point = sheet.points.get(sheet.latest)
        self._line("result").show(_result(result, point, sheet.columns, width) if result and point else "")

    def _line(self, name: str) -> Line:
        return self.query_one(f"#{name}", Line)


def _result(result: ResultView, point: PointView, columns: tuple[Column, ...], width: int) -> Content:
    pieces: list[tuple[str, str] | str] = [(plain(f"{point.range} {point.setpoint}  "), "$text-muted")]
    for key, sign in (
        ("error", _("Error")),
        ("U", "U"),
        ("measurement_error", _("Error")),
        ("measurement_U", "U"),
    ):
        if any(column.key == key for column in columns) and result.cells.get(key):
            pieces.append(f"{sign} ")
            pieces.append((plain(result.cells[key]) + "  ", "bold"))
    pieces.append((plain(f"(k = {result.k}, ν = {result.nu_eff})"), "$text-muted"))
    line = Content.assemble(*pieces)
    if cell_len(line.plain) > width:
        line = Content.assemble(*pieces[1:])
    return line


def point_words(point: PointView) -> str:
    """Return what stands in the table of points where a result is missing."""
    if point.state == "running":
        return f"{point.readings}/{point.of}" if point.of else _(STATE_WORDS["running"])
    return "" if point.state == "todo" else _(STATE_WORDS[point.state])


def title_on_screen(column: Column) -> str:
    """Return the title of *column*; of an expanded uncertainty, symbol and factor are enough."""
    title = column.zh if language() == "zh" else column.en
    words, symbol, factor = title.partition(" U")
    return f"U{factor}" if words and symbol and column.key in ("U", "measurement_U") else title
