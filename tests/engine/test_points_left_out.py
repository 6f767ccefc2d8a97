"""A point that is left out: only with a reason, and the certificate tells it; it can still be measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pypdf import PdfReader
from tests.engine.stand import HARMLESS, ITEM, JOB_NUMBER, Console, Stand

from benchtui import messages

LEFT_OUT = "MPSMU/40 V/-20"
At = Callable[[str], Stand]


def skip(console: Console, point: str, reason: str) -> None:
    console.send(messages.SkipPoint(job=JOB_NUMBER, item=ITEM, point=point, reason=reason))


def states(opened: messages.ItemOpened) -> dict[str, str]:
    return {point.key: point.state for point in opened.points}


def measured(bench: Stand, point: str) -> Console:
    """Measure one point in virtual time, whatever the wiring."""
    console = bench.confirmed(point)
    assert console.wait_for(messages.RunEnded).state == "done"
    return console


def printed(bench: Stand, console: Console) -> str:
    out = bench.shell.home / "out"
    console.send(messages.Issue(job=JOB_NUMBER, language="en", out=str(out)))
    issued = console.wait_for(messages.Issued)
    text = "".join(page.extract_text() for page in PdfReader(Path(issued.certificate), strict=True).pages)
    return "".join(text.replace("\0", "").split())


def test_a_point_is_left_out_with_a_reason_and_the_certificate_says_so(stand: At) -> None:
    bench = stand("virtual")
    console = measured(bench, HARMLESS)
    skip(console, LEFT_OUT, "the relay of this range chatters")
    opened = console.wait_for(messages.ItemOpened)
    assert states(opened)[LEFT_OUT] == "skipped"
    assert opened.item.points_done == 2
    certificate = printed(bench, console)
    assert "MPSMU/40V/-20(therelayofthisrangechatters)" in certificate


def test_without_a_reason_nothing_is_left_out(stand: At) -> None:
    console = stand("virtual").started()
    skip(console, LEFT_OUT, "  ")
    assert "reason" in str(console.wait_for(messages.Failure).what)
    skip(console, "MPSMU/40 V/-21", "no such point")
    assert "-21" in str(console.wait_for(messages.Failure).what)
    console.send(messages.OpenItem(job=JOB_NUMBER, item=ITEM))
    assert "skipped" not in states(console.wait_for(messages.ItemOpened)).values()


def test_a_point_that_was_left_out_can_still_be_measured(stand: At) -> None:
    bench = stand("virtual")
    console = bench.started(LEFT_OUT)
    skip(console, LEFT_OUT, "by mistake")
    console.answer()
    assert console.wait_for(messages.RunEnded).state == "done"
    console.send(messages.OpenItem(job=JOB_NUMBER, item=ITEM))
    opened = console.wait_for(messages.ItemOpened, lambda item: item.item.points_done == 1)
    assert states(opened)[LEFT_OUT] == "done"
    assert "bymistake" not in printed(bench, console)
