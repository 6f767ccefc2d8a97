"""A record with one job of two points, and times for its entries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from benchtui.profiles import Conditions
from benchtui.quantity import Reading, Waveform
from benchtui.records import FILE_NAME, Attempt, InstrumentUsed, ReadingPurpose, Store, WirePiece, stamp
from benchtui.wiring import Connection, Terminal, Wiring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WIRING = Wiring(
    "mpsmu",
    "6",
    (Connection(Terminal("uut", "force", "MPSMU"), Terminal("standard", "hi")),),
    volts=100.0,
)


CONVERSATION = (
    WirePiece(
        role="standard", instrument="dmm", moment=stamp(1_790_000_000.25), direction="out", length=12,
        octets=r"TARM SGL,1\r\n",
    ),
    WirePiece(
        role="standard", instrument="dmm", moment=stamp(1_790_000_000.75), direction="stale", length=3,
        octets=r"=1\x06",
    ),
)  # fmt: skip


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A point with more than the record has columns for."""

    key: str
    module: str = "MPSMU"
    range: str = "20 V"
    span: str = "20"
    setpoint: str = "10"
    unit: str = "V"
    readings: int = 3
    limit: str = "0.001"


class Work:
    """A technician's steps at an open record, each a second after the last one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._seconds = 1_790_000_000.0

    def now(self) -> str:
        self._seconds += 1.0
        return stamp(self._seconds)

    def job(self, number: str = "J-1") -> None:
        self.store.add_job(
            at=self.now(),
            number=number,
            customer="某客户",
            uut="B1505A 1",
            source="number = 'J-1'",
            body={"number": number},
        )
        self.store.add_environment(
            at=self.now(),
            job=number,
            conditions=Conditions(temperature=Decimal("23.10"), humidity=Decimal(45)),
        )
        self.store.add_plan(
            at=self.now(),
            job=number,
            item="dc",
            method="dc/1",
            tables=["A.6", "B.6"],
            points=[Planned(key="low"), Planned(key="high", setpoint="18")],
        )

    def standard(self, serial: str = "MY1", due: str = "2027-01-01") -> int:
        return self.store.add_standard(
            at=self.now(), name="dmm", serial=serial, profile={"serial": serial, "due": due}
        )

    def begin(self, point: str = "low", *, job: str = "J-1", standard: int | None = None) -> Attempt:
        return self.store.begin_attempt(
            at=self.now(),
            job=job,
            item="dc",
            point=point,
            wiring=WIRING,
            operator="张三",
            program="0.1.0",
            instruments={"standard": InstrumentUsed(identity="HP3458A", resource="TCPIP::1", serial="MY1")},
            standards={} if standard is None else {"standard": standard},
        )

    def read(self, attempt: int, value: float = 9.9998, purpose: ReadingPurpose = "reading") -> int:
        reading = Reading(f" {value!r}\r\n", value, "V", t0=1.5, t1=1.7000000001, span=10.0)
        return self.store.add_reading(
            at=self.now(), attempt=attempt, role="standard", purpose=purpose, reading=reading
        )

    def measure(
        self,
        point: str = "low",
        *,
        job: str = "J-1",
        error: float = 1e-4,
        standard: int | None = None,
    ) -> int:
        attempt = self.begin(point, job=job, standard=standard).id
        for value in (9.9998, 9.9999, 10.0001):
            self.read(attempt, value)
        self.store.add_result(at=self.now(), attempt=attempt, method="dc/1", body={"error": error})
        self.store.end_attempt(at=self.now(), attempt=attempt, state="done")
        return attempt

    def fail(self, point: str = "low") -> int:
        """Fail in mid-attempt, a waveform caught and a question without an answer on the wire."""
        attempt = self.begin(point).id
        waveform = Waveform("1,2", (1.0, 2.0), "V", 0.0, 1e-6, "s")
        self.store.add_waveform(at=self.now(), attempt=attempt, role="digitizer", waveform=waveform)
        self.store.end_attempt(
            at=self.now(), attempt=attempt, state="failed", reason="no answer", wire=CONVERSATION
        )
        return attempt

    def issue(self, number: str = "C-1", *, job: str = "J-1", supersedes: str = "") -> None:
        self.store.add_certificate(
            at=self.now(),
            number=number,
            job=job,
            language="both",
            head=self.store.head(),
            files={"certificate.pdf": b"%PDF-1.7 \x00\xff", "certificate.xml": b"<dcc/>"},
            supersedes=supersedes,
            reason="range misprinted" if supersedes else "",
        )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def work(path: Path) -> Iterator[Work]:
    """Yield an open record with a planned job."""
    with Store.open(path, actor="engine") as store:
        work = Work(store)
        work.job()
        yield work


@pytest.fixture
def finished(work: Work, path: Path) -> Path:
    """Return the closed record of a job with a certificate."""
    standard = work.standard()
    work.measure("low", standard=standard)
    work.measure("high", standard=standard)
    work.fail("high")
    work.store.add_event(at=work.now(), kind="outputs-off", body={"by": "engine"}, job="J-1")
    work.issue()
    work.store.close()
    return path


@pytest.fixture
def tamper() -> Callable[..., None]:
    """Return somebody who edits the file with care: rules off, edits, rules on again exactly as they were."""

    def edit(path: Path, *statements: str | tuple[str, tuple[object, ...]]) -> None:
        with closing(sqlite3.connect(path)) as raw:
            rules = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in rules:
                raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                raw.execute(*((statement,) if isinstance(statement, str) else statement))
            for _, sql in rules:
                raw.execute(sql)
            raw.commit()

    return edit
