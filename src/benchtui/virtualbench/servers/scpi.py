"""SCPI: headers in short and long form, several commands a line, the error queue, the words of IEEE 488.2.

Source: SCPI-1999, Volume 1 "Syntax and Style", 6 (program headers), Volume 2, 21.8 (error numbers);
IEEE Std 488.2-1992, 10 (common commands).
"""

from __future__ import annotations

import math
import re
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.virtualbench.servers.link import Link

ERRORS: Final = {
    -102: "Syntax error",
    -108: "Parameter not allowed",
    -109: "Missing parameter",
    -113: "Undefined header",
    -213: "Init ignored",
    -221: "Settings conflict",
    -222: "Data out of range",
    -224: "Illegal parameter value",
    -230: "Data corrupt or stale",
}
QUEUE: Final = 20
OVER_RANGE: Final = 9.9e37
"""What stands for a value beyond the range (SCPI-1999, Volume 1, 7.2.1.4)."""

Arguments = list[str]
Command = "Callable[[Arguments], None]"
_WORD = re.compile(r"([A-Z]+)([a-z]*)")
_PARAMETERS = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|\([^)]*\)|[^,"'(])*)(?:,|$)""")
_COMMANDS = re.compile(r"""((?:"[^"]*"|'[^']*'|[^;"'])+)""")


class Fault(Exception):
    """A command that the instrument does not carry out, by its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(ERRORS[code])
        self.code = code


@cache
def header(pattern: str) -> re.Pattern[str]:
    """Return what matches a header such as ``[SENSe:]CURRent[:DC]:RANGe[:UPPer]``, in capitals."""
    expression = _WORD.sub(
        lambda word: f"{word[1]}(?:{word[2].upper()})?" if word[2] else word[1], pattern.replace("?", r"\?")
    )
    expression = expression.replace("*", r"\*").replace("[", "(?:").replace("]", ")?")
    return re.compile(expression)


class ScpiInstrument:
    """What all SCPI instruments have in common.

    Parameters
    ----------
    identity
        The answer to ``*IDN?``.
    no_error
        The answer to ``SYSTem:ERRor?`` when there is none.
    """

    def __init__(self, identity: str, no_error: str = '+0,"No error"') -> None:
        self._no_error = no_error
        self._errors: deque[int] = deque(maxlen=QUEUE)
        self._commands: dict[str, Callable[[Arguments], None]] = {
            "*CLS": lambda _: self._errors.clear(),
            "*RST": lambda _: self.reset(),
            "*ESE": _nothing,
            "*OPC": _nothing,
            "*SRE": _nothing,
            "*WAI": _nothing,
            "STATus:PRESet": _nothing,
            "SYSTem:PRESet": lambda _: self.reset(),
            "SYSTem:CLEar": lambda _: self._errors.clear(),
        }
        self._queries: dict[str, Callable[[Arguments], str]] = {
            "*ESR?": lambda _: "0",
            "*IDN?": lambda _: identity,
            "*OPC?": lambda _: "1",
            "*STB?": lambda _: "4" if self._errors else "0",
            "*TST?": lambda _: "0",
            "SYSTem:ERRor[:NEXT]?": lambda _: self._next_error(),
            "SYSTem:VERSion?": lambda _: "1999.0",
        }
        # Queries that take time, or whose answer is not one line: they send it themselves.
        self._measuring: dict[str, Callable[[Arguments, Link], None]] = {}

    def reset(self) -> None:
        """Go back to the settings of ``*RST``."""

    def handle(self, line: str, link: Link) -> None:
        """Carry out the commands of one line; the answers of one line come in one line, joined by semicolons."""
        path = ""
        for command in (part.strip() for part in _COMMANDS.findall(line)):
            if not command:
                continue
            word, _, tail = command.partition(" ")
            word = word.upper()
            try:
                path = self._one(word, path, _parameters(tail), link)
            except Fault as fault:
                self._errors.append(fault.code)

    def refuse(self, _link: Link) -> None:
        """Note an unknown command."""
        self._errors.append(-113)

    def _one(self, word: str, path: str, arguments: Arguments, link: Link) -> str:
        """Carry out one command; return the path that a header without leading colon continues."""
        full = word[1:] if word.startswith(":") else path + word
        for known in dict.fromkeys((full, word.lstrip(":"))):
            if self._carry_out(known, arguments, link):
                return path if known.startswith("*") else known[: known.rfind(":") + 1]
        raise Fault(-113)

    def _carry_out(self, word: str, arguments: Arguments, link: Link) -> bool:
        for pattern, action in self._commands.items():
            if header(pattern).fullmatch(word):
                action(arguments)
                return True
        for pattern, answer in self._queries.items():
            if header(pattern).fullmatch(word):
                link.send(answer(arguments))
                return True
        for pattern, measure in self._measuring.items():
            if header(pattern).fullmatch(word):
                measure(arguments, link)
                return True
        return False

    def _next_error(self) -> str:
        if not self._errors:
            return self._no_error
        code = self._errors.popleft()
        return f'{code},"{ERRORS[code]}"'


def _nothing(_: Arguments) -> None:
    """Take a command that changes nothing which could be seen here."""


def quiet(*patterns: str) -> dict[str, Callable[[Arguments], None]]:
    """Return commands that are accepted and change nothing which could be seen here."""
    return dict.fromkeys(patterns, _nothing)


def _parameters(tail: str) -> Arguments:
    found = [m.group(1).strip() for m in _PARAMETERS.finditer(tail) if m.group(0)]
    return found if tail.strip() else []


def text_of(arguments: Arguments, index: int = 0) -> str:
    """Return a parameter in capitals, without quotes. Raises ``Fault``."""
    if len(arguments) <= index:
        raise Fault(-109)
    return arguments[index].strip("\"'").upper()


def number_of(arguments: Arguments, low: float, high: float, index: int = 0) -> float:
    """Read a number, or MIN, MAX, DEF (the lowest). Raises ``Fault``: missing, no number, out of range."""
    word = text_of(arguments, index)
    if word in ("MIN", "MINIMUM", "DEF", "DEFAULT"):
        return low
    if word in ("MAX", "MAXIMUM"):
        return high
    try:
        value = float(word)
    except ValueError:
        raise Fault(-224) from None
    if not math.isfinite(value) or not low <= value <= high:
        raise Fault(-222)
    return value


def switch_of(arguments: Arguments) -> bool:
    """Read ON, OFF, 1 or 0. Raises ``Fault``."""
    word = text_of(arguments)
    if word in ("ON", "OFF"):
        return word == "ON"
    try:
        return float(word) != 0.0
    except ValueError:
        raise Fault(-224) from None


def choice_of(arguments: Arguments, *allowed: str) -> str:
    """Read one of the words *allowed*, each in mixed case such as ``IMMediate``; return its short form."""
    word = text_of(arguments)
    for pattern in allowed:
        if header(pattern).fullmatch(word):
            return "".join(c for c in pattern if not c.islower())
    raise Fault(-224)


def block(payload: bytes) -> bytes:
    """Return a definite length block (IEEE Std 488.2-1992, 8.7.9)."""
    length = str(len(payload))
    return f"#{len(length)}{length}".encode("ascii") + payload
