"""Capacitance measurement, 1 pF … 100 nF: the UUT's capacitance unit measures a standard capacitor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, cast

import msgspec

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_impedance import capacitance_at_point, capacitance_error
from benchtui.errors import StandardRefused, WrongInstrument
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import (
    Candidate,
    Candidates,
    Earlier,
    Observation,
    Operator,
    Point,
    Procedure,
    Result,
    Room,
    Setup,
)
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.evaluation import certified, certified_value, result
from benchtui.procedures.semiconductor.frequency import signal_off
from benchtui.procedures.semiconductor.indications import foreseen, free, indicated
from benchtui.procedures.semiconductor.nominal import LEVELS, at_nominal, number, without_sign
from benchtui.procedures.semiconductor.open_short import OPEN_FARADS, SHORT_HENRIES, correct
from benchtui.procedures.semiconductor.resistors import rounded, smallest
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B12, RECORD_A12
from benchtui.procedures.settling import settle
from benchtui.profiles import CertifiedValue, JobItem, Module, ModuleRange, Standard, Uut
from benchtui.quantity import NBSP, Reading, engineering, plain
from benchtui.roles import CapacitanceMeter, Instrument
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal("1e-12"), Decimal("1e-7"))
FREQUENCIES = (Decimal(1000), Decimal(5_000_000))
FIRST_WAIT = 0.5
"""Seconds between setting the signal and the first reading that is looked at for rest."""
NEAR = 3.0
"""Factor by which a reading may differ from the nominal value before another capacitor must be suspected."""


class Band(msgspec.Struct, frozen=True):
    """A nominal value of JJF 2009—2022, 5.2.11: the frequencies at which it is used, its largest relative U (k = 2)."""

    nominal: Decimal
    lowest: Decimal
    highest: Decimal
    expanded: Decimal


BANDS = (
    Band(Decimal("1e-12"), Decimal("1e6"), Decimal("5e6"), Decimal("3e-3")),
    Band(Decimal("1e-11"), Decimal("1e5"), Decimal("5e6"), Decimal("1e-3")),
    Band(Decimal("1e-10"), Decimal("1e5"), Decimal("5e6"), Decimal("1e-3")),
    Band(Decimal("1e-9"), Decimal("1e5"), Decimal("5e6"), Decimal("3e-3")),
    Band(Decimal("1e-8"), Decimal("1e3"), Decimal("1e5"), Decimal("3e-4")),
    Band(Decimal("1e-7"), Decimal("1e3"), Decimal("1e4"), Decimal("2e-4")),
)


class Capacitance(Procedure):
    """Capacitance measurement, 1 pF … 100 nF. JJF 2009—2022, 6.9, equation (16), figure 12, tables A.12 and B.12.

    Open and short corrections come first: once for all frequencies of the plan, again when they are old.
    """

    id = "capacitance"
    title = Text(N_("Capacitance measurement"))
    clause = "6.9"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {
        "uut": CapacitanceMeter,
        "standard": Instrument,
        "open": Instrument,
        "short": Instrument,
    }
    rows: ClassVar[Mapping[str, str]] = {"standard": "standard-capacitor"}
    record_table = RECORD_A12
    certificate_table = CERTIFICATE_B12
    connects = True
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return a point for each nominal capacitance at each frequency of the unit for which 5.2.11 has a standard."""

        def settings(module: Module, nominal: ModuleRange) -> list[dict[str, str]]:
            band = band_of(nominal.span)
            return [
                {"frequency": plain(signal.span.normalize())}
                for signal in module.frequencies
                if band.lowest <= signal.span <= band.highest
            ]

        points = at_nominal(uut, item, "capacitances", "F", SCOPE, settings)
        return [_with_frequency(point) for point in points]

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose the capacitor of the nominal value that is certified at the frequency and gives the smallest u_c."""
        frequencies = sorted(
            {signal.span for m in uut.modules if m.name == point.module for signal in m.frequencies}
            | {Decimal(point.settings["frequency"])}
        )

        def setup(capacitor: Candidate) -> tuple[float, Setup]:
            value = _value(capacitor.standard, point)
            farads = float(Decimal(point.setpoint))
            readings = foreseen(farads, "F", point.readings)
            inputs = self.inputs(point, readings, capacitor.standard, value, Room())
            u = float(propagate(capacitance_error, inputs).u)
            reason = text(
                N_("{name} is certified at {frequency} to {expanded} %; u_c will be {u} %."),
                name=capacitor.standard.name,
                frequency=engineering(value.frequency, "Hz"),
                expanded=f"{100 * value.expanded_uncertainty / value.value:.2g}",
                u=f"{100 * u:.2g}",
            )
            return u, Setup(
                point=point,
                standards={"standard": capacitor},
                settings={"open": {"frequencies": " ".join(plain(f.normalize()) for f in frequencies)}},
                reason=reason,
            )

        fitting = [capacitor for capacitor in candidates["standard"] if _states(capacitor.standard, point)]
        if not fitting:
            raise StandardRefused(
                text(
                    N_("No capacitor of the bench is certified for {nominal} at {frequency}."),
                    nominal=engineering(Decimal(point.setpoint), "F"),
                    frequency=engineering(Decimal(point.settings["frequency"]), "Hz"),
                ),
                where="standard",
                hint=text(N_("Put one on the bench, or leave the point out of the work order.")),
            )
        return smallest(fitting, setup)

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 12: the capacitor between the high and the low terminal of the unit."""
        name = setup.standards["standard"].name if setup.standards else ""
        return _between(setup.point, "standard", f"{setup.point.module}/{name}")

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Take the corrections if they are not there, then the readings of the capacitor."""
        point = setup.point
        unit = cast(CapacitanceMeter, bench["uut"])
        frequency = number(point, "frequency", "Hz", FREQUENCIES)
        level = number(point, "level", "V", LEVELS)
        listed = [Decimal(word) for word in setup.settings["open"]["frequencies"].split()]

        def wired(role: str) -> None:
            wiring = self.wiring(setup) if role == "standard" else _between(point, role, point.module)
            operator.connect(wiring)
            unit.prepare_capacitance(point.module, frequency=frequency, level=level)
            operator.wait(FIRST_WAIT)

        correct(unit, point, frequency, listed, wired, operator)
        wired("standard")

        def read() -> Reading:
            return unit.read_capacitance(point.module)

        settle("uut", read, operator, lambda reading: _checked(reading, setup), point.key)
        for _ in range(point.readings):
            _checked(operator.take("uut", read, "reading"), setup)
        signal_off(bench["uut"], point.module)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (16) and its budget."""
        point = observation.point
        standard = standards["standard"]
        frequency = Decimal(point.settings["frequency"])
        value = certified_value(standard, point.setpoint, "standard", frequency)
        inputs = self.inputs(point, observation.readings["uut"], standard, value, observation.room)
        found = result(
            self,
            point,
            propagate(capacitance_error, inputs),
            propagate(capacitance_at_point, inputs[5:]),
            indicated=float(inputs[0].value),
            cells={"range": f"{point.range}, {engineering(frequency, 'Hz')}".replace(" ", NBSP)},
            parts={
                "frequency": (float(frequency), "Hz"),
                "level": (float(point.settings["level"]), "V"),
            },
        )
        return without_sign(found)

    @staticmethod
    def inputs(
        point: Point, readings: Sequence[Reading], standard: Standard, value: CertifiedValue, room: Room
    ) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters.

        Of the open and the short that were corrected for nothing is certified. What is left of them cannot be negative:
        the estimate is the middle of what such things have.
        """
        return [
            *indicated("C_m", readings, "F"),
            Input.rectangular(
                "C_open",
                OPEN_FARADS / 2,
                OPEN_FARADS / 2,
                unit="F",
                source="capacitance left of the open terminals",
            ),
            Input.rectangular(
                "L_short",
                SHORT_HENRIES / 2,
                SHORT_HENRIES / 2,
                unit="H",
                source="inductance of the short circuit",
            ),
            Input.constant("omega", 2 * math.pi * float(Decimal(point.settings["frequency"])), unit="rad/s"),
            *certified("C", standard, value, room),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:  # noqa: ARG002 - there is one role
        """Refuse a capacitor that does not meet JJF 2009—2022, 5.2.11 at *point*."""
        _value(standard, point)


def band_of(farads: Decimal) -> Band:
    """Return the nominal value of 5.2.11 that is nearest to *farads* by ratio."""
    return min(BANDS, key=lambda band: abs(math.log(float(farads / band.nominal))))


def _with_frequency(point: Point) -> Point:
    frequency = number(point, "frequency", "Hz", FREQUENCIES)
    words = engineering(frequency, "Hz").replace(NBSP, " ")
    return msgspec.structs.replace(point, key=f"{point.module}/{point.range}/{words}")


def _between(point: Point, role: str, key: str) -> Wiring:
    """Return the wiring of figure 12 with what plays *role* between the terminals of the unit."""
    return Wiring(
        key=f"12/{role}/{key}",
        figure="12",
        connections=(
            Connection(
                Terminal("uut", "high", point.module, "Hcur Hpot"), Terminal(role, "a", label="Hcur Hpot")
            ),
            Connection(
                Terminal("uut", "low", point.module, "Lcur Lpot"), Terminal(role, "b", label="Lcur Lpot")
            ),
        ),
        notes=(
            text(
                N_(
                    "Join the shields of the four leads at the standard; leave leads where they are afterwards."
                )
            ),
            text(
                N_("Open, short and standard at the same place, with the same leads; keep your hands away.")
            ),
        ),
        volts=float(Decimal(point.settings["level"])) * 2**0.5,
    )


def _states(standard: Standard, point: Point) -> bool:
    nominal, frequency = Decimal(point.setpoint), Decimal(point.settings["frequency"])
    return any((value.nominal, value.frequency) == (nominal, frequency) for value in standard.values)


def _value(standard: Standard, point: Point) -> CertifiedValue:
    """Return the certified value for *point*. Raises ``StandardRefused``."""
    frequency = Decimal(point.settings["frequency"])
    value = certified_value(standard, point.setpoint, "standard", frequency)
    band = band_of(value.nominal)
    if not band.lowest <= frequency <= band.highest:
        raise StandardRefused(
            text(
                N_("The specification uses {nominal} from {low} to {high}, not at {frequency}."),
                nominal=engineering(value.nominal, "F"),
                low=engineering(band.lowest, "Hz"),
                high=engineering(band.highest, "Hz"),
                frequency=engineering(frequency, "Hz"),
            ),
            where="standard",
            hint=text(N_("Choose another frequency, or another capacitance.")),
        )
    relative = 2 * value.standard_uncertainty / value.nominal
    if relative > band.expanded:
        raise StandardRefused(
            text(
                N_("{name} is certified to {found} %; the specification asks for {asked} %."),
                name=standard.name,
                found=f"{100 * relative:.2g}",
                asked=f"{100 * band.expanded:.2g}",
            ),
            where="standard",
            hint=text(N_("Choose a better standard for this point.")),
        )
    return value


def _checked(reading: Reading, setup: Setup) -> Reading:
    """Return *reading* if it can be that of the capacitor that was chosen."""
    point = setup.point
    free(reading, point.key)
    ratio = reading.value / float(Decimal(point.setpoint))
    if 1 / NEAR < ratio < NEAR:
        return reading
    raise WrongInstrument(
        text(
            N_("The unit reads {found}; {name} is not what is connected."),
            found=engineering(rounded(reading.value), "F"),
            name=setup.standard("standard").name,
        ),
        where=point.key,
        hint=text(N_("Connect the capacitor that the drawing names, then repeat the point.")),
    )
