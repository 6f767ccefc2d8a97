"""DC voltage output, ±(1 000 V … 3 kV): the UUT's source feeds a DC voltmeter over a high-voltage divider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, cast

from benchtui.calc import Input, propagate, round_to_uncertainty, round_uncertainty
from benchtui.calc.equations.jjf2009_voltage import (
    compared_voltage,
    dc_voltage_output_hv_error,
    divided_voltage,
    loaded_ratio,
)
from benchtui.errors import OutOfRange, StandardRefused, WrongInstrument
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
from benchtui.procedures.semiconductor.evaluation import (
    certified,
    certified_value,
    named,
    result,
    sound,
    stated,
)
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.resistors import check_certified, check_rating, rounded, smallest
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B7, RECORD_A7
from benchtui.procedures.semiconductor.voltmeters import (
    check_voltmeter,
    input_resistance,
    predicted,
    voltage_inputs,
)
from benchtui.procedures.settling import settle
from benchtui.profiles import CertifiedValue, JobItem, Standard, Uut
from benchtui.quantity import Reading, engineering, plain
from benchtui.roles import Instrument, VoltageSource, Voltmeter
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal(1000), Decimal(3000))
METER = "voltmeter"
ANOTHER_TAP = 1.3
"""A ratio that is off by this factor is that of another tap: 500 and 1 000 lie a factor of 2 apart."""

FIRST_WAIT = 2.0
"""Seconds between setting the voltage and the first reading that is looked at for rest."""


class DcVoltageOutputHv(Procedure):
    """DC voltage output, ±(1 000 V … 3 kV). JJF 2009—2022, 6.5.2, equation (9), figure 7, tables A.7 and B.7."""

    id = "dc-voltage-output-hv"
    title = Text(N_("DC voltage output, above 1 kV"))
    clause = "6.5.2"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {
        "uut": VoltageSource,
        "voltmeter": Voltmeter,
        "divider": Instrument,
    }
    rows: ClassVar[Mapping[str, str]] = {"voltmeter": "dc-voltmeter", "divider": "hv-divider"}
    record_table = RECORD_A7
    certificate_table = CERTIFICATE_B7
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high of each range (10 %, 50 %, 90 %) inside the scope, both polarities."""
        return planned(uut, item, "voltage_output", "V", SCOPE, lambda span: span.current_limit)

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose tap and voltmeter with the smallest u_c, within the divider's rating."""
        tries = [
            (divider, value, meter)
            for divider in candidates["divider"]
            for value in divider.standard.values
            for meter in candidates["voltmeter"]
        ]
        return smallest(tries, lambda one: self._setup(point, *one))

    def _setup(
        self, point: Point, divider: Candidate, value: CertifiedValue, voltmeter: Candidate
    ) -> tuple[float, Setup]:
        volts = Decimal(point.setpoint)
        check_certified(divider.standard, value, "divider")
        check_rating(divider.standard, value, "divider", volts=volts, amperes=Decimal(0))
        if not value.output_resistance:
            raise StandardRefused(
                text(
                    N_("The profile of {name} does not state the output resistance of its tap {tap}."),
                    name=divider.standard.name,
                    tap=plain(value.nominal),
                ),
                where="divider",
                hint=text(N_("Enter output-resistance: without it the load of the voltmeter is not known.")),
            )
        tapped = volts / value.nominal
        row = check_voltmeter(voltmeter.standard, tapped, "voltmeter")
        inputs = self.inputs(
            point,
            predicted(float(tapped), row, point.readings),
            voltmeter.standard,
            divider.standard,
            value,
            Room(),
        )
        u = float(propagate(dc_voltage_output_hv_error, inputs).u)
        return u, Setup(
            point=point,
            standards={"voltmeter": voltmeter, "divider": divider},
            settings={"divider": {"nominal": plain(value.nominal)}},
            reason=text(
                N_("{name}, tap {tap}: the voltmeter reads {voltage}; u_c will be {u} %."),
                name=divider.standard.name,
                tap=plain(value.nominal),
                voltage=engineering(rounded(abs(float(tapped))), "V"),
                u=f"{100 * u:.2g}",
            ),
        )

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 7: force and common to the divider, the voltmeter at its tap."""
        point = setup.point
        tap = setup.settings.get("divider", {}).get("nominal", "")
        return Wiring(
            key=f"7/{point.module}/{tap}",
            figure="7",
            connections=(
                Connection(
                    Terminal("uut", "force", point.module, "Force"), Terminal("divider", "hi", label="HI")
                ),
                Connection(Terminal("uut", "common", label="Common"), Terminal("divider", "lo", label="LO")),
                Connection(
                    Terminal("divider", f"tap{tap}", label=f"{tap}:1"),
                    Terminal("voltmeter", "hi", label="HI"),
                ),
                Connection(Terminal("divider", "lo", label="LO"), Terminal("voltmeter", "lo", label="LO")),
            ),
            notes=(
                text(
                    N_("High voltage: use the high-voltage cable, earth the case of the divider, keep away.")
                ),
                text(N_("The voltmeter goes to the tap, never to the input of the divider.")),
            ),
            volts=min(float(point.span), float(SCOPE[1])),
            interlock=True,
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Source the set value, wait until the voltmeter is at rest, take the readings."""
        point = setup.point
        source = cast(VoltageSource, bench["uut"])
        meter = cast(Voltmeter, bench["voltmeter"])
        volts, nominal = Decimal(point.setpoint), Decimal(setup.settings["divider"]["nominal"])
        meter.prepare_voltage(volts / nominal)
        source.source_voltage(
            point.module, volts, span=Decimal(point.span), current_limit=Decimal(point.limit)
        )
        operator.wait(FIRST_WAIT)
        if source.compliance(point.module):
            raise OutOfRange(
                text(
                    N_("{module} limits its current: the output is not the voltage that was set."),
                    module=point.module,
                ),
                where=point.key,
                hint=text(
                    N_("Look for a short circuit or a wrong lead between the analyzer and the divider.")
                ),
            )
        seen = sound(operator.take("voltmeter", meter.read_voltage, "settling"), point.key, METER)
        _check_tap(setup, seen)
        settle(
            "voltmeter",
            meter.read_voltage,
            operator,
            lambda reading: sound(reading, point.key, METER),
            point.key,
        )
        for _ in range(point.readings):
            sound(operator.take("voltmeter", meter.read_voltage, "reading"), point.key, METER)
        source.zero(point.module)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (9) and its budget."""
        divider = standards["divider"]
        value = certified_value(divider, observation.settings["divider"]["nominal"], "divider")
        inputs = self.inputs(
            observation.point,
            observation.readings["voltmeter"],
            standards["voltmeter"],
            divider,
            value,
            observation.room,
        )
        volts, ratio = propagate(compared_voltage, inputs[1:5]), propagate(loaded_ratio, inputs[5:])
        return result(
            self,
            observation.point,
            propagate(dc_voltage_output_hv_error, inputs),
            propagate(divided_voltage, inputs[1:]),
            cells={
                "voltage": stated(float(volts.y), float(volts.U), "V"),
                "ratio": plain(
                    round_to_uncertainty(float(ratio.y), round_uncertainty(float(ratio.U), mode="up"))
                ),
            },
            parts={"voltage": (float(volts.y), "V"), "ratio": (float(ratio.y), "1")},
        )

    @staticmethod
    def inputs(
        point: Point,
        read: Sequence[Reading],
        voltmeter: Standard,
        divider: Standard,
        value: CertifiedValue,
        room: Room,
    ) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters.

        The coefficient of voltage of the divider is that of its ratio, for the volts at its input.
        """
        volts = float(Decimal(point.setpoint))
        return [
            Input.constant("V_set", volts, unit="V"),
            *voltage_inputs(read, voltmeter, "voltmeter"),
            *certified("k", divider, value, room, volts),
            Input.constant(
                "R_tap",
                float(value.output_resistance),
                unit="Ω",
                source=f"{named(divider)}, tap {plain(value.nominal)}",
            ),
            input_resistance(read, voltmeter, "voltmeter"),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a divider that JJF 2009—2022, 5.2.5 does not allow, or that is rated lower than *point*."""
        if role == "divider":
            for value in standard.values:
                check_certified(standard, value, role)
                check_rating(standard, value, role, volts=Decimal(point.setpoint), amperes=Decimal(0))


def _check_tap(setup: Setup, seen: Reading) -> None:
    """Find out a voltmeter at another tap than the one that was chosen. Raises ``WrongInstrument``."""
    point, nominal = setup.point, float(setup.settings["divider"]["nominal"])
    ratio = abs(float(point.setpoint) / seen.value) if seen.value else float("inf")
    if nominal / ANOTHER_TAP < ratio < nominal * ANOTHER_TAP:
        return
    taps = [plain(value.nominal) for value in setup.standard("divider").values]
    raise WrongInstrument(
        text(
            N_("The voltmeter is not at the tap {tap}: the readings fit a ratio of {ratio}."),
            tap=plain(Decimal(setup.settings["divider"]["nominal"])),
            ratio=f"{ratio:.3g}",
        ),
        where=point.key,
        hint=text(
            N_("The divider has the taps {taps}. Switch off, connect the one that is drawn, then repeat."),
            taps=", ".join(taps),
        ),
    )
