"""What stands on the bench and takes part in its circuit; the standards without electronics.

A part has terminals, and elements between them. A resistance is written as a source of 0 V behind it, so that
the network can say what a voltage in series with it would do: that is how its Johnson noise, its inductance
and its memory reach an instrument. The memory: the current of a resistor of 1 TΩ with 10 pF across it comes
ten seconds behind its voltage, and the polarization of its insulator adds a current that takes half a minute to die
away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from benchtui.virtualbench.circuit import Capacitor, Element, Resistor, Solution, VoltageSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Terminal = tuple[str, str, str]
"""Instrument, module (or empty), terminal; such as ``("uut", "MPSMU", "force")``."""

LINK_OHMS: Final = 1e-3
"""From a terminal to the element inside."""
PARALLEL_FARADS: Final = 1e-11
"""Across a resistor of high value."""
ABSORPTION_FARADS: Final = 3e-14
ABSORPTION_SECONDS: Final = 30.0
"""The slow RC branch of the insulator of a resistor of high value (1 PΩ and 30 fF)."""
NEGLIGIBLE: Final = 1e-9
"""Relative change of a value for which a circuit is not solved anew."""
HIGH_VALUE: Final = 1e6
"""Ohms above which a resistor's time constant is longer than a converter's shortest aperture."""


@dataclass(frozen=True)
class Memory:
    """A voltage in series with *element* while the voltage from *a* to *b* is remembered.

    It is *factor* times what the remembered voltage is short of the present one, with the time constant
    *seconds*.
    """

    element: str
    a: Terminal
    b: Terminal
    factor: float
    seconds: float

    @property
    def key(self) -> tuple[str, float]:
        """What tells it from the other memories on the bench."""
        return self.element, self.seconds


@dataclass(frozen=True)
class Emission:
    """What a source puts out between *hi* and *lo*: set to *level* in *unit*, switched on or not."""

    on: bool
    level: float
    unit: str
    hi: Terminal
    lo: Terminal


class Part:
    """Something with terminals. The base has no elements: an instrument that is switched off.

    Parameters
    ----------
    name
        Its name on the bench; the names of its elements begin with it.
    words
        Its terminals.
    """

    guarded: ClassVar[bool] = False
    """Whether its leads are guarded: then a node keeps 10 pF of its cables instead of 200 pF."""
    passive: ClassVar[bool] = False
    """Whether it is nothing as long as nobody connects it."""
    heavy: ClassVar[bool] = False
    """Whether it is connected by busbars."""
    lag: float = 0.0
    """First-order lag of an output stage that is on, in seconds."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.name = name
        self.terminals: tuple[Terminal, ...] = tuple((name, "", word) for word in words)

    def elements(self) -> list[Element]:
        """Return the elements, as the part is set now."""
        return []

    def heed(self, solution: Solution) -> bool:  # noqa: ARG002 - most parts are the same at any voltage
        """Take over what the voltage across it does to its value; tell whether that is anything."""
        return False

    def alternating(self, hertz: float) -> list[Element]:  # noqa: ARG002 - most parts are the same at any frequency
        """Return the elements for a small signal of so many *hertz*."""
        return self.elements()

    def setting(self) -> tuple[object, ...]:
        """Return what a technician sets, as part of the key of the noise."""
        return ()

    def emission(self) -> Emission | None:
        """Return what it puts out; None for what is no source."""
        return None

    def memories(self) -> list[Memory]:
        """Return what makes its elements slow."""
        return []

    def warm(self) -> dict[str, float]:
        """Return the elements whose Johnson noise counts, with their resistance in ohms."""
        return {}

    def noisy(self) -> dict[str, float]:
        """Return the sources with the noise of their voltage over one power line cycle, in volts."""
        return {}


class ResistorPart(Part):
    """A standard resistor or a shunt: current terminals a and b, potential terminals pa and pb.

    Parameters
    ----------
    name
        Its name on the bench.
    ohms
        Its true value, without a voltage across it.
    henries
        Its inductance; what a current pulse shows as overshoot.
    per_volt
        Relative change of its value for each volt across it.
    """

    passive = True

    def __init__(self, name: str, ohms: float, henries: float = 0.0, per_volt: float = 0.0) -> None:
        super().__init__(name, ("a", "b", "pa", "pb"))
        self.ohms = ohms
        self.henries = henries
        self._bare_ohms = ohms
        self._per_volt = per_volt
        self._a, self._b, self._pa, self._pb = self.terminals

    def elements(self) -> list[Element]:
        """Return the resistance, and the links to its potential terminals."""
        return [
            VoltageSource(f"{self.name} body", self._a, self._b, 0.0, self.ohms, henries=self.henries),
            VoltageSource(f"{self.name} pa", self._pa, self._a, 0.0, LINK_OHMS),
            VoltageSource(f"{self.name} pb", self._pb, self._b, 0.0, LINK_OHMS),
        ]

    def heed(self, solution: Solution) -> bool:
        """Take over the coefficient of voltage."""
        ohms = self._bare_ohms * (1.0 + self._per_volt * abs(solution.voltage(self._a, self._b)))
        changed = abs(ohms - self.ohms) > NEGLIGIBLE * self._bare_ohms
        self.ohms = ohms if changed else self.ohms
        return changed

    def warm(self) -> dict[str, float]:
        """Return its one resistance."""
        return {f"{self.name} body": self.ohms}


