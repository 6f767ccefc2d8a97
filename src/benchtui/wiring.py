"""Wiring as data: drawn on the screen, put into words for the operator, applied by the virtual bench's hands."""

from __future__ import annotations

import msgspec

from benchtui.i18n import Text

HAZARD_VOLTS = 60.0
HAZARD_AMPERES = 10.0


class Terminal(msgspec.Struct, frozen=True, order=True):
    """A terminal of an instrument on the bench, such as ``uut MPSMU.force`` or ``standard hi``.

    *role* is the procedure's role name; *terminal* the connector in lower case (``hi``, ``lo``, ``force``,
    ``common``); *module* the module of a modular instrument or empty; *label* is the word printed on the panel.
    """

    role: str
    terminal: str
    module: str = ""
    label: str = ""


class Connection(msgspec.Struct, frozen=True, order=True):
    """One lead between two terminals."""

    start: Terminal
    end: Terminal


class Wiring(msgspec.Struct, frozen=True):
    """All that must be connected for a point.

    Points whose wirings have the same *key* are measured without asking the operator again. *figure* is the
    figure of the specification that it follows; *volts* and *amperes* are the largest magnitudes that appear while it
    stands, for the hazard banner; *interlock* says that a fixture must be closed.
    """

    key: str
    figure: str
    connections: tuple[Connection, ...]
    notes: tuple[Text, ...] = ()
    volts: float = 0.0
    amperes: float = 0.0
    interlock: bool = False

    @property
    def hazardous(self) -> bool:
        """True above 60 V DC or 10 A."""
        return self.volts > HAZARD_VOLTS or self.amperes > HAZARD_AMPERES
