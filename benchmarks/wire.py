"""What a query costs: link, dialect and driver against a bare socket, and against pyvisa-py, in the same run.

The instrument is a process of its own that answers at once. The query through the driver is that for the status byte of
an analyzer (``B1500.interlock_open``): stale input is looked for, the line framed, logged, read to its end and parsed,
and what may follow it looked for.
"""

from __future__ import annotations

import socket
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from benchmarks.uncertainty import Row, best
from benchtui.clock import WallClock
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.profiles import BenchInstrument

ANSWERS = {
    b"*IDN?": b"Keysight Technologies,B1505A,0,A.06.02.2022.0101",
    b"ERRX?": b'+0,"No Error."',
    b"UNT?": b"0,0;0,0;B1511B,0;0,0;0,0;B1513B,0;0,0;0,0;0,0;0,0",
    b"*LRN? 0": b"CL",
    b"*OPC?": b"1",
    b"*STB?": b"0",
}
"""What an analyzer answers at once; it says nothing to what is no question."""
QUERY, END = b"*STB?", b"\r\n"
FLOOR_RATIO = 4.0
TURNS, REPEATS = 15, 200


class Analyzer(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        for line in self.rfile:
            answer = ANSWERS.get(line.removesuffix(END))
            if answer is not None:
                self.wfile.write(answer + END)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


def rows() -> Iterator[Row]:
    """Measure the three side by side."""
    with analyzer() as port:
        bare, ours, visa = measured(port)
    yield Row(
        "a query through driver and link", f"{ours / bare:.2f} × socket", f"≤ {FLOOR_RATIO:g} × socket",
        ours <= FLOOR_RATIO * bare, (f"{1e6 * ours:.0f} µs; a bare socket on loopback {1e6 * bare:.0f} µs",),
    )  # fmt: skip
    yield Row(
        "… against pyvisa-py, TCPIP SOCKET", f"{ours / visa:.2f} × pyvisa", "≤ 1 × pyvisa", ours <= visa,
        (f"{1e6 * visa:.0f} µs",),
    )  # fmt: skip


def measured(port: int) -> list[float]:
    """Return the seconds of a query over a bare socket, through our driver, and with pyvisa-py."""
    import pyvisa

    resource = f"TCPIP::127.0.0.1::{port}::SOCKET"
    entry = BenchInstrument(profile="keysight-b1505a", resource=resource)
    uut = open_instrument("uut", entry, clock=WallClock())
    assert isinstance(uut, B1500)
    manager = pyvisa.ResourceManager("@py")
    with closing(uut), closing(manager), socket.create_connection(("127.0.0.1", port)) as bare:
        bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        uut.connect()
        visa: Any = manager.open_resource(resource, read_termination="\r\n", write_termination="\r\n")

        def exchange() -> None:
            bare.sendall(QUERY + END)
            received = b""
            while not received.endswith(END):
                received += bare.recv(4096)

        with closing(visa):
            return best([exchange, uut.interlock_open, lambda: visa.query("*STB?")], TURNS, REPEATS)


@contextmanager
def analyzer() -> Iterator[int]:
    """Run the instrument; yield its port."""
    argv = [sys.executable, "-m", "benchmarks.wire"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Analyzer) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
