"""A table of lines: fixed columns, one cursor, and no more bytes on the wire than the line that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from benchtui.screens.marks import fit, plain

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events

NARROWEST = 8


class RowColumn(msgspec.Struct, frozen=True):
    """A column: *title* as shown, in two lines if it is long; *elastic* takes the room that others leave."""

    title: str
    align: Literal["left", "right"] = "left"
    elastic: bool = False


class Row(msgspec.Struct, frozen=True):
    """A line: *cells* as shown, one a column; *tone* is the state that colours it."""

    key: str
    cells: tuple[str, ...]
    tone: str = ""


class Rows(ScrollView, can_focus=True):
    """Lines under a heading that stays; the text of cells is data and never read as markup."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--heading",
        "rows--cursor",
        "rows--empty",
        *(f"rows--{tone}" for tone in ("todo", "running", "done", "failed", "skipped", "interrupted")),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "first", show=False),
        Binding("end,G", "last", show=False),
        Binding("left", "scroll_left", show=False),
        Binding("right", "scroll_right", show=False),
    ]
    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The operator moved the cursor."""

        def __init__(self, rows: Rows, key: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> Rows:
            """The table."""
            return self.rows

    class Chosen(Moved):
        """The operator clicked the line that was under the cursor already."""

    def __init__(self, *, id: str | None = None, heading: bool = True, cursor: bool = True) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._columns: tuple[RowColumn, ...] = ()
        self._rows: list[Row] = []
        self._index: dict[str, int] = {}
        self._empty = ""
        self._heading = heading
        self._has_cursor = cursor
        self.can_focus = cursor

    # -------------------------------------------------------------------------------------------- contents
    def show(self, columns: tuple[RowColumn, ...], rows: list[Row], empty: str = "") -> None:
        """Show *rows*, or *empty*, which names the next key, if there are none. The cursor keeps its key."""
        if (columns, rows, empty) == (self._columns, self._rows, self._empty):
            return
        at = self.key
        self._columns, self._rows, self._empty = columns, list(rows), empty
        self._index = {row.key: position for position, row in enumerate(rows)}
        self._lay_out()
        self.cursor = self._index.get(at, min(self.cursor, max(0, len(rows) - 1)))
        self.refresh()
        self.call_after_refresh(self._show_cursor)  # a scroll bar that comes takes a line

    def change(self, row: Row) -> None:
        """Show *row* in place of the one with its key; only its line is drawn again."""
        position = self._index[row.key]
        if self._rows[position] == row:
            return
        self._rows[position] = row
        before = self._widths
        self._lay_out()
        if self._widths == before:
            self._refresh_line(position)
        else:
            self.refresh()

    @property
    def key(self) -> str:
        """Key of the line under the cursor; empty if there is none."""
        return self._rows[self.cursor].key if self.cursor < len(self._rows) else ""

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the line under the cursor."""
        return self._rows[self.cursor].cells if self.cursor < len(self._rows) else ()

    def has(self, key: str) -> bool:
        """Tell whether there is a line with *key*."""
        return key in self._index

    def move_to(self, key: str) -> None:
        """Put the cursor on the line with *key*, if there is one, without telling anybody."""
        position = self._index.get(key)
        if position is not None:
            self.cursor = position
            self._show_cursor()

    # ---------------------------------------------------------------------------------------------- layout
    _widths: tuple[int, ...] = ()
    _titles: tuple[tuple[str, ...], ...] = ()
    _gap = 1

    @property
    def _top(self) -> int:
        return max((len(lines) for lines in self._titles), default=0) if self._heading and self._rows else 0

    def _lay_out(self) -> None:
        self._titles, widths = _natural(self._columns, self._rows, heading=self._heading)
        room = self.size.width
        gaps = max(0, len(widths) - 1)
        self._gap = 2 if sum(widths) + 2 * gaps <= room else 1
        elastic = [i for i, column in enumerate(self._columns) if column.elastic]
        if elastic and room:
            others = sum(w for i, w in enumerate(widths) if i not in elastic) + self._gap * gaps
            share = max(NARROWEST, (room - others) // len(elastic))
            for i in elastic:
                widths[i] = share
        self._widths = tuple(widths)
        self.virtual_size = Size(sum(widths) + self._gap * gaps, len(self._rows) + self._top)

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new width."""
        del event
        self._lay_out()
        self._show_cursor()
        self.refresh()

    def notify_style_update(self) -> None:
        """Lay out anew when theme or language changed."""
        super().notify_style_update()
        self._lay_out()

    # --------------------------------------------------------------------------------------------- drawing
    def render_line(self, y: int) -> Strip:
        """Draw the line *y* of the visible part."""
        width = self.size.width
        base = self.rich_style
        if not self._rows and self._empty:
            lines = _wrap(plain(self._empty), max(1, width - 2))
            style = self.get_component_rich_style("rows--empty")
            text = " " + lines[y - self._top] if 0 <= y - self._top < len(lines) else ""
            if y >= self._top:
                return Strip([Segment(fit(text, width), style)], width)
        top = self._top
        offset = self.scroll_offset
        if y < top:
            cells = tuple(("",) * (top - len(lines)) + lines for lines in self._titles)
            texts = tuple(lines[y] for lines in cells)
            return self._draw(texts, self.get_component_rich_style("rows--heading"), offset.x, width)
        position = y - top + offset.y
        if position >= len(self._rows):
            return Strip.blank(width, base)
        row = self._rows[position]
        style = base + self.get_component_rich_style(f"rows--{row.tone}", partial=True) if row.tone else base
        if self._has_cursor and position == self.cursor:
            style = self.get_component_rich_style("rows--cursor")
        return self._draw(row.cells, style, offset.x, width)

    def _draw(self, cells: tuple[str, ...], style: Style, x: int, width: int) -> Strip:
        text = (" " * self._gap).join(
            fit(cell, cell_width, column.align)
            for cell, cell_width, column in zip(cells, self._widths, self._columns, strict=True)
        )
        return Strip([Segment(text, style)]).crop_extend(x, x + width, style)

    def _refresh_line(self, position: int) -> None:
        self.refresh(Region(0, position - self.scroll_offset.y + self._top, self.size.width, 1))

    # ---------------------------------------------------------------------------------------------- cursor
    def watch_cursor(self, before: int, after: int) -> None:
        """Draw the line that the cursor left and the one that it reached."""
        self._refresh_line(before)
        self._refresh_line(after)

    def _show_cursor(self) -> None:
        visible = max(1, self.size.height - self._top)
        first = self.scroll_offset.y
        if self.cursor < first:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= first + visible:
            self.scroll_to(y=self.cursor - visible + 1, animate=False)

    def _step(self, position: int) -> None:
        if not self._rows:
            return
        position = max(0, min(len(self._rows) - 1, position))
        if position != self.cursor:
            self.cursor = position
            self._show_cursor()
            self.post_message(self.Moved(self, self.key))

    def action_move(self, lines: int) -> None:
        """Move the cursor by *lines*."""
        self._step(self.cursor + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by *pages*."""
        self._step(self.cursor + pages * max(1, self.size.height - self._top - 1))

    def action_first(self) -> None:
        """Move the cursor to the first line."""
        self._step(0)

    def action_last(self) -> None:
        """Move the cursor to the last line."""
        self._step(len(self._rows) - 1)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the line that was clicked; a line under the cursor is chosen."""
        position = event.y - self._top + self.scroll_offset.y
        if event.y < self._top or position >= len(self._rows) or not self._has_cursor:
            return
        if position == self.cursor:
            self.post_message(self.Chosen(self, self.key))
        else:
            self._step(position)


def natural_width(columns: tuple[RowColumn, ...], rows: list[Row]) -> int:
    """Return the cells that *rows* need under their headings, with the narrowest gaps."""
    widths = _natural(columns, rows, heading=True)[1]
    return sum(widths) + max(0, len(widths) - 1)


def _natural(
    columns: tuple[RowColumn, ...], rows: list[Row], *, heading: bool
) -> tuple[tuple[tuple[str, ...], ...], list[int]]:
    """Return the titles in lines, and the width of each column."""
    content = [max((cell_len(plain(row.cells[i])) for row in rows), default=0) for i in range(len(columns))]
    titles = tuple(
        _wrap(plain(column.title), max(width, NARROWEST))
        for column, width in zip(columns, content, strict=True)
    )
    if not heading:
        return titles, content
    return titles, [
        max(width, *(cell_len(line) for line in lines)) for width, lines in zip(content, titles, strict=True)
    ]


def _wrap(title: str, width: int) -> tuple[str, ...]:
    """Break *title* between words so that its lines come near *width*."""
    lines: list[str] = []
    for word in title.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return tuple(lines)
