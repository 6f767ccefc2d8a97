"""A link that plays a script, and the scenes that the tests of the screens show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchtui.i18n import Text, text
from benchtui.messages import (
    PROTOCOL,
    Asked,
    Command,
    Environment,
    Event,
    ItemOpened,
    ItemView,
    JobOpened,
    JobSummary,
    Live,
    Note,
    OpenItem,
    OpenJob,
    Outputs,
    PointChanged,
    PointView,
    Prompt,
    ResultReady,
    ResultView,
    RunStarted,
    Welcome,
)
from benchtui.tables import Column
from benchtui.wiring import Connection, Terminal, Wiring

if TYPE_CHECKING:
    from collections.abc import Callable

JOB = "2026-0142"
ITEM = "dc-voltage-output"
UUT = "B1505A MY50123456"
NBSP = "\u00a0"

COLUMNS = (
    Column("module", "模块", "Module", "left"),
    Column("range", "量程", "Range", "left"),
    Column("setpoint", "设定值", "Set value"),
    Column("standard", "标准值", "Standard value"),
    Column("error", "误差", "Error"),
    Column("U", "测量不确定度 U (k=2)", "Uncertainty U (k=2)"),
)
RANGES = ("0.5 V", "2 V", "5 V", "20 V", "40 V", "100 V")
SETPOINTS = {
    "0.5 V": ("0.1", "0.25", "0.45"),
    "2 V": ("0.2", "1", "1.8"),
    "5 V": ("0.5", "2.5", "4.5"),
    "20 V": ("2", "10", "18"),
    "40 V": ("4", "20", "36"),
    "100 V": ("10", "50", "90"),
}
JOBS = (
    JobSummary(
        number=JOB,
        customer="Harbour Semiconductors",
        uut=UUT,
        points=54,
        points_done=7,
        state="running",
        updated="2026-11-23 14:02",
    ),
    JobSummary(
        number="2026-0139",
        customer="North Lab [green]",
        uut="B1505A MY50120001",
        points=54,
        points_done=54,
        state="done",
        updated="2026-11-20 16:40",
    ),
    JobSummary(
        number="2026-0137",
        customer="Institut für Messtechnik",
        uut="B1505A MY49000123",
        points=54,
        points_done=12,
        state="failed",
        updated="2026-11-18 09:12",
    ),
    JobSummary(
        number="2026-0150",
        customer="华东半导体有限公司",
        uut="B1505A MY51000777",
        points=54,
        points_done=0,
        state="todo",
    ),
)


class ScriptedLink:
    """A link whose engine says what the test tells it; commands are kept in :attr:`sent`."""

    def __init__(self, *, answers: bool = True) -> None:
        self.sent: list[Command] = []
        self.closed = False
        self._answers = answers
        self._on_event: Callable[[Event], None] | None = None
        self._on_gone: Callable[[], None] | None = None
        self.opening: list[Event] = []

    def listen(self, on_event: Callable[[Event], None], on_gone: Callable[[], None]) -> None:
        self._on_event, self._on_gone = on_event, on_gone
        for event in self.opening:
            on_event(event)

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if self._answers and isinstance(command, OpenJob):
            self.say(job_opened())
        if self._answers and isinstance(command, OpenItem):
            self.say(item_opened())

    def close(self) -> None:
        self.closed = True

    def say(self, *events: Event) -> None:
        assert self._on_event is not None
        for event in events:
            self._on_event(event)

    def go(self) -> None:
        assert self._on_gone is not None
        self._on_gone()


def welcome(
    *,
    jobs: tuple[JobSummary, ...] = JOBS,
    controls: bool = True,
    running: bool = False,
    virtual: bool = False,
) -> Welcome:
    return Welcome(
        protocol=PROTOCOL,
        version="0.1.0",
        workspace="/lab/workspace",
        bench="Bench 2",
        bench_file="/lab/bench.toml",
        controls=controls,
        virtual=virtual,
        jobs=jobs,
        running_job=JOB if running else "",
        running_item=ITEM if running else "",
    )


def items(done: int = 7) -> tuple[ItemView, ...]:
    return (
        ItemView(
            id=ITEM,
            title=Text("DC voltage output"),
            clause="6.5.1",
            state="running" if done else "todo",
            points=54,
            points_done=done,
        ),
        ItemView(
            id="dc-current-output-low",
            title=Text("DC current output up to 10 µA"),
            clause="6.5.3",
            state="done",
            points=36,
            points_done=36,
        ),
        ItemView(
            id="capacitance",
            title=Text("Capacitance"),
            clause="6.5.9",
            state="failed",
            points=12,
            points_done=4,
        ),
        ItemView(
            id="appearance", title=Text("Appearance"), clause="6.3", state="skipped", points=1, points_done=0
        ),
    )


def job_opened(done: int = 7) -> JobOpened:
    return JobOpened(number=JOB, customer="Harbour Semiconductors", uut=UUT, items=items(done))


def key_of(range_: str, setpoint: str) -> str:
    return f"MPSMU/{range_}/{setpoint}"


def points(done: int = 7) -> tuple[PointView, ...]:
    plan = [(name, sign + volts) for name in RANGES for volts in SETPOINTS[name] for sign in ("+", "−")]
    return tuple(
        PointView(
            key=key_of(name, volts),
            module="MPSMU",
            range=name,
            setpoint=f"{volts}{NBSP}V",
            state="done" if n < done else "todo",
            attempt=1 if n < done else 0,
            readings=10 if n < done else 0,
            of=10,
        )
        for n, (name, volts) in enumerate(plan)
    )


def result(point: PointView) -> ResultView:
    shown = point.setpoint.removesuffix(f"{NBSP}V")
    whole, _, fraction = shown.partition(".")
    return ResultView(
        point=point.key,
        attempt=1,
        cells={
            "module": point.module,
            "range": point.range,
            "setpoint": point.setpoint,
            "standard": f"{whole}.{(fraction + '000')[:3]}{NBSP}013{NBSP}1{NBSP}V",
            "error": f"−0.001{NBSP}2{NBSP}%",
            "U": f"0.004{NBSP}1{NBSP}%",
        },
        k="2.00",
        nu_eff="96",
        probability=f"95.45{NBSP}%",
        budget=(
            ("dV_spec", "3458A MY45000001, certificate C-2026-0042", f"0.0018{NBSP}%", f"78.4{NBSP}%"),
            ("V_mean", "3458A MY45000001, 10 readings", f"0.0008{NBSP}%", f"15.2{NBSP}%"),
            ("dV_emf", "thermal EMF of the two leads", f"0.0005{NBSP}%", f"6.1{NBSP}%"),
            ("dV_res", "3458A MY45000001, resolution", f"0.0001{NBSP}%", f"0.3{NBSP}%"),
        ),
        alarms=(
            text("Second-order terms exceed 10 % of the combined uncertainty; compare with Monte Carlo."),
        ),
    )


def item_opened(done: int = 7) -> ItemOpened:
    plan = points(done)
    return ItemOpened(
        job=JOB,
        item=items(done)[0],
        columns=COLUMNS,
        points=plan,
        results=tuple(result(p) for p in plan if p.state == "done"),
    )


def wiring(volts: float = 20.0) -> Wiring:
    return Wiring(
        key="MPSMU",
        figure="6",
        connections=(
            Connection(Terminal("uut", "force", "MPSMU", "Force"), Terminal("standard", "hi", "", "HI")),
            Connection(Terminal("uut", "common", "", "Common"), Terminal("standard", "lo", "", "LO")),
        ),
        notes=(Text("Connect guard to the shield of the cable at the analyzer only."),),
        volts=volts,
        interlock=volts > 60,
    )


def asked_wiring(volts: float = 20.0) -> Asked:
    return Asked(
        prompt=Prompt(
            id=3,
            kind="wiring",
            title=text("Connect as drawn (figure {figure})", figure="6"),
            wiring=wiring(volts),
        )
    )


def asked_value(error: Text | None = None) -> Asked:
    return Asked(
        prompt=Prompt(
            id=4,
            kind="enter",
            title=Text("Type the reading of the standard."),
            lines=(text("The display must be at rest."),),
            unit="V",
            error=error,
        )
    )


def asked_confirm() -> Asked:
    return Asked(prompt=Prompt(id=5, kind="confirm", title=Text("Is the fixture closed?")))


def running_point(readings: int = 3) -> PointView:
    plan = points()
    point = plan[7]
    return PointView(
        key=point.key,
        module=point.module,
        range=point.range,
        setpoint=point.setpoint,
        state="running",
        attempt=1,
        readings=readings,
        of=10,
    )


def live(n: int, micro: int = 0, *, settling: bool = False) -> Live:
    return Live(
        job=JOB,
        item=ITEM,
        point=running_point().key,
        role="standard",
        value=f"−1.000{NBSP}{12 + micro:03d}{NBSP}3",
        unit="V",
        phase="settling" if settling else "reading",
        n=n,
        of=10,
        note=text("waiting until {n} readings show no drift", n=5) if settling else None,
        spread="" if settling else f"2.1{NBSP}µV",
    )


def run_begins() -> list[Event]:
    return [
        RunStarted(job=JOB, item=ITEM),
        Environment(text=f"23.1{NBSP}°C 45{NBSP}%RH"),
    ]


def measuring() -> list[Event]:
    """A run in the middle of a point: outputs on, settled, three readings taken."""
    wave = (9, 7, 5, 3, 1, 0, 2, 1, -1, 1, 0, 2, 1, 0)
    return [
        *run_begins(),
        Outputs(on=True, level=f"−1{NBSP}V"),
        PointChanged(job=JOB, item=ITEM, point=running_point(0)),
        *(live(0, micro, settling=True) for micro in wave[:-3]),
        *(live(n, micro) for n, micro in enumerate(wave[-3:], 1)),
        PointChanged(job=JOB, item=ITEM, point=running_point(3)),
        ResultReady(job=JOB, item=ITEM, result=result(points()[6])),
        Note(level="info", text=text("waiting until {n} readings show no drift", n=5), at="14:02:11"),
    ]
