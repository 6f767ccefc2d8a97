from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from benchtui.errors import RecordsError
from benchtui.records import Archive, Head, Store, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.records.conftest import Work

    Tamper = Callable[..., None]


def problems(path: Path, printed: Head | None = None) -> list[str]:
    return [str(problem) for problem in verify(path, printed=printed).problems]


def test_a_sound_record_is_sound(finished: Path) -> None:
    found = verify(finished)
    with Archive.open(finished) as archive:
        assert found.head == archive.head()
        assert found.entries == found.head.seq
        printed = archive.certificate("C-1").head
    assert found.ok
    assert verify(finished, printed=printed).ok


def test_an_empty_record_is_sound(path: Path) -> None:
    Store.open(path, actor="engine").close()
    found = verify(path)
    assert (found.ok, found.entries, found.head) == (True, 0, Head(0, "0" * 64))


def test_the_chain_can_be_recomputed_without_this_program(finished: Path) -> None:
    before = "0" * 64
    with closing(sqlite3.connect(finished)) as raw:
        for seq, at, actor, kind, body, prev, digest in raw.execute("SELECT * FROM journal ORDER BY seq"):
            assert prev == before
            text = json.dumps([seq, at, actor, kind, body, prev], ensure_ascii=False, separators=(",", ":"))
            before = hashlib.sha256(text.encode()).hexdigest()
            assert digest == before


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("UPDATE journal SET at = replace(at, '2026', '2025') WHERE seq = 7", "Entry 7 was changed"),
        ("UPDATE journal SET actor = 'x' WHERE seq = 7", "Entry 7 was changed"),
        ("UPDATE journal SET kind = 'event' WHERE seq = 7", "Entry 7 was changed"),
        ("UPDATE journal SET body = replace(body, '9.9998', '9.9999') WHERE seq = 7", "Entry 7 was changed"),
        ("UPDATE journal SET body = CAST(x'22ff22' AS TEXT) WHERE seq = 7", "Entry 7 was changed"),
        ("DELETE FROM journal WHERE seq BETWEEN 8 AND 9", "Entries 8 to 9 are missing"),
        ("UPDATE reading SET value = '9.9990' WHERE seq = 8", "Row 8 of reading does not say"),
        ("UPDATE reading SET flags = '[ ]' WHERE seq = 8", "Row 8 of reading does not say"),
        ("UPDATE result SET body = '{\"error\":0.0}' WHERE seq = 10", "Row 10 of result does not say"),
        ("UPDATE attempt SET operator = 'x' WHERE seq = 6", "Row 6 of attempt does not say"),
        ("UPDATE certificate SET reason = CAST(x'ff' AS TEXT)", "of certificate does not say"),
        ("DELETE FROM reading WHERE seq = 8", "Row 8 of reading is missing"),
        (
            "INSERT INTO reading SELECT 999, seq, '', 'reading', '', '', '', '[]', '', '', '' FROM attempt",
            "Row 999 of reading has no journal entry",
        ),
        ("DELETE FROM job", "names a row of job that is not there"),
        ("UPDATE certificate_file SET content = x'00', size = 1", "File certificate.pdf of certificate C-1"),
        (
            "UPDATE certificate_file SET content = zeroblob(size) WHERE name = 'certificate.pdf'",
            "File certificate.pdf of certificate C-1 is not",
        ),
        ("UPDATE certificate SET head_seq = 1", "head printed on certificate C-1"),
        ("DROP INDEX reading_attempt", "The rule or table reading_attempt was removed"),
        ("CREATE TABLE note (x)", "The rule or table note does not belong"),
    ],
)  # fmt: skip
def test_tampering_is_found(work: Work, path: Path, tamper: Tamper, edit: str, expected: str) -> None:
    work.measure()
    work.issue()
    work.store.close()
    with closing(sqlite3.connect(path)) as raw:
        kinds = dict(raw.execute("SELECT seq, kind FROM journal"))
    assert (kinds[6], kinds[8], kinds[10]) == ("attempt", "reading", "result")
    assert problems(path) == []
    tamper(path, edit)
    assert any(expected in problem for problem in problems(path)), problems(path)


def test_a_missing_rule_is_found(finished: Path) -> None:
    with closing(sqlite3.connect(finished)) as raw:
        raw.execute("DROP TRIGGER reading_no_update")
        raw.execute("DROP TRIGGER event_no_delete")
        raw.execute("CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT 1; END")
        raw.commit()
    assert problems(finished) == [
        "The rule or table event_no_delete was changed.",
        "The rule or table reading_no_update was removed.",
    ]


def test_an_entry_with_a_new_hash_breaks_the_next_link(finished: Path, tamper: Tamper) -> None:
    with Archive.open(finished) as archive:
        entry = archive.journal(after=8, limit=1)[0]
    body = entry.body.replace("9.9998", "9.9990")
    assert body != entry.body
    text = json.dumps(
        [entry.seq, entry.at, entry.actor, entry.kind, body, entry.prev],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    tamper(
        finished,
        ("UPDATE journal SET body = ?, hash = ? WHERE seq = 9", (body, digest)),
    )
    assert "Entry 10 does not follow from the entry before it." in problems(finished)


def test_a_cut_tail_shows_only_against_a_head_from_outside(work: Work, path: Path, tamper: Tamper) -> None:
    work.measure("low")
    kept = work.store.head()
    work.measure("high")
    printed = work.store.head()
    work.store.close()
    cut = [
        f"DELETE FROM {table} WHERE seq > {kept.seq}"
        for table in ("result", "attempt_end", "reading", "attempt", "journal")
    ]
    tamper(path, *cut)
    assert problems(path) == []
    assert problems(path, kept) == []
    (problem,) = problems(path, printed)
    assert "cut off" in problem
    assert printed.hash in problem


def test_a_damaged_file_is_reported_in_words(finished: Path) -> None:
    whole = finished.read_bytes()
    for keep in (0, 50, 512, 4096, 20_000, len(whole) // 2, len(whole) - 4096):
        finished.write_bytes(whole[:keep])
        try:
            assert not verify(finished).ok
        except RecordsError as error:
            assert error.hint  # noqa: PT017 - either outcome is right, each in its own words
    for place in range(4096, len(whole), 4096):
        finished.write_bytes(whole[:place] + b"\xff" * 4096 + whole[place + 4096 :])
        assert not verify(finished).ok


def test_there_must_be_a_record(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="no record here"):
        verify(tmp_path / "records.sqlite")
