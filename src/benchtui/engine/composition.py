"""From the record to the content of a certificate: a function of what is written, the laboratory and the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from benchtui import __version__
from benchtui import certificate as c
from benchtui.engine.ledger import JobBody, Ledger
from benchtui.engine.outcomes import revive_outcome
from benchtui.engine.point_records import point_record
from benchtui.engine.quantities import with_values
from benchtui.errors import CertificateError
from benchtui.i18n import N_, Text, catalogue, text
from benchtui.procedures.base import Outcome, Procedure, Result
from benchtui.procedures.catalogue import procedure
from benchtui.procedures.semiconductor import SPECIFICATION_TITLE_EN, SPECIFICATION_TITLE_ZH
from benchtui.profiles import Laboratory, Standard
from benchtui.records import EnvironmentRow, EventRow, Head, InstrumentUsed, PointResult, revive
from benchtui.tables import Table
from benchtui.typed import decode
from benchtui.wiring import Wiring

EVENTS: dict[str, str] = {
    "failure": N_("Failure at {point}: {what}"),
    "outputs-off": N_("Outputs off: {why}"),
    "point-skipped": N_("Left out: {item} {point} ({reason})."),
    "crash-found": N_("The program had ended in mid-run; interrupted: {interrupted}. Guardian: {guardian}"),
    "console-lost": N_("The console was lost; outputs were switched off and the run waited."),
    "console-back": N_("A console was there again; the run went on."),
}
"""Events that the record prints, and the sentence for each."""


class _WiringEvent(msgspec.Struct, frozen=True):
    item: str
    wiring: Wiring


class _Part(msgspec.Struct, frozen=True):
    """An item of the job with its points; *rows* in the order of the plan, *outcomes* where there are any."""

    procedure: Procedure
    rows: tuple[PointResult, ...]
    outcomes: tuple[Outcome, ...]
    skipped: dict[str, str]
    """Why points were left out, by point; only those without a result."""

    @property
    def results(self) -> tuple[Result, ...]:
        """The outcomes that are measured values."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Result))


def compose(ledger: Ledger, job: str, laboratory: Laboratory, head: Head, now: datetime) -> c.Certificate:
    """Return the content of certificate and record of *job*, issued at *now*.

    *head* is the end of the hash chain that is printed on it.

    Raises
    ------
    CertificateError
        The job has no result yet.
    """
    body = ledger.body(job)
    parts = [_part(ledger, job, order.id) for order in body.job.items]
    times = _times(row for part in parts for row in part.rows)
    if not times:
        raise CertificateError(
            text(N_("The job has no results yet.")),
            where=job,
            hint=text(N_("Measure at least one point, then issue the certificate.")),
        )
    return c.Certificate(
        number=f"{job}-{len(ledger.archive.certificates(job)) + 1:02d}",
        laboratory=c.Laboratory(
            name=c.Bilingual(laboratory.name_zh, laboratory.name),
            address=c.Bilingual(laboratory.address_zh, laboratory.address),
            contact=laboratory.contact,
            country=laboratory.country,
            code=laboratory.code,
        ),
        customer=c.Customer(
            name=body.job.customer.name, address=body.job.customer.address, contact=body.job.customer.contact
        ),
        item=_item(body),
        place=body.job.place,
        received=body.job.uut.received,
        calibrated_from=times[0].date(),
        calibrated_to=times[-1].date(),
        issued=now,
        specifications=tuple(
            c.Specification(number=number, title=c.Bilingual(SPECIFICATION_TITLE_ZH, SPECIFICATION_TITLE_EN))
            for number in sorted({part.procedure.specification for part in parts})
        ),
        standards=_standards(ledger, job),
        environment=_environment(ledger.archive.environments(job)),
        deviations=body.job.deviations,
        results=tuple(
            with_values(
                _table(part, part.procedure.certificate_table),
                part.procedure.id,
                zip((r.point for r in part.rows if r.result is not None), part.outcomes, strict=True),
                ledger.archive.standards(job),
            )
            for part in parts
            if part.outcomes
        ),
        statements=c.STATEMENTS,
        signatories=_signatories(body, laboratory),
        provenance=c.Provenance(
            database=ledger.path.name,
            chain_head=f"{head.seq}:{head.hash}",
            program=f"benchtui {__version__}",
            methods=tuple(c.MethodVersion(item=p.procedure.id, version=p.procedure.version) for p in parts),
        ),
        record=_record(ledger, body, parts, times),
    )


