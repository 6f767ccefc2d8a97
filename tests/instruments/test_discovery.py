"""Who uses a serial port: found out without opening it, for opening one moves its control lines."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.instruments.pty_server import PtyServer

from benchtui.instruments.discovery import serial_port, serial_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="Linux tells it in /proc")  # noqa: PTH110 - at import

HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
if sys.argv[2] == "lock":
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: str, how: str) -> Iterator[int]:
    """Have another process hold the port at *path*; yield its number."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid


def silent(chunk: bytes, send: object) -> None:
    return


def test_a_port_that_nobody_else_has_is_free() -> None:
    with PtyServer(silent) as server:  # this process has it open itself
        port = serial_port(server.path)
    assert port.free
    assert port.users == ()


@pytest.mark.parametrize(("how", "locked"), [("open", False), ("lock", True)])
def test_another_process_is_named(how: str, locked: bool) -> None:
    with PtyServer(silent) as server:
        with held(server.path, how) as pid:
            port = serial_port(server.path)
            assert not port.free
            assert port.locked is locked
            assert [user.pid for user in port.users] == [pid]
            assert "python" in port.users[0].program
            # Another line, of the same kind and next to it, is not taken for this one.
            with PtyServer(silent) as other:
                assert serial_port(other.path).free
        assert serial_port(server.path).free


def test_it_is_found_under_any_name(tmp_path: Path) -> None:
    link = tmp_path / "usb-Adapter-if00"
    with PtyServer(silent) as server:
        link.symlink_to(server.path)
        with held(server.path, "lock") as pid:
            assert [user.pid for user in serial_port(str(link)).users] == [pid]


def test_a_port_that_is_not_there_is_nobody_s(tmp_path: Path) -> None:
    port = serial_port(str(tmp_path / "ttyUSB7"))
    assert port.free
    assert port.resource == f"ASRL{tmp_path / 'ttyUSB7'}::INSTR"


def test_the_ports_of_this_computer_are_in_order_and_can_be_written_into_a_bench_file() -> None:
    from benchtui.instruments.resource import serial_port as device_in

    ports = serial_ports()
    assert [port.device for port in ports] == sorted(port.device for port in ports)
    for port in ports:
        assert os.path.realpath(device_in(port.resource)) == os.path.realpath(port.device)
