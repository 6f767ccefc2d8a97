"""The bench file for real instruments that ships: complete for all items, and polite where nobody answers."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

from tests.acceptance.shell import PATIENCE, Shell
from tests.instruments.line_server import LineServer, Reply

from benchtui.engine.workbench import Workbench
from benchtui.instruments.guardian import Guardian
from benchtui.procedures.catalogue import PROCEDURES
from benchtui.profiles import Bench, Job, find, load, root

REAL = find("benches", "real-semiconductor")
JOB = root() / "jobs" / "real-semiconductor.toml"


def test_every_item_finds_its_instruments(tmp_path: Path) -> None:
    bench = Workbench(REAL, Guardian(tmp_path / "log"), lambda outputs: None)
    for procedure in PROCEDURES.values():
        assert set(bench.candidates(procedure, date(2026, 11, 1))) == set(procedure.rows)
        named = set(procedure.roles) - set(procedure.rows)
        assert named <= set(load(REAL, Bench).instruments), procedure.id


def test_it_is_the_virtual_bench_with_other_addresses() -> None:
    real, virtual = (load(path, Bench) for path in (REAL, find("benches", "virtual-semiconductor")))
    seated = [{n: (i.profile, i.standard) for n, i in bench.instruments.items()} for bench in (real, virtual)]
    assert seated[0] == seated[1]


def test_the_job_has_every_item() -> None:
    assert {item.id for item in load(JOB, Job).items} == set(PROCEDURES)


def test_where_the_right_ones_do_not_answer_the_check_says_what_to_do(shell: Shell) -> None:
    waiting: list[Reply] = []
    both = threading.Event()

    def answer_when_both_have_asked(line: str, reply: Reply) -> None:
        if line != "*IDN?":
            return
        waiting.append(reply)
        if len(waiting) == 2:
            both.set()
        both.wait(PATIENCE)
        reply("SOMEBODY ELSE,1,2,3")

    with LineServer(answer_when_both_have_asked, b"\n") as server:
        text = REAL.read_text(encoding="utf-8")
        for host in ("192.168.1.31", "192.168.1.32"):
            text = text.replace(
                f'resource = "TCPIP::{host}::5025::SOCKET"', f'resource = "{server.resource}"'
            )
        assert text.count(server.resource) == 2
        path = shell.home / "bench.toml"
        path.write_text(text, encoding="utf-8")
        done = shell.run("bench", "check", "bench.toml")
    assert done.returncode == 3
    assert "Traceback" not in done.stdout + done.stderr
    assert "✗ uut  GPIB0::17::INSTR" in done.stdout
    assert done.stdout.count("'SOMEBODY ELSE,1,2,3' answers where") == 2, "they are asked at the same time"
    assert done.stdout.count("✗") == done.stdout.count("try: ") == 7
    assert done.stdout.count("✓") == len(load(REAL, Bench).instruments) - 7
