"""DC voltage measurement, ±(0.1 V … 100 V): the UUT and a DC voltmeter read the voltage over one resistor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, cast

import msgspec

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_voltage import compared_voltage, dc_voltage_measurement_error
from benchtui.errors import OutOfRange, StandardRefused
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
    Setup,
)
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.dc_voltage_output import INTERLOCK_ABOVE
from benchtui.procedures.semiconductor.evaluation import result, sound
from benchtui.procedures.semiconductor.indications import foreseen, free, indicated
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.resistors import (
    check_certified,
    check_connected,
    check_rating,
    only_value,
    rounded,
    smallest,
)
from benchtui.procedures.semiconductor.sources import (
    CurrentForcingUnit,
    current_range,
    largest_current,
    module_of,
    voltage_limit,
)
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B8, RECORD_A8
from benchtui.procedures.semiconductor.voltmeters import check_voltmeter, predicted, voltage_inputs
from benchtui.procedures.settling import settle
from benchtui.profiles import JobItem, Standard, Uut
from benchtui.quantity import Reading, engineering, plain
from benchtui.roles import Instrument, Voltmeter
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal("0.1"), Decimal(100))
LARGEST_RESISTOR = Decimal(10_000)
"""Ohms: the largest of the standard resistors of JJF 2009—2022, 5.2.7."""
METER = "voltmeter"

FIRST_WAIT = 1.0
"""Seconds between setting the current and the first reading that is looked at for rest."""


class DcVoltageMeasurement(Procedure):
    """DC voltage measurement, ±(0.1 V … 100 V). JJF 2009—2022, 6.6.1, equation (10), figure 8, tables A.8 and B.8."""

    id = "dc-voltage-measurement"
    title = Text(N_("DC voltage measurement"))
    clause = "6.6.1"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {
        "uut": CurrentForcingUnit,
        "voltmeter": Voltmeter,
        "resistor": Instrument,
    }
    rows: ClassVar[Mapping[str, str]] = {"voltmeter": "dc-voltmeter", "resistor": "standard-resistor"}
    record_table = RECORD_A8
    certificate_table = CERTIFICATE_B8
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high of each range (10 %, 50 %, 90 %) from 0.1 V to 100 V, both polarities.

        Of a range above 100 V the points below 100 V belong here, if the module can drive such a voltage over the
        largest standard resistor; from 100 V on it is calibrated over a high-voltage resistor (6.6.2).
        """
        points = planned(uut, item, "voltage_measurement", "V", SCOPE, lambda span: span.voltage_limit)
        return [
            msgspec.structs.replace(point, limit=plain(voltage_limit(uut, point)))
            for point in points
            if item.points or _belongs(uut, point)
        ]

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose the voltmeter with the smallest u_c, and the resistor that gets the least power.

        The resistor's value does not enter the result; what heats it less lets the voltage rest.
        """

        def heat(resistor: Candidate) -> tuple[float, Setup]:
            value = only_value(resistor.standard, "resistor")
            amperes = abs(Decimal(point.setpoint)) / value.nominal
            check_certified(resistor.standard, value, "resistor")
            check_rating(
                resistor.standard, value, "resistor", volts=abs(Decimal(point.setpoint)), amperes=amperes
            )
            span = current_range(uut, point.module, amperes)
            if span is None:
                raise StandardRefused(
                    text(
                        N_("{module} cannot drive the {current} that make {voltage} over {name}."),
                        module=point.module,
                        current=engineering(rounded(float(amperes)), "A"),
                        voltage=engineering(abs(Decimal(point.setpoint)), "V"),
                        name=resistor.standard.name,
                    ),
                    where="resistor",
                    hint=text(N_("Choose a larger resistor.")),
                )
            return float(amperes), self._setup(point, resistor, amperes, span.span)

        def setup(meter: Candidate) -> tuple[float, Setup]:
            row = check_voltmeter(meter.standard, Decimal(point.setpoint), "voltmeter")
            volts = float(Decimal(point.setpoint))
            inputs = self.inputs(
                foreseen(volts, "V", point.readings), predicted(volts, row, point.readings), meter.standard
            )
            u = float(propagate(dc_voltage_measurement_error, inputs).u)
            return u, Setup(point=point, standards={"voltmeter": meter})

        chosen = smallest(candidates["resistor"], heat)
        return msgspec.structs.replace(
            chosen, standards=smallest(candidates["voltmeter"], setup).standards | chosen.standards
        )

    @staticmethod
    def _setup(point: Point, resistor: Candidate, amperes: Decimal, span: Decimal) -> Setup:
        signed = amperes.copy_sign(Decimal(point.setpoint))
        watts = abs(amperes * Decimal(point.setpoint))
        return Setup(
            point=point,
            standards={"resistor": resistor},
            settings={
                "uut": {"current": plain(signed), "span": plain(span)},
                "resistor": {"nominal": plain(resistor.standard.values[0].nominal)},
            },
            reason=text(
                N_("{name}: {current} make {voltage} with {power}, the least of all that fit."),
                name=resistor.standard.name,
                current=engineering(rounded(float(amperes)), "A"),
                voltage=engineering(abs(Decimal(point.setpoint)), "V"),
                power=engineering(rounded(float(watts)), "W"),
            ),
        )

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 8: the resistor between force and common, the voltmeter at the same two terminals."""
        point = setup.point
        interlock = Decimal(point.limit) > INTERLOCK_ABOVE
        force, common = (
            Terminal("uut", "force", point.module, "Force"),
            Terminal("uut", "common", label="Common"),
        )
        amperes = abs(Decimal(setup.settings.get("uut", {}).get("current", "0")))
        resistor = setup.standards["resistor"].name if "resistor" in setup.standards else ""
        return Wiring(
            key=f"8/{point.module}/{resistor}/{'interlock' if interlock else 'open'}",
            figure="8",
            connections=(
                Connection(force, Terminal("resistor", "a")),
                Connection(Terminal("resistor", "b"), common),
                Connection(force, Terminal("voltmeter", "hi", label="HI")),
                Connection(common, Terminal("voltmeter", "lo", label="LO")),
            ),
            notes=(
                text(
                    N_(
                        "Connect the voltmeter where the unit under test measures: at its force and common, or, with "
                        "Kelvin leads, where its sense leads end."
                    )
                ),
            ),
            volts=float(point.limit),
            amperes=float(amperes),
            interlock=interlock,
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Force the current, wait until the voltmeter is at rest, read both meters by turns."""
        point = setup.point
        unit = cast(CurrentForcingUnit, bench["uut"])
        meter = cast(Voltmeter, bench["voltmeter"])
        amperes = Decimal(setup.settings["uut"]["current"])
        nominal = Decimal(setup.settings["resistor"]["nominal"])
        span = Decimal(point.span)
        meter.prepare_voltage(Decimal(point.setpoint))
        unit.source_current(
            point.module,
            amperes,
            span=Decimal(setup.settings["uut"]["span"]),
            voltage_limit=Decimal(point.limit),
        )
        operator.wait(FIRST_WAIT)
        if unit.compliance(point.module):
            raise OutOfRange(
                text(
                    N_("{module} limits its voltage: the current is not the one that was set."),
                    module=point.module,
                ),
                where=point.key,
                hint=text(N_("Look for an open lead, or a resistor that is larger than the one drawn.")),
            )
        seen = sound(operator.take("voltmeter", meter.read_voltage, "settling"), point.key, METER)
        check_connected(setup.standard("resistor"), nominal, seen.value / float(amperes), point.key)
        settle(
            "voltmeter",
            meter.read_voltage,
            operator,
            lambda reading: sound(reading, point.key, METER),
            point.key,
        )
        for _ in range(point.readings):
            sound(operator.take("voltmeter", meter.read_voltage, "reading"), point.key, METER)
            free(
                operator.take("uut", lambda: unit.measure_voltage(point.module, span=span), "reading"),
                point.key,
            )
        unit.zero(point.module)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (10) and its budget."""
        inputs = self.inputs(
            observation.readings["uut"], observation.readings["voltmeter"], standards["voltmeter"]
        )
        return result(
            self,
            observation.point,
            propagate(dc_voltage_measurement_error, inputs),
            propagate(compared_voltage, inputs[2:]),
            indicated=float(inputs[0].value),
        )

    @staticmethod
    def inputs(measured: Sequence[Reading], read: Sequence[Reading], voltmeter: Standard) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters."""
        return [*indicated("V_x", measured, "V"), *voltage_inputs(read, voltmeter, "voltmeter")]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a voltmeter that does not meet JJF 2009—2022, 5.2.2, or a resistor that 5.2.7 does not allow."""
        if role == "voltmeter":
            check_voltmeter(standard, Decimal(point.setpoint), role)
        else:
            check_certified(standard, only_value(standard, role), role)


def _belongs(uut: Uut, point: Point) -> bool:
    volts = abs(Decimal(point.setpoint))
    if Decimal(point.span) <= SCOPE[1]:
        return True
    return volts < SCOPE[1] and largest_current(module_of(uut, point)) >= volts / LARGEST_RESISTOR
