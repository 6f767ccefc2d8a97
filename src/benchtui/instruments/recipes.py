"""The safe-off of a profile, made into a recipe that the guardian can carry out without the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.instruments.resource import kind_of, parse_socket, serial_port
from benchtui.instruments.safe_off import Barrier, ChannelDischarge, SafeOffRecipe, SerialPort

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchtui.instruments.profile import SafeOff, SerialLine

VISA_KINDS = frozenset({"GPIB", "USB-TMC", "TCPIP VXI-11", "TCPIP HiSLIP"})
"""Kinds of resource that the guardian reaches through the VISA library of this computer."""


def recipe(
    resource: str,
    terminator: str,
    table: SafeOff,
    *,
    serial: SerialLine | None = None,
    channels: Iterable[dict[str, str]] = (),
    last: tuple[str, ...] = (),
) -> SafeOffRecipe:
    """Return the recipe for the instrument at *resource*.

    Parameters
    ----------
    resource, terminator
        Where it listens, and what ends a line.
    table
        The safe-off of its profile.
    serial
        The settings of its line, for a serial one.
    channels
        For each channel whose discharge is measured: what stands in the places of query and pattern.
    last
        Lines after the final ones; those that end in ``?`` are answered, and the answer is noted.
    """
    confirm = (table.confirm.query,) if table.confirm is not None else ()
    made = addressed(
        SafeOffRecipe(
            terminator=terminator,
            immediate=tuple(step.send for step in table.immediate),
            final=(*(step.send for step in table.final), *confirm, *last),
        ),
        resource,
        serial,
    )
    discharge = table.discharge
    if discharge is None:
        return made
    barrier, switches = discharge.barrier, discharge.switches
    return msgspec.structs.replace(
        made,
        discharge=tuple(
            ChannelDischarge(
                query=fill(discharge.query, places),
                pattern=fill(discharge.pattern, places),
                closed=fill(switches.pattern, places) if switches else "",
            )
            for places in channels
        ),
        switches=switches.query if switches else "",
        barrier=barrier and Barrier(query=barrier.query, pattern=barrier.pattern),
        limit=float(discharge.limit),
        seconds=float(discharge.seconds),
    )


def addressed(made: SafeOffRecipe, resource: str, serial: SerialLine | None) -> SafeOffRecipe:
    """Return the recipe *made* for the instrument at *resource*.

    Raises
    ------
    BadInput
        No guardian can reach it.
    """
    kind = kind_of(resource)
    if kind == "serial line" and serial is not None:
        port = SerialPort(
            device=serial_port(resource),
            baud=serial.baud,
            data_bits=serial.data_bits,
            parity=serial.parity,
            stop_bits=serial.stop_bits,
            flow=serial.flow,
        )
        return msgspec.structs.replace(made, serial=port)
    if kind in VISA_KINDS:
        return msgspec.structs.replace(made, visa=resource)
    if kind != "TCPIP SOCKET":
        raise BadInput(
            text(N_("Nobody could switch this source off when the program ends: {kind}."), kind=kind),
            where=resource,
            hint=text(
                N_(
                    "Reach it over a raw socket, over a serial line, or through the VISA library of this computer."
                )
            ),
        )
    address = parse_socket(resource)
    return msgspec.structs.replace(made, host=address.host, port=address.port)


def fill(template: str, places: dict[str, str]) -> str:
    """Return *template* with its places in braces filled in."""
    for place, value in places.items():
        template = template.replace(f"{{{place}}}", value)
    return template
