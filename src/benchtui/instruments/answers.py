"""The answers of table-driven instruments, read strictly."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from benchtui.errors import Garbled
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from benchtui.instruments.profile_words import Check
    from benchtui.instruments.role_tables import ReadingTable


class ReadingAnswer:
    """The answer to one reading query, as *table* describes it; *unit* is the base unit of its values."""

    def __init__(self, table: ReadingTable, unit: str) -> None:
        self.table = table
        self.unit = unit
        self._reply = re.compile(table.reply)
        self._words = (
            *((re.compile(pattern), "over-range") for pattern in table.over_range),
            *((re.compile(pattern), flag) for flag, pattern in table.flagged.items()),
        )

    def parse(self, answer: str, where: str) -> tuple[float, tuple[str, ...]]:
        """Return the value in *answer*, in the base unit, and its flags.

        Raises
        ------
        Garbled
            It is not an answer to the reading query.
        """
        for word, flag in self._words:
            if word.fullmatch(answer):
                return math.nan, (flag,)
        match = self._reply.fullmatch(answer)
        if match is None:
            raise garbled(answer, where)
        factor: Decimal | None = Decimal(1)
        if "unit" in self._reply.groupindex:
            factor = self.table.units.get(match["unit"])
        try:
            number = Decimal(match["value"])
        except InvalidOperation as error:
            raise garbled(answer, where) from error
        if factor is None or not math.isfinite(value := float(number * factor)):
            raise garbled(answer, where)
        return value, ()


def answers_yes(check: Check, answer: str, where: str) -> bool:
    """Tell whether *answer* to *check* means yes.

    Raises
    ------
    Garbled
        It is no answer to that question.
    """
    match = re.fullmatch(check.reply, answer)
    if match is None:
        raise garbled(answer, where)
    if check.equals:
        return match["value"] == check.equals
    try:
        register = int(match["value"])
    except ValueError as error:
        raise garbled(answer, where) from error
    return register & check.bits_set == check.bits_set and not register & check.bits_clear


def garbled(answer: str, where: str) -> Garbled:
    """Return the error for an *answer* that does not fit its profile."""
    return Garbled(
        text(N_("This answer cannot be read: {answer}"), answer=repr(answer[:200])),
        raw=answer,
        where=where,
        hint=text(N_("Try again; if it comes back, compare the profile with the manual.")),
    )
