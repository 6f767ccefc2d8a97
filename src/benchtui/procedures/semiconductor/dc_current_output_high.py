"""DC current output, ±(10 µA … 10 A): the UUT's source drives its current through a DC ammeter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, cast

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_high_current import ammeter_current, dc_current_output_high_error
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
from benchtui.procedures.semiconductor.evaluation import (
    check_accuracy,
    indication,
    named,
    resolved,
    result,
    row_read,
    sound,
    specified,
)
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.resistors import rounded, smallest
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B3, RECORD_A3
from benchtui.procedures.settling import settle
from benchtui.profiles import JobItem, SpecificationRange, Standard, Uut
from benchtui.quantity import Reading, engineering
from benchtui.roles import Ammeter, CurrentSource
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal("1e-5"), Decimal(10))
SPANS = (Decimal("1e-5"), Decimal(10))
"""Full scales of the ranges that belong here: above 10 µA; those up to 10 µA are calibrated with a null detector."""
METER = "ammeter"

STANDARD_MPE = 1e-3
"""JJF 2009—2022, 5.2.3: DC ammeter, MPE ±(0.01 … 0.1) %."""
BURDEN_SHARE = Decimal("0.5")
"""Part of the voltage limit that the ammeter may take; the rest is for leads and contacts."""

FIRST_WAIT = 1.0
"""Seconds between setting the current and the first reading that is looked at for rest."""


class DcCurrentOutputHigh(Procedure):
    """DC current output, ±(10 µA … 10 A). JJF 2009—2022, 6.3.2, equation (3), figure 3, tables A.3 and B.3."""

    id = "dc-current-output-high"
    title = Text(N_("DC current output, above 10 µA"))
    clause = "6.3.2"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {"uut": CurrentSource, "ammeter": Ammeter}
    rows: ClassVar[Mapping[str, str]] = {"ammeter": "dc-ammeter"}
    record_table = RECORD_A3
    certificate_table = CERTIFICATE_B3
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high of each range (10 %, 50 %, 90 %) above 10 µA, both polarities."""
        return planned(uut, item, "current_output", "A", SCOPE, lambda span: span.voltage_limit, spans=SPANS)

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose the ammeter whose reading gives the smallest u_c."""

        def setup(ammeter: Candidate) -> tuple[float, Setup]:
            row = self._row(ammeter.standard, point)
            amperes = float(Decimal(point.setpoint))
            readings = (Reading(raw="", value=amperes, unit="A", span=float(row.span)),) * point.readings
            u = float(
                propagate(dc_current_output_high_error, self.inputs(point, readings, ammeter.standard)).u
            )
            reason = text(
                N_("{name}, range {range}: it takes {burden} of the {limit} limit; u_c will be {u} %."),
                name=ammeter.standard.name,
                range=engineering(row.span, "A"),
                burden=engineering(rounded(float(_burden(row, point))), "V"),
                limit=engineering(Decimal(point.limit), "V"),
                u=f"{100 * u:.2g}",
            )
            return u, Setup(point=point, standards={"ammeter": ammeter}, reason=reason)

        return smallest(candidates["ammeter"], setup)

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 3: force of the module to the ammeter's current input, its LO to common."""
        point = setup.point
        return Wiring(
            key=f"3/{point.module}/{_name(setup)}",
            figure="3",
            connections=(
                Connection(
                    Terminal("uut", "force", point.module, "Force"), Terminal("ammeter", "i", label="I")
                ),
                Connection(Terminal("ammeter", "lo", label="LO"), Terminal("uut", "common", label="Common")),
            ),
            notes=(text(N_("Use the current input of the ammeter, not its voltage input.")),),
            volts=float(point.limit),
            amperes=min(float(point.span), float(SCOPE[1])),
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Drive the set current, wait until the ammeter is at rest, take the readings."""
        point = setup.point
        source = cast(CurrentSource, bench["uut"])
        meter = cast(Ammeter, bench["ammeter"])
        amperes = Decimal(point.setpoint)
        meter.prepare_current(amperes)
        source.source_current(
            point.module, amperes, span=Decimal(point.span), voltage_limit=Decimal(point.limit)
        )
        operator.wait(FIRST_WAIT)
        settle(
            "ammeter",
            meter.read_current,
            operator,
            lambda reading: sound(reading, point.key, METER),
            point.key,
        )
        if source.compliance(point.module):
            raise OutOfRange(
                text(
                    N_("{module} limits its voltage: the current is not the one that was set."),
                    module=point.module,
                ),
                where=point.key,
                hint=text(N_("Look for an open lead, a blown fuse of the ammeter, or its wrong input.")),
            )
        for _ in range(point.readings):
            sound(operator.take("ammeter", meter.read_current, "reading"), point.key, METER)
        source.zero(
            point.module
        )  # the ammeter changes its range without current, and a pause finds the bench quiet

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (3) and its budget."""
        point = observation.point
        inputs = self.inputs(point, observation.readings["ammeter"], standards["ammeter"])
        return result(
            self,
            point,
            propagate(dc_current_output_high_error, inputs),
            propagate(ammeter_current, inputs[1:]),
        )

    @staticmethod
    def inputs(point: Point, readings: Sequence[Reading], standard: Standard) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters.

        The error of the ammeter is anything within its specification, rectangular (JJF 2009—2022, C.1.3.1: a/√3).
        """
        row = row_read(standard, readings, "ammeter")
        name, resolution = named(standard), float(row.resolution)
        read = indication("I_m", readings, name, resolution=resolution, unit="A")
        return [
            Input.constant("I_set", float(Decimal(point.setpoint)), unit="A"),
            read,
            specified("dI_spec", standard, row, float(read.value)),
            resolved("dI_res", name, resolution, "A"),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:  # noqa: ARG002 - there is one role
        """Refuse an ammeter that does not meet JJF 2009—2022, 5.2.3 at *point*, or takes too much of the voltage."""
        self._row(standard, point)

    @staticmethod
    def _row(standard: Standard, point: Point) -> SpecificationRange:
        row = check_accuracy(standard, abs(Decimal(point.setpoint)), STANDARD_MPE, "ammeter")
        burden = _burden(row, point)
        if burden > BURDEN_SHARE * Decimal(point.limit):
            raise StandardRefused(
                text(
                    N_("{name} takes {burden}; the unit under test is limited to {limit} at this point."),
                    name=standard.name,
                    burden=engineering(rounded(float(burden)), "V"),
                    limit=engineering(Decimal(point.limit), "V"),
                ),
                where="ammeter",
                hint=text(
                    N_("Choose an ammeter with a lower burden, or raise the voltage limit of the range.")
                ),
            )
        return row


def _burden(row: SpecificationRange, point: Point) -> Decimal:
    """Return the voltage across the ammeter at *point*."""
    return row.burden_resistance * abs(Decimal(point.setpoint))


def _name(setup: Setup) -> str:
    return setup.standards["ammeter"].name if "ammeter" in setup.standards else ""