def _part(ledger: Ledger, job: str, item: str) -> _Part:
    rows = tuple(ledger.results(job, item))
    outcomes = tuple(revive_outcome(row.result.body) for row in rows if row.result is not None)
    without = {row.point.key for row in rows if row.result is None}
    skipped = {point: reason for point, reason in ledger.skipped(job, item).items() if point in without}
    return _Part(procedure(item), rows, outcomes, skipped)


def _times(rows: Iterable[PointResult]) -> list[datetime]:
    attempts = [row.attempt for row in rows if row.attempt is not None and row.result is not None]
    return sorted(
        datetime.fromisoformat(moment).astimezone()
        for a in attempts
        for moment in (a.started, a.ended)
        if moment
    )


def _item(body: JobBody) -> c.CalibrationItem:
    return c.CalibrationItem(
        name=c.Bilingual(body.uut.name_zh, body.uut.name),
        manufacturer=body.uut.manufacturer,
        model=body.uut.model,
        serial=body.job.uut.serial,
        identification=body.job.uut.identification,
        condition=body.job.uut.condition,
        modules=tuple(c.ItemModule(name=m.name, model=m.model, title=m.title) for m in body.uut.modules),
    )


def _standards(ledger: Ledger, job: str) -> tuple[c.MeasurementStandard, ...]:
    used = {use.standard.sha256: revive(use.standard.body, Standard) for use in ledger.archive.standards(job)}
    return tuple(
        c.MeasurementStandard(
            name=c.Bilingual(standard.name_zh, standard.name),
            manufacturer=standard.manufacturer,
            model=standard.model,
            serial=standard.serial,
            accuracy=standard.accuracy,
            certificate=standard.certificate.number,
            issuer=standard.certificate.issuer,
            due=standard.certificate.due,
            snapshot=sha256,
        )
        for sha256, standard in used.items()
    )


def _environment(rows: Sequence[EnvironmentRow]) -> c.Environment:
    def interval(values: list[str], u: str = "") -> c.Interval | None:
        numbers = sorted((v for v in values if v), key=float)
        return c.Interval(low=numbers[0], high=numbers[-1], u=u) if numbers else None

    temperature = interval([row.temperature for row in rows], rows[0].temperature_u)
    humidity = interval([row.humidity for row in rows], rows[0].humidity_u)
    if temperature is None or humidity is None:
        raise CertificateError(
            text(N_("The conditions in the room are not recorded.")),
            hint=text(N_("Give temperature and humidity in the work order.")),
        )
    return c.Environment(
        temperature=temperature,
        humidity=humidity,
        mains_voltage=interval([row.mains_voltage for row in rows]),
        mains_frequency=interval([row.mains_frequency for row in rows]),
    )


def _signatories(body: JobBody, laboratory: Laboratory) -> tuple[c.Signatory, ...]:
    return (
        c.Signatory(role="operator", name=body.job.operator),
        c.Signatory(role="checker", name=laboratory.checker),
        c.Signatory(
            role="approver",
            name=laboratory.approver,
            function=c.Bilingual(laboratory.approver_function_zh, laboratory.approver_function),
        ),
    )


def _table(part: _Part, table: Table) -> c.ResultTable:
    rows = tuple(outcome.statement for outcome in part.outcomes)
    remarks = (*_left_out(part), *_missing(part))
    if not part.results:
        return c.ResultTable(table=table, rows=rows, k="", probability="", remarks=remarks)
    k = min(round(result.k, 2) for result in part.results)
    probability = min(result.probability for result in part.results)
    return c.ResultTable(
        table=table,
        rows=rows,
        k=f"{k:g}",
        probability=f"{probability:.2g}",
        series=_series(part),
        remarks=(*_other_factors(part, k), *remarks),
    )


def _left_out(part: _Part) -> tuple[c.Bilingual, ...]:
    sentence = N_("Left out: {point} ({reason}).")
    return tuple(
        _both(Text(sentence, {"point": point, "reason": reason})) for point, reason in part.skipped.items()
    )


def _other_factors(part: _Part, usual: float) -> tuple[c.Bilingual, ...]:
    """Return a remark for each coverage factor that is not the table's: few readings that scatter want a larger one."""
    points: dict[float, list[str]] = {}
    for result in part.results:
        if round(result.k, 2) != usual:
            points.setdefault(round(result.k, 2), []).append(result.point)
    sentence = N_("At {points} the coverage factor is k = {k}.")
    return tuple(
        _both(Text(sentence, {"points": ", ".join(points[k]), "k": f"{k:g}"})) for k in sorted(points)
    )


