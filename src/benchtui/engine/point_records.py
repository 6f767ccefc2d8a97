"""One point of the record as the certificate's content holds it: attempts, readings, result, budget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from statistics import stdev

from benchtui import certificate as c
from benchtui.certificate.content import Attempt as RecordedAttempt
from benchtui.engine.outcomes import revive_outcome
from benchtui.engine.views import nu_text, thinned
from benchtui.procedures.base import BudgetLine, Result, Verdict
from benchtui.quantity import NBSP, Waveform, engineering, plain, to_decimal
from benchtui.records import Archive, AttemptRow, PointResult, ReadingRow


def point_record(archive: Archive, row: PointResult) -> c.PointRecord | None:
    """Return all that the record holds of a point that was attempted; None for one without a result."""
    if row.result is None or row.attempt is None:
        return None
    result = revive_outcome(row.result.body)
    if isinstance(result, Verdict):
        return None  # all that there is stands in the table
    attempts = archive.attempts(row.point.job, row.point.item, row.point.key)
    readings = {attempt.seq: archive.readings(attempt.seq) for attempt in attempts}
    return c.PointRecord(
        key=row.point.key,
        module=row.point.module,
        range=row.point.range,
        setpoint=engineering(to_decimal(row.point.setpoint), row.point.unit, sign=True),
        unit=result.unit,
        standard=repr(result.standard),
        error=repr(result.error),
        error_unit=result.error_unit,
        u=repr(result.u),
        U=repr(result.U),
        k=f"{result.k:.2f}",
        nu_eff=nu_text(result.nu_eff),
        probability=f"{result.probability:.4f}",
        counted=row.attempt.number,
        attempts=tuple(_attempt(attempt, readings[attempt.seq]) for attempt in attempts),
        summaries=_summaries(readings[row.attempt.seq]),
        budget=tuple(_line(line, result.error_unit) for line in result.budget),
        alarms=result.alarms,
        waveforms=_waveforms(archive, row.attempt.seq, result),
    )


def _waveforms(archive: Archive, attempt: int, result: Result) -> tuple[c.RecordedWaveform, ...]:
    """Return the first waveform of each role: one stands for all, which are in the record."""
    by_role: dict[str, list[Waveform]] = {}
    for row in archive.waveforms(attempt):
        by_role.setdefault(row.role, []).append(row.waveform())
    parts = result.parts
    averaged = (parts["averaged_from"][0], parts["averaged_to"][0]) if "averaged_from" in parts else None
    return tuple(_waveform(role, found, averaged) for role, found in by_role.items())


def _waveform(
    role: str, waveforms: Sequence[Waveform], averaged: tuple[float, float] | None
) -> c.RecordedWaveform:
    first = waveforms[0]
    return c.RecordedWaveform(
        role=role,
        number=1,
        count=len(waveforms),
        samples=len(first.values),
        unit=first.unit,
        step_unit=first.step_unit,
        start=first.start,
        end=first.start + first.step * max(len(first.values) - 1, 0),
        values=thinned(first),
        averaged=averaged,
    )


def _attempt(attempt: AttemptRow, readings: Sequence[ReadingRow]) -> RecordedAttempt:
    return RecordedAttempt(
        number=attempt.number,
        state="interrupted" if attempt.state == "open" else attempt.state,
        started=datetime.fromisoformat(attempt.started),
        ended=datetime.fromisoformat(attempt.ended or attempt.started),
        operator=attempt.operator,
        readings=tuple(
            c.RecordedReading(
                role=reading.role,
                raw=reading.raw,
                value="" if reading.value == "nan" else reading.value,
                unit=reading.unit,
                at=datetime.fromtimestamp(float(reading.t1), UTC),
                purpose=reading.purpose,
                flags=reading.flags,
            )
            for reading in readings
        ),
        note=attempt.reason,
    )


def _summaries(readings: Sequence[ReadingRow]) -> tuple[c.ReadingSummary, ...]:
    by_role: dict[str, list[ReadingRow]] = {}
    for reading in readings:
        if reading.purpose == "reading":
            by_role.setdefault(reading.role, []).append(reading)
    return tuple(
        c.ReadingSummary(
            role=role,
            n=len(rows),
            mean=_mean([to_decimal(row.value) for row in rows]),
            s=f"{stdev(float(row.value) for row in rows):.2e}" if len(rows) > 1 else "",
            unit=rows[0].unit,
        )
        for role, rows in by_role.items()
    )


def _mean(values: Sequence[Decimal]) -> str:
    """Return the mean with two digits more than the values have.

    It is taken of what was read, without the noise that binary fractions would add to its digits.
    """
    mean = sum(values, Decimal()) / len(values)
    last = min(int(value.as_tuple().exponent) for value in values)
    return plain(mean.quantize(Decimal(1).scaleb(last - 2)).normalize())


def _line(line: BudgetLine, error_unit: str) -> c.BudgetLine:
    return c.BudgetLine(
        symbol=line.symbol,
        source=line.source,
        kind=line.kind,
        distribution=line.distribution,
        value=f"{line.value:.9g}{NBSP}{line.unit}",
        u=f"{line.u:.3g}{NBSP}{line.unit}",
        sensitivity=f"{line.c:.4g}",
        contribution=f"{line.contribution:.3g}{NBSP}{error_unit}",
        dof=nu_text(line.dof),
        share=f"{100 * line.share:.1f}{NBSP}%",
    )
