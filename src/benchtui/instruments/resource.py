"""VISA resource strings, and the transport that each kind of resource is reached by.

Beside VISA's own kinds there is ``REPLAY::file``, a recorded conversation, and the word ``MANUAL``. A further kind
of transport is one more entry in :data:`_OPENERS`; nothing else changes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.instruments.replay import ReplayTransport
from benchtui.instruments.serial import SerialTransport
from benchtui.instruments.tcp import TcpTransport
from benchtui.instruments.visa import VisaTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.instruments.profile import SerialLine
    from benchtui.instruments.transport import Transport

MANUAL = "MANUAL"
"""The resource of an instrument that a person reads."""

_SOCKET = re.compile(
    r"TCPIP\d*::(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<host>[A-Za-z0-9][\w.-]*))::(?P<port>\d{1,5})::SOCKET",
    re.IGNORECASE,
)
# VPP-4.3, table "explanation of resource string grammar": interface, board, fields, resource class.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("TCPIP SOCKET", r"TCPIP\d*::.+::SOCKET"),
        ("TCPIP HiSLIP", r"TCPIP\d*::[^:]+::hislip\d+(,\d+)?(::INSTR)?"),
        ("TCPIP VXI-11", r"TCPIP\d*::[^:]+(::[^:]+)?(::INSTR)?"),
        ("GPIB", r"GPIB\d*::\d+(::\d+)?(::INSTR|::INTFC)?"),
        ("serial line", r"ASRL.+"),
        ("USB-TMC", r"USB\d*::[^:]+::[^:]+(::[^:]+)*?(::INSTR|::RAW)?"),
        ("PXI", r"PXI\d*::.+?(::INSTR|::BACKPLANE|::MEMACC)?"),
        ("VXI", r"VXI\d*::.+?(::INSTR|::BACKPLANE|::MEMACC)?"),
        ("REPLAY", r"REPLAY::.+"),
    )
)


_SERIAL = re.compile(r"ASRL(?P<port>.+?)(::INSTR)?", re.IGNORECASE)
# Some write the port behind the host, VISA writes it behind the device.
_HISLIP_PORT = re.compile(r"(TCPIP\d*::[^:,]+),(\d+)::(hislip\d+)((?:::INSTR)?)", re.IGNORECASE)


class SocketAddress(msgspec.Struct, frozen=True):
    """Host and TCP port of a raw socket."""

    host: str
    port: int


def parse_socket(resource: str) -> SocketAddress:
    """Read ``TCPIP::host::port::SOCKET``; an IPv6 address stands in brackets.

    Raises
    ------
    BadInput
        It is not of that form, or the port is not in 1 … 65535.
    """
    match = _SOCKET.fullmatch(resource.strip())
    if match is None:
        raise BadInput(
            text(N_("This is not the address of a socket.")),
            where=resource,
            hint=text(
                N_("Write TCPIP::host::port::SOCKET; for IPv6 in brackets: TCPIP::[::1]::5025::SOCKET.")
            ),
        )
    port = int(match["port"])
    if not 1 <= port <= 65535:
        raise BadInput(
            text(N_("There is no TCP port {port}."), port=port),
            where=resource,
            hint=text(N_("Ports are 1 to 65535.")),
        )
    return SocketAddress(match["v6"] or match["host"], port)


def kind_of(resource: str) -> str:
    """Return the kind of a well-formed resource string, such as ``TCPIP SOCKET`` or ``GPIB``.

    Raises
    ------
    BadInput
        It is not a VISA resource string.
    """
    for kind, pattern in _KINDS:
        if pattern.fullmatch(resource.strip()):
            return kind
    raise BadInput(
        text(N_("This is not a resource.")),
        where=resource or '""',
        hint=text(N_("Write for example TCPIP::192.168.0.17::5025::SOCKET; MANUAL if a person reads it.")),
    )


def serial_port(resource: str) -> str:
    """Return the device file in ``ASRL/dev/ttyUSB0::INSTR``.

    Raises
    ------
    BadInput
        There is none in it: a bare number means another port on every computer.
    """
    match = _SERIAL.fullmatch(resource.strip())
    port = match["port"] if match else ""
    if not port.startswith("/"):
        raise BadInput(
            text(N_("This is not the address of a serial port.")),
            where=resource,
            hint=text(
                N_("Write the device file: ASRL/dev/ttyUSB0::INSTR; `ls /dev/serial/by-id` shows them.")
            ),
        )
    return port


def open_transport(resource: str, serial: SerialLine | None = None) -> Transport:
    """Return the transport that leads to *resource*; it is not connected yet.

    Parameters
    ----------
    resource
        VISA resource string.
    serial
        The settings of a serial line, from the instrument's profile.

    Raises
    ------
    BadInput
        Not a resource, of a kind that is not supported, or a serial line to an instrument whose profile has no
        settings for one.
    """
    kind = kind_of(resource)
    opener = _OPENERS.get(kind)
    if opener is None:
        raise BadInput(
            text(N_("Resources of the kind {kind} are not supported by this version."), kind=kind),
            where=resource,
            hint=text(N_("Supported: {kinds}, and MANUAL."), kinds=", ".join(_OPENERS)),
        )
    return opener(resource.strip(), serial)


def _open_socket(resource: str, serial: SerialLine | None) -> Transport:  # noqa: ARG001 - one signature for all
    address = parse_socket(resource)
    return TcpTransport(address.host, address.port)


def _open_serial(resource: str, serial: SerialLine | None) -> Transport:
    port = serial_port(resource)
    if serial is None:
        raise BadInput(
            text(N_("The profile has no settings for a serial line.")),
            where=resource,
            hint=text(N_("Add the table [serial] with the speed, or use the instrument's other interface.")),
        )
    return SerialTransport(port, serial)


def _open_visa(resource: str, serial: SerialLine | None) -> Transport:  # noqa: ARG001 - one signature for all
    return VisaTransport(_HISLIP_PORT.sub(r"\1::\3,\2\4", resource))


def _open_replay(resource: str, serial: SerialLine | None) -> Transport:  # noqa: ARG001 - one signature for all
    return ReplayTransport(Path(resource.partition("::")[2]))


_OPENERS: dict[str, Callable[[str, SerialLine | None], Transport]] = {
    "TCPIP SOCKET": _open_socket,
    "TCPIP HiSLIP": _open_visa,
    "TCPIP VXI-11": _open_visa,
    "GPIB": _open_visa,
    "USB-TMC": _open_visa,
    "serial line": _open_serial,
    "REPLAY": _open_replay,
}
