"""Scenes of every calibration item: what it asks to be connected, what it reads, what came out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.screens.scenes import JOB, NBSP, UUT

from benchtui.i18n import Text, text
from benchtui.messages import (
    Asked,
    Environment,
    Event,
    Issued,
    ItemOpened,
    ItemView,
    JobOpened,
    Live,
    Note,
    Outputs,
    PointChanged,
    PointView,
    Prompt,
    ResultReady,
    ResultView,
    RunEnded,
    RunStarted,
    Trace,
    Waiting,
)
from benchtui.procedures.semiconductor import tables
from benchtui.tables import Table
from benchtui.wiring import Connection, Terminal, Wiring

READINGS = 10
MEASURED = 4
"""Points of a scene that have a result; the next one is measured."""


def lead(start: str, end: str) -> Connection:
    """Return a lead between two terminals written as ``role[.module] terminal label``."""
    return Connection(_terminal(start), _terminal(end))


def _terminal(words: str) -> Terminal:
    who, terminal, *label = words.split(" ", 2)
    role, _, module = who.partition(".")
    return Terminal(role, terminal, module, label[0] if label else "")


@dataclass(frozen=True)
class Scene:
    """An item with its plan and a run in the middle of it.

    *reads* are readings as the engine shows them, by role; *cells* a result's; *setpoints* the plan of the range.
    """

    id: str
    title: str
    clause: str
    table: Table
    module: str = ""
    span: str = ""
    setpoints: tuple[str, ...] = ()
    reads: tuple[tuple[str, str, str], ...] = ()
    cells: dict[str, str] = field(default_factory=dict)
    leads: tuple[Connection, ...] = ()
    figure: str = ""
    reason: Text | None = None
    notes: tuple[Text, ...] = ()
    volts: float = 0.0
    amperes: float = 0.0
    interlock: bool = False
    level: str = ""

    @property
    def running(self) -> int:
        """The point that is measured in a scene."""
        return MEASURED if len(self.setpoints) > MEASURED else 0

    @property
    def points(self) -> tuple[PointView, ...]:
        """The plan: the first points are done."""
        return tuple(self.point(n) for n in range(len(self.setpoints)))

    def point(self, n: int, state: str = "", readings: int = 0) -> PointView:
        """Return the point *n* of the plan; *state* empty is how the plan begins."""
        done = n < MEASURED and len(self.setpoints) > MEASURED
        return PointView(
            key=self.setpoints[n] if self.id == "appearance" else f"{self.module}/{self.span}/{n}",
            module=self.module,
            range=self.span.replace(" ", NBSP),
            setpoint="" if self.id == "appearance" else self.setpoints[n].replace(" ", NBSP),
            state=state or ("done" if done else "todo"),  # type: ignore[arg-type]  # a literal of the messages
            attempt=1 if done or state else 0,
            readings=readings,
            of=READINGS,
        )

    def result(self, n: int) -> ResultView:
        """Return a result at point *n*."""
        point = self.point(n)
        cells = {"module": point.module, "range": point.range, "setpoint": point.setpoint, **self.cells}
        return ResultView(
            point=point.key,
            attempt=1,
            cells={key: cell.replace(" ", NBSP) for key, cell in cells.items()},
            k="2.00",
            nu_eff="143",
            probability=f"95.45{NBSP}%",
            budget=(
                ("R", "R-1T 0815, certificate C-2026-0044", "0.05 %", "71.2 %"),
                ("V_S", "5730A 1234567, set to 0 V", "0.02 %", "24.0 %"),
                ("I_mean", "6430 4001, 10 readings", "0.011 %", "4.8 %"),
            ),
        )

    def opened(self) -> ItemOpened:
        """Return plan and results so far."""
        results = tuple(self.result(n) for n, point in enumerate(self.points) if point.state == "done")
        return ItemOpened(
            job=JOB, item=item_view(self), columns=self.table.columns, points=self.points, results=results
        )

    def asked(self) -> Asked:
        """Return the question for the wiring."""
        wiring = Wiring(
            key=self.id,
            figure=self.figure,
            connections=self.leads,
            notes=self.notes,
            volts=self.volts,
            amperes=self.amperes,
            interlock=self.interlock,
        )
        lines = (self.reason,) if self.reason else ()
        title = text("Connect as drawn (figure {figure})", figure=self.figure)
        return Asked(prompt=Prompt(id=3, kind="wiring", title=title, lines=lines, wiring=wiring))

    def live(self, role: str, shown: str, unit: str, n: int, *, note: Text | None = None) -> Live:
        """Return the reading *n* of *role*; one with a *note* is still settling."""
        return Live(
            job=JOB,
            item=self.id,
            point=self.point(self.running).key,
            role=role,
            value=shown.replace(" ", NBSP),
            unit=unit,
            phase="settling" if note is not None else "reading",
            n=n,
            of=READINGS,
            note=note,
            spread="" if note is not None or n < 2 else f"1.8{NBSP}µ{unit}",
        )

    def measuring(self) -> list[Event]:
        """Return a run in the middle of a point, with the end of its last digit in motion."""
        running = self.point(self.running, "running")
        events: list[Event] = [
            RunStarted(job=JOB, item=self.id),
            Outputs(on=True, level=self.level, hazard=self.volts > 60 or self.amperes > 10),
            PointChanged(job=JOB, item=self.id, point=running),
        ]
        for n in range(1, 7):
            for role, shown, unit in self.reads:
                digit = 5 + round(4 * math.sin(n))
                events.append(self.live(role, f"{shown[:-1]}{digit}", unit, n))
        return [*events, NOTE]

    def done(self) -> list[Event]:
        """Return the end of the run: every point has its result."""
        events: list[Event] = []
        for n in range(len(self.setpoints)):
            events.append(PointChanged(job=JOB, item=self.id, point=self.point(n, "done", READINGS)))
            events.append(ResultReady(job=JOB, item=self.id, result=self.result(n)))
        return [*events, RunEnded(job=JOB, item=self.id, state="done"), Outputs(on=False)]

    def waiting(self, seconds: float, why: Text) -> Waiting:
        """Return a wait."""
        return Waiting(job=JOB, item=self.id, point=self.point(self.running).key, seconds=seconds, why=why)


NOTE = Note(level="info", text=text("waiting until {n} readings show no drift", n=5), at="14:02:11")
ROOM = Environment(text=f"23.1{NBSP}°C 45{NBSP}%RH")


def item_view(scene: Scene) -> ItemView:
    """Return the line of *scene* in the list of items: those before it are done."""
    position = [other.id for other in SCENES].index(scene.id)
    measured = MEASURED if len(scene.setpoints) > MEASURED else 0
    return ItemView(
        id=scene.id,
        title=Text(scene.title),
        clause=scene.clause,
        state="done" if position < 2 else "todo",
        points=len(scene.setpoints),
        points_done=len(scene.setpoints) if position < 2 else measured,
    )


def job_opened() -> JobOpened:
    """Return a job with all items."""
    return JobOpened(
        number=JOB, customer="Harbour Semiconductors", uut=UUT, items=tuple(map(item_view, SCENES))
    )


def pulse(scene: Scene, *, volts: float = 0.1) -> Trace:
    """Return a pulse of 1 ms at the digitizer, thinned as the engine does, with its overshoot."""
    values: list[float] = []
    for part in range(240):
        seconds = -1e-4 + part * 1.2e-3 / 240
        on = 0.0 <= seconds < 1e-3
        level = volts * (1.0 + 0.08 * math.exp(-seconds / 2e-5)) if on else 0.0
        ripple = 2e-4 * volts * math.sin(part)
        values += [level - 1e-3 * volts + ripple, level + 1e-3 * volts + ripple]
    return Trace(
        job=JOB,
        item=scene.id,
        point=scene.point(scene.running).key,
        role="digitizer",
        values=tuple(values),
        unit="V",
        start=-1e-4,
        end=1.1e-3,
        step_unit="s",
    )


def signed(*magnitudes: str) -> tuple[str, ...]:
    """Return a plan of both polarities."""
    return tuple(f"+{m}" for m in magnitudes) + tuple(f"−{m}" for m in magnitudes)


COMMON = "uut common Common"
CLOSED = Text("Close the shielding box and keep the leads still: a lead that moves drives picoamperes.")
GUARDED = Text("Use guarded triaxial leads from the analyzer over the null detector to the resistor.")
HIGH_VOLTAGE = Text("High voltage: use the high-voltage cable, earth the case of the divider, keep away.")
TAP = Text("The voltmeter goes to the tap, never to the input of the divider.")
THICK = Text("Use the shortest and thickest leads, forward and return close together; tighten the screws.")

SCENES = (
    Scene(
        "appearance",
        "Appearance and function",
        "6.2",
        tables.RECORD_A1,
        setpoints=("appearance", "function"),
        cells={"item": "外观 Appearance", "verdict": "正常 Normal"},
        figure="-",
        notes=(Text("Nothing is connected to the terminals of the unit: it may test itself."),),
    ),
    Scene(
        "dc-current-output-low",
        "DC current output up to 10 µA",
        "6.3.1",
        tables.RECORD_A2,
        "HRSMU",
        "10 pA",
        signed("1 pA", "5 pA", "9 pA"),
        (("null", "−0.000 000 000 000 012 3", "A"),),
        {"voltage": "+5.000 3 V", "resistance": "1.000 2 TΩ", "error": "+0.031 %", "U": "0.22 %"},
        (
            lead("uut.HRSMU force Force", "null in INPUT"),
            lead("null in INPUT", "resistor a"),
            lead("resistor b", "source hi HI"),
            lead("source lo LO", COMMON),
            lead("null lo LO", COMMON),
        ),
        "2",
        text("{name} with {volts}: u = {u} %; no other resistor fits.", name="R 1 TΩ", volts="5 V", u="0.11"),
        (GUARDED, CLOSED),
        volts=9.0,
        amperes=9e-12,
        level="HRSMU +5 pA",
    ),
    Scene(
        "dc-current-output-high",
        "DC current output, above 10 µA",
        "6.3.2",
        tables.RECORD_A3,
        "MPSMU",
        "10 mA",
        signed("1 mA", "5 mA", "9 mA"),
        (("ammeter", "+0.005 000 213", "A"),),
        {"standard": "+5.000 21 mA", "error": "−0.004 2 %", "U": "0.006 1 %"},
        (lead("uut.MPSMU force Force", "ammeter i I"), lead("ammeter lo LO", COMMON)),
        "3",
        None,
        (Text("Use the current input of the ammeter, not its voltage input."),),
        volts=20.0,
        amperes=9e-3,
        level="MPSMU +5 mA",
    ),
    Scene(
        "dc-current-measurement-low",
        "DC current measurement up to 10 µA",
        "6.4.1",
        tables.RECORD_A4,
        "HRSMU",
        "1 nA",
        signed("100 pA", "500 pA", "900 pA"),
        (("uut", "+0.000 000 000 500 134", "A"),),
        {
            "indication": "+500.134 pA",
            "voltage": "+5.000 02 V",
            "resistance": "9.998 7 GΩ",
            "error": "+0.008 %",
            "U": "0.061 %",
        },
        (
            lead("source hi HI", "resistor a"),
            lead("resistor b", "uut.HRSMU force Force"),
            lead("source lo LO", COMMON),
        ),
        "4",
        None,
        (CLOSED,),
        volts=9.0,
        level="5 V",
    ),
    Scene(
        "dc-current-measurement-high",
        "DC current measurement, above 10 µA",
        "6.4.2",
        tables.RECORD_A5,
        "MPSMU",
        "100 mA",
        signed("10 mA", "50 mA", "90 mA"),
        (("voltmeter", "+0.500 011 42", "V"), ("uut", "+0.050 003 1", "A")),
        {
            "indication": "+50.003 1 mA",
            "voltage": "+500.011 4 mV",
            "resistance": "9.999 83 Ω",
            "error": "+0.002 1 %",
            "U": "0.008 3 %",
        },
        (
            lead("uut.MPSMU force Force", "resistor a"),
            lead("resistor b", COMMON),
            lead("resistor pa", "voltmeter hi HI"),
            lead("resistor pb", "voltmeter lo LO"),
        ),
        "5",
        volts=20.0,
        amperes=0.09,
        level="MPSMU +0.5 V",
    ),
    Scene(
        "dc-voltage-output",
        "DC voltage output",
        "6.5.1",
        tables.RECORD_A6,
        "MPSMU",
        "20 V",
        signed("2 V", "10 V", "18 V"),
        (("standard", "+10.000 112 3", "V"),),
        {"standard": "+10.000 112 V", "error": "−0.001 1 %", "U": "0.001 3 %"},
        (lead("uut.MPSMU force Force", "standard hi HI"), lead(COMMON, "standard lo LO")),
        "6",
        None,
        (Text("Connect guard to the shield of the cable at the analyzer only."),),
        volts=20.0,
        level="MPSMU +10 V",
    ),
    Scene(
        "dc-voltage-output-hv",
        "DC voltage output, above 1 kV",
        "6.5.2",
        tables.RECORD_A7,
        "HVSMU",
        "3000 V",
        signed("1000 V", "1500 V", "2700 V"),
        (("voltmeter", "+3.000 143", "V"),),
        {"voltage": "+3.000 143 V", "ratio": "500.02", "error": "−0.008 %", "U": "0.062 %"},
        (
            lead("uut.HVSMU force Force", "divider hi HI"),
            lead(COMMON, "divider lo LO"),
            lead("divider tap500 500:1", "voltmeter hi HI"),
            lead("divider lo LO", "voltmeter lo LO"),
        ),
        "7",
        text(
            "{name}, tap {tap}: the voltmeter reads {voltage}; u_c will be {u} %.",
            name="HV divider 5 kV",
            tap="500:1",
            voltage=f"5.4{NBSP}V",
            u="0.031",
        ),
        (HIGH_VOLTAGE, TAP),
        volts=2700.0,
        interlock=True,
        level="HVSMU +1500 V",
    ),
    Scene(
        "dc-voltage-measurement",
        "DC voltage measurement",
        "6.6.1",
        tables.RECORD_A8,
        "MPSMU",
        "20 V",
        signed("2 V", "10 V", "18 V"),
        (("voltmeter", "+10.000 021 4", "V"), ("uut", "+10.000 2", "V")),
        {"indication": "+10.000 2 V", "standard": "+10.000 021 V", "error": "+0.001 8 %", "U": "0.001 4 %"},
        (
            lead("uut.MPSMU force Force", "resistor a"),
            lead("resistor b", COMMON),
            lead("uut.MPSMU force Force", "voltmeter hi HI"),
            lead(COMMON, "voltmeter lo LO"),
        ),
        "8",
        volts=18.0,
        amperes=1e-3,
        level="MPSMU +1 mA",
    ),
    Scene(
        "dc-voltage-measurement-hv",
        "DC voltage measurement, above 100 V",
        "6.6.2",
        tables.RECORD_A9,
        "HVSMU",
        "1500 V",
        signed("200 V", "750 V", "1350 V"),
        (("uut", "+750.061 2", "V"),),
        {
            "indication": "+750.061 V",
            "current": "+75.004 µA",
            "resistance": "10.000 3 MΩ",
            "error": "−0.002 %",
            "U": "0.07 %",
        },
        (lead("uut.HVSMU force Force", "resistor a"), lead("resistor b", COMMON)),
        "9",
        None,
        (Text("High voltage: use the high-voltage cable, keep the resistor clean and dry, keep away."),),
        volts=1350.0,
        interlock=True,
        level="HVSMU +75 µA",
    ),
    Scene(
        "pulsed-current",
        "Pulsed current",
        "6.7",
        tables.RECORD_A10,
        "HCSMU",
        "20 A",
        signed("10 A", "15 A", "20 A"),
        (("uut", "+15.012 4", "A"),),
        {
            "voltage": "+150.02 mV",
            "resistance": "10.001 mΩ",
            "indication": "+15.012 4 A",
            "error": "+0.02 %",
            "U": "0.83 %",
            "measurement_error": "+0.11 %",
            "measurement_U": "0.83 %",
        },
        (
            lead("uut.HCSMU force Force", "shunt a I+"),
            lead("shunt b I−", COMMON),
            lead("shunt pa U+", "digitizer hi HI"),
            lead("shunt pb U−", "digitizer lo LO"),
        ),
        "10",
        text(
            "{shunt}: the pulse is {volts} over it, in the {range} range of {digitizer}; u_c will be {u} %.",
            shunt="Shunt 10 mΩ",
            volts=f"150{NBSP}mV",
            range=f"0.2{NBSP}V",
            digitizer="Digitizer 18 bit",
            u="0.41",
        ),
        (THICK,),
        volts=20.0,
        amperes=20.0,
        level="HCSMU +15 A",
    ),
    Scene(
        "frequency",
        "Frequency",
        "6.8",
        tables.RECORD_A11,
        "MFCMU",
        "5 MHz",
        ("1 kHz", "10 kHz", "100 kHz", "1 MHz", "2 MHz", "5 MHz"),
        (("counter", "+2000001.84", "Hz"),),
        {"standard": "2.000 001 8 MHz", "error": "−0.000 09 %", "U": "0.000 3 %"},
        (lead("uut.MFCMU high Hcur", "counter in1 CH 1"), lead(COMMON, "counter lo CH 1 LO")),
        "11",
        level="MFCMU 2 MHz",
    ),
    Scene(
        "capacitance",
        "Capacitance measurement",
        "6.9",
        tables.RECORD_A12,
        "MFCMU",
        "1 MHz",
        ("1 pF", "10 pF", "100 pF", "1 nF", "10 nF", "100 nF"),
        (("uut", "+0.000 000 010 001 02", "F"),),
        {"indication": "10.001 02 nF", "standard": "10.000 8 nF", "error": "+0.002 %", "U": "0.05 %"},
        (
            lead("uut.MFCMU high Hcur Hpot", "capacitor a Hcur Hpot"),
            lead("uut.MFCMU low Lcur Lpot", "capacitor b Lcur Lpot"),
        ),
        "12",
        level="MFCMU 1 MHz",
    ),
)


def scene(item: str) -> Scene:
    """Return the scene of *item*."""
    return next(found for found in SCENES if found.id == item)


def balancing(low: Scene) -> list[Event]:
    """Return a null that is being looked for: the third adjustment has just been made."""
    running = low.point(low.running, "running")
    events: list[Event] = [
        RunStarted(job=JOB, item=low.id),
        Outputs(on=True, level=low.level),
        PointChanged(job=JOB, item=low.id, point=running),
    ]
    settle = text("waiting until {n} readings show no drift", n=5)
    for n, (left, volts) in enumerate(
        (("+0.000 000 000 000 214 7", "−4.998 V"), ("−0.000 000 000 000 018 2", "−5.001 V")), 1
    ):
        said = text("adjustment {n}: the source gives {volts}", n=n, volts=volts.replace(" ", NBSP))
        events.append(low.live("null", left, "A", 0, note=said))
        events += [low.live("null", f"{left[:-1]}{digit}", "A", 0, note=settle) for digit in (3, 5, 4)]
    return events


def judging() -> Asked:
    """Return the question whether something is normal."""
    return Asked(
        prompt=Prompt(
            id=7,
            kind="judge",
            title=text("Look at the unit under test: is its appearance normal?"),
            lines=(
                text("No damage that affects its work or its readings."),
                text("Knobs, switches and keys move, latch and release as they should."),
                text("The accessories that the work needs are there."),
            ),
        )
    )


def arming(error: Text | None = None) -> Asked:
    """Return the question before a dangerous level."""
    level = f"2700{NBSP}V"
    return Asked(
        prompt=Prompt(
            id=8,
            kind="arm",
            title=text("Type {level} to release it", level=level),
            lines=(
                text(
                    "Up to {level} comes next. Is the fixture closed, and is nobody at the leads?",
                    level=level,
                ),
            ),
            expected="2700 V",
            error=error,
        )
    )


def issued() -> Issued:
    """Return what the engine says when the certificate is written."""
    folder = f"/lab/workspace/certificates/{JOB}"
    return Issued(
        job=JOB,
        number=f"{JOB}-01",
        certificate=f"{folder}/certificate.pdf",
        record=f"{folder}/record.pdf",
        dcc=f"{folder}/certificate.xml",
        draft=True,
    )
