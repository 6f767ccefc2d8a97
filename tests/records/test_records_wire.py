"""What went over the wires last, kept with the attempt that failed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from tests.records.conftest import CONVERSATION

from benchtui.errors import RecordsError
from benchtui.records import Archive, WirePiece, export_csv, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.records.conftest import Work


def piece_of(row: WirePiece) -> WirePiece:
    return WirePiece(
        role=row.role, instrument=row.instrument, moment=row.moment, direction=row.direction,
        length=row.length, octets=row.octets,
    )  # fmt: skip


def test_a_failed_attempt_keeps_the_conversation_in_order(work: Work, path: Path) -> None:
    work.measure("low")
    failed = work.fail("high")
    with Archive.open(path) as archive:
        assert tuple(map(piece_of, archive.wire_pieces(failed))) == CONVERSATION
        assert [attempt.seq for attempt in archive.attempts_with_wire()] == [failed]
        assert archive.attempt(failed).state == "failed"
        assert archive.wire_pieces(failed - 1) == ()
    assert verify(path).ok


def test_the_conversation_and_the_end_are_one_transaction(work: Work, path: Path) -> None:
    attempt = work.begin("low").id
    wrong = WirePiece(
        role="standard", instrument="dmm", moment="", direction="out", length=0, octets="nothing was said"
    )
    with pytest.raises(RecordsError):
        work.store.end_attempt(at=work.now(), attempt=attempt, state="failed", wire=(*CONVERSATION, wrong))
    with Archive.open(path) as archive:
        assert archive.attempt(attempt).state == "open"
        assert archive.wire_pieces(attempt) == ()
    assert verify(path).ok


def test_nothing_is_added_after_the_end(work: Work, path: Path) -> None:
    attempt = work.fail("low")
    with pytest.raises(RecordsError):
        work.store.end_attempt(at=work.now(), attempt=attempt, state="failed", wire=CONVERSATION)
    with Archive.open(path) as archive:
        assert len(archive.wire_pieces(attempt)) == len(CONVERSATION)


def test_it_cannot_be_changed_unseen(work: Work, path: Path, tamper: Callable[..., None]) -> None:
    work.fail("low")
    work.store.close()
    tamper(path, "UPDATE wire_piece SET octets = 'READ?' WHERE direction = 'out'")
    found = verify(path)
    assert not found.ok
    assert any("wire_piece" in str(problem) for problem in found.problems)


def test_the_export_holds_it_without_formulas(work: Work, path: Path, tmp_path: Path) -> None:
    attempt = work.fail("low")
    export_csv(path, tmp_path / "csv")
    with (tmp_path / "csv" / "wire_piece.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["octets"] for row in rows] == [r"TARM SGL,1\r\n", r"'=1\x06"]
    assert {row["attempt"] for row in rows} == {str(attempt)}
