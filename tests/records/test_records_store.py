from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from benchtui.errors import RecordsError
from benchtui.quantity import Reading
from benchtui.records import Archive, Head, Store, canonical, revive, stamp, verify
from benchtui.wiring import Wiring

if TYPE_CHECKING:
    from pathlib import Path

    from tests.records.conftest import Work

AT = stamp(1_790_000_000.25)


def test_times_are_utc_with_microseconds_and_sort_as_texts() -> None:
    assert AT == "2026-09-21T14:13:20.250000+00:00"
    assert stamp(0.0) < stamp(0.000001) < stamp(1.0) < AT


@pytest.mark.parametrize(
    "at",
    [
        "2026-09-21T14:13:20.25+00:00",
        "2026-09-21 14:13:20.250000+00:00",
        "2026-09-21T14:13:20.250000+08:00",
        "2026-13-21T14:13:20.250000+00:00",
        "",
        AT + "\n",
    ],
)
def test_a_time_in_another_form_is_refused(work: Work, at: str) -> None:
    before = work.store.head()
    with pytest.raises(RecordsError, match="not a time"):
        work.store.add_event(at=at, kind="x", body={})
    assert work.store.head() == before


def test_a_reading_comes_back_bit_for_bit(work: Work, path: Path) -> None:
    attempt = work.begin().id
    taken = [
        Reading("+1.00000001E+01\r\n", 10.0000001, "V", t0=1790000000.1234567, t1=0.1 + 0.2, span=10.0),
        Reading("\x00\xff{}\"'", math.nan, "V", ("over-range", "manual")),
        Reading("", -0.0, "V"),
    ]
    for reading in taken:
        work.store.add_reading(at=AT, attempt=attempt, role="standard", purpose="reading", reading=reading)
    with Archive.open(path) as archive:
        found = [row.reading() for row in archive.readings(attempt)]
    assert [repr(reading) for reading in found] == [repr(reading) for reading in taken]
    assert math.isnan(found[1].value)


def test_a_result_keeps_numbers_that_json_does_not_know(work: Work, path: Path) -> None:
    class Outcome(msgspec.Struct, frozen=True):
        error: float
        nu_eff: float

    work.measure()
    attempt = work.begin().id
    work.store.add_result(at=AT, attempt=attempt, method="dc/2", body=Outcome(0.1 + 0.2, math.inf))
    work.store.end_attempt(at=AT, attempt=attempt, state="done")
    with Archive.open(path) as archive:
        row = archive.results("J-1")[0]
    assert row.result is not None
    assert revive(row.result.body, Outcome) == Outcome(0.1 + 0.2, math.inf)
    assert row.result.method == "dc/2"
    with pytest.raises(RecordsError, match="cannot be read"):
        revive(row.result.body, Wiring)


def test_the_same_job_again_is_the_job_and_another_one_is_refused(work: Work) -> None:
    before = work.store.head()
    same = work.store.add_job(
        at=AT, number="J-1", customer="某客户", uut="B1505A 1", source="# a comment", body={"number": "J-1"}
    )
    assert (same.seq, same.source) == (1, "number = 'J-1'")
    with pytest.raises(RecordsError, match="J-1") as refused:
        work.store.add_job(at=AT, number="J-1", customer="某客户", uut="?", source="", body={"number": "J-2"})
    assert "number of its own" in str(refused.value.hint)
    assert work.store.head() == before


def test_the_same_plan_again_is_the_plan_and_another_one_is_refused(work: Work, path: Path) -> None:
    with Archive.open(path) as archive:
        plan = archive.plan("J-1", "dc")
        head = archive.item("J-1", "dc")
    assert head is not None
    assert [(point.position, point.key, point.setpoint) for point in plan] == [
        (1, "low", "10"),
        (2, "high", "18"),
    ]
    assert msgspec.json.decode(plan[0].body)["limit"] == "0.001"

    class Again(msgspec.Struct):
        key: str
        module: str
        range: str
        span: str
        setpoint: str
        unit: str
        readings: int
        limit: str = "0.001"

    points = [revive(point.body, Again) for point in plan]

    def plan_again(points: list[Again], method: str = "dc/1") -> int:
        return work.store.add_plan(
            at=AT, job="J-1", item="dc", method=method, tables=["A.6", "B.6"], points=points
        ).seq

    before = work.store.head()
    assert plan_again(points) == head.seq
    for changed in (points[:1], points[::-1], [msgspec.structs.replace(points[0], limit="1"), points[1]]):
        with pytest.raises(RecordsError, match="another plan"):
            plan_again(changed)
    with pytest.raises(RecordsError, match="another plan"):
        plan_again(points, method="dc/2")
    assert work.store.head() == before


def test_a_plan_with_a_key_twice_leaves_nothing_behind(work: Work, path: Path) -> None:
    before = work.store.head()
    with Archive.open(path) as archive:
        point = archive.plan("J-1", "dc")[0]
        with pytest.raises(RecordsError, match="UNIQUE"):
            work.store.add_plan(at=AT, job="J-1", item="x", method="1", tables=[], points=[point, point])
        assert archive.item("J-1", "x") is None
    assert work.store.head() == before


