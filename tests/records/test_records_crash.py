"""The record against kill -9, a full disk, another program, and readers and back-ups while it is written."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchtui.errors import RecordsError
from benchtui.records import Archive, Store, back_up, connection, stamp, verify
from benchtui.records.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.records.conftest import Work

WRITER = Path(__file__).with_name("crash_writer.py")
KILLS = 20


@contextmanager
def writer(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the endless writer; it is dead by SIGKILL at the end of the block, its pipe still readable."""
    with subprocess.Popen([sys.executable, str(WRITER), str(path)], stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()
            if process.stdout is not None:
                process.stdout.read()


def acknowledged(process: subprocess.Popen[bytes], at_least: int) -> list[tuple[int, int, int]]:
    """Read *at_least* acknowledgements, kill the writer in full flight, and return all that it gave."""
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(at_least)]
    process.kill()
    lines += process.stdout.read().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    assert len(whole) >= at_least
    return [(int(seq), int(attempt), int(count)) for seq, attempt, count in map(bytes.split, whole)]


def test_no_acknowledged_reading_is_lost_by_kill(work: Work, path: Path) -> None:
    work.store.close()
    chance = random.Random(20)
    told: list[tuple[int, int, int]] = []
    for _ in range(KILLS):
        with writer(path) as process:
            told += acknowledged(process, chance.randint(1, 60))
        found = verify(path)
        assert found.ok, [str(problem) for problem in found.problems]
    with Archive.open(path) as archive:
        attempts = archive.attempts("J-1", "dc", "low")
        kept = {
            (row.seq, row.attempt, int(row.raw)) for made in attempts for row in archive.readings(made.seq)
        }
    assert [made.state for made in attempts] == ["interrupted"] * (KILLS - 1) + ["open"]
    assert len(told) >= KILLS
    assert set(told) <= kept
    # At most the one reading that was committed but not told yet, for each kill.
    assert len(kept) <= len(told) + KILLS
    with Store.open(path, actor="engine") as store:
        (left,) = store.interrupt_open_attempts(at=stamp(4.0), reason="killed")
    assert left.seq == attempts[-1].seq


@pytest.mark.parametrize("seconds", [0.05, 0.15, 0.25, 0.35, 0.45])
def test_a_kill_while_the_record_is_made_leaves_one_that_can_be_made(path: Path, seconds: float) -> None:
    make = (
        "import sys, pathlib; from benchtui.records import Store; "
        "Store.open(pathlib.Path(sys.argv[1]), actor='engine').close()"
    )
    with subprocess.Popen([sys.executable, "-c", make, str(path)]) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    with Store.open(path, actor="engine") as store:
        store.add_event(at=stamp(1.0), kind="engine-started", body={})
    found = verify(path)
    assert (found.ok, found.entries) == (True, 1)


def test_a_reader_sees_what_is_committed_while_it_is_written(work: Work, path: Path) -> None:
    work.store.close()
    with (
        Archive.open(path) as archive,
        closing(connection.connect_reader(path)) as reader,
        writer(path) as process,
    ):
        assert process.stdout is not None
        for _ in range(5):
            seq, attempt, count = map(int, process.stdout.readline().split())
            assert archive.head().seq >= seq
            assert len(archive.readings(attempt)) >= count
        assert verify(path).ok
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM reading")


def test_a_backup_while_it_is_written_is_whole(work: Work, path: Path, tmp_path: Path) -> None:
    work.store.close()
    target = tmp_path / "backup.sqlite"
    with writer(path) as process:
        assert process.stdout is not None
        seq = int(process.stdout.readline().split()[0])
        found = back_up(path, target)
        later = int(process.stdout.readline().split()[0])
    assert found.ok
    assert later > seq
    assert found.entries >= seq
    assert verify(target) == found
    assert verify(path, printed=found.head).ok
    assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("backup")) == [target.name]
    with Store.open(target, actor="engine") as restored:
        assert restored.head() == found.head
        restored.interrupt_open_attempts(at=stamp(9.0), reason="restored")
    assert verify(target).ok


def test_a_backup_overwrites_nothing_and_leaves_nothing_half(finished: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.sqlite"
    target.write_text("precious")
    with pytest.raises(RecordsError, match="exists already"):
        back_up(finished, target)
    assert target.read_text() == "precious"
    with pytest.raises(RecordsError):
        back_up(finished, tmp_path / "missing" / "backup.sqlite")
    with pytest.raises(RecordsError, match="no record here"):
        back_up(tmp_path / "none.sqlite", tmp_path / "other.sqlite")
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_that_is_stopped_leaves_nothing_half(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("benchtui.records.backup.verify", stopped)
    with pytest.raises(KeyboardInterrupt):
        back_up(finished, tmp_path / "backup.sqlite")
    assert not list(tmp_path.glob("backup*"))


def test_a_backup_of_a_broken_chain_says_so(finished: Path, tmp_path: Path, tamper: object) -> None:
    assert callable(tamper)
    tamper(finished, "UPDATE journal SET actor = 'x' WHERE seq = 2")
    found = back_up(finished, tmp_path / "backup.sqlite")
    assert [str(problem) for problem in found.problems] == ["Entry 2 was changed: its hash does not fit."]
    assert (tmp_path / "backup.sqlite").is_file()


def fill(store: Store, attempt: int, work: Work) -> list[int]:
    """Append until the disk is full; return what was acknowledged."""
    told: list[int] = []

    def append_on() -> None:
        while True:
            told.append(work.read(attempt))

    with pytest.raises(RecordsError, match="disk is full") as full:
        append_on()
    assert "Free some space" in str(full.value.hint)
    return told


def test_a_full_file_refuses_and_stays_sound(work: Work, path: Path) -> None:
    work.store.close()
    raw = connection.connect_writer(path)
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages + 8}")
    with Store(Journal(raw, path, "engine"), path) as store:
        work.store = store
        attempt = work.begin().id
        told = fill(store, attempt, work)
        raw.execute("PRAGMA max_page_count = 1000000")
        told.append(work.read(attempt))
    with Archive.open(path) as archive:
        assert [row.seq for row in archive.readings(attempt)] == told
    assert verify(path).ok


def test_a_full_disk_refuses_and_stays_sound(work: Work, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1_000_000))
        path = disk / "records.sqlite"
        with Store.open(path, actor="engine") as store:
            work.store = store
            work.job()
            attempt = work.begin().id
            told = fill(store, attempt, work)
            assert told
            with Archive.open(path) as archive:
                assert [row.seq for row in archive.readings(attempt)] == told
            ballast.unlink()
            told.append(work.read(attempt))
        with Archive.open(path) as archive:
            assert [row.seq for row in archive.readings(attempt)] == told
        assert verify(path).ok
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_file_that_another_program_holds_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_MS", 50)
    with Store.open(path, actor="engine") as store, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsError, match="Another program holds the record"):
            store.add_event(at=stamp(1.0), kind="x", body={})
        other.rollback()
        assert store.add_event(at=stamp(1.0), kind="x", body={}) == 1


def test_every_append_is_synchronous(path: Path) -> None:
    with closing(connection.connect_writer(path)) as raw:
        settings = {
            name: raw.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
    assert settings == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000,
        "recursive_triggers": 1,
    }  # fmt: skip