class PulseShunt(ResistorPart):
    """A shunt for current pulses of more than a kiloampere."""

    heavy = True


class HighValueResistor(ResistorPart):
    """A resistor of 1 MΩ to 1 TΩ in a shielded case with guarded leads, slow as it is."""

    guarded = True

    def memories(self) -> list[Memory]:
        """Return its RC time, and the slow branch of its insulator."""
        body = f"{self.name} body"
        absorbed = -self.ohms * ABSORPTION_FARADS / ABSORPTION_SECONDS
        return [
            Memory(body, self._a, self._b, 1.0, self.ohms * PARALLEL_FARADS),
            Memory(body, self._a, self._b, absorbed, ABSORPTION_SECONDS),
        ]


class DividerPart(Part):
    """A high-voltage divider: hi, lo, and a tap for each of its ratios, such as tap500; tap is the first of them.

    Parameters
    ----------
    name
        Its name on the bench.
    ratios
        The true ratio of each tap by its nominal one, without a voltage across it.
    per_volt
        Relative change of the ratios for each volt across it.
    """

    OHMS: ClassVar[float] = 1e8
    passive = True

    def __init__(self, name: str, ratios: Mapping[int, float], per_volt: float = 0.0) -> None:
        super().__init__(name, ("hi", "lo", "tap", *(f"tap{nominal}" for nominal in ratios)))
        self._bare_ratios = dict(ratios)
        self._per_volt = per_volt
        self._change = 0.0

    def heed(self, solution: Solution) -> bool:
        """Take over the coefficient of voltage."""
        change = self._per_volt * abs(solution.voltage(self.terminals[0], self.terminals[1]))
        changed = abs(change - self._change) > NEGLIGIBLE
        self._change = change if changed else self._change
        return changed

    def elements(self) -> list[Element]:
        """Return the chain from hi over the taps to lo."""
        hi, lo, tap, *taps = self.terminals
        ratios = [ratio * (1.0 + self._change) for ratio in self._bare_ratios.values()]
        chain = sorted(zip(ratios, taps, strict=True))
        below = [self.OHMS / ratio for ratio, _ in chain] + [0.0]
        elements: list[Element] = [VoltageSource(f"{self.name} tap", tap, taps[0], 0.0, LINK_OHMS)]
        upper, above = hi, self.OHMS
        for number, ((_, lower), ohms) in enumerate(zip(chain, below, strict=False)):
            elements.append(VoltageSource(f"{self.name} arm {number}", upper, lower, 0.0, above - ohms))
            upper, above = lower, ohms
        elements.append(VoltageSource(f"{self.name} low arm", upper, lo, 0.0, above))
        return elements


class CapacitorPart(Part):
    """A standard capacitor: a and b.

    Parameters
    ----------
    name
        Its name on the bench.
    farads
        Its true value by frequency in hertz; what holds is that of the nearest frequency.
    """

    guarded = True
    SERIES_OHMS: ClassVar[float] = 0.02
    LEAKAGE_OHMS: ClassVar[float] = 1e14
    passive = True

    def __init__(self, name: str, farads: Mapping[float, float]) -> None:
        super().__init__(name, ("a", "b"))
        self._farads = dict(farads)

    def elements(self) -> list[Element]:
        """Return what is charged by DC: the capacitance at its lowest frequency."""
        return self.alternating(0.0)

    def alternating(self, hertz: float) -> list[Element]:
        """Return the capacitance behind its series resistance, and the leakage of its insulator."""
        a, b = self.terminals
        inside = (self.name, "", "inside")
        farads = self._farads[min(self._farads, key=lambda f: abs(f - hertz))]
        return [
            VoltageSource(f"{self.name} series", a, inside, 0.0, self.SERIES_OHMS),
            Capacitor(f"{self.name} body", inside, b, farads),
            Resistor(f"{self.name} leakage", inside, b, self.LEAKAGE_OHMS),
        ]


class ShortPart(Part):
    """A short circuit between a and b, for the correction of a capacitance unit."""

    passive = True

    def __init__(self, name: str) -> None:
        super().__init__(name, ("a", "b"))

    def elements(self) -> list[Element]:
        """Return the link."""
        a, b = self.terminals
        return [VoltageSource(f"{self.name} link", a, b, 0.0, LINK_OHMS, henries=1e-9)]


class OpenPart(Part):
    """Open terminals a and b with the capacitance that is left between them."""

    FARADS: ClassVar[float] = 5e-17
    passive = True

    def __init__(self, name: str) -> None:
        super().__init__(name, ("a", "b"))

    def elements(self) -> list[Element]:
        """Return the residual capacitance."""
        a, b = self.terminals
        return [Capacitor(f"{self.name} residual", a, b, self.FARADS)]
