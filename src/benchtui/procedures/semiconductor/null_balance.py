"""Balancing a current of the unit under test at a null detector: what is set, waited for and read, step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from benchtui.calc.type_a import standard_deviation
from benchtui.errors import NotSettled, OutOfRange, StandardRefused
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import Operator, Setup
from benchtui.procedures.semiconductor.evaluation import limit_at, sound
from benchtui.procedures.semiconductor.low_current import (
    ADJUSTING,
    SETTLED,
    SOURCE_LIMIT,
    SOURCE_VOLTS,
    ZERO_READINGS,
    as_set,
    settable,
    source_row,
    thermal,
    time_constant,
    why_wait,
)
from benchtui.procedures.semiconductor.null_search import FAR, Unbalance, find_null, look_into
from benchtui.procedures.semiconductor.resistors import rounded
from benchtui.procedures.settling import WINDOW, settle
from benchtui.profiles import SpecificationRange, Standard
from benchtui.quantity import Reading, engineering
from benchtui.roles import CurrentSource, Instrument, NullDetector, VoltageSource

DETECTOR = "null detector"
DETECTOR_MPE = 0.015
"""JJF 2009—2022, 5.2.3: null detector, MPE ±(1.5 … 0.3) %; the wider end, for what is read is only what is left."""
DETECTOR_BIAS = Decimal("3e-15")
DETECTOR_BIAS_SPAN = Decimal("2e-11")
"""The same: input current of at most 3 fA in the range 20 pA."""
DETECTOR_ZERO = Decimal("1e-14")
"""The same: zero within 10 fA over three minutes."""

NULL_FLOOR = 2e-6
"""A null within this part of the current is good enough: what is left is corrected, with 1 % of itself as its error."""
MOVED = 1.2
"""Parts of the stated range of the zero by which it may have moved from before to after."""
BY_CHANCE = 5.0
"""Standard uncertainties by which the means of both may differ besides."""
ZERO_SHARE = 0.01
"""Part of the current that the detector may show while none flows."""


def detector_row(detector: Standard, amperes: Decimal) -> SpecificationRange:
    """Return the smallest range of *detector* that holds *amperes*.

    Raises
    ------
    StandardRefused
        None does.
    """
    for row in sorted(detector.ranges, key=lambda candidate: candidate.span):
        if amperes <= row.span * Decimal("1.001"):
            return row
    raise StandardRefused(
        text(
            N_("{name} has no specification at {value}."),
            name=detector.name,
            value=engineering(rounded(float(amperes)), "A"),
        ),
        where="null",
        hint=text(N_("Choose a standard that covers this point, or complete its profile.")),
    )


def check_detector(detector: Standard, amperes: Decimal) -> None:
    """Refuse a null detector that does not meet JJF 2009—2022, 5.2.3, for *amperes*. Raises ``StandardRefused``."""
    row = detector_row(detector, amperes)
    error = limit_at(row, float(row.span)) / float(row.span)
    bias = detector_row(detector, DETECTOR_BIAS_SPAN)
    complaints: list[Text] = []
    if error > DETECTOR_MPE:
        complaints.append(
            text(
                N_("{name} is specified to {found} % at {value}; the specification asks for ±{asked} %."),
                name=detector.name,
                found=f"{100 * error:.2g}",
                value=engineering(row.span, "A"),
                asked=f"{100 * DETECTOR_MPE:.2g}",
            )
        )
    for found, asked, words in (
        (
            bias.input_current,
            DETECTOR_BIAS,
            N_("The input current of {name} is {found}; at most {asked} is asked for."),
        ),
        (
            row.zero_range,
            DETECTOR_ZERO,
            N_("The zero of {name} wanders by {found}; at most {asked} is asked for."),
        ),
    ):
        if not 0 < found <= asked:
            stated = engineering(found, "A") if found else text(N_("not stated"))
            complaints.append(text(words, name=detector.name, found=stated, asked=engineering(asked, "A")))
    if complaints:
        raise StandardRefused(
            complaints[0], where="null", hint=text(N_("Choose a better standard for this point."))
        )


class Balance:
    """One point: the zero, the null, the zero again.

    Parameters
    ----------
    setup, bench, operator
        As :meth:`Procedure.observe` gets them; the settings are those of the item.
    """

    def __init__(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        self._setup = setup
        self._operator = operator
        self._unit = cast(CurrentSource, bench["uut"])
        self._detector = cast(NullDetector, bench["null"])
        self._source = cast(VoltageSource, bench["source"])
        self._where = setup.point.key
        self._amperes = Decimal(setup.point.setpoint)
        self._coarse = Decimal(setup.settings["null"]["coarse"])
        self._fine = Decimal(setup.settings["null"]["fine"])
        self._ohms = float(setup.standard("resistor").values[0].value)
        self._row = detector_row(setup.standard("null"), self._fine)
        self._u_zero = float(self._row.zero_range) / math.sqrt(12.0)
        self._floor = NULL_FLOOR * abs(float(self._amperes))
        self._zero = 0.0
        self._near = False
        self._volts = Decimal(0)
        self._adjustments = 0

    def carry_out(self) -> None:
        """Do it all; the sources are at zero afterwards.

        Raises
        ------
        OutOfRange, WrongInstrument, NotSettled
            Something is connected wrongly, a limit was reached, the null or a zero does not come to rest.
        """
        point, source = self._setup.point, self._setup.standard("source")
        self._disconnect_unit()
        self._set_source(Decimal(0))
        before = self._read_zero("zero-before")
        self._zero = before.amperes
        self._detector.prepare_null(self._coarse)
        start = Decimal(self._setup.settings["source"]["volts"])
        self._set_source(start)
        self._unit.source_current(
            point.module, self._amperes, span=Decimal(point.span), voltage_limit=Decimal(point.limit)
        )
        self._wait(SETTLED)
        self._look_at_first(start)
        volts = find_null(
            self._left,
            start,
            self._ohms,
            settable=lambda wanted: settable(source, wanted),
            floor=self._floor,
            limit=ADJUSTING * SOURCE_VOLTS[1],
            where=self._where,
        )
        self._check_free()
        note = text(N_("null at {volts}"), volts=engineering(volts, "V", sign=True))
        for _ in range(point.readings):
            last = sound(
                self._operator.take("null", self._detector.read_null, "reading", note), self._where, DETECTOR
            )
        self._operator.take("source", lambda: as_set(source, volts, last), "reading")
        self._disconnect_unit()
        self._set_source(Decimal(0))
        self._wait(SETTLED)
        self._check_moved(before, self._read_zero("zero-after"))
        self._source.zero("")

    # ------------------------------------------------------------------------------------------------------ the null
    def _left(self, volts: Decimal) -> Unbalance:
        """Set the source, let all come to rest, return what the detector shows: near the null in its fine range."""
        if volts != self._volts:
            step = abs(float(volts - self._volts)) / self._ohms
            self._adjustments += 1
            self._set_source(volts)
            self._wait(math.log(max(step / (0.1 * max(self._floor, self._u_zero)), 1.0)))
        if self._near:
            left = self._rest(self._fine)
            self._near = math.isfinite(left.amperes)
        if not self._near:
            left = self._rest(self._coarse)
            if not math.isfinite(left.amperes):
                raise self._beyond(self._coarse)
            if abs(left.amperes) > 0.5 * float(self._fine):
                return left
            self._near = True
            left = self._rest(self._fine)
            if not math.isfinite(left.amperes):
                raise self._beyond(self._fine)
        return Unbalance(left.amperes - self._zero, math.hypot(left.u, self._u_zero))

    def _rest(self, span: Decimal) -> Unbalance:
        """Return the mean of the last readings in the range *span*, at rest; NaN if it is beyond the range."""
        self._detector.prepare_null(span)
        values: list[float] = []

        def read() -> Reading:
            # Readings that stand closer than the time constant would not show that they still move.
            self._operator.wait(time_constant(self._ohms) / 2.0)
            reading = self._detector.read_null()
            values.append(reading.value)
            return reading

        note = text(
            N_("adjustment {n}: the source gives {volts}"),
            n=self._adjustments,
            volts=engineering(self._volts, "V", sign=True),
        )
        if not self._operator.take("null", read, "settling", note).sound:
            return Unbalance(math.nan, math.inf)
        settle("null", read, self._operator, lambda one: sound(one, self._where, DETECTOR), self._where)
        last = values[-WINDOW:]
        digits = float(self._row.resolution) / math.sqrt(12.0)
        return Unbalance(
            math.fsum(last) / len(last), max(standard_deviation(last).s / math.sqrt(len(last)), digits)
        )

    def _look_at_first(self, start: Decimal) -> None:
        """Look whether the two currents are about the same; if not, find out why not."""
        self._check_free()
        first = self._rest(self._coarse)
        if abs(first.amperes) <= FAR * abs(float(self._amperes)):
            return
        rows = sorted(self._setup.standard("null").ranges, key=lambda row: row.span)
        wide = iter(row.span for row in rows if row.span > self._coarse)
        span = self._coarse
        while not math.isfinite(first.amperes):
            wider = next(wide, None)
            if wider is None:
                raise self._beyond(span)
            span = wider
            first = self._rest(span)

        def respond(volts: Decimal) -> Unbalance:
            self._set_source(volts)
            self._wait(SETTLED)
            found = self._rest(span)
            if not math.isfinite(found.amperes):
                raise self._beyond(span)
            return found

        look_into(
            respond,
            start,
            amperes=float(self._amperes),
            resistor=self._setup.standard("resistor"),
            module=self._setup.point.module,
            where=self._where,
        )

    def _check_free(self) -> None:
        if self._unit.compliance(self._setup.point.module):
            raise OutOfRange(
                text(
                    N_("{module} limits its voltage: its current finds no way."),
                    module=self._setup.point.module,
                ),
                where=self._where,
                hint=text(
                    N_(
                        "Look for an open lead between its force terminal and the null detector, and whether the "
                        "detector's input is connected."
                    )
                ),
            )

    def _beyond(self, span: Decimal) -> OutOfRange:
        return OutOfRange(
            text(N_("The null detector is beyond its range of {span}."), span=engineering(span, "A")),
            where=self._where,
            hint=text(
                N_(
                    "Look for a resistor that is far too small, a short circuit, or a source with the wrong sign."
                )
            ),
        )

    # ------------------------------------------------------------------------------------------------------ the zero
    def _read_zero(self, role: str) -> Unbalance:
        """Read what the detector shows while nothing is driven, in its fine range; return the mean, known to *u*."""
        self._detector.prepare_null(self._fine)
        self._rest(self._fine)
        note = text(N_("zero of the null detector: the source at 0 V, the analyzer disconnected"))
        values = [
            sound(
                self._operator.take(role, self._detector.read_null, "reading", note), self._where, DETECTOR
            ).value
            for _ in range(ZERO_READINGS)
        ]
        zero = math.fsum(values) / len(values)
        allowed = ZERO_SHARE * abs(float(self._amperes)) + float(
            self._row.input_current + self._row.zero_range
        )
        if abs(zero) > allowed:
            raise OutOfRange(
                text(
                    N_("The null detector shows {zero} while nothing is driven."),
                    zero=engineering(rounded(zero), "A"),
                ),
                where=self._where,
                hint=text(
                    N_("Let it warm up and zero it; check guard and shield, and keep the leads still.")
                ),
            )
        # Few readings may scatter less than the resistor makes them.
        scatter = max(standard_deviation(values).s, thermal(self._ohms))
        return Unbalance(zero, scatter / math.sqrt(len(values)))

    def _check_moved(self, before: Unbalance, after: Unbalance) -> None:
        moved = abs(after.amperes - before.amperes)
        allowed = (
            MOVED * float(self._row.zero_range) + self._floor + BY_CHANCE * math.hypot(before.u, after.u)
        )
        if moved > allowed:
            raise NotSettled(
                text(
                    N_(
                        "The zero of the null detector moved by {moved} during the point; {allowed} is stated."
                    ),
                    moved=engineering(rounded(moved), "A"),
                    allowed=engineering(self._row.zero_range, "A"),
                ),
                where=self._where,
                hint=text(
                    N_("Let it warm up, keep the leads still and the box closed, then repeat the point.")
                ),
            )

    # --------------------------------------------------------------------------------------------------- what is set
    def _disconnect_unit(self) -> None:
        """Open the output of the unit under test, so that its offset current is not taken for the detector's."""
        self._detector.protect()  # a relay that opens throws a charge
        self._unit.zero(self._setup.point.module)
        cast(Instrument, self._unit).safe_off()

    def _set_source(self, volts: Decimal) -> None:
        row = source_row(self._setup.standard("source"), float(volts))
        self._source.source_voltage("", volts, span=row.span, current_limit=SOURCE_LIMIT)
        self._volts = volts

    def _wait(self, constants: float) -> None:
        """Let so many time constants of the resistor pass, at most those after which a ten-thousandth is left."""
        constants = min(constants, SETTLED)
        if constants > 0:
            resistor = self._setup.standard("resistor")
            self._operator.wait(constants * time_constant(self._ohms), why_wait(resistor, constants))
