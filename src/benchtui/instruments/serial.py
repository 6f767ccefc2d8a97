"""Serial lines: RS-232, RS-485, and the USB adapters that offer them."""

from __future__ import annotations

import errno
import os
import select
import stat
from typing import TYPE_CHECKING

from benchtui.errors import BadInput, InstrumentFailure, Lost, Refused
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from serial import Serial

    from benchtui.instruments.profile import SerialLine

_CHUNK = 65536
_PARITIES = {"none": "N", "even": "E", "odd": "O"}
_ABSENT = (errno.ENXIO, errno.ENODEV, errno.EIO)
_PSEUDO_TERMINALS = range(136, 144)
"""Major device numbers of the slave ends of Unix 98 pseudo-terminals; Linux, Documentation/admin-guide/devices.txt."""


class SerialTransport:
    """A serial line that this program has for itself.

    The port is locked with ``flock``, which well-behaved programs ask for, and with ``TIOCEXCL``, which keeps
    the others out. Both end with the process, so that a guardian finds the port free.

    Parameters
    ----------
    port
        Device file, such as ``/dev/ttyUSB0``.
    line
        Speed and framing.
    """

    prompt = True
    """No call blocks for longer than it is told, but for opening."""

    def __init__(self, port: str, line: SerialLine) -> None:
        self.port = port
        self._line = line
        self._serial: Serial | None = None

    @property
    def address(self) -> str:
        """The address as a technician reads it."""
        return self.port

    def open(self, timeout: float) -> None:  # noqa: ARG002 - a port answers at once
        """Open the port; one that is open is closed first."""
        import serial

        self.close()
        port = serial.Serial(
            baudrate=self._line.baud,
            bytesize=self._line.data_bits,
            parity=_PARITIES[self._line.parity],
            stopbits=self._line.stop_bits,
            rtscts=self._line.flow == "rts-cts",
            xonxoff=self._line.flow == "xon-xoff",
            exclusive=True,
        )
        port.port = self.port
        try:
            port.open()
            _keep_others_out(port.fileno())
        except (OSError, ValueError) as error:  # pyserial's own error is an OSError
            port.close()
            raise self._refused(error) from error
        self._serial = port

    def send(self, frame: bytes, timeout: float) -> int:
        """Hand bytes to the driver of the port; return how many it took."""
        descriptor = self._descriptor()
        try:
            _, writable, _ = select.select([], [descriptor], [], timeout)
            return os.write(descriptor, frame) if writable else 0
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._lost() from error

    def receive(self, timeout: float) -> bytes:
        """Return the bytes that came."""
        descriptor = self._descriptor()
        try:
            readable, _, _ = select.select([descriptor], [], [], timeout)
            if not readable:
                return b""
            chunk = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost() from error
        if not chunk:  # readable and empty: the other end, or the adapter, is gone
            raise self._lost()
        return chunk

    def flush(self) -> bytes:
        """Take out the bytes that are here already."""
        stale = bytearray()
        while chunk := self.receive(0.0):
            stale += chunk
        return bytes(stale)

    def renew(self, timeout: float) -> None:
        """Do nothing: whoever is at the other end does not notice that a port is opened anew."""

    def interrupt(self) -> None:
        """Do nothing: a serial line has no way past itself."""

    def close(self) -> None:
        """Close the port and give it free."""
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    def _descriptor(self) -> int:
        if self._serial is None:
            raise self._lost()
        return int(self._serial.fileno())

    def _lost(self) -> InstrumentFailure:
        self.close()
        return Lost(
            text(N_("The serial port is gone.")),
            where=self.port,
            hint=text(N_("Check the plug of its adapter, then connect again.")),
        )

    def _refused(self, error: OSError | ValueError) -> Refused | BadInput:
        code = error.errno if isinstance(error, OSError) else None
        if isinstance(error, ValueError):
            return BadInput(
                text(N_("The port cannot be set up as the profile says: {reason}."), reason=error),
                where=self.port,
                hint=text(N_("Check speed and framing in the table [serial].")),
            )
        if code == errno.ENOENT:
            return Refused(
                text(N_("There is no such serial port.")),
                where=self.port,
                hint=text(N_("Check that its adapter is plugged in, and the name: {known}."), known=_ports()),
            )
        if code == errno.EACCES:
            return Refused(
                text(N_("You have no right to use this serial port.")),
                where=self.port,
                hint=text(N_("Join the group {group}, then log in anew."), group=_group(self.port)),
            )
        if code in (errno.EBUSY, errno.EWOULDBLOCK):
            return Refused(
                text(N_("Another program uses this serial port.")),
                where=self.port,
                hint=text(N_("End it; `fuser {port}` tells which it is."), port=self.port),
            )
        if code in _ABSENT:
            return Refused(
                text(N_("The serial port is there, but nothing stands behind it.")),
                where=self.port,
                hint=text(N_("Unplug its adapter and plug it in again.")),
            )
        return Refused(
            text(N_("This is no serial port that can be used: {reason}."), reason=error),
            where=self.port,
            hint=text(N_("Check the name: {known}."), known=_ports()),
        )


def _keep_others_out(descriptor: int) -> None:
    import fcntl
    import termios

    # Not on a pseudo-terminal: whoever made it holds it open, and the mark would outlive this process.
    if os.major(os.fstat(descriptor).st_rdev) not in _PSEUDO_TERMINALS:
        fcntl.ioctl(descriptor, termios.TIOCEXCL)


def _ports() -> str:
    from serial.tools.list_ports import comports

    return ", ".join(sorted(port.device for port in comports())) or "-"


def _group(port: str) -> str:
    import grp

    try:
        status = os.stat(port)  # noqa: PTH116 - beside the other calls on device files
        return grp.getgrgid(status.st_gid).gr_name if status.st_mode & stat.S_IRGRP else "dialout"
    except (OSError, KeyError):
        return "dialout"