def test_a_standard_is_kept_once_for_each_content(work: Work, path: Path) -> None:
    first = work.standard()
    assert work.standard() == first
    recalibrated = work.standard(due="2028-01-01")
    assert recalibrated != first
    with Archive.open(path) as archive:
        assert msgspec.json.decode(archive.standard(first).body) == {"serial": "MY1", "due": "2027-01-01"}
        assert archive.standard(recalibrated).serial == "MY1"


def test_conditions_keep_their_digits(work: Work, path: Path) -> None:
    with Archive.open(path) as archive:
        (room,) = archive.environments("J-1")
    assert (room.temperature, room.temperature_u, room.humidity, room.mains_voltage) == (
        "23.10",
        "0.5",
        "45",
        "",
    )


def test_attempts_count_up_and_one_at_a_time_is_open(work: Work, path: Path) -> None:
    first = work.begin()
    assert first.number == 1
    with pytest.raises(RecordsError, match="still open"):
        work.begin()
    work.store.end_attempt(at=AT, attempt=first.id, state="failed", reason="lead fell off")
    assert work.begin().number == 2
    assert work.begin("high").number == 1
    with Archive.open(path) as archive:
        attempts = archive.attempts("J-1", "dc", "low")
    assert [(a.number, a.state, a.reason) for a in attempts] == [
        (1, "failed", "lead fell off"),
        (2, "open", ""),
    ]
    assert attempts[0].instruments["standard"].serial == "MY1"
    assert revive(attempts[0].wiring, Wiring).volts == 100.0


def test_nothing_is_added_to_an_attempt_that_ended(work: Work) -> None:
    attempt = work.begin().id
    work.store.end_attempt(at=AT, attempt=attempt, state="interrupted")
    before = work.store.head()
    with pytest.raises(RecordsError, match="has ended"):
        work.read(attempt)
    with pytest.raises(RecordsError, match="UNIQUE"):
        work.store.end_attempt(at=AT, attempt=attempt, state="done")
    with pytest.raises(RecordsError, match="interrupted or failed"):
        work.store.add_result(at=AT, attempt=attempt, method="1", body={})
    assert work.store.head() == before


def test_what_is_not_in_the_plan_cannot_be_measured(work: Work) -> None:
    for step in (
        lambda: work.begin("middle"),
        lambda: work.begin(job="J-2"),
        lambda: work.begin("high", standard=1),
        lambda: work.read(1),
    ):
        with pytest.raises(RecordsError, match="FOREIGN KEY"):
            step()


def test_the_newest_done_attempt_counts(work: Work, path: Path) -> None:
    with Archive.open(path) as archive:

        def state() -> tuple[str, int, str]:
            low = archive.results("J-1", "dc")[0]
            return low.state, low.attempts, low.result.body if low.result else ""

        assert state() == ("todo", 0, "")
        attempt = work.begin().id
        assert state() == ("open", 1, "")
        work.store.end_attempt(at=AT, attempt=attempt, state="failed")
        assert state() == ("failed", 1, "")
        assert archive.jobs()[0].trouble == 1
        first = work.measure(error=1.0)
        assert state() == ("done", 2, '{"error":1.0}')
        work.measure(error=2.0)
        assert state() == ("done", 3, '{"error":2.0}')
        work.store.end_attempt(at=AT, attempt=work.begin().id, state="interrupted")
        assert state() == ("done", 4, '{"error":2.0}')
        # Recalculating the attempt that counts gives a newer result; an attempt before it, nothing new.
        latest = archive.results("J-1")[0].attempt
        assert latest is not None
        work.store.add_result(at=AT, attempt=first, method="dc/2", body={"error": 1.1})
        work.store.add_result(at=AT, attempt=latest.seq, method="dc/2", body={"error": 2.1})
        assert state() == ("done", 4, '{"error":2.1}')
        assert [row.body for row in archive.all_results(first)] == ['{"error":1.0}', '{"error":1.1}']
        (job,) = archive.jobs()
        assert (job.points, job.results, job.trouble, job.items) == (2, 1, 0, 1)
        assert archive.reading_count("J-1") == 6 == archive.reading_count("J-1", "dc")
        assert archive.reading_count("J-1", "other") == 0


def test_a_repetition_without_a_result_does_not_bring_the_old_one_back(work: Work, path: Path) -> None:
    work.measure(error=1.0)
    repeated = work.begin().id
    work.store.end_attempt(at=AT, attempt=repeated, state="done")
    with Archive.open(path) as archive:
        assert archive.results("J-1")[0].result is None
        assert [attempt.seq for attempt in archive.unevaluated()] == [repeated]


def test_open_attempts_are_interrupted_once(work: Work, path: Path) -> None:
    left = work.begin("low").id
    work.read(left)
    (found,) = work.store.interrupt_open_attempts(at=AT, reason="the engine died")
    assert (found.seq, found.state, found.reason, found.ended) == (left, "interrupted", "the engine died", AT)
    assert work.store.interrupt_open_attempts(at=AT, reason="again") == ()
    with Archive.open(path) as archive:
        assert len(archive.readings(left)) == 1
        assert archive.open_attempts() == ()


