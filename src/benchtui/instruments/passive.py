"""Things on a bench that have no wire: resistors, dividers, shunts, capacitors."""

from __future__ import annotations

PASSIVE = "PASSIVE"
"""The resource of a thing without a wire."""


class PassiveStandard:
    """A thing that only is there; what it is worth is in the profile of its standard.

    Parameters
    ----------
    name
        Its name on the bench.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def identity(self) -> str:
        """The word ``passive``: nobody answers."""
        return "passive"

    def connect(self) -> None:
        """Do nothing: there is no wire."""

    def close(self) -> None:
        """Do nothing: there is no wire."""

    def safe_off(self) -> None:
        """Do nothing: it puts nothing out."""

    def abort(self) -> None:
        """Do nothing: nobody waits for it."""
