"""PyVISA as a transport, against a HiSLIP instrument on loopback; no bus, no list of resources."""

from __future__ import annotations

import gc
import logging
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.instruments.hislip_server import HislipServer

from benchtui.errors import Aborted, Lost, NoReply, Refused
from benchtui.instruments.dialect import LineDialect
from benchtui.instruments.link import Link
from benchtui.instruments.resource import open_transport
from benchtui.instruments.visa import VisaTransport, find_library
from benchtui.instruments.wire_log import WireLog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchtui.instruments.link import Wire

LINES = LineDialect(write_terminator="\n", read_terminator="\n", max_length=256, timeout=1.0)
IDENTITY = re.compile("^ME$")


def echo(message: bytes) -> bytes | None:
    return b"ME\n" if message == b"*IDN?\n" else message


def resynchronise(wire: Wire) -> None:
    LINES.synchronise(wire, "*IDN?", IDENTITY)


@contextmanager
def link_to(server: HislipServer) -> Iterator[Link]:
    link = Link(open_transport(server.resource), WireLog(), resynchronise)
    with closing(link):
        link.open()
        yield link


def ask(link: Link, question: str, timeout: float | None = None) -> str:
    return link.run(lambda wire: LINES.query(wire, question, timeout))


def test_questions_and_answers() -> None:
    with HislipServer(echo) as server, link_to(server) as link:
        for number in range(50):
            assert ask(link, f"Q{number}") == f"Q{number}"
        assert server.clears == 0


def test_an_answer_that_takes_many_slices() -> None:
    with HislipServer(echo) as server, link_to(server) as link:
        server.delay = 0.4
        assert ask(link, "SLOW") == "SLOW"


def test_a_late_answer_is_not_the_next_one() -> None:
    with HislipServer(echo) as server, link_to(server) as link:
        server.delay = 0.3
        with pytest.raises(NoReply):
            ask(link, "LATE", 0.1)
        server.delay = 0.0
        assert ask(link, "NEXT") == "NEXT"
        assert server.clears >= 1, "the device was cleared"


def test_abort_clears_the_device_and_lets_the_safe_off_through() -> None:
    with HislipServer(echo) as server, link_to(server) as link:
        server.delay = 30.0
        errors: list[Exception] = []

        def wait() -> None:
            try:
                ask(link, "XE", 30.0)
            except Aborted as error:
                errors.append(error)

        caller = threading.Thread(target=wait)
        caller.start()
        deadline = time.monotonic() + 5.0
        while not server.heard and time.monotonic() < deadline:
            time.sleep(0.001)
        server.answer = lambda message: None
        moment = time.monotonic()
        link.abort()
        caller.join(5.0)
        assert len(errors) == 1
        link.run_urgently(lambda wire: LINES.say(wire, "DZ"))
        when = _heard(server, b"DZ\n")
        assert server.clears == 1
        assert when - moment < 4.0


def test_a_connection_that_breaks_is_lost() -> None:
    with HislipServer(echo) as server, link_to(server) as link:
        assert ask(link, "A") == "A"
        server.drop_clients()
        with pytest.raises(Lost):
            ask(link, "B")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pyvisa-py forgets its socket
def test_nobody_there_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    logging.disable(logging.CRITICAL)  # a log record would keep that socket beyond this test
    try:
        refusal = refused(f"TCPIP::127.0.0.1::hislip0,{port}::INSTR")
    finally:
        logging.disable(logging.NOTSET)
    assert str(port) in refusal
    assert "switched on" in refusal
    gc.collect()


def refused(resource: str) -> str:
    try:
        VisaTransport(resource).open(1.0)
    except Refused as error:
        return str(error)
    pytest.fail("it was opened")


def test_a_kind_that_the_library_cannot_reach_is_refused() -> None:
    assert "GPIB" in refused("GPIB0::17::INSTR")


def test_a_computer_without_a_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyvisa

    from benchtui.instruments import visa

    def missing() -> None:
        raise ValueError(
            "Could not locate a VISA implementation.\nInstall either the IVI binary or pyvisa-py."
        )

    monkeypatch.setattr(pyvisa, "ResourceManager", missing)
    monkeypatch.setattr(visa, "_library", None)
    with pytest.raises(Refused, match="no VISA library: Could not locate") as caught:
        VisaTransport("GPIB0::17::INSTR").open(1.0)
    assert "pyvisa-py" in str(caught.value.hint)


def test_a_library_that_somebody_closed_is_found_again() -> None:
    with HislipServer(echo) as server, closing(VisaTransport(server.resource)) as transport:
        transport.open(2.0)
        find_library("").close()
        transport.open(2.0)
        assert transport.send(b"HI\n", 1.0) == 3
        assert find_library("") is find_library("")


def test_the_port_may_stand_behind_the_host() -> None:
    with HislipServer(echo) as server:
        transport = open_transport(f"TCPIP::127.0.0.1,{server.port}::hislip0::INSTR")
        assert transport.address == server.resource
        with closing(transport):
            transport.open(2.0)


def test_pyvisa_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys\n"
        "from benchtui.instruments.resource import open_transport\n"
        "open_transport('GPIB0::17::INSTR')\n"
        "print('pyvisa' in sys.modules, 'serial' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.split() == ["False", "False"], result.stderr


def _heard(server: HislipServer, message: bytes) -> float:
    deadline = time.monotonic() + 5.0
    while True:
        for moment, heard in list(server.heard):
            if heard == message:
                return moment
        assert time.monotonic() < deadline, f"{message!r} did not come; heard {server.heard}"
        time.sleep(0.001)
