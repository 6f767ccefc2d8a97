"""Resource strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.errors import BadInput
from benchtui.instruments.profile import SerialLine
from benchtui.instruments.resource import SocketAddress, kind_of, open_transport, parse_socket


@pytest.mark.parametrize(
    ("resource", "host", "port"),
    [
        ("TCPIP::127.0.0.1::5025::SOCKET", "127.0.0.1", 5025),
        ("tcpip0::dmm-1.lab.example::3490::socket", "dmm-1.lab.example", 3490),
        ("TCPIP::[::1]::5025::SOCKET", "::1", 5025),
        ("TCPIP2::[fe80::1%eth0]::1::SOCKET", "fe80::1%eth0", 1),
        (" TCPIP::h::65535::SOCKET ", "h", 65535),
    ],
)
def test_sockets(resource: str, host: str, port: int) -> None:
    assert parse_socket(resource) == SocketAddress(host, port)
    assert open_transport(resource).address == f"{host} port {port}"


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("GPIB0::22::INSTR", "GPIB"),
        ("GPIB::9::2::INSTR", "GPIB"),
        ("ASRL/dev/ttyUSB0::INSTR", "serial line"),
        ("USB0::0x2A8D::0x1301::MY1234::INSTR", "USB-TMC"),
        ("TCPIP::192.168.0.2::INSTR", "TCPIP VXI-11"),
        ("TCPIP::gw::gpib0,17::INSTR", "TCPIP VXI-11"),
        ("TCPIP::192.168.0.2::hislip0::INSTR", "TCPIP HiSLIP"),
        ("TCPIP::192.168.0.2::hislip0,4881::INSTR", "TCPIP HiSLIP"),
        ("TCPIP::192.168.0.2,4881::hislip0::INSTR", "TCPIP HiSLIP"),
        ("REPLAY::conversation.jsonl", "REPLAY"),
    ],
)
def test_every_kind_has_its_transport(resource: str, kind: str) -> None:
    assert kind_of(resource) == kind
    transport = open_transport(resource, SerialLine(baud=9600, source="test"))
    assert transport.address, "it is made, and not opened"


@pytest.mark.parametrize(("resource", "kind"), [("PXI0::15-0.0::INSTR", "PXI"), ("VXI0::24::INSTR", "VXI")])
def test_other_kinds_are_known_but_not_supported(resource: str, kind: str) -> None:
    assert kind_of(resource) == kind
    with pytest.raises(BadInput, match="not supported by this version") as caught:
        open_transport(resource)
    assert kind in str(caught.value)
    assert "SOCKET" in str(caught.value.hint)


@pytest.mark.parametrize(
    "resource",
    ["", "dmm", "192.168.0.2:5025", "TCPIP::h::0::SOCKET", "TCPIP::h::65536::SOCKET", "TCPIP::::1::SOCKET",
     "TCPIP::::1::5025::SOCKET", "TCPIP::h::port::SOCKET", "GPIB::INSTR", "MANUAL"],
)  # fmt: skip
def test_what_is_no_address_is_refused(resource: str) -> None:
    with pytest.raises(BadInput):
        open_transport(resource)


@given(st.text(max_size=60) | st.from_regex(r"TCPIP\d?::.{0,20}::.{0,8}::SOCKET", fullmatch=True))
def test_any_text_is_an_address_or_a_clear_refusal(resource: str) -> None:
    try:
        address = parse_socket(resource)
    except BadInput:
        return
    assert address.host in resource
    assert str(address.port) in resource
