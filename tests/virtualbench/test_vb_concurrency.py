"""A long measurement on one connection must not keep a safe-off on another from the outputs."""

from __future__ import annotations

import select
import socket

from tests.virtualbench.line_client import BenchInTest, LineClient, eventually


def nothing_came(client: LineClient) -> bool:
    return not select.select([client._socket], [], [], 0)[0]


def test_a_long_reading_does_not_delay_zero_on_another_connection() -> None:
    with BenchInTest(1.0, leads="MPSMU") as bench:
        bench.set("CN 3", "DV 3,0,100,0.001")
        eventually(lambda: bench.output("MPSMU")["volts"] > 99.0)
        # Forty seconds of meter and a hundred of analyzer, of which the test waits for nothing.
        bench.set_dmm("PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 100", "NPLC 1000", "AZERO ON")
        bench.dmm.write("TARM SGL,1")
        bench.uut.write("AAD 3,1", "AIT 1,2,5000", "TV 3")
        guardian = bench.connect("uut")
        guardian.write("DZ")
        assert guardian.query("ERRX?") == '+0,"No Error."'
        eventually(lambda: bench.output("MPSMU")["off_at"] is not None)
        guardian.write("CL")
        assert guardian.query("*LRN? 0") == "CL"
        assert nothing_came(bench.dmm)
        assert nothing_came(bench.uut)
        assert bench.connect("dmm").query("ID?") == "HP3458A"


def test_abort_on_the_same_connection_ends_a_measurement() -> None:
    with BenchInTest(1.0, leads="MPSMU") as bench:
        bench.uut.write("CN 3", "AAD 3,1", "AIT 1,2,5000", "TV 3")
        bench.uut.write("AB")
        assert bench.uut.query("*OPC?") == "1"


def test_abort_on_another_connection_ends_a_measurement() -> None:
    with BenchInTest(1.0, leads="MPSMU") as bench:
        bench.uut.write("CN 3", "PA 3600", "*OPC?")
        other = bench.connect("uut")

        def abort() -> bool:
            other.write("AB")
            return other.query("*OPC?") == "1" and not nothing_came(bench.uut)

        eventually(abort)
        assert bench.uut.read() == "1"


def test_a_sweep_does_not_raise_an_output_that_was_set_to_zero() -> None:
    with BenchInTest(1.0, leads="MPSMU") as bench:
        bench.uut.write("CN 3", "MM 2,3", "WT 0,0.2", "WM 1,2", "WV 3,1,0,10,40,10,1E-3", "XE", "*OPC?")
        eventually(lambda: bench.output("MPSMU")["set"] != 0.0)
        guardian = bench.connect("uut")
        guardian.write("DZ")
        assert guardian.query("*OPC?") == "1"
        assert bench.uut.read() == "1"
        assert bench.output("MPSMU")["set"] == 0.0


def test_a_reset_ends_a_reading() -> None:
    with BenchInTest(1.0, leads="MPSMU") as bench:
        bench.set_dmm("PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 1000")
        bench.dmm.write("TARM SGL,1", "ID?")
        other = bench.connect("dmm")

        def reset() -> bool:
            other.write("RESET")
            return other.query("ID?") == "HP3458A" and not nothing_came(bench.dmm)

        eventually(reset)
        assert bench.dmm.read() == "HP3458A"


def test_many_clients_at_a_time() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        clients = [bench.connect("uut") for _ in range(20)]
        for client in clients:
            client.write("TV 6", "*IDN?")
        assert {client.read() for client in clients} == {bench.uut.query("*IDN?")}
        assert [bench.uut.query("ERRX? 1") for _ in range(21)] == ["200"] * 20 + ["+0"]


def test_a_client_that_never_ends_a_line_is_cut_off() -> None:
    with BenchInTest() as bench:
        rude = bench.connect("uut")
        try:
            for _ in range(100):
                rude._socket.sendall(b"X" * 4096)
            rude._socket.shutdown(socket.SHUT_WR)
            received = rude._socket.recv(1)
        except ConnectionError:
            received = b""
        assert received == b""
        assert bench.uut.query("*OPC?") == "1"


def test_a_client_that_leaves_in_a_long_reading_frees_the_bench() -> None:
    with BenchInTest(1.0) as bench:
        eventually(lambda: bench.running.idle() == 0.0)
        leaver = bench.connect("dmm")
        leaver.write("PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 1000", "TARM SGL,1")
        for client in bench.clients:
            client.close()
        eventually(lambda: bench.running.idle() > 0.0)
