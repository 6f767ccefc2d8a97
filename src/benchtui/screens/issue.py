"""Issuing the certificate of a job: in which language and where to, and what was written."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Static

from benchtui.i18n import N_, _, text
from benchtui.screens.base import Dialog
from benchtui.screens.confirm import Confirm
from benchtui.screens.marks import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.messages import Issued

FOLDER = "certificates"
"""Folder of the workspace with a folder for each job."""


def folder(workspace: str, job: str) -> str:
    """Return where the console has the files of *job* written."""
    return str(PurePath(workspace) / FOLDER / job)


class IssueDialog(Confirm):
    """Asks for the language of the certificate of a job; the result is ``both``, ``zh`` or ``en``."""

    def __init__(self, job: str, out: str) -> None:
        super().__init__(
            text(N_("Issue the certificate of {job}?"), job=job),
            (
                ("both", text(N_("Chinese and English"))),
                ("zh", text(N_("Chinese"))),
                ("en", text(N_("English"))),
            ),
            (
                text(N_("The files go to {folder}; older ones there are replaced."), folder=out),
                text(N_("All that were issued stay in the record.")),
            ),
        )


class IssuedBox(Dialog[None]):
    """Tells where the files are."""

    CSS_PATH = Path(__file__).with_name("issue.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [("enter", "cancel", "")]

    def __init__(self, issued: Issued) -> None:
        super().__init__()
        self._issued = issued

    def body(self) -> Iterator[Widget]:
        """Yield number and paths."""
        yield Static(id="title", classes="heading", markup=False)
        yield Static(id="paths", markup=False)
        yield Static(id="note", classes="muted", markup=False)
        yield Static(id="keys-here", classes="hint", markup=False)

    def redraw(self) -> None:
        """Put the texts in."""
        issued = self._issued
        title = _("Draft of certificate {number}") if issued.draft else _("Certificate {number}")
        self.query_one("#title", Static).update(plain(title.replace("{number}", issued.number)))
        lines = (
            (_("Certificate"), issued.certificate),
            (_("Record"), issued.record),
            (_("Digital certificate"), issued.dcc),
        )
        self.query_one("#paths", Static).update(
            "\n".join(f"{plain(word)}\n{plain(path)}" for word, path in lines if path)
        )
        note = self.query_one("#note", Static)
        note.update(_("A draft: nobody has approved it yet."))
        note.display = issued.draft
        self.query_one("#keys-here", Static).update(_("Enter: close"))