def _missing(part: _Part) -> tuple[c.Bilingual, ...]:
    missing = [row.point.key for row in part.rows if row.result is None and row.point.key not in part.skipped]
    if not missing:
        return ()
    sentence = N_("Points without a result: {points}.")
    args = {"points": ", ".join(missing)}
    return (_both(Text(sentence, args)),)


def _both(words: Text) -> c.Bilingual:
    return c.Bilingual(str(Text(catalogue("zh").gettext(words.msgid), words.args)), str(words))


def _series(part: _Part) -> tuple[c.ErrorSeries, ...]:
    rows = [row.point for row in part.rows if row.result is not None]
    by_range: dict[tuple[str, str], list[Result]] = {}
    for point, result in zip(rows, part.results, strict=True):
        by_range.setdefault((point.module, point.range), []).append(result)
    series = []
    for (module, span), unsorted in by_range.items():
        results = sorted(unsorted, key=lambda result: float(result.setpoint))
        series.append(
            c.ErrorSeries(
                module=module,
                range=span,
                unit=results[0].unit,
                error_unit=results[0].error_unit,
                setpoints=tuple(float(result.setpoint) for result in results),
                errors=tuple(result.error for result in results),
                U=tuple(result.U for result in results),
            )
        )
    return tuple(series)


# -------------------------------------------------------------------------------------------------------------- record
def _record(ledger: Ledger, body: JobBody, parts: Sequence[_Part], times: Sequence[datetime]) -> c.Record:
    job = body.job.number
    events = ledger.archive.events(job)
    return c.Record(
        number=f"{job}-R",
        operator=body.job.operator,
        started=times[0],
        ended=times[-1],
        instruments=_instruments(ledger, body, parts),
        items=tuple(_item_record(ledger, body, part, events) for part in parts if part.outcomes),
        events=tuple(
            c.RecordEvent(at=datetime.fromisoformat(event.at), who=event.actor, what=_sentence(event))
            for event in events
            if event.kind in EVENTS
        ),
    )


def _sentence(event: EventRow) -> Text:
    facts = decode(event.body, dict[str, object])
    return text(EVENTS[event.kind], **facts)


def _instruments(ledger: Ledger, body: JobBody, parts: Sequence[_Part]) -> tuple[c.InstrumentRecord, ...]:
    seen: dict[str, c.InstrumentRecord] = {}
    for part in parts:
        for row in part.rows:
            if row.attempt is None:
                continue
            owners = {
                role: revive(used.body, Standard)
                for role, used in ledger.archive.attempt_standards(row.attempt.seq).items()
            }
            for role, used in row.attempt.instruments.items():
                owner = owners.get(role)
                key = f"{used.identity} {used.resource} {used.serial}"
                seen.setdefault(key, _instrument(body, role, used, owner))
    return tuple(seen.values())


def _instrument(body: JobBody, role: str, used: InstrumentUsed, owner: Standard | None) -> c.InstrumentRecord:
    return c.InstrumentRecord(
        role=role,
        name=c.Bilingual(owner.name_zh, owner.name)
        if owner
        else c.Bilingual(body.uut.name_zh, body.uut.name),
        manufacturer=owner.manufacturer if owner else body.uut.manufacturer,
        model=owner.model if owner else body.uut.model,
        serial=owner.serial if owner else body.job.uut.serial,
        identity=used.identity,
        driver=used.driver,
        address=used.resource,
    )


def _item_record(ledger: Ledger, body: JobBody, part: _Part, events: Sequence[EventRow]) -> c.ItemRecord:
    points = (point_record(ledger.archive, row) for row in part.rows)
    return c.ItemRecord(
        id=part.procedure.id,
        title=_both(part.procedure.title),
        specification=part.procedure.specification,
        clause=part.procedure.clause,
        results=_table(part, part.procedure.record_table),
        wirings=tuple(_wirings(part.procedure.id, body, events)),
        points=tuple(point for point in points if point is not None),
    )


def _wirings(item: str, body: JobBody, events: Sequence[EventRow]) -> Iterable[c.WiringRecord]:
    for event in events:
        if event.kind != "wiring-confirmed":
            continue
        facts = decode(event.body, _WiringEvent)
        if facts.item == item:
            yield c.WiringRecord(
                figure=facts.wiring.figure,
                leads=tuple(
                    (
                        _terminal(lead.start.role, lead.start.module, lead.start.label),
                        _terminal(lead.end.role, "", lead.end.label),
                    )
                    for lead in facts.wiring.connections
                ),
                confirmed=datetime.fromisoformat(event.at),
                operator=body.job.operator,
            )


def _terminal(*words: str) -> str:
    return " ".join(word for word in words if word)