def test_events_belong_to_a_job_or_to_none(work: Work, path: Path) -> None:
    work.store.add_event(at=AT, kind="engine-started", body={"pid": 1})
    work.store.add_event(at=AT, kind="deviation", body="cable 2 m", job="J-1", actor="李四")
    with Archive.open(path) as archive:
        assert [(e.job, e.kind, e.body, e.actor) for e in archive.events()] == [
            ("", "engine-started", '{"pid":1}', "engine"),
            ("J-1", "deviation", '"cable 2 m"', "李四"),
        ]
        assert [e.kind for e in archive.events("J-1")] == ["deviation"]
        assert [e.kind for e in archive.events("")] == ["engine-started"]
        assert [e.job for e in archive.events(kind="deviation")] == ["J-1"]


def test_a_certificate_keeps_the_bytes_that_were_issued(finished: Path) -> None:
    with Archive.open(finished) as archive:
        (issued,) = archive.certificates("J-1")
        assert archive.certificate("C-1") == issued
        assert [file.name for file in issued.files] == ["certificate.pdf", "certificate.xml"]
        assert archive.file_bytes(issued.files[0]) == b"%PDF-1.7 \x00\xff"
        assert archive.journal(after=issued.head.seq - 1, limit=1)[0].hash == issued.head.hash
        assert [(use.item, use.role, use.standard.serial) for use in archive.standards("J-1")] == [
            ("dc", "standard", "MY1")
        ]
        with pytest.raises(RecordsError, match="C-2"):
            archive.certificate("C-2")


def test_a_certificate_must_rest_on_this_journal(work: Work) -> None:
    work.measure()
    work.issue("C-1")
    work.issue("C-2", supersedes="C-1")
    head = work.store.head()
    for number, stated, supersedes in (
        ("C-3", Head(head.seq, "0" * 64), ""),
        ("C-3", Head(head.seq - 1, head.hash), ""),
        ("C-1", head, ""),
        ("C-3", head, "C-9"),
    ):
        with pytest.raises(RecordsError):
            work.store.add_certificate(
                at=AT, number=number, job="J-1", language="zh", head=stated, files={}, supersedes=supersedes
            )
    assert work.store.head() == head


def test_recall_finds_what_rests_on_a_standard(work: Work, path: Path) -> None:
    from datetime import date

    bad, good = work.standard("BAD"), work.standard("GOOD")
    again = work.standard("BAD", due="2028-01-01")
    for number in ("J-2", "J-3"):
        work.job(number)
    work.measure("low", standard=bad)
    work.measure("high", standard=again)
    work.issue("C-1")
    work.measure("low", job="J-2", standard=good)
    work.issue("C-2", job="J-2")
    work.issue("C-3", job="J-3")
    work.measure("low", job="J-3", standard=bad)
    with Archive.open(path) as archive:
        day = date(2026, 9, 21)
        (found,) = archive.recall("BAD", day, day)
        assert (found.certificate, found.job, found.customer) == ("C-1", "J-1", "某客户")
        assert found.first_use < found.last_use
        assert [hit.certificate for hit in archive.recall("GOOD", date(2026, 1, 1), date(2026, 12, 31))] == [
            "C-2"
        ]
        assert archive.recall("BAD", date(2026, 9, 22), date(2027, 1, 1)) == ()
        assert archive.recall("BAD", date(2026, 1, 1), date(2026, 9, 20)) == ()


def test_threads_may_append_at_the_same_time(work: Work, path: Path) -> None:
    attempt = work.begin().id
    failures: list[BaseException] = []

    def append() -> None:
        try:
            for _ in range(25):
                work.store.add_reading(
                    at=AT, attempt=attempt, role="r", purpose="settling", reading=Reading("1", 1.0, "V")
                )
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Archive.open(path) as archive:
        assert len(archive.readings(attempt)) == 100
    assert verify(path).ok


def test_two_stores_may_append_to_one_record(work: Work, path: Path) -> None:
    failures: list[BaseException] = []

    def append() -> None:
        try:
            with Store.open(path, actor="another") as store:
                for _ in range(40):
                    store.add_event(at=AT, kind="x", body={})
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    before = work.store.head().seq
    threads = [threading.Thread(target=append) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert work.store.head().seq == before + 120
    assert verify(path).ok


def test_a_closed_store_says_so(path: Path) -> None:
    store = Store.open(path, actor="engine")
    store.close()
    store.close()
    with pytest.raises(RecordsError, match="closed"):
        store.head()


def test_canonical_json_has_one_form() -> None:
    assert canonical({"b": [1, math.inf, -math.inf], "a": {"中": '\x00"{}'}, "c": math.nan}) == (
        '{"a":{"中":"\\u0000\\"{}"},"b":[1,"inf","-inf"],"c":"nan"}'
    )
    with pytest.raises(RecordsError, match="cannot hold"):
        canonical({"x": object()})
