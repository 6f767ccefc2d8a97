"""A balance with the Mettler Toledo Standard Interface Command Set, levels 0 to 2.

Source: MT-SICS Reference Manual for Excellence Balances, 11780711. Commands and replies are lines; ``S`` and its
relatives wait until the load is at rest, their immediate forms say ``D`` where it is not.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.hidden import HiddenValue
from benchtui.virtualbench.noise import KeyedNoise

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.virtualbench.hidden import Declared
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

BAUD: Final = 9600
MODEL: Final = "MS204S"
SERIAL_NUMBER: Final = "B021002593"
CAPACITY: Final = 220.0
STEP: Final = 1e-4
"""Largest load and readability in grams."""
ZERO_RANGE: Final = 0.02
"""Part of the capacity within which the balance can be set to zero."""
UNDERLOAD: Final = -0.1
"""Part of the capacity below zero at which the pan counts as missing."""
REPEATABILITY: Final = 8e-5
"""Standard deviation of a reading in grams."""
LONGEST_WAIT: Final = 10.0
"""Seconds that a command waits for the load to come to rest."""
FILTER_SECONDS: Final = 0.5
"""Seconds over which a reading is taken."""
LOOK_SECONDS: Final = 0.1
REPEAT_SECONDS: Final = 0.2
ADJUSTMENT_SECONDS: Final = 60.0
RESTLESS: Final = 0.01
"""Grams by which a load goes to and fro that never settles."""
COMMANDS: Final = (
    *((0, c) for c in ("I0", "I1", "I2", "I3", "I4", "S", "SI", "SIR", "Z", "ZI", "@")),
    *((1, c) for c in ("T", "TI", "TA", "TAC")),
    *((2, c) for c in ("C3", "I10", "I11")),
)
"""Level and name."""
DECLARED: Final[Declared] = {
    "": {
        "sensitivity_error": HiddenValue(1e-5, "relative, until an internal adjustment takes it away"),
        "adjusted_error": HiddenValue(1e-6, "relative: the error of the internal weight, that stays"),
    }
}


class Refusal(Exception):
    """A command that cannot be carried out; the argument is what follows the command in the reply."""


class MtSics:
    """The front end of a balance."""

    def __init__(self, stand: Stand) -> None:
        self._pan = stand.pan
        self._hidden = stand.hidden[""]
        self._faults = stand.faults
        self._clock = stand.bench.clock
        self._lock = threading.Lock()
        self._noise = KeyedNoise(stand.bench.truth.seed, "balance noise", stand.name)
        self._streamed = KeyedNoise(stand.bench.truth.seed, "streamed balance noise", stand.name)
        self._zero = 0.0
        self._tare = 0.0
        self._adjusted = False
        self._identification = ""
        self._turns = 0
        self._resets = 0
        self._commands: dict[str, Callable[[str, Link], None]] = {
            "S": lambda _, link: self._weigh("S", link, patient=True),
            "SI": lambda _, link: self._weigh("S", link, patient=False),
            "SIR": self._sir,
            "Z": lambda _, link: self._set_zero("Z", link, patient=True),
            "ZI": lambda _, link: self._set_zero("ZI", link, patient=False),
            "T": lambda _, link: self._set_tare("T", link, patient=True),
            "TI": lambda _, link: self._set_tare("TI", link, patient=False),
            "TA": self._ta,
            "TAC": self._tac,
            "@": self._reset,
            "I0": self._i0,
            "I1": lambda _, link: link.send('I1 A "012" "2.30" "2.30" "2.30" ""'),
            "I2": lambda _, link: link.send(f'I2 A "{MODEL} Standard {CAPACITY:.4f} g"'),
            "I3": lambda _, link: link.send('I3 A "2.10 10.28.0.493.142"'),
            "I4": lambda _, link: link.send(f'I4 A "{SERIAL_NUMBER}"'),
            "I10": self._i10,
            "I11": lambda _, link: link.send(f'I11 A "{MODEL}"'),
            "C3": self._c3,
        }

    def handle(self, line: str, link: Link) -> None:
        """Carry out one command."""
        name, _, parameter = line.strip().partition(" ")
        if not name:
            return
        if name not in self._commands:
            link.send("ES")
            return
        if parameter and name not in ("TA", "I10"):
            link.send(f"{name} L")
            return
        link.stop_repeating()
        try:
            self._commands[name](parameter.strip(), link)
        except Refusal as refusal:
            link.send(f"{'S' if name in ('SI', 'SIR') else name} {refusal}")

    def refuse(self, link: Link) -> None:
        """Answer as to an unknown command."""
        link.send("ES")

    # --- weighing
    def _weigh(self, word: str, link: Link, *, patient: bool) -> None:
        grams, stable = self._reading(link, patient=patient)
        link.send(f"{word} {'S' if stable else 'D'} {_written(grams - self._tare)}")

    def _sir(self, _parameter: str, link: Link) -> None:
        self._weigh("S", link, patient=False)
        link.repeat(REPEAT_SECONDS, self._repeated, self._clock)

    def _repeated(self) -> str:
        try:
            grams, stable = self._indication(self._streamed)
        except Refusal as refusal:
            return f"S {refusal}"
        return f"S {'S' if stable else 'D'} {_written(grams - self._tare)}"

    def _set_zero(self, word: str, link: Link, *, patient: bool) -> None:
        grams, stable = self._reading(link, patient=patient)
        offset = self._zero + grams
        if abs(offset) > ZERO_RANGE * CAPACITY:
            raise Refusal("+" if offset > 0 else "-")
        self._zero, self._tare = offset, 0.0
        link.send(f"{word} A" if patient else f"{word} {'S' if stable else 'D'}")

    def _set_tare(self, word: str, link: Link, *, patient: bool) -> None:
        grams, stable = self._reading(link, patient=patient)
        if grams < 0.0:
            raise Refusal("-")
        self._tare = _step(grams)
        link.send(f"{word} {'S' if stable else 'D'} {_written(self._tare)}")

    def _ta(self, parameter: str, link: Link) -> None:
        if parameter:
            match = re.fullmatch(r"(\d+\.?\d*) g", parameter)
            if match is None or float(match[1]) > CAPACITY:
                raise Refusal("L")
            self._tare = _step(float(match[1]))
        link.send(f"TA A {_written(self._tare)}")

    def _tac(self, _parameter: str, link: Link) -> None:
        self._tare = 0.0
        link.send("TAC A")

    def _reading(self, link: Link, *, patient: bool) -> tuple[float, bool]:
        """Return the load in grams and whether it is at rest; wait for that if *patient*. Raises ``Refusal``."""
        restless = self._faults.take("never-settling") is not None
        resets = self._resets

        def given_up() -> bool:
            return link.peek() is None or self._resets != resets

        waited = 0.0
        while patient and (restless or not self._at_rest()):
            if waited >= LONGEST_WAIT or self._clock.sleep(LOOK_SECONDS, given_up):
                raise Refusal("I")
            waited += LOOK_SECONDS
        if patient and self._clock.sleep(FILTER_SECONDS, given_up):
            raise Refusal("I")
        grams, stable = self._indication(self._noise)
        if restless:
            self._turns += 1
            return grams + RESTLESS * (-1) ** self._turns, False
        return grams, stable

    def _at_rest(self) -> bool:
        return self._pan.unrest() * 1000.0 < STEP / 2.0

    def _indication(self, noise: KeyedNoise) -> tuple[float, bool]:
        """Return the load above zero in grams and whether it is at rest. Raises ``Refusal``."""
        error = self._hidden["adjusted_error" if self._adjusted else "sensitivity_error"]
        with self._lock:
            deviate = noise.deviate((self._pan.kilograms, self._zero, self._adjusted), self._pan.revision)
        grams = self._pan.felt() * 1000.0 * (1.0 + error) + REPEATABILITY * deviate - self._zero
        if grams > CAPACITY:
            raise Refusal("+")
        if grams < UNDERLOAD * CAPACITY:
            raise Refusal("-")
        return grams, self._at_rest()

    # --- the rest
    def _reset(self, _parameter: str, link: Link) -> None:
        self._resets += 1
        self._tare = 0.0
        link.send(f'I4 A "{SERIAL_NUMBER}"')

    def _i0(self, _parameter: str, link: Link) -> None:
        for level, name in COMMANDS[:-1]:
            link.send(f'I0 B {level} "{name}"')
        level, name = COMMANDS[-1]
        link.send(f'I0 A {level} "{name}"')

    def _i10(self, parameter: str, link: Link) -> None:
        if not parameter:
            link.send(f'I10 A "{self._identification}"')
            return
        match = re.fullmatch(r'"([^"]{0,20})"', parameter)
        if match is None:
            raise Refusal("L")
        self._identification = match[1]
        link.send("I10 A")

    def _c3(self, _parameter: str, link: Link) -> None:
        """Adjust with the internal weight; a reset, on this or another connection, gives up."""
        resets = self._resets
        link.send("C3 B")

        def given_up() -> bool:
            waiting = link.peek()
            return waiting is None or waiting.strip() == b"@" or self._resets != resets

        if self._clock.sleep(ADJUSTMENT_SECONDS, given_up):
            raise Refusal("I")
        self._adjusted = True
        link.send("C3 A")


def _step(grams: float) -> float:
    return round(grams / STEP) * STEP


def _written(grams: float) -> str:
    return f"{_step(grams) + 0.0:10.4f} g"
