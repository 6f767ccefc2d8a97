"""A realistic certificate: DC voltage output of an analyzer, 54 points in nine ranges (A.6 and B.6)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import mean, stdev
from typing import NamedTuple

from benchtui.certificate import (
    STATEMENTS,
    Attempt,
    Bilingual,
    BudgetLine,
    CalibrationItem,
    Certificate,
    Customer,
    Environment,
    ErrorSeries,
    InstrumentRecord,
    Interval,
    ItemModule,
    ItemRecord,
    Laboratory,
    MeasurementStandard,
    MethodVersion,
    PointRecord,
    Provenance,
    ReadingSummary,
    Record,
    RecordedReading,
    RecordEvent,
    ResultTable,
    ResultValue,
    RowValues,
    Signatory,
    Specification,
    WiringRecord,
)
from benchtui.i18n import text
from benchtui.quantity import NBSP
from benchtui.tables import Column, Table

BEIJING = timezone(timedelta(hours=8))
START = datetime(2026, 11, 10, 1, 30, tzinfo=UTC)
RANGES = (
    *(("MPSMU", volts) for volts in (0.5, 2.0, 5.0, 20.0, 40.0, 100.0)),
    *(("HVSMU", volts) for volts in (200.0, 500.0, 1500.0)),
)
COLUMNS = (
    Column("module", "模块", "Module", "left"),
    Column("range", "量程", "Range", "left"),
    Column("setpoint", "设定值", "Set value"),
    Column("standard", "标准值", "Standard value"),
    Column("error", "误差", "Error"),
    Column("U", "测量不确定度 U (k=2)", "Uncertainty U (k=2)"),
)
B6 = Table("B.6", "直流电压输出", "DC voltage output", COLUMNS)
A6 = Table("A.6", "直流电压输出", "DC voltage output", COLUMNS)


class Measured(NamedTuple):
    row: dict[str, str]
    record: PointRecord
    setpoint: float
    error: float
    U: float
    values: RowValues


def volts(value: float, digits: int, *, sign: bool = False) -> str:
    return f"{value:{'+' if sign else ''}.{digits}f}{NBSP}V".replace("-", "−")


def measured(
    draw: random.Random, number: int, module: str, span: float, setpoint: float, gain: float
) -> Measured:
    digits = 6 if abs(setpoint) < 1 else 5 if abs(setpoint) < 10 else 4 if abs(setpoint) < 100 else 3
    true = setpoint * (1 + gain) + span * 2e-5
    values = [round(true + draw.gauss(0, span * 1e-6), digits + 1) for _ in range(10)]
    standard = mean(values)
    error = (setpoint - standard) / standard * 100
    u = 0.0012 + 0.0003 * span / abs(setpoint)
    start = START + timedelta(seconds=40 * number)

    def reading(n: int, value: float) -> RecordedReading:
        return RecordedReading(
            role="standard",
            raw=f"{value:+.8E}\r\n",
            value=f"{value:.{digits + 1}f}",
            unit="V",
            at=start + timedelta(seconds=n),
        )

    settling = RecordedReading(
        role="standard",
        raw=" 1.0E+38\r\n",
        value="",
        unit="V",
        at=start,
        purpose="settling",
        flags=("over-range",),
    )
    attempts = [
        Attempt(
            number=2 if number == 7 else 1,
            state="done",
            started=start,
            ended=start + timedelta(seconds=14),
            operator="张三",
            readings=(settling, *(reading(n, v) for n, v in enumerate(values, 3))),
        )
    ]
    if number == 7:
        attempts.insert(
            0,
            Attempt(
                number=1,
                state="interrupted",
                started=start - timedelta(seconds=20),
                ended=start - timedelta(seconds=12),
                operator="张三",
                readings=tuple(reading(n, v) for n, v in enumerate(values[:4])),
                note=text("The connection to {name} was lost.", name="dmm"),
            ),
        )
    name = f"{span:g}{NBSP}V"
    budget = (
        BudgetLine(
            symbol="δU_s",
            source="电压表最大允许误差 specification limit of the voltmeter",
            kind="B",
            distribution="rectangular",
            value="0 V",
            u=f"{u / 2 * 0.9:.2g} %",
            sensitivity="−1",
            contribution=f"{u / 2 * 0.9:.2g} %",
            dof="∞",
            share="81.0 %",
        ),
        BudgetLine(
            symbol="V₀₄",
            source="repeatability, mean of 10 readings",
            kind="A",
            distribution="normal",
            value=volts(standard, digits),
            u="0.8 µV",
            sensitivity="−1.0",
            contribution=f"{u / 2 * 0.4:.2g} %",
            dof="9",
            share="16.0 %",
        ),
        BudgetLine(
            symbol="δ_R",
            source="loading of the output by the voltmeter",
            kind="B",
            distribution="rectangular",
            value="0 V",
            u="5.8×10⁻⁸ V",
            sensitivity="1.0",
            contribution="5.8×10⁻⁶ %",
            dof="∞",
            share="3.0 %",
        ),
    )
    record = PointRecord(
        key=f"{module}/{span:g}/{setpoint:g}",
        module=module,
        range=name,
        setpoint=volts(setpoint, 3, sign=True),
        unit="V",
        standard=repr(standard),
        error=repr(error),
        error_unit="%",
        u=repr(u / 2),
        U=repr(u),
        k="2.00",
        nu_eff="1.2e4",
        probability="0.9545",
        counted=2 if number == 7 else 1,
        attempts=tuple(attempts),
        summaries=(
            ReadingSummary(
                role="standard", n=10, mean=f"{standard:.{digits + 2}f}", s=f"{stdev(values):.2e}", unit="V"
            ),
        ),
        budget=budget,
    )
    row = {
        "module": module,
        "range": name,
        "setpoint": volts(setpoint, 3, sign=True),
        "standard": volts(standard, digits, sign=True),
        "error": f"{error:+.4f}{NBSP}%".replace("-", "−"),
        "U": f"{u:.4f}{NBSP}%",
    }
    behind = RowValues(
        module=module,
        range=name,
        quantities=(
            ResultValue(key="setpoint", value=f"{setpoint:g}", unit="V"),
            ResultValue(key="standard", value=repr(standard), unit="V"),
            ResultValue(
                key="error",
                value=repr(error),
                unit="%",
                U=repr(u),
                k="2.0",
                probability="0.9545",
                nu_eff="inf",
            ),
        ),
    )
    return Measured(row, record, setpoint, error, u, behind)


def build(**changes: object) -> Certificate:
    """Return the sample; *changes* replace fields of the certificate."""
    draw = random.Random(20090622)
    points: list[Measured] = []
    series: list[ErrorSeries] = []
    for module, span in RANGES:
        gain = draw.gauss(0, 8e-5)
        levels = [min(max(span * share, 0.1), 1000.0) for share in (0.1, 0.5, 0.9)]
        here = [
            measured(draw, len(points) + n, module, span, setpoint, gain)
            for n, setpoint in enumerate([*(-v for v in reversed(levels)), *levels])
        ]
        points += here
        series.append(
            ErrorSeries(
                module=module,
                range=f"{span:g}{NBSP}V",
                unit="V",
                error_unit="%",
                setpoints=tuple(p.setpoint for p in here),
                errors=tuple(p.error for p in here),
                U=tuple(p.U for p in here),
            )
        )
    rows = tuple(p.row for p in points)
    record = Record(
        number="YS-2026-000123",
        operator="张三",
        started=START,
        ended=START + timedelta(minutes=36),
        instruments=(
            InstrumentRecord(
                role="uut",
                name=Bilingual("半导体参数精密分析仪", "Semiconductor parameter analyzer"),
                manufacturer="Keysight",
                model="B1505A",
                serial="JP10K00123",
                identity="Keysight Technologies,B1505A,0,A.06.01\r\n",
                driver="keysight-b1505a 1",
                address="TCPIP::127.0.0.1::5025::SOCKET",
            ),
            InstrumentRecord(
                role="standard",
                name=Bilingual("数字多用表", "Digital multimeter"),
                manufacturer="Keysight",
                model="3458A",
                serial="MY45012345",
                identity="HP3458A\r\n",
                driver="keysight-3458a 1",
                address="GPIB0::22::INSTR",
            ),
        ),
        items=(
            ItemRecord(
                id="dc-voltage-output",
                title=Bilingual("直流电压输出", "DC voltage output"),
                specification="JJF 2009—2022",
                clause="6.5.1",
                results=ResultTable(table=A6, rows=rows, k="2", probability="0.95"),
                wirings=(
                    WiringRecord(
                        figure="JJF 2009—2022 图 6",
                        leads=(("uut MPSMU Force", "standard HI"), ("uut Common", "standard LO")),
                        confirmed=START - timedelta(minutes=2),
                        operator="张三",
                    ),
                    WiringRecord(
                        figure="JJF 2009—2022 图 6",
                        leads=(("uut HVSMU Force", "standard HI"), ("uut Common", "standard LO")),
                        confirmed=START + timedelta(minutes=24),
                        operator="张三",
                    ),
                ),
                points=tuple(p.record for p in points),
            ),
        ),
        events=(
            RecordEvent(
                at=START + timedelta(minutes=5),
                who="张三",
                what=text("The connection to {name} was lost.", name="dmm"),
            ),
        ),
    )
    fields: dict[str, object] = {
        "number": "XJ-2026-000123",
        "laboratory": Laboratory(
            name=Bilingual("示例计量研究院", "Example Institute of Metrology"),
            address=Bilingual(
                "北京市示例区计量路 1 号，100000", "1 Metrology Road, Example District, Beijing 100000, China"
            ),
            contact="+86 10 0000 0000 · calibration@example.org",
        ),
        "customer": Customer(
            name="示例半导体有限公司 Example Semiconductor Co., Ltd.",
            address="上海市示例区晶圆路 88 号 3 号楼，200000",
            contact="王工 +86 21 0000 0000",
        ),
        "item": CalibrationItem(
            name=Bilingual("半导体参数精密分析仪", "Semiconductor parameter precision analyzer"),
            manufacturer="Keysight Technologies",
            model="B1505A",
            serial="JP10K00123",
            identification="SPA-07",
            condition="完好，附件齐全 In good order, complete",
            modules=(
                ItemModule(name="MPSMU", model="B1511B", title="medium power SMU"),
                ItemModule(name="HVSMU", model="B1513B", title="high voltage SMU"),
            ),
        ),
        "received": date(2026, 11, 2),
        "calibrated_from": date(2026, 11, 10),
        "calibrated_to": date(2026, 11, 10),
        "issued": datetime(2026, 11, 12, 17, 0, tzinfo=BEIJING),
        "specifications": (
            Specification(
                number="JJF 2009—2022",
                title=Bilingual(
                    "半导体参数精密分析仪校准规范",
                    "Calibration Specification for Semiconductor Parameter Precision Analyzers",
                ),
            ),
        ),
        "standards": (
            MeasurementStandard(
                name=Bilingual("数字多用表", "Digital multimeter"),
                manufacturer="Keysight",
                model="3458A",
                serial="MY45012345",
                accuracy="±(8 ppm + 0.5 ppm), 10 V",
                certificate="DCxx2026-01234",
                issuer="示例国家计量院",
                due=date(2027, 3, 1),
                snapshot="3458" * 16,
            ),
            MeasurementStandard(
                name=Bilingual("温湿度计", "Thermohygrometer"),
                manufacturer="Rotronic",
                model="HC2A",
                serial="TH0042",
                accuracy="U = 0.2 °C, 1.5 %RH (k = 2)",
                certificate="RHxx2026-00555",
                issuer="示例国家计量院",
                due=date(2027, 1, 15),
            ),
        ),
        "environment": Environment(
            temperature=Interval(low="22.8", high="23.4", u="0.5"),
            humidity=Interval(low="41", high="46", u="3"),
            mains_voltage=Interval(low="220", high="223"),
            mains_frequency=Interval(low="50.0", high="50.0"),
        ),
        "results": (
            ResultTable(
                table=B6,
                rows=rows,
                k="2",
                probability="0.95",
                series=tuple(series),
                values=tuple(p.values for p in points),
                item="dc-voltage-output",
                standards=("DCxx2026-01234",),
            ),
        ),
        "statements": STATEMENTS,
        "signatories": (
            Signatory(
                role="operator",
                name="张三",
                function=Bilingual("校准员", "Calibration technician"),
                signed=datetime(2026, 11, 10, 11, 0, tzinfo=BEIJING),
            ),
            Signatory(role="checker", name="李四", function=Bilingual("核验员", "Reviewer")),
            Signatory(role="approver", name="", function=Bilingual("授权签字人", "Authorized signatory")),
        ),
        "provenance": Provenance(
            database="9f1c2d34-5b6a-4c7d-8e9f-0a1b2c3d4e5f",
            chain_head="5f2b" * 16,
            program="benchtui 0.1.0",
            methods=(MethodVersion(item="dc-voltage-output", version="1"),),
        ),
        "record": record,
    }
    return Certificate(**(fields | changes))  # type: ignore[arg-type]  # a test may put anything into any field
