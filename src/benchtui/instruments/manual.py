"""Instruments that a person reads: the same checks, the same record, marked ``manual``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.quantity import Reading

if TYPE_CHECKING:
    from decimal import Decimal

Ask = Callable[[], Reading]


class ManualVoltmeter:
    """A DC voltmeter whose display a person reads and types.

    Parameters
    ----------
    name
        The instrument's name on the bench.
    ask
        Gets the reading from a person; it must come flagged ``manual``.
    """

    def __init__(self, name: str, ask: Ask) -> None:
        self.name = name
        self._ask = ask

    @property
    def identity(self) -> str:
        """The word ``manual``: nobody answers."""
        return "manual"

    def connect(self) -> None:
        """Do nothing: there is no wire."""

    def close(self) -> None:
        """Do nothing: there is no wire."""

    def safe_off(self) -> None:
        """Do nothing: a meter puts nothing out."""

    def abort(self) -> None:
        """Do nothing: who asks the person stops asking."""

    def prepare_voltage(self, expected: Decimal) -> None:
        """Do nothing: the person chooses the range."""

    def read_voltage(self) -> Reading:
        """Ask for one reading in volts.

        Raises
        ------
        BadInput
            The reading is in another unit, or not marked as one that a person typed.
        """
        reading = self._ask()
        if reading.unit != "V" or "manual" not in reading.flags:
            raise BadInput(
                text(N_("This is no voltage typed by a person: {raw}"), raw=repr(reading.raw)),
                where=self.name,
                hint=text(N_("Type the reading in volts.")),
            )
        return reading
